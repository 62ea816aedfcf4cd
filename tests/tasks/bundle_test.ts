/** `deno task bundle`: the bundle does what the sources do, with the permissions that they need. */
import assert from "node:assert/strict";
import { chartFiles, CONFIG } from "../harness.ts";
import { atWork } from "../cli/cluster.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

async function run(program: string, args: readonly string[], cwd: string) {
  const env = { NO_COLOR: "1" };
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    cwd,
    env,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

const STACK = `import { defineStack, hook, release } from "@capstan/capstan";
const web = release("web", { chart: "./web", wait: true, isReady: () => true });
let tries = 0;
const seed = hook("seed", { after: [web], retry: { attempts: 2, delay: "1ms", on: TypeError }, run: ({ log }) => {
  if (++tries < 2) throw new TypeError("not yet");
  log("tries " + tries);
} });
export default defineStack({ name: "shop", releases: [web], hooks: [seed] });
`;

Deno.test("the bundle works with exactly the permissions that are printed, and has a sandbox", async (t) => {
  const made = await run(Deno.execPath(), ["task", "bundle"], ROOT);
  assert.equal(made.code, 0, made.stderr);
  const files = { "stack.ts": STACK, ...chartFiles("web", { "config.yaml": CONFIG }) };
  await atWork(files, async ({ folder }) => {
    const bundle = ["--config", `${ROOT}deno.json`, `${ROOT}dist/cli/cli.js`];
    for (
      const args of [
        ["template", "rel", "./web"],
        ["rehearse", "stack.ts", "--no-check"],
        ["rehearse", "stack.ts", "--no-check", "--sandbox"],
      ]
    ) {
      await t.step(args.join(" "), async () => {
        const asked = await run(`${ROOT}dist/capstan`, ["permissions", ...args], folder);
        assert.equal(asked.code, 0, asked.stderr);
        const flags = asked.stdout.trim().split("\n");
        assert.doesNotMatch(asked.stdout, /--allow-(all|write|run)/);
        const all = ["run", "--no-prompt", ...flags, ...bundle, ...args];
        const { code, stdout, stderr } = await run(Deno.execPath(), all, folder);
        assert.equal(code, 0, stderr);
        assert.match(stdout + stderr, args[0] === "template" ? /kind: ConfigMap/ : /tries 2/);
        const fewer = all.map((each) => each.replace(/^--allow-read=.*/, "--allow-read=/nowhere"));
        const refused = await run(Deno.execPath(), fewer, folder);
        assert.equal(refused.code, 1);
        assert.match(refused.stderr, /hint: .*--allow-read=/);
      });
    }
  });
});

import assert from "node:assert/strict";
import { Stream } from "../../lib/cli/streams.ts";
import { chartFiles } from "../harness.ts";
import { atWork } from "./cluster.ts";
import { hasScript, onTerminal } from "./on_terminal.ts";

const CLI = new URL("../../cli.ts", import.meta.url).pathname;
const MOD = new URL("../../mod.ts", import.meta.url).href;

/** A stream whose system does this in turn: takes so many bytes, or fails. */
function streamOf(turns: readonly (number | Error)[]) {
  const left = [...turns];
  let taken = "";
  let pauses = 0;
  const stream = new Stream({
    writeSync(data) {
      const turn = left.shift() ?? data.length;
      if (typeof turn !== "number") throw turn;
      taken += new TextDecoder().decode(data.subarray(0, turn));
      return turn;
    },
  }, { tidy: (text) => text.replaceAll("\r", "!"), pause: () => pauses++ });
  return { stream, taken: () => taken, pauses: () => pauses };
}

Deno.test("Stream writes all, however slow its reader; it never throws, and keeps why it could not", () => {
  const full = new Deno.errors.WouldBlock("full");
  const slow = streamOf([2, full, full, 1]);
  slow.stream.write("abc\rde");
  assert.deepEqual([slow.taken(), slow.pauses(), slow.stream.failure], ["abc!de", 2, undefined]);

  const gone = streamOf([1, new Deno.errors.BrokenPipe("gone"), 1]);
  for (const text of ["ab", "cd"]) gone.stream.write(text);
  assert.deepEqual([gone.taken(), gone.stream.failure], ["a", undefined]);

  const space = new Error("No space left on device (os error 28)");
  const disk = streamOf([1, space, 1]);
  for (const text of ["ab", "cd"]) disk.stream.write(text);
  assert.deepEqual([disk.taken(), disk.stream.failure], ["a", space]);
});

const EVIL = "see\\n  ::error::a\\n##[group]b\\u001b[2J\\u001b]0;title\\u0007c\\u001b[31mred";
const FILES = {
  ...chartFiles("web", {
    "c.yaml": `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}}
data:
  hosts: |
    ::1 localhost
`,
    "NOTES.txt": `{{ "${EVIL}" }}`,
    "t.yaml": `apiVersion: v1
kind: Pod
metadata:
  name: t
  annotations: {helm.sh/hook: test, capstan.dev/rehearse-log: "::add-mask::x"}
spec: {restartPolicy: Never, containers: [{name: main, image: busybox}]}
`,
  }),
  "stack.ts": `import { defineStack, release } from "${MOD}";
export default defineStack({ name: "s", releases: [release("web", { chart: "./web" })] });
`,
};

Deno.test("what charts and logs say is printed as Helm does, and commands no GitHub Actions", async () => {
  const raw = "see\n  ::error::a\n##[group]b\x1b[2J\x1b]0;title\x07c\x1b[31mred\n";
  const guarded = "see\n  | ::error::a\n## [group]bc\x1b[31mred\n";
  await atWork(FILES, async ({ capstan }) => {
    assert((await capstan("install", "web", "./web")).stdout.endsWith(`NOTES:\n${raw}`));
    assert.equal((await capstan("get", "notes", "web")).stdout, `NOTES:\n${raw}`);
    assert.match((await capstan("test", "web", "--logs")).stdout, /^::add-mask::x$/m);
  });
  await atWork(FILES, async ({ capstan }) => {
    for (const [verb, ...more] of [["install", "./web"], ["upgrade", "./web"], ["status"]]) {
      const { stdout } = await capstan(verb!, "web", ...more);
      assert(stdout.includes(`NOTES:\n${guarded}`), JSON.stringify(stdout));
    }
    assert((await capstan("get", "notes", "web")).stdout.includes(guarded));
    assert.match((await capstan("test", "web", "--logs")).stdout, /^\| ::add-mask::x$/m);
    // What programs read is as it is.
    assert.match((await capstan("template", "web", "./web")).stdout, /^ +::1 localhost$/m);
    assert.match((await capstan("get", "manifest", "web")).stdout, /^ +::1 localhost$/m);
  }, { GITHUB_ACTIONS: "true" });
});

Deno.test({
  name: "what charts say commands no terminal",
  ignore: !await hasScript(),
  fn: async () => {
    await atWork(FILES, async ({ folder, capstan, write }) => {
      await write({ "web/README.md": "read\x1b[2J\x1b[9Ame" });
      await capstan("install", "web", "./web");
      const run = `${Deno.execPath()} run -A ${CLI}`;
      const notes = `KUBECONFIG=${folder}/kubeconfig ${run} get notes web`;
      for (
        const [command, expected] of [[notes, "##[group]bc"], [`${run} show readme web`, "readme"]]
      ) {
        const said = (await onTerminal(command!, 80, folder)).join("");
        assert(said.includes(expected!), JSON.stringify(said));
      }
    });
  },
});

Deno.test("a reader that goes away ends nothing, and a full disk is told at the end", async (t) => {
  await atWork(FILES, async ({ start, folder }) => {
    const up = ["up", "--no-check", "--output", "json"];
    for (
      const args of [
        ["--help"],
        ["version"],
        ["graph"],
        ["template", "web", "./web"],
        [
          "plan",
          "--no-check",
        ],
        up,
        ["runs"],
        ["report", "-o", "-"],
      ]
    ) {
      await t.step(`${args.join(" ")} | true`, async () => {
        const child = start(...args);
        await child.stdout.cancel();
        const { code, stderr } = await child.output();
        assert.deepEqual([code, new TextDecoder().decode(stderr)], [0, ""]);
      });
    }
    await t.step({
      name: "up --output json > /dev/full",
      ignore: Deno.build.os !== "linux",
      fn: async () => {
        const { code, stderr } = await new Deno.Command("sh", {
          args: [
            "-c",
            `exec "$0" run -A ${CLI} "$@" > /dev/full`,
            Deno.execPath(),
            ...up,
            "--force",
          ],
          cwd: folder,
          env: { KUBECONFIG: `${folder}/kubeconfig`, CAPSTAN_STATE_HOME: `${folder}/state` },
        }).output();
        assert.equal(code, 1);
        assert.match(
          new TextDecoder().decode(stderr),
          /^Error: cannot write all there is to standard output: no space left on device\n {2}hint: /,
        );
        const { stdout } = await start("history", "web").output();
        assert.match(new TextDecoder().decode(stdout), /^2\s.*deployed/m);
      },
    });
  });
});

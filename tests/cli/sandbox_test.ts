/** `--sandbox`: the stack file runs with less than the engine, and still does its work. */
import assert from "node:assert/strict";
import { chartFiles, CONFIG } from "../harness.ts";
import { atWork } from "./cluster.ts";
import type { Workplace } from "./cluster.ts";

const HEAD = `import { defineStack, hook, release } from "@capstan/capstan";\n`;

const charts = Object.fromEntries(
  Object.entries(chartFiles("web", { "config.yaml": CONFIG }))
    .map(([path, text]) => [`stack/${path}`, text]),
);

/** A stack that does something before it defines itself. */
function after(code: string): string {
  return `${HEAD}${code}\nexport default defineStack({ name: "shop", releases: [release("web", { chart: "./web" })] });\n`;
}

/** Runs the sandboxed stack that lies in a folder of its own. */
function up({ capstan }: Workplace) {
  return capstan("up", "--sandbox", "--no-check", "stack/stack.ts");
}

Deno.test("a sandboxed stack's values functions, hooks and post-renderers work through the engine", async () => {
  const stack = `${HEAD}
const first = release("first", { chart: "./web", values: { text: Deno.readTextFileSync(new URL("./text", import.meta.url)) } });
const seed = hook("seed", { after: [first], run: async ({ cluster, log, signal }) => {
  const map = await cluster.get("v1", "ConfigMap", "default/first");
  log("seen " + map.data.text + " " + signal.aborted);
} });
const second = release("second", {
  chart: "./web",
  needs: [seed],
  values: async ({ cluster }) => ({ text: (await cluster.get("v1", "ConfigMap", "default/first")).data.text + "!" }),
  postRender: async (manifest) => manifest.replaceAll("a!", "b"),
});
export default defineStack({ name: "shop", releases: [first, second], hooks: [seed] });
`;
  const files = { "stack.ts": stack, text: "a", ...chartFiles("web", { "config.yaml": CONFIG }) };
  await atWork(files, async ({ capstan, api }) => {
    const { code, stderr } = await capstan("up", "--sandbox", "--no-check");
    assert.equal(code, 0, stderr);
    assert.match(stderr, /seen a false/);
    const map = await api.get({
      apiVersion: "v1",
      kind: "ConfigMap",
      namespace: "default",
      name: "second",
    });
    assert.deepEqual(map?.["data"], { text: "b" });
  });
});

Deno.test("a sandboxed stack cannot read, fetch, run or look around, and it is said what it tried", async (t) => {
  await atWork(
    { secret: "s", ...charts },
    async (work) => {
      for (
        const [code, kind] of [
          ["Deno.readTextFileSync(new URL('../secret', import.meta.url));", "read"],
          ["await fetch('http://127.0.0.1:9999');", "net"],
          ["new Deno.Command('sh').outputSync();", "run"],
          ["Deno.env.get('HOME');", "env"],
          ["Deno.writeTextFileSync(new URL('./new', import.meta.url), '');", "write"],
        ] as const
      ) {
        await t.step(kind, async () => {
          await work.write({ "stack/stack.ts": after(code) });
          const { code: exit, stderr } = await up(work);
          assert.equal(exit, 1, stderr);
          assert.match(
            stderr,
            new RegExp(`cannot load stack .*stack\\.ts: .*Requires ${kind} access`),
          );
          assert.match(
            stderr,
            /hint: the sandbox lets a stack read its own folder and nothing else/,
          );
          assert.deepEqual(work.writes(), []);
        });
      }
      await t.step("in a function that is called later", async () => {
        await work.write({
          "stack/stack.ts":
            `${HEAD}const web = release("web", { chart: "./web", values: async () => ({ text: await Deno.readTextFile(new URL("../secret", import.meta.url)) }) });
export default defineStack({ name: "shop", releases: [web] });`,
        });
        const { code: exit, stderr } = await up(work);
        assert.equal(exit, 1, stderr);
        assert.match(stderr, /values of release web.*Requires read access/);
      });
      await t.step("what must answer at once is refused", async () => {
        await work.write({
          "stack/stack.ts":
            `${HEAD}const web = release("web", { chart: "./web", wait: true, isReady: () => true });
export default defineStack({ name: "shop", releases: [web] });`,
        });
        const { code: exit, stderr } = await up(work);
        assert.equal(exit, 1);
        assert.match(stderr, /release web cannot be sandboxed: isReady\n {2}at .*stack\.ts:2/);
      });
    },
  );
});

/** `--sandbox`: the stack file runs with less than the engine, and still does its work. */
import assert from "node:assert/strict";
import { chartFiles, CONFIG } from "../harness.ts";
import { atWork } from "./cluster.ts";
import type { Workplace } from "./cluster.ts";
import { hold } from "./holding.ts";

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
      for (
        const [what, fields] of [
          ["isReady", `wait: true, isReady: () => Boolean(Deno.env.get("HOME"))`],
          ["postRender", `postRender: async () => await Deno.readTextFile("/etc/hosts")`],
        ] as const
      ) {
        await t.step(`in ${what}, and the hint is the sandbox's own`, async () => {
          await work.write({
            "stack/stack.ts":
              `${HEAD}const web = release("web", { chart: "./web", ${fields} });\nexport default defineStack({ name: "shop", releases: [web] });`,
          });
          const { code: exit, stderr } = await up(work);
          assert.equal(exit, 1, stderr);
          assert.match(stderr, /Requires (env|read) access/);
          assert.match(stderr, /the sandbox lets a stack read its own folder and nothing else/);
          assert.doesNotMatch(stderr, /start Capstan with --allow-/);
        });
      }
      await t.step("in a hook, and the hint is the sandbox's own", async () => {
        await work.write({
          "stack/stack.ts":
            `${HEAD}const seed = hook("seed", { run: async () => void await Deno.readTextFile("/etc/hosts") });\nexport default defineStack({ name: "shop", releases: [], hooks: [seed] });`,
        });
        const { code: exit, stderr } = await up(work);
        assert.equal(exit, 1, stderr);
        assert.match(stderr, /the sandbox lets a stack read its own folder and nothing else/);
        assert.doesNotMatch(stderr, /start Capstan with --allow-/);
      });
      await t.step("where nobody awaits it", async () => {
        await work.write({
          "stack/stack.ts": `${HEAD}const seed = hook("seed", { run: async ({ signal }) => {
  Promise.reject(new Error("lost"));
  await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
} });
export default defineStack({ name: "shop", releases: [], hooks: [seed] });`,
        });
        const { code: exit, stderr } = await up(work);
        assert.equal(exit, 1, stderr);
        assert.match(stderr, /ended its sandbox: .*lost/);
        assert.match(stderr, /hint: an error that no function of the stack catches/);
      });
    },
  );
});

Deno.test("a sandbox takes what is printed for it, and says what it lacks", async () => {
  await atWork(charts, async (work) => {
    await work.write({ "stack/stack.ts": after("") });
    const args = ["rehearse", "stack/stack.ts", "--sandbox", "--no-check"];
    await hold(work, args);
    const { stdout } = await work.capstan("permissions", ...args);
    assert.match(stdout, /^--unstable-worker-options$/m);
  });
});

Deno.test("outside of a checkout a sandbox takes Deno's flag, which Deno asks for", async () => {
  const root = new URL("../../", import.meta.url).pathname;
  await atWork({
    "stack.ts": `import { defineStack, hook } from "${root}mod.ts";
export default defineStack({ name: "o", releases: [], hooks: [hook("h", { run: ({ log }) => log("hello") })] });`,
  }, async ({ folder }) => {
    const rehearse = async (...flags: string[]) => {
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          ...["run", "-A", "--no-config", `--import-map=${root}deno.json`, ...flags],
          ...[`${root}cli.ts`, "rehearse", "--sandbox", "--no-check"],
        ],
        cwd: folder,
        env: { NO_COLOR: "1" },
      }).output();
      return { code, stderr: new TextDecoder().decode(stderr) };
    };
    const without = await rehearse();
    assert.notEqual(without.code, 0);
    assert.match(without.stderr, /The `--unstable-worker-options` flag must be provided/);
    const { code, stderr } = await rehearse("--unstable-worker-options");
    assert.equal(code, 0, stderr);
    assert.match(stderr, /h \| hello/);
  });
});

Deno.test("isReady and retry.on of a sandboxed stack are asked across its border", async (t) => {
  const stack = `${HEAD}
class Flaky extends Error {}
let states = 0;
let tries = 0;
const web = release("web", {
  chart: "./web", wait: true, timeout: "20s",
  isReady: (object) => {
    if (object.kind !== "ConfigMap") return undefined;
    return object.metadata.name === "web" && ++states > 0;
  },
});
const byClass = hook("by-class", {
  after: [web], retry: { attempts: 3, delay: "1ms", on: Flaky },
  run: () => { if (++tries < 3) throw new Flaky("try " + tries); },
});
let others = 0;
const byFunction = hook("by-function", {
  after: [byClass], retry: { attempts: 5, delay: "1ms", on: [TypeError, async (error) => error.busy === true] },
  run: ({ log }) => {
    if (++others === 1) throw new TypeError("one");
    if (others === 2) throw Object.assign(new Error("two"), { busy: true });
    log("tries " + tries + " " + others + " states " + (states > 0));
  },
});
const refused = hook("refused", {
  after: [byFunction], retry: { attempts: 5, delay: "1ms", on: [RangeError, () => false] },
  run: ({ log }) => { log("once"); throw new TypeError("no"); },
});
export default defineStack({ name: "shop", releases: [web], hooks: [byClass, byFunction, refused] });
`;
  const files = { "stack.ts": stack, ...chartFiles("web", { "config.yaml": CONFIG }) };
  await atWork(files, async ({ capstan, write }) => {
    await t.step("and what they say counts", async () => {
      const { code, stderr } = await capstan("up", "--sandbox", "--no-check");
      assert.match(stderr, /tries 3 3 states true/);
      assert.equal(stderr.match(/once/g)?.length, 1, stderr);
      assert.match(stderr, /hook refused: no/);
      assert.equal(code, 1, stderr);
    });
    await t.step("within the timeout of the wait", async () => {
      await write({
        "never.ts":
          `${HEAD}const web = release("late", { chart: "./web", wait: true, timeout: "1s", isReady: async (_, { signal }) => {
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
  return true;
} });
export default defineStack({ name: "late", releases: [web] });`,
      });
      const started = performance.now();
      const { code, stderr } = await capstan("up", "never.ts", "--sandbox", "--no-check");
      assert.equal(code, 1, stderr);
      assert.match(stderr, /not ready|deadline exceeded/);
      assert.ok(performance.now() - started < 15_000);
    });
    await t.step("within the deadline of the run", async () => {
      await write({
        "stuck.ts":
          `${HEAD}const h = hook("stuck", { retry: { attempts: 3, on: () => new Promise(() => {}) },
  run: () => { throw new Error("no"); } });
export default defineStack({ name: "stuck", releases: [], hooks: [h] });`,
      });
      const started = performance.now();
      const { code, stderr } = await capstan(
        "up",
        "stuck.ts",
        "--sandbox",
        "--no-check",
        "--deadline",
        "1s",
      );
      assert.equal(code, 1, stderr);
      assert.ok(performance.now() - started < 15_000, stderr);
    });
  });
});

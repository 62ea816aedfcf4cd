/** `deno task compile`: an executable that works, or what keeps it from being made. */
import assert from "node:assert/strict";
import { bundleInto } from "../../tasks/compile.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

Deno.test("deno task compile makes a program, or says that denort cannot be fetched", async () => {
  const folder = await Deno.makeTempDir();
  const output = `${folder}/capstan`;
  const run = async (program: string, ...args: string[]) => {
    const { code, stdout, stderr } = await new Deno.Command(program, { args, cwd: ROOT }).output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  };
  try {
    const compiled = await run(Deno.execPath(), "run", "-A", "tasks/compile.ts", output);
    if (compiled.code === 0) {
      const redis = "examples/shop/charts/redis";
      const rendered = await run(output, "template", "rel", redis);
      assert.match(rendered.stdout, /^---\n# Source: redis\/templates\/redis\.yaml\n/);
      const stack = await run(output, "graph", "examples/shop/stack.ts");
      assert.equal(stack.code, 0, stack.stderr);
    } else {
      assert.match(
        compiled.stderr,
        /^cannot compile cli\.ts: .*denort.*\n {2}hint: .*`deno task bundle`/,
      );
      await assert.rejects(Deno.stat(output), Deno.errors.NotFound);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

async function inTemp(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function deno(args: readonly string[], options: Deno.CommandOptions = {}) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    stdin: "null",
    ...options,
    env: { NO_COLOR: "1", ...options.env },
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("the executable holds the program and the library, and no package of tests", async () => {
  await inTemp(async (folder) => {
    const output = `${folder}/capstan`;
    // Any executable serves as the base here: what is put into it is what is looked at.
    const env = { DENORT_BIN: Deno.execPath() };
    const made = await deno(["run", "-A", "tasks/compile.ts", output], { cwd: ROOT, env });
    assert.equal(made.stderr, "");
    const [{ size }, base] = await Promise.all([Deno.stat(output), Deno.stat(Deno.execPath())]);
    const own = size - base.size;
    assert(own > 2e6 && own < 16e6, `${own} bytes beside the base`);
    const text = new TextDecoder("latin1").decode((await Deno.readFile(output)).subarray(-own));
    for (const part of ["cli.js", "mod.js", '\\"@capstan/capstan\\": \\"./mod.js\\"']) {
      assert(text.includes(part), `${part} is in the executable`);
    }
    for (const name of ["playwright", "axe-core", "fast-check"]) {
      assert(!text.includes(name), `${name} is in the executable`);
    }
  });
});

Deno.test("what is in the executable loads a stack of several TypeScript files from the disk", async () => {
  await inTemp(async (folder) => {
    await bundleInto(`${folder}/program`);
    const files = {
      "values.ts": "export const values: { policy: string } = { policy: `noeviction` };\n",
      "stack.ts": `import { defineStack, release } from "@capstan/capstan";
import type { Stack } from "@capstan/capstan";
import { values } from "./values.ts";

const chart = ${JSON.stringify(`${ROOT}examples/shop/charts/redis`)};
const stack: Stack = defineStack({
  name: "one",
  releases: [release("cache", { chart, namespace: "shop", createNamespace: true, values })],
});
export default stack;
`,
    };
    await Deno.mkdir(`${folder}/stack`);
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/stack/${name}`, text);
    }
    const config = ["--config", `${folder}/program/deno.json`];
    const { code, stdout, stderr } = await deno(
      ["run", "-A", "--no-lock", ...config, `${folder}/program/cli.js`, "rehearse"],
      { cwd: `${folder}/stack` },
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^cache +shop +1 +deployed/m);
  });
});

/** `deno task compile`: an executable that works, or what keeps it from being made. */
import assert from "node:assert/strict";

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

import assert from "node:assert/strict";
import { CapstanError, CapstanErrors } from "../../lib/errors.ts";
import { loadStack } from "../../lib/stack/load.ts";
import { typeCheck } from "../../lib/stack/typecheck.ts";

const MOD = new URL("../../mod.ts", import.meta.url).href;

async function inFile<T>(text: string, use: (path: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/stack.ts`;
    await Deno.writeTextFile(path, text.replaceAll("@capstan/capstan", MOD));
    return await use(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function failure(
  text: string,
  use: (path: string) => Promise<unknown> = loadStack,
): Promise<CapstanError> {
  const error = await inFile(text, (path) => use(path).then(() => undefined, (error) => error));
  assert(error instanceof CapstanError, `expected a CapstanError, got ${error}`);
  return error;
}

Deno.test("loadStack() gives the stack and the folder its paths start from", async () => {
  await inFile(
    `import { defineStack, release } from "@capstan/capstan";
     export default defineStack({ name: "shop", releases: [release("web", { chart: "./web" })] });`,
    async (path) => {
      const { stack, folder, file } = await loadStack(path);
      assert.equal(stack.name, "shop");
      assert.equal(file, await Deno.realPath(path));
      assert.equal(`${folder}/stack.ts`, file);
      assert.equal(stack.releases[0]!.declaredAt!.file, file);
    },
  );
});

Deno.test("loadStack() builds a stack function for the environment", async () => {
  await inFile(
    `import { defineStack } from "@capstan/capstan";
     export default defineStack((env) => ({ name: env.name, releases: [] }));`,
    async (path) => {
      assert.equal((await loadStack(path)).stack.name, "default");
      assert.equal((await loadStack(path, { environment: { name: "eu" } })).stack.name, "eu");
    },
  );
});

Deno.test("loadStack() refuses a file with one clear error", async (t) => {
  const rows: [string, string, RegExp, string, number?][] = [
    [
      "that does not parse",
      "export default {;",
      /^cannot load stack .*stack\.ts: .*Unexpected token/s,
      "stack/broken",
      1,
    ],
    [
      "that throws",
      "\nthrow new RangeError('no luck');",
      /: it throws RangeError: no luck$/,
      "stack/broken",
      2,
    ],
    [
      "that imports what is not there",
      'import "./nope.ts";',
      /: Module not found "\/.*nope\.ts"\.$/,
      "stack/broken",
      1,
    ],
    [
      "that exports nothing",
      "export const a = 1;",
      /: it has no default export$/,
      "stack/no-export",
    ],
    [
      "that exports the wrong thing",
      "export default { name: 'shop' };",
      /: its default export is not a stack$/,
      "stack/no-export",
    ],
    [
      "whose function throws",
      `import { defineStack } from "@capstan/capstan";
       export default defineStack(() => { throw new Error("no luck"); });`,
      /: its function fails: it throws Error: no luck$/,
      "stack/broken",
      2,
    ],
  ];
  for (const [name, text, message, code, line] of rows) {
    await t.step(name, async () => {
      const error = await failure(text);
      assert.match(error.message, message);
      assert.equal(error.code, code);
      assert.equal(error.position?.line, line);
      assert(!error.message.includes("\x1b") && !error.message.includes("file://"), error.message);
    });
  }
});

Deno.test("loadStack() says when there is no such file, or it is a folder", async () => {
  const missing = await loadStack("./no/such/stack.ts").catch((error) => error);
  assert.equal(missing.message, "cannot load stack ./no/such/stack.ts: no such file");
  const folder = await loadStack("tests/stack").catch((error) => error);
  assert.equal(folder.message, "cannot load stack tests/stack: it is a folder");
  assert.equal(folder.hint, "name the file in it, e.g. tests/stack/stack.ts");
});

Deno.test("loadStack() passes a stack's own mistakes on, with their places", async () => {
  const error = await failure(
    `import { defineStack, release } from "@capstan/capstan";
     export default defineStack({ name: "shop", releases: [
       release("web", { chart: "./web", needs: ["db"] }),
     ] });`,
  );
  assert(error instanceof CapstanErrors);
  assert.equal(error.errors[0]!.message, 'release web needs "db", which the stack does not have');
  assert.equal(error.errors[0]!.position?.line, 3);
});

Deno.test("typeCheck() passes a stack whose types fit and shows the compiler's words otherwise", async () => {
  const good =
    `import { defineStack } from "@capstan/capstan"; export default defineStack({ name: "a", releases: [] });`;
  assert.equal(await inFile(good, typeCheck), true);
  const error = await failure(good.replace('name: "a"', "name: 5"), typeCheck);
  assert.match(
    error.message,
    /does not type-check:\n(.|\n)*Type 'number' is not assignable to type 'string'/,
  );
  assert(
    !error.message.includes("\x1b") && !error.message.includes("Type checking failed"),
    error.message,
  );
});

/** docs/errors.md against the places that throw errors. */
import assert from "node:assert/strict";
import { errorsPage } from "../../tasks/errors.ts";

const root = new URL("../../", import.meta.url).pathname;

Deno.test("docs/errors.md is what the sources say (deno task errors writes it)", async () => {
  const page = await Deno.readTextFile(`${root}docs/errors.md`);
  assert.equal(await errorsPage(`${root}lib`), page, "run: deno task errors");
});

Deno.test("docs/errors.md has every code that an error is given", async () => {
  const page = await Deno.readTextFile(`${root}docs/errors.md`);
  const missing = new Set<string>();
  const look = async (folder: string) => {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (isDirectory) await look(`${folder}/${name}`);
      if (!name.endsWith(".ts")) continue;
      const text = (await Deno.readTextFile(`${folder}/${name}`)).replace(
        /\/\*\*[\s\S]*?\*\//g,
        "",
      );
      for (const [, code] of text.matchAll(/\bcode: "([a-z]+\/[a-z0-9-]+)"/g)) {
        if (!page.includes(`| \`${code}\` |`)) missing.add(code!);
      }
    }
  };
  await look(`${root}lib`);
  assert.deepEqual([...missing], []);
});

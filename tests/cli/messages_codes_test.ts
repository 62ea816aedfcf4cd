/** Every code of docs/errors.md is met in a golden file, where what is said can be read. */
import assert from "node:assert/strict";

Deno.test("the codes that are met are in docs/errors.md, and none says only that there is an error", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/errors.md", import.meta.url));
  const known = new Set([...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, code]) => code!));
  const met = await codesMet();
  assert.deepEqual([...met].filter((code) => !code.startsWith("kube/") && !known.has(code)), []);
});

/** The codes in the golden files. */
async function codesMet(): Promise<Set<string>> {
  const folder = new URL("testdata/", import.meta.url);
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
  const texts = names.filter((name) => name.startsWith("messages"))
    .map((name) => Deno.readTextFile(new URL(name, folder)));
  return new Set(
    (await Promise.all(texts)).flatMap((text) =>
      [...text.matchAll(/^\((?:exit \d|thrown), (.*)\)$/gm)].flatMap(([, codes]) =>
        codes!.split(", ")
      )
    ).filter((code) => code !== "-"),
  );
}

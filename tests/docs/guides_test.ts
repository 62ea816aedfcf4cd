/** docs/from-helm-sdkpy.md shows the examples as they are. */
import assert from "node:assert/strict";

const ROOT = `${import.meta.dirname}/../..`;

Deno.test("docs/from-helm-sdkpy.md shows every example of the guides as its file has it", async () => {
  const page = await Deno.readTextFile(`${ROOT}/docs/from-helm-sdkpy.md`);
  const shown = new Map(
    [...page.matchAll(
      /\(\.\.\/examples\/guides\/(\S+)\), `(\S+)`\):\n\n```ts ignore\n(.*?)\n```/gs,
    )]
      .map(([, file, region, code]) => [`${file} ${region}`, code]),
  );
  const inFiles = new Map<string, string>();
  for (const file of ["upgrade.ts", "concurrent.ts"]) {
    const text = await Deno.readTextFile(`${ROOT}/examples/guides/${file}`);
    for (const [, region, code] of text.matchAll(/\/\/ #region (\S+)\n(.*?)\n\/\/ #endregion/gs)) {
      inFiles.set(`${file} ${region}`, code!);
    }
  }
  // A second way to do the same, which the page leaves out.
  inFiles.delete("upgrade.ts upgrade-else-install");
  assert.equal(inFiles.size, 24);
  assert.deepEqual([...shown], [...inFiles]);
});

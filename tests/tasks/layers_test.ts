import assert from "node:assert/strict";
import { violations } from "../../tasks/layers.ts";

async function inLib(files: Record<string, string>): Promise<string[]> {
  const root = await Deno.makeTempDir();
  try {
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(`${root}/${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
      await Deno.writeTextFile(`${root}/${path}`, text);
    }
    return await violations(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("violations() is empty for imports that go down or stay in the folder", async () => {
  assert.deepEqual(
    await inLib({
      "kube/client.ts":
        'import { a } from "./types.ts";\nimport { b } from "../errors.ts";\nimport "js-yaml";',
      "engine/funcs/dates.ts":
        'import type { A } from "../render.ts"; import { c } from "../../chart/chart.ts";',
    }),
    [],
  );
});

Deno.test("violations() names each import that breaks the rule", async () => {
  assert.deepEqual(
    await inLib({
      "kube/client.ts": 'import { a } from "../engine/render.ts";',
      "chart/load.ts": 'import { a } from "../kube/client.ts";\nexport * from "../../mod.ts";',
      "stack/load.ts": 'const a = await import("../cli/main.ts");',
      "nope/a.ts": "",
    }),
    [
      "chart/load.ts: imports ../../mod.ts: outside lib/",
      "chart/load.ts: imports ../kube/client.ts: kube is of the same layer, chart of layer 2",
      "kube/client.ts: imports ../engine/render.ts: engine is of layer 3, kube of layer 2",
      "nope/a.ts: nope is in no layer of tasks/layers.ts",
      "stack/load.ts: imports ../cli/main.ts: cli is of layer 7, stack of layer 5",
    ],
  );
});

Deno.test("violations() finds none in lib/", async () => {
  assert.deepEqual(await violations(new URL("../../lib", import.meta.url).pathname), []);
});

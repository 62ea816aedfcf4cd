/** A stack of many releases of few charts. */
import assert from "node:assert/strict";
import { release, repository } from "../../lib/stack/stack.ts";
import { rehearse } from "../harness.ts";
import { repositoryFiles, serving } from "./serving.ts";

Deno.test("64 releases of 8 charts fetch the index and each archive once", async () => {
  const charts = Array.from({ length: 8 }, (_, n) => `c${n}-1.0.0`);
  await serving(await repositoryFiles(...charts), async ({ url, requests }) => {
    await rehearse({}, async ({ run }) => {
      const source = repository(url);
      const { ended } = await run({
        releases: Array.from(
          { length: 64 },
          (_, n) => release(`r${n}`, { chart: source.chart(`c${n % 8}`, "1.x") }),
        ),
      });
      assert.deepEqual([...new Set(Object.values(ended))], ["installed"]);
      assert.equal(Object.keys(ended).length, 64);
    });
    assert.deepEqual(
      requests.map(([path]) => path).sort(),
      ["/index.yaml", ...charts.map((chart) => `/${chart}.tgz`)].sort(),
    );
  });
});

import assert from "node:assert/strict";
import { loadChart } from "../../lib/chart/load.ts";
import { readValues } from "../../lib/chart/value_files.ts";
import { offlineCapabilities } from "../../lib/engine/capabilities.ts";
import { templateOutput } from "../../lib/engine/output.ts";
import { renderChart } from "../../lib/engine/render_chart.ts";
import { CHARTS, GOLDEN, GOLDENS, KUBE_VERSION } from "./golden.ts";

for (const helmVersion of ["v3", "v4"] as const) {
  for (const { name, chart, values, set, isUpgrade } of GOLDENS) {
    Deno.test(`${name} renders byte for byte as Helm ${helmVersion} renders it`, async () => {
      const loaded = await loadChart(`${CHARTS}/${chart}`, { helmVersion });
      const rendered = await renderChart(
        loaded,
        await readValues({ files: values, set }, { helmVersion }),
        {
          release: { name: "rel", namespace: "shop", isUpgrade },
          capabilities: offlineCapabilities(KUBE_VERSION, [], helmVersion),
          helmVersion,
        },
      );
      const golden = await Deno.readTextFile(`${GOLDEN}${name}.${helmVersion}.yaml`);
      assert.equal(templateOutput(rendered, { helmVersion }), golden);
    });
  }
}

import assert from "node:assert/strict";
import { ActionCache, sha256 } from "../../lib/action/cache.ts";
import { compareDigest, digestInputs } from "../../lib/action/digest.ts";
import type { Chart } from "../../lib/chart/chart.ts";
import { offlineCapabilities } from "../../lib/engine/capabilities.ts";
import { int64 } from "../../lib/template/value.ts";
import { chart } from "./harness.ts";

interface Inputs {
  readonly chart?: Chart;
  readonly values?: Record<string, unknown>;
  readonly kubeVersion?: string;
  readonly apiVersions?: string[];
  readonly options?: Record<string, unknown>;
}

async function digest(inputs: Inputs = {}) {
  const used = inputs.chart ?? chart({ "a.yaml": "a: 1\n" });
  return await digestInputs({
    chart: used,
    chartDigest: await new ActionCache().digestOf(used),
    values: inputs.values ?? {},
    capabilities: offlineCapabilities(inputs.kubeVersion ?? "v1.30.0", inputs.apiVersions),
    options: inputs.options ?? {},
  });
}

async function likeness(before: Inputs, after: Inputs) {
  return compareDigest((await digest(before)).text, await digest(after));
}

Deno.test("digestInputs() differs by chart, values and options, not by the order of keys", async () => {
  const rows: [Inputs, Inputs, string][] = [
    [{}, {}, "same"],
    [{ values: { a: 1, b: { c: 1, d: 2 } } }, { values: { b: { d: 2, c: 1 }, a: 1 } }, "same"],
    [{ values: { a: [1, 2] } }, { values: { a: [2, 1] } }, "different"],
    [{ values: { a: 1 } }, { values: { a: "1" } }, "different"],
    [
      { values: { a: int64(9007199254740993n) } },
      { values: { a: int64(9007199254740992n) } },
      "different",
    ],
    [{}, { chart: chart({ "a.yaml": "a: 2\n" }) }, "different"],
    [{}, { chart: chart({ "b.yaml": "a: 1\n" }) }, "different"],
    [{}, { chart: chart({ "a.yaml": "a: 1\n" }, { "values.yaml": "x: 1\n" }) }, "different"],
    [{}, { options: { labels: { a: "b" } } }, "different"],
    [{}, { kubeVersion: "v1.31.0" }, "same-inputs"],
    [{}, { apiVersions: ["e.com/v1"] }, "same"],
  ];
  for (const [i, [before, after, expected]] of rows.entries()) {
    assert.equal(await likeness(before, after), expected, `row ${i}`);
  }
});

Deno.test("digestInputs() minds what the cluster serves only where templates ask", async () => {
  const asking = chart({ "a.yaml": '{{ .Capabilities.APIVersions.Has "e.com/v1" }}' });
  assert.equal(
    await likeness({ chart: asking }, { chart: asking, apiVersions: ["e.com/v1"] }),
    "same-inputs",
  );
  assert.equal(await likeness({ chart: asking }, { chart: asking }), "same");
});

Deno.test("digestInputs() never answers alone for templates that look things up", async () => {
  const looking = chart({ "a.yaml": '{{ lookup "v1" "Secret" "a" "b" }}' });
  assert.equal(await likeness({ chart: looking }, { chart: looking }), "same-inputs");
});

Deno.test("compareDigest() says that a record has no digest", async () => {
  assert.equal(compareDigest(undefined, await digest()), "none");
});

Deno.test("sha256() is that of the bytes", async () => {
  assert.equal(
    await sha256(""),
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  );
});

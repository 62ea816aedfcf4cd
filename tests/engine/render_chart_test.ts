import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { chartFromFiles } from "../../lib/chart/from_files.ts";
import { renderChart } from "../../lib/engine/render_chart.ts";
import type { RenderOptions } from "../../lib/engine/render_chart.ts";

const FILES = {
  "Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n",
  "values.yaml": "a: 1\n",
  "crds/c.yaml": "kind: CustomResourceDefinition\n",
  "templates/NOTES.txt": "own {{ .Release.Name }}",
  "templates/a.yaml": "kind: ConfigMap\nmetadata: {name: a}\n",
  "templates/h.yaml": 'kind: Job\nmetadata: {name: h, annotations: {"helm.sh/hook": test}}\n',
  "charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 0.1.0\n",
  "charts/sub/templates/NOTES.txt": "sub's",
};

function render(options: Partial<RenderOptions> = {}, files: Record<string, string> = {}) {
  const chart = chartFromFiles({ ...FILES, ...files });
  return renderChart(chart, {}, { release: { name: "shop", namespace: "ns" }, ...options });
}

Deno.test("renderChart() parts manifests, hooks, notes and custom resource definitions", async () => {
  const rendered = await render();
  deepStrictEqual(rendered.manifests.map(({ path }) => path), ["web/templates/a.yaml"]);
  deepStrictEqual(rendered.hooks.map(({ name }) => name), ["h"]);
  strictEqual(rendered.notes, "own shop");
  deepStrictEqual(rendered.crds.map(({ path }) => path), ["web/crds/c.yaml"]);
  strictEqual(
    rendered.manifest,
    "---\n# Source: web/templates/a.yaml\nkind: ConfigMap\nmetadata: {name: a}\n\n",
  );
});

Deno.test("renderChart() joins the notes of subcharts where they are asked for", async () => {
  strictEqual((await render({ subNotes: true })).notes, "sub's\nown shop");
});

Deno.test("renderChart() puts custom resource definitions first where they are asked for", async () => {
  const { manifest } = await render({ includeCrds: true });
  strictEqual(manifest.split("\n")[1], "# Source: web/crds/c.yaml");
});

Deno.test("renderChart() gives Helm 3's post-renderer the manifest, and no hooks", async () => {
  const { manifest, hooks } = await render({
    helmVersion: "v3",
    postRender: (text) => Promise.resolve(text.replaceAll("name: a", "name: b")),
  });
  strictEqual(manifest.includes("name: b"), true);
  strictEqual(hooks.length, 1);
});

Deno.test("renderChart() refuses a chart for other versions of Kubernetes", async () => {
  const files = { "Chart.yaml": `${FILES["Chart.yaml"]}kubeVersion: "<1.20"\n` };
  await rejects(render({}, files), {
    code: "chart/kube-version",
    message: "chart requires kubeVersion: <1.20 which is incompatible with Kubernetes v1.37.0",
  });
});

Deno.test("renderChart() carries what was rendered in the error, where it is no manifest", async () => {
  const files = { "templates/a.yaml": "a: b: c" };
  await rejects(render({}, files), {
    code: "manifest/yaml",
    manifest:
      '---\n# Source: web/templates/h.yaml\nkind: Job\nmetadata: {name: h, annotations: {"helm.sh/hook": test}}\n\n---\n# Source: web/templates/a.yaml\na: b: c\n',
  });
});

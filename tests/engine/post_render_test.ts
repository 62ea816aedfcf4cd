import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { chartFromFiles } from "../../lib/chart/from_files.ts";
import { postRenderFiles } from "../../lib/engine/post_render.ts";
import { renderChart } from "../../lib/engine/render_chart.ts";

const MARK = "postrenderer.helm.sh/postrender-filename";
const FILES = new Map([
  [
    "c/templates/a.yaml",
    "# top\nkind: ConfigMap\napiVersion: v1\nmetadata:\n    name: a   # first\n    # last\ndata:\n  z: 1\n" +
    '---\nkind: Secret\nmetadata: {name: flow, annotations: {x: "y"}}\n' +
    "---\nkind: List\nitems:\n- kind: A\n  metadata: {name: q}\n",
  ],
  ["c/templates/_partial.yaml", "nothing: here"],
  ["c/templates/empty.yaml", "\n# only a comment\n"],
  [
    "c/templates/h.yaml",
    "kind: Pod\nmetadata:\n  annotations:\n    helm.sh/hook: pre-install\n    b: |\n      text\n\n  name: h\n",
  ],
]);

async function through(change: (text: string) => string) {
  let seen = "";
  const files = await postRenderFiles(FILES, (text) => Promise.resolve(change(seen = text)));
  return { seen, files: Object.fromEntries(files) };
}

Deno.test("a post-renderer sees hooks and manifests, each with the file that it comes from", async () => {
  const { seen } = await through((text) => text);
  strictEqual(
    seen,
    [
      "# top\nkind: ConfigMap\napiVersion: v1\nmetadata:\n    name: a   # first\n    annotations:\n" +
      `      ${MARK}: 'c/templates/a.yaml'\n    # last\ndata:\n  z: 1\n`,
      `kind: Secret\nmetadata:\n  annotations:\n    ${MARK}: c/templates/a.yaml\n    x: "y"\n  name: flow\n`,
      "kind: A\nmetadata:\n  name: q\n  annotations:\n" + `    ${MARK}: 'c/templates/a.yaml'\n`,
      "kind: Pod\nmetadata:\n  annotations:\n    helm.sh/hook: pre-install\n    b: |\n      text\n" +
      `    ${MARK}: 'c/templates/h.yaml'\n\n  name: h\n`,
    ].join("---\n"),
  );
});

Deno.test("documents return to their files, with the text that they had", async () => {
  const { files } = await through((text) => text);
  deepStrictEqual(Object.keys(files), ["c/templates/a.yaml", "c/templates/h.yaml"]);
  strictEqual(files["c/templates/h.yaml"], FILES.get("c/templates/h.yaml"));
  strictEqual(
    files["c/templates/a.yaml"],
    FILES.get("c/templates/a.yaml")!.split("---\n")[0] +
      '---\nkind: Secret\nmetadata:\n  annotations:\n    x: "y"\n  name: flow\n' +
      "---\nkind: A\nmetadata:\n  name: q\n",
  );
});

Deno.test("a post-renderer may drop, change and add documents, in any style", async () => {
  const { files } = await through((text) =>
    `${text.split("---\n")[3]!.replace("name: h", "name: i")}---\nkind: New\n---\n` +
    `{"kind": "B", "metadata": {"annotations": {"${MARK}": "c/templates/b.yaml"}}}\n---\n# nothing\n`
  );
  deepStrictEqual(files, {
    "c/templates/h.yaml": FILES.get("c/templates/h.yaml")!.replace("name: h", "name: i"),
    "generated-by-postrender-1.yaml": "kind: New\n",
    "c/templates/b.yaml": "kind: B\nmetadata: {}\n",
  });
});

Deno.test("what goes in and comes out must be YAML", async () => {
  const rows: [files: string, answer: string, message: string][] = [
    [
      "a: b: c",
      "",
      "error merging manifests: parsing a.yaml: error converting YAML to JSON: " +
      "yaml: mapping values are not allowed in this context",
    ],
    ["- a", "", "error merging manifests: parsing a.yaml: a document is no map"],
    [
      "a: b",
      "a: b: c",
      "error while parsing post rendered output: error parsing YAML: " +
      "error converting YAML to JSON: yaml: mapping values are not allowed in this context",
    ],
  ];
  for (const [text, answer, message] of rows) {
    const run = postRenderFiles(new Map([["a.yaml", text]]), () => Promise.resolve(answer));
    await rejects(run, { message });
  }
});

Deno.test("renderChart() sorts hooks from manifests after Helm 4's post-renderer", async () => {
  const chart = chartFromFiles({
    "Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n",
    "crds/c.yaml": "kind: CustomResourceDefinition\n",
    "templates/a.yaml":
      "kind: Service\nmetadata:\n  name: a\n---\nkind: ConfigMap\nmetadata:\n  name: b\n",
    "templates/h.yaml":
      'kind: Job\nmetadata:\n  name: h\n  annotations:\n    "helm.sh/hook": test\n',
    "templates/NOTES.txt": "notes: none",
  });
  const { manifest, hooks, notes } = await renderChart(chart, {}, {
    release: { name: "r", namespace: "n" },
    includeCrds: true,
    postRender: (text) =>
      Promise.resolve(
        text.replace('helm.sh/hook": test', 'helm.sh/hook": pre-install').replaceAll(
          ": h\n",
          ": hook\n",
        ),
      ),
  });
  deepStrictEqual(hooks.map(({ name, events, path }) => ({ name, events, path })), [
    { name: "hook", events: ["pre-install"], path: "web/templates/h.yaml" },
  ]);
  strictEqual(notes, "notes: none");
  strictEqual(
    manifest,
    "---\n# Source: web/crds/c.yaml\nkind: CustomResourceDefinition\n\n" +
      "---\n# Source: web/templates/a.yaml\nkind: ConfigMap\nmetadata:\n  name: b\n\n" +
      "---\n# Source: web/templates/a.yaml\nkind: Service\nmetadata:\n  name: a\n\n",
  );
});

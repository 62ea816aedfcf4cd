import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { crdFiles } from "../../lib/chart/chart.ts";
import { chartFromFiles } from "../../lib/chart/from_files.ts";
import { plain } from "./plain.ts";
import { tarball } from "./tarball.ts";

const CHART = "apiVersion: v2\nname: probe\nversion: 0.1.0\n";
const SUB = "apiVersion: v2\nname: sub\nversion: 1.0.0\n";

Deno.test("chartFromFiles() sorts files as Helm's loader does", () => {
  const chart = chartFromFiles({
    "Chart.yaml": CHART,
    "Chart.lock": "digest: sha256:x\ndependencies: []\n",
    "values.yaml": "a: 1\n",
    "values.schema.json": "{}",
    "README.md": "r",
    ".helmignore": "x",
    "crds/c.yaml": "# c",
    "templates/a.yaml": "a",
    "templates/d/_b.tpl": "b",
    "charts/sub/Chart.yaml": SUB,
    "charts/sub/values.yaml": "b: 2\n",
    "charts/sub/crds/x.JSON": "{}",
    "charts/_ignored/x": "x",
    "charts/.keep": "",
    "charts/sub-1.0.0.tgz.prov": "p",
  });
  deepStrictEqual(chart.templates.map(({ name }) => name), [
    "templates/a.yaml",
    "templates/d/_b.tpl",
  ]);
  deepStrictEqual(chart.files.map(({ name }) => name), [
    "README.md",
    ".helmignore",
    "crds/c.yaml",
    "charts/sub-1.0.0.tgz.prov",
  ]);
  deepStrictEqual(plain(chart.values), { a: 1 });
  strictEqual(chart.lock?.digest, "sha256:x");
  strictEqual(chart.schema?.text, "{}");
  deepStrictEqual(chart.dependencies.map(({ metadata }) => metadata.name), ["sub"]);
  deepStrictEqual(crdFiles(chart).map(({ path }) => path), [
    "probe/crds/c.yaml",
    "probe/charts/sub/crds/x.JSON",
  ]);
});

Deno.test("chartFromFiles() reads Chart.yaml leniently", () => {
  const { metadata } = chartFromFiles({
    "Chart.yaml":
      "apiVersion: v2\nNAME: probe\nversion: 0.1.0\nappVersion: 1.10\nannotations: {a: 1, b: true}\nunknown: x\nkeywords: [1, x]\n",
  });
  strictEqual(metadata.name, "probe");
  strictEqual(metadata.appVersion, "1.1");
  deepStrictEqual({ ...metadata.annotations }, { a: "1", b: "true" });
  deepStrictEqual(metadata.keywords, ["1", "x"]);
});

Deno.test("chartFromFiles() takes no apiVersion for v1, and its requirements.yaml", () => {
  const { metadata, files } = chartFromFiles({
    "Chart.yaml": "name: probe\nversion: 0.1.0\n",
    "requirements.yaml": "dependencies:\n- name: sub\n  version: 1.x\n  condition: sub.on\n",
  });
  strictEqual(metadata.apiVersion, "v1");
  strictEqual(metadata.dependencies?.[0]?.condition, "sub.on");
  deepStrictEqual(files.map(({ name }) => name), ["requirements.yaml"]);
});

Deno.test("chartFromFiles() says what is wrong in Helm's words", () => {
  const rows: [Record<string, string>, string][] = [
    [{ "values.yaml": "" }, "Chart.yaml file is missing"],
    [
      { "Chart.yaml": "apiVersion: v2\nversion: 1.0.0\n" },
      "validation: chart.metadata.name is required",
    ],
    [
      { "Chart.yaml": "apiVersion: v2\nname: a/b\nversion: 1.0.0\n" },
      'validation: chart.metadata.name "a/b" is invalid',
    ],
    [
      { "Chart.yaml": "apiVersion: v2\nname: ..\nversion: 1.0.0\n" },
      'validation: chart.metadata.name ".." is not allowed',
    ],
    [
      { "Chart.yaml": "apiVersion: v2\nname: a\n" },
      "validation: chart.metadata.version is required",
    ],
    [
      { "Chart.yaml": "apiVersion: v2\nname: a\nversion: a.b\n" },
      'validation: chart.metadata.version "a.b" is invalid',
    ],
    [
      { "Chart.yaml": `${CHART}type: x\n` },
      "validation: chart.metadata.type must be application or library",
    ],
    [
      { "Chart.yaml": `${CHART}maintainers: [null]\n` },
      "validation: maintainers must not contain empty or null nodes",
    ],
    [
      { "Chart.yaml": `${CHART}dependencies: [{name: a, alias: b}, {name: b}]\n` },
      'validation: more than one dependency with name or alias "b"',
    ],
    [
      { "Chart.yaml": `${CHART}dependencies: [{name: a, alias: b.c}]\n` },
      'validation: dependency "a" has disallowed characters in the alias',
    ],
    [
      { "Chart.yaml": CHART, "charts/README.md": "x" },
      "error unpacking subchart README.md in probe: Chart.yaml file is missing",
    ],
    [
      { "Chart.yaml": CHART, "charts/x.tgz/y": "x" },
      "error unpacking subchart tar in probe: expected x.tgz, got x.tgz/y",
    ],
    [
      { "Chart.yaml": CHART, "values.yaml": "- a\n" },
      "cannot load values.yaml: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}",
    ],
    [
      { "Chart.yaml": "apiVersion: v2\nname: [a]\nversion: 1.0.0\n" },
      "cannot load Chart.yaml: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go struct field Metadata.name of type string",
    ],
  ];
  for (const [files, message] of rows) {
    throws(() => chartFromFiles(files, { helmVersion: "v3" }), { message });
  }
});

Deno.test("chartFromFiles() refuses paths that lead out", () => {
  for (const path of ["/etc/passwd", "../x", "templates/../../x", "a\\b"]) {
    throws(() => chartFromFiles({ "Chart.yaml": CHART, [path]: "x" }), { code: "chart/unsafe" });
  }
});

Deno.test("chartFromFiles() unpacks a subchart's archive", async () => {
  const archive = await tarball({ "sub/Chart.yaml": SUB, "sub/templates/t.yaml": "t" });
  const chart = chartFromFiles({ "Chart.yaml": CHART, "charts/sub-1.0.0.tgz": archive });
  strictEqual(chart.dependencies[0]?.metadata.version, "1.0.0");
  strictEqual(chart.dependencies[0]?.templates[0]?.name, "templates/t.yaml");
});

Deno.test("chartFromFiles() merges the documents of values.yaml for Helm 4 only", () => {
  const files = { "Chart.yaml": CHART, "values.yaml": "a: 1\n---\nb: 2\n" };
  const chart = chartFromFiles(files);
  deepStrictEqual(plain(chart.values), { a: 1, b: 2 });
  deepStrictEqual(plain(chart.firstValues), { a: 1 });
  deepStrictEqual(plain(chartFromFiles(files, { helmVersion: "v3" }).values), { a: 1 });
});

Deno.test("chartFromFiles() refuses values that are too large to be parsed", () => {
  const files = { "Chart.yaml": CHART, "values.yaml": `a: ${"x".repeat(1000)}` };
  throws(() => chartFromFiles(files, { limits: { valuesBytes: 1000 } }), {
    code: "chart/too-large",
    message: "values.yaml is larger than the maximum size 1000",
  });
});

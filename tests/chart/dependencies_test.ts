import { deepStrictEqual } from "node:assert/strict";
import type { Chart } from "../../lib/chart/chart.ts";
import { missingDependencies, processDependencies } from "../../lib/chart/dependencies.ts";
import { chartFromFiles } from "../../lib/chart/from_files.ts";
import { coalesceValues } from "../../lib/chart/values.ts";
import type { GoMap } from "../../lib/template/value.ts";
import { plain } from "./plain.ts";

function load(dependencies: string, values = "", sub = "", subFields = ""): Chart {
  return chartFromFiles({
    "Chart.yaml": `apiVersion: v2\nname: probe\nversion: 0.1.0\n${dependencies}`,
    "values.yaml": values,
    "charts/sub/Chart.yaml": `apiVersion: v2\nname: sub\nversion: 0.2.0\n${subFields}`,
    "charts/sub/values.yaml": sub,
    "charts/sub/charts/deep/Chart.yaml": "apiVersion: v2\nname: deep\nversion: 1.0.0\n",
  });
}

function names(chart: Chart): string[] {
  return chart.dependencies.map(({ metadata }) => metadata.name);
}

Deno.test("processDependencies() decides by version, tags and conditions", () => {
  const dependency = (more: string) =>
    `dependencies:\n- name: sub\n  version: ">=0.1.0"\n${more.replace(/^/gm, "  ")}\n`;
  const rows: [string, string, string, GoMap, string[]][] = [
    ["no declaration", "", "", {}, ["sub"]],
    ["version fits", dependency(""), "", {}, ["sub"]],
    ["condition", dependency("condition: sub.use"), "sub: {use: false}", {}, []],
    ["condition by the user", dependency("condition: sub.use"), "", { sub: { use: false } }, []],
    ["condition is no boolean", dependency("condition: sub.use"), 'sub: {use: "no"}', {}, ["sub"]],
    ["first condition found", dependency("condition: x,sub.use"), "sub: {use: false}", {}, []],
    ["conditions are not trimmed", dependency("condition: x, use"), "use: false", {}, ["sub"]],
    ["tag off", dependency("tags: [a]"), "tags: {a: false}", {}, []],
    ["one tag on", dependency("tags: [a, b]"), "tags: {a: false, b: true}", {}, ["sub"]],
    [
      "condition beats tag",
      dependency("tags: [a]\ncondition: use"),
      "use: true\ntags: {a: false}",
      {},
      ["sub"],
    ],
    ["alias", dependency("alias: al"), "", {}, ["al"]],
    ["alias off", dependency("alias: al\ncondition: al.use"), "al: {use: false}", {}, []],
    [
      "other version: still there, without its alias",
      'dependencies:\n- {name: sub, version: ">=9", alias: al}\n',
      "",
      {},
      ["sub"],
    ],
    [
      "other version: still off by name",
      'dependencies:\n- {name: sub, version: ">=9", condition: use}\n',
      "use: false",
      {},
      [],
    ],
    [
      "twice",
      "dependencies:\n- {name: sub, version: 0.2.0}\n- {name: sub, version: 0.2.0, alias: b}\n",
      "",
      {},
      ["sub", "b"],
    ],
  ];
  for (const [what, declared, values, user, expected] of rows) {
    for (const helmVersion of ["v3", "v4"] as const) {
      const chart = processDependencies(load(declared, values), user, { helmVersion });
      deepStrictEqual(names(chart), expected, `${what} ${helmVersion}`);
    }
  }
});

Deno.test("processDependencies() rules nested charts by the root's tags, if their parent is declared", () => {
  const declared = "dependencies:\n- {name: sub, version: 0.2.0}\n";
  const nested = "dependencies:\n- {name: deep, version: 1.0.0, tags: [t]}\n";
  const off = processDependencies(load(declared, "tags: {t: false}", "", nested), {});
  deepStrictEqual(names(off.dependencies[0]!), []);
  const byChild = processDependencies(load(declared, "", "tags: {t: false}", nested), {});
  deepStrictEqual(names(byChild.dependencies[0]!), []);
  const undeclared = processDependencies(load("", "tags: {t: false}", "", nested), {});
  deepStrictEqual(names(undeclared.dependencies[0]!), ["deep"]);
});

Deno.test("processDependencies() imports values below the parent's own", () => {
  const imports = (items: string) =>
    `dependencies:\n- name: sub\n  version: 0.2.0\n  import-values: ${items}\n`;
  const sub = "exports: {e: {x: 1, z: 1}}\nd: {q: 1}";
  const rows: [string, string, GoMap, unknown][] = [
    ["[e]", "", {}, { x: 1, z: 1 }],
    ["[e]", "x: 5", {}, { x: 5, z: 1 }],
    ["[{child: d, parent: p.r}]", "", {}, { p: { r: { q: 1 } } }],
    ["[{child: d, parent: .}]", "", {}, { q: 1 }],
    ["[{child: d, parent: p}]", "", { sub: { d: { q: 5 } } }, { p: { q: 1 } }],
    ["[nope]", "", {}, {}],
  ];
  for (const [items, values, user, expected] of rows) {
    const chart = processDependencies(load(imports(items), values, sub), user);
    const { sub: _, ...own } = plain(coalesceValues(chart, user)) as GoMap;
    deepStrictEqual(own, expected, items);
  }
});

Deno.test("processDependencies() leaves the loaded chart as it is", () => {
  const chart = load("dependencies:\n- {name: sub, version: 0.2.0, alias: al, condition: use}\n");
  processDependencies(chart, { use: false });
  deepStrictEqual(names(chart), ["sub"]);
  deepStrictEqual(chart.metadata.dependencies?.[0]?.name, "sub");
});

Deno.test("missingDependencies() names what is declared and not there", () => {
  const chart = load("dependencies:\n- {name: sub, version: 1.x}\n- {name: zz, version: 1.x}\n");
  deepStrictEqual(missingDependencies(chart), ["zz"]);
});

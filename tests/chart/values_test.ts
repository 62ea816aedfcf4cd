import { deepStrictEqual, throws } from "node:assert/strict";
import { chartFromFiles } from "../../lib/chart/from_files.ts";
import { coalesceValues, pathValue, table } from "../../lib/chart/values.ts";
import type { GoMap } from "../../lib/template/value.ts";
import { plain } from "./plain.ts";

const CHART = "apiVersion: v2\nname: probe\nversion: 0.1.0\n";
const SUB = "apiVersion: v2\nname: sub\nversion: 1.0.0\n";

function chart(values: string, sub?: string) {
  return chartFromFiles({
    "Chart.yaml": CHART,
    "values.yaml": values,
    ...(sub === undefined ? {} : { "charts/sub/Chart.yaml": SUB, "charts/sub/values.yaml": sub }),
  });
}

Deno.test("coalesceValues() lets the user win over the chart, and the parent over the child", () => {
  const rows: [string, string | undefined, GoMap, unknown, unknown?][] = [
    ["a: 1\nb: {c: 1, d: 2}", undefined, { b: { c: 9 } }, { a: 1, b: { c: 9, d: 2 } }],
    ["l: [1, 2]", undefined, { l: [] }, { l: [] }],
    ["b: {c: 1}", undefined, { b: {} }, { b: { c: 1 } }],
    ["b: {c: 1}", undefined, { b: "s" }, { b: "s" }],
    // nulls
    ["a: 1\nb: {c: 1, d: 2}", undefined, { a: null, b: { c: null } }, { b: { d: 2 } }],
    ["a: 1", undefined, { z: null, m: { y: null } }, { a: 1, m: { y: null }, z: null }],
    ["a: null\nm: {k: null}", undefined, { a: null, m: { k: null } }, { m: { k: null } }],
    ["a: null\nm: {k: null, j: 1}", undefined, {}, { a: null, m: { k: null, j: 1 } }, {
      m: { j: 1 },
    }],
    // subcharts and globals
    ["sub: {a: 9}", "a: 1\nb: 2", {}, { sub: { a: 9, b: 2, global: {} } }],
    ["sub: {a: null}", "a: 1\nb: 2", {}, { sub: { b: 2, global: {} } }, {
      sub: { a: 1, b: 2, global: {} },
    }],
    ["", "m: {k: 1, j: 2}", { sub: { m: { k: null } } }, { sub: { m: { j: 2 }, global: {} } }],
    ["global: {g: 1}", "global: {g: 0, h: 2}", {}, {
      global: { g: 1 },
      sub: { global: { g: 1, h: 2 } },
    }],
    ["global: {m: {a: 1}}", "global: {m: {a: 0, b: 2}}", {}, {
      global: { m: { a: 1 } },
      sub: { global: { m: { a: 1, b: 2 } } },
    }],
    ["global: str", "a: 1", {}, { global: "str", sub: { a: 1 } }],
    ["global: {g: 1}", "global: {g: 0}", { global: { g: null } }, {
      global: {},
      sub: { global: { g: 0 } },
    }],
  ];
  for (const [values, sub, user, v3, v4] of rows) {
    const loaded = chart(values, sub);
    deepStrictEqual(sorted(coalesceValues(loaded, user, { helmVersion: "v3" })), sorted(v3));
    deepStrictEqual(sorted(coalesceValues(loaded, user, { helmVersion: "v4" })), sorted(v4 ?? v3));
  }
});

function sorted(value: unknown): unknown {
  const inner = plain(value);
  if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
  const entries = Object.entries(inner).sort(([a], [b]) => a < b ? -1 : 1);
  return Object.fromEntries(entries.map(([key, one]) => [key, sorted(one)]));
}

Deno.test("coalesceValues() changes neither the chart nor the user's values", () => {
  const loaded = chart("m: {a: 1}", "n: {b: 1}");
  const user = { m: { c: 2 }, sub: { n: { d: 3 } } };
  coalesceValues(loaded, user);
  deepStrictEqual(user, { m: { c: 2 }, sub: { n: { d: 3 } } });
  deepStrictEqual(plain(loaded.values), { m: { a: 1 } });
});

Deno.test("coalesceValues() warns of what does not fit", () => {
  const warnings: string[] = [];
  const warn = (message: string) => warnings.push(message);
  coalesceValues(chart("c: x\nt: {a: {b: 1}, c: x}"), {
    c: { d: 1 },
    t: { a: 1, c: { d: 1 } },
  }, { warn });
  deepStrictEqual(warnings.sort(), [
    "warning: cannot overwrite table with non table for probe.t.a (map[b:1])",
    "warning: destination for probe.t.c is a table. Ignoring non-table value (x)",
    "warning: skipped value for probe.c: Not a table.",
  ]);
});

Deno.test("coalesceValues() refuses a section that is no map", () => {
  const rows: [unknown, string][] = [
    ["str", "type mismatch on sub: %!t(string=str)"],
    [null, "type mismatch on sub: %!t(<nil>)"],
    [1, "type mismatch on sub: %!t(float64=1)"],
    [true, "type mismatch on sub: true"],
    [[1, null], "type mismatch on sub: [%!t(float64=1) <nil>]"],
  ];
  for (const [value, message] of rows) {
    throws(() => coalesceValues(chart("", "a: 1"), { sub: value }), { message });
  }
});

Deno.test("table() and pathValue() follow dotted paths", () => {
  const values = { a: { b: { c: 1 } }, d: 2 };
  deepStrictEqual(table(values, "a.b"), { c: 1 });
  deepStrictEqual(table(values, "a.x"), undefined);
  deepStrictEqual(table(values, "d"), undefined);
  deepStrictEqual(pathValue(values, "a.b.c"), 1);
  deepStrictEqual(pathValue(values, "d"), 2);
  deepStrictEqual(pathValue(values, "a.b"), undefined);
});

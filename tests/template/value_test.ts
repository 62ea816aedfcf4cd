import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { deepEqual } from "../../lib/template/compare.ts";
import { formatValue, printValue } from "../../lib/template/format.ts";
import { byteLength, locate } from "../../lib/template/nodes.ts";
import {
  compareStrings,
  elementTypeOf,
  fromBytes,
  GoComplex,
  GoNumber,
  int64,
  isNil,
  kindOf,
  newMap,
  nilBytes,
  nilMap,
  nilSlice,
  sortedKeys,
  toBytes,
  truth,
  typedSlice,
  typeOf,
  zeroOf,
} from "../../lib/template/value.ts";
import { goValue, Meta, Month, StringMap, Values, Versions } from "./fixtures.ts";

Deno.test("typeOf(), kindOf() and truth() know every shape of value", () => {
  const rows: [value: unknown, type: string, kind: string, truth: boolean][] = [
    [undefined, "<nil>", "invalid", false],
    [null, "<nil>", "invalid", false],
    ["", "string", "string", false],
    ["0", "string", "string", true],
    [0, "float64", "float64", false],
    [NaN, "float64", "float64", true],
    [0n, "int", "int", false],
    [1n, "int", "int", true],
    [false, "bool", "bool", false],
    [int64(0n), "int64", "int64", false],
    [new GoNumber("float32", 0.5), "float32", "float32", true],
    [new GoComplex(0, 1), "complex128", "complex128", true],
    [new GoComplex(0, 0), "complex128", "complex128", false],
    [[], "[]interface {}", "slice", false],
    [typedSlice("[]string", ["a"]), "[]string", "slice", true],
    [nilSlice(), "[]interface {}", "slice", false],
    [new Uint8Array(1), "[]uint8", "slice", true],
    [{}, "map[string]interface {}", "map", false],
    [{ a: null }, "map[string]interface {}", "map", true],
    [nilMap(), "map[string]interface {}", "map", false],
    [new Values({}), "main.Values", "map", false],
    [new StringMap({ a: "" }), "map[string]string", "map", true],
    [new Versions([]), "main.VS", "slice", false],
    [new Meta(""), "*main.Meta", "ptr", true],
    [new Month(0), "time.Month", "int", false],
    [new Month(1), "time.Month", "int", true],
  ];
  for (const [value, type, kind, isTrue] of rows) {
    deepStrictEqual([typeOf(value), kindOf(value), truth(value)], [type, kind, isTrue]);
  }
});

Deno.test("isNil() tells nil slices and maps from empty ones, and they cannot be written", () => {
  for (const nil of [undefined, null, nilSlice(), nilSlice("[]string"), nilMap(), nilBytes()]) {
    ok(isNil(nil));
  }
  for (const value of [[], {}, new Uint8Array(0), "", 0, new Values({})]) ok(!isNil(value));
  throws(() => nilMap()["a"] = 1, TypeError);
  throws(() => nilSlice().push(1), TypeError);
});

Deno.test("zeroOf() and elementTypeOf() follow Go's types", () => {
  const types = ["string", "bool", "int", "float64", "int64", "interface {}", "*x.Y"];
  deepStrictEqual(types.map(zeroOf), ["", false, 0n, 0, int64(0n), null, null]);
  for (const type of ["[]string", "[]uint8", "map[string]interface {}"]) ok(isNil(zeroOf(type)));
  strictEqual(typeOf(zeroOf("[]string")), "[]string");
  const containers = [
    [],
    typedSlice("[]int", []),
    {},
    new StringMap({}),
    new Versions([]),
    "s",
    new Meta(""),
  ];
  deepStrictEqual(containers.map(elementTypeOf), [
    "interface {}",
    "int",
    "interface {}",
    "string",
    "string",
    undefined,
    undefined,
  ]);
});

Deno.test("sortedKeys() orders by bytes", () => {
  const map = newMap();
  for (const key of ["b", "a", "B", "10", "9", "é", "\u{1f600}", "\uffff", "_", ""]) map[key] = 1;
  deepStrictEqual(sortedKeys(map), ["", "10", "9", "B", "_", "a", "b", "é", "\uffff", "\u{1f600}"]);
});

Deno.test("compareStrings() orders as the bytes of UTF-8 do", () => {
  const text = fc.string({ unit: "binary" });
  fc.assert(fc.property(text, text, (a, b) => {
    const [x, y] = [toBytes(a), toBytes(b)];
    const at = x.findIndex((byte, i) => byte !== y[i]);
    const expected = at < 0 ? x.length - y.length : (x[at] ?? -1) - (y[at] ?? -1);
    strictEqual(Math.sign(compareStrings(a, b)), Math.sign(expected));
  }));
});

Deno.test("toBytes() and byteLength() lose nothing of strings that are not UTF-8", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => {
    deepStrictEqual(toBytes(fromBytes(bytes)), new Uint8Array(bytes));
    strictEqual(byteLength(fromBytes(bytes)), bytes.length);
  }));
});

Deno.test("locate() counts lines from 1 and bytes from 0", () => {
  const text = "é😀x\n\nab";
  const rows: [string, number, number][] = [["é", 1, 0], ["x", 1, 6], ["ab", 3, 0], ["b", 3, 1]];
  for (const [mark, line, column] of rows) {
    deepStrictEqual(locate(text, text.indexOf(mark)), { line, column });
  }
});

Deno.test("formatValue() and printValue() differ in what is missing and in pointers", () => {
  const rows: [unknown, string, string?][] = [
    [null, "<nil>", "<no value>"],
    [undefined, "<nil>", "<no value>"],
    [goValue({ b: [1, "x", null, true], a: { c: 1.5 } }), "map[a:map[c:1.5] b:[1 x <nil> true]]"],
    [new Meta("m"), "&{m 3 <nil> [x] map[k:v]}", "{m 3 <nil> [x] map[k:v]}"],
    [[new Month(2), int64(-3n), new GoComplex(1, NaN)], "[February -3 (1+NaNi)]"],
    [new Uint8Array([65, 66]), "[65 66]"],
    [new Values({ a: 1n }), "map[a:1]"],
    [[[], {}, nilMap()], "[[] map[] map[]]"],
  ];
  for (const [value, text, printed = text] of rows) {
    deepStrictEqual([formatValue(value), printValue(value)], [text, printed]);
  }
});

Deno.test("deepEqual() compares types as well as values", () => {
  const same: [unknown, unknown][] = [
    [1, 1],
    [null, undefined],
    [goValue({ a: [1, { b: null }] }), goValue({ a: [1, { b: null }] })],
    [int64(3n), int64(3n)],
    [new Uint8Array([1]), new Uint8Array([1])],
    [new Values({ a: 1 }), new Values({ a: 1 })],
    [new Versions(["a"]), new Versions(["a"])],
    [new Month(1), new Month(1)],
    [new GoComplex(1, 2), new GoComplex(1, 2)],
  ];
  const different: [unknown, unknown][] = [
    [1, 1n],
    [1n, int64(1n)],
    [NaN, NaN],
    ["1", 1],
    [[], nilSlice()],
    [{}, nilMap()],
    [[], {}],
    [["a"], typedSlice("[]string", ["a"])],
    [{ a: 1 }, { b: 1 }],
    [{ a: null }, {}],
    [[1], [1, 2]],
    [null, false],
    [{ a: 1 }, new Values({ a: 1 })],
    [new Month(1), new Month(2)],
    [new Month(1), 1n],
  ];
  for (const [a, b] of same) ok(deepEqual(a, b) && deepEqual(b, a));
  for (const [a, b] of different) ok(!deepEqual(a, b) && !deepEqual(b, a));
});

Deno.test("deepEqual() takes from the budget what values that share their parts cost", () => {
  const shared = () => {
    let list: unknown[] = [];
    for (let i = 0; i < 60; i++) list = [list, list];
    return list;
  };
  let left = 10_000;
  const budget = {
    take(amount: number) {
      if ((left -= amount) < 0) throw new Error("budget used up");
    },
  };
  throws(() => deepEqual(shared(), shared(), { budget }), { message: "budget used up" });
});

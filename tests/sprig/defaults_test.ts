import assert from "node:assert/strict";
import { defaultFuncs } from "../../lib/sprig/defaults.ts";
import { reflectionFuncs } from "../../lib/sprig/reflection.ts";
import { StringMap } from "../../lib/sprig/string_map.ts";
import { int64, newMap, nilSlice, typedSlice } from "../../lib/template/value.ts";
import { call, show } from "./environment.ts";

const funcs = { ...defaultFuncs(), ...reflectionFuncs() };
const EMPTY = [null, undefined, "", 0, -0, 0n, int64(0), false, [], nilSlice(), newMap()];
const FULL = ["a", 1, NaN, 1n, int64(1), true, [null], Object.assign(newMap(), { a: null })];

type Row = [name: string, args: unknown[], expected: string];

function check(rows: readonly Row[]): void {
  for (const [name, args, expected] of rows) {
    assert.equal(show(call(funcs, name, ...args)), expected, `${name} ${args.map(show)}`);
  }
}

Deno.test("empty says what is the zero value of its type or holds nothing", () => {
  for (const value of EMPTY) assert.equal(call(funcs, "empty", value), true, show(value));
  for (const value of FULL) assert.equal(call(funcs, "empty", value), false, show(value));
  assert.equal(call(funcs, "empty", new StringMap(newMap())), true);
});

Deno.test("default, coalesce, all, any and ternary choose among values", () => {
  check([
    ["default", ["d"], "string d"],
    ["default", ["d", null], "string d"],
    ["default", ["d", "", "x"], "string d"],
    ["default", ["d", "v"], "string v"],
    ["default", [true, false], "bool true"],
    ["coalesce", [null, "", 0, "x", "y"], "string x"],
    ["coalesce", [], "<nil> <nil>"],
    ["all", [1n, "a"], "bool true"],
    ["all", [1n, ""], "bool false"],
    ["all", [], "bool true"],
    ["any", ["", 0n, 1n], "bool true"],
    ["any", [], "bool false"],
    ["ternary", ["y", "n", true], "string y"],
    ["ternary", ["y", "n", false], "string n"],
  ]);
});

Deno.test("types and kinds are Go's", () => {
  const strings = typedSlice("[]string", ["a"]);
  check([
    ["typeOf", [null], "string <nil>"],
    ["typeOf", [strings], "string []string"],
    ["typeOf", [1], "string float64"],
    ["typeOf", [new StringMap(newMap())], "string map[string]string"],
    ["kindOf", [null], "string invalid"],
    ["kindOf", [strings], "string slice"],
    ["kindOf", [int64(1)], "string int64"],
    ["kindIs", ["map", newMap()], "bool true"],
    ["typeIs", ["int", 1n], "bool true"],
    ["typeIs", ["*int", 1n], "bool false"],
    ["typeIsLike", ["int", 1n], "bool true"],
    ["typeIsLike", ["*int", 1n], "bool false"],
  ]);
});

Deno.test("deepEqual compares types at every depth", () => {
  check([
    ["deepEqual", [1n, 1], "bool false"],
    ["deepEqual", [[1n, ["a"]], [1n, ["a"]]], "bool true"],
    ["deepEqual", [["a"], typedSlice("[]string", ["a"])], "bool false"],
    ["deepEqual", [[], nilSlice()], "bool false"],
    ["deepEqual", [null, undefined], "bool true"],
  ]);
});

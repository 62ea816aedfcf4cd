import assert from "node:assert/strict";
import { listFuncs } from "../../lib/sprig/lists.ts";
import { int64, isNil, newMap, nilSlice, typedSlice } from "../../lib/template/value.ts";
import { call, limitedBudget, show, testEnv } from "./environment.ts";

const funcs = listFuncs(testEnv());
const strings = typedSlice("[]string", ["b", "a", "b"]);

type Row = [name: string, args: unknown[], expected: string];

function check(rows: readonly Row[]): void {
  for (const [name, args, expected] of rows) {
    assert.equal(show(call(funcs, name, ...args)), expected, `${name} ${args.map(show)}`);
  }
}

Deno.test("first and last of an empty list are nil", () => {
  check([
    ["first", [[1n, 2n]], "int 1"],
    ["last", [[1n, 2n]], "int 2"],
    ["first", [[]], "<nil> <nil>"],
    ["last", [nilSlice()], "<nil> <nil>"],
    ["mustFirst", [strings], "string b"],
    ["last", [Uint8Array.of(1, 7)], "uint8 7"],
  ]);
});

Deno.test("lists of every type become []interface {}", () => {
  check([
    ["list", [1n, "a", null], "[]interface {} [1 a <nil>]"],
    ["tuple", [], "[]interface {} []"],
    ["rest", [strings], "[]interface {} [a b]"],
    ["initial", [[1n, 2n]], "[]interface {} [1]"],
    ["append", [strings, 1n], "[]interface {} [b a b 1]"],
    ["push", [nilSlice(), null], "[]interface {} [<nil>]"],
    ["prepend", [[1n], 0n], "[]interface {} [0 1]"],
    ["reverse", [typedSlice("[]int", [1n, 2n])], "[]interface {} [2 1]"],
    ["compact", [[1n, 0, "", null, [], "a", false, true]], "[]interface {} [1 a true]"],
    ["concat", [[1n], strings, []], "[]interface {} [1 b a b]"],
    ["uniq", [strings], "[]interface {} [b a]"],
    ["without", [strings, "a"], "[]interface {} [b b]"],
  ]);
});

Deno.test("rest, initial and concat of nothing are nil lists", () => {
  for (
    const [name, args] of [["rest", [[]]], ["initial", [[]]], ["concat", []], ["concat", [[]]]]
  ) {
    const list = call(funcs, name as string, ...args as unknown[]);
    assert.ok(Array.isArray(list) && isNil(list), `${name}`);
  }
  for (const name of ["reverse", "compact", "uniq", "without", "list"]) {
    const list = call(funcs, name, ...(name === "list" ? [] : [nilSlice()]));
    assert.ok(Array.isArray(list) && !isNil(list), name);
  }
});

Deno.test("uniq, without and has compare types too", () => {
  const map = (value: unknown) => Object.assign(newMap(), { a: value });
  check([
    ["uniq", [[1, 1n, int64(1), 1, int64(1), "1", true, true]], "[]interface {} [1 1 1 1 true]"],
    ["uniq", [[map(1), map(1n), map(1), [1], [1]]], "[]interface {} [map[a:1] map[a:1] [1]]"],
    ["uniq", [[NaN, NaN, null, null]], "[]interface {} [NaN NaN <nil>]"],
    ["without", [[1, 2], 1n], "[]interface {} [1 2]"],
    ["without", [[1, map(2), 3], 3, map(2)], "[]interface {} [1]"],
    ["has", [1n, [1, 2]], "bool false"],
    ["has", [1, [1, 2]], "bool true"],
    ["has", [map(1), [map(1)]], "bool true"],
    ["has", [1n, null], "bool false"],
  ]);
});

Deno.test("slice keeps the type of the list and converts its bounds", () => {
  check([
    ["slice", [[1n, 2n, 3n]], "[]interface {} [1 2 3]"],
    ["slice", [[1n, 2n, 3n], 1n], "[]interface {} [2 3]"],
    ["slice", [strings, "1", 2.9], "[]string [a]"],
    ["slice", [typedSlice("[]int", [1n, 2n]), 2n], "[]int []"],
    ["slice", [Uint8Array.of(1, 2, 3), 1n], "[]uint8 [2 3]"],
    ["slice", [[], 5n], "<nil> <nil>"],
  ]);
});

Deno.test("chunk cuts lists, and odd sizes do as Go's arithmetic does", () => {
  check([
    ["chunk", [2n, [1n, 2n, 3n]], "[][]interface {} [[1 2] [3]]"],
    ["chunk", [3n, [1n, 2n, 3n]], "[][]interface {} [[1 2 3]]"],
    ["chunk", [2n, []], "[][]interface {} []"],
    ["chunk", [-5n, [1n, 2n]], "[][]interface {} []"],
    ["chunk", [-2n, [1n]], "[][]interface {} [[1]]"],
  ]);
});

Deno.test("sortAlpha sorts by bytes, a list of strings in place", () => {
  const list = typedSlice("[]string", ["b", "\u{1f600}", "\uffee", "B"]);
  assert.equal(call(funcs, "sortAlpha", list), list);
  assert.equal(show(list), "[]string [B b \uffee \u{1f600}]");
  check([
    ["sortAlpha", [["b", "a", 10n, 9n, null, "B"]], "[]string [10 9 B a b]"],
    ["sortAlpha", ["x"], "[]string [x]"],
    ["sortAlpha", [null], "[]string [<nil>]"],
  ]);
});

Deno.test("what is no list is refused with sprig's words", () => {
  const nil = "runtime error: invalid memory address or nil pointer dereference";
  const length = "runtime error: makeslice: len out of range";
  const bounds = "reflect.Value.Slice: slice index out of bounds";
  const rows: [name: string, args: unknown[], message: string][] = [
    ["first", ["a"], "Cannot find first on type string"],
    ["mustLast", [1n], "Cannot find last on type int"],
    ["rest", [newMap()], "Cannot find rest on type map"],
    ["initial", [1.5], "Cannot find initial on type float64"],
    ["append", ["a", 1n], "Cannot push on type string"],
    ["mustPush", [true, 1n], "Cannot push on type bool"],
    ["prepend", ["a", 1n], "Cannot prepend on type string"],
    ["reverse", ["a"], "Cannot find reverse on type string"],
    ["compact", ["a"], "Cannot compact on type string"],
    ["uniq", ["a"], "Cannot find uniq on type string"],
    ["without", ["a", 1n], "Cannot find without on type string"],
    ["has", [1n, "a"], "Cannot find has on type string"],
    ["slice", ["a"], "list should be type of slice or array but string"],
    ["concat", [[1n], "a"], "Cannot concat type string as list"],
    ["chunk", [1n, int64(1)], "Cannot chunk type int64"],
    ["first", [null], nil],
    ["concat", [null], nil],
    ["chunk", [0n, [1n]], length],
    ["chunk", [-1n, []], length],
    ["slice", [[1n], 0n, 2n], bounds],
    ["slice", [[1n], -1n], bounds],
    ["slice", [[1n, 2n], 2n, 1n], bounds],
  ];
  for (const [name, args, message] of rows) {
    assert.throws(() => call(funcs, name, ...args), { message }, name);
  }
});

Deno.test("lists are not changed by the functions that take them", () => {
  const list = Object.freeze([3n, 1n, 1n]);
  for (const name of ["rest", "initial", "reverse", "compact", "uniq"]) call(funcs, name, list);
  call(funcs, "append", list, 4n);
  call(funcs, "prepend", list, 4n);
  assert.deepEqual(list, [3n, 1n, 1n]);
});

Deno.test("comparing many values with many takes from the budget", () => {
  const tight = listFuncs({ budget: limitedBudget(10_000) });
  const maps = Array.from({ length: 1000 }, (_, i) => Object.assign(newMap(), { a: i }));
  assert.throws(() => call(tight, "uniq", maps), { message: "budget used up" });
});

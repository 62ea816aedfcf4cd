import assert from "node:assert/strict";
import { dictFuncs } from "../../lib/sprig/dicts.ts";
import { StringMap } from "../../lib/sprig/string_map.ts";
import { type GoMap, isMap, newMap, nilMap } from "../../lib/template/value.ts";
import { call, show, testEnv } from "./environment.ts";

const funcs = dictFuncs(testEnv());

function map(entries: Record<string, unknown>): GoMap {
  return Object.assign(newMap(), entries);
}

type Row = [name: string, args: unknown[], expected: string];

function check(rows: readonly Row[]): void {
  for (const [name, args, expected] of rows) {
    assert.equal(show(call(funcs, name, ...args)), expected, `${name} ${args.map(show)}`);
  }
}

Deno.test("dict reads its keys as toString does; a last key without a value holds nothing", () => {
  check([
    ["dict", ["a", 1n, "b", null], "map[string]interface {} map[a:1 b:<nil>]"],
    ["dict", [1n, 2n, null, 3n, 1.5, "x"], "map[string]interface {} map[1:2 1.5:x <nil>:3]"],
    ["dict", ["a"], "map[string]interface {} map[a:]"],
    [
      "dict",
      ["__proto__", 1n, "constructor", 2n],
      "map[string]interface {} map[__proto__:1 constructor:2]",
    ],
    ["dict", [], "map[string]interface {} map[]"],
  ]);
});

Deno.test("get, hasKey, pick, omit and pluck see keys that hold nil, and no inherited ones", () => {
  const m = map({ a: 1n, n: null });
  check([
    ["get", [m, "a"], "int 1"],
    ["get", [m, "n"], "<nil> <nil>"],
    ["get", [m, "x"], "string "],
    ["get", [{ a: 1n }, "toString"], "string "],
    ["hasKey", [m, "n"], "bool true"],
    ["hasKey", [m, "x"], "bool false"],
    ["pick", [m, "n", "x"], "map[string]interface {} map[n:<nil>]"],
    ["omit", [m, "n", "x"], "map[string]interface {} map[a:1]"],
    ["pluck", ["n", m, map({ b: 1n }), map({ n: 2n })], "[]interface {} [<nil> 2]"],
    ["pluck", ["n"], "[]interface {} []"],
  ]);
});

Deno.test("keys and values come sorted by key", () => {
  const m = map({ b: 2n, a: 1n, "10": 3n, "\u{1f600}": 4n, "\uffee": 5n });
  check([
    ["keys", [m, map({ b: 1n })], "[]string [10 a b \uffee \u{1f600} b]"],
    ["values", [m], "[]interface {} [3 1 2 5 4]"],
    ["keys", [], "[]string []"],
  ]);
});

Deno.test("set and unset change the map they are given and return it", () => {
  const m = map({ a: 1n });
  assert.equal(call(funcs, "set", m, "b", undefined), m);
  assert.equal(call(funcs, "unset", m, "a"), m);
  assert.equal(show(m), "map[string]interface {} map[b:<nil>]");
  assert.throws(() => call(funcs, "set", nilMap(), "a", 1n), {
    message: "assignment to entry in nil map",
  });
});

Deno.test("dig follows keys; nil at the end is found, nil on the way is an error", () => {
  const m = map({ a: map({ b: map({ c: 1n }), n: null }), s: "x" });
  check([
    ["dig", ["a", "b", "c", 0n, m], "int 1"],
    ["dig", ["a", "x", "c", 0n, m], "int 0"],
    ["dig", ["a", "n", 0n, m], "<nil> <nil>"],
    ["dig", ["toString", 0n, m], "int 0"],
  ]);
  const rows: [args: unknown[], message: string][] = [
    [["a", m], "dig needs at least three arguments"],
    [
      ["s", "x", 0n, m],
      "interface conversion: interface {} is string, not map[string]interface {}",
    ],
    [
      ["a", "n", "x", 0n, m],
      "interface conversion: interface {} is nil, not map[string]interface {}",
    ],
    [
      ["a", 0n, new StringMap(map({ a: "x" }))],
      "interface conversion: interface {} is map[string]string, not map[string]interface {}",
    ],
    [[1n, 0n, m], "interface conversion: interface {} is int, not string"],
  ];
  for (const [args, message] of rows) {
    assert.throws(() => call(funcs, "dig", ...args), { message });
  }
});

Deno.test("merge keeps what the target holds unless it is empty", () => {
  const target = map({ a: false, b: 0n, c: "x", d: map({ e: 1n }), l: [1n] });
  const source = map({ a: true, b: 7n, c: "y", d: map({ e: 2n, f: 3n }), l: [2n], n: null });
  assert.equal(call(funcs, "merge", target, source), target);
  assert.equal(
    show(target),
    "map[string]interface {} map[a:true b:7 c:x d:map[e:1 f:3] l:[1]]",
  );
});

Deno.test("mergeOverwrite takes every value of the source, be it empty or nil", () => {
  const target = map({ a: 1n, b: map({ x: 1n }), l: [1n], s: "x" });
  const source = map({ a: null, b: newMap(), l: [], s: map({ y: 1n }) });
  check([
    [
      "mergeOverwrite",
      [target, source],
      "map[string]interface {} map[a:<nil> b:map[x:1] l:[] s:map[y:1]]",
    ],
    [
      "mergeOverwrite",
      [map({ a: map({ b: 1n }) }), map({ a: 5n })],
      "map[string]interface {} map[a:5]",
    ],
  ]);
});

Deno.test("the left of several sources wins in merge, the right in mergeOverwrite", () => {
  const sources = () => [newMap(), map({ a: 1n }), map({ a: 2n, b: 3n })];
  check([
    ["merge", sources(), "map[string]interface {} map[a:1 b:3]"],
    ["mustMerge", sources(), "map[string]interface {} map[a:1 b:3]"],
    ["mergeOverwrite", sources(), "map[string]interface {} map[a:2 b:3]"],
    ["mustMergeOverwrite", sources(), "map[string]interface {} map[a:2 b:3]"],
    ["merge", [newMap()], "map[string]interface {} map[]"],
  ]);
});

Deno.test("merged maps are shared with the source, copied ones are not", () => {
  const source = map({ a: map({ b: 1n }) });
  const merged = call(funcs, "merge", newMap(), source) as GoMap;
  assert.equal(merged["a"], source["a"]);
  const copied = call(funcs, "deepCopy", source) as GoMap;
  assert.notEqual(copied["a"], source["a"]);
  assert.equal(show(copied), show(source));
});

Deno.test("deepCopy keeps types and refuses nil", () => {
  const split = new StringMap(map({ _0: "a" }));
  const copied = call(funcs, "mustDeepCopy", map({ s: split, l: [[1n]], n: null })) as GoMap;
  assert.equal(show(copied["s"]), "map[string]string map[_0:a]");
  assert.ok(!isMap(copied["s"]) && copied["s"] !== split);
  assert.equal(show(copied), "map[string]interface {} map[l:[[1]] n:<nil> s:map[_0:a]]");
  assert.throws(() => call(funcs, "deepCopy", null), {
    message: "reflect: call of reflect.Value.Type on zero Value",
  });
});

Deno.test("maps that hold themselves end in an error", () => {
  const loop = newMap();
  loop["a"] = loop;
  const other = newMap();
  other["a"] = other;
  assert.throws(() => call(funcs, "merge", loop, other), { message: /1000 levels deep/ });
  assert.throws(() => call(funcs, "deepCopy", loop), { message: /1000 levels deep/ });
});

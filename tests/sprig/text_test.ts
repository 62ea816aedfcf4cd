import assert from "node:assert/strict";
import { textFuncs } from "../../lib/sprig/text.ts";
import { int64, isNil, newMap, nilSlice, typedSlice } from "../../lib/template/value.ts";
import { call, limitedBudget, show, testEnv } from "./environment.ts";

const funcs = textFuncs(testEnv());

type Row = [name: string, args: unknown[], expected: string];

function check(rows: readonly Row[]): void {
  for (const [name, args, expected] of rows) {
    assert.equal(show(call(funcs, name, ...args)), `string ${expected}`, `${name} ${args}`);
  }
}

Deno.test("quote and squote print each value that is not nil", () => {
  check([
    ["quote", ['a"b\\c\n\té\u200b'], '"a\\"b\\\\c\\n\\té\\u200b"'],
    ["quote", [1n, 2.5, true, null, "x"], '"1" "2.5" "true" "x"'],
    ["quote", [], ""],
    ["quote", [undefined], ""],
    ["quote", [["a", 1]], '"[a 1]"'],
    ["quote", [12345678], '"1.2345678e+07"'],
    ["quote", [Uint8Array.of(0x61, 0xff)], '"a\\xff"'],
    ["squote", ["a'b"], "'a'b'"],
    ["squote", [1n, "x", null, true], "'1' 'x' 'true'"],
    ["squote", [Uint8Array.of(97)], "'[97]'"],
  ]);
});

Deno.test("cat joins with spaces and leaves out nil", () => {
  check([
    ["cat", ["a", 1n, null, true, "b c"], "a 1 true b c"],
    ["cat", [], ""],
    ["cat", ["", "x", "%d"], " x %d"],
  ]);
});

Deno.test("join takes lists of any type, without their nils, and single values", () => {
  check([
    ["join", ["-", [1n, "a", null, true, 2.5]], "1-a-true-2.5"],
    ["join", [",", "abc"], "abc"],
    ["join", [",", null], ""],
    ["join", [",", typedSlice("[]int", [1n, 2n])], "1,2"],
    ["join", [",", Uint8Array.of(97, 98)], "97,98"],
    ["join", ["", ["\udcc3", "\udca9"]], "é"],
  ]);
});

Deno.test("toString and toStrings", () => {
  check([
    ["toString", [1n], "1"],
    ["toString", [1.0], "1"],
    ["toString", [null], "<nil>"],
    ["toString", [[1n, null]], "[1 <nil>]"],
    ["toString", [Uint8Array.of(0xc3, 0xa9)], "é"],
    ["toString", [int64(5)], "5"],
  ]);
  assert.equal(show(call(funcs, "toStrings", [1n, "a", null])), "[]string [1 a]");
  assert.equal(show(call(funcs, "toStrings", "x")), "[]string [x]");
  assert.equal(show(call(funcs, "toStrings", [])), "[]string []");
});

Deno.test("split makes a map of strings, splitList a list", () => {
  const rows: Row[] = [
    ["split", ["/", "a/b"], "map[string]string map[_0:a _1:b]"],
    ["split", ["", "é\udcff"], "map[string]string map[_0:é _1:\udcff]"],
    ["splitn", ["/", 2n, "a/b/c"], "map[string]string map[_0:a _1:b/c]"],
    ["splitn", [",", 0n, "a,b"], "map[string]string map[]"],
    ["splitn", [",", -1n, "a,b"], "map[string]string map[_0:a _1:b]"],
    ["splitn", ["", 2n, "abc"], "map[string]string map[_0:a _1:bc]"],
    ["splitList", [",", "a,b,"], "[]string [a b ]"],
    ["splitList", ["", "abc"], "[]string [a b c]"],
    ["splitList", [",", ""], "[]string []"],
    ["splitList", ["\udca9", "éa"], "[]string [\udcc3 a]"],
  ];
  for (const [name, args, expected] of rows) {
    assert.equal(show(call(funcs, name, ...args)), expected, `${name} ${args}`);
  }
  assert.equal((call(funcs, "splitList", ",", "") as unknown[]).length, 1);
  assert.ok(!isNil(call(funcs, "splitList", "", "")));
});

Deno.test("toStrings gives a list of strings itself, as Go does", () => {
  const list = typedSlice("[]string", ["a"]);
  assert.equal(call(funcs, "toStrings", list), list);
  assert.equal(show(call(funcs, "toStrings", nilSlice())), "[]string []");
});

Deno.test("join and printing take from the budget before they build", () => {
  const tight = textFuncs({ budget: limitedBudget(10_000) });
  const long = ["a", "b".repeat(1000)];
  assert.throws(() => call(tight, "join", "-".repeat(1000), Array(100).fill("a")), {
    message: "budget used up",
  });
  assert.throws(() => call(tight, "cat", ...Array(100).fill(long)), { message: "budget used up" });
  // Lists that hold each other print as far more than they take.
  let bomb: unknown = "x".repeat(10);
  for (let i = 0; i < 30; i++) bomb = Object.assign(newMap(), { a: bomb, b: bomb });
  assert.throws(() => call(tight, "toString", bomb), { message: "budget used up" });
});

import assert from "node:assert/strict";
import { stringFuncs } from "../../lib/sprig/strings.ts";
import { call, limitedBudget, testEnv } from "./environment.ts";

const funcs = stringFuncs(testEnv());
/** The two bytes of é, each on its own. */
const [C3, A9] = ["\udcc3", "\udca9"];

type Row = [name: string, args: unknown[], expected: unknown];

function check(rows: readonly Row[]): void {
  for (const [name, args, expected] of rows) {
    assert.equal(call(funcs, name, ...args), expected, `${name} ${args.map(String)}`);
  }
}

Deno.test("trim and its kin cut white space, characters, or one affix", () => {
  check([
    ["trim", ["  a b \n"], "a b"],
    ["trim", ["\u00a0\u2003a\u3000\u0085"], "a"],
    ["trim", ["\ufeffa\udc85"], "\ufeffa\udc85"],
    ["trimAll", ["$x", "$xa$x"], "a"],
    ["trimall", ["-", "--a-b--"], "a-b"],
    ["trimAll", ["é😀", "😀éaé"], "a"],
    ["trimAll", ["", "a"], "a"],
    ["trimAll", ["\ufffd", `${C3}a${C3}`], "a"],
    ["trimSuffix", ["-", "a--"], "a-"],
    ["trimSuffix", ["", "a"], "a"],
    ["trimPrefix", ["-", "--a"], "-a"],
    ["trimPrefix", [C3, "é"], A9],
    ["trimSuffix", [A9, "é"], C3],
  ]);
});

Deno.test("contains, hasPrefix and hasSuffix compare bytes", () => {
  check([
    ["contains", ["ell", "hello"], true],
    ["contains", ["", ""], true],
    ["hasPrefix", ["he", "hello"], true],
    ["hasPrefix", ["x", "hello"], false],
    ["hasSuffix", ["lo", "hello"], true],
    ["contains", [A9, "é"], true],
    ["hasPrefix", [C3, "é"], true],
    ["hasSuffix", [C3, "é"], false],
  ]);
});

Deno.test("replace changes every occurrence, an empty one between characters", () => {
  check([
    ["replace", ["a", "b", "banana"], "bbnbnb"],
    ["replace", [".", "-", "a.b.c"], "a-b-c"],
    ["replace", ["", "-", "abc"], "-a-b-c-"],
    ["replace", ["", "-", "é😀"], "-é-😀-"],
    ["replace", ["", "-", ""], "-"],
    ["replace", ["$", "$&$1", "a$"], "a$&$1"],
    ["replace", ["x", C3, `x${A9}`], "é"],
    ["replace", [A9, "", "éa"], `${C3}a`],
  ]);
});

Deno.test("repeat, indent and nindent build text", () => {
  check([
    ["repeat", [3n, "ab"], "ababab"],
    ["repeat", [0n, "ab"], ""],
    ["repeat", [10n ** 9n, ""], ""],
    ["indent", [2n, "a\nb\n"], "  a\n  b\n  "],
    ["indent", [0n, "a\nb"], "a\nb"],
    ["indent", [3n, ""], "   "],
    ["nindent", [4n, "a\n\nb"], "\n    a\n    \n    b"],
    ["plural", ["one", "many", 1n], "one"],
    ["plural", ["one", "many", 0n], "many"],
    ["hello", [], "Hello!"],
  ]);
});

Deno.test("nospace walks bytes, so that text beyond ASCII turns to Latin-1", () => {
  check([
    ["nospace", [" a b\tc\n"], "abc"],
    ["nospace", ["abc"], "abc"],
    ["nospace", ["é"], "é"],
    ["nospace", ["é a"], "Ã©a"],
    ["nospace", ["à"], "Ã"],
  ]);
});

Deno.test("trunc and substr cut bytes", () => {
  check([
    ["trunc", [3n, "hello"], "hel"],
    ["trunc", [-3n, "hello"], "llo"],
    ["trunc", [10n, "hello"], "hello"],
    ["trunc", [-10n, "hello"], "hello"],
    ["trunc", [-5n, "hello"], "hello"],
    ["trunc", [0n, "hello"], ""],
    ["trunc", [1n, "é"], C3],
    ["trunc", [-2n, "é!"], `${A9}!`],
    ["trunc", [2n, "éa"], "é"],
    ["substr", [0n, 3n, "hello"], "hel"],
    ["substr", [1n, -1n, "hello"], "ello"],
    ["substr", [-1n, 3n, "hello"], "hel"],
    ["substr", [2n, 100n, "hello"], "llo"],
    ["substr", [3n, 3n, "hello"], ""],
    ["substr", [0n, 2n, "éa"], "é"],
  ]);
});

Deno.test("what Go panics about is an error with its words", () => {
  const rows: [name: string, args: unknown[], message: string][] = [
    ["repeat", [-1n, "a"], "strings: negative Repeat count"],
    ["indent", [-1n, "a"], "strings: negative Repeat count"],
    ["nindent", [-2n, "a"], "strings: negative Repeat count"],
    ["substr", [4n, 2n, "hello"], "runtime error: slice bounds out of range [4:2]"],
    ["substr", [9n, -1n, "hello"], "runtime error: slice bounds out of range [9:5]"],
    ["substr", [-1n, -1n, "hello"], "runtime error: slice bounds out of range [:-1]"],
    ["substr", [-1n, 9n, "é"], "runtime error: slice bounds out of range [:9] with length 2"],
  ];
  for (const [name, args, message] of rows) {
    assert.throws(() => call(funcs, name, ...args), { message });
  }
});

Deno.test("what a chart can blow up is taken from the budget before it is built", () => {
  const tight = stringFuncs({ budget: limitedBudget(100_000) });
  const rows: [name: string, args: unknown[]][] = [
    ["repeat", [10n ** 12n, "ab"]],
    ["indent", [10n ** 12n, "a"]],
    ["nindent", [1000n, "\n".repeat(1000)]],
    ["replace", ["a", "b".repeat(1000), "a".repeat(1000)]],
    ["replace", ["", "b".repeat(1000), "a".repeat(1000)]],
  ];
  for (const [name, args] of rows) {
    assert.throws(() => call(tight, name, ...args), { message: "budget used up" });
  }
});

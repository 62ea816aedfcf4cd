import assert from "node:assert/strict";
import { wrapFuncs } from "../../lib/sprig/wrap.ts";
import { call, limitedBudget, testEnv } from "./environment.ts";

const funcs = wrapFuncs(testEnv());

Deno.test("wrap and wrapWith break lines at spaces; wrapWith also breaks words", () => {
  const text = "aaa bbb cccccccc dd";
  const rows: [name: string, args: unknown[], expected: string][] = [
    ["wrap", [5n, text], "aaa\nbbb\ncccccccc\ndd"],
    ["wrap", [0n, "a b"], "a\nb"],
    ["wrap", [80n, "short"], "short"],
    ["wrap", [3n, "  abcdef gh"], "abcdef\ngh"],
    ["wrap", [3n, "abcd "], "abcd\n"],
    ["wrap", [2n, "abcdef"], "abcdef"],
    ["wrap", [5n, ""], ""],
    ["wrapWith", [5n, "\t", text], "aaa\tbbb\tccccc\tccc\tdd"],
    ["wrapWith", [2n, "", "abcde"], "ab\ncd\ne"],
    ["wrapWith", [1n, "-", "é"], "\udcc3-\udca9"],
  ];
  for (const [name, args, expected] of rows) {
    assert.equal(call(funcs, name, ...args), expected, `${name} ${args}`);
  }
});

Deno.test("abbrev and abbrevboth cut to a width with ellipses", () => {
  const numbers = "1234 5678 9123";
  const rows: [name: string, args: unknown[], expected: string][] = [
    ["abbrev", [5n, "hello world"], "he..."],
    ["abbrev", [3n, "hello"], "hello"],
    ["abbrev", [20n, "hello"], "hello"],
    ["abbrev", [4n, "éééé"], "\udcc3..."],
    ["abbrevboth", [5n, 10n, numbers], "...5678..."],
    ["abbrevboth", [2n, 8n, numbers], "1234 ..."],
    ["abbrevboth", [12n, 8n, numbers], "... 9123"],
    ["abbrevboth", [5n, 7n, numbers], "...5..."],
    ["abbrevboth", [5n, 6n, numbers], numbers],
    ["abbrevboth", [0n, 4n, numbers], "1..."],
    ["abbrevboth", [5n, 3n, "abcdef"], "abcdef"],
  ];
  for (const [name, args, expected] of rows) {
    assert.equal(call(funcs, name, ...args), expected, `${name} ${args}`);
  }
});

Deno.test("wrapWith takes what it writes from the budget", () => {
  const tight = wrapFuncs({ budget: limitedBudget(10_000) });
  const args = [1n, "-".repeat(100), "a".repeat(1000)];
  assert.throws(() => call(tight, "wrapWith", ...args), { message: "budget used up" });
});

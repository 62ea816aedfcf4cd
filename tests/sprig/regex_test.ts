import assert from "node:assert/strict";
import { regexFuncs } from "../../lib/sprig/regex.ts";
import { isNil, typeOf } from "../../lib/template/value.ts";
import { call, limitedBudget, testEnv } from "./environment.ts";

const funcs = regexFuncs(testEnv());

type Row = [name: string, args: unknown[], expected: unknown];

function check(rows: readonly Row[]): void {
  for (const [name, args, expected] of rows) {
    const found = call(funcs, name, ...args);
    const plain = Array.isArray(found) ? [...found] : found;
    assert.deepEqual(plain, expected, `${name} ${args.map(String)}`);
  }
}

Deno.test("regexMatch, regexFind and regexFindAll follow RE2", () => {
  check([
    ["regexMatch", ["^a+$", "aaa"], true],
    ["regexMatch", ["(?i)ABC", "xabcx"], true],
    ["regexMatch", ["a.b", "a\nb"], false],
    ["regexMatch", ["(?s)a.b", "a\nb"], true],
    ["regexMatch", ["^\\w$", "é"], false],
    ["regexMatch", ["a$", "a\n"], false],
    ["regexMatch", ["(", "a"], false],
    ["regexFind", ["[a-z]+", "12abc3de"], "abc"],
    ["regexFind", ["a|ab", "abc"], "a"],
    ["regexFind", ["\\p{Lu}", "aÉ"], "É"],
    ["regexFind", ["x", "abc"], ""],
    ["regexFindAll", ["[0-9]+", "1a22b333", -1n], ["1", "22", "333"]],
    ["regexFindAll", ["[0-9]", "1a2b3", 2n], ["1", "2"]],
    ["regexFindAll", ["a*", "baac", -1n], ["", "aa", ""]],
    ["regexFindAll", ["a", "aaa", 0n], []],
    ["mustRegexFindAll", [".", "é😀", -1n], ["é", "😀"]],
  ]);
});

Deno.test("no match is a nil list of strings", () => {
  for (const limit of [-1n, 0n]) {
    const none = call(funcs, "regexFindAll", "x", "abc", limit);
    assert.equal(typeOf(none), "[]string");
    assert.ok(isNil(none));
  }
  assert.ok(isNil(call(funcs, "regexSplit", ",", "a,b", 0n)));
});

Deno.test("regexReplaceAll expands groups as Go's templates do", () => {
  check([
    ["regexReplaceAll", ["a(x*)b", "-ab-axxb-", "${1}W"], "-W-xxW-"],
    ["regexReplaceAll", ["a(x*)b", "axxb", "$1W"], ""],
    ["regexReplaceAll", ["(?P<n>x)", "x", "$n-$$-${n}"], "x-$-x"],
    ["regexReplaceAll", ["(a)(b)?", "a", "[$0$1$2$3$01]"], "[aa]"],
    ["regexReplaceAll", ["a", "a", "$ ${ $- ${}"], "$ ${ $- ${}"],
    ["regexReplaceAll", ["a*", "baac", "X"], "XbXcX"],
    ["regexReplaceAll", ["", "é", "-"], "-é-"],
    ["regexReplaceAll", ["(?m)^", "a\nb", "> "], "> a\n> b"],
    ["regexReplaceAll", ["(?P<n>a)|(?P<n>b)", "ab", "<$n>"], "<a><b>"],
    ["regexReplaceAllLiteral", ["a(x*)b", "-ab-", "${1}"], "-${1}-"],
    ["mustRegexReplaceAll", ["[[:space:]]+", "a \tb", "_"], "a_b"],
    ["mustRegexReplaceAllLiteral", ["a", "a", "$1"], "$1"],
  ]);
});

Deno.test("regexSplit and regexQuoteMeta", () => {
  check([
    ["regexSplit", ["z+", "pizza", -1n], ["pi", "a"]],
    ["regexSplit", [",", "a,b,c", 2n], ["a", "b,c"]],
    ["regexSplit", ["", "abc", -1n], ["a", "b", "c"]],
    ["regexSplit", ["a", "", -1n], [""]],
    ["regexSplit", ["\\s+", " a  b ", -1n], ["", "a", "b", ""]],
    ["mustRegexSplit", ["b", "ab", 1n], ["ab"]],
    ["regexQuoteMeta", ["1.2*3[]{}()|^$?+\\-"], "1\\.2\\*3\\[\\]\\{\\}\\(\\)\\|\\^\\$\\?\\+\\\\-"],
  ]);
});

Deno.test("a byte outside of UTF-8 matches as U+FFFD and is kept", () => {
  check([
    ["regexReplaceAll", ["a", "a\udcff", "b"], "b\udcff"],
    ["regexFindAll", [".", "\udcff\udcc3", -1n], ["\udcff", "\udcc3"]],
    ["regexMatch", ["^\ufffd$", "\udcff"], true],
    ["regexReplaceAll", ["-", "\udcc3-\udca9", ""], "é"],
  ]);
});

Deno.test("a bad pattern fails with Go's words, in the plain functions with the pattern", () => {
  const rows: [pattern: string, reason: string][] = [
    ["(", "missing closing ): `(`"],
    ["a(?=b)", "invalid or unsupported Perl syntax: `(?=`"],
    ["a**", "invalid nested repetition operator: `**`"],
    ["a{1001}", "invalid repeat count: `{1001}`"],
    ["[b-a]", "invalid character class range: `b-a`"],
    ["\\1", "invalid escape sequence: `\\1`"],
    ["\\", "trailing backslash at end of expression: ``"],
    ["(?P<", "invalid or unsupported Perl syntax: `(?P`"],
  ];
  for (const [pattern, reason] of rows) {
    const message = `error parsing regexp: ${reason}`;
    assert.throws(() => call(funcs, "mustRegexFind", pattern, "a"), { message });
    assert.throws(() => call(funcs, "regexFind", pattern, "a"), {
      message: `regexp: Compile(\`${pattern}\`): ${message}`,
    });
  }
  assert.throws(() => call(funcs, "regexFind", "`(", "a"), {
    message: 'regexp: Compile("`("): error parsing regexp: missing closing ): ``(`',
  });
  assert.throws(() => call(funcs, "mustRegexMatch", "\udcff", "a"), {
    message: "error parsing regexp: invalid UTF-8: `\udcff`",
  });
});

Deno.test("searching again and again through a long text uses up the budget", () => {
  const rows: [name: string, args: unknown[]][] = [
    ["regexReplaceAll", ["a.*b|a", "a".repeat(20_000), "x"]],
    ["regexFindAll", ["a.*b|a", "a".repeat(20_000), -1n]],
    ["regexReplaceAllLiteral", ["a", "a".repeat(2000), "b".repeat(10_000)]],
    ["regexFind", ["(a{1000}b{1000}){1}".repeat(10), "x"]],
  ];
  for (const [name, args] of rows) {
    const tight = regexFuncs({ budget: limitedBudget(1_000_000) });
    assert.throws(() => call(tight, name, ...args), { message: "budget used up" }, name);
  }
});

Deno.test("a pattern is compiled once for a rendering, whatever the number of its uses", () => {
  let taken = 0;
  const counting = regexFuncs({ budget: { take: (amount) => taken += amount } });
  call(counting, "regexMatch", "[a-z]+(x|y)", "");
  const first = taken;
  call(counting, "regexMatch", "[a-z]+(x|y)", "");
  assert.ok(taken - first < first / 10);
});

import { strictEqual, throws } from "node:assert/strict";
import { tomlFuncs } from "../../lib/sprig/toml.ts";
import { StringMap } from "../../lib/sprig/string_map.ts";
import { formatValue } from "../../lib/template/format.ts";
import { int64, typeOf } from "../../lib/template/value.ts";
import { call, limitedBudget, show, testEnv } from "./environment.ts";

const funcs = tomlFuncs(testEnv());

const WRITTEN: [value: unknown, toml: string][] = [
  [
    { b: 1, a: "x", l: [1, 2], t: { c: true, d: 1.5 }, arr: [{ x: 1 }, { x: 2 }] },
    'a = "x"\nb = 1.0\nl = [1.0, 2.0]\n\n[[arr]]\n  x = 1.0\n\n[[arr]]\n  x = 2.0\n\n[t]\n  c = true\n  d = 1.5\n',
  ],
  [{ a: null, b: "x" }, 'b = "x"\n'],
  [
    { i: 1n, j: int64(2), k: 1e6, l: 1e21, m: -0.5 },
    "i = 1\nj = 2\nk = 1e+06\nl = 1e+21\nm = -0.5\n",
  ],
  [{ "x y": { "": { z: 1n } }, "a.b": [] }, '"a.b" = []\n\n["x y"]\n  ["x y".""]\n    z = 1\n'],
  [{ l: [1, "a", { x: 1 }, [true]] }, 'l = [1.0, "a", {x = 1.0}, [true]]\n'],
  [{ l: [1, { a: 1, b: null, c: { d: null } }] }, "l = [1.0, {a = 1.0, c = {}}]\n"],
  [{ l: [1, { a: 1, b: null }] }, "l = [1.0, {a = 1.0, }]\n"],
  [{ s: '"\\\b\t\n\f\r\0\x1b\x7fé' }, 's = "\\"\\\\\\b\\t\\n\\f\\r\\u0000\\u001b\\u007fé"\n'],
  [{ n: [NaN, Infinity, -Infinity] }, "n = [nan, inf, -inf]\n"],
  [{ b: Uint8Array.of(1, 2) }, "b = [1, 2]\n"],
  [new StringMap({ _0: "a" }), '_0 = "a"\n'],
  [[1], "[1.0]"],
  ["x", '"x"'],
  [[{ a: 1 }], "toml: top-level values must be Go maps or structs"],
  [{ l: [1, null] }, "toml: cannot encode array with nil element"],
];

Deno.test("toToml writes as BurntSushi/toml does", () => {
  for (const [value, toml] of WRITTEN) strictEqual(call(funcs, "toToml", value), toml);
});

Deno.test("toToml of nothing fails as Go's reflection does", () => {
  throws(() => call(funcs, "toToml", null), {
    message: "reflect: call of reflect.Value.Type on zero Value",
  });
});

Deno.test("mustToToml is Helm 4's, and fails", () => {
  throws(() => call(funcs, "mustToToml", { l: [null] }), {
    message: "toml: cannot encode array with nil element",
  });
  strictEqual(tomlFuncs(testEnv({ helmVersion: "v3" }))["mustToToml"], undefined);
});

Deno.test("toToml spends the budget, and ends for a map that holds itself", () => {
  const map: Record<string, unknown> = {};
  map["self"] = map;
  strictEqual(call(funcs, "toToml", map), "toml: value holds itself");
  let value: unknown = { a: "x".repeat(100) };
  for (let i = 0; i < 60; i++) value = { a: value, b: value };
  const bounded = tomlFuncs(testEnv({ budget: limitedBudget(100_000) }));
  throws(() => call(bounded, "toToml", value), { message: "budget used up" });
});

const READ: [text: string, shown: string][] = [
  [
    'a = 1\nb = "x"\n[t]\nc = [1, 2]\nd = 1.5\ne = true\n',
    "map[a:1 b:x t:map[c:[1 2] d:1.5 e:true]]",
  ],
  ["a.b.c = 0x1F\na.b.d = 1_000\n'q k' = 0b1", "map[a:map[b:map[c:31 d:1000]] q k:1]"],
  ["[[l]]\nx = 1\n[[l]]\nx = 2\n[l.m]\ny = 3\n", "map[l:[map[x:1] map[m:map[y:3] x:2]]]"],
  ["a = {x.y = 1, z = [{}, {q = 'r'}],}", "map[a:map[x:map[y:1] z:[map[] map[q:r]]]]"],
  ['a = """\nx\\\n   y"z""""\nb = \'\'\'\n\\n\'\'\'', 'map[a:xy"z" b:\\n]'],
  ['a = "\\u00e9\\x41\\e\\t"', "map[a:éA\x1b\t]"],
  ["a = [inf, -inf, nan]", "map[a:[+Inf -Inf NaN]]"],
  ["# c\r\na = [ # c\n 1, # d\n]\r\n", "map[a:[1]]"],
  ["\ufeffa = 1", "map[a:1]"],
];

Deno.test("fromToml reads tables, lists of tables and inline tables", () => {
  for (const [text, shown] of READ) {
    strictEqual(formatValue(call(funcs, "fromToml", text)), shown, text);
  }
});

Deno.test("fromToml gives values Go's types", () => {
  const value = call(funcs, "fromToml", "i = 1\nf = 1.0\n[[l]]\nx = 1") as Record<string, unknown>;
  strictEqual(show(value["i"]), "int64 1");
  strictEqual(show(value["f"]), "float64 1");
  strictEqual(typeOf(value["l"]), "[]map[string]interface {}");
});

const TIMES: [text: string, shown: string][] = [
  ["2020-01-02T03:04:05Z", "2020-01-02 03:04:05 +0000 UTC"],
  ["2020-01-02T03:04:05+02:00", "2020-01-02 03:04:05 +0200 +0200"],
  ["2020-01-02 03:04:05", "2020-01-02 03:04:05 +0000 datetime-local"],
  ["2020-01-02", "2020-01-02 00:00:00 +0000 date-local"],
  ["03:04:05.5", "0000-01-01 03:04:05.5 +0000 time-local"],
];

Deno.test("fromToml reads times, and toToml writes them back", () => {
  for (const [text, shown] of TIMES) {
    const value = call(funcs, "fromToml", `t = ${text}`) as Record<string, unknown>;
    strictEqual(formatValue(value["t"]), shown);
    strictEqual(call(funcs, "toToml", value), `t = ${text.replace(" ", "T")}\n`);
  }
});

const REFUSED: [text: string, message: string][] = [
  ["a = ", 'line 1 (last key "a"): unexpected EOF; expected value'],
  ["a = \nb = 1", "line 1 (last key \"a\"): expected value but found '\\n' instead"],
  [
    "a = 1 b = 2",
    "line 1: expected a top-level item to end with a newline, comment, or EOF, but got 'b' instead",
  ],
  ["a = 1\na = 2", "line 2 (last key \"a\"): Key 'a' has already been defined."],
  ["[t]\na = 1\n[t]", "line 3: Key 't' has already been defined."],
  ["a = [{b = 1}]\n[[a]]", "line 2: Key 'a' was already created and cannot be used as an array."],
  ["a = 1\n[a.b]", "line 2: Key 'a' was already created as a hash."],
  ["a b = 1", "line 1: expected '.' or '=', but got 'b' instead"],
  ["= 1", "line 1: unexpected '=': key name appears blank"],
  ["[]", "line 1: unexpected end of table name (table names cannot be empty)"],
  ["[a", "line 1: expected '.' or ']' to end table name, but got '\\x00' instead"],
  [
    "[a]\nb = [1 2]",
    "line 2 (last key \"a.b\"): expected a comma (',') or array terminator (']'), but got '2'",
  ],
  [
    "a = {b = 1",
    "line 1 (last key \"a.b\"): expected a comma or an inline table terminator '}', but got end of file instead",
  ],
  ["a = 01", 'line 1 (last key "a"): Invalid integer "01": cannot have leading zeroes'],
  [
    "a = 1__0",
    'line 1 (last key "a"): Invalid integer "1__0": underscores must be surrounded by digits',
  ],
  [
    "a = 9223372036854775808",
    'line 1 (last key "a"): 9223372036854775808 is out of range for int64',
  ],
  [
    "a = 1.",
    'line 1 (last key "a"): Invalid float "1.": \'.\' must be followed by one or more digits',
  ],
  ["a = .5", "line 1 (last key \"a\"): floats must start with a digit, not '.'"],
  ["a = -0x1", "line 1 (last key \"a\"): cannot use sign with non-decimal numbers: '-0x'"],
  ["a = 0xg", "line 1 (last key \"a\"): not a hexadecimal number: '0xg'"],
  ["a = True", 'line 1 (last key "a"): expected value but found "True" instead'],
  ["a = 2020-13-01", 'line 1 (last key "a"): invalid datetime: "2020-13-01"'],
  ['a = "x\ny"', 'line 1 (last key "a"): strings cannot contain newlines'],
  ['a = "\\q"', "line 1 (last key \"a\"): invalid escape in string '\\q'"],
  [
    'a = "\\u12"',
    'line 1 (last key "a"): expected four hexadecimal digits after \'\\u\', but got "\\\\u12\\"" instead',
  ],
  ['a = "x', 'line 1 (last key "a"): unexpected EOF; expected \'"\''],
  ["a = 1\x01", "line 1 (last key \"a\"): TOML files cannot contain control characters: '0x01'"],
];

Deno.test("fromToml complains in BurntSushi/toml's words", () => {
  for (const [text, message] of REFUSED) {
    const { Error: found } = call(funcs, "fromToml", text) as { Error: string };
    strictEqual(found, `toml: ${message}`, text);
  }
});

Deno.test("fromToml ends at a bounded depth", () => {
  const { Error: found } = call(funcs, "fromToml", `a = ${"[".repeat(100_000)}`) as {
    Error: string;
  };
  strictEqual(found, 'toml: line 1 (last key "a"): values nest deeper than 500 levels');
});

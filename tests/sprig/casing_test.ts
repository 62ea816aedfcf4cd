import assert from "node:assert/strict";
import { casingFuncs } from "../../lib/sprig/casing.ts";
import { call } from "./environment.ts";

const funcs = casingFuncs();

function check(name: string, rows: readonly [text: string, expected: string][]): void {
  for (const [text, expected] of rows) {
    assert.equal(call(funcs, name, text), expected, `${name} ${JSON.stringify(text)}`);
  }
}

Deno.test("upper and lower map one character to one character", () => {
  check("upper", [
    ["aßé", "AßÉ"],
    ["ŉǰﬁ", "ŉǰﬁ"],
    ["ᾳ ᾀ", "ᾼ ᾈ"],
    ["ǆ ა", "Ǆ Ა"],
    ["\udcffa", "\ufffdA"],
  ]);
  check("lower", [["AÉİ", "aéi"], ["ΑΣ ΑΣ", "ασ ασ"], ["Ⅷ", "ⅷ"], ["X\udcff", "x\ufffd"]]);
});

Deno.test("upper and lower know the letters of Unicode 15, as Go does", () => {
  check("upper", [["\u019b\u0264\u{10d70}", "\u019b\u0264\u{10d70}"]]);
  check("lower", [["\ua7cb\ua7dc\u{10d50}", "\ua7cb\ua7dc\u{10d50}"]]);
});

Deno.test("title starts words after all but letters, digits and _", () => {
  check("title", [
    ["hello wOrld foo-bar it's éa", "Hello WOrld Foo-Bar It'S Éa"],
    ["x_y 9a", "X_y 9a"],
    ["a—b\u00a0c", "A—b\u00a0C"],
    ["ǆa აa", "ǅa აa"],
    ["", ""],
  ]);
});

Deno.test("untitle lowers the first letter of each word", () => {
  check("untitle", [["Hello World", "hello world"], ["  ABC\tDEF", "  aBC\tdEF"], ["", ""]]);
});

Deno.test("swapcase gives title case to lower case at the start of a word", () => {
  check("swapcase", [
    ["Hello World aBC dEF", "hELLO wORLD Abc Def"],
    ["1ab -cd", "1AB -CD"],
    ["ǆǅǄ ǆ", "ǅǆǆ ǅ"],
  ]);
});

Deno.test("initials takes the first byte of each word as Latin-1", () => {
  check("initials", [
    ["First Try", "FT"],
    ["  foo  bar", "fb"],
    ["", ""],
    ["élan vital", "Ãv"],
    ["à la", "Ãl"],
  ]);
});

Deno.test("camelcase joins words and keeps connectors at the start", () => {
  check("camelcase", [
    ["http_server", "HttpServer"],
    ["foo-bar baz", "FooBarBaz"],
    ["_complex__case_", "_Complex_Case_"],
    ["GOLANG_IS_GREAT", "GolangIsGreat"],
    ["fooBar", "FooBar"],
    ["a", "A"],
    ["", ""],
    ["-", "--"],
    ["_-", "_--"],
    ["a__b", "A_B"],
    ["HTTPServer id", "HttpserverId"],
    ["a\udcff_b", "A\ufffdB"],
  ]);
});

Deno.test("snakecase and kebabcase cut words as xstrings does", () => {
  check("snakecase", [
    ["FirstName", "first_name"],
    ["HTTPServer", "http_server"],
    ["NoHTTPS", "no_https"],
    ["GO PATH", "go_path"],
    ["GO-PATH", "go_path"],
    ["http2xx", "http_2xx"],
    ["HTTP20xOK", "http_20x_ok"],
    ["Duration2m3s", "duration_2m3s"],
    ["Bld4Floor3rd", "bld4_floor_3rd"],
    ["foo.barBaz", "foo.bar_baz"],
    ["a  b", "a__b"],
    ["a1", "a1"],
    ["9a", "9a"],
    ["中文Foo", "中文_foo"],
    ["", ""],
  ]);
  check("kebabcase", [
    ["foo_bar baz", "foo-bar-baz"],
    ["abc123def", "abc-123def"],
    ["v2Beta1", "v2-beta1"],
    ["IPv4Address", "i-pv4-address"],
    ["ÉtéChaud", "été-chaud"],
    ["a\udcffB", "a-\ufffdb"],
  ]);
});

import { strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { QuoteError, quoteGo, quoteRune, unquote, unquoteChar } from "../../lib/template/quote.ts";
import { fromBytes } from "../../lib/template/value.ts";
import { goString } from "./fixtures.ts";

Deno.test("quoteGo() escapes what Go's %q escapes", () => {
  const rows: [string, string, string?][] = [
    ["", '""'],
    ["plain text", '"plain text"'],
    ['"\\', '"\\"\\\\"'],
    ["'`", '"\'`"'],
    ["\u0007\b\f\n\r\t\v", '"\\a\\b\\f\\n\\r\\t\\v"'],
    ["\0\u001f\u007f", '"\\x00\\x1f\\x7f"'],
    ["é\u3000😀", '"é\\u3000😀"', '"\\u00e9\\u3000\\U0001f600"'],
    ["\u0085\u00ad\ufeff\u200b\ue000\ufffd", '"\\u0085\\u00ad\\ufeff\\u200b\\ue000\ufffd"'],
    ["\u{e0001}", '"\\U000e0001"'],
    [goString(0x61, 0xff, 0xc3), '"a\\xff\\xc3"'],
  ];
  for (const [text, expected, ascii] of rows) {
    strictEqual(quoteGo(text), expected);
    if (ascii !== undefined) strictEqual(quoteGo(text, { ascii: true }), ascii);
  }
});

Deno.test("quoteRune() quotes a code point, and U+FFFD for what is none", () => {
  const rows: [number, string][] = [
    [0x61, "'a'"],
    [0x27, "'\\''"],
    [0x22, "'\"'"],
    [0x0a, "'\\n'"],
    [0x1f600, "'😀'"],
    [0x110000, "'\ufffd'"],
    [-1, "'\ufffd'"],
    [0xd800, "'\ufffd'"],
  ];
  for (const [code, expected] of rows) strictEqual(quoteRune(code), expected);
});

Deno.test("unquote() reads Go's literals", () => {
  const rows: [string, string][] = [
    ['"plain"', "plain"],
    ["`a\\n\r\nb`", "a\\n\nb"],
    ['"\\a\\b\\f\\n\\r\\t\\v\\\\\\""', '\u0007\b\f\n\r\t\v\\"'],
    ['"\\x41\\101\\u00e9\\U0001F600"', "AAé😀"],
    ['"\\xc3\\xa9\\303\\251"', "éé"],
    ['"a\\xffb"', goString(0x61, 0xff, 0x62)],
  ];
  for (const [literal, expected] of rows) strictEqual(unquote(literal), expected);
});

Deno.test("unquote() refuses escapes that Go refuses", () => {
  const bad = [
    "\\q",
    "\\'",
    "\\x4",
    "\\x4g",
    "\\u12",
    "\\ud800",
    "\\U00110000",
    "\\400",
    "\\08",
    "\\9",
  ];
  for (const text of bad) throws(() => unquote(`"${text}"`), QuoteError, text);
});

Deno.test("unquoteChar() reads one character and no more", () => {
  const rows: [string, number][] = [["'a'", 97], ["'\\''", 39], ["'é'", 233], ["'\\xe9'", 233], [
    "'😀'",
    0x1f600,
  ]];
  for (const [literal, expected] of rows) strictEqual(unquoteChar(literal), expected);
  for (const bad of ["''", "'\\\"'"]) throws(() => unquoteChar(bad), QuoteError);
  throws(() => unquoteChar("'ab'"), { message: "malformed character constant: 'ab'" });
});

Deno.test("unquote() undoes quoteGo()", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.uint8Array().map((bytes) => fromBytes(bytes)),
  );
  fc.assert(fc.property(text, (value) => {
    strictEqual(unquote(quoteGo(value)), value);
    strictEqual(unquote(quoteGo(value, { ascii: true })), value);
  }));
});

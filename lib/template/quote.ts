/**
 * Go's string and character literals: quoting as `%q` does, unquoting as strconv does.
 *
 * @module
 */

import { fromBytes, toBytes } from "./value.ts";

const PLAIN = /^[ !#-\[\]-~]*$/;
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

const ESCAPES: Readonly<Record<string, string>> = {
  "\u0007": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "\\": "\\\\",
};

const UNESCAPES: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
};

/** A literal that Go's strconv refuses. */
export class QuoteError extends Error {
  constructor(message = "invalid syntax") {
    super(message);
  }
}

/** Whether Go counts a code point as printable (unicode.IsPrint). */
export function isPrintable(code: number): boolean {
  if (code < 0x80) return code >= 0x20 && code < 0x7f;
  return PRINTABLE.test(String.fromCodePoint(code));
}

/** A byte outside of valid UTF-8, as value.ts keeps it; `undefined` for every real character. */
export function strayByte(code: number): number | undefined {
  return code >= 0xdc80 && code <= 0xdcff ? code - 0xdc00 : undefined;
}

/** A Go string literal in double quotes, as `%q` prints it; with `ascii`, as `%+q` does. */
export function quoteGo(text: string, options: { ascii?: boolean } = {}): string {
  if (PLAIN.test(text)) return `"${text}"`;
  let quoted = '"';
  for (const char of text) quoted += escape(char, '"', options.ascii ?? false);
  return quoted + '"';
}

/** A Go character literal in single quotes, as `%q` prints an integer. */
export function quoteRune(code: number, options: { ascii?: boolean } = {}): string {
  const valid = code >= 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return `'${escape(String.fromCodePoint(valid ? code : 0xfffd), "'", options.ascii ?? false)}'`;
}

function escape(char: string, quote: string, ascii: boolean): string {
  if (char === quote) return `\\${char}`;
  const known = ESCAPES[char];
  if (known !== undefined) return known;
  const code = char.codePointAt(0)!;
  const stray = strayByte(code);
  if (stray !== undefined) return `\\x${hex(stray, 2)}`;
  if (ascii ? code >= 0x20 && code < 0x7f : isPrintable(code)) return char;
  if (code < 0x20 || code === 0x7f) return `\\x${hex(code, 2)}`;
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

function hex(value: number, width: number): string {
  return value.toString(16).padStart(width, "0");
}

/**
 * The text of a Go string literal in double quotes or backquotes.
 *
 * @throws {QuoteError} with Go's text where the literal is not valid.
 */
export function unquote(literal: string): string {
  const body = literal.slice(1, -1);
  if (literal[0] === "`") return body.includes("\r") ? body.replaceAll("\r", "") : body;
  if (!body.includes("\\")) return body;
  let text = "";
  let bytes = false;
  for (let at = 0; at < body.length;) {
    const char = readChar(body, at, '"');
    text += char.byte ? byteChar(char.code) : String.fromCodePoint(char.code);
    bytes ||= char.byte;
    at = char.end;
  }
  // Escaped bytes may form a character together.
  return bytes ? fromBytes(toBytes(text)) : text;
}

/**
 * The code point of a Go character literal.
 *
 * @throws {QuoteError} with Go's text where the literal is not valid.
 */
export function unquoteChar(literal: string): number {
  if (literal[1] === "'") throw new QuoteError();
  const { code, end } = readChar(literal, 1, "'");
  if (literal.slice(end) !== "'") throw new QuoteError(`malformed character constant: ${literal}`);
  return strayByte(code) === undefined ? code : 0xfffd;
}

function byteChar(byte: number): string {
  return String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte);
}

/** One character of a literal; `byte` marks an escape that stands for a single byte. */
function readChar(
  text: string,
  at: number,
  quote: string,
): { code: number; byte: boolean; end: number } {
  if (text[at] !== "\\") {
    const code = text.codePointAt(at)!;
    return { code, byte: false, end: at + (code > 0xffff ? 2 : 1) };
  }
  const kind = text[at + 1] ?? "";
  const simple = UNESCAPES[kind] ?? (kind === quote ? kind : undefined);
  if (simple !== undefined) return { code: simple.charCodeAt(0), byte: false, end: at + 2 };
  const digits = { x: 2, u: 4, U: 8 }[kind];
  if (digits !== undefined) {
    const code = readDigits(text, at + 2, { digits, base: 16 });
    const invalid = code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff);
    if (kind !== "x" && invalid) throw new QuoteError();
    return { code, byte: kind === "x", end: at + 2 + digits };
  }
  const code = readDigits(text, at + 1, { digits: 3, base: 8 });
  if (code > 255) throw new QuoteError();
  return { code, byte: true, end: at + 4 };
}

function readDigits(text: string, at: number, form: { digits: number; base: 8 | 16 }): number {
  const part = text.slice(at, at + form.digits);
  const valid = form.base === 16 ? /^[0-9a-fA-F]+$/ : /^[0-7]+$/;
  if (part.length !== form.digits || !valid.test(part)) throw new QuoteError();
  return parseInt(part, form.base);
}

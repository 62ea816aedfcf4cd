/**
 * How goyaml writes a string: in which style, with which escapes, and where it folds.
 *
 * @module
 */

import { looksTyped } from "./resolve.ts";

/** Where a scalar is written. */
export interface ScalarPlace {
  /** The column of its first character. */
  readonly column: number;
  /** How far its further lines are indented. */
  readonly indent: number;
  /** It is a key on one line with its value, and so never folded. */
  readonly simpleKey: boolean;
  /** As goyaml v3 writes it, which never folds and allows tabs in blocks. */
  readonly pretty: boolean;
}

const FOLD_WIDTH = 80;
/** Text that can only be taken for text, save for a few short words. */
const SAFE = /^[A-Za-z_/][\w/.@-]*$/;
const UNPRINTABLE = /[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;
const UNPRINTABLE_BUT_TAB = /[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;
const MULTILINE = /[\n\r\x85\u2028\u2029]/;
const SPACE_BREAK = / [\n\r\x85\u2028\u2029]/;
const BREAK_SPACE = /[\n\r\x85\u2028\u2029] /;
const AT_EDGE = /^[ \n\u2028\u2029]|[ \n\u2028\u2029]$/;
const INDICATOR =
  /^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@`]|[?-](?:[ \t]|$))|:(?:[ \t]|$)|[ \t\n\r\x85\u2028\u2029]#/;

/** A string as YAML. */
export function scalarText(text: string, place: ScalarPlace): string {
  if (SAFE.test(text)) return text.length <= 5 && looksTyped(text) ? `"${text}"` : text;
  if (text.includes("\n")) return multilineText(text, place);
  if (looksTyped(text)) return doubleQuoted(text, place);
  if (UNPRINTABLE.test(text)) return doubleQuoted(text, place);
  const multiline = MULTILINE.test(text);
  if (multiline && (SPACE_BREAK.test(text) || BREAK_SPACE.test(text) || place.simpleKey)) {
    return doubleQuoted(text, place);
  }
  if (multiline || AT_EDGE.test(text) || INDICATOR.test(text)) return singleQuoted(text, place);
  return fold(text, place.column, place);
}

/** Whether a key stands before its `:` on one line, without a `?`. */
export function isSimpleKey(key: string): boolean {
  if (MULTILINE.test(key)) return false;
  return key.length <= 42 || new TextEncoder().encode(key).length <= 128;
}

function multilineText(text: string, place: ScalarPlace): string {
  const unprintable = place.pretty ? UNPRINTABLE_BUT_TAB : UNPRINTABLE;
  const asBlock = !place.simpleKey && !text.endsWith(" ") && !SPACE_BREAK.test(text) &&
    !unprintable.test(text);
  return asBlock ? literal(text, place.indent) : doubleQuoted(text, place);
}

function literal(text: string, indent: number): string {
  const hint = /^[ \n\u2028\u2029]/.test(text) ? "2" : "";
  const breaks = /[\n\u2028\u2029]*$/.exec(text)![0].length;
  const chomp = breaks === 0 ? "-" : breaks > 1 || text.length === 1 ? "+" : "";
  const pad = " ".repeat(indent);
  const lines = text.replace(/(^|[\n\u2028\u2029])(?=[^\n\u2028\u2029])/g, `$1${pad}`);
  return `|${hint}${chomp}\n${lines}`;
}

function singleQuoted(text: string, place: ScalarPlace): string {
  const escaped = `'${text.replaceAll("'", "''")}'`;
  if (!/[\u2028\u2029]/.test(text)) return fold(escaped, place.column, place);
  const [first = "", ...rest] = escaped.split(/(?<=[\u2028\u2029])(?![\u2028\u2029])/);
  const pad = " ".repeat(place.indent);
  return fold(first, place.column, place) +
    rest.map((line) => line === "'" ? line : pad + fold(line, place.indent, place)).join("");
}

/** Breaks a text past the width at each space that stands alone. */
function fold(text: string, column: number, place: ScalarPlace): string {
  if (column + text.length <= FOLD_WIDTH || place.simpleKey || place.pretty) return text;
  const pad = " ".repeat(place.indent);
  const isQuoted = text.charCodeAt(0) === 0x27;
  let result = "";
  let start = 0;
  let startColumn = column;
  for (let at = text.indexOf(" "); at >= 0; at = text.indexOf(" ", at + 1)) {
    if (startColumn + at - start <= FOLD_WIDTH) continue;
    if (text.charCodeAt(at - 1) === 0x20 || text.charCodeAt(at + 1) === 0x20) continue;
    if (isQuoted && (at === 1 || at === text.length - 2)) continue;
    result += `${text.slice(start, at)}\n${pad}`;
    start = at + 1;
    startColumn = place.indent;
  }
  return result + text.slice(start);
}

const ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x00, "0"],
  [0x07, "a"],
  [0x08, "b"],
  [0x09, "t"],
  [0x0a, "n"],
  [0x0b, "v"],
  [0x0c, "f"],
  [0x0d, "r"],
  [0x1b, "e"],
  [0x22, '"'],
  [0x5c, "\\"],
  [0x85, "N"],
  [0xa0, "_"],
  [0x2028, "L"],
  [0x2029, "P"],
]);

function escape(char: string): string {
  const code = char.codePointAt(0)!;
  const short = ESCAPES.get(code);
  if (short !== undefined) return `\\${short}`;
  const digits = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${digits.padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${digits.padStart(4, "0")}` : `\\U${digits.padStart(8, "0")}`;
}

/** Characters that a double quoted scalar holds as they are, spaces aside. */
const AS_IS = /[!#-[\]-~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]+/y;

function doubleQuoted(text: string, place: ScalarPlace): string {
  const folds = !place.simpleKey && !place.pretty;
  const pad = `\n${" ".repeat(place.indent)}`;
  // goyaml looks for a byte order mark at the start, whichever character it is about to write.
  if (text.charCodeAt(0) === 0xfeff) return `"${Array.from(text, escape).join("")}"`;
  let result = '"';
  let column = place.column + 1;
  for (let at = 0; at < text.length;) {
    let written = runAt(text, at);
    let size = written.length;
    if (size === 0) {
      size = text.codePointAt(at)! > 0xffff ? 2 : 1;
      if (text.charCodeAt(at) !== 0x20) written = escape(text.slice(at, at + size));
      else if (folds && column > FOLD_WIDTH && mayFoldAt(text, at)) {
        written = text.charCodeAt(at + 1) === 0x20 ? `${pad}\\` : pad;
        column = -1;
      } else written = " ";
    }
    result += written;
    column += written.length;
    at += size;
  }
  return `${result}"`;
}

function runAt(text: string, at: number): string {
  AS_IS.lastIndex = at;
  return AS_IS.exec(text)?.[0] ?? "";
}

/** Whether the space here is inside the text and the first of its run. */
function mayFoldAt(text: string, at: number): boolean {
  return at > 0 && at < text.length - 1 && text.charCodeAt(at - 1) !== 0x20;
}

/**
 * Scalars: plain, quoted and block.
 *
 * @module
 */

import {
  Char,
  hexValue,
  isBlank,
  isBlankOrEnd,
  isBreak,
  isDigit,
  isFlowIndicator,
} from "./chars.ts";
import type { Cursor } from "./cursor.ts";

/**
 * Reads a plain scalar, which may go on over lines indented deeper than `parentIndent`.
 * `cursor.brokeLine` tells afterwards whether a line break follows the last character.
 */
export function scanPlain(cursor: Cursor, parentIndent: number, inFlow: boolean): string {
  const { text } = cursor;
  let value = "";
  let join = "";
  cursor.brokeLine = false;
  while (!cursor.atDocumentIndicator() && cursor.code !== Char.hash) {
    const start = cursor.pos;
    const end = plainLineEnd(cursor, inFlow);
    if (end > start) {
      value += join + text.slice(start, end);
      cursor.brokeLine = false;
    }
    if (!isBreak(cursor.code)) break;
    join = foldPlain(cursor, parentIndent + 1);
    cursor.brokeLine = true;
    if (!inFlow && cursor.column <= parentIndent) break;
  }
  return value;
}

/** Moves to where the scalar stops on this line; the result is where its last character ends. */
function plainLineEnd(cursor: Cursor, inFlow: boolean): number {
  const { text } = cursor;
  let at = cursor.pos;
  let end = at;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === Char.space || code === Char.tab) {
      at++;
      if (text.charCodeAt(at) === Char.hash) break;
      continue;
    }
    if (code === Char.colon ? isBlankOrEnd(text.charCodeAt(at + 1)) : endsPlain(code, inFlow)) {
      break;
    }
    end = ++at;
  }
  cursor.pos = at;
  return end;
}

function endsPlain(code: number, inFlow: boolean): boolean {
  return code === 0 || isBreak(code) || (inFlow && isFlowIndicator(code));
}

/** Moves over breaks and the blanks around them; the result is what they read as. */
function foldPlain(cursor: Cursor, indent: number): string {
  const first = cursor.takeBreak();
  let more = "";
  for (;;) {
    const code = cursor.code;
    if (isBlank(code)) {
      if (code === Char.tab && cursor.column < indent) {
        cursor.fail("found a tab character that violates indentation");
      }
      cursor.pos++;
    } else if (isBreak(code)) more += cursor.takeBreak();
    else return folded(first, more);
  }
}

/** One line feed is a space, further ones stand for themselves; LS and PS are always kept. */
function folded(first: string, more: string): string {
  if (first !== "\n") return first + more;
  return more === "" ? " " : more;
}

/** Reads a quoted scalar from its opening quote to behind the closing one. */
export function scanQuoted(cursor: Cursor, single: boolean): string {
  const quote = single ? Char.singleQuote : Char.doubleQuote;
  let value = "";
  cursor.pos++;
  for (;;) {
    if (cursor.atDocumentIndicator()) cursor.fail("found unexpected document indicator");
    if (cursor.code === Char.nul) cursor.fail("found unexpected end of stream");
    value += single ? singleQuotedRun(cursor) : doubleQuotedRun(cursor);
    const escapedBreak = !single && cursor.code === Char.backslash;
    if (escapedBreak) {
      cursor.pos++;
      cursor.takeBreak();
    }
    if (cursor.code === quote) break;
    value += quotedBlanks(cursor, escapedBreak);
  }
  cursor.pos++;
  return value;
}

/** Characters up to a blank, a break, the end or the closing quote. */
function singleQuotedRun(cursor: Cursor): string {
  const { text } = cursor;
  let value = "";
  let start = cursor.pos;
  let at = start;
  for (;; at++) {
    const code = text.charCodeAt(at);
    if (code === Char.singleQuote) {
      if (text.charCodeAt(at + 1) !== Char.singleQuote) break;
      value += text.slice(start, ++at);
      start = at + 1;
    } else if (isBlankOrEnd(code)) break;
  }
  cursor.pos = at;
  return value + text.slice(start, at);
}

/** As {@linkcode singleQuotedRun}; it also stops in front of an escaped line break. */
function doubleQuotedRun(cursor: Cursor): string {
  const { text } = cursor;
  let value = "";
  let start = cursor.pos;
  for (;;) {
    const code = cursor.code;
    if (code === Char.backslash) {
      if (isBreak(text.charCodeAt(cursor.pos + 1))) break;
      value += text.slice(start, cursor.pos) + scanEscape(cursor);
      start = cursor.pos;
    } else if (code === Char.doubleQuote || isBlankOrEnd(code)) break;
    else cursor.pos++;
  }
  return value + text.slice(start, cursor.pos);
}

/** Blanks and breaks inside a quoted scalar, folded. */
function quotedBlanks(cursor: Cursor, escapedBreak: boolean): string {
  const start = cursor.pos;
  let first = "";
  let more = "";
  let broke = escapedBreak;
  for (;;) {
    const code = cursor.code;
    if (isBlank(code)) cursor.pos++;
    else if (!isBreak(code)) break;
    else if (broke) more += cursor.takeBreak();
    else {
      first = cursor.takeBreak();
      broke = true;
    }
  }
  if (!broke) return cursor.text.slice(start, cursor.pos);
  return first === "" ? more : folded(first, more);
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["0", "\0"],
  ["a", "\x07"],
  ["b", "\b"],
  ["t", "\t"],
  ["\t", "\t"],
  ["n", "\n"],
  ["v", "\v"],
  ["f", "\f"],
  ["r", "\r"],
  ["e", "\x1b"],
  [" ", " "],
  ['"', '"'],
  ["'", "'"],
  ["\\", "\\"],
  ["N", "\x85"],
  ["_", "\xa0"],
  ["L", "\u2028"],
  ["P", "\u2029"],
]);
const HEX_LENGTH: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

function scanEscape(cursor: Cursor): string {
  const letter = cursor.text.charAt(cursor.pos + 1);
  const plain = ESCAPES.get(letter);
  if (plain !== undefined) {
    cursor.pos += 2;
    return plain;
  }
  const length = HEX_LENGTH[letter];
  if (length === undefined) cursor.fail("found unknown escape character");
  cursor.pos += 2;
  let code = 0;
  for (let k = 0; k < length; k++) {
    const digit = hexValue(cursor.text.charCodeAt(cursor.pos + k));
    if (digit < 0) cursor.fail("did not find expected hexdecimal number");
    code = code * 16 + digit;
  }
  if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) {
    cursor.fail("found invalid Unicode character escape code");
  }
  cursor.pos += length;
  return String.fromCodePoint(code);
}

interface BlockHeader {
  readonly chomping: "clip" | "strip" | "keep";
  readonly indent: number;
}

/** Reads a block scalar from its `|` or `>` to behind its last line. */
export function scanBlock(cursor: Cursor, parentIndent: number): string {
  const literal = cursor.code === Char.bar;
  const header = scanBlockHeader(cursor);
  const given = header.indent === 0 ? 0 : Math.max(parentIndent, 0) + header.indent;
  const breaks: string[] = [];
  const indent = blockBreaks(cursor, given, breaks, parentIndent);
  let value = "";
  let lineBreak = "";
  let wasBlank = false;
  while (cursor.column === indent && cursor.code !== Char.nul) {
    const blank = isBlank(cursor.code);
    if (!literal && !wasBlank && !blank && lineBreak === "\n") {
      if (breaks.length === 0) value += " ";
    } else value += lineBreak;
    if (breaks.length > 0) value += breaks.join("");
    breaks.length = 0;
    wasBlank = blank;
    const end = cursor.lineEnd();
    value += cursor.text.slice(cursor.pos, end);
    cursor.pos = end;
    lineBreak = cursor.takeBreak();
    blockBreaks(cursor, indent, breaks, parentIndent);
  }
  if (header.chomping !== "strip") value += lineBreak;
  if (header.chomping === "keep") value += breaks.join("");
  return value;
}

function scanBlockHeader(cursor: Cursor): BlockHeader {
  cursor.pos++;
  let chomping: BlockHeader["chomping"] = "clip";
  let indent = 0;
  const takeChomping = () => {
    const code = cursor.code;
    if (code !== Char.plus && code !== Char.dash) return false;
    chomping = code === Char.plus ? "keep" : "strip";
    cursor.pos++;
    return true;
  };
  const takeIndent = () => {
    const code = cursor.code;
    if (!isDigit(code)) return false;
    if (code === Char.zero) cursor.fail("found an indentation indicator equal to 0");
    indent = code - Char.zero;
    cursor.pos++;
    return true;
  };
  if (takeChomping()) takeIndent();
  else if (takeIndent()) takeChomping();
  if (!cursor.finishLine()) cursor.fail("did not find expected comment or line break");
  return { chomping, indent };
}

/**
 * Moves over indentation and empty lines, whose breaks it collects. The result is the indentation
 * of the scalar: the one given, or where that is 0 that of the first line with text.
 */
function blockBreaks(
  cursor: Cursor,
  indent: number,
  breaks: string[],
  parentIndent: number,
): number {
  let deepest = 0;
  for (;;) {
    while ((indent === 0 || cursor.column < indent) && cursor.code === Char.space) cursor.pos++;
    deepest = Math.max(deepest, cursor.column);
    if ((indent === 0 || cursor.column < indent) && cursor.code === Char.tab) {
      cursor.fail("found a tab character where an indentation space is expected");
    }
    if (!isBreak(cursor.code)) break;
    breaks.push(cursor.takeBreak());
  }
  return indent > 0 ? indent : Math.max(deepest, parentIndent + 1, 1);
}

/**
 * Anchors, aliases, tags and directives.
 *
 * @module
 */

import { Char, hexValue, isBlank, isBlankOrEnd, isDigit, isWord } from "./chars.ts";
import type { Cursor } from "./cursor.ts";

const AFTER_ANCHOR = "?:,]}%@`";
const URI = ";/?:@&=+$,.!~*'()[]%";

/** Reads the name behind `&` or `*`. */
export function scanAnchor(cursor: Cursor): string {
  cursor.pos++;
  const name = scanWord(cursor);
  if (name === "" || !(isBlankOrEnd(cursor.code) || AFTER_ANCHOR.includes(here(cursor)))) {
    cursor.fail("did not find expected alphabetic or numeric character");
  }
  return name;
}

/** A tag as written: an empty handle stands for a complete tag. */
export interface TagParts {
  readonly handle: string;
  readonly suffix: string;
}

/** Reads `!<uri>`, `!suffix`, `!handle!suffix` or `!`. */
export function scanTag(cursor: Cursor): TagParts {
  const parts = cursor.text.charCodeAt(cursor.pos + 1) === Char.less
    ? scanVerbatimTag(cursor)
    : scanShortTag(cursor);
  if (!isBlankOrEnd(cursor.code)) cursor.fail("did not find expected whitespace or line break");
  return parts;
}

function scanVerbatimTag(cursor: Cursor): TagParts {
  cursor.pos += 2;
  const suffix = scanUri(cursor, "");
  if (cursor.code !== Char.greater) cursor.fail("did not find the expected '>'");
  cursor.pos++;
  return { handle: "", suffix };
}

function scanShortTag(cursor: Cursor): TagParts {
  const handle = scanHandle(cursor, false);
  if (handle.length > 1 && handle.endsWith("!")) return { handle, suffix: scanUri(cursor, "") };
  const suffix = scanUri(cursor, handle);
  return suffix === "" ? { handle: "", suffix: "!" } : { handle: "!", suffix };
}

function scanHandle(cursor: Cursor, inDirective: boolean): string {
  if (cursor.code !== Char.bang) cursor.fail("did not find expected '!'");
  cursor.pos++;
  const word = scanWord(cursor);
  if (cursor.code === Char.bang) {
    cursor.pos++;
    return `!${word}!`;
  }
  if (inDirective && word !== "") cursor.fail("did not find expected '!'");
  return `!${word}`;
}

/** Reads URI characters behind `head`, a handle that proved to be none. */
function scanUri(cursor: Cursor, head: string): string {
  let uri = head.slice(1);
  let found = head !== "";
  while (isWord(cursor.code) || URI.includes(here(cursor))) {
    found = true;
    if (cursor.code === Char.percent) uri += scanUriEscape(cursor);
    else {
      uri += here(cursor);
      cursor.pos++;
    }
  }
  if (!found) cursor.fail("did not find expected tag URI");
  return uri;
}

/** Reads the `%XX` octets of one character. */
function scanUriEscape(cursor: Cursor): string {
  const octets: number[] = [];
  let size = 1;
  while (octets.length < size) {
    const high = hexValue(cursor.text.charCodeAt(cursor.pos + 1));
    const low = high < 0 ? -1 : hexValue(cursor.text.charCodeAt(cursor.pos + 2));
    if (cursor.code !== Char.percent || low < 0) cursor.fail("did not find URI escaped octet");
    const octet = high * 16 + low;
    if (octets.length === 0) {
      size = octet < 0x80 ? 1 : octet < 0xc0 ? 0 : octet < 0xe0 ? 2 : octet < 0xf0 ? 3 : 4;
      if (size === 0 || octet >= 0xf8) cursor.fail("found an incorrect leading UTF-8 octet");
    } else if ((octet & 0xc0) !== 0x80) cursor.fail("found an incorrect trailing UTF-8 octet");
    octets.push(octet);
    cursor.pos += 3;
  }
  return new TextDecoder().decode(Uint8Array.from(octets));
}

/** A `%YAML` or `%TAG` line. */
export type Directive =
  | { readonly name: "YAML"; readonly major: number; readonly minor: number }
  | { readonly name: "TAG"; readonly handle: string; readonly prefix: string };

/** Reads a directive line from its `%` to behind its line break. */
export function scanDirective(cursor: Cursor): Directive {
  cursor.pos++;
  const name = scanWord(cursor);
  if (name === "") cursor.fail("could not find expected directive name");
  if (!isBlankOrEnd(cursor.code)) cursor.fail("found unexpected non-alphabetical character");
  const directive = name === "YAML"
    ? scanVersion(cursor)
    : name === "TAG"
    ? scanTagPrefix(cursor)
    : cursor.fail("found unknown directive name");
  if (!cursor.finishLine()) cursor.fail("did not find expected comment or line break");
  return directive;
}

function scanVersion(cursor: Cursor): Directive {
  cursor.skipBlanks();
  const major = scanVersionNumber(cursor);
  if (cursor.code !== Char.dot) cursor.fail("did not find expected digit or '.' character");
  cursor.pos++;
  return { name: "YAML", major, minor: scanVersionNumber(cursor) };
}

function scanVersionNumber(cursor: Cursor): number {
  const start = cursor.pos;
  while (isDigit(cursor.code)) {
    if (cursor.pos - start === 2) cursor.fail("found extremely long version number");
    cursor.pos++;
  }
  if (cursor.pos === start) cursor.fail("did not find expected version number");
  return Number(cursor.text.slice(start, cursor.pos));
}

function scanTagPrefix(cursor: Cursor): Directive {
  cursor.skipBlanks();
  const handle = scanHandle(cursor, true);
  if (!isBlank(cursor.code)) cursor.fail("did not find expected whitespace");
  cursor.skipBlanks();
  const prefix = scanUri(cursor, "");
  if (!isBlankOrEnd(cursor.code)) cursor.fail("did not find expected whitespace or line break");
  return { name: "TAG", handle, prefix };
}

function scanWord(cursor: Cursor): string {
  const start = cursor.pos;
  while (isWord(cursor.code)) cursor.pos++;
  return cursor.text.slice(start, cursor.pos);
}

function here(cursor: Cursor): string {
  return cursor.text.charAt(cursor.pos);
}

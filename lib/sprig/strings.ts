/**
 * Sprig's string functions that search, cut and join. A Go string is bytes, and so are its
 * lengths and offsets.
 *
 * @module
 */

import { type Budget, func, type FuncMap } from "../template/value.ts";
import { fromBinary, rejoin, runesOf, toBinary } from "./bytes.ts";
import type { SprigEnv } from "./env.ts";
import { isSpace } from "./unicode.ts";

const LATIN_SPACE = /[\t-\r \u0085\u00a0]/g;

/** trim and its kin, contains, hasPrefix, hasSuffix, replace, repeat, indent, trunc, substr, … */
export function stringFuncs({ budget }: Pick<SprigEnv, "budget">): FuncMap {
  const trimAll = func(["string", "string"], trimCutset);
  return {
    hello: func([], () => "Hello!"),
    trim: func(["string"], trimSpace),
    trimAll,
    trimall: trimAll,
    trimPrefix: func(["string", "string"], trimPrefix),
    trimSuffix: func(["string", "string"], trimSuffix),
    contains: func(["string", "string"], (part, text) => searchable(text, part, contains)),
    hasPrefix: func(["string", "string"], (part, text) => searchable(text, part, startsWith)),
    hasSuffix: func(["string", "string"], (part, text) => searchable(text, part, endsWith)),
    replace: func(["string", "string", "string"], (old, by, text) => {
      return replace(text, { old, by, budget });
    }),
    repeat: func(["int", "string"], (count, text) => repeat(text, count, budget)),
    indent: func(["int", "string"], (width, text) => indent(text, width, budget)),
    nindent: func(["int", "string"], (width, text) => "\n" + indent(text, width, budget)),
    nospace: func(["string"], nospace),
    trunc: func(["int", "string"], trunc),
    substr: func(["int", "int", "string"], substr),
    plural: func(["string", "string", "int"], (one, many, count) => count === 1 ? one : many),
  };
}

function contains(text: string, part: string): boolean {
  return text.includes(part);
}

function startsWith(text: string, part: string): boolean {
  return text.startsWith(part);
}

function endsWith(text: string, part: string): boolean {
  return text.endsWith(part);
}

/** Searches characters where that finds what bytes would, else bytes. */
function searchable<T>(text: string, part: string, search: (text: string, part: string) => T): T {
  return text.isWellFormed() && part.isWellFormed()
    ? search(text, part)
    : search(toBinary(text), toBinary(part));
}

function trimPrefix(prefix: string, text: string): string {
  if (!searchable(text, prefix, startsWith)) return text;
  return fromBinary(toBinary(text).slice(toBinary(prefix).length));
}

function trimSuffix(suffix: string, text: string): string {
  if (suffix === "" || !searchable(text, suffix, endsWith)) return text;
  return fromBinary(toBinary(text).slice(0, -toBinary(suffix).length));
}

/** Cut by hand: a regular expression would look at each run of spaces once for each space. */
function trimSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text[start]!)) start++;
  while (end > start && isSpace(text[end - 1]!)) end--;
  return text.slice(start, end);
}

/** Drops characters of `cutset` at both ends; bytes that are no character count as U+FFFD. */
function trimCutset(cutset: string, text: string): string {
  const drop = new Set(cutset.toWellFormed());
  const known = text.toWellFormed();
  let start = 0;
  let end = known.length;
  while (start < end) {
    const char = String.fromCodePoint(known.codePointAt(start)!);
    if (!drop.has(char)) break;
    start += char.length;
  }
  while (end > start) {
    const low = known.charCodeAt(end - 1);
    const size = low >= 0xdc00 && low <= 0xdfff ? 2 : 1;
    if (!drop.has(known.slice(end - size, end))) break;
    end -= size;
  }
  return text.slice(start, end);
}

interface Replacement {
  readonly old: string;
  readonly by: string;
  readonly budget: Budget;
}

/** Replaces every occurrence; an empty one is found before each character and at the end. */
function replace(text: string, { old, by, budget }: Replacement): string {
  if (old === by) return text;
  if (old === "") {
    const runes = runesOf(text);
    budget.take(text.length + (runes.length + 1) * by.length);
    return rejoin(by + runes.map((rune) => rune + by).join(""));
  }
  if (!text.isWellFormed() || !old.isWellFormed() || !by.isWellFormed()) {
    return fromBinary(swap(toBinary(text), toBinary(old), toBinary(by), budget));
  }
  return swap(text, old, by, budget);
}

function swap(text: string, old: string, by: string, budget: Budget): string {
  const parts = text.split(old);
  budget.take(text.length + (parts.length - 1) * by.length);
  return parts.join(by);
}

function repeat(text: string, count: number, budget: Budget): string {
  if (count < 0) throw new Error("strings: negative Repeat count");
  budget.take(text.length * count);
  return rejoin(text.repeat(text === "" ? 0 : count));
}

function indent(text: string, width: number, budget: Budget): string {
  if (width < 0) throw new Error("strings: negative Repeat count");
  const lines = text.split("\n");
  budget.take(text.length + lines.length * width);
  const pad = " ".repeat(width);
  return pad + lines.join("\n" + pad);
}

/** Deletes white space byte by byte: once one is found, the rest is read as Latin-1. */
function nospace(text: string): string {
  const binary = toBinary(text);
  const kept = binary.replace(LATIN_SPACE, "");
  return kept.length === binary.length ? text : kept;
}

/** The first `size` bytes, or the last ones if negative. */
function trunc(size: number, text: string): string {
  const binary = toBinary(text);
  if (size < 0 && binary.length + size > 0) return fromBinary(binary.slice(size));
  if (size >= 0 && binary.length > size) return fromBinary(binary.slice(0, size));
  return text;
}

/** A negative start means the beginning, a negative or too great end means the end. */
function substr(start: number, end: number, text: string): string {
  const binary = toBinary(text);
  const length = binary.length;
  if (start < 0) {
    if (end < 0) throw outOfRange(`[:${end}]`);
    if (end > length) throw outOfRange(`[:${exact(end)}] with length ${length}`);
    return fromBinary(binary.slice(0, end));
  }
  const stop = end < 0 || end > length ? length : end;
  if (start > stop) throw outOfRange(`[${exact(start)}:${stop}]`);
  return fromBinary(binary.slice(start, stop));
}

/** An int that a JavaScript number has rounded: what is too great for it is taken for the greatest. */
function exact(int: number): number | bigint {
  return int >= 2 ** 63 ? 2n ** 63n - 1n : int;
}

function outOfRange(bounds: string): Error {
  return new Error(`runtime error: slice bounds out of range ${bounds}`);
}

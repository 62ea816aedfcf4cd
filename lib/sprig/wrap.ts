/**
 * Sprig's functions that fit text into a width, from goutils. Widths count bytes.
 *
 * @module
 */

import { type Budget, func, type FuncMap } from "../template/value.ts";
import { fromBinary, toBinary } from "./bytes.ts";
import type { SprigEnv } from "./env.ts";

/** abbrev, abbrevboth, wrap, wrapWith. */
export function wrapFuncs({ budget }: Pick<SprigEnv, "budget">): FuncMap {
  return {
    abbrev: func(["int", "string"], (width, text) => {
      return width < 4 ? text : bytewise(text, (bytes) => abbreviate(bytes, 0, width));
    }),
    abbrevboth: func(["int", "int", "string"], (offset, width, text) => {
      if (width < 4 || (offset > 0 && width < 7)) return text;
      return bytewise(text, (bytes) => abbreviate(bytes, offset, width));
    }),
    wrap: func(["int", "string"], (width, text) => {
      return bytewise(text, (bytes) => wrap(bytes, { width, newline: "\n", cut: false, budget }));
    }),
    wrapWith: func(["int", "string", "string"], (width, separator, text) => {
      const newline = toBinary(separator) || "\n";
      return bytewise(text, (bytes) => wrap(bytes, { width, newline, cut: true, budget }));
    }),
  };
}

function bytewise(text: string, edit: (bytes: string) => string): string {
  return fromBinary(edit(toBinary(text)));
}

/** Cuts to `width` with an ellipsis at the end and, where `offset` is past it, at the start. */
function abbreviate(text: string, offset: number, width: number): string {
  if (text.length <= width) return text;
  const room = width - 3;
  let start = Math.min(offset, text.length);
  if (text.length - start < room) start = text.length - room;
  if (start <= 4) return text.slice(0, room) + "...";
  // The tail may be too narrow for an ellipsis of its own; goutils then shows none of it.
  if (start + room < text.length) {
    return "..." + (room < 4 ? "" : abbreviate(text.slice(start), 0, room));
  }
  return "..." + text.slice(text.length - room);
}

interface WrapOptions {
  /** Greatest line length; below 1 is 1. */
  readonly width: number;
  readonly newline: string;
  /** Whether a word longer than a line is cut. */
  readonly cut: boolean;
  readonly budget: Budget;
}

function wrap(text: string, { width, newline, cut, budget }: WrapOptions): string {
  const limit = Math.max(width, 1);
  const lines: string[] = [];
  let at = 0;
  while (text.length - at > limit) {
    if (text[at] === " ") {
      at++;
      continue;
    }
    const { end, next } = breakLine(text, at, { limit, cut });
    budget.take(end - at + newline.length);
    lines.push(text.slice(at, end));
    at = next;
    if (end === text.length) return lines.join(newline);
  }
  lines.push(text.slice(at));
  return lines.join(newline);
}

/** Where the line that begins at `at` ends, and where the next one begins. */
function breakLine(
  text: string,
  at: number,
  { limit, cut }: { limit: number; cut: boolean },
): { end: number; next: number } {
  const space = text.lastIndexOf(" ", at + limit);
  if (space >= at) return { end: space, next: space + 1 };
  if (cut) return { end: at + limit, next: at + limit };
  const after = text.indexOf(" ", at + limit);
  return after < 0 ? { end: text.length, next: text.length } : { end: after, next: after + 1 };
}

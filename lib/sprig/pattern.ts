/**
 * Go's regexp over re2js: RE2 syntax, linear time, and Go's rules for empty matches.
 *
 * Positions are of UTF-16 units. A byte that is not part of valid UTF-8 matches as U+FFFD.
 *
 * @module
 */

import { RE2JS } from "re2js";
import type { Budget } from "../template/value.ts";

/** Where a match begins and ends. */
export type Span = readonly [start: number, end: number];

/** What a find may cost: each search is charged a share of the text it may have to read. */
const CHARGE = 16;

/** A compiled pattern. */
export class Pattern {
  readonly #re: RE2JS;
  readonly #budget: Budget;

  /** @throws with Go's text, `error parsing regexp: …` */
  constructor(readonly source: string, budget: Budget) {
    budget.take(source.length + 1);
    this.#budget = budget;
    if (!source.isWellFormed()) throw parseError("invalid UTF-8", source);
    this.#re = compile(source);
  }

  /** Whether any part of the text matches. */
  matches(text: string): boolean {
    this.#charge(text, 0);
    return this.#re.test(text.toWellFormed());
  }

  /** The leftmost match; `undefined` where there is none. */
  find(text: string): Span | undefined {
    return this.findAll(text, 1)[0];
  }

  /** Matches from left to right, at most `limit`; no empty one right after another match. */
  findAll(text: string, limit: number): Span[] {
    const input = text.toWellFormed();
    const matcher = this.#re.matcher(input);
    const spans: Span[] = [];
    let previousEnd = -1;
    for (let at = 0; spans.length < limit && at <= input.length;) {
      this.#charge(input, at);
      if (!matcher.find(at)) break;
      const start = matcher.start(), end = matcher.end();
      if (end > at || start !== previousEnd) spans.push([start, end]);
      previousEnd = end;
      at = end > at ? end : at + (charSize(input, at) || 1);
    }
    return spans;
  }

  /** The text with each match replaced; `expand` gets the spans of a match's groups. */
  replaceAll(text: string, expand: (group: GroupSpans) => string): string {
    const input = text.toWellFormed();
    const matcher = this.#re.matcher(input);
    const groups = this.#groups(matcher);
    let out = "";
    let copied = 0;
    for (let at = 0; at <= input.length;) {
      this.#charge(input, at);
      if (!matcher.find(at)) break;
      const start = matcher.start(), end = matcher.end();
      out += text.slice(copied, start);
      if (end > copied || start === 0) {
        const insert = expand(groups);
        this.#budget.take(insert.length);
        out += insert;
      }
      copied = end;
      const next = at + charSize(input, at);
      at = next > end ? next : at + 1 > end ? at + 1 : end;
    }
    return out + text.slice(copied);
  }

  #groups(matcher: ReturnType<RE2JS["matcher"]>): GroupSpans {
    const names = this.#re.namedGroups();
    return (group) => {
      const named = Object.hasOwn(names, group) ? names[group] : undefined;
      const index = typeof group === "number" ? group : named;
      if (index === undefined || index > matcher.groupCount()) return undefined;
      const start = matcher.start(index);
      return start < 0 ? undefined : [start, matcher.end(index)];
    };
  }

  #charge(text: string, at: number): void {
    this.#budget.take(1 + Math.ceil((text.length - at) / CHARGE));
  }
}

/** The span of a group by number or name; `undefined` where it is unknown or took no part. */
export type GroupSpans = (group: number | string) => Span | undefined;

function compile(source: string): RE2JS {
  try {
    return RE2JS.compile(source);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // Go prints the offending part even where it is empty.
    throw new Error(/: `[^]*`$/.test(message) ? message : `${message}: \`\``, { cause: error });
  }
}

function parseError(reason: string, part: string): Error {
  return new Error(`error parsing regexp: ${reason}: \`${part}\``);
}

/** Units of the character at a position, 0 at the end. */
function charSize(text: string, at: number): number {
  const code = text.codePointAt(at);
  return code === undefined ? 0 : code > 0xffff ? 2 : 1;
}

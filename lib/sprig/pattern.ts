/**
 * Go's regexp over re2js: RE2 syntax, linear time, and Go's rules for empty matches.
 *
 * Positions are of UTF-16 units. A byte that is not part of valid UTF-8 matches as U+FFFD.
 *
 * @module
 */

import { RE2JS } from "re2js";
import type { Budget } from "../template/value.ts";
import { MeteredText } from "./metered_text.ts";

/** Where a match begins and ends. */
export type Span = readonly [start: number, end: number];

/** Steps taken from the budget for each instruction that a pattern compiles to. */
const COMPILE_PRICE = 100;

/** A compiled pattern. */
export class Pattern {
  readonly #re: RE2JS;
  readonly #names: GroupNames;
  readonly #budget: Budget;

  /** @throws with Go's text, `error parsing regexp: …` */
  constructor(readonly source: string, budget: Budget) {
    budget.take(COMPILE_PRICE * source.length);
    this.#budget = budget;
    this.#re = compile(source);
    budget.take(COMPILE_PRICE * this.#re.programSize());
    this.#names = groupNames(this.#re);
  }

  /** Whether any part of the text matches. */
  matches(text: string): boolean {
    return this.#re.test(this.#metered(text.toWellFormed()));
  }

  /** The leftmost match; `undefined` where there is none. */
  find(text: string): Span | undefined {
    return this.findAll(text, 1)[0];
  }

  /** Matches from left to right, at most `limit`; no empty one right after another match. */
  findAll(text: string, limit: number): Span[] {
    const input = text.toWellFormed();
    const matcher = this.#re.matcher(this.#metered(input));
    const spans: Span[] = [];
    let previousEnd = -1;
    for (let at = 0; spans.length < limit && at <= input.length;) {
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
    const matcher = this.#re.matcher(this.#metered(input));
    const groups = this.#groups(matcher);
    let out = "";
    let copied = 0;
    for (let at = 0; at <= input.length;) {
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
    const spanOf = (index: number): Span | undefined => {
      const start = index > matcher.groupCount() ? -1 : matcher.start(index);
      return start < 0 ? undefined : [start, matcher.end(index)];
    };
    return (group) => {
      if (typeof group === "number") return spanOf(group);
      for (const index of this.#names.get(group) ?? []) {
        const span = spanOf(index);
        if (span !== undefined) return span;
      }
      return undefined;
    };
  }

  #metered(text: string): string {
    this.#budget.take(text.length / 8);
    // Reading a character costs at worst a step for each instruction.
    const price = 4 + this.#re.programSize() / 4;
    return new MeteredText(text, { budget: this.#budget, price }) as unknown as string;
  }
}

/** The span of a group by number or name; `undefined` where it is unknown or took no part. */
export type GroupSpans = (group: number | string) => Span | undefined;

/** Numbers of the groups of each name. */
type GroupNames = ReadonlyMap<string, readonly number[]>;

/** Names that Go lets several groups share are told apart with this and a count. */
const SHARED = "__capstan_";

function compile(source: string): RE2JS {
  const stray = source.search(/\p{Surrogate}/u);
  if (stray >= 0) throw parseError("invalid UTF-8", source.slice(stray));
  try {
    return RE2JS.compile(source);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (message.includes(": duplicate capture group name:")) {
      return RE2JS.compile(tellApart(source));
    }
    // Four characters are too few for Go to see a name begin.
    if (message.endsWith("invalid named capture: `(?P<`")) {
      throw parseError("invalid or unsupported Perl syntax", "(?P");
    }
    // Go shows the offending part even where it is empty.
    throw new Error(/: `[^]*`$/.test(message) ? message : `${message}: \`\``, { cause: error });
  }
}

function parseError(reason: string, part: string): Error {
  return new Error(`error parsing regexp: ${reason}: \`${part}\``);
}

/** Quoted text, an escape, a class, or the start of a named group. */
const TOKEN = /\\Q[^]*?(?:\\E|$)|\\[^]|\[\^?\]?(?:\\[^]|\[:\^?\w+:\]|[^\]\\])*\]|(\(\?P?<)(\w+)>/g;

function tellApart(source: string): string {
  let count = 0;
  return source.replace(TOKEN, (token, open?: string, name?: string) => {
    return open === undefined ? token : `${open}${name}${SHARED}${count++}>`;
  });
}

function groupNames(re: RE2JS): GroupNames {
  const names = new Map<string, number[]>();
  const entries = Object.entries(re.namedGroups()).sort(([, a], [, b]) => a - b);
  for (const [unique, index] of entries) {
    const name = unique.split(SHARED)[0]!;
    names.set(name, [...names.get(name) ?? [], index]);
  }
  return names;
}

/** Units of the character at a position, 0 at the end. */
function charSize(text: string, at: number): number {
  const code = text.codePointAt(at);
  return code === undefined ? 0 : code > 0xffff ? 2 : 1;
}

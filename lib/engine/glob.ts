/**
 * The patterns of `.Files.Glob`: those of gobwas/glob with `/` between parts.
 *
 * `*` and `?` stop at `/`, `**` does not; `[abc]`, `[a-z]`, `[!a]`, `{a,b}`; `\` takes the next
 * character as it is.
 *
 * @module
 */

import { RE2JS } from "re2js";

/**
 * Whether a path matches, for a pattern that a chart wrote: matching takes linear time. A pattern
 * that cannot be read matches everything, as Helm has it.
 */
export function compileGlob(pattern: string): (path: string) => boolean {
  const simple = SIMPLE.exec(pattern);
  if (simple !== null) return simpleGlob(simple as unknown as SimpleGlob);
  const source = new Translation([...pattern]).run();
  if (source === undefined) return () => true;
  const expression = RE2JS.compile(source, RE2JS.DOTALL);
  return (path) => expression.matcher(path).matches();
}

/** A pattern of at most one `*` or `**`, which needs no regular expression. */
const SIMPLE = /^([^*?[{\\]*)(\*{0,2})([^*?[{\\]*)$/;

type SimpleGlob = readonly [pattern: string, prefix: string, star: string, suffix: string];

function simpleGlob([pattern, prefix, star, suffix]: SimpleGlob): (path: string) => boolean {
  if (star === "") return (path) => path === pattern;
  return (path) =>
    path.length >= prefix.length + suffix.length &&
    path.startsWith(prefix) && path.endsWith(suffix) &&
    (star === "**" || !path.slice(prefix.length, path.length - suffix.length).includes("/"));
}

/** Turns a pattern into a regular expression. */
class Translation {
  #at = 0;
  /** How many `{` are open. */
  #depth = 0;
  readonly #chars: readonly string[];

  constructor(chars: readonly string[]) {
    this.#chars = chars;
  }

  /** The regular expression; `undefined` where the pattern is malformed. */
  run(): string | undefined {
    let source = "";
    while (this.#at < this.#chars.length) {
      const part = this.#next();
      if (part === undefined) return undefined;
      source += part;
    }
    return source + ")".repeat(this.#depth);
  }

  #next(): string | undefined {
    const char = this.#chars[this.#at++]!;
    switch (char) {
      case "*":
        if (this.#chars[this.#at] !== "*") return "[^/]*";
        this.#at++;
        return ".*";
      case "?":
        return "[^/]";
      case "[":
        return this.#range();
      case "{":
        this.#depth++;
        return "(?:";
      case "\\":
        return this.#at < this.#chars.length ? RE2JS.quote(this.#chars[this.#at++]!) : "";
    }
    if (this.#depth > 0 && char === ",") return "|";
    if (this.#depth > 0 && char === "}") {
      this.#depth--;
      return ")";
    }
    return RE2JS.quote(char);
  }

  /** What follows `[`: one range of characters, or a list of them. */
  #range(): string | undefined {
    const negated = this.#chars[this.#at] === "!";
    if (negated) this.#at++;
    const low = this.#chars[this.#at];
    const set = low !== undefined && this.#chars[this.#at + 1] === "-"
      ? this.#span(low)
      : this.#list();
    if (set === undefined || this.#chars[this.#at] !== "]") return undefined;
    this.#at++;
    return `[${negated ? "^" : ""}${set}]`;
  }

  #span(low: string): string | undefined {
    const high = this.#chars[this.#at + 2];
    this.#at += 3;
    if (high === undefined || high.codePointAt(0)! < low.codePointAt(0)!) return undefined;
    return `${inSet(low)}-${inSet(high)}`;
  }

  #list(): string | undefined {
    let set = "";
    for (; this.#at < this.#chars.length && this.#chars[this.#at] !== "]"; this.#at++) {
      if (this.#chars[this.#at] === "\\") this.#at++;
      set += inSet(this.#chars[this.#at] ?? "");
    }
    return set === "" ? undefined : set;
  }
}

function inSet(char: string): string {
  return /[\\\]^[-]/.test(char) ? `\\${char}` : char;
}

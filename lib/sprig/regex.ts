/**
 * Sprig's regular expression functions.
 *
 * @module
 */

import { quoteGo } from "../template/quote.ts";
import { func, type FuncMap, nilSlice, typedSlice } from "../template/value.ts";
import { rejoin } from "./bytes.ts";
import type { SprigEnv } from "./env.ts";
import { type GroupSpans, Pattern } from "./pattern.ts";

/** Patterns kept; a chart that makes more than this makes them from data. */
const CACHE_SIZE = 500;

type Compile = (source: string) => Pattern;

/** regexMatch, regexFind, regexFindAll, regexReplaceAll, regexSplit, regexQuoteMeta and kin. */
export function regexFuncs({ budget }: Pick<SprigEnv, "budget">): FuncMap {
  const cache = new Map<string, Pattern>();
  const compile: Compile = (source) => {
    const known = cache.get(source);
    if (known !== undefined) return known;
    const pattern = new Pattern(source, budget);
    if (cache.size >= CACHE_SIZE) cache.clear();
    cache.set(source, pattern);
    return pattern;
  };
  return {
    regexMatch: func(["string", "string"], (regex, text) => {
      try {
        return compile(regex).matches(text);
      } catch (error) {
        if (isParseError(error)) return false;
        throw error;
      }
    }),
    mustRegexMatch: func(["string", "string"], (regex, text) => compile(regex).matches(text)),
    ...plain((source) => mustCompile(source, compile)),
    ...strict(compile),
    regexQuoteMeta: func(["string"], (text) => text.replace(/[\\.+*?()|[\]{}^$]/g, "\\$&")),
  };
}

function plain(compile: Compile): FuncMap {
  return {
    regexFind: func(["string", "string"], (regex, text) => find(compile(regex), text)),
    regexFindAll: func(["string", "string", "int"], (regex, text, limit) => {
      return findAll(compile(regex), text, limit);
    }),
    regexReplaceAll: func(["string", "string", "string"], (regex, text, template) => {
      return replaceAll(compile(regex), text, template);
    }),
    regexReplaceAllLiteral: func(["string", "string", "string"], (regex, text, by) => {
      return rejoin(compile(regex).replaceAll(text, () => by));
    }),
    regexSplit: func(["string", "string", "int"], (regex, text, limit) => {
      return split(compile(regex), text, limit);
    }),
  };
}

/** The same under their `must` names. */
function strict(compile: Compile): FuncMap {
  return Object.fromEntries(
    Object.entries(plain(compile)).map((
      [name, fn],
    ) => [`must${name[0]!.toUpperCase()}${name.slice(1)}`, fn]),
  );
}

function isParseError(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("error parsing regexp: ");
}

/** Go's regexp.MustCompile, whose panic names the whole pattern. */
function mustCompile(source: string, compile: Compile): Pattern {
  try {
    return compile(source);
  } catch (error) {
    if (!isParseError(error)) throw error;
    const quoted = canBackquote(source) ? `\`${source}\`` : quoteGo(source);
    throw new Error(`regexp: Compile(${quoted}): ${(error as Error).message}`);
  }
}

/** strconv.CanBackquote. */
function canBackquote(text: string): boolean {
  // deno-lint-ignore no-control-regex -- these are the characters that Go refuses
  return text.isWellFormed() && !/[\u0000-\u0008\u000a-\u001f\u007f`\ufeff]/.test(text);
}

function find(pattern: Pattern, text: string): string {
  const span = pattern.find(text);
  return span === undefined ? "" : text.slice(...span);
}

function findAll(pattern: Pattern, text: string, limit: number): string[] {
  const spans = pattern.findAll(text, limit < 0 ? Infinity : limit);
  if (spans.length === 0) return nilSlice("[]string") as string[];
  return typedSlice("[]string", spans.map((span) => text.slice(...span)));
}

/** Go's Split: a match at the very start that is empty parts nothing. */
function split(pattern: Pattern, text: string, limit: number): string[] {
  if (limit === 0) return nilSlice("[]string") as string[];
  if (text === "" && pattern.source !== "") return typedSlice("[]string", [""]);
  const parts: string[] = [];
  let begin = 0, end = 0;
  for (const [start, stop] of pattern.findAll(text, limit < 0 ? Infinity : limit)) {
    if (limit > 0 && parts.length >= limit - 1) break;
    end = start;
    if (stop !== 0) parts.push(text.slice(begin, end));
    begin = stop;
  }
  if (end !== text.length) parts.push(text.slice(begin));
  return typedSlice("[]string", parts);
}

function replaceAll(pattern: Pattern, text: string, template: string): string {
  const parts = parseTemplate(template);
  const expand = (spanOf: GroupSpans) => {
    let out = "";
    for (const part of parts) {
      if ("literal" in part) {
        out += part.literal;
        continue;
      }
      const span = spanOf(part.group);
      if (span !== undefined) out += text.slice(...span);
    }
    return out;
  };
  return rejoin(pattern.replaceAll(text, expand));
}

type TemplatePart = { readonly literal: string } | { readonly group: number | string };

/** `$1`, `$name`, `${name}` and `$$`; any other `$` stands for itself. */
const REFERENCE = /\$(?:\$|([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\})/gu;

function parseTemplate(template: string): TemplatePart[] {
  const parts: TemplatePart[] = [];
  let at = 0;
  for (const match of template.matchAll(REFERENCE)) {
    parts.push({ literal: template.slice(at, match.index) });
    at = match.index + match[0].length;
    const name = match[1] ?? match[2];
    parts.push(name === undefined ? { literal: "$" } : { group: groupOf(name) });
  }
  parts.push({ literal: template.slice(at) });
  return parts;
}

/** A number without leading zeros is a group's number, all else a name. */
function groupOf(name: string): number | string {
  return /^(?:0|[1-9][0-9]{0,8})$/.test(name) ? Number(name) : name;
}

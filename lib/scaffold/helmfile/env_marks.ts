/**
 * What stands in a rendered helmfile for environment variables, which are read when the stack runs.
 *
 * @module
 */
import type { FuncMap, GoFunc } from "../../template/value.ts";
import { func, isMap, variadic } from "../../template/value.ts";

/** An environment variable in a text. */
export interface EnvMark {
  readonly name: string;
  /** It must be set. */
  readonly required: boolean;
  /** It stands alone and without quotes: what YAML takes the variable's text for. */
  readonly scalar: boolean;
  /** What stands in for it where it is not set, or empty. */
  readonly fallback: string | undefined;
}

const MARK = /__capstan_(env|required)(y?)_([0-9a-f]+)(?:\.([0-9a-f]*))?__/;

/** Functions that pass texts on as they are, so that a mark in them still is one. */
const PASSING = new Set([
  ...["cat", "coalesce", "deepCopy", "deepMerge", "default", "dict", "get", "getOrNil", "indent"],
  ...["join", "list", "merge", "mergeOverwrite", "nindent", "print", "printf", "println", "quote"],
  ...["required", "set", "squote", "toJson", "toString", "toStrings", "toYaml", "tpl", "tuple"],
]);

/** `env`, `requiredEnv` and `default`, which make marks. */
export function envFuncs(base: FuncMap): FuncMap {
  return {
    env: func(["string"], (name) => textOf({ name, required: false })),
    requiredEnv: func(["string"], (name) => textOf({ name, required: true })),
    default: variadic(["any"], "any", (fallback, ...given) => {
      const mark = typeof given[0] === "string" ? wholeMark(given[0]) : undefined;
      if (mark === undefined) return base["default"]!.call(fallback, ...given);
      if (mark.required || mark.fallback !== undefined) return given[0];
      return textOf({ ...mark, fallback: String(fallback ?? "") });
    }),
  };
}

/** Functions that tell when they look at what only stands in for a variable. */
export function watched(funcs: FuncMap, onUse: (variable: string, by: string) => void): FuncMap {
  const watch = ([name, one]: [string, GoFunc]): [string, GoFunc] => {
    if (PASSING.has(name)) return [name, one];
    const call = (...args: unknown[]) => {
      for (const variable of variablesIn(args)) onUse(variable, name);
      return one.call(...args);
    };
    return [name, { ...one, call }];
  };
  return Object.fromEntries(Object.entries(funcs).map(watch));
}

/** Variables that a template's `if` and `with` ask for by themselves. */
export function asked(template: string): string[] {
  const conditions = /\{\{-?\s*(?:else\s+)?(?:if|with)\s+\(?\s*(?:env|requiredEnv)\s+["`]([^"`]+)/g;
  return [...template.matchAll(conditions)].map((match) => match[1]!);
}

/** YAML in which each mark says whether it stands alone and without quotes. */
export function withScalars(yaml: string): string {
  const every = new RegExp(MARK.source, "g");
  const alone = new RegExp(
    `(?<=(?:^|[:[,{-])[ \\t]+|[[,{])${MARK.source}(?=[ \\t]*(?:$|#|[,\\]}]))`,
    "gm",
  );
  return yaml.replace(every, (mark) => textOf({ ...wholeMark(mark)!, scalar: false }))
    .replace(alone, (mark) => textOf({ ...wholeMark(mark)!, scalar: true }));
}

/** A text's parts: what is said, and what variables stand for. */
export function partsOf(text: string): (string | EnvMark)[] {
  const parts: (string | EnvMark)[] = [];
  let end = 0;
  for (const match of text.matchAll(new RegExp(MARK.source, "g"))) {
    if (match.index > end) parts.push(text.slice(end, match.index));
    parts.push(markOf(match));
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push(text.slice(end));
  return parts;
}

function wholeMark(text: string): EnvMark | undefined {
  const [only, ...rest] = partsOf(text);
  return rest.length === 0 && typeof only === "object" ? only : undefined;
}

function variablesIn(value: unknown): string[] {
  if (typeof value === "string") {
    return partsOf(value).flatMap((part) => typeof part === "string" ? [] : [part.name]);
  }
  if (Array.isArray(value)) return value.flatMap(variablesIn);
  return isMap(value) ? Object.values(value).flatMap(variablesIn) : [];
}

function textOf(
  { name, required, scalar = false, fallback }:
    & Pick<EnvMark, "name" | "required">
    & Partial<EnvMark>,
): string {
  const kind = `${required ? "required" : "env"}${scalar ? "y" : ""}`;
  return `__capstan_${kind}_${hex(name)}${fallback === undefined ? "" : `.${hex(fallback)}`}__`;
}

function markOf([, kind, scalar, name, fallback]: RegExpMatchArray): EnvMark {
  return {
    name: unhex(name!),
    required: kind === "required",
    scalar: scalar === "y",
    fallback: fallback === undefined ? undefined : unhex(fallback),
  };
}

function hex(text: string): string {
  return new TextEncoder().encode(text).toHex();
}

function unhex(text: string): string {
  return new TextDecoder().decode(Uint8Array.fromHex(text));
}

/**
 * Sprig's functions between values and text: toString, quote, join, split and their kin.
 *
 * @module
 */

import { formatValue } from "../template/format.ts";
import { quoteGo } from "../template/quote.ts";
import {
  type Budget,
  fromBytes,
  func,
  type FuncMap,
  type GoMap,
  newMap,
  nilSlice,
  sliceType,
  typedSlice,
  variadic,
} from "../template/value.ts";
import { fromBinary, rejoin, runesOf, toBinary } from "./bytes.ts";
import type { SprigEnv } from "./env.ts";
import { itemsOf } from "./items.ts";
import { StringMap } from "./string_map.ts";

/** toString, toStrings, quote, squote, cat, join, split, splitn, splitList. */
export function textFuncs({ budget }: Pick<SprigEnv, "budget">): FuncMap {
  return {
    toString: func(["any"], (value) => stringOf(value, budget)),
    toStrings: func(["any"], (value) => stringsOf(value, budget)),
    quote: variadic([], "any", (...values) => {
      return join(present(values).map((value) => quoteGo(stringOf(value, budget))), " ", budget);
    }),
    squote: variadic([], "any", (...values) => {
      return join(present(values).map((value) => `'${formatValue(value, budget)}'`), " ", budget);
    }),
    cat: variadic([], "any", (...values) => {
      return join(present(values).map((value) => formatValue(value, budget)), " ", budget);
    }),
    join: func(["string", "any"], (separator, list) => {
      return join(stringsOf(list, budget), separator, budget);
    }),
    split: func(["string", "string"], (separator, text) => {
      return numbered(splitText(text, { separator, limit: -1, budget }));
    }),
    splitn: func(["string", "int", "string"], (separator, limit, text) => {
      return numbered(splitText(text, { separator, limit, budget }));
    }),
    splitList: func(["string", "string"], (separator, text) => {
      return splitText(text, { separator, limit: -1, budget });
    }),
  };
}

/** A value as `toString` gives it: bytes as text, everything else as `%v`. */
export function stringOf(value: unknown, budget?: Budget): string {
  return value instanceof Uint8Array ? fromBytes(value) : formatValue(value, budget);
}

/** A list as []string without its nils; any other value becomes a list of one, nil of none. */
export function stringsOf(value: unknown, budget?: Budget): string[] {
  if (Array.isArray(value) && sliceType(value) === "[]string") return value;
  const items = itemsOf(value) ?? [value];
  return typedSlice("[]string", present(items).map((item) => stringOf(item, budget)));
}

function present(values: readonly unknown[]): unknown[] {
  return values.filter((value) => value !== null && value !== undefined);
}

function join(parts: readonly string[], separator: string, budget: Budget): string {
  let size = separator.length * parts.length;
  for (const part of parts) size += part.length;
  budget.take(size);
  return rejoin(parts.join(separator));
}

interface Split {
  readonly separator: string;
  /** Greatest number of parts; negative means all. */
  readonly limit: number;
  readonly budget: Budget;
}

/** Go's strings.SplitN: an empty separator parts characters; the last part keeps the rest. */
function splitText(text: string, { separator, limit, budget }: Split): string[] {
  if (limit === 0) return nilSlice("[]string") as string[];
  budget.take(text.length + 1);
  const exact = text.isWellFormed() && separator.isWellFormed();
  const parts = separator === ""
    ? runesOf(text)
    : exact
    ? text.split(separator)
    : toBinary(text).split(toBinary(separator)).map(fromBinary);
  if (limit > 0 && parts.length > limit) {
    parts.push(rejoin(parts.splice(limit - 1).join(separator)));
  }
  return typedSlice("[]string", parts);
}

function numbered(parts: readonly string[]): StringMap {
  const entries: GoMap = newMap();
  parts.forEach((part, i) => entries[`_${i}`] = part);
  return new StringMap(entries);
}

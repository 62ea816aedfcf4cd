/**
 * Sprig's functions over lists. They take lists of any type and, but for `slice`, yield
 * []interface {}. None changes the list it is given except `sortAlpha`, which as in Go sorts a
 * []string in place.
 *
 * @module
 */

import { deepEqual } from "../template/compare.ts";
import {
  type Budget,
  compareStrings,
  func,
  type FuncMap,
  type GoFunc,
  kindOf,
  nilSlice,
  truth,
  typedSlice,
  typeOf,
  underlying,
  variadic,
} from "../template/value.ts";
import { toInt64 } from "./cast.ts";
import type { SprigEnv } from "./env.ts";
import { itemsOf, NIL_POINTER, requireItems } from "./items.ts";
import { stringOf, stringsOf } from "./text.ts";

/** list, first, last, rest, initial, append, prepend, concat, uniq, without, has, slice, … */
export function listFuncs({ budget }: Pick<SprigEnv, "budget">): FuncMap {
  const list = variadic([], "any", (...items) => items.map((item) => item ?? null));
  return {
    list,
    tuple: list,
    concat: variadic([], "any", (...lists) => concat(lists, budget)),
    sortAlpha: func(["any"], (value) => sortAlpha(value, budget)),
    ...withTwins(partFuncs()),
    ...withTwins(copyFuncs(budget)),
    ...withTwins(searchFuncs(budget)),
  };
}

/** Each function also under its `must` name; both end a rendering with the same words. */
function withTwins(funcs: FuncMap): FuncMap {
  const all: Record<string, GoFunc> = {};
  for (const [name, fn] of Object.entries(funcs)) {
    all[name] = fn;
    all[`must${name[0]!.toUpperCase()}${name.slice(1)}`] = fn;
  }
  return all;
}

function partFuncs(): FuncMap {
  return {
    first: func(["any"], (list) => requireItems(list, "Cannot find first on type")[0] ?? null),
    last: func(["any"], (list) => requireItems(list, "Cannot find last on type").at(-1) ?? null),
    slice: variadic(["any"], "any", (list, ...bounds) => slice(list, bounds)),
  };
}

function copyFuncs(budget: Budget): FuncMap {
  const items = (list: unknown, refusal: string) => {
    const found = requireItems(list, refusal);
    budget.take(found.length);
    return found;
  };
  const push = func(["any", "any"], (list, value) => {
    return [...items(list, "Cannot push on type"), value ?? null];
  });
  return {
    push,
    append: push,
    prepend: func(["any", "any"], (list, value) => {
      return [value ?? null, ...items(list, "Cannot prepend on type")];
    }),
    rest: func(["any"], (list) => {
      const all = items(list, "Cannot find rest on type");
      return all.length === 0 ? nilSlice() : all.slice(1);
    }),
    initial: func(["any"], (list) => {
      const all = items(list, "Cannot find initial on type");
      return all.length === 0 ? nilSlice() : all.slice(0, -1);
    }),
    reverse: func(["any"], (list) => items(list, "Cannot find reverse on type").toReversed()),
    compact: func(["any"], (list) => items(list, "Cannot compact on type").filter(truth)),
    chunk: func(["int", "any"], (size, list) => chunk(items(list, "Cannot chunk type"), size)),
  };
}

function searchFuncs(budget: Budget): FuncMap {
  return {
    uniq: func(["any"], (list) => {
      const seen = new Collection(budget);
      return requireItems(list, "Cannot find uniq on type").filter((item) => seen.add(item));
    }),
    without: variadic(["any"], "any", (list, ...omitted) => {
      const omit = new Collection(budget);
      for (const item of omitted) omit.add(item);
      return requireItems(list, "Cannot find without on type").filter((item) => !omit.has(item));
    }),
    has: func(["any", "any"], (needle, list) => {
      if (list === null || list === undefined) return false;
      const items = requireItems(list, "Cannot find has on type");
      budget.take(items.length);
      return items.some((item) => deepEqual(needle, item));
    }),
  };
}

/**
 * Values told apart by Go's DeepEqual. Strings, floats, ints and bools are looked up; others are
 * compared one by one.
 */
class Collection {
  readonly #plain = new Set<unknown>();
  readonly #others: unknown[] = [];
  readonly #budget: Budget;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  has(value: unknown): boolean {
    this.#budget.take(1);
    // Unlike Set, Go says that NaN differs from itself.
    if (isPlain(value)) return !Number.isNaN(value) && this.#plain.has(value);
    this.#budget.take(this.#others.length);
    return this.#others.some((other) => deepEqual(value, other));
  }

  /** Whether the value was not there yet. */
  add(value: unknown): boolean {
    if (this.has(value)) return false;
    if (isPlain(value)) this.#plain.add(value);
    else this.#others.push(value);
    return true;
  }
}

function isPlain(value: unknown): boolean {
  return typeof value !== "object" || value === null;
}

function concat(lists: readonly unknown[], budget: Budget): unknown[] {
  const joined: unknown[] = [];
  for (const list of lists) {
    if (list === null || list === undefined) throw new Error(NIL_POINTER);
    const items = itemsOf(list);
    if (items === undefined) throw new Error(`Cannot concat type ${kindOf(list)} as list`);
    budget.take(items.length);
    for (const item of items) joined.push(item);
  }
  return joined.length === 0 ? nilSlice() : joined;
}

function sortAlpha(value: unknown, budget: Budget): string[] {
  if (itemsOf(value) === undefined) return typedSlice("[]string", [stringOf(value, budget)]);
  const strings = stringsOf(value, budget);
  budget.take(strings.length);
  return strings.sort(compareStrings);
}

/** Items from the first bound up to the second, in a list of the same type. */
function slice(list: unknown, bounds: readonly unknown[]): unknown {
  const items = requireItems(list, "list should be type of slice or array but");
  if (items.length === 0) return null;
  const start = bounds.length > 0 ? toInt64(bounds[0]) : 0n;
  const end = bounds.length > 1 ? toInt64(bounds[1]) : BigInt(items.length);
  if (start < 0n || end < start || end > BigInt(items.length)) {
    throw new Error("reflect.Value.Slice: slice index out of bounds");
  }
  const source = underlying(list);
  if (source instanceof Uint8Array) return source.slice(Number(start), Number(end));
  const part = items.slice(Number(start), Number(end));
  const type = typeOf(source);
  return type === "[]interface {}" ? part : typedSlice(type, part);
}

/** Lists of `size` items each, the last with what is left; odd sizes go through Go's arithmetic. */
function chunk(items: readonly unknown[], size: number): unknown[][] {
  const count = Math.floor((items.length - 1) / size) + 1;
  if (!(count >= 0) || !Number.isFinite(count)) throw badLength();
  const chunks: unknown[][] = [];
  for (let i = 0; i < count; i++) {
    const length = i === count - 1 ? items.length % size || size : size;
    if (length < 0) throw badLength();
    chunks.push(items.slice(i * size, i * size + length));
  }
  return typedSlice("[][]interface {}", chunks);
}

function badLength(): Error {
  return new Error("runtime error: makeslice: len out of range");
}

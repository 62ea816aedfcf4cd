/**
 * Sprig's functions over maps. Where Go's order of keys is random, they come sorted.
 *
 * @module
 */

import {
  func,
  type FuncMap,
  type GoFunc,
  type GoMap,
  isMap,
  isNil,
  newMap,
  sortedKeys,
  typedSlice,
  typeOf,
  variadic,
} from "../template/value.ts";
import { deepCopy } from "./copy.ts";
import type { SprigEnv } from "./env.ts";
import { mergeMaps, TypeConflict } from "./merge.ts";
import { stringOf } from "./text.ts";

/** dict, get, set, unset, hasKey, keys, values, pluck, pick, omit, dig, deepCopy, merge, … */
export function dictFuncs(env: Pick<SprigEnv, "budget">): FuncMap {
  const { budget } = env;
  const keysOf = (map: GoMap) => {
    const keys = sortedKeys(map);
    budget.take(keys.length);
    return keys;
  };
  const copy = func(["any"], (value) => deepCopy(value, budget));
  return {
    dict: variadic([], "any", (...pairs) => dict(pairs)),
    get: func(["map", "string"], (map, key) => Object.hasOwn(map, key) ? map[key] : ""),
    set: func(["map", "string", "any"], set),
    unset: func(["map", "string"], unset),
    hasKey: func(["map", "string"], (map, key) => Object.hasOwn(map, key)),
    keys: variadic([], "map", (...maps) => typedSlice("[]string", maps.flatMap(keysOf))),
    values: func(["map"], (map) => keysOf(map).map((key) => map[key])),
    pluck: variadic(["string"], "map", (key, ...maps) => {
      return maps.filter((map) => Object.hasOwn(map, key)).map((map) => map[key]);
    }),
    pick: variadic(["map"], "string", (map, ...keys) => {
      return select(map, keys.filter((key) => Object.hasOwn(map, key)));
    }),
    omit: variadic(["map"], "string", (map, ...keys) => {
      const dropped = new Set(keys);
      return select(map, keysOf(map).filter((key) => !dropped.has(key)));
    }),
    dig: variadic([], "any", (...path) => dig(path)),
    deepCopy: copy,
    mustDeepCopy: copy,
    ...mergeFuncs(env),
  };
}

/** `merge` and `mergeOverwrite` yield "" where their twins fail. */
function mergeFuncs({ budget }: Pick<SprigEnv, "budget">): FuncMap {
  const merging = (overwrite: boolean, strict: boolean): GoFunc =>
    variadic(["map"], "map", (first, ...sources) => {
      const target = isNil(first) ? newMap() : first;
      try {
        for (const source of sources) mergeMaps(target, source, { overwrite, budget });
      } catch (error) {
        if (strict || !(error instanceof TypeConflict)) throw error;
        return "";
      }
      return target;
    });
  return {
    merge: merging(false, false),
    mustMerge: merging(false, true),
    mergeOverwrite: merging(true, false),
    mustMergeOverwrite: merging(true, true),
  };
}

function dict(pairs: readonly unknown[]): GoMap {
  const map = newMap();
  for (let i = 0; i < pairs.length; i += 2) {
    map[stringOf(pairs[i])] = i + 1 < pairs.length ? pairs[i + 1] ?? null : "";
  }
  return map;
}

function set(map: GoMap, key: string, value: unknown): GoMap {
  if (isNil(map)) throw new Error("assignment to entry in nil map");
  map[key] = value ?? null;
  return map;
}

function unset(map: GoMap, key: string): GoMap {
  if (!isNil(map)) delete map[key];
  return map;
}

function select(map: GoMap, keys: readonly string[]): GoMap {
  const selected = newMap();
  for (const key of keys) selected[key] = map[key];
  return selected;
}

/** `dig k1 k2 … default map`: the value at a path of keys, or the default where one is missing. */
function dig(path: readonly unknown[]): unknown {
  if (path.length < 3) throw new Error("dig needs at least three arguments");
  let value: unknown = asMap(path.at(-1));
  const keys = path.slice(0, -2).map(asKey);
  for (const key of keys) {
    const map = asMap(value);
    if (!Object.hasOwn(map, key)) return path.at(-2);
    value = map[key];
  }
  return value;
}

function asMap(value: unknown): GoMap {
  if (isMap(value)) return value;
  throw conversion(value, "map[string]interface {}");
}

function asKey(value: unknown): string {
  if (typeof value === "string") return value;
  throw conversion(value, "string");
}

/** Go's panic when a type assertion fails. */
function conversion(value: unknown, wanted: string): Error {
  const found = value === null || value === undefined ? "nil" : typeOf(value);
  return new Error(`interface conversion: interface {} is ${found}, not ${wanted}`);
}

/**
 * Field lookup: `.a.b` on maps, structs and missing values, and methods.
 *
 * @module
 */

import type { Execution } from "./execution.ts";
import type { Node } from "./nodes.ts";
import { quoteGo } from "./quote.ts";
import type { GoFunc, GoMap } from "./value.ts";
import { elementTypeOf, GoObject, isMap, typeOf, zeroOf } from "./value.ts";

/** A chain of names as it stands in a template. */
export interface Path {
  readonly names: readonly string[];
  /** The node that a failing method is reported at. */
  readonly node: Node;
  /** Calls a method of an object without arguments. */
  readonly callMethod: (
    st: Execution,
    object: GoObject,
    at: { name: string; node: Node },
  ) => unknown;
}

/**
 * Follows a chain of names. `container` is what the value came from, which only errors ask for:
 * Go names the type that the container declares for its elements. This is the hottest path there
 * is, so it takes its parts one by one instead of in an object made for each call.
 */
export function walkFields(st: Execution, start: unknown, container: unknown, path: Path): unknown {
  let value = start;
  const { names } = path;
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    let next: unknown;
    if (
      typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== null ||
      (next = (value as GoMap)[name]) === undefined
    ) {
      next = fieldOf(st, value, { name, container, path, index: i });
    }
    container = value;
    value = next;
  }
  return value;
}

function fieldOf(
  st: Execution,
  value: unknown,
  { name, container, path, index }: {
    name: string;
    container: unknown;
    path: Path;
    index: number;
  },
): unknown {
  if (value === undefined) {
    if (st.missingKey !== "error") return undefined;
    throw st.error(`nil data; no entry for key ${quoteGo(name)}`);
  }
  if (value === null) throw st.error(`nil pointer evaluating interface {}.${name}`);
  if (isMap(value)) {
    return Object.hasOwn(value, name) ? value[name] : missingKey(st, value, name);
  }
  if (value instanceof GoObject) {
    if (value.method(name) !== undefined) {
      return path.callMethod(st, value, { name, node: path.node });
    }
    const found = objectField(st, value, name);
    if (found !== undefined || value.kind === "map") return found;
  }
  // What a method gave has a type of its own.
  const called = index > 0 && methodOf(container, path.names[index - 1]!) !== undefined;
  const type = (called ? undefined : elementTypeOf(container)) ?? typeOf(value);
  throw st.error(`can't evaluate field ${name} in type ${type}`);
}

function objectField(st: Execution, object: GoObject, name: string): unknown {
  if (object.kind !== "map") return object.field(name);
  const entries = object.entries();
  if (entries !== undefined && Object.hasOwn(entries, name)) return entries[name];
  return missingKey(st, object, name);
}

function missingKey(st: Execution, map: GoMap | GoObject, name: string): unknown {
  switch (st.missingKey) {
    case "zero":
      return zeroOf(elementTypeOf(map)!);
    case "error":
      throw st.error(`map has no entry for key ${quoteGo(name)}`);
  }
  return undefined;
}

/** A method of a value. */
export function methodOf(value: unknown, name: string): GoFunc | undefined {
  return value instanceof GoObject ? value.method(name) : undefined;
}

/** Looks up a name that was given arguments and is no method: a mistake, except on no value. */
export function fieldWithArguments(
  st: Execution,
  value: unknown,
  at: { name: string; container: unknown; path: Path },
): unknown {
  if (isMap(value) || (value instanceof GoObject && value.kind === "map")) {
    throw st.error(`${at.name} is not a method but has arguments`);
  }
  if (value instanceof GoObject && value.field(at.name) !== undefined) {
    throw st.error(`${at.name} has arguments but cannot be invoked as function`);
  }
  return fieldOf(st, value, { ...at, index: at.path.names.length });
}

/**
 * `deepCopy`: lists and maps copied at every depth, everything else shared.
 *
 * @module
 */

import { formatMap } from "../template/format.ts";
import {
  type Budget,
  type GoFunc,
  type GoMap,
  GoObject,
  isMap,
  isNil,
  newMap,
  sliceType,
  typedSlice,
} from "../template/value.ts";
import { GoVersion } from "./versions.ts";

const MAX_DEPTH = 1000;

/**
 * A copy that shares no list and no map with the original.
 *
 * @throws for nil, with the words of Go's panic
 */
export function deepCopy(value: unknown, budget: Budget): unknown {
  if (value === null || value === undefined) {
    throw new Error("reflect: call of reflect.Value.Type on zero Value");
  }
  return copy(value, { budget, depth: 0 });
}

function copy(value: unknown, { budget, depth }: { budget: Budget; depth: number }): unknown {
  if (typeof value !== "object" || isNil(value)) return value;
  if (depth > MAX_DEPTH) throw new Error("cannot copy values nested over 1000 levels deep");
  const copyItem = (item: unknown) => copy(item, { budget, depth: depth + 1 });
  if (Array.isArray(value)) {
    budget.take(value.length);
    const items = value.map(copyItem);
    const type = sliceType(value);
    return type === "[]interface {}" ? items : typedSlice(type, items);
  }
  if (value instanceof Uint8Array) {
    budget.take(value.length);
    return value.slice();
  }
  if (isMap(value)) return copyEntries(value, { copyItem, budget });
  if (value instanceof GoVersion) return value.zero();
  if (!(value instanceof GoObject) || value.kind !== "map") return value;
  return new CopiedMap(value, copyEntries(value.entries() ?? newMap(), { copyItem, budget }));
}

function copyEntries(
  map: GoMap,
  { copyItem, budget }: { copyItem: (item: unknown) => unknown; budget: Budget },
): GoMap {
  const copied = newMap();
  for (const key of Object.keys(map)) {
    budget.take(1);
    copied[key] = copyItem(map[key]);
  }
  return copied;
}

/** The copy of a map of a named type, such as `.Values`. Its methods are the original's. */
class CopiedMap extends GoObject {
  readonly goType: string;
  readonly kind = "map";
  readonly #original: GoObject;
  readonly #entries: GoMap;

  constructor(original: GoObject, entries: GoMap) {
    super();
    this.goType = original.goType;
    this.#original = original;
    this.#entries = entries;
  }

  override entries(): GoMap {
    return this.#entries;
  }

  override elementType(): string {
    return this.#original.elementType();
  }

  override method(name: string): GoFunc | undefined {
    return this.#original.method(name);
  }

  format(): string {
    return formatMap(this.#entries);
  }

  toJSONValue(): unknown {
    return this.#entries;
  }
}

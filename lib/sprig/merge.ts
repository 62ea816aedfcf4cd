/**
 * mergo's rules for merging one map into another, as `merge` and `mergeOverwrite` use them.
 *
 * @module
 */

import {
  type Budget,
  elementTypeOf,
  type GoMap,
  isNil,
  kindOf,
  mapEntries,
  truth,
  typeOf,
} from "../template/value.ts";

/** mergo's only error here: a pointer met a value of another type. */
export class TypeConflict extends Error {
  constructor() {
    super("src and dst must be of same type");
  }
}

/** How to merge. */
export interface MergeOptions {
  /** Whether the source wins where both hold a value, be it empty or nil. */
  readonly overwrite: boolean;
  readonly budget: Budget;
}

/** Maps nested deeper than this hold themselves, or were made to do harm. */
const MAX_DEPTH = 1000;

/**
 * Merges `source` into `target`, which is changed. Maps merge key by key at every depth; without
 * `overwrite` a value of the target stays unless it is empty (nil, "", 0, false, no items). Lists
 * are never joined. What comes from the source is shared with it, not copied.
 *
 * @throws {TypeConflict} where a pointer meets another type
 */
export function mergeMaps(target: GoMap, source: GoMap, options: MergeOptions): void {
  mergeEntries(target, source, { ...options, depth: 0, refused: undefined });
}

interface Merge extends MergeOptions {
  readonly depth: number;
  /** The target's type of element where the source's cannot be assigned to it. */
  readonly refused: string | undefined;
}

function mergeEntries(target: GoMap, source: unknown, merge: Merge): void {
  if (merge.depth > MAX_DEPTH) throw new Error("cannot merge maps nested over 1000 levels deep");
  const entries = mapEntries(source)!;
  for (const key of Object.keys(entries)) {
    merge.budget.take(1);
    const value = entries[key];
    if (value === null || value === undefined) {
      if (merge.overwrite) assign(target, { key, value: null }, merge);
      continue;
    }
    const old = Object.hasOwn(target, key) ? target[key] : undefined;
    mergeNested(old, value, merge);
    // Asked after the nested merge, which may have filled an empty map in place.
    const filled = truth(old);
    if (filled && kindOf(value) === "map" && kindOf(old) === "map") continue;
    if (merge.overwrite || !filled) assign(target, { key, value }, merge);
  }
}

function assign(
  target: GoMap,
  { key, value }: { key: string; value: unknown },
  { refused }: Merge,
): void {
  if (refused !== undefined) {
    const type = kindOf(value) === "slice" ? typeOf(value) : "interface {}";
    const reason = `value of type ${type} is not assignable to type ${refused}`;
    throw new TypeError(`reflect.Value.SetMapIndex: ${reason}`);
  }
  target[key] = value;
}

/** Merges into what a key already holds; only maps can be changed in place. */
function mergeNested(old: unknown, value: unknown, merge: Merge): void {
  const kind = kindOf(value);
  if (kind !== "map" && kind !== "struct" && kind !== "ptr") return;
  if (kindOf(old) === "ptr" && kind !== "ptr" && !merge.overwrite) throw new TypeConflict();
  const target = mapEntries(old);
  if (target === undefined || kind !== "map" || isNil(target)) return;
  const element = elementTypeOf(old)!;
  const fits = element === "interface {}" || element === elementTypeOf(value);
  const refused = fits ? undefined : element;
  mergeEntries(target, value, { ...merge, depth: merge.depth + 1, refused });
}

/**
 * Which values a chart's templates read. A map that is read only through its keys has no place for
 * others; one that is handed on whole may hold anything.
 *
 * @module
 */

/** What is read of one value. */
export interface Reads {
  /** Whether it is used as a whole, and so whatever is in it. */
  whole: boolean;
  readonly keys: Map<string, Reads>;
  /** What is read of every item, where templates go through them or choose one as they run. */
  each: Reads | undefined;
}

/** No reads. */
export function noReads(): Reads {
  return { whole: false, keys: new Map(), each: undefined };
}

/** What is read below a key, whether by its name or as one of all. */
export function readsBelow(reads: Reads, key: string): Reads {
  const named = reads.keys.get(key);
  const { each } = reads;
  if (named === undefined || each === undefined) return named ?? each ?? noReads();
  return both(named, each);
}

function both(left: Reads, right: Reads): Reads {
  const keys = new Map(left.keys);
  for (const [name, below] of right.keys) {
    const here = keys.get(name);
    keys.set(name, here === undefined ? below : both(here, below));
  }
  const each = left.each === undefined || right.each === undefined
    ? left.each ?? right.each
    : both(left.each, right.each);
  return { whole: left.whole || right.whole, keys, each };
}

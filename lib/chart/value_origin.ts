/**
 * Where what a template handles comes from, as far as it comes from the chart's values.
 *
 * @module
 */
import { noReads } from "./value_reads.ts";
import type { Reads } from "./value_reads.ts";

/** One thing that a pipeline may yield. */
export type Origin =
  /** What templates begin with; its `Values` are the chart's. */
  | { readonly kind: "context"; readonly values: Reads }
  | { readonly kind: "value"; readonly reads: Reads; readonly depth: number }
  /** A map or a list that the template makes; `rest` are those whose key is not known. */
  | { readonly kind: "made"; readonly entries: Map<string, Origins>; readonly rest: Origin[] };

/** What a pipeline may yield; empty where nothing of it is a value of the chart. */
export type Origins = readonly Origin[];

/** A helper that calls itself goes no deeper into values than this. */
const MAX_DEPTH = 16;

/** What a key of these holds. */
export function keyOf(origins: Origins, name: string): Origins {
  return origins.flatMap((origin): Origins => {
    switch (origin.kind) {
      case "context":
        return name === "Values" ? [{ kind: "value", reads: origin.values, depth: 0 }] : [];
      case "made":
        return [...origin.entries.get(name) ?? [], ...origin.rest];
      case "value": {
        const { keys } = origin.reads;
        const reads = keys.get(name) ?? noReads();
        keys.set(name, reads);
        return deeper(origin, reads);
      }
    }
  });
}

/** What the items of these are, whatever their keys. */
export function itemsOf(origins: Origins): Origins {
  return origins.flatMap((origin): Origins => {
    switch (origin.kind) {
      case "context":
        return [];
      case "made":
        return [...[...origin.entries.values()].flat(), ...origin.rest];
      case "value":
        return deeper(origin, origin.reads.each ??= noReads());
    }
  });
}

function deeper(from: Origin & { kind: "value" }, reads: Reads): Origins {
  if (from.depth < MAX_DEPTH) return [{ kind: "value", reads, depth: from.depth + 1 }];
  reads.whole = true;
  return [];
}

/** Notes that these are used as they are: printed, or given to a function that may look anywhere. */
export function useWhole(origins: Origins, seen: Set<Origin> = new Set()): void {
  for (const origin of origins) {
    if (origin.kind === "value") origin.reads.whole = true;
    // A map may have been set into itself.
    else if (origin.kind === "made" && !seen.has(origin)) {
      useWhole(itemsOf([origin]), seen.add(origin));
    }
  }
}

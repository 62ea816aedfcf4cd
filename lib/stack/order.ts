/**
 * The order of stack hooks: weights within a place, and the limit on those of one weight.
 *
 * @module
 */
import type { Claim } from "../schedule/step.ts";
import { edgeLabels } from "./edges.ts";
import type { GraphNode } from "./graph.ts";
import type { HookNode } from "./types.ts";

/** What a stack hook waits for besides its own `after`, and what it takes while it runs. */
export interface HookPlace {
  readonly needs: readonly string[];
  readonly claims: readonly Claim[];
}

/** The places of all hooks, and the pools that limit them. */
export interface HookOrder {
  readonly places: ReadonlyMap<string, HookPlace>;
  readonly pools: Readonly<Record<string, number>>;
}

interface PlacedHook {
  readonly id: string;
  readonly node: HookNode;
}

/**
 * Hooks that hang on the same nodes form a place. There, all hooks of a lower weight come before
 * any of a higher one. Those of one weight go by name, one after another; with `parallelism` above
 * 1 that many run at once.
 */
export function orderHooks(nodes: readonly GraphNode[], parallelism: number): HookOrder {
  const byPlace = Map.groupBy(
    nodes.flatMap((each) => {
      const { id, node } = each;
      return node.type === "hook" ? [{ id, node, on: edgeLabels(each).sort().join(" ") }] : [];
    }),
    ({ on }) => on,
  );
  const places = new Map<string, HookPlace>();
  const pools: Record<string, number> = {};
  for (const [on, hooks] of byPlace) {
    if (hooks.length === 1) continue;
    const pool = `hooks after ${on}`;
    if (parallelism > 1) pools[pool] = Math.min(parallelism, hooks.length);
    placeHooks(hooks, parallelism > 1 ? [{ pool }] : undefined, places);
  }
  return { places, pools };
}

function placeHooks(
  hooks: readonly PlacedHook[],
  claims: readonly Claim[] | undefined,
  places: Map<string, HookPlace>,
) {
  const sorted = hooks.toSorted((a, b) =>
    a.node.weight - b.node.weight || (a.node.name < b.node.name ? -1 : 1)
  );
  let before: string[] = [];
  for (const group of Map.groupBy(sorted, ({ node }) => node.weight).values()) {
    for (const { id } of group) {
      places.set(id, { needs: before, claims: claims ?? [] });
      if (claims === undefined) before = [id];
    }
    if (claims !== undefined) before = group.map(({ id }) => id);
  }
}

/**
 * The limits that a stack sets, as claims of its steps.
 *
 * @module
 */
import type { Claim } from "../schedule/step.ts";
import type { HookNode, ReleaseNode, Stack } from "./types.ts";

/** Pool of releases in flight. */
export const RELEASES = "releases";

/** What a release holds from its first change to its record. `parallelism` is that of the run. */
export function releaseClaims(node: ReleaseNode, stack: Stack, parallelism: number): Claim[] {
  const { perCluster, perNamespace } = stack.limits ?? {};
  const cluster = node.cluster?.name ?? "";
  const on = cluster === "" ? "" : ` of ${cluster}`;
  const { slots = 1 } = node;
  return [
    // A release that is heavier than all there is runs alone.
    { pool: RELEASES, slots: Math.min(slots, parallelism) },
    ...limited(`releases in the cluster${on}`, perCluster, slots),
    ...limited(`releases in namespace ${node.namespace}${on}`, perNamespace, slots),
    ...mutexClaims(node, stack),
  ];
}

function limited(pool: string, limit: number | undefined, slots: number): Claim[] {
  return limit === undefined ? [] : [{ pool, limit, slots: Math.min(slots, limit) }];
}

/** The mutexes that a node names, each once. */
export function mutexClaims({ mutex }: ReleaseNode | HookNode, { limits }: Stack): Claim[] {
  const names = mutex === undefined ? [] : typeof mutex === "string" ? [mutex] : mutex;
  return [...new Set(names)].sort().map((name) => ({
    pool: `mutex ${name}`,
    limit: limits?.mutexes?.[name] ?? 1,
  }));
}

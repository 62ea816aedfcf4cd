/**
 * Comparing what a stack has deployed with what is in its clusters.
 *
 * @module
 */
import type { ObjectChange } from "../action/diff/changes.ts";
import { driftOf } from "../action/diff/drift.ts";
import { createMask } from "../action/diff/mask.ts";
import { Operation } from "../action/operation.ts";
import { newestDeployed } from "../release/state.ts";
import type { LoadedStack } from "./load.ts";
import type { RunOptions } from "./run.ts";
import { withSources } from "./sources.ts";
import { deployRequest } from "./steps.ts";

/** What has become of one release. */
export interface DriftedRelease {
  /** The release's id in the stack. */
  readonly id: string;
  /** The release's name. */
  readonly name: string;
  /** The release's namespace. */
  readonly namespace: string;
  /** The deployed revision; 0 where there is none. */
  readonly revision: number;
  /** Objects that are not as they were applied; secrets are shown as digests. */
  readonly objects: readonly ObjectChange[];
}

/** Options of {@linkcode stackDrift}. */
export type DriftOptions = Pick<RunOptions, "connect" | "signal" | "now" | "charts">;

/** Compares every deployed release of a stack with the live objects. Changes nothing and renders nothing. */
export async function stackDrift(
  loaded: LoadedStack,
  options: DriftOptions,
): Promise<DriftedRelease[]> {
  const { now = Date.now, signal = new AbortController().signal } = options;
  const mask = createMask();
  return await withSources(loaded, { ...options, now, overrides: {} }, async (sources) => {
    const found = sources.nodes.map(async ({ id, node }): Promise<DriftedRelease[]> => {
      if (node.type === "hook") return [];
      const { name, namespace } = node;
      const context = sources.clusters.contextOf(node);
      const current = newestDeployed(
        await context.storage.history({ name, namespace }, { signal }),
      );
      if (current === undefined) return [{ id, name, namespace, revision: 0, objects: [] }];
      const request = deployRequest({ id, node, after: [] }, sources);
      const operation = new Operation(request, context);
      const objects = await driftOf(operation, request, { current, signal, mask });
      return [{ id, name, namespace, revision: current.revision, objects }];
    });
    return (await Promise.all(found)).flat();
  });
}

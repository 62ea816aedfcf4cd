/**
 * Deleting what an operation that failed has added (`--cleanup-on-fail`).
 *
 * @module
 */
import { messageOf } from "../errors.ts";
import { keyOf, refOf } from "../kube/resource.ts";
import type { KubeApi, ObjectRef } from "../kube/types.ts";
import type { ManifestObject } from "./objects.ts";

/** Options of {@linkcode cleanUp}. */
export interface CleanUpOptions {
  readonly verb: "upgrade" | "rollback";
  readonly signal: AbortSignal;
}

/** Deletes objects after a failure. Returns the failure, or an error that tells of both. */
export async function cleanUp(
  api: KubeApi,
  added: readonly ObjectRef[],
  failure: unknown,
  { verb, signal }: CleanUpOptions,
): Promise<unknown> {
  const settled = await Promise.allSettled(added.map((ref) => api.delete(ref, { signal })));
  const problems = settled.flatMap((one) =>
    one.status === "rejected" ? [messageOf(one.reason)] : []
  );
  if (problems.length === 0) return failure;
  return new Error(
    `an error occurred while cleaning up resources. original ${verb} error: ${
      messageOf(failure)
    }: unable to cleanup resources: ${problems.join(", ")}`,
    { cause: failure },
  );
}

/** Those objects that neither the revision before has nor the cluster. */
export async function absentOf(
  api: KubeApi,
  objects: readonly ManifestObject[],
  { before, signal }: {
    readonly before: readonly ManifestObject[];
    readonly signal: AbortSignal;
  },
): Promise<ObjectRef[]> {
  const known = new Set(before.map(({ object }) => keyOf(refOf(object))));
  const fresh = objects.map(({ object }) => refOf(object)).filter((ref) => !known.has(keyOf(ref)));
  const live = await Promise.all(fresh.map((ref) => api.get(ref, { signal })));
  return fresh.filter((_, i) => live[i] === undefined);
}

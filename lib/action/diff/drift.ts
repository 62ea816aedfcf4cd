/**
 * What has become of a release's objects since they were applied.
 *
 * @module
 */
import type { RevisionEntry } from "../../release/storage.ts";
import type { DeployRequest } from "../deploy_request.ts";
import { parseStored } from "../begin.ts";
import type { Operation } from "../operation.ts";
import { deployChanges } from "./changes.ts";
import type { DeployChangesOptions, ObjectChange } from "./changes.ts";

/**
 * The objects that a deployment of the very same revision would create again or put back, found out by
 * server-side dry run; none where nobody has touched them. What belongs to fields that the chart does
 * not set is no drift.
 */
export async function driftOf(
  operation: Operation,
  request: DeployRequest,
  { current, ...options }: Omit<DeployChangesOptions, "dryRun"> & {
    readonly current: RevisionEntry;
  },
): Promise<ObjectChange[]> {
  const { signal } = options;
  const release = await operation.context.storage.get(current, { signal });
  if (release === undefined) return [];
  const change = {
    kind: "upgrade",
    release: { ...release, hooks: [] },
    current: release,
    history: [],
    objects: parseStored(operation, release.manifest),
    crds: [],
  } as const;
  // Whoever has changed a field owns it now: what is asked is what would be put back.
  const putBack = { ...request, forceConflicts: true };
  const { objects } = await deployChanges(operation, putBack, { ...options, change, dryRun: true });
  return objects.filter(({ action, fields, problem }) =>
    problem !== undefined || action === "create" || action === "replace" ||
    fields.some(({ cause }) => cause === "drift")
  );
}

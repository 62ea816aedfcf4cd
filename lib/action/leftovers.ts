/**
 * What revisions have left in the cluster that never came to stand: an upgrade that failed or was
 * killed may have put objects in place that neither the revision before nor the next one has.
 * Helm looks at one revision only and leaves such objects behind.
 *
 * @module
 */
import { keyOf, refOf } from "../kube/resource.ts";
import type { ObjectRef } from "../kube/types.ts";
import type { Release, ReleaseStatus } from "../release/release.ts";
import type { RevisionEntry } from "../release/storage.ts";
import { objectsBefore, parseStored } from "./begin.ts";
import type { ManifestObject } from "./objects.ts";
import type { Operation } from "./operation.ts";

/** States of revisions that were once in place as a whole. */
const STOOD: readonly ReleaseStatus[] = ["deployed", "superseded", "uninstalling"];

/**
 * The revisions whose objects may be in the cluster, newest first: the last that stood, and those
 * that came after it. Pure.
 */
export function inPlace(history: readonly RevisionEntry[]): RevisionEntry[] {
  const newest = history.toReversed();
  const gone = newest.findIndex(({ status }) => status === "uninstalled");
  const stood = newest.findIndex(({ status }) => STOOD.includes(status));
  const end = stood < 0 ? newest.length : stood + 1;
  return newest.slice(0, gone < 0 ? end : Math.min(end, gone));
}

/** Records of revisions that may have objects in the cluster, but for one that is known already. */
export async function otherRevisions(
  { context: { storage } }: Operation,
  history: readonly RevisionEntry[],
  { known, signal }: { readonly known: Release | undefined; readonly signal: AbortSignal },
): Promise<Release[]> {
  const others = inPlace(history).filter(({ revision }) => revision !== known?.revision);
  const found = await Promise.all(others.map((entry) => storage.get(entry, { signal })));
  return found.filter((release) => release !== undefined);
}

/** Objects of these revisions that are none of `kept`, each once. */
export async function leftoversOf(
  operation: Operation,
  releases: readonly Release[],
  { kept, signal }: { readonly kept: readonly ManifestObject[]; readonly signal: AbortSignal },
): Promise<ObjectRef[]> {
  const known = new Set(kept.map(({ object }) => keyOf(refOf(object))));
  const refs: ObjectRef[] = [];
  for (const { manifest } of releases) {
    for (
      const { object } of await objectsBefore(operation, parseStored(operation, manifest), signal)
    ) {
      const key = keyOf(refOf(object));
      if (known.has(key) || !object.metadata.name) continue;
      known.add(key);
      refs.push(refOf(object));
    }
  }
  return refs;
}

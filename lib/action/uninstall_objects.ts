/**
 * Which objects of a release are deleted, and in which order (pkg/action/uninstall.go).
 *
 * @module
 */
import { messageOf } from "../errors.ts";
import type { HelmVersion } from "../chart/chart.ts";
import { sortByKind, uninstallOrder } from "../engine/kind_order.ts";
import { splitDocuments } from "../engine/manifests.ts";
import { isNotFound } from "../kube/errors.ts";
import { keyOf, refOf } from "../kube/resource.ts";
import type { DeleteOptions, KubeApi, KubeObject, ObjectRef } from "../kube/types.ts";
import { compareStrings } from "../template/value.ts";
import { batchesOf } from "./apply.ts";
import { type ManifestObject, parseManifest, type ParseOptions } from "./objects.ts";
import { type Owner, ownershipProblem } from "./ownership.ts";

/** The objects of a manifest by what happens to them. */
export interface Removal {
  /** In the order in which they are deleted. */
  readonly remove: readonly ManifestObject[];
  /** Kept for their annotation `helm.sh/resource-policy: keep`. */
  readonly keep: readonly KubeObject[];
}

/** Sorts the objects of a stored manifest for removal. */
export function planRemoval(
  manifest: string,
  { helmVersion = "v4", ...parsing }: ParseOptions & { readonly helmVersion?: HelmVersion } = {},
): Removal {
  const documents = splitDocuments(manifest, helmVersion)
    .map((text, i) => ({ key: `manifest-${i}`, objects: parseManifest(text, parsing) }))
    // As texts, which is what Helm does: 10 comes before 2.
    .sort((a, b) => compareStrings(a.key, b.key))
    .filter(({ objects }) => objects.length > 0);
  const sorted = sortByKind(
    documents,
    uninstallOrder(helmVersion),
    ({ objects }) => objects[0]!.object.kind,
  ).flatMap(({ objects }) => objects);
  return {
    remove: sorted.filter(({ object }) => policyOf(object) === undefined),
    keep: sorted.map(({ object }) => object).filter((object) => policyOf(object) === "keep"),
  };
}

/** Those of several manifests, of which the first counts where two have the same object. */
export function planRemovals(
  manifests: readonly string[],
  options: Parameters<typeof planRemoval>[1] = {},
): Removal {
  const known = new Set<string>();
  const isNew = (object: KubeObject) => !known.has(keyOf(refOf(object)));
  const remove: ManifestObject[] = [];
  const keep: KubeObject[] = [];
  for (const manifest of manifests) {
    const one = planRemoval(manifest, options);
    const fresh = {
      remove: one.remove.filter(({ object }) => isNew(object)),
      keep: one.keep.filter(isNew),
    };
    remove.push(...fresh.remove);
    keep.push(...fresh.keep);
    for (const { object } of one.remove) known.add(keyOf(refOf(object)));
    for (const object of one.keep) known.add(keyOf(refOf(object)));
  }
  return { remove, keep };
}

/** What became of the objects. */
export interface RemovalResult {
  /** Deleted, or being deleted. */
  readonly removed: readonly (ObjectRef & { readonly uid?: string | undefined })[];
  readonly unowned: readonly ObjectRef[];
  readonly unverifiable: readonly { readonly ref: ObjectRef; readonly problem: string }[];
  readonly failures: readonly unknown[];
}

/** Options of {@linkcode deleteObjects}. */
export interface DeleteObjectsOptions extends Pick<DeleteOptions, "propagation"> {
  readonly owner: Owner;
  readonly signal: AbortSignal;
  readonly onDeleted?: ((ref: ObjectRef) => void) | undefined;
}

/** Deletes objects that belong to the release, kind after kind. */
export async function deleteObjects(
  api: KubeApi,
  objects: readonly ManifestObject[],
  { owner, propagation, signal, onDeleted }: DeleteObjectsOptions,
): Promise<RemovalResult> {
  const removed: (ObjectRef & { uid?: string | undefined })[] = [];
  const unowned: ObjectRef[] = [];
  const unverifiable: { ref: ObjectRef; problem: string }[] = [];
  const failures: unknown[] = [];
  const deleteOne = async ({ object }: ManifestObject) => {
    const ref = refOf(object);
    if (!ref.name) return;
    let live: KubeObject | undefined;
    try {
      live = await api.get(ref, { signal });
    } catch (error) {
      signal.throwIfAborted();
      if (!isNotFound(error)) unverifiable.push({ ref, problem: messageOf(error) });
      return;
    }
    if (live === undefined) return;
    if (ownershipProblem(live, owner) !== undefined) return void unowned.push(ref);
    try {
      await api.delete(ref, { propagation, signal });
      removed.push({ ...ref, uid: live.metadata.uid });
      onDeleted?.(ref);
    } catch (error) {
      signal.throwIfAborted();
      failures.push(error);
    }
  };
  for (const batch of batchesOf(objects)) await Promise.all(batch.map(deleteOne));
  return { removed, unowned, unverifiable, failures };
}

/** What Helm prints of objects that stay. */
export function keptNotice(keep: readonly KubeObject[], result: RemovalResult): string {
  const parts: string[] = [];
  if (keep.length > 0) {
    const lines = keep.map(({ kind, metadata: { name } }) => `[${kind}] ${name}\n`);
    parts.push(`These resources were kept due to the resource policy:\n${lines.join("")}`);
  }
  const { unowned, unverifiable } = result;
  if (unowned.length > 0) {
    const lines = unowned.map(({ kind, name }) => `[${kind}] ${name}\n`).join("");
    parts.push(
      `${unowned.length} resource(s) were not deleted because they are not owned by this release:\n${lines}`,
    );
  }
  if (unverifiable.length > 0) {
    const lines = unverifiable
      .map(({ ref: { kind, name }, problem }) => `[${kind}] ${name}: ${problem}\n`).join("");
    parts.push(
      `${unverifiable.length} resource(s) were not deleted because their ownership could not be verified:\n${lines}`,
    );
  }
  return parts.join("\n");
}

/** The resource policy as uninstall reads it; any but `keep` is nothing that Helm would act on. */
function policyOf({ metadata }: KubeObject): string | undefined {
  return metadata.annotations?.["helm.sh/resource-policy"]?.trim().toLowerCase();
}

/**
 * From Helm 3's way of patching to server-side apply: fields that the manager `helm` owns by updates
 * become those that it applied, so that what a later revision drops is removed, and nothing conflicts
 * with itself (k8s.io/client-go/util/csaupgrade).
 *
 * @module
 */
import { isConflict } from "../kube/errors.ts";
import type { KubeApi, KubeObject, ObjectRef } from "../kube/types.ts";
import { retry } from "../schedule/retry.ts";

const MANAGER = "helm";

interface ManagedFields {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly fieldsV1?: FieldSet;
  readonly [field: string]: unknown;
}

interface FieldSet {
  readonly [field: string]: FieldSet;
}

/** Hands the object's fields over to apply, if there is an object and there are such fields. */
export async function handOver(
  api: KubeApi,
  ref: ObjectRef,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  await retry(async () => {
    const live = await api.get(ref, { signal });
    const entries = live === undefined ? undefined : handedOver(managedFieldsOf(live));
    if (entries === undefined) return;
    await api.patch(ref, "application/json-patch+json", [
      { op: "replace", path: "/metadata/managedFields", value: entries },
      // The server refuses the patch when the object has changed since it was read.
      { op: "replace", path: "/metadata/resourceVersion", value: live!.metadata.resourceVersion },
    ], { signal });
  }, { when: isConflict, delay: 20, signal });
}

/** Whether there are fields of an object to hand over. */
export function isPatchedByClient(live: KubeObject): boolean {
  return handedOver(managedFieldsOf(live)) !== undefined;
}

function managedFieldsOf({ metadata }: KubeObject): readonly ManagedFields[] {
  return (metadata.managedFields ?? []) as readonly ManagedFields[];
}

/** The entries with those of Helm's updates made one of its apply; `undefined` when there are none. */
export function handedOver(entries: readonly ManagedFields[]): ManagedFields[] | undefined {
  const isOurs = ({ manager, subresource }: ManagedFields) =>
    manager === MANAGER && (subresource ?? "") === "";
  const ours = entries.filter((entry) => isOurs(entry) && entry.operation === "Update");
  if (ours.length === 0) return undefined;
  const applied = entries.find((entry) => isOurs(entry) && entry.operation === "Apply");
  const fieldsV1 = [...ours, ...(applied === undefined ? [] : [applied])]
    .map((entry) => entry.fieldsV1 ?? {})
    .reduce(union);
  const first = applied ?? ours[0]!;
  const rest = entries.filter((entry) => !ours.includes(entry) && entry !== applied);
  return [...rest, { ...first, operation: "Apply", fieldsV1 }];
}

function union(a: FieldSet, b: FieldSet): FieldSet {
  const result: Record<string, FieldSet> = { ...a };
  for (const [field, set] of Object.entries(b)) {
    result[field] = field in result ? union(result[field]!, set) : set;
  }
  return result;
}

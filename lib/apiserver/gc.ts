/**
 * Garbage collection: objects go when their owners have gone, and owners that are deleted in the
 * foreground wait for what they own.
 *
 * @module
 */
import type { KubeObject } from "../kube/types.ts";
import type { Control } from "./controllers.ts";
import type { OwnerReference } from "./json.ts";
import type { Location } from "./store.ts";

/** Looks at one object as an owner and as a dependent. */
export function collectGarbage(control: Control, location: Location): void {
  const object = control.store.get(location);
  if (object === undefined) return;
  const { deletionTimestamp, finalizers = [], ownerReferences = [] } = object.metadata;
  if (deletionTimestamp !== undefined) {
    if (finalizers.includes("orphan")) orphanDependents(control, object);
    if (finalizers.includes("foregroundDeletion")) removeDependents(control, object);
  }
  if (ownerReferences.length > 0) checkOwners(control, object);
}

function dependentsOf(control: Control, owner: KubeObject): KubeObject[] {
  return control.store.dependents(owner.metadata.uid!)
    .flatMap((location) => control.store.get(location) ?? []);
}

function orphanDependents(control: Control, owner: KubeObject): void {
  const { uid } = owner.metadata;
  for (const dependent of dependentsOf(control, owner)) {
    control.update(dependent, ({ metadata }) => {
      metadata.ownerReferences = metadata.ownerReferences!.filter((one) => one.uid !== uid);
      if (metadata.ownerReferences.length === 0) delete metadata.ownerReferences;
    });
  }
  dropFinalizer(control, owner, "orphan");
}

function removeDependents(control: Control, owner: KubeObject): void {
  const { uid } = owner.metadata;
  for (const dependent of dependentsOf(control, owner)) control.remove(dependent);
  const blocked = dependentsOf(control, owner).some(({ metadata }) => {
    const references = metadata.ownerReferences as readonly OwnerReference[] | undefined;
    return references?.some((one) => one.uid === uid && one.blockOwnerDeletion === true);
  });
  if (!blocked) dropFinalizer(control, owner, "foregroundDeletion");
}

function dropFinalizer(control: Control, object: KubeObject, name: string): void {
  control.update(object, ({ metadata }) => {
    metadata.finalizers = (metadata.finalizers ?? []).filter((one) => one !== name);
    if (metadata.finalizers.length === 0) delete metadata.finalizers;
  });
}

/** An object none of whose owners lives is removed; of several owners, dead ones are forgotten. */
function checkOwners(control: Control, object: KubeObject): void {
  const { ownerReferences = [] } = object.metadata;
  const alive = ownerReferences.filter(({ uid }) => control.store.find(uid) !== undefined);
  if (alive.length === ownerReferences.length) return;
  if (alive.length === 0) return control.remove(object);
  const uids = alive.map(({ uid }) => uid);
  control.update(object, ({ metadata }) => {
    metadata.ownerReferences = metadata.ownerReferences!.filter(({ uid }) => uids.includes(uid));
  });
}

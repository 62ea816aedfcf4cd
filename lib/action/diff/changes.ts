/**
 * What a deployment would do to the cluster: objects and hooks, in the order in which it does it.
 *
 * @module
 */
import { isAnnotated } from "../hooks.ts";
import { planHooks } from "../hook_plan.ts";
import { hasPolicy } from "../hook_run.ts";
import { splitDocuments } from "../../engine/manifests.ts";
import { keyOf, refOf } from "../../kube/resource.ts";
import type { KubeObject } from "../../kube/types.ts";
import type { ReleaseHook } from "../../release/release.ts";
import { droppedFrom } from "../apply.ts";
import { objectsBefore, parseStored } from "../begin.ts";
import type { DeployRequest } from "../deploy_request.ts";
import { parseObjects, resolveObjects } from "../objects.ts";
import type { ManifestObject } from "../objects.ts";
import type { Operation } from "../operation.ts";
import { markOwned } from "../ownership.ts";
import type { Change } from "../prepare.ts";
import { compareCrd, compareDropped, compareObject, exists } from "./compare.ts";
import type { Comparison, ObjectChange, Wanted } from "./compare.ts";
import { createMask } from "./mask.ts";
import type { Mask } from "./mask.ts";

export type { ObjectAction, ObjectChange } from "./compare.ts";
export type { FieldCause, FieldChange } from "./three_way.ts";

/** A hook that would run. */
export interface HookRunPlan {
  /** E.g. `pre-upgrade`. */
  readonly event: string;
  /** The hook's name. */
  readonly name: string;
  /** Kind of its object. */
  readonly kind: string;
  /** Lower ones run first. */
  readonly weight: number;
  /** Hooks of one event with the same number run at once; counts from 1. */
  readonly wave: number;
  /** Its object is there and is deleted before it is created anew. */
  readonly replaces: boolean;
}

/** What a deployment does. */
export interface DeployChanges {
  /** Objects, in the order in which they are sent. */
  readonly objects: readonly ObjectChange[];
  /** Hooks, in the order in which they run. */
  readonly hooks: readonly HookRunPlan[];
}

/** Options of {@linkcode deployChanges}. */
export interface DeployChangesOptions {
  readonly signal: AbortSignal;
  /** Let the server try each object; else they are compared here. */
  readonly dryRun: boolean;
  /** Hides the values of secrets. @default a mask of its own */
  readonly mask?: Mask | undefined;
}

/** Finds out what a deployment would do. Nothing is changed. */
export async function deployChanges(
  operation: Operation,
  request: DeployRequest,
  { change, signal, dryRun, mask = createMask() }: DeployChangesOptions & {
    readonly change: Change;
  },
): Promise<DeployChanges> {
  const comparison: Comparison = {
    api: operation.context.api,
    signal,
    dryRun,
    mask,
    owner: operation,
    verb: change.kind,
    takeOwnership: request.takeOwnership ?? false,
    force: request.forceConflicts ?? false,
    unowned: change.kind === "upgrade" && change.current?.applyMethod !== "ssa",
  };
  const [objects, hooks] = await Promise.all([
    objectChanges(operation, request, change, comparison),
    hookPlans(operation, request, change, comparison),
  ]);
  return { objects, hooks };
}

async function objectChanges(
  operation: Operation,
  request: DeployRequest,
  change: Change,
  comparison: Comparison,
): Promise<ObjectChange[]> {
  const { signal } = comparison;
  const before = await objectsBefore(
    operation,
    parseStored(operation, change.current?.manifest ?? ""),
    signal,
  );
  const last = new Map(
    before.map(({ object }) => [keyOf(refOf(object)), markOwned(object, operation)]),
  );
  const crds = change.kind === "install" && !request.skipCrds ? crdObjects(change) : [];
  const wanted = await Promise.all(
    change.objects.map((one) => placeObject(operation, one, signal)),
  );
  const dropped = droppedFrom(before, wanted.map(({ object }) => ({ object, path: "" })));
  const changes = await Promise.all([
    ...crds.map((object) => compareCrd(comparison, object)),
    ...wanted.map((one) =>
      compareObject(comparison, { ...one, last: last.get(keyOf(refOf(one.object))) })
    ),
    ...dropped.map((ref) => compareDropped(comparison, ref)),
  ]);
  return joinReplaced(changes.filter((one) => one !== undefined));
}

/** The object as it will be sent. A kind that the cluster does not serve may come with another release. */
export async function placeObject(
  operation: Operation,
  one: ManifestObject,
  signal: AbortSignal,
): Promise<Wanted> {
  const { context: { api }, namespace } = operation;
  const { apiVersion, kind } = one.object;
  const known = await api.resourceFor(apiVersion, kind, { signal }) !== undefined;
  const [resolved] = known
    ? await resolveObjects(api, [one], { namespace, problem: "", signal })
    : [one];
  return {
    object: markOwned(resolved!.object, operation),
    last: undefined,
    ...(known ? {} : { unchecked: `the cluster does not serve ${apiVersion} ${kind} yet` }),
  };
}

function crdObjects({ crds }: Change): KubeObject[] {
  return crds.flatMap(({ path, file }) =>
    splitDocuments(file.text).flatMap((text) => parseObjects(text, path, "its content"))
      .map(({ object }) => object)
  );
}

/** What is deleted in one API group and created in another under the same name is replaced. */
function joinReplaced(changes: readonly ObjectChange[]): ObjectChange[] {
  const key = ({ kind, namespace, name }: ObjectChange) => `${kind}/${namespace ?? ""}/${name}`;
  const deleted = new Set(changes.filter(({ action }) => action === "delete").map(key));
  const replaced = new Set(
    changes.filter((one) => one.action === "create" && deleted.has(key(one))).map(key),
  );
  return changes.flatMap((one): ObjectChange[] => {
    if (!replaced.has(key(one))) return [one];
    return one.action === "create" ? [{ ...one, action: "replace" }] : [];
  });
}

async function hookPlans(
  operation: Operation,
  request: DeployRequest,
  { kind, release }: Change,
  comparison: Comparison,
): Promise<HookRunPlan[]> {
  return await Promise.all(
    hookOrder(request, { kind, release }).map(async ({ event, hook, wave }) => ({
      event,
      name: hook.name,
      kind: hook.kind,
      weight: hook.weight,
      wave,
      replaces: await replaces(operation, hook, comparison),
    })),
  );
}

/** The hooks that a change runs, in their order; those of one event and wave at once. */
export function hookOrder(
  request: Pick<DeployRequest, "noHooks" | "hookParallelism" | "hookSelection">,
  { kind, release }: Pick<Change, "kind" | "release">,
): { readonly event: string; readonly hook: ReleaseHook; readonly wave: number }[] {
  if (request.noHooks) return [];
  return ["pre", "post"].flatMap((moment) => {
    const event = `${moment}-${kind}`;
    const waves = planHooks(release.hooks, event, {
      parallelism: request.hookParallelism,
      selection: request.hookSelection,
      isAnnotated,
    });
    return waves.flatMap((hooks, i) => hooks.map((hook) => ({ event, hook, wave: i + 1 })));
  });
}

async function replaces(
  operation: Operation,
  hook: ReleaseHook,
  comparison: Comparison,
): Promise<boolean> {
  if (!hasPolicy(hook, "before-hook-creation") || hook.kind === "CustomResourceDefinition") {
    return false;
  }
  const objects = parseObjects(hook.manifest, hook.path, "");
  const there = await Promise.all(objects.map(async (one) => {
    const { object, unchecked } = await placeObject(operation, one, comparison.signal);
    return unchecked === undefined && await exists(comparison, refOf(object));
  }));
  return there.includes(true);
}

/**
 * What a deployment comes to, in a form in which two of them can be compared and none tells a secret.
 *
 * @module
 */
import { objectsBefore, parseStored } from "../../action/begin.ts";
import { hookOrder, placeObject } from "../../action/diff/changes.ts";
import type { ObjectChange } from "../../action/diff/changes.ts";
import type { DeployRequest } from "../../action/deploy_request.ts";
import { parseObjects } from "../../action/objects.ts";
import type { Operation } from "../../action/operation.ts";
import { markOwned } from "../../action/ownership.ts";
import type { Change, DeployPlan } from "../../action/prepare.ts";
import { keyOf, refOf } from "../../kube/resource.ts";
import type { KubeApi, ObjectRef } from "../../kube/types.ts";
import { goJSON } from "../../release/codec.ts";
import type { ReleaseHook } from "../../release/release.ts";
import type { FrozenHook, FrozenObject, FrozenRelease } from "./format.ts";
import type { PlanSeal } from "./seal.ts";

/** What describing a deployment needs. */
export interface Describing {
  readonly operation: Operation;
  readonly request: DeployRequest;
  readonly seal: PlanSeal;
  readonly signal: AbortSignal;
}

/** An object as it will be sent. */
export type SentObject = Pick<
  FrozenObject,
  "apiVersion" | "kind" | "namespace" | "name" | "digest" | "manifest"
>;

/** A change as far as it can be told without the cluster's objects. */
export interface Described
  extends Pick<FrozenRelease, "revision" | "last" | "chart" | "hooks" | "order" | "crds"> {
  readonly objects: readonly SentObject[];
}

/** The newest revision there is, as `4 deployed`; empty where there is none. */
export function lastRevision(plan: DeployPlan): string {
  const last = plan.kind === "unchanged" ? plan.current : plan.history.at(-1);
  return last === undefined ? "" : `${last.revision} ${last.status}`;
}

/** Describes a change. */
export async function describeChange(change: Change, means: Describing): Promise<Described> {
  const { operation, request, seal, signal } = means;
  const { release, crds } = change;
  const objects = await Promise.all(change.objects.map(async (one): Promise<SentObject> => {
    const { object: placed } = await placeObject(operation, one, signal);
    // Without the namespace that the cluster's kinds decide on: a kind may yet have to be added.
    const object = markOwned(one.object, operation);
    return { ...refOf(placed), digest: seal.digest(object), manifest: plain(seal.mask(object)) };
  }));
  return {
    revision: release.revision,
    last: lastRevision(change),
    chart: `${release.chart.metadata.name}-${release.chart.metadata.version}`,
    objects,
    hooks: release.hooks.map((hook) => describeHook(hook, seal)),
    order: hookOrder(request, change).map(({ event, wave, hook }) =>
      `${event} ${wave} ${hook.kind}/${hook.name}`
    ),
    crds: Object.fromEntries(crds.map(({ path, file }) => [path, seal.digest(file.text)])),
  };
}

function describeHook(hook: ReleaseHook, seal: PlanSeal): FrozenHook {
  const { kind, name, path, lastRun: _, ...rest } = hook;
  const objects = parseObjects(hook.manifest, path, "");
  return {
    kind,
    name,
    path,
    digest: seal.digest(rest),
    manifest: plain(objects.map(({ object }) => seal.mask(object))),
  };
}

/** Values of the template engine as JSON has them. */
export function plain<T>(value: T): T {
  return JSON.parse(goJSON(value));
}

/** The objects of the revision before, some of which may go. */
export async function refsBefore(
  { current }: Change,
  { operation, signal }: Pick<Describing, "operation" | "signal">,
): Promise<ObjectRef[]> {
  const before = parseStored(operation, current?.manifest ?? "");
  return (await objectsBefore(operation, before, signal)).map(({ object }) => refOf(object));
}

/** What is seen of a live object. */
export type Seen = NonNullable<FrozenObject["live"]>;

/** The live objects among these, by their keys; a kind that is not served has none. */
export async function liveObjects(
  api: KubeApi,
  refs: readonly ObjectRef[],
  signal: AbortSignal,
): Promise<Map<string, Seen>> {
  const seen = await Promise.all(refs.map(async (ref): Promise<[string, Seen][]> => {
    const { apiVersion, kind, name } = ref;
    if (!name || await api.resourceFor(apiVersion, kind, { signal }) === undefined) return [];
    const { uid, resourceVersion } = (await api.get(ref, { signal }))?.metadata ?? {};
    return uid === undefined ? [] : [[keyOf(ref), { uid, resourceVersion: resourceVersion! }]];
  }));
  return new Map(seen.flat());
}

/** Objects with what becomes of them, and those that go. */
export function frozenObjects(
  { objects }: Pick<Described, "objects">,
  changes: readonly ObjectChange[],
  live: ReadonlyMap<string, Seen>,
): FrozenObject[] {
  const byKey = new Map(changes.map((change) => [keyOf(change), change]));
  const sent = new Set(objects.map(keyOf));
  const withChange = (object: SentObject | ObjectRef): FrozenObject => {
    const key = keyOf(object);
    const { action = "none", fields = [] } = byKey.get(key) ?? {};
    return { ...object, action, fields: plain(fields), live: live.get(key) };
  };
  const gone = changes.filter(({ action }) => action === "delete" || action === "keep").filter(
    (change) => !sent.has(keyOf(change)),
  );
  return [
    ...objects.map(withChange),
    ...gone.map(({ apiVersion, kind, namespace, name }) =>
      withChange({ apiVersion, kind, name, namespace })
    ),
  ];
}

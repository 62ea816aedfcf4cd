/**
 * What becomes of one object: what is there is read, and the server tries what would be sent to it
 * (server-side apply with `dryRun=All`). Nothing is changed.
 *
 * @module
 */
import { isAbort, messageOf } from "../../errors.ts";
import { ApiError } from "../../kube/errors.ts";
import { refOf } from "../../kube/resource.ts";
import type { KubeApi, KubeObject, ObjectRef } from "../../kube/types.ts";
import { isPatchedByClient } from "../field_owner.ts";
import { conflictMessage, type Owner, ownershipProblem } from "../ownership.ts";
import type { Mask } from "./mask.ts";
import { compareSides, type FieldChange } from "./three_way.ts";

/** What happens to an object; `keep` is one that the chart drops and a policy keeps. */
export type ObjectAction = "create" | "change" | "replace" | "delete" | "keep";

/** An object that a deployment touches. */
export interface ObjectChange {
  /** What happens to it. */
  readonly action: ObjectAction;
  /** Group and version. */
  readonly apiVersion: string;
  /** Kind of the object. */
  readonly kind: string;
  /** Absent for a cluster-scoped object. */
  readonly namespace?: string | undefined;
  /** The object's name. */
  readonly name: string;
  /** The fields that change; empty unless the action is `change`. */
  readonly fields: readonly FieldChange[];
  /** Whether a server has tried it, or it was only compared here. */
  readonly checked: "server" | "local";
  /** Why no server has tried it. */
  readonly unchecked?: string | undefined;
  /** Why it would be refused. */
  readonly problem?: string | undefined;
}

/** What comparing objects needs. */
export interface Comparison {
  readonly api: KubeApi;
  readonly signal: AbortSignal;
  /** Let the server try. */
  readonly dryRun: boolean;
  readonly mask: Mask;
  readonly owner: Owner;
  readonly verb: "install" | "upgrade";
  /** Objects that belong to somebody else may be taken. */
  readonly takeOwnership: boolean;
  /** Fields that belong to somebody else may be taken. */
  readonly force: boolean;
  /** The revision before was patched by a client, so that the server does not know what is its own. */
  readonly unowned: boolean;
}

/** An object of the new revision, with what the revision before says of it. */
export interface Wanted {
  readonly object: KubeObject;
  readonly last: KubeObject | undefined;
  /** Why the server cannot try it, where that is known before. */
  readonly unchecked?: string | undefined;
}

/** What becomes of an object of the new revision; `undefined` when nothing does. */
export async function compareObject(
  comparison: Comparison,
  { object, last, unchecked }: Wanted,
): Promise<ObjectChange | undefined> {
  const { mask } = comparison;
  const live = unchecked === undefined ? await read(comparison, refOf(object)) : undefined;
  // Of an earlier release's object, what a client has patched is handed over.
  const inherited = last === undefined && live !== undefined && isPatchedByClient(live);
  const unowned = comparison.unowned || inherited;
  const tried = unchecked === undefined
    ? await tryApply({ ...comparison, unowned }, object)
    : { checked: "local", unchecked } as const;
  const { answered, ...trial } = tried;
  const problem = trial.problem ?? notOurs(comparison, { live, last });
  const change = (action: ObjectAction, fields: readonly FieldChange[]): ObjectChange => ({
    action,
    ...named(refOf(object)),
    fields,
    ...trial,
    ...(problem === undefined ? {} : { problem }),
  });
  // Without a cluster to look into, what the revision before has is there.
  if (live === undefined && (unchecked === undefined || last === undefined)) {
    return change("create", []);
  }
  const fields = compareSides({
    live: masked(live, mask),
    last: masked(last, mask),
    chart: mask(object),
    answered: masked(answered, mask),
    unowned,
  });
  return fields.length === 0 && problem === undefined ? undefined : change("change", fields);
}

/** What becomes of an object that the new revision drops; `undefined` when it is gone already. */
export async function compareDropped(
  comparison: Comparison,
  ref: ObjectRef,
): Promise<ObjectChange | undefined> {
  const live = await read(comparison, ref);
  if (live === undefined) return undefined;
  const keep = live.metadata.annotations?.["helm.sh/resource-policy"] === "keep";
  return { action: keep ? "keep" : "delete", ...named(ref), fields: [], checked: "server" };
}

/** A definition of a kind from crds/: created when it is not there, else left alone. */
export async function compareCrd(
  comparison: Comparison,
  object: KubeObject,
): Promise<ObjectChange | undefined> {
  const live = await read(comparison, refOf(object));
  if (live !== undefined) return undefined;
  return { action: "create", ...named(refOf(object)), fields: [], checked: "server" };
}

/** Whether there is such an object now. */
export async function exists(comparison: Comparison, ref: ObjectRef): Promise<boolean> {
  return await read(comparison, ref) !== undefined;
}

async function read(
  { api, signal }: Comparison,
  ref: ObjectRef,
): Promise<KubeObject | undefined> {
  if (!ref.name) return undefined;
  try {
    return await api.get(ref, { signal });
  } catch (error) {
    // A kind that is not served has no objects.
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

interface Trial {
  readonly checked: "server" | "local";
  readonly unchecked?: string;
  readonly problem?: string;
  readonly answered?: KubeObject;
}

/** Statuses by which a server says that the object itself will not do. */
const REFUSALS = new Set([400, 409, 422]);

async function tryApply(comparison: Comparison, object: KubeObject): Promise<Trial> {
  const { api, signal, dryRun, force, unowned } = comparison;
  if (!dryRun) return { checked: "local" };
  const { kind, metadata: { name, namespace } } = object;
  try {
    const options = { dryRun, strict: true, signal };
    const answered = name
      ? await api.apply(object, { ...options, force: force || unowned })
      : await api.create(object, options);
    return { checked: "server", answered };
  } catch (error) {
    if (isAbort(error) || !(error instanceof ApiError)) throw error;
    const { status, message } = error;
    if (status === 404 && namespace !== undefined) {
      return { checked: "local", unchecked: `there is no namespace ${namespace} yet` };
    }
    if (REFUSALS.has(status) && !message.includes("does not support dry run")) {
      return { checked: "server", problem: shortRefusal(message) };
    }
    return { checked: "local", unchecked: `${kind} ${name}: ${messageOf(error)}` };
  }
}

/** A server tells the whole of a value that it refuses, for a pod's template 3,000 characters. */
export function shortRefusal(message: string): string {
  return message.replace(
    /(?<=Invalid value: )[{"[][^\n]{200,}?(?=: [a-z][^:{}"]*(?:\n|, |$))/g,
    (value) => `${value.slice(0, 60)}…`,
  );
}

/** Why an object that is there and not of the revision before cannot be taken. */
function notOurs(
  { owner, verb, takeOwnership }: Comparison,
  { live, last }: { readonly live: KubeObject | undefined; readonly last: KubeObject | undefined },
): string | undefined {
  if (live === undefined || last !== undefined || takeOwnership) return undefined;
  const problem = ownershipProblem(live, owner);
  if (problem === undefined) return undefined;
  return conflictMessage([{ object: live, problem }], verb === "install" ? "install" : "update");
}

function masked(object: KubeObject | undefined, mask: Mask): KubeObject | undefined {
  return object === undefined ? undefined : mask(object);
}

function named({ apiVersion, kind, namespace, name }: ObjectRef) {
  return { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name };
}

/**
 * Putting objects in place by server-side apply, and removing those that a revision no longer has.
 *
 * One request for each object, nothing read before it; none for those known to stand. Objects of one kind go together, kind after
 * kind in the order of the manifest.
 *
 * @module
 */
import { CapstanError, messageOf } from "../errors.ts";
import { definedKinds } from "../kube/definitions.ts";
import { isConflict, isNotFound } from "../kube/errors.ts";
import { keyOf, parseApiVersion, refOf } from "../kube/resource.ts";
import type { KubeApi, KubeObject, ObjectRef } from "../kube/types.ts";
import { waitReady } from "../kube/wait.ts";
import { handOver } from "./field_owner.ts";
import { immutableHint } from "./immutable.ts";
import type { ManifestObject } from "./objects.ts";
import { type Owner, ownershipProblem } from "./ownership.ts";
import { readObject } from "./presence.ts";

/** Options of {@linkcode applyObjects}. */
export interface ApplyObjectsOptions {
  readonly signal: AbortSignal;
  /** Take fields over from other managers. @default {false} */
  readonly forceConflicts?: boolean | undefined;
  /**
   * Objects that a client has patched before (Helm 3), by {@linkcode keyOf}, or all: its fields become those of apply.
   * @default none
   */
  readonly takeOver?: "all" | ReadonlySet<string> | undefined;
  /** Let the client compare and patch, as Helm 3 does, instead of the server. @default none */
  readonly client?: ClientSide | undefined;
  /** Let the server drop fields that a kind does not have, instead of refusing them. @default {false} */
  readonly skipFieldValidation?: boolean | undefined;
  /** Live objects, by {@linkcode keyOf}, that need not be applied. @default none */
  readonly standing?: ReadonlyMap<string, KubeObject> | undefined;
  /** Go on after an object could not be changed, as an upgrade does; not where one is missing. @default {false} */
  readonly keepGoing?: boolean | undefined;
  /** Told of each object that was applied. */
  readonly onApplied?: ((object: KubeObject) => void) | undefined;
}

/** How the client puts objects in place. */
export interface ClientSide {
  /** The objects of the revision before. */
  readonly before: readonly ManifestObject[];
  /** Replace objects as a whole. @default {false} */
  readonly replace?: boolean | undefined;
}

/** Milliseconds that the server may take to serve a kind that was just defined. */
const ESTABLISH_TIMEOUT = 60_000;

/**
 * Applies objects and returns them as the server has them.
 *
 * @throws {CapstanError} with the texts of all that failed, joined by ` && `.
 */
export async function applyObjects(
  api: KubeApi,
  objects: readonly ManifestObject[],
  options: ApplyObjectsOptions,
): Promise<KubeObject[]> {
  const live: KubeObject[] = [];
  const failures: unknown[] = [];
  const putter = options.client === undefined ? undefined : await clientSide(api, options.client);
  for (const batch of batchesOf(objects)) {
    const settled = await Promise.allSettled(
      batch.map(({ object }) => applyObject(api, object, { ...options, putter })),
    );
    options.signal.throwIfAborted();
    const applied: KubeObject[] = [];
    for (const one of settled) {
      if (one.status === "fulfilled") applied.push(one.value);
      else failures.push(one.reason);
    }
    live.push(...applied);
    if (
      failures.length > 0 &&
      (!options.keepGoing || failures.some((one) => one instanceof CreationFailure))
    ) break;
    await establish(api, applied, objects, options.signal);
  }
  if (failures.length > 0) throw joinFailures(failures);
  return live;
}

/** One error of all that failed. */
export function joinFailures(failures: readonly unknown[]): unknown {
  if (failures.length === 1) return failures[0];
  const { code, hint } = failures[0] instanceof CapstanError
    ? failures[0]
    : { code: undefined, hint: undefined };
  return new CapstanError(failures.map(messageOf).join(" && "), {
    code,
    hint,
    cause: failures[0],
  });
}

/** Neighbours of one kind. */
export function batchesOf(objects: readonly ManifestObject[]): ManifestObject[][] {
  const batches: ManifestObject[][] = [];
  for (const one of objects) {
    const last = batches.at(-1);
    if (last !== undefined && last[0]!.object.kind === one.object.kind) last.push(one);
    else batches.push([one]);
  }
  return batches;
}

async function applyObject(
  api: KubeApi,
  object: KubeObject,
  options: ApplyObjectsOptions & { readonly putter: Putter | undefined },
): Promise<KubeObject> {
  const { signal, forceConflicts, takeOver, onApplied, putter, standing } = options;
  const { skipFieldValidation = false } = options;
  const strict = !skipFieldValidation;
  // The server picks the name, so there is nothing to apply to.
  if (!object.metadata.name) return await api.create(object, { strict, signal });
  const stands = standing?.get(keyOf(refOf(object)));
  if (stands !== undefined) {
    onApplied?.(stands);
    return stands;
  }
  try {
    const ref = refOf(object);
    if (putter === undefined && (takeOver === "all" || takeOver?.has(keyOf(ref)))) {
      await handOver(api, ref, { signal });
    }
    const live = putter === undefined
      ? await api.apply(object, { strict, force: forceConflicts, signal })
      : await putter(object, { strict, signal });
    onApplied?.(live);
    return live;
  } catch (error) {
    if (signal.aborted) throw error;
    throw await failureOf(api, object, { ...options, error });
  }
}

/** What Helm says of an object that could not be put in place: whether it was to be created counts. */
async function failureOf(
  api: KubeApi,
  object: KubeObject,
  { putter, client, keepGoing, signal, error }: ApplyObjectsOptions & {
    readonly putter: Putter | undefined;
    readonly error: unknown;
  },
): Promise<unknown> {
  if (putter === undefined && !keepGoing) return applyFailure(object, error);
  const missing = await api.get(refOf(object), { signal })
    .then((live) => live === undefined, () => false);
  const failure = putter === undefined
    ? applyFailure(object, error)
    : missing
    ? error
    : (client?.replace ? replaceFailure : patchFailure)(object, error);
  return missing && keepGoing ? new CreationFailure(failure) : failure;
}

/** An object of an upgrade that is not there could not be created: as in Helm, nothing more is tried. */
class CreationFailure extends CapstanError {
  constructor(failure: unknown) {
    const { code, hint } = failure instanceof CapstanError
      ? failure
      : { code: "apply/failed", hint: undefined };
    super(`failed to create resource: ${messageOf(failure)}`, { code, hint, cause: failure });
  }
}

/** Puts one object in place. */
type Putter = (
  object: KubeObject,
  options: { readonly strict: boolean; readonly signal: AbortSignal },
) => Promise<KubeObject>;

async function clientSide(api: KubeApi, { before, replace }: ClientSide): Promise<Putter> {
  // Loaded only here: it brings the types of all built-in kinds along.
  const { ClientApply } = await import("./client_apply.ts");
  const client = new ClientApply(api);
  const originals = new Map(before.map(({ object }) => [keyOf(refOf(object)), object]));
  return (object, options) =>
    client.put(object, { before: originals.get(keyOf(refOf(object))), replace, ...options });
}

function patchFailure(object: KubeObject, error: unknown): CapstanError {
  const { kind, metadata: { name } } = object;
  return new CapstanError(
    `cannot patch ${JSON.stringify(name)} with kind ${kind}: ${messageOf(error)}`,
    {
      code: error instanceof CapstanError ? error.code : "apply/failed",
      hint: immutableHint(object, error) ??
        (error instanceof CapstanError ? error.hint : undefined),
      cause: error,
    },
  );
}

function replaceFailure(object: KubeObject, error: unknown): CapstanError {
  const { code, hint } = patchFailure(object, error);
  return new CapstanError(`failed to replace object: ${messageOf(error)}`, {
    code,
    hint,
    cause: error,
  });
}

function applyFailure(object: KubeObject, error: unknown): CapstanError {
  const { apiVersion, kind, metadata: { name, namespace = "" } } = object;
  const { group, version } = parseApiVersion(apiVersion);
  const what = `${namespace}/${name} ${group}/${version}, Kind=${kind}`;
  const conflict = isConflict(error);
  const start = conflict
    ? "conflict occurred while applying object"
    : "server-side apply failed for object";
  const hint = error instanceof CapstanError ? error.hint : undefined;
  return new CapstanError(`${start} ${what}: ${messageOf(error)}`, {
    code: error instanceof CapstanError ? error.code : "apply/failed",
    hint: immutableHint(object, error) ?? hint ??
      (conflict
        ? "another tool manages these fields; --force-conflicts takes them over"
        : undefined),
    cause: error,
  });
}

/** After definitions of kinds: waits until the server serves them, if objects of them follow. */
async function establish(
  api: KubeApi,
  applied: readonly KubeObject[],
  all: readonly ManifestObject[],
  signal: AbortSignal,
): Promise<void> {
  const added = applied.flatMap(definedKinds);
  if (added.length === 0) return;
  const kinds = new Set(added.map(({ apiVersion, kind }) => `${apiVersion}/${kind}`));
  if (all.some(({ object }) => kinds.has(`${object.apiVersion}/${object.kind}`))) {
    await waitReady(api, applied, { timeout: ESTABLISH_TIMEOUT, signal });
  }
  api.forgetDiscovery();
}

/** Options of {@linkcode removeObjects} and {@linkcode findExisting}. */
export interface ObjectsOptions {
  readonly signal: AbortSignal;
}

/**
 * Deletes objects that the new revision no longer has, but for those whose live annotation
 * `helm.sh/resource-policy` is `keep` and, with an owner given, for those that are not its own.
 *
 * @throws {CapstanError} with the texts of all that could not be deleted.
 */
export async function removeObjects(
  api: KubeApi,
  refs: readonly ObjectRef[],
  { owner, signal }: ObjectsOptions & { readonly owner?: Owner | undefined },
): Promise<void> {
  const settled = await Promise.allSettled(refs.map(async (ref) => {
    const live = await api.get(ref, { signal });
    if (live === undefined) return;
    if (live.metadata.annotations?.["helm.sh/resource-policy"] === "keep") return;
    if (owner !== undefined && ownershipProblem(live, owner) !== undefined) return;
    await api.delete(ref, { signal });
  }));
  signal.throwIfAborted();
  const failures = settled.flatMap((one, i) => {
    if (one.status === "fulfilled" || isNotFound(one.reason)) return [];
    const { namespace = "", name, kind } = refs[i]!;
    const what = `namespace=${namespace}, name=${name}, kind=${kind}`;
    return [
      new CapstanError(`failed to delete resource ${what}: ${messageOf(one.reason)}`, {
        code: "apply/delete",
        hint: "the new revision does not have it; run again when it can be deleted",
        cause: one.reason,
      }),
    ];
  });
  if (failures.length > 0) throw joinFailures(failures);
}

/** References of `before` that name nothing in `after`. */
export function droppedFrom(
  before: readonly ManifestObject[],
  after: readonly ManifestObject[],
): ObjectRef[] {
  const kept = new Set(after.map(({ object }) => keyOf(refOf(object))));
  return before.map(({ object }) => refOf(object)).filter((ref) => !kept.has(keyOf(ref)));
}

/** Those of the objects that are there, as they are. */
export async function findExisting(
  api: KubeApi,
  objects: readonly ManifestObject[],
  { signal }: ObjectsOptions,
): Promise<KubeObject[]> {
  const found = await Promise.all(
    objects.filter(({ object }) => object.metadata.name)
      .map(({ object }) => readObject(api, refOf(object), signal)),
  );
  return found.filter((object) => object !== undefined);
}

/**
 * The first change of a deployment: everything that could forbid it is checked, then the namespace
 * and the pending revision are written.
 *
 * @module
 */
import { CapstanError, messageOf } from "../errors.ts";
import { ApiError, isAlreadyExists } from "../kube/errors.ts";
import { keyOf, refOf } from "../kube/resource.ts";
import type { KubeApi, KubeObject, ObjectRef } from "../kube/types.ts";
import { isPending, type Release, withStatus } from "../release/release.ts";
import { revisionsToPrune } from "../release/state.ts";
import { droppedFrom } from "./apply.ts";
import type { DeployRequest } from "./deploy_request.ts";
import { isPatchedByClient } from "./field_owner.ts";
import { leftoversOf, otherRevisions } from "./leftovers.ts";
import { BUILD_PROBLEM, type ManifestObject, parseManifest, resolveObjects } from "./objects.ts";
import type { Operation } from "./operation.ts";
import { conflictMessage, describe, markOwned, ownershipProblem } from "./ownership.ts";
import type { Change } from "./prepare.ts";
import { sameAsBefore } from "./standing.ts";

/** What is to be applied and removed, as found just before the first change. */
export interface ApplyPlan {
  /** With namespaces and the marks of the release. */
  readonly objects: readonly ManifestObject[];
  /** Objects of the revision before. */
  readonly before: readonly ManifestObject[];
  /** Objects, by {@linkcode keyOf}, that are not of the revision before, and that a client has patched (Helm 3). */
  readonly inherited: ReadonlySet<string>;
  /** Live objects, by {@linkcode keyOf}, that applying would not change. */
  readonly standing: ReadonlyMap<string, KubeObject>;
  /** Objects that the revision before had and this one has not. */
  readonly dropped: readonly ObjectRef[];
  /** Objects of revisions that did not come to stand; they are removed if they are the release's. */
  readonly leftovers: readonly ObjectRef[];
  /** Objects that are not there yet. */
  readonly added: readonly ObjectRef[];
}

/**
 * Works out what changes, and checks that nothing in the cluster is in its way. Writes nothing but,
 * if asked for, the namespace.
 *
 * @throws {CapstanError} in Helm's words, for kinds that the cluster does not have and for objects that belong to somebody else.
 */
export async function planApply(
  operation: Operation,
  request: DeployRequest,
  { change, signal }: { readonly change: Change; readonly signal: AbortSignal },
): Promise<ApplyPlan> {
  const { context: { api }, namespace } = operation;
  const resolved = await resolveObjects(api, change.objects, {
    namespace,
    signal,
    problem: BUILD_PROBLEM,
  });
  checkNames(operation, resolved, change);
  const before = await objectsBefore(
    operation,
    parseStored(operation, change.current?.manifest ?? ""),
    signal,
  );
  const others = await otherRevisions(operation, change.history, { known: change.current, signal });
  const known = new Set(before.map(({ object }) => keyOf(refOf(object))));
  const fresh = resolved.filter(({ object }) => !known.has(keyOf(refOf(object))));
  const inside = fresh.filter(({ object }) => object.metadata.namespace === namespace);
  const outside = fresh.filter((one) => !inside.includes(one));
  const existing = await checkExisting(operation, request, { fresh: outside, change, signal });
  const made = request.createNamespace && !request.dryRun &&
    await createNamespace(api, namespace, signal);
  // Nothing can be in the way in a namespace that was not there a moment ago.
  if (!made) {
    existing.push(...await checkExisting(operation, request, { fresh: inside, change, signal }));
  }
  const keys = (found: readonly KubeObject[]) =>
    new Set(found.map((object) => keyOf(refOf(object))));
  const there = keys(existing);
  const marked = (one: ManifestObject) => ({ ...one, object: markOwned(one.object, operation) });
  return {
    objects: resolved.map(marked),
    before,
    inherited: keys(existing.filter(isPatchedByClient)),
    standing: mayStand(request, change)
      ? await operation.cache.standing(api).find(sameAsBefore(resolved, before).map(marked), signal)
      : new Map(),
    dropped: droppedFrom(before, resolved),
    leftovers: await leftoversOf(operation, others, { kept: [...resolved, ...before], signal }),
    added: fresh.map(({ object }) => refOf(object)).filter((ref) => !there.has(keyOf(ref))),
  };
}

/**
 * Whether objects may be left as they stand: they are the server's to compare, no hook can change them
 * before they are applied, and nothing is known to have changed them.
 */
function mayStand({ dryRun }: DeployRequest, { current, release, drifted }: Change): boolean {
  return !dryRun && !drifted && current?.applyMethod === "ssa" && release.applyMethod === "ssa" &&
    current.info.status === "deployed" &&
    !release.hooks.some(({ events }) => events.includes("pre-upgrade"));
}

/** Stores the pending revision, and removes revisions beyond the history's limit. */
export async function createRevision(
  operation: Operation,
  request: Pick<DeployRequest, "maxHistory" | "createNamespace">,
  { history, signal }: Pick<Change, "history"> & { readonly signal: AbortSignal },
): Promise<void> {
  const { context: { storage }, name, namespace } = operation;
  await Promise.all(
    revisionsToPrune(history, request.maxHistory ?? 10).map(async (entry) => {
      try {
        await storage.delete(entry, { signal });
      } catch (error) {
        signal.throwIfAborted();
        operation.warn(`cannot remove revision ${entry.revision} of ${name}: ${messageOf(error)}`);
      }
    }),
  );
  try {
    await operation.recorder!.create(signal);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { code, hint, status } = error;
    const missing = status === 404;
    throw new CapstanError(`create: failed to create: ${error.message}`, {
      code: missing ? "namespace/missing" : code,
      hint: missing
        ? `create the namespace ${namespace}, or let it be created: --create-namespace, ` +
          "`createNamespace: true`"
        : hint,
      cause: error,
    });
  }
}

/**
 * Settles the last revision where the new one does not start from it: an install takes the name of
 * one that was uninstalled, and a run that died has left one pending.
 */
export async function settleLast(
  operation: Operation,
  { kind, history, signal }: Pick<Change, "kind" | "history"> & { readonly signal: AbortSignal },
): Promise<void> {
  const { storage } = operation.context;
  const last = history.at(-1);
  if (last === undefined || last.status === "failed") return;
  if (kind !== "install" && !isPending(last.status)) return;
  const release = await storage.get(last, { signal });
  if (release === undefined) return;
  const settled = isPending(last.status)
    ? interrupted(release)
    : withStatus(release, "superseded", "superseded by new release");
  await storage.update(settled, { signal });
}

/** A pending revision of a run that has died. */
export function interrupted(release: Release): Release {
  const said = `Release ${JSON.stringify(release.name)} failed: it was interrupted`;
  return withStatus(release, "failed", said);
}

/** Objects of a stored manifest; what is none, which some Helm stored all the same, is left out. */
export function parseStored(operation: Operation, manifest: string): ManifestObject[] {
  return parseManifest(manifest, {
    onBad: (error) => operation.warn(`of the revision before: ${error.message}`),
  });
}

/** Objects of a revision that is in place. Kinds that the cluster no longer has cannot be there any more. */
export async function objectsBefore(
  operation: Operation,
  objects: readonly ManifestObject[],
  signal: AbortSignal,
): Promise<ManifestObject[]> {
  const { context: { api }, namespace } = operation;
  const served: ManifestObject[] = [];
  for (const one of objects) {
    const { apiVersion, kind, metadata } = one.object;
    if (await api.resourceFor(apiVersion, kind, { signal }) !== undefined) served.push(one);
    else {
      operation.warn(
        `${kind} ${metadata.name} of the revision before is of ${apiVersion}, which the cluster no longer serves`,
      );
    }
  }
  return await resolveObjects(api, served, {
    namespace,
    signal,
    problem: "unable to build kubernetes objects from current release manifest",
  });
}

/** Throws for objects that neither have a name nor let the server pick one. */
function checkNames(
  { helmVersion }: Operation,
  objects: readonly ManifestObject[],
  { kind }: Change,
): void {
  const nameless = objects.find(({ object: { metadata } }) =>
    !metadata.name && !("generateName" in metadata)
  );
  if (nameless === undefined) return;
  const start = `${helmVersion === "v3" ? "Unable" : "unable"} to continue with ${
    kind === "install" ? "install" : "update"
  }`;
  const { object, path } = nameless;
  throw new CapstanError(
    `${start}: could not get information about the resource ${describe(object)}: ` +
      "resource name may not be empty",
    { code: "manifest/object", position: path === "" ? undefined : { file: path } },
  );
}

interface Fresh {
  readonly fresh: readonly ManifestObject[];
  readonly change: Change;
  readonly signal: AbortSignal;
}

/** Those of the new objects that are there already, and are the release's to take. */
async function checkExisting(
  operation: Operation,
  { takeOwnership }: DeployRequest,
  { fresh, change, signal }: Fresh,
): Promise<KubeObject[]> {
  const presence = operation.cache.presence(operation.context.api);
  const found = await Promise.all(
    fresh.filter(({ object }) => object.metadata.name)
      .map(({ object }) => presence.find(refOf(object), signal)),
  );
  const existing = found.filter((object) => object !== undefined);
  if (takeOwnership) return existing;
  const conflicts = existing.flatMap((object) => {
    const problem = ownershipProblem(object, operation);
    return problem === undefined ? [] : [{ object, problem }];
  });
  if (conflicts.length === 0) return existing;
  const verb = change.kind === "install" ? "install" : "update";
  throw new CapstanError(conflictMessage(conflicts, verb, operation.helmVersion), {
    code: "release/not-owned",
    hint: "delete them, give them the release's label and annotations, or --take-ownership",
  });
}

/** Creates the namespace as Helm does; `false` when it was there. */
async function createNamespace(
  api: KubeApi,
  name: string,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await api.create({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name, labels: { name } },
    }, { signal });
    return true;
  } catch (error) {
    if (isAlreadyExists(error)) return false;
    throw error;
  }
}

/**
 * Bringing an earlier revision back as a new one, as steps.
 *
 * `OWNER/rollback/read` finds the revision and adds the steps of the change before
 * `OWNER/rollback/record`, which always runs. No template is rendered. Unlike Helm, a failure never
 * leaves the new revision pending.
 *
 * @module
 */
import { messageOf } from "../errors.ts";
import type { KubeObject } from "../kube/types.ts";
import { isPending, type Release, withStatus } from "../release/release.ts";
import type { RevisionEntry } from "../release/storage.ts";
import type { StepContext } from "../schedule/step.ts";
import { applyObjects, droppedFrom, removeObjects } from "./apply.ts";
import { applyMethodFor, type ApplyOptionsOfRelease } from "./apply_method.ts";
import { createRevision, interrupted, objectsBefore, parseStored } from "./begin.ts";
import { absentOf, cleanUp } from "./clean_up.ts";
import { awaitReady, Chain, type PlannedOperation, progress } from "./chain.ts";
import { blockedByNeeds, failBeforeChange, failIfLost, lettingGo, summaryOf } from "./ending.ts";
import { elsewhere, releaseError, ReleaseNotFoundError, RollbackError } from "./errors.ts";
import { leftoversOf, otherRevisions } from "./leftovers.ts";
import type { LockOptions, ReleaseLock } from "./lock.ts";
import { parseManifest, resolveObjects } from "./objects.ts";
import { bounded, Operation } from "./operation.ts";
import { markOwned } from "./ownership.ts";
import { confirmAlone, readHistory } from "./recovery.ts";
import { checkReleaseName } from "./release_name.ts";
import type { ActionStep } from "./steps.ts";
import type {
  ActionContext,
  HookRunOptions,
  OperationResult,
  ReleaseRequest,
  WaitingOptions,
} from "./types.ts";

/** A release to bring back to an earlier revision. */
export interface RollbackRequest
  extends ReleaseRequest, HookRunOptions, WaitingOptions, LockOptions, ApplyOptionsOfRelease {
  /** The revision to bring back; 0 is the one before the last. @default {0} */
  readonly revision?: number | undefined;
  /** Check, and change nothing. @default {false} */
  readonly dryRun?: boolean | undefined;
  /** When objects cannot be put in place, delete those that were added. @default {false} */
  readonly cleanupOnFail?: boolean | undefined;
  /** Revisions kept; 0 keeps all. @default {10} */
  readonly maxHistory?: number | undefined;
  /** Text kept with the new revision. @default {"Rollback to N"} */
  readonly description?: string | undefined;
}

/** Where an operation stands that another one began. */
export interface InnerOptions {
  /** First part of the steps' ids. */
  readonly prefix?: string | undefined;
  /** Told of the end instead of the event stream. */
  readonly onFinish?: ((result: OperationResult) => void) | undefined;
  /** The lock that is held already. */
  readonly lock?: ReleaseLock | undefined;
}

/** What the steps of one rollback share. */
interface Rollback {
  readonly operation: Operation;
  readonly request: RollbackRequest;
  readonly history: readonly RevisionEntry[];
  /** The last revision. */
  readonly current: Release;
  /** A run that died has left the last revision as it is. */
  readonly abandoned: boolean;
  live?: readonly KubeObject[];
}

/** The steps of a rollback. */
export function rollbackSteps(
  request: RollbackRequest,
  context: ActionContext,
): readonly ActionStep[] {
  return planRollback(request, context).steps;
}

/** The steps of {@linkcode rollbackSteps} with their result. */
export function planRollback(
  request: RollbackRequest,
  context: ActionContext,
  inner: InnerOptions = {},
): PlannedOperation {
  const owner = request.owner ?? `${request.namespace}/${request.name}`;
  const operation = new Operation(request, context, { prefix: `${owner}/rollback`, ...inner });
  operation.verb = "rollback";
  const { needs = [] } = request;
  let rollback: Rollback | undefined;
  const read = operation.step({
    id: "read",
    kind: "rollback",
    title: "rollback: read",
    needs,
    run: async (step) => {
      rollback = await readRevisions(operation, request, step);
      if (!request.dryRun) step.add(changeSteps(rollback, read.id));
    },
  });
  const record = operation.step({
    id: "record",
    kind: "record",
    title: "rollback: record",
    needs: [read.id],
    runs: "settled",
    run: (step) =>
      lettingGo(operation, async () => {
        blockedByNeeds(operation, needs, step);
        if (rollback === undefined) failBeforeChange(operation, step, read.id);
        await recordRollback(rollback, step);
      }),
  });
  return { steps: [read, record], result: () => operation.result };
}

async function readRevisions(
  operation: Operation,
  request: RollbackRequest,
  { signal }: StepContext,
): Promise<Rollback> {
  const { context: { storage }, name, namespace } = operation;
  const { revision: asked = 0 } = request;
  checkReleaseName(name, "prepareRollback: Release name", RollbackError);
  if (!Number.isInteger(asked) || asked < 0) {
    throw new RollbackError("invalid release revision", name, { code: "release/revision" });
  }
  const locked = !request.dryRun &&
    await operation.lock.acquire("rollback", { ...request, signal });
  const { history, abandoned } = await readHistory(operation, request, signal);
  const last = history.at(-1);
  if (last === undefined) {
    throw new ReleaseNotFoundError("release: not found", name, elsewhere(namespace));
  }
  const wanted = asked === 0 ? last.revision - 1 : asked;
  if (!history.some(({ revision }) => revision === wanted)) {
    throw new ReleaseNotFoundError(`release has no ${wanted} version`, name, {
      code: "release/revision",
      hint: asked === 0
        ? `it has no revision before ${last.revision} to go back to`
        : `it has ${history.map(({ revision }) => revision).join(", ")}`,
    });
  }
  const [current, target] = await Promise.all([
    storage.get(last, { signal }),
    storage.get({ name, namespace, revision: wanted }, { signal }),
  ]);
  if (current === undefined || target === undefined) {
    throw new ReleaseNotFoundError("release: not found", name);
  }
  const lock = locked ? operation.lock.stamp : undefined;
  const next = { ...revisionFrom(operation, { current, target, request }), lock };
  operation.keepRecord(next, { created: false });
  return { operation, request, history, current, abandoned };
}

interface RevisionParts {
  readonly current: Release;
  readonly target: Release;
  readonly request: RollbackRequest;
}

/** The new revision, with the contents of an earlier one. */
function revisionFrom(
  operation: Operation,
  { current, target, request }: RevisionParts,
): Release {
  const { firstDeployed } = current.info;
  return {
    ...target,
    revision: current.revision + 1,
    info: {
      firstDeployed,
      lastDeployed: operation.timestamp(),
      status: "pending-rollback",
      description: request.description ?? `Rollback to ${target.revision}`,
      notes: target.info.notes,
      rollbackRevision: target.revision,
    },
    applyMethod: applyMethodFor(request, target),
  };
}

function changeSteps(rollback: Rollback, readId: string): ActionStep[] {
  const { operation, request } = rollback;
  const { hooks } = operation.recorder!.release;
  const chain = new Chain(operation, [readId]);
  chain.then({
    id: "begin",
    kind: "record",
    title: "rollback: begin",
    run: ({ signal }) => begin(rollback, signal),
  });
  chain.hooks(hooks, { ...request, event: "pre-rollback" });
  chain.then({
    id: "apply",
    kind: "apply",
    title: "rollback: apply",
    run: (step) => apply(rollback, step),
  });
  if (request.wait || request.waitForJobs) {
    chain.then({
      id: "ready",
      kind: "ready",
      title: "rollback: wait",
      run: ({ id, signal }) =>
        awaitReady(operation, rollback.live ?? [], { ...request, id, signal }),
    });
  }
  chain.hooks(hooks, { ...request, event: "post-rollback" });
  return chain.end();
}

async function begin(
  { operation, request, history, current, abandoned }: Rollback,
  signal: AbortSignal,
): Promise<void> {
  if (abandoned && isPending(current.info.status)) {
    await operation.context.storage.update(interrupted(current), { signal });
  }
  await createRevision(operation, request, { history, signal });
  await confirmAlone(operation, history, { own: current.revision + 1, signal });
}

async function apply(rollback: Rollback, { id, signal }: StepContext): Promise<void> {
  const { operation, request, current, history } = rollback;
  const { context: { api }, namespace } = operation;
  const resolved = await resolveObjects(api, parseManifest(operation.recorder!.release.manifest), {
    namespace,
    signal,
    problem: "unable to build kubernetes objects from new release manifest",
  });
  const before = await objectsBefore(operation, parseStored(operation, current.manifest), signal);
  const objects = resolved.map(({ object, path }) => ({
    object: markOwned(object, operation),
    path,
  }));
  const added = request.cleanupOnFail ? await absentOf(api, resolved, { before, signal }) : [];
  rollback.live = await applyObjects(api, objects, {
    signal,
    forceConflicts: request.forceConflicts,
    takeOver: current.applyMethod !== "ssa" ? "all" : undefined,
    client: operation.recorder!.release.applyMethod === "csa"
      ? { before, replace: request.forceReplace }
      : undefined,
    keepGoing: true,
    onApplied: progress(operation, id, objects.length),
  }).catch(async (error) => {
    if (!request.cleanupOnFail || signal.aborted) throw error;
    throw await cleanUp(api, added, error, { verb: "rollback", signal });
  });
  await removeObjects(api, droppedFrom(before, resolved), { signal });
  const others = await otherRevisions(operation, history, { known: current, signal });
  const kept = [...resolved, ...before];
  const leftovers = await leftoversOf(operation, others, { kept, signal });
  await removeObjects(api, leftovers, { owner: operation, signal });
}

async function recordRollback(rollback: Rollback, step: StepContext): Promise<void> {
  const { operation } = rollback;
  const recorder = operation.recorder!;
  await recorder.stop();
  failIfLost(operation);
  const failure = operation.failureOf(step);
  if (failure !== undefined && !recorder.created) {
    return failBeforeChange(operation, step, failure.blockedBy);
  }
  if (rollback.request.dryRun) {
    return operation.finish({ outcome: "unchanged", ...summaryOf(recorder.release) });
  }
  await bounded(operation.context.recordTimeout ?? 30_000, async (signal) => {
    if (failure !== undefined) return await fail(rollback, failure.error, { step, signal });
    await supersedeDeployed(rollback, signal);
    await recorder.settle(
      (release) => withStatus(release, "deployed", release.info.description),
      signal,
    );
    operation.finish({ outcome: "rolled-back", ...summaryOf(recorder.release) });
  });
}

/** Marks every revision that was deployed until now. */
async function supersedeDeployed({ operation, history }: Rollback, signal: AbortSignal) {
  const { storage } = operation.context;
  await Promise.all(
    history.filter(({ status }) => status === "deployed").map(async (entry) => {
      const release = await storage.get(entry, { signal });
      if (release === undefined) return;
      const { description } = release.info;
      await storage.update(withStatus(release, "superseded", description), { signal });
    }),
  );
}

async function fail(
  { operation, current }: Rollback,
  error: unknown,
  { step, signal }: { readonly step: StepContext; readonly signal: AbortSignal },
): Promise<never> {
  const { context: { storage }, name } = operation;
  const recorder = operation.recorder!;
  const inWait = operation.failures[0]?.step === operation.id("ready");
  const applied = step.outcomeOf(operation.id("apply"));
  const said = releaseError(
    inWait ? new Error(`release ${name} failed: ${messageOf(error)}`, { cause: error }) : error,
    operation,
  );
  const verb = inWait ? "Release" : "Rollback";
  const description = `${verb} ${JSON.stringify(name)} failed: ${messageOf(error)}`;
  try {
    if (applied?.status === "failed") {
      const superseded = withStatus(current, "superseded", current.info.description);
      await storage.update(superseded, { signal });
    }
    await recorder.settle((release) => withStatus(release, "failed", description), signal);
  } catch (unwritten) {
    operation.warn(`cannot record that the rollback of ${name} failed: ${messageOf(unwritten)}`);
  }
  operation.finish({ outcome: "failed", ...summaryOf(recorder.release), error: said });
  throw said;
}

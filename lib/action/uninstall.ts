/**
 * Removing a release, as steps.
 *
 * `OWNER/read` finds the release and adds the steps of the removal before `OWNER/record`, which
 * always runs: it removes the release's history, or keeps it if asked to.
 *
 * @module
 */
import { CapstanError, messageOf } from "../errors.ts";
import type { DeleteOptions } from "../kube/types.ts";
import { waitDeleted } from "../kube/wait.ts";
import { type Release, withStatus } from "../release/release.ts";
import type { RevisionEntry } from "../release/storage.ts";
import type { StepContext } from "../schedule/step.ts";
import { objectsBefore } from "./begin.ts";
import { Chain, type PlannedOperation, progress } from "./chain.ts";
import type { Adopted } from "./adopt.ts";
import type { DeployProgress } from "./deploy_request.ts";
import { blockedByNeeds, failBeforeChange, failIfLost, lettingGo, summaryOf } from "./ending.ts";
import { releaseError, ReleaseNotFoundError, UninstallError } from "./errors.ts";
import { otherRevisions } from "./leftovers.ts";
import type { LockOptions } from "./lock.ts";
import { bounded, Operation } from "./operation.ts";
import { confirmAlone, readHistory } from "./recovery.ts";
import { checkReleaseName } from "./release_name.ts";
import type { InnerOptions } from "./rollback.ts";
import type { ActionStep } from "./steps.ts";
import {
  type ActionContext,
  DEFAULT_TIMEOUT,
  type HookRunOptions,
  type ReleaseRequest,
  type WaitingOptions,
} from "./types.ts";
import {
  deleteObjects,
  keptNotice,
  planRemovals,
  type RemovalResult,
} from "./uninstall_objects.ts";

/** A release to remove. */
export interface UninstallRequest
  extends
    ReleaseRequest,
    HookRunOptions,
    Pick<WaitingOptions, "wait" | "timeout" | "readyRules" | "imagePullErrors">,
    LockOptions {
  /** Keep the history, marked as uninstalled. @default {false} */
  readonly keepHistory?: boolean | undefined;
  /** A release that is not there is no failure. @default {false} */
  readonly ignoreNotFound?: boolean | undefined;
  /** Look whether the release is there, and change nothing. @default {false} */
  readonly dryRun?: boolean | undefined;
  /** Goes on with what a run that died has done of this removal. @default nothing */
  readonly resume?: DeployProgress | undefined;
  /** Text kept with the history. @default {"Uninstallation complete"} */
  readonly description?: string | undefined;
  /** How dependents of objects are deleted. @default {"Background"} */
  readonly propagation?: DeleteOptions["propagation"];
}

/** What the steps of one removal share. */
interface Uninstallation {
  readonly operation: Operation;
  readonly request: UninstallRequest;
  /** Oldest first. */
  readonly history: readonly RevisionEntry[];
  /** Whether there is anything to remove but the history. */
  readonly purgeOnly: boolean;
  result?: RemovalResult;
  /** Trouble that does not keep the history from being removed. */
  readonly late: unknown[];
}

/** The steps that remove a release. */
export function uninstallSteps(
  request: UninstallRequest,
  context: ActionContext,
): readonly ActionStep[] {
  return planUninstall(request, context).steps;
}

/** The steps of {@linkcode uninstallSteps} with their result. */
export function planUninstall(
  request: UninstallRequest,
  context: ActionContext,
  inner: InnerOptions = {},
): PlannedOperation {
  const operation = new Operation(request, context, inner);
  operation.verb = "uninstall";
  const { needs = [] } = request;
  let found: Uninstallation | "absent" | undefined;
  const read = operation.step({
    id: "read",
    kind: "delete",
    title: "uninstall: read",
    needs,
    run: async (step) => {
      found = await readRelease(operation, request, step);
      if (found !== "absent" && !found.purgeOnly && !request.dryRun) {
        step.add(changeSteps(found, read.id));
      }
    },
  });
  const record = operation.step({
    id: "record",
    kind: "record",
    title: "uninstall: record",
    needs: [read.id],
    runs: "settled",
    run: (step) =>
      lettingGo(operation, async () => {
        blockedByNeeds(operation, needs, step);
        if (found === undefined) failBeforeChange(operation, step, read.id);
        if (found === "absent") {
          // What began to remove it had come to its end, and died before it could say so.
          const begun = request.resume?.done.has(operation.id("begin")) ?? false;
          const outcome = begun ? "uninstalled" : "unchanged";
          return operation.finish({ outcome, revision: 0, status: "uninstalled" });
        }
        await recordUninstall(found, step);
      }),
  });
  return { steps: [read, record], result: () => operation.result };
}

async function readRelease(
  operation: Operation,
  request: UninstallRequest,
  { signal }: StepContext,
): Promise<Uninstallation | "absent"> {
  const { context: { storage }, name, namespace } = operation;
  checkReleaseName(name, "uninstall: Release name", UninstallError);
  const { dryRun } = request;
  const locked = !dryRun && await operation.lock.acquire("uninstall", { ...request, signal });
  const { history } = await readHistory(operation, request, signal);
  const last = history.at(-1);
  const release = last === undefined ? undefined : await storage.get(last, { signal });
  if (release === undefined) {
    if (request.ignoreNotFound) return "absent";
    throw new ReleaseNotFoundError(
      dryRun ? "release: not found" : `uninstall: Release not loaded: ${name}: release: not found`,
      name,
      { hint: `is it in another namespace than ${namespace}?` },
    );
  }
  const purgeOnly = release.info.status === "uninstalled";
  if (purgeOnly && request.keepHistory && !dryRun) {
    throw new UninstallError(`the release named ${JSON.stringify(name)} is already deleted`, name, {
      code: "release/uninstalled",
      hint: "its history was kept; without --keep-history that is removed as well",
    });
  }
  const lock = locked ? operation.lock.stamp : undefined;
  operation.keepRecord({ ...release, lock }, { created: true });
  return { operation, request, history, purgeOnly, late: [] };
}

function changeSteps(uninstallation: Uninstallation, readId: string): ActionStep[] {
  const { operation, request } = uninstallation;
  const { hooks } = operation.recorder!.release;
  const adopted = adoptedBy(uninstallation);
  const chain = new Chain(operation, [readId]);
  chain.then({
    id: "begin",
    kind: "record",
    title: "uninstall: begin",
    run: ({ signal }) => begin(uninstallation, signal),
  });
  chain.hooks(hooks, { ...request, event: "pre-delete", adopted });
  chain.then({
    id: "delete",
    kind: "delete",
    title: "delete",
    run: (step) => deleteAll(uninstallation, step),
  });
  if (request.wait) {
    chain.then({
      id: "gone",
      kind: "ready",
      title: "wait until deleted",
      run: (step) => awaitGone(uninstallation, step),
    });
  }
  chain.hooks(hooks, { ...request, event: "post-delete", adopted });
  return chain.end();
}

/**
 * What a run that died has done. Of a hook that was in flight the object is waited for, as nobody else
 * has made it since the revision was; hooks that failed run again.
 */
function adoptedBy({ request: { resume }, history }: Uninstallation): Adopted | undefined {
  if (resume === undefined) return undefined;
  return { inFlight: new Set(), ...resume, created: history.at(-1)?.created, fresh: true };
}

async function begin(
  { operation, history }: Uninstallation,
  signal: AbortSignal,
): Promise<void> {
  const { storage } = operation.context;
  const recorder = operation.recorder!;
  const before = recorder.release;
  const said = "Deletion in progress (or silently failed)";
  recorder.change((release) => {
    const { info } = withStatus(release, "uninstalling", said);
    return { ...release, info: { ...info, deleted: operation.timestamp() } };
  });
  await storage.update(recorder.release, { signal });
  try {
    await confirmAlone(operation, history, { own: before.revision, signal });
  } catch (error) {
    await storage.update(before, { signal });
    throw error;
  }
}

async function deleteAll(
  uninstallation: Uninstallation,
  { id, signal }: StepContext,
): Promise<void> {
  const { operation, request } = uninstallation;
  const { context: { api }, name } = operation;
  const { release } = operation.recorder!;
  const { history } = uninstallation;
  const others = await otherRevisions(operation, history, { known: release, signal });
  const { remove, keep } = planRemovals([release, ...others].map(({ manifest }) => manifest), {
    helmVersion: operation.helmVersion,
    onBad: (error) => operation.warn(`not deleted: ${error.message}`),
  });
  const placed = await objectsBefore(operation, remove, signal);
  const result = await deleteObjects(api, placed, {
    owner: operation,
    propagation: request.propagation,
    signal,
    onDeleted: progress(operation, id, placed.length),
  });
  uninstallation.result = result;
  operation.notice = keptNotice(keep, result) || undefined;
  for (const ref of result.unowned) {
    operation.warn(`skipping delete of ${ref.kind} ${ref.name}, which is not owned by ${name}`);
  }
  if (result.failures.length > 0) {
    throw new CapstanError(
      `failed to delete release: ${name}: ${result.failures.map(messageOf).join("; ")}`,
      {
        code: "uninstall/delete",
        hint: "the release is kept; run again when what is named above can be deleted",
        cause: result.failures[0],
      },
    );
  }
}

async function awaitGone(
  { operation, request, result, late }: Uninstallation,
  { id, signal }: StepContext,
): Promise<void> {
  try {
    await waitDeleted(operation.context.api, result?.removed ?? [], {
      timeout: request.timeout ?? DEFAULT_TIMEOUT,
      rules: request.readyRules ?? operation.readyRules,
      now: operation.now,
      signal,
      onProgress: ({ kind, name }, message) =>
        operation.emit({ type: "step-progress", id, message: `${kind} ${name}: ${message}` }),
    });
  } catch (error) {
    if (signal.aborted) throw error;
    late.push(error);
  }
}

async function recordUninstall(uninstallation: Uninstallation, step: StepContext): Promise<void> {
  const { operation, purgeOnly, late } = uninstallation;
  const recorder = operation.recorder!;
  await recorder.stop();
  failIfLost(operation);
  const failure = operation.failureOf(step);
  if (failure === undefined && uninstallation.request.dryRun) {
    return operation.finish({ outcome: "unchanged", ...summaryOf(recorder.release) });
  }
  const deleted = purgeOnly || step.outcomeOf(operation.id("delete"))?.status === "succeeded";
  if (failure !== undefined && !deleted) {
    // As in Helm the release stays as it is, uninstalling, to be uninstalled once more.
    const error = releaseError(failure.error, operation);
    if (step.outcomeOf(operation.id("begin"))?.status === "succeeded") {
      await bounded(operation.context.recordTimeout ?? 30_000, (signal) => recorder.keep(signal))
        .catch((problem) => operation.warn(`cannot record how hooks went: ${messageOf(problem)}`));
    }
    operation.finish({ outcome: "failed", ...summaryOf(recorder.release), error });
    throw error;
  }
  const errors = failure === undefined ? [...late] : [...late, failure.error];
  await bounded(operation.context.recordTimeout ?? 30_000, async (signal) => {
    errors.push(...await settleHistory(uninstallation, signal));
  });
  if (errors.length === 0) {
    return operation.finish({ outcome: "uninstalled", ...summaryOf(recorder.release) });
  }
  const error = releaseError(
    new Error(
      `uninstallation completed with ${errors.length} error(s): ${
        errors.map(messageOf).join("; ")
      }`,
      { cause: errors[0] },
    ),
    operation,
  );
  operation.finish({ outcome: "failed", ...summaryOf(recorder.release), error });
  throw error;
}

/** Removes the history, or marks it, and returns what went wrong. */
async function settleHistory(
  { operation, request, history }: Uninstallation,
  signal: AbortSignal,
): Promise<unknown[]> {
  const { context: { storage } } = operation;
  const recorder = operation.recorder!;
  const said = request.description ?? "Uninstallation complete";
  recorder.change((release) => withStatus(release, "uninstalled", said));
  const work = request.keepHistory
    ? [
      recorder.settle((release) => release, signal),
      ...history.slice(0, -1).filter(({ status }) => status === "deployed")
        .map((entry) => supersede(operation, entry, signal)),
    ]
    : history.map((entry) => storage.delete(entry, { signal }));
  const failures = (await Promise.allSettled<unknown>(work))
    .flatMap((one) => one.status === "rejected" ? [one.reason] : []);
  if (failures.length === 0 || request.keepHistory) return failures;
  return [
    new CapstanError(
      `uninstall: Failed to purge the release: ${failures.map(messageOf).join("; ")}`,
      {
        code: "uninstall/delete",
        hint: "its objects are deleted; run again to remove what is left of its records",
        cause: failures[0],
      },
    ),
  ];
}

async function supersede(
  { context: { storage } }: Operation,
  entry: RevisionEntry,
  signal: AbortSignal,
): Promise<void> {
  const release: Release | undefined = await storage.get(entry, { signal });
  if (release === undefined) return;
  await storage.update(withStatus(release, "superseded", release.info.description), { signal });
}

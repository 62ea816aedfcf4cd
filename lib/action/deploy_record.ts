/**
 * The end of a deployment: the final status is written down, and what a failure calls for is set in
 * motion.
 *
 * @module
 */
import { messageOf } from "../errors.ts";
import { type Release, withStatus } from "../release/release.ts";
import type { StepContext } from "../schedule/step.ts";
import { cleanUp } from "./clean_up.ts";
import type { Deployment } from "./deploy.ts";
import { blockedByNeeds, failBeforeChange, failIfLost, summaryOf } from "./ending.ts";
import { type ReleaseError, releaseError } from "./errors.ts";
import { bounded, type Failure, type Operation } from "./operation.ts";
import type { Change } from "./prepare.ts";
import { planRollback } from "./rollback.ts";
import type { OperationResult } from "./types.ts";
import { planUninstall } from "./uninstall.ts";

/** What the `record` step of a deployment does. */
export async function recordDeploy(deployment: Deployment, step: StepContext): Promise<void> {
  const { operation, request, plan } = deployment;
  // Its own trouble is told before that of others, which a gate makes everybody's.
  if (plan === undefined && operation.failures.length > 0) {
    return failBeforeChange(operation, step, operation.id("render"));
  }
  blockedByNeeds(operation, [...(request.needs ?? []), ...(request.changeNeeds ?? [])], step);
  if (plan === undefined) return failBeforeChange(operation, step, operation.id("render"));
  if (plan.kind === "unchanged") {
    const { revision, status } = plan.current;
    return operation.finish({ outcome: plan.outcome ?? "unchanged", revision, status });
  }
  if (request.dryRun) {
    const failure = operation.failures[0];
    if (failure !== undefined) return failBeforeChange(operation, step, failure.step);
    const said = plan.kind === "upgrade" ? request.description : undefined;
    const release = withStatus(
      plan.release,
      plan.release.info.status,
      said ?? "Dry run complete",
    );
    return operation.finish({ outcome: "unchanged", ...summaryOf(release) });
  }
  await operation.recorder?.stop();
  failIfLost(operation);
  const failure = operation.failureOf(step);
  if (failure !== undefined && !operation.recorder?.created) {
    return failBeforeChange(operation, step, failure.blockedBy);
  }
  if (failure !== undefined) return await fail(deployment, { plan, failure, step });
  await recording(operation, (signal) => succeed(deployment, plan, signal));
}

/** Within the time that there is to write a record. */
async function recording<T>(
  { context }: Operation,
  write: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return await bounded(context.recordTimeout ?? 30_000, write);
}

async function succeed(
  { operation, request }: Deployment,
  { kind, current }: Change,
  signal: AbortSignal,
): Promise<void> {
  const recorder = operation.recorder!;
  try {
    if (kind === "upgrade" && current !== undefined) await supersede(operation, current, signal);
    const said = kind === "install" ? "Install complete" : "Upgrade complete";
    await recorder.settle(
      (release) => withStatus(release, "deployed", request.description ?? said),
      signal,
    );
  } catch (error) {
    // What was deployed is deployed, but nobody could tell from the record.
    const said = releaseError(error, operation);
    operation.finish({ outcome: "failed", ...summaryOf(recorder.release), error: said });
    throw said;
  }
  const outcome = kind === "install" ? "installed" : "upgraded";
  operation.finish({ outcome, ...summaryOf(recorder.release) });
}

/** Marks a revision that another takes over from. That this fails does not undo the deployment. */
async function supersede(
  operation: Operation,
  release: Release,
  signal: AbortSignal,
): Promise<void> {
  try {
    // Of a removal that did not come to its end nothing is left to say.
    const { deleted: _, ...info } = release.info;
    const next = withStatus({ ...release, info }, "superseded", info.description);
    await operation.context.storage.update(next, { signal });
  } catch (error) {
    operation.warn(`cannot mark revision ${release.revision} as superseded: ${messageOf(error)}`);
  }
}

interface FailedDeploy {
  readonly plan: Change;
  readonly failure: Failure;
  readonly step: StepContext;
}

async function fail(
  deployment: Deployment,
  { plan, failure, step }: FailedDeploy,
): Promise<never> {
  const { operation, request, beforeUndo } = deployment;
  const recorder = operation.recorder!;
  let error = releaseError(failure.error, operation);
  await recording(operation, (signal) => recordFailure(operation, { plan, error, signal }));
  const cleans = request.cleanupOnFail && plan.kind === "upgrade";
  const undoes = request.atomic && !failure.interrupted;
  if (cleans || undoes) {
    await beforeUndo?.({
      outcome: "failed",
      ...summaryOf(recorder.release),
      hooks: operation.hooksRun,
      error,
    });
  }
  if (cleans) {
    const { api } = operation.context;
    const told = await recording(
      operation,
      (signal) =>
        cleanUp(api, deployment.apply?.added ?? [], error, {
          verb: "upgrade",
          signal,
        }),
    );
    error = releaseError(told, operation);
  }
  if (undoes && undo(deployment, { plan, step, error })) throw error;
  operation.finish({ outcome: "failed", ...summaryOf(recorder.release), error });
  throw error;
}

/** Writes down that the deployment failed. That this cannot be done is told, and nothing more. */
async function recordFailure(
  operation: Operation,
  { plan, error, signal }: {
    readonly plan: Change;
    readonly error: ReleaseError;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const recorder = operation.recorder!;
  const verb = plan.kind === "install" ? "Release" : "Upgrade";
  const description = `${verb} ${JSON.stringify(operation.name)} failed: ${error.message}`;
  try {
    await recorder.settle((release) => withStatus(release, "failed", description), signal);
  } catch (unwritten) {
    operation.warn(
      `cannot record that ${operation.name} failed: ${messageOf(unwritten)}; ` +
        `revision ${recorder.release.revision} stays ${plan.release.info.status}`,
    );
  }
}

interface Undo {
  readonly plan: Change;
  readonly step: StepContext;
  readonly error: ReleaseError;
}

/** Adds the steps that undo the deployment. `false` when there is nothing to go back to. */
function undo(deployment: Deployment, { plan, step, error }: Undo): boolean {
  const { operation, request } = deployment;
  const flag = operation.helmVersion === "v3" ? "atomic" : "rollback-on-failure";
  const install = plan.kind === "install";
  const target = install ? undefined : lastGood(plan.history);
  if (!install && target === undefined) {
    const message = "unable to find a previously successful release when attempting to rollback. " +
      `original upgrade error: ${error.message}`;
    const said = releaseError(new Error(message, { cause: error }), operation);
    operation.finish({
      outcome: "failed",
      ...summaryOf(operation.recorder!.release),
      error: said,
    });
    return true;
  }
  const onFinish = (result: OperationResult) => {
    operation.hooksRun += result.hooks;
    const done = install ? "uninstalled" : "rolled back";
    const doing = install ? "uninstalling" : "rolling back";
    const message = result.error === undefined
      ? `release ${operation.name} failed, and has been ${done} due to ${flag} being set: ${error.message}`
      : `an error occurred while ${doing} the release. original ${plan.kind} error: ` +
        `${error.message}: ${messageOf(result.error)}`;
    operation.finish({
      ...result,
      outcome: result.error === undefined && !install ? "rolled-back" : "failed",
      error: releaseError(new Error(message, { cause: error }), operation),
    });
  };
  const { name, namespace, owner, claims, hookParallelism, hookSelection, noHooks } = request;
  const same = { name, namespace, owner, claims, hookParallelism, hookSelection, noHooks };
  const { timeout, readyRules, waitForJobs, forceConflicts, serverSide, forceReplace } = request;
  const waiting = { wait: true, timeout, readyRules, waitForJobs, isReady: request.isReady };
  const { lock } = operation;
  const inner = { prefix: operation.id(install ? "uninstall" : "rollback"), onFinish, lock };
  const undoing = install
    ? planUninstall({ ...same, ...waiting }, operation.context, inner)
    : planRollback(
      {
        ...same,
        ...waiting,
        forceConflicts,
        serverSide,
        forceReplace,
        revision: target!,
        maxHistory: request.maxHistory,
      },
      operation.context,
      inner,
    );
  operation.lockPassedOn = true;
  step.add(
    undoing.steps.map((each) =>
      each === undoing.steps.at(-1) ? { ...each, precedes: request.precedes } : each
    ),
  );
  return true;
}

/** The newest revision that is or was deployed. */
export function lastGood(history: Change["history"]): number | undefined {
  return history.findLast(({ status }) => status === "superseded" || status === "deployed")
    ?.revision;
}

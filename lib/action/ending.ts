/**
 * How operations end when they could not begin, and what results say of a revision.
 *
 * @module
 */
import { messageOf } from "../errors.ts";
import type { Release } from "../release/release.ts";
import { Skip, type StepContext } from "../schedule/step.ts";
import { releaseError } from "./errors.ts";
import { bounded, type Operation } from "./operation.ts";
import type { OperationResult } from "./types.ts";

/** Ends the operation as skipped when one of these steps did not succeed. */
export function blockedByNeeds(
  operation: Operation,
  needs: readonly string[],
  step: StepContext,
): void {
  for (const need of needs) {
    const outcome = step.outcomeOf(need);
    if (outcome !== undefined && outcome.status !== "succeeded") {
      throw skipped(operation, step, outcome.blockedBy ?? need);
    }
  }
}

/** Ends an operation that has stored nothing: failed by itself, or skipped because of another. */
export function failBeforeChange(operation: Operation, step: StepContext, culprit: string): never {
  const [failure] = operation.failures;
  const outcome = step.outcomeOf(culprit);
  if (failure === undefined || outcome?.status === "aborted") {
    throw skipped(operation, step, outcome?.blockedBy ?? culprit);
  }
  const error = releaseError(failure.error, operation);
  operation.finish({ outcome: "failed", revision: 0, status: "", error });
  throw error;
}

/** Fails an operation whose release is somebody else's now, who settles it. Nothing is written. */
export function failIfLost(operation: Operation): void {
  const { lost } = operation.lock;
  if (!lost?.aborted) return;
  const error = releaseError(lost.reason, operation);
  const made = operation.recorder === undefined ? undefined : summaryOf(operation.recorder.release);
  operation.finish({ outcome: "failed", revision: 0, status: "", ...made, error });
  throw error;
}

/** Runs the last step of an operation, and lets go of the release when it is over. */
export async function lettingGo(operation: Operation, record: () => Promise<void>): Promise<void> {
  try {
    await record();
  } finally {
    if (!operation.lockPassedOn) await bounded(5_000, (signal) => operation.lock.release(signal));
  }
}

/** What a result says of a revision. */
export function summaryOf(
  release: Release,
): Pick<OperationResult, "release" | "revision" | "status"> {
  return { release, revision: release.revision, status: release.info.status };
}

function skipped(operation: Operation, step: StepContext, root: string): Skip {
  const error = step.outcomeOf(root)?.error;
  // What is at the root of it says more by itself; here its first line is enough.
  const [why] = error === undefined ? [undefined] : messageOf(error).split("\n", 1);
  const skip = new Skip(root, why);
  operation.finish({ outcome: "skipped", revision: 0, status: "", error: skip });
  return skip;
}

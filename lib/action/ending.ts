/**
 * How operations end when they could not begin, and what results say of a revision.
 *
 * @module
 */
import type { Release } from "../release/release.ts";
import { Skip, type StepContext } from "../schedule/step.ts";
import { releaseError } from "./errors.ts";
import type { Operation } from "./operation.ts";
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
      throw skipped(operation, outcome.blockedBy ?? need);
    }
  }
}

/** Ends an operation that has stored nothing: failed by itself, or skipped because of another. */
export function failBeforeChange(operation: Operation, step: StepContext, culprit: string): never {
  const [failure] = operation.failures;
  const outcome = step.outcomeOf(culprit);
  if (failure === undefined || outcome?.status === "aborted") {
    throw skipped(operation, outcome?.blockedBy ?? culprit);
  }
  const error = releaseError(failure.error, operation);
  operation.finish({ outcome: "failed", revision: 0, status: "", error });
  throw error;
}

/** What a result says of a revision. */
export function summaryOf(
  release: Release,
): Pick<OperationResult, "release" | "revision" | "status"> {
  return { release, revision: release.revision, status: release.info.status };
}

function skipped(operation: Operation, root: string): Skip {
  const skip = new Skip(root);
  operation.finish({ outcome: "skipped", revision: 0, status: "", error: skip });
  return skip;
}

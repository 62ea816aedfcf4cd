/**
 * What went wrong in a run, each thing once.
 *
 * @module
 */
import { isAbort } from "../errors.ts";
import type { Outcome } from "../schedule/step.ts";
import type { StackSteps } from "./steps.ts";

/** Something that failed by itself. */
export interface RunFailure {
  /** The release's or hook's id; `run` for what the run checks as a whole. */
  readonly owner: string;
  /** What was thrown. */
  readonly error: unknown;
}

/**
 * The failures of releases, whole operations rather than their steps, and of the other steps: stack
 * hooks and checks. What was only skipped or stopped is not among them.
 */
export function failuresOf(
  { steps, operations, last, tried, conditions }: StackSteps,
  outcomes: ReadonlyMap<string, Outcome>,
): RunFailure[] {
  const others = steps.flatMap(({ id, info: { owner } }): RunFailure[] => {
    const { status, error } = outcomes.get(id)!;
    const apart = conditions.has(id) || !operations.has(owner);
    return apart && status === "failed" ? [{ owner, error }] : [];
  });
  const releases = [...operations].flatMap(([owner, operation]): RunFailure[] => {
    const { outcome, error } = operation.result();
    const failed = (outcome === "failed" || outcome === "rolled-back") &&
      !(tried.has(owner) && outcomes.get(last.get(owner)!)?.status === "succeeded");
    return failed && error !== undefined && !isAbort(error) ? [{ owner, error }] : [];
  });
  return [...others, ...releases];
}

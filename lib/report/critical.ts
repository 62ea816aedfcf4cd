/**
 * The critical path of a run that has run: the chain of steps, each of which began when the one before
 * it ended, that made the run as long as it was.
 *
 * @module
 */
import type { TimelineStep } from "./timeline.ts";

/** Milliseconds between two steps that count as one following the other. */
const NEAR = 5;

/**
 * Marks the steps of the critical path, and takes marks of an earlier look away. Of a run that has not come to its end
 * the path leads to the step that has been at work for longest.
 */
export function markCritical(steps: readonly TimelineStep[]): void {
  for (const step of steps) delete step.critical;
  const ran = steps.filter(({ started }) => started !== undefined);
  const byEnd = ran.filter(({ finished }) => finished !== undefined)
    .sort((a, b) => a.finished! - b.finished!);
  const atWork = ran.filter(({ finished }) => finished === undefined)
    .sort((a, b) => a.started! - b.started!);
  let step: TimelineStep | undefined = atWork[0] ?? byEnd.at(-1);
  while (step !== undefined && !step.critical) {
    step.critical = true;
    step = before(step, steps, byEnd);
  }
}

/** The step whose end let this one begin: the last of its needs, or the one that gave a place back. */
function before(
  step: TimelineStep,
  steps: readonly TimelineStep[],
  byEnd: readonly TimelineStep[],
): TimelineStep | undefined {
  let last: TimelineStep | undefined;
  for (const one of needsThatRan(step, steps)) {
    if (one.finished === undefined) continue;
    if (last === undefined || one.finished > last.finished!) last = one;
  }
  const waited = step.started! - (last?.finished ?? 0);
  if (waited <= NEAR || step.pool === undefined) return last;
  return gaveBack(step, byEnd) ?? last;
}

/** What a step needs, and in place of what was skipped what that needs: a record follows the step that failed. */
function needsThatRan(
  { needs }: TimelineStep,
  steps: readonly TimelineStep[],
): readonly TimelineStep[] {
  const found = new Set(needs);
  for (const need of found) {
    const one = steps[need]!;
    if (one.started === undefined) { for (const next of one.needs) found.add(next); }
  }
  return [...found].map((need) => steps[need]!).filter(({ started }) => started !== undefined);
}

/** The step that held a place in the same limit and ended just before this one began. */
function gaveBack(
  step: TimelineStep,
  byEnd: readonly TimelineStep[],
): TimelineStep | undefined {
  let low = 0, high = byEnd.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (byEnd[middle]!.finished! <= step.started!) low = middle + 1;
    else high = middle;
  }
  for (let i = low - 1; i >= 0; i--) {
    const one = byEnd[i]!;
    if (step.started! - one.finished! > NEAR) return undefined;
    if (one !== step && one.claims.some(({ pool }) => pool === step.pool)) return one;
  }
  return undefined;
}

/**
 * Running a stack's graph to its end, and what comes after a failure.
 *
 * @module
 */
import { parseDuration } from "./duration.ts";
import { failuresOf } from "./failures.ts";
import type { RunOptions, RunResult } from "./run.ts";
import { RUN } from "./steps.ts";
import type { StackSteps, StepSources } from "./steps.ts";
import { hasSucceeded, supervise } from "./supervise.ts";
import type { FailurePolicy } from "./types.ts";
import { changedBy, undo } from "./undo.ts";
import type { UndoResult } from "./undo.ts";

/** What a run needs beside its graph. */
export interface PlannedRun extends RunOptions {
  readonly limits: Readonly<Record<string, number>>;
  /** Names the run. */
  readonly run: string;
  /** Aborted by the first failure that stops the run. */
  readonly failure: AbortController;
}

/** Time for a rollback when neither the run nor the stack says. */
const ROLLBACK_TIMEOUT = 600_000;

/** Runs the graph, and undoes what it changed where a failure asks for that. */
export async function runPlanned(
  planned: StackSteps,
  sources: StepSources,
  options: PlannedRun,
): Promise<RunResult> {
  const { emit, stack } = sources;
  const { now = Date.now, stop, signal, failure, limits: pools } = options;
  const deadline = options.deadline ?? stack.deadline;
  const { outcomes, rollback, late } = await supervise(planned, {
    pools,
    emit,
    now,
    stop,
    signal,
    failure,
    deadline: deadline === undefined ? undefined : parseDuration(deadline),
    policyOf: policiesOf(sources, options.onFailure),
  });
  const ok = late === undefined && hasSucceeded(planned, outcomes);
  const failures = failuresOf(planned, outcomes);
  if (late !== undefined) failures.unshift({ owner: RUN, error: late });
  const undone = ok || !rollback
    ? undefined
    : await rollBack(planned, sources, { ...options, now });
  failures.push(...undone?.failures ?? []);
  const evidence = sources.evidence?.folder;
  return {
    ok,
    outcomes,
    failures,
    ...(undone === undefined ? {} : { rollback: undone }),
    ...(evidence === undefined ? {} : { evidence }),
  };
}

/** What a failure of each release and hook means; of everything else it stops the run. */
function policiesOf(
  { nodes, stack }: StepSources,
  override: FailurePolicy | undefined,
): (owner: string) => FailurePolicy {
  const own = new Map(nodes.map(({ id, node }) => [id, node.onFailure]));
  return (owner) =>
    own.has(owner) ? override ?? own.get(owner) ?? stack.onFailure ?? "stop" : "stop";
}

async function rollBack(
  planned: StackSteps,
  sources: StepSources,
  options: PlannedRun & { readonly now: () => number },
): Promise<UndoResult> {
  const { emit, stack } = sources;
  const changed = changedBy(sources.nodes, planned);
  if (changed.length === 0) return { undone: [], failures: [] };
  const given = options.rollbackTimeout ?? stack.rollbackTimeout;
  const timeout = (given === undefined ? undefined : parseDuration(given)) ?? ROLLBACK_TIMEOUT;
  const { stop, signal, now, limits: pools } = options;
  const began = now();
  const failed = changed.filter(({ result }) => result.outcome === "failed");
  // A part of the time that there is for undoing, which this must not use up.
  await sources.evidence?.save(failed, { signal, timeout: timeout / 2 });
  const evidence = sources.evidence?.folder;
  const releases = changed.map(({ id }) => id);
  emit({
    type: "rollback-started",
    releases,
    ...(evidence === undefined ? {} : { evidence }),
  });
  const left = Math.max(1, timeout - (now() - began));
  return await undo(changed, sources, { pools, now, timeout: left, stop, signal });
}

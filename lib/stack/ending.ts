/**
 * Running a stack's graph to its end, and what comes after a failure.
 *
 * @module
 */
import { CapstanError, isAbort, messageOf } from "../errors.ts";
import { parseDuration } from "./duration.ts";
import { saveEvidence } from "./evidence.ts";
import { failuresOf } from "./failures.ts";
import type { RunOptions, RunResult } from "./run.ts";
import { RUN } from "./steps.ts";
import type { StackSteps, StepSources } from "./steps.ts";
import { anyOf, hasSucceeded, supervise } from "./supervise.ts";
import type { FailurePolicy } from "./types.ts";
import { changedBy, undo } from "./undo.ts";
import type { Changed, UndoResult } from "./undo.ts";

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
  if (ok || !rollback) return { ok, outcomes, failures };
  const undone = await rollBack(planned, sources, { ...options, now });
  failures.push(...undone.rollback.failures);
  return { ok, outcomes, failures, ...undone };
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

interface RolledBack {
  readonly rollback: UndoResult;
  readonly evidence?: string | undefined;
}

async function rollBack(
  planned: StackSteps,
  sources: StepSources,
  options: PlannedRun & { readonly now: () => number },
): Promise<RolledBack> {
  const { emit, stack } = sources;
  const changed = changedBy(sources.nodes, planned);
  if (changed.length === 0) return { rollback: { undone: [], failures: [] } };
  const given = options.rollbackTimeout ?? stack.rollbackTimeout;
  const timeout = (given === undefined ? undefined : parseDuration(given)) ?? ROLLBACK_TIMEOUT;
  const { stop, signal, now, limits: pools } = options;
  const began = now();
  const evidence = await evidenceOf(changed, sources, { ...options, timeout });
  const releases = changed.map(({ id }) => id);
  emit({
    type: "rollback-started",
    releases,
    ...(evidence === undefined ? {} : { evidence }),
  });
  const left = Math.max(1, timeout - (now() - began));
  const rollback = await undo(changed, sources, { pools, now, timeout: left, stop, signal });
  return { rollback, ...(evidence === undefined ? {} : { evidence }) };
}

/** Saves what is known of the releases that failed. That it cannot be had keeps nothing from being undone. */
async function evidenceOf(
  changed: readonly Changed[],
  { clusters, emit }: StepSources,
  { evidence, run, signal, timeout }: PlannedRun & { readonly timeout: number },
): Promise<string | undefined> {
  const failed = changed.filter(({ result }) => result.outcome === "failed");
  if (evidence === undefined || failed.length === 0) return undefined;
  const folder = `${evidence}/${run}`;
  const warn = (message: string) => emit({ type: "warning", message });
  // A part of the time that is there for undoing, which it must not use up.
  const bounded = boundary(Math.min(30_000, timeout / 2));
  try {
    await saveEvidence(failed, {
      folder,
      apiOf: ({ node }) => clusters.contextOf(node).api,
      signal: anyOf(signal, bounded.signal)!,
      warn: (message) => warn(message),
    });
  } catch (error) {
    const why = isAbort(error) ? "interrupted" : messageOf(error);
    warn(`cannot save all evidence in ${folder}: ${why}`);
  } finally {
    bounded.end();
  }
  return folder;
}

function boundary(ms: number): { readonly signal: AbortSignal; readonly end: () => void } {
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(new CapstanError(`it took longer than ${ms / 1000} s`)),
    ms,
  );
  return { signal: controller.signal, end: () => clearTimeout(timer) };
}

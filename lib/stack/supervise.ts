/**
 * Runs the graph and decides what a failure means for the rest.
 *
 * @module
 */
import type { ActionStep } from "../action/steps.ts";
import { stepEvents } from "../action/steps.ts";
import { Deadline } from "../action/deadline.ts";
import type { Emit } from "../events.ts";
import { runSteps } from "../schedule/scheduler.ts";
import type { Outcome, Step } from "../schedule/step.ts";
import type { StackSteps } from "./steps.ts";
import type { FailurePolicy } from "./types.ts";

/** What a run is watched by. */
export interface SuperviseOptions {
  readonly pools: Readonly<Record<string, number>>;
  readonly emit: Emit;
  readonly now: () => number;
  /** Starts nothing new. */
  readonly stop?: AbortSignal | undefined;
  /** Aborts requests. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until requests are aborted. */
  readonly deadline?: number | undefined;
  /** What a failure of each release or hook means. */
  readonly policyOf: (owner: string) => FailurePolicy;
  /** Aborted by the first failure that stops the run. */
  readonly failure: AbortController;
}

/** How a run ended, before anything is undone. */
export interface Supervised {
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** Whether what the run changed shall be undone. */
  readonly rollback: boolean;
  /** Why the run was aborted, when its time was up. */
  readonly late: unknown;
}

/** Runs the graph to its end. */
export async function supervise(
  planned: StackSteps,
  options: SuperviseOptions,
): Promise<Supervised> {
  const { emit, now, stop, signal, failure, policyOf } = options;
  const deadline = new Deadline(options.deadline, "the run");
  const late = deadline.begin();
  const events = stepEvents(emit);
  let rollback = false;
  const decide = (step: Step) => {
    const policy = endOf(step, planned) ? policyOf((step as ActionStep).info.owner) : "continue";
    if (policy === "continue") return;
    if (policy === "rollback") rollback = true;
    failure.abort(new DOMException(`stopped after ${step.id} failed`, "AbortError"));
  };
  try {
    const outcomes = await runSteps(planned.steps, {
      ...events,
      pools: options.pools,
      now,
      signal: anyOf(signal, late),
      stop: anyOf(stop, failure.signal),
      onSettle(step, outcome) {
        events.onSettle?.(step, outcome);
        if (outcome.status === "failed") decide(step);
      },
    });
    const expired = late?.aborted ?? false;
    if (expired) rollback ||= [...planned.last.keys()].some((id) => policyOf(id) === "rollback");
    const interrupted = (stop?.aborted ?? false) || (signal?.aborted ?? false);
    return {
      outcomes,
      rollback: rollback && !interrupted,
      late: expired ? late!.reason : undefined,
    };
  } finally {
    deadline.end();
  }
}

/** Whether a step's failure is its owner's: not while that may be tried again, or may fail. */
function endOf({ id, ...step }: Step, { tried, last, conditions }: StackSteps): boolean {
  if (conditions.has(id)) return true;
  const { owner } = (step as unknown as ActionStep).info;
  return !tried.has(owner) || last.get(owner) === id;
}

/** Whether all has succeeded that had to. */
export function hasSucceeded(
  { steps, last, tried }: StackSteps,
  outcomes: ReadonlyMap<string, Outcome>,
): boolean {
  const ends = new Set(last.values());
  const given = steps.filter(({ id, info }) => ends.has(id) || !tried.has(info.owner));
  return given.every(({ id }) => outcomes.get(id)?.status === "succeeded");
}

/** A signal aborted with the first of these. */
export function anyOf(...signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined {
  const given = signals.filter((signal) => signal !== undefined);
  return given.length < 2 ? given[0] : AbortSignal.any(given);
}

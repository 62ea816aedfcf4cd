/**
 * What is still to come in a run: when it will end, and what each owner that has not begun waits for.
 *
 * @module
 */
import type { StepKind } from "../events.ts";
import type { RunState, StepState } from "./state.ts";

/** What is still to come. */
export interface Outlook {
  /** Milliseconds until the end, as far as the steps' estimates tell; `undefined` when they tell nothing. */
  readonly left: number | undefined;
  /** Owners that are not at work and have steps to run, with what they wait for. */
  readonly waiting: ReadonlyMap<string, Waiting>;
  /** How many wait for what; of several owners that one waits for only the first counts. */
  readonly first: readonly { readonly of: Waiting; readonly count: number }[];
}

/** What an owner waits for. */
export interface Waiting {
  /** Other owners that must finish first; none where it waits for a place. */
  readonly owners: readonly string[];
  /** The limit that it waits for a place in. */
  readonly pool?: string | undefined;
}

/** Looks ahead. Costs as much as there are steps that have not ended. */
export function lookAhead(state: RunState, now: number): Outlook {
  const waiting = waitingOwners(state);
  return { left: timeLeft(state, now), waiting, first: countFirst(waiting.values()) };
}

function countFirst(all: Iterable<Waiting>): { of: Waiting; count: number }[] {
  const counts = new Map<string, { of: Waiting; count: number }>();
  for (const { owners, pool } of all) {
    const of = { owners: owners.slice(0, 1), pool };
    const key = `${of.owners[0] ?? ""}\n${pool ?? ""}`;
    const counted = counts.get(key);
    if (counted === undefined) counts.set(key, { of, count: 1 });
    else counted.count++;
  }
  return [...counts.values()];
}

function* openSteps({ open, owners, steps }: RunState): Generator<StepState> {
  for (const owner of open.keys()) {
    for (const id of owners.get(owner)!) {
      const step = steps.get(id)!;
      if (step.finished === undefined) yield step;
    }
  }
}

/**
 * The longest path through what has not ended, and no less than what all of it takes when as much
 * runs at once as may.
 */
function timeLeft(state: RunState, now: number): number | undefined {
  const open: StepState[] = [];
  const added = new Map<string, string[]>();
  const pace: Pacing = { scales: scalesOf(state), now };
  let known = false, work = 0;
  for (const step of openSteps(state)) {
    open.push(step);
    known ||= step.info.estimate !== undefined;
    work += durationOf(step, pace);
    for (const later of step.info.precedes ?? []) {
      const list = added.get(later);
      if (list === undefined) added.set(later, [step.info.id]);
      else list.push(step.info.id);
    }
  }
  if (!known) return undefined;
  const limit = state.pools["releases"] ?? Infinity;
  const atOnce = Math.max(1, Math.min(limit, state.open.size));
  return Math.max(longestPath(open, { state, added, pace }), work / atOnce);
}

interface Pacing {
  /** What expectations of each kind of step are to be multiplied by. */
  readonly scales: ReadonlyMap<StepKind, number>;
  readonly now: number;
}

/** How the steps of each kind have gone so far, where what was expected counts as one of them. */
function scalesOf({ paces }: RunState): Map<StepKind, number> {
  return new Map(
    [...paces].map(([kind, { steps, took, expected }]) => {
      const mean = expected / steps;
      return [kind, (took + mean) / (expected + mean)];
    }),
  );
}

/** What is still to come of a step. What has taken longer than expected is taken to be at its end. */
function durationOf(
  { info: { kind, estimate = 0 }, started }: StepState,
  { scales, now }: Pacing,
): number {
  const likely = estimate * (scales.get(kind) ?? 1);
  return started === undefined ? likely : Math.max(0, likely - (now - started));
}

interface PathOptions {
  readonly state: RunState;
  /** Steps that were put before others later. */
  readonly added: ReadonlyMap<string, readonly string[]>;
  readonly pace: Pacing;
}

/** Where the way back from a step goes on. */
interface Stop {
  readonly step: StepState;
  readonly needs: readonly (readonly string[])[];
  /** Latest end of the needs seen so far. */
  start: number;
  list: number;
  at: number;
}

/** Each step is visited once, after all that it needs, however long the chains are. */
function longestPath(open: readonly StepState[], { state, added, pace }: PathOptions): number {
  // What is on the way itself ends at 0: events that contradict themselves are no reason to go in circles.
  const ends = new Map<string, number>();
  const way: Stop[] = [];
  const enter = (step: StepState) => {
    const { id, needs } = step.info;
    const later = added.get(id);
    ends.set(id, 0);
    way.push({
      step,
      needs: later === undefined ? [needs] : [needs, later],
      start: 0,
      list: 0,
      at: 0,
    });
  };
  let longest = 0;
  for (const first of open) {
    if (!ends.has(first.info.id)) enter(first);
    while (way.length > 0) {
      const stop = way.at(-1)!;
      const next = nextUnseen(stop, ends, state);
      if (next !== undefined) enter(next);
      else {
        const end = stop.start + durationOf(stop.step, pace);
        ends.set(stop.step.info.id, end);
        longest = Math.max(longest, end);
        way.pop();
      }
    }
  }
  return longest;
}

/** Takes the ends of what a step needs in; stops at what has none yet, and looks there again after. */
function nextUnseen(
  stop: Stop,
  ends: ReadonlyMap<string, number>,
  { steps }: RunState,
): StepState | undefined {
  for (; stop.list < stop.needs.length; stop.list++, stop.at = 0) {
    const list = stop.needs[stop.list]!;
    for (; stop.at < list.length; stop.at++) {
      const need = list[stop.at]!;
      const end = ends.get(need);
      if (end !== undefined) stop.start = Math.max(stop.start, end);
      else {
        const step = steps.get(need);
        if (step !== undefined && step.finished === undefined) return step;
      }
    }
  }
  return undefined;
}

function waitingOwners(state: RunState): Map<string, Waiting> {
  const waiting = new Map<string, Waiting>();
  for (const owner of state.open.keys()) {
    if (state.running.has(owner)) continue;
    let next: Waiting | undefined;
    for (const id of state.owners.get(owner)!) {
      const step = state.steps.get(id)!;
      const found = step.finished === undefined ? waitingOf(state, step) : undefined;
      // The step that waits for fewest others is the one that comes next.
      if (found !== undefined && !(found.owners.length >= (next?.owners.length ?? Infinity))) {
        next = found;
      }
    }
    if (next !== undefined) waiting.set(owner, next);
  }
  return waiting;
}

/** What a step waits for outside its owner; `undefined` when a step of the owner comes before it. */
function waitingOf(state: RunState, { info }: StepState): Waiting | undefined {
  const owners = new Set<string>();
  for (const need of info.needs) {
    const step = state.steps.get(need);
    if (step === undefined || step.finished !== undefined) continue;
    if (step.info.owner === info.owner) return undefined;
    owners.add(step.info.owner);
  }
  return owners.size > 0 ? { owners: [...owners] } : { owners: [], pool: info.claims?.[0]?.pool };
}

/**
 * What is still to come in a run: when it will end, and what each owner that has not begun waits for.
 *
 * @module
 */
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
  let known = false, work = 0;
  for (const step of openSteps(state)) {
    open.push(step);
    known ||= step.info.estimate !== undefined;
    work += durationOf(step, now);
    for (const later of step.info.precedes ?? []) {
      const list = added.get(later);
      if (list === undefined) added.set(later, [step.info.id]);
      else list.push(step.info.id);
    }
  }
  if (!known) return undefined;
  const limit = state.pools["releases"] ?? Infinity;
  const atOnce = Math.max(1, Math.min(limit, state.open.size));
  return Math.max(longestPath(open, { state, added, now }), work / atOnce);
}

/** What has taken longer than expected is taken to be at its end. */
function durationOf({ info: { estimate = 0 }, started }: StepState, now: number): number {
  return started === undefined ? estimate : Math.max(0, estimate - (now - started));
}

interface PathOptions {
  readonly state: RunState;
  /** Steps that were put before others later. */
  readonly added: ReadonlyMap<string, readonly string[]>;
  readonly now: number;
}

/** Most steps are told of after those that they need, so that few passes find the end of each. */
function longestPath(open: readonly StepState[], { state, added, now }: PathOptions): number {
  const ends = new Map<string, number>();
  let longest = 0, left = open;
  while (left.length > 0) {
    const later: StepState[] = [];
    for (const step of left) {
      const { id, needs } = step.info;
      let start = 0;
      for (const list of [needs, added.get(id) ?? []]) {
        for (const need of list) {
          const end = ends.get(need);
          if (end !== undefined) start = Math.max(start, end);
          else if (state.steps.get(need)?.finished === undefined && state.steps.has(need)) {
            start = Infinity;
          }
        }
      }
      if (start === Infinity) later.push(step);
      else {
        const end = start + durationOf(step, now);
        ends.set(id, end);
        longest = Math.max(longest, end);
      }
    }
    // Events that contradict themselves are no reason to go on for ever.
    if (later.length === left.length) return longest;
    left = later;
  }
  return longest;
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

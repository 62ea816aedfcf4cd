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
  return { left: timeLeft(state, now), waiting: waitingOwners(state) };
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
 * runs at once as runs now.
 */
function timeLeft(state: RunState, now: number): number | undefined {
  const before = new Map<string, string[]>();
  const durations = new Map<string, number>();
  let known = false;
  for (const { info, started } of openSteps(state)) {
    known ||= info.estimate !== undefined;
    const estimate = info.estimate ?? 0;
    durations.set(
      info.id,
      // What has taken longer than expected is taken to be at its end.
      started === undefined ? estimate : Math.max(0, estimate - (now - started)),
    );
    addTo(before, info.id, info.needs);
    for (const later of info.precedes ?? []) addTo(before, later, [info.id]);
  }
  if (!known) return undefined;
  const limit = state.pools["releases"] ?? Infinity;
  const work = [...durations.values()].reduce((sum, ms) => sum + ms, 0);
  const atOnce = Math.max(1, Math.min(limit, state.open.size));
  return Math.max(longestPath(durations, before), work / atOnce);
}

function addTo(map: Map<string, string[]>, key: string, values: readonly string[]): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [...values]);
  else list.push(...values);
}

function longestPath(
  durations: ReadonlyMap<string, number>,
  before: ReadonlyMap<string, readonly string[]>,
): number {
  const ends = new Map<string, number>();
  let longest = 0;
  for (const id of durations.keys()) {
    const open = [id];
    while (open.length > 0) {
      const top = open.at(-1)!;
      const needs = (before.get(top) ?? []).filter((need) => durations.has(need));
      const missing = ends.has(top) ? [] : needs.filter((need) => !ends.has(need));
      if (missing.length > 0) {
        open.push(...missing);
        continue;
      }
      const start = Math.max(0, ...needs.map((need) => ends.get(need)!));
      ends.set(top, start + durations.get(top)!);
      longest = Math.max(longest, ends.get(top)!);
      open.pop();
    }
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

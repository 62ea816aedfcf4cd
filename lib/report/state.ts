/**
 * What a run looks like at a moment: a fold over its events, and nothing else.
 *
 * @module
 */
import type { ReleaseOutcome, RunEvent, StepInfo, StepStatus } from "../events.ts";

/** A step as far as the events tell. Times are milliseconds since the epoch. */
export interface StepState {
  readonly info: StepInfo;
  readonly status: "waiting" | "running" | StepStatus;
  readonly started?: number | undefined;
  readonly finished?: number | undefined;
  /** What it last said that it waits for. */
  readonly progress?: string | undefined;
  readonly reason?: string | undefined;
}

/** A release, once it is done. */
export interface ReleaseState {
  readonly release: string;
  readonly namespace: string;
  readonly outcome: ReleaseOutcome;
  readonly revision: number;
  readonly status: string;
  readonly hooks: number;
  readonly reason?: string | undefined;
}

/** A run as far as its events tell. */
export interface RunState {
  readonly stack: string;
  readonly verb: string;
  readonly started: number;
  readonly finished?: number | undefined;
  readonly ok?: boolean | undefined;
  readonly reason?: string | undefined;
  readonly steps: ReadonlyMap<string, StepState>;
  /** Owners of steps in the order in which they appeared, with the ids of their steps. */
  readonly owners: ReadonlyMap<string, readonly string[]>;
  readonly releases: ReadonlyMap<string, ReleaseState>;
}

/**
 * Folds events into a {@linkcode RunState}. The maps are kept and grow, so that an event costs the
 * same at the ten thousandth step as at the first.
 */
export class RunFold {
  readonly #steps = new Map<string, StepState>();
  readonly #owners = new Map<string, string[]>();
  readonly #releases = new Map<string, ReleaseState>();
  #begun = false;
  #run: Omit<RunState, "steps" | "owners" | "releases"> = { stack: "", verb: "", started: 0 };

  /** The state after every event so far. */
  get state(): RunState {
    return { ...this.#run, steps: this.#steps, owners: this.#owners, releases: this.#releases };
  }

  /** Takes one event in. */
  add(event: RunEvent): void {
    // One release's operation has no run around it: its time starts with the first event.
    if (!this.#begun) this.#run = { ...this.#run, started: event.at };
    this.#begun = true;
    switch (event.type) {
      case "run-started":
        this.#run = { stack: event.stack, verb: event.verb, started: event.at };
        break;
      case "step-planned":
        this.#plan(event.step);
        break;
      case "step-started":
        this.#change(event.id, { status: "running", started: event.at });
        break;
      case "step-progress":
        this.#change(event.id, { progress: event.message });
        break;
      case "step-finished":
        this.#change(event.id, {
          status: event.status,
          finished: event.at,
          progress: undefined,
          reason: event.reason,
        });
        break;
      case "release-finished": {
        const { type: _type, at: _at, owner, ...release } = event;
        this.#releases.set(owner, release);
        break;
      }
      case "run-finished":
        this.#run = { ...this.#run, finished: event.at, ok: event.ok, reason: event.reason };
        break;
      case "step-log":
      case "warning":
        break;
    }
  }

  #plan(info: StepInfo): void {
    this.#steps.set(info.id, { info, status: "waiting" });
    const owned = this.#owners.get(info.owner);
    if (owned === undefined) this.#owners.set(info.owner, [info.id]);
    else owned.push(info.id);
  }

  #change(id: string, change: Partial<StepState>): void {
    const step = this.#steps.get(id);
    if (step !== undefined) this.#steps.set(id, { ...step, ...change });
  }
}

/** Milliseconds that the steps of these ids took, added up; those still running do not count. */
export function stepTime(state: RunState, ids: Iterable<string> = state.steps.keys()): number {
  let total = 0;
  for (const id of ids) {
    const { started, finished } = state.steps.get(id)!;
    if (started !== undefined && finished !== undefined) total += finished - started;
  }
  return total;
}

/** From the first start to the last end of an owner's steps, in milliseconds. */
export function ownerTime(state: RunState, owner: string): number {
  let from = Infinity, to = -Infinity;
  for (const id of state.owners.get(owner) ?? []) {
    const { started, finished } = state.steps.get(id)!;
    if (started === undefined || finished === undefined) continue;
    from = Math.min(from, started);
    to = Math.max(to, finished);
  }
  return Math.max(0, to - from);
}

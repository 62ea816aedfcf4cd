/**
 * What a run looks like at a moment: a fold over its events, and nothing else.
 *
 * @module
 */
import type { ReleaseOutcome, RunEvent, StepInfo, StepKind, StepStatus } from "../events.ts";

/** Owner of steps that are of the run as a whole; it shows only while it is at work. */
export const RUN = "run";

/** A step as far as the events tell. Times are milliseconds since the epoch. */
export interface StepState {
  readonly info: StepInfo;
  readonly status: "waiting" | "running" | StepStatus;
  readonly started?: number | undefined;
  readonly finished?: number | undefined;
  /** What it last said that it waits for. */
  readonly progress?: string | undefined;
  /** The last line that it logged. */
  readonly log?: string | undefined;
  /** The last lines that its pod logged, while it runs. */
  readonly tail?: readonly string[] | undefined;
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

/** What the steps of a kind that succeeded took, beside what was expected of them, in milliseconds. */
export interface Pace {
  readonly steps: number;
  readonly took: number;
  readonly expected: number;
}

/** A run as far as its events tell. */
export interface RunState {
  readonly stack: string;
  readonly verb: string;
  readonly started: number;
  readonly finished?: number | undefined;
  readonly ok?: boolean | undefined;
  readonly reason?: string | undefined;
  /** Number of releases that the run is about, where it says so. */
  readonly total?: number | undefined;
  /** Places in each limit. */
  readonly pools: Readonly<Record<string, number>>;
  readonly steps: ReadonlyMap<string, StepState>;
  /** Owners of steps in the order in which they appeared, with the ids of their steps. */
  readonly owners: ReadonlyMap<string, readonly string[]>;
  /** Place of each owner in that order. */
  readonly places: ReadonlyMap<string, number>;
  readonly releases: ReadonlyMap<string, ReleaseState>;
  /** How many releases ended in which way. */
  readonly outcomes: ReadonlyMap<ReleaseOutcome, number>;
  /** Number of steps that have ended, in whatever way. */
  readonly ended: number;
  /** Owners with steps that run, and the ids of those steps. */
  readonly running: ReadonlyMap<string, ReadonlySet<string>>;
  /** Owners with steps that have not ended, and the number of those. */
  readonly open: ReadonlyMap<string, number>;
  /** How the kinds of steps have gone so far. */
  readonly paces: ReadonlyMap<StepKind, Pace>;
}

type RunFacts = Omit<
  RunState,
  | "steps"
  | "owners"
  | "places"
  | "releases"
  | "outcomes"
  | "ended"
  | "running"
  | "open"
  | "pools"
  | "paces"
>;

type Changing<T> = { -readonly [K in keyof T]: T[K] };

/** All fields from the start: steps of one shape are quicker to read. */
function newStep(info: StepInfo): Changing<StepState> {
  return {
    info,
    status: "waiting",
    started: undefined,
    finished: undefined,
    progress: undefined,
    log: undefined,
    tail: undefined,
    reason: undefined,
  };
}

/**
 * Folds events into a {@linkcode RunState}. The maps and steps are kept and change, so that an event costs the
 * same at the ten thousandth step as at the first.
 */
export class RunFold {
  readonly #steps = new Map<string, Changing<StepState>>();
  readonly #owners = new Map<string, string[]>();
  readonly #places = new Map<string, number>();
  readonly #releases = new Map<string, ReleaseState>();
  readonly #outcomes = new Map<ReleaseOutcome, number>();
  readonly #running = new Map<string, Set<string>>();
  readonly #open = new Map<string, number>();
  readonly #paces = new Map<StepKind, Changing<Pace>>();
  readonly #pools: Record<string, number> = {};
  #ended = 0;
  #begun = false;
  #run: RunFacts = { stack: "", verb: "", started: 0 };

  /** The state after every event so far. */
  get state(): RunState {
    return {
      ...this.#run,
      steps: this.#steps,
      owners: this.#owners,
      places: this.#places,
      releases: this.#releases,
      outcomes: this.#outcomes,
      ended: this.#ended,
      running: this.#running,
      open: this.#open,
      pools: this.#pools,
      paces: this.#paces,
    };
  }

  /** Takes one event in. */
  add(event: RunEvent): void {
    // One release's operation has no run around it: its time starts with the first event.
    if (!this.#begun) this.#run = { ...this.#run, started: event.at };
    this.#begun = true;
    switch (event.type) {
      case "run-started": {
        const { stack, verb, at: started, releases: total } = event;
        // A run that is resumed begins once more, and is the same run.
        this.#run = {
          stack,
          verb,
          started: this.#run.stack === "" ? started : this.#run.started,
          total,
        };
        Object.assign(this.#pools, event.pools);
        break;
      }
      case "step-planned":
        this.#plan(event.step);
        break;
      case "step-started":
        this.#start(event.id, event.at);
        break;
      case "step-progress":
        this.#change(event.id, { progress: event.message });
        break;
      case "step-log":
        this.#change(event.id, { log: event.line });
        break;
      case "step-tail":
        this.#change(event.id, { tail: event.lines });
        break;
      case "step-finished":
        this.#finish(event);
        break;
      case "release-finished": {
        const { type: _type, at: _at, owner, ...release } = event;
        const before = this.#releases.get(owner)?.outcome;
        if (before !== undefined) this.#count(before, -1);
        this.#count(release.outcome, 1);
        this.#releases.set(owner, release);
        break;
      }
      case "run-finished":
        this.#run = { ...this.#run, finished: event.at, ok: event.ok, reason: event.reason };
        break;
      case "warning":
      case "retry":
      case "rollback-started":
        break;
    }
  }

  #plan(info: StepInfo): void {
    const before = this.#steps.get(info.id);
    this.#steps.set(info.id, newStep(info));
    if (before !== undefined) return this.#again(before);
    const owned = this.#owners.get(info.owner);
    if (owned === undefined) {
      this.#places.set(info.owner, this.#owners.size);
      this.#owners.set(info.owner, [info.id]);
    } else owned.push(info.id);
    this.#open.set(info.owner, (this.#open.get(info.owner) ?? 0) + 1);
    for (const { pool, limit } of info.claims ?? []) {
      if (limit !== undefined) this.#pools[pool] ??= limit;
    }
  }

  /** A resumed run plans what it was at once more. */
  #again({ info: { id, owner }, finished }: StepState): void {
    this.#running.get(owner)?.delete(id);
    if (this.#running.get(owner)?.size === 0) this.#running.delete(owner);
    if (finished === undefined) return;
    this.#ended--;
    this.#open.set(owner, (this.#open.get(owner) ?? 0) + 1);
  }

  #start(id: string, at: number): void {
    const owner = this.#steps.get(id)?.info.owner;
    if (owner === undefined) return;
    this.#change(id, { status: "running", started: at });
    const running = this.#running.get(owner);
    if (running === undefined) this.#running.set(owner, new Set([id]));
    else running.add(id);
  }

  #finish({ id, status, at, reason }: RunEvent & { type: "step-finished" }): void {
    const step = this.#steps.get(id);
    if (step === undefined || step.finished !== undefined) return;
    const { owner } = step.info;
    this.#change(id, { status, finished: at, progress: undefined, tail: undefined, reason });
    if (status === "succeeded") this.#learn(step.info, at - (step.started ?? at));
    this.#ended++;
    const running = this.#running.get(owner);
    running?.delete(id);
    if (running?.size === 0) this.#running.delete(owner);
    const open = this.#open.get(owner)! - 1;
    if (open === 0) this.#open.delete(owner);
    else this.#open.set(owner, open);
  }

  #learn({ kind, estimate = 0 }: StepInfo, took: number): void {
    if (estimate === 0) return;
    const pace = this.#paces.get(kind);
    if (pace === undefined) {
      return void this.#paces.set(kind, { steps: 1, took, expected: estimate });
    }
    pace.steps++;
    pace.took += took;
    pace.expected += estimate;
  }

  #count(outcome: ReleaseOutcome, by: number): void {
    const count = (this.#outcomes.get(outcome) ?? 0) + by;
    if (count === 0) this.#outcomes.delete(outcome);
    else this.#outcomes.set(outcome, count);
  }

  #change(id: string, change: Partial<StepState>): void {
    const step = this.#steps.get(id);
    if (step !== undefined) Object.assign(step, change);
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

/**
 * From the first start to the last end of an owner's steps, in milliseconds. Rendering, which all releases do at
 * the start however late their turn comes, counts only where there is nothing else.
 */
export function ownerTime(state: RunState, owner: string): number {
  const ended = (state.owners.get(owner) ?? []).map((id) => state.steps.get(id)!).filter((step) =>
    step.started !== undefined && step.finished !== undefined
  );
  const work = ended.filter(({ info }) => info.kind !== "render");
  let from = Infinity, to = -Infinity;
  for (const { started, finished } of work.length > 0 ? work : ended) {
    from = Math.min(from, started!);
    to = Math.max(to, finished!);
  }
  return Math.max(0, to - from);
}

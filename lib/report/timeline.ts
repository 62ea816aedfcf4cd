/**
 * A run's timeline, worked out from its events: when each step ran, what it waited for, which steps
 * made the run as long as it was, and how full each limit was.
 *
 * @module
 */
import type { ReleaseOutcome, RunEvent, StepClaim, StepKind, StepStatus } from "../events.ts";
import { markCritical } from "./critical.ts";
import { occupancyOf } from "./occupancy.ts";
import type { Occupancy } from "./occupancy.ts";
import { turnText } from "./turns.ts";

/** A step. Times are milliseconds since the run's start; absent where it has not come to that. */
export interface TimelineStep {
  readonly id: string;
  /** Place of its owner in {@linkcode Timeline.owners}. */
  readonly owner: number;
  readonly kind: StepKind;
  readonly title: string;
  /** Places of the steps that came first. */
  needs: readonly number[];
  readonly claims: readonly StepClaim[];
  status: "waiting" | "running" | StepStatus;
  /** When all that came first had ended. */
  ready?: number;
  started?: number;
  finished?: number;
  reason?: string;
  /** Whether the run would have been shorter without it. */
  critical?: boolean;
  /** Where it was ready before it started: the limit that it waited for a place in. */
  pool?: string;
  /** What it said that it waits for, and when: the last of it. */
  progress?: [at: number, message: string][];
  /** The last lines that it logged. */
  log?: string[];
  /** The last lines so far, while it runs. */
  tail?: readonly string[];
  /** What else there is to see of its failure. */
  details?: string;
}

/** A release, a stack hook, or the run as a whole. */
export interface TimelineOwner {
  readonly name: string;
  /** Places of its steps, as they were planned. */
  readonly steps: number[];
  namespace?: string;
  outcome?: ReleaseOutcome;
  revision?: number;
  reason?: string;
}

/** Everything that the page of a run shows. */
export interface Timeline {
  readonly run: string;
  readonly stack: string;
  readonly verb: string;
  /** Milliseconds since the epoch. */
  readonly started: number;
  /** Milliseconds from start to end, or to the last event so far. */
  readonly length: number;
  /** Absent while it runs, or where it died. */
  readonly ok?: boolean;
  readonly reason?: string;
  readonly owners: readonly TimelineOwner[];
  readonly steps: readonly TimelineStep[];
  readonly pools: readonly Occupancy[];
  readonly warnings: readonly {
    readonly at: number;
    readonly owner?: string;
    readonly message: string;
  }[];
}

/** Kept of what each step says; the last of it is what tells why it failed. */
const MOST_LINES = 200, MOST_MESSAGES = 50;

/** Builds a {@linkcode Timeline} from events, which may end in the middle of the run. */
export class TimelineBuilder {
  readonly #steps: TimelineStep[] = [];
  readonly #needs: (readonly string[])[] = [];
  readonly #precedes: [earlier: number, later: string][] = [];
  readonly #owners: TimelineOwner[] = [];
  readonly #places = new Map<string, number>();
  readonly #ownerPlaces = new Map<string, number>();
  readonly #limits: Record<string, number> = {};
  readonly #warnings: Timeline["warnings"][number][] = [];
  #head = { run: "", stack: "", verb: "", started: NaN };
  #end: { ok?: boolean; reason?: string } = {};
  #last = 0;

  /** Takes one event in. */
  add(event: RunEvent): void {
    if (Number.isNaN(this.#head.started)) this.#head.started = event.at;
    const at = event.at - this.#head.started;
    this.#last = Math.max(this.#last, at);
    switch (event.type) {
      case "run-started": {
        const { run, stack, verb } = event;
        // A run that was resumed begins again, and goes on.
        this.#head = { run, stack, verb, started: this.#head.started };
        Object.assign(this.#limits, event.pools);
        break;
      }
      case "step-planned":
        this.#plan(event.step);
        break;
      case "release-finished": {
        const { owner, namespace, outcome, revision, reason } = event;
        Object.assign(this.#owner(owner), { namespace, outcome, revision }, reason && { reason });
        break;
      }
      case "warning": {
        const { message, owner } = event;
        this.#warnings.push({ at, message, ...(owner === undefined ? {} : { owner }) });
        break;
      }
      case "retry":
      case "rollback-started":
        this.#warnings.push({ at, message: turnText(event) });
        break;
      case "run-finished":
        this.#end = {
          ok: event.ok,
          ...(event.reason === undefined ? {} : { reason: event.reason }),
        };
        break;
      default:
        this.#stepEvent(event, at);
    }
  }

  /** The timeline of all events so far. */
  build(): Timeline {
    for (const [place, step] of this.#steps.entries()) {
      step.needs = this.#needs[place]!.flatMap((need) => this.#places.get(need) ?? []);
    }
    for (const [earlier, later] of this.#precedes) {
      const found = this.#steps[this.#places.get(later) ?? -1];
      if (found !== undefined) found.needs = [...found.needs, earlier];
    }
    for (const step of this.#steps) markReady(step, this.#steps);
    markCritical(this.#steps);
    return {
      ...this.#head,
      length: this.#last,
      ...this.#end,
      owners: this.#owners,
      steps: this.#steps,
      pools: occupancyOf(this.#steps, this.#limits, this.#last),
      warnings: this.#warnings,
    };
  }

  #plan({ id, owner, kind, title, needs, precedes = [], claims = [] }: PlannedStep): void {
    if (this.#places.has(id)) return;
    const place = this.#steps.length;
    this.#places.set(id, place);
    this.#owner(owner).steps.push(place);
    const at = this.#ownerPlaces.get(owner)!;
    this.#steps.push({ id, owner: at, kind, title, needs: [], claims, status: "waiting" });
    // Steps are told of in any order: names become places when all are there.
    this.#needs.push(needs);
    for (const later of precedes) this.#precedes.push([place, later]);
  }

  #owner(name: string): TimelineOwner {
    const known = this.#ownerPlaces.get(name);
    if (known !== undefined) return this.#owners[known]!;
    const owner: TimelineOwner = { name, steps: [] };
    this.#ownerPlaces.set(name, this.#owners.length);
    this.#owners.push(owner);
    return owner;
  }

  #stepEvent(event: StepEvent, at: number): void {
    const step = this.#steps[this.#places.get(event.id) ?? -1];
    if (step === undefined) return;
    switch (event.type) {
      case "step-started":
        step.status = "running";
        step.started = at;
        delete step.finished;
        delete step.reason;
        delete step.details;
        break;
      case "step-progress":
        (step.progress ??= []).push([at, event.message]);
        if (step.progress.length > MOST_MESSAGES) step.progress.shift();
        break;
      case "step-log":
        (step.log ??= []).push(event.line);
        if (step.log.length > MOST_LINES) step.log.shift();
        break;
      case "step-tail":
        step.tail = event.lines;
        break;
      case "step-finished":
        step.status = event.status;
        step.finished = at;
        delete step.tail;
        if (event.details !== undefined) step.details = event.details;
        if (event.reason !== undefined) step.reason = event.reason;
        break;
    }
  }
}

type PlannedStep = (RunEvent & { type: "step-planned" })["step"];
type StepEvent = Extract<
  RunEvent,
  { type: "step-started" | "step-progress" | "step-log" | "step-tail" | "step-finished" }
>;

/** When a step could have started, and the limit that kept it from it. */
function markReady(step: TimelineStep, steps: readonly TimelineStep[]): void {
  let ready = 0;
  for (const need of step.needs) {
    const { finished } = steps[need]!;
    if (finished === undefined) return;
    ready = Math.max(ready, finished);
  }
  step.ready = ready;
  const waited = (step.started ?? step.finished ?? Infinity) - ready;
  const [claim] = step.claims;
  delete step.pool;
  if (step.started !== undefined && waited > 5 && claim !== undefined) step.pool = claim.pool;
}

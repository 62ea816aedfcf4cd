/**
 * Shows a run while it goes: a live picture on a terminal, plain lines elsewhere.
 *
 * @module
 */
import type { RunEvent } from "../events.ts";
import { ActionsLog } from "./actions_log.ts";
import { eventLine } from "./lines.ts";
import { lookAhead } from "./outlook.ts";
import type { Outlook } from "./outlook.ts";
import { Screen } from "./screen.ts";
import type { Size } from "./screen.ts";
import { RunFold } from "./state.ts";
import type { RunState } from "./state.ts";
import { renderFrame } from "./terminal.ts";

/** Where a report goes. */
export interface ReportTarget {
  readonly write: (text: string) => void;
  readonly color: boolean;
  /** Size of the terminal now; `undefined` when it is none. */
  readonly size?: (() => Size) | undefined;
  readonly now: () => number;
  /** Lines as GitHub Actions folds and marks them. @default {false} */
  readonly actions?: boolean | undefined;
}

/** Whether a run is shown as a picture that changes, and not as lines. */
export function isPictured({ size, actions }: Pick<ReportTarget, "size" | "actions">): boolean {
  return size !== undefined && !actions;
}

/** Milliseconds between two pictures: often enough to look alive. */
const FRAME_EVERY = 100;
/** The shares of the time that pictures and looks ahead may take: of large runs there are fewer. */
const PICTURES = 0.002, LOOKS = 0.0007;

/** Milliseconds after which there is another picture, whatever it costs: a run is seen to go on. */
const AT_LEAST_EVERY = 2500;

/** Steps of a run that costs nothing to look ahead in. */
const SMALL = 500;

/** When something may be done again, by what it takes. */
class Pace {
  readonly #share: number;
  readonly #longest: number;
  #next = 0;
  /** Milliseconds that it takes, without what only the first times take. */
  #cost = 0.2;

  constructor(share: number, longest = Infinity) {
    this.#share = share;
    this.#longest = longest;
  }

  get due(): boolean {
    return performance.now() >= this.#next;
  }

  run<T>(work: () => T): T {
    const started = performance.now();
    const result = work();
    const ended = performance.now();
    this.#cost = Math.min(ended - started, 2 * this.#cost);
    this.#next = ended + Math.min(this.#cost / this.#share, this.#longest);
    return result;
  }
}

/** Takes a run's events and shows them. Call {@linkcode Progress.close} when the run has ended. */
export class Progress {
  readonly #target: ReportTarget;
  readonly #fold = new RunFold();
  readonly #screen: Screen | undefined;
  readonly #actions: ActionsLog | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  readonly #pictures = new Pace(PICTURES, AT_LEAST_EVERY);
  readonly #looks = new Pace(LOOKS);
  #outlook: { readonly at: number; readonly value: Outlook } | undefined;
  #changed = false;
  #second = 0;

  constructor(target: ReportTarget) {
    this.#target = target;
    if (target.actions) {
      this.#actions = new ActionsLog((line) => target.write(`${line}\n`));
    } else if (isPictured(target)) {
      this.#screen = new Screen(target.write);
      this.#timer = setInterval(() => this.#tick(), FRAME_EVERY);
    }
  }

  /** Shows one event. */
  add(event: RunEvent): void {
    this.#fold.add(event);
    this.#changed = true;
    if (this.#actions !== undefined) return this.#actions.add(event, this.#fold.state);
    if (this.#screen !== undefined && !staysOnTerminal(event, this.#fold.state)) return;
    const line = eventLine(event, this.#fold.state, this.#target);
    if (line === undefined) return;
    if (this.#screen === undefined) this.#target.write(`${line}\n`);
    else this.#screen.print(line, this.#target.size!());
  }

  /** Ends the live picture and stops its timer. */
  close(): void {
    clearInterval(this.#timer);
    this.#screen?.clear(this.#target.size!());
    this.#actions?.close();
  }

  /** Draws when something has happened, or the second that is shown has changed. */
  #tick(): void {
    const now = this.#target.now();
    const second = Math.floor(now / 1000);
    const { state } = this.#fold;
    if (state.owners.size === 0 || !this.#pictures.due) return;
    if (!this.#changed && second === this.#second) return;
    const outlook = this.#lookAhead(now);
    this.#changed = false;
    this.#second = second;
    const size = this.#target.size!();
    const frame = { ...size, color: this.#target.color, now };
    this.#pictures.run(() => this.#screen!.draw(renderFrame(state, frame, outlook), size));
  }

  /** What is to come, as of the last look; the time left goes down from there. */
  #lookAhead(now: number): Outlook {
    const { state } = this.#fold;
    const due = this.#looks.due || state.steps.size <= SMALL;
    if (this.#outlook === undefined || (this.#changed && due)) {
      this.#outlook = { at: now, value: this.#looks.run(() => lookAhead(state, now)) };
    }
    const { at, value } = this.#outlook;
    if (value.left === undefined || at === now) return value;
    return { ...value, left: Math.max(0, value.left - (now - at)) };
  }
}

/** What is printed for good although a picture is shown: what someone asked for, and what went wrong. */
function staysOnTerminal(event: RunEvent, { steps }: RunState): boolean {
  switch (event.type) {
    case "step-log":
    case "warning":
    case "retry":
    case "rollback-started":
      return true;
    case "step-finished":
      // What a chart's hook failed of is said of its release.
      return event.status === "failed" && steps.get(event.id)?.info.kind === "run";
    case "release-finished":
      return event.outcome === "failed" || event.outcome === "rolled-back";
    default:
      return false;
  }
}

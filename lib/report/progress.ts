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

/** Milliseconds between two pictures: often enough to look alive, seldom enough to cost nothing. */
const FRAME_EVERY = 100;
/** Milliseconds between two looks ahead, which cost more than a picture. */
const LOOK_EVERY = 1_000;

/** Takes a run's events and shows them. Call {@linkcode Progress.close} when the run has ended. */
export class Progress {
  readonly #target: ReportTarget;
  readonly #fold = new RunFold();
  readonly #screen: Screen | undefined;
  readonly #actions: ActionsLog | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #outlook: { readonly at: number; readonly ended: number; readonly value: Outlook } | undefined;
  #changed = false;
  #second = 0;

  constructor(target: ReportTarget) {
    this.#target = target;
    if (target.actions) {
      this.#actions = new ActionsLog((line) => target.write(`${line}\n`));
    } else if (target.size !== undefined) {
      this.#screen = new Screen(target.write);
      this.#timer = setInterval(() => this.#tick(), FRAME_EVERY);
    }
  }

  /** Shows one event. */
  add(event: RunEvent): void {
    this.#fold.add(event);
    this.#changed = true;
    if (this.#actions !== undefined) return this.#actions.add(event, this.#fold.state);
    if (this.#screen !== undefined && !staysOnTerminal(event)) return;
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
    if (!this.#changed && second === this.#second) return;
    this.#changed = false;
    this.#second = second;
    const { state } = this.#fold;
    if (state.owners.size === 0) return;
    const size = this.#target.size!();
    const frame = { ...size, color: this.#target.color, now };
    this.#screen!.draw(renderFrame(state, frame, this.#lookAhead(now)), size);
  }

  #lookAhead(now: number): Outlook {
    const { state } = this.#fold;
    const last = this.#outlook;
    const fresh = last !== undefined && now - last.at < LOOK_EVERY &&
      (last.ended === state.ended || state.steps.size > 500);
    if (!fresh) this.#outlook = { at: now, ended: state.ended, value: lookAhead(state, now) };
    return this.#outlook!.value;
  }
}

/** What is printed for good although a picture is shown: what someone asked for, and what went wrong. */
function staysOnTerminal(event: RunEvent): boolean {
  switch (event.type) {
    case "step-log":
    case "warning":
      return true;
    case "step-finished":
      return event.status === "failed";
    case "release-finished":
      return event.outcome === "failed" || event.outcome === "rolled-back";
    default:
      return false;
  }
}

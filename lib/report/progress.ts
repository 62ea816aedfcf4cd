/**
 * Shows a run while it goes: a live picture on a terminal, plain lines elsewhere.
 *
 * @module
 */
import type { RunEvent } from "../events.ts";
import { eventLine } from "./lines.ts";
import { RunFold } from "./state.ts";
import { renderFrame } from "./terminal.ts";

/** Where a report goes. */
export interface ReportTarget {
  readonly write: (text: string) => void;
  readonly color: boolean;
  /** Size of the terminal now; `undefined` when it is none. */
  readonly size?: (() => { readonly columns: number; readonly rows: number }) | undefined;
  readonly now: () => number;
}

/** Milliseconds between two pictures: often enough to look alive, seldom enough to cost nothing. */
const FRAME_EVERY = 80;

/** Takes a run's events and shows them. Call {@linkcode Progress.close} when the run has ended. */
export class Progress {
  readonly #target: ReportTarget;
  readonly #fold = new RunFold();
  #drawn = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(target: ReportTarget) {
    this.#target = target;
    if (target.size !== undefined) this.#timer = setInterval(() => this.#draw(), FRAME_EVERY);
  }

  /** Shows one event. */
  add(event: RunEvent): void {
    this.#fold.add(event);
    const line = eventLine(event, this.#fold.state, this.#target);
    if (line !== undefined) this.#above(line);
  }

  /** Ends the live picture and stops its timer. */
  close(): void {
    this.#clear();
    clearInterval(this.#timer);
  }

  /** Prints a line that stays, above the picture. */
  #above(line: string): void {
    this.#clear();
    this.#target.write(`${line}\n`);
  }

  #draw(): void {
    const size = this.#target.size!();
    const lines = renderFrame(this.#fold.state, {
      ...size,
      color: this.#target.color,
      now: this.#target.now(),
    });
    const up = this.#drawn > 0 ? `\x1b[${this.#drawn}A` : "";
    this.#target.write(`${up}${lines.map((line) => `\r\x1b[K${line}\n`).join("")}\x1b[J`);
    this.#drawn = lines.length;
  }

  #clear(): void {
    if (this.#drawn === 0) return;
    this.#target.write(`\x1b[${this.#drawn}A\r\x1b[J`);
    this.#drawn = 0;
  }
}

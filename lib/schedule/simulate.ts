/**
 * Running a graph on a clock of its own: the same scheduler, and no time passes.
 *
 * @module
 */
import { runSteps } from "./scheduler.ts";
import type { Step } from "./step.ts";

/** A step of which only the time is known. */
export interface TimedStep extends Omit<Step, "run"> {
  /** Milliseconds that it takes. */
  readonly duration: number;
}

/** Options of {@linkcode simulate}. */
export interface SimulateOptions {
  /** Limits of the pools by name. @default {{}} */
  readonly pools?: Readonly<Record<string, number>> | undefined;
  /** Gives up. */
  readonly signal?: AbortSignal | undefined;
}

/** Turns of the event queue in which whatever a step's end unblocks has begun. */
const TURNS = 64;

/** How many milliseconds a graph takes when each step takes the time that is given. */
export async function simulate(
  steps: readonly TimedStep[],
  { pools, signal }: SimulateOptions = {},
): Promise<number> {
  return await onVirtualClock(async (clock) => {
    const timed = steps.map(({ duration, ...step }) => ({
      ...step,
      run: () => clock.sleep(duration),
    }));
    await runSteps(timed, { pools, signal, now: () => clock.now });
    return clock.now;
  });
}

/** Runs `work`, whose only waits are for the clock, until it ends or nobody sleeps any more. */
export async function onVirtualClock<T>(
  work: (clock: Pick<VirtualClock, "now" | "sleep">) => Promise<T>,
): Promise<T> {
  const clock = new VirtualClock();
  let ended = false;
  const result = work(clock).finally(() => ended = true);
  while (!ended) {
    for (let turn = 0; turn < TURNS && !ended; turn++) await Promise.resolve();
    if (!ended && !clock.advance()) break;
  }
  return await result;
}

/** A clock that moves on when it is told to. */
export class VirtualClock {
  now = 0;
  #sleeping: { readonly at: number; readonly wake: () => void }[] = [];

  sleep(duration: number): Promise<void> {
    return new Promise((wake) => this.#sleeping.push({ at: this.now + duration, wake }));
  }

  /** To the next one that wakes up; `false` where nobody sleeps. */
  advance(): boolean {
    if (this.#sleeping.length === 0) return false;
    this.now = this.#sleeping.reduce((least, { at }) => Math.min(least, at), Infinity);
    const due = this.#sleeping.filter(({ at }) => at <= this.now);
    this.#sleeping = this.#sleeping.filter(({ at }) => at > this.now);
    for (const { wake } of due) wake();
    return true;
  }
}

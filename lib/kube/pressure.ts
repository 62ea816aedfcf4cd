/**
 * How many requests may be in flight to one API server, learnt from how it copes.
 *
 * @module
 */

/** Options for {@linkcode Pressure}. */
export interface PressureOptions {
  /** Most requests in flight. Below the 100 streams that an HTTP/2 connection may hold. @default {64} */
  readonly max?: number | undefined;
  /** Milliseconds since any fixed time. */
  readonly now: () => number;
}

/** What became of a request, as far as the server's load is concerned. */
export type Outcome = "answered" | "overloaded";

/** Milliseconds in which at most one reduction is made, so that one burst of 429 counts once. */
const WINDOW = 250;

/**
 * Additive increase, multiplicative decrease: the limit is halved on 429 and the like, lowered by a
 * tenth when answers take many times longer than the server at its best, and grows by one for every
 * full round of good answers. Waiters are served in order.
 */
export class Pressure {
  readonly #max: number;
  readonly #now: () => number;
  #limit: number;
  #inFlight = 0;
  #lowered = -Infinity;
  #best = Infinity;
  #smoothed = 0;
  /** A set keeps order and forgets an aborted waiter at once. */
  readonly #waiting = new Set<() => void>();

  constructor(options: PressureOptions) {
    this.#max = options.max ?? 64;
    this.#now = options.now;
    this.#limit = this.#max;
  }

  /** Requests that may be in flight at this moment. */
  get limit(): number {
    return Math.max(1, Math.floor(this.#limit));
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Takes a slot, waiting for one if need be. Throws the signal's reason when aborted. */
  acquire(signal?: AbortSignal): Promise<void> | void {
    if (signal?.aborted) throw signal.reason;
    if (this.#inFlight < this.limit && this.#waiting.size === 0) {
      this.#inFlight++;
      return;
    }
    return this.#queue(signal);
  }

  /** Gives the slot back. `took` is how long the server needed, in milliseconds. */
  release(outcome: Outcome, took: number): void {
    this.#inFlight--;
    this.#learn(outcome, took);
    while (this.#inFlight < this.limit && this.#waiting.size > 0) {
      const [next] = this.#waiting;
      this.#waiting.delete(next!);
      this.#inFlight++;
      next!();
    }
  }

  #queue(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting;
      function granted(): void {
        signal?.removeEventListener("abort", aborted);
        resolve();
      }
      function aborted(): void {
        waiting.delete(granted);
        reject(signal!.reason);
      }
      waiting.add(granted);
      signal?.addEventListener("abort", aborted, { once: true });
    });
  }

  #learn(outcome: Outcome, took: number): void {
    if (outcome === "overloaded") return this.#lower(0.5);
    this.#best = Math.min(this.#best, took);
    this.#smoothed = this.#smoothed === 0 ? took : this.#smoothed * 0.9 + took * 0.1;
    // Half a second is slow for a server that can do better; below it nobody is overloaded.
    if (this.#smoothed > 500 && this.#smoothed > this.#best * 8) return this.#lower(0.9);
    this.#limit = Math.min(this.#max, this.#limit + 1 / this.#limit);
  }

  #lower(factor: number): void {
    const now = this.#now();
    if (now - this.#lowered < WINDOW) return;
    this.#lowered = now;
    this.#limit = Math.max(1, this.#limit * factor);
  }
}

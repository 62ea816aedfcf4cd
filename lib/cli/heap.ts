/**
 * Keeping the memory of a run near what it needs.
 *
 * V8 lets a heap grow to some four times of what was alive when it last looked, which for a run of a
 * thousand releases is mostly what requests have left behind. No option of a running program changes
 * that. But memory outside of the heap counts as well: a large buffer, asked for and dropped at once,
 * has V8 look earlier. Its pages are never touched, so it costs nothing itself.
 *
 * @module
 */

/** Bytes of the buffer: twice what V8 lets such memory grow before it looks. */
const BUFFER = 128 << 20;
/** Below this the heap is left alone. */
const SMALL = 34e6;
/** How much the heap may grow over what was alive. */
const GROWTH = 1.8;

/** V8 begins to look when it is asked, and goes on when it is asked again: how often that is worth it. */
const PATIENCE = 16;

/** Options of {@linkcode HeapWatch}. */
export interface HeapWatchOptions {
  /** Bytes of the heap in use. */
  readonly used?: (() => number) | undefined;
  /** Has V8 look for what is not used any more. */
  readonly collect?: (() => void) | undefined;
}

/** Has what is not used any more collected when the heap has grown by four fifths. */
export class HeapWatch {
  readonly #used: () => number;
  readonly #collect: () => void;
  /** The least that was in use since it was last collected. */
  #floor = SMALL / GROWTH;
  /** How often it was asked for since there was last room. */
  #asked = 0;

  constructor({ used, collect }: HeapWatchOptions = {}) {
    this.#used = used ?? (() => Deno.memoryUsage().heapUsed);
    this.#collect = collect ?? (() => void new ArrayBuffer(BUFFER));
  }

  /** To be called now and then. */
  look(): void {
    const used = this.#used();
    this.#floor = Math.min(this.#floor, used);
    if (used < SMALL || used < this.#floor * GROWTH) {
      this.#asked = 0;
      return;
    }
    this.#collect();
    if (++this.#asked < PATIENCE) return;
    // Where nothing can be collected, this much is needed.
    this.#asked = 0;
    this.#floor = used;
  }
}

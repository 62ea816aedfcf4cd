/**
 * What many ask in the same moment, asked for once.
 *
 * @module
 */

/** Answers several questions at once. What is not in the map has the answer `undefined`. */
export type AskAll<V> = (
  keys: readonly string[],
  signal: AbortSignal,
) => Promise<ReadonlyMap<string, V>>;

/** Somebody who waits for an answer. */
interface Waiter<V> {
  readonly key: string;
  readonly resolve: (value: V | undefined) => void;
  readonly reject: (reason: unknown) => void;
  /** Called when he gives up; asks whether a request still makes sense. */
  gone: () => void;
}

/** Most questions of one request: their names may go into its address. */
const MOST = 100;

/**
 * Gathers what is asked until the program comes to rest for a moment, and asks for all of it. An
 * answer is therefore never older than its question. Who gives up leaves the others alone; a request
 * ends when nobody is left.
 */
export class Together<V> {
  readonly #askAll: AskAll<V>;
  readonly #waiting = new Set<Waiter<V>>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(askAll: AskAll<V>) {
    this.#askAll = askAll;
  }

  /** The answer for a key. @throws the signal's reason, or why the request failed. */
  async ask(key: string, signal?: AbortSignal): Promise<V | undefined> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<V | undefined>();
    const waiter: Waiter<V> = { key, resolve, reject, gone: () => this.#leave(waiter) };
    this.#waiting.add(waiter);
    this.#timer ??= setTimeout(() => this.#askWaiting(), 0);
    function abort(): void {
      reject(signal!.reason);
      waiter.gone();
    }
    signal?.addEventListener("abort", abort, { once: true });
    try {
      return await promise;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  #leave(waiter: Waiter<V>): void {
    this.#waiting.delete(waiter);
    if (this.#waiting.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #askWaiting(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    this.#timer = undefined;
    for (let i = 0; i < waiting.length; i += MOST) this.#request(waiting.slice(i, i + MOST));
  }

  async #request(waiters: readonly Waiter<V>[]): Promise<void> {
    const nobody = new AbortController();
    let left = waiters.length;
    for (const waiter of waiters) waiter.gone = () => --left === 0 && nobody.abort();
    try {
      const keys = new Set(waiters.map(({ key }) => key));
      const found = await this.#askAll([...keys], nobody.signal);
      for (const { key, resolve } of waiters) resolve(found.get(key));
    } catch (error) {
      for (const { reject } of waiters) reject(error);
    }
  }
}

/**
 * Trying again, with growing pauses.
 *
 * @module
 */

/** How often and how patiently to try. */
export interface RetryOptions {
  /** Tries in all. @default {5} */
  readonly attempts?: number | undefined;
  /** Longest pause before the second try, in milliseconds; it doubles with each further try. @default {200} */
  readonly delay?: number | undefined;
  /** The pause does not grow beyond this, in milliseconds. @default {10_000} */
  readonly maxDelay?: number | undefined;
  /**
   * Whether another try may help, or how many milliseconds to wait before it (as a server's
   * Retry-After says; this is neither shortened nor jittered). @default always
   */
  readonly when?:
    | ((error: unknown) => boolean | number | Promise<boolean | number>)
    | undefined;
  /** Called before each pause. */
  readonly onRetry?: ((error: unknown, attempt: number, pause: number) => void) | undefined;
  /** Stops waiting and trying. */
  readonly signal?: AbortSignal | undefined;
  /** Random numbers in [0, 1), for the jitter. @default {Math.random} */
  readonly random?: (() => number) | undefined;
  /** Waits. @default a timer */
  readonly sleep?:
    | ((milliseconds: number, signal: AbortSignal | undefined) => Promise<void>)
    | undefined;
}

/**
 * Calls `work` until it succeeds, `attempts` are used up, `when` says no, or the signal is aborted;
 * then the last error is thrown. Each pause is between half and the whole of a bound that doubles,
 * so that many who failed together do not come back together.
 *
 * @example Usage
 * ```ts
 * import { retry } from "@capstan/capstan";
 *
 * let calls = 0;
 * const answer = await retry(() => {
 *   if (++calls < 3) throw new Error("not yet");
 *   return 42;
 * }, { delay: 1 });
 * if (answer !== 42 || calls !== 3) throw new Error("never");
 * ```
 */
export async function retry<T>(
  work: (attempt: number) => Promise<T> | T,
  options: RetryOptions = {},
): Promise<T> {
  const { attempts = 5, onRetry, signal, sleep = sleepFor } = options;
  if (!Number.isInteger(attempts) || attempts < 1) {
    throw new RangeError(`attempts must be a positive integer: got ${attempts}`);
  }
  for (let attempt = 1;; attempt++) {
    signal?.throwIfAborted();
    try {
      return await work(attempt);
    } catch (error) {
      if (attempt === attempts || signal?.aborted) throw error;
      const pause = await pauseBefore(error, attempt, options);
      if (pause === undefined) throw error;
      onRetry?.(error, attempt, pause);
      await sleep(pause, signal);
    }
  }
}

/** Milliseconds to wait after a failed try; `undefined` when another would not help. */
export async function pauseBefore(
  error: unknown,
  attempt: number,
  { delay = 200, maxDelay = 10_000, when, random = Math.random, signal }: Pick<
    RetryOptions,
    "delay" | "maxDelay" | "when" | "random" | "signal"
  >,
): Promise<number | undefined> {
  const answer = when?.(error) ?? true;
  const verdict = answer instanceof Promise ? await orAborted(answer, signal) : answer;
  if (verdict === false) return undefined;
  const bound = Math.min(maxDelay, delay * 2 ** (attempt - 1));
  return typeof verdict === "number" ? verdict : bound * (1 + random()) / 2;
}

/** What a promise comes to; throws the signal's reason when that is aborted first. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/** Waits; throws the signal's reason when that is aborted first. */
export function sleepFor(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

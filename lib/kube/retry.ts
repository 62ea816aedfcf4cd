/**
 * When to try again, and after how long.
 *
 * @module
 */

import { ApiError } from "./errors.ts";

/** How often and how patiently a transient failure is met. */
export interface RetryPolicy {
  /** Tries in all, the first included. @default {8} */
  readonly attempts: number;
  /** Milliseconds before the second try; doubled for each further one. @default {200} */
  readonly base: number;
  /** Most milliseconds between two tries, unless the server asks for more. @default {10_000} */
  readonly cap: number;
}

/** About 20 seconds of patience: as long as an API server takes to restart. */
export const DEFAULT_RETRY: RetryPolicy = { attempts: 8, base: 200, cap: 10_000 };

/** What is told of a try that failed and is repeated. */
export interface Retry {
  /** The try that failed, from 1. */
  readonly attempt: number;
  /** Milliseconds until the next one. */
  readonly delay: number;
  /** Why the try failed. */
  readonly error: ApiError;
}

/** Options for {@linkcode withRetry}. */
export interface WithRetryOptions {
  readonly policy: RetryPolicy;
  /**
   * Whether doing it twice is the same as doing it once. A request that is not so (POST) is only
   * repeated when the server is known to have done nothing: no connection was made, or it said 429,
   * or it named a time after which to come back. A reset or a 502 leaves the outcome unknown.
   */
  readonly repeatable: boolean;
  /** A number in [0, 1), for the jitter that keeps clients from coming back all at once. */
  readonly random: () => number;
  readonly signal?: AbortSignal | undefined;
  /** Fewer tries than the policy's, asked for at each failure. */
  readonly attempts?: ((error: ApiError) => number) | undefined;
  readonly onRetry?: ((retry: Retry) => void) | undefined;
}

/**
 * Runs `attempt` until it succeeds, fails for good, or the policy's tries are used up; then throws
 * the last error. Waits between tries end at once when the signal aborts.
 */
export async function withRetry<T>(
  attempt: (number: number) => Promise<T>,
  options: WithRetryOptions,
): Promise<T> {
  const { policy, signal } = options;
  for (let number = 1;; number++) {
    try {
      return await attempt(number);
    } catch (error) {
      signal?.throwIfAborted();
      if (!mayRepeat(error, options.repeatable)) throw error;
      const limit = Math.min(policy.attempts, options.attempts?.(error) ?? policy.attempts);
      if (number >= limit) throw error;
      const delay = delayOf(number, error, options);
      options.onRetry?.({ attempt: number, delay, error });
      await pause(delay, signal);
    }
  }
}

/** Milliseconds before try `number + 1`: exponential, half of it random. */
export function backoff(number: number, policy: RetryPolicy, random: () => number): number {
  const full = Math.min(policy.cap, policy.base * 2 ** (number - 1));
  return full / 2 + (full / 2) * random();
}

/** Waits; throws the signal's reason as soon as it aborts. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    function aborted(): void {
      clearTimeout(timer);
      reject(signal!.reason);
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", aborted);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", aborted, { once: true });
  });
}

function mayRepeat(error: unknown, repeatable: boolean): error is ApiError {
  return error instanceof ApiError && error.retryable && (repeatable || error.refused);
}

/** The server's own wish counts as the least; a minute is the most that is honoured. */
function delayOf(number: number, error: ApiError, options: WithRetryOptions): number {
  const own = backoff(number, options.policy, options.random);
  const asked = Math.min(error.retryAfter ?? 0, 60_000);
  return Math.max(own, asked);
}

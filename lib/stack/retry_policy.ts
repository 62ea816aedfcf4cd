/**
 * Retry policies of the stack file as the scheduler's retry options.
 *
 * @module
 */
import { CapstanError, isErrorClass } from "../errors.ts";
import type { RetryOptions } from "../schedule/retry.ts";
import { parseDuration } from "./duration.ts";
import type { ErrorMatch, StackRetry } from "./types.ts";

/** The options of a policy; one try where there is none. */
export function retryOptions(policy: StackRetry | undefined): RetryOptions & { attempts: number } {
  if (policy === undefined) return { attempts: 1 };
  const { attempts, delay = "1s", maxDelay = "1m", on } = policy;
  return {
    attempts,
    delay: parseDuration(delay),
    maxDelay: parseDuration(maxDelay),
    ...(on === undefined ? {} : { when: (error) => matches(error, on) }),
  };
}

/** Whether an error, or one that caused it, is one of these. */
export async function matches(
  error: unknown,
  on: ErrorMatch | readonly ErrorMatch[],
): Promise<boolean> {
  const wanted = Array.isArray(on) ? on as readonly ErrorMatch[] : [on as ErrorMatch];
  for (let seen = 0; error !== undefined && seen < 100; seen++) {
    for (const match of wanted) if (await matchesOne(error, match)) return true;
    error = error instanceof Error ? error.cause : undefined;
  }
  return false;
}

async function matchesOne(error: unknown, match: ErrorMatch): Promise<boolean> {
  if (typeof match === "string") {
    return error instanceof CapstanError &&
      (error.code === match || error.code.startsWith(`${match}/`));
  }
  if (isErrorClass(match)) return error instanceof match;
  return Boolean(await (match as (error: unknown) => boolean | Promise<boolean>)(error));
}

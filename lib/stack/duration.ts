/**
 * Durations as users write them: milliseconds, or Go's form (`time.ParseDuration`).
 *
 * @module
 */
import type { Duration } from "./types.ts";

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  "µs": 1e-3,
  "μs": 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};
const TERM = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/gy;

/**
 * Milliseconds of a duration; `undefined` when it is not one. Negative durations are refused.
 *
 * @example Usage
 * ```ts
 * import { parseDuration } from "@capstan/capstan";
 *
 * if (parseDuration("1h30m") !== 5_400_000) throw new Error("not an hour and a half");
 * ```
 */
export function parseDuration(duration: Duration): number | undefined {
  if (typeof duration === "number") {
    return Number.isFinite(duration) && duration >= 0 ? duration : undefined;
  }
  if (typeof duration !== "string") return undefined;
  if (duration === "0") return 0;
  let total = 0, end = 0;
  for (const match of duration.matchAll(TERM)) {
    total += Number(match[1]) * UNITS[match[2]!]!;
    end = match.index + match[0].length;
  }
  return end > 0 && end === duration.length ? total : undefined;
}

/** A timeout as an option in milliseconds; nothing where there is none. */
export function timeoutOf(timeout: Duration | undefined): { timeout?: number } {
  const ms = timeout === undefined ? undefined : parseDuration(timeout);
  return ms === undefined ? {} : { timeout: ms };
}

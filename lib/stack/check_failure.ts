/**
 * Checks what a stack says of failures: policies, retries, deadlines.
 *
 * @module
 */
import { parseDuration } from "./duration.ts";
import { show } from "./show.ts";
import type { Duration } from "./types.ts";

/** What becomes of a run when something fails. */
export const FAILURE_POLICIES = ["stop", "continue", "rollback"] as const;

type Report = (code: string, message: string, hint?: string) => void;

/** Reports what is wrong with the options about failures of a stack, a release or a hook. */
export function checkFailure(options: object, what: string, report: Report): void {
  const given = options as Record<string, unknown>;
  const { onFailure } = given;
  if (onFailure !== undefined && !(FAILURE_POLICIES as readonly unknown[]).includes(onFailure)) {
    report(
      "on-failure",
      `bad onFailure of ${what}: ${show(onFailure)}`,
      'use "stop", "continue" or "rollback"',
    );
  }
  for (const option of ["deadline", "rollbackTimeout"]) {
    checkDuration(given[option], `${option} of ${what}`, report);
  }
  for (const option of ["retry", "hookRetry"]) {
    if (given[option] !== undefined) checkRetry(given[option], `${option} of ${what}`, report);
  }
}

function checkRetry(retry: unknown, what: string, report: Report): void {
  if (typeof retry !== "object" || retry === null) {
    return report("retry", `bad ${what}: ${show(retry)}`, 'use { attempts: 3, delay: "5s" }');
  }
  const { attempts, delay, maxDelay, on, ...rest } = retry as Record<string, unknown>;
  if (!(Number.isInteger(attempts) && (attempts as number) > 0)) {
    report("retry", `bad attempts in ${what}: ${show(attempts)}`, "use an integer from 1");
  }
  checkDuration(delay, `delay in ${what}`, report);
  checkDuration(maxDelay, `maxDelay in ${what}`, report);
  const matches = on === undefined ? [] : Array.isArray(on) ? on : [on];
  if (!matches.every((match) => typeof match === "string" || typeof match === "function")) {
    report("retry", `bad \`on\` in ${what}`, "use error classes, codes, or functions");
  }
  for (const option of Object.keys(rest)) {
    report("option", `${what} has an unknown option \`${option}\``);
  }
}

function checkDuration(duration: unknown, what: string, report: Report): void {
  if (duration === undefined || parseDuration(duration as Duration) !== undefined) return;
  report("timeout", `bad ${what}: ${show(duration)}`, 'use "90s", "10m", "1h30m", or milliseconds');
}

/**
 * Scripted failures: which request goes wrong, and how.
 *
 * @module
 */
import { StatusError } from "./status.ts";

/** One scripted failure. Every request that it matches is hit, unless `nth` or `times` says less. */
export interface Fault {
  /** HTTP method. @default any */
  readonly method?: string | undefined;
  /** Tested against path and query. @default any */
  readonly path?: RegExp | string | undefined;
  /** Only these of the matching requests; the first is 1. */
  readonly nth?: number | readonly number[] | undefined;
  /** At most so many of the matching requests. */
  readonly times?: number | undefined;
  /** Milliseconds to wait first. @default {0} */
  readonly delay?: number | undefined;
  /** Answer with this status instead of doing what was asked. */
  readonly status?: number | undefined;
  /** Seconds of the Retry-After header. */
  readonly retryAfter?: number | undefined;
  /** Message of the Status object. */
  readonly message?: string | undefined;
  /** Break the connection instead of answering. */
  readonly reset?: boolean | undefined;
  /** Do what was asked first, so that only the answer is lost. @default {false} */
  readonly afterwards?: boolean | undefined;
  /** For watches: end the stream after so many events. */
  readonly cutAfter?: number | undefined;
}

/** What to do to one request. */
export type Verdict = Pick<
  Fault,
  "delay" | "status" | "retryAfter" | "message" | "reset" | "afterwards" | "cutAfter"
>;

/** The failures of one cluster, with how often each has matched. */
export class Faults {
  readonly #entries: { readonly fault: Fault; seen: number; hit: number }[] = [];

  constructor(faults: readonly Fault[]) {
    faults.forEach((fault) => this.add(fault));
  }

  /** Adds a failure; the returned function takes it away. */
  add(fault: Fault): () => void {
    const entry = { fault, seen: 0, hit: 0 };
    this.#entries.push(entry);
    return () => {
      const at = this.#entries.indexOf(entry);
      if (at >= 0) this.#entries.splice(at, 1);
    };
  }

  /** The first failure that hits a request, if any. Every match is counted. */
  judge(method: string, path: string): Verdict | undefined {
    let verdict: Verdict | undefined;
    for (const entry of this.#entries) {
      if (!matches(entry.fault, method, path)) continue;
      entry.seen++;
      if (verdict !== undefined || !isHit(entry)) continue;
      entry.hit++;
      verdict = entry.fault;
    }
    return verdict;
  }
}

function matches(fault: Fault, method: string, path: string): boolean {
  if (fault.method !== undefined && fault.method !== method) return false;
  if (fault.path === undefined) return true;
  if (typeof fault.path === "string") return path.includes(fault.path);
  fault.path.lastIndex = 0;
  return fault.path.test(path);
}

function isHit({ fault, seen, hit }: { fault: Fault; seen: number; hit: number }): boolean {
  const { nth, times } = fault;
  if (times !== undefined && hit >= times) return false;
  if (nth === undefined) return true;
  return typeof nth === "number" ? nth === seen : nth.includes(seen);
}

const REASONS: Readonly<Record<number, readonly [reason: string, message: string]>> = {
  401: ["Unauthorized", "Unauthorized"],
  403: ["Forbidden", "forbidden by a scripted fault"],
  409: [
    "Conflict",
    "the object has been modified; please apply your changes to the latest version",
  ],
  410: ["Expired", "The resourceVersion for the provided watch is too old."],
  429: ["TooManyRequests", "Too many requests, please try again later."],
  500: ["InternalError", "Internal error occurred: scripted fault"],
  503: ["ServiceUnavailable", "the server is currently unable to handle the request"],
  504: ["Timeout", "request did not complete within the allotted timeout"],
};

/** The error that a verdict with a status stands for. */
export function faultError({ status = 500, message, retryAfter }: Verdict): StatusError {
  const [reason, text] = REASONS[status] ?? ["", "scripted fault"];
  const details = retryAfter === undefined ? undefined : { retryAfterSeconds: retryAfter };
  return new StatusError(status, reason, message ?? text, details);
}

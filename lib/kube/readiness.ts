/**
 * How far an object has come, in the words of kstatus, which are Helm 4's.
 *
 * @module
 */

/** What is known of an object. */
export interface Readiness {
  /** `Current` is ready; `Failed` will not become so by itself. */
  readonly status: "Current" | "InProgress" | "Failed" | "Terminating" | "NotFound" | "Unknown";
  /** Why, for people. */
  readonly message: string;
  /** What keeps it, where the object says so itself and the message does not, e.g. an exceeded quota. */
  readonly why?: string | undefined;
  /** Milliseconds after which to look again, where time alone changes the verdict. */
  readonly again?: number | undefined;
}

/** It is as it was asked to be. */
export function current(message: string): Readiness {
  return { status: "Current", message };
}

/** It is on its way. */
export function inProgress(message: string, again?: number): Readiness {
  return again === undefined
    ? { status: "InProgress", message }
    : { status: "InProgress", message, again };
}

/** It will not get there by itself. */
export function failed(message: string): Readiness {
  return { status: "Failed", message };
}

/** There is no such object. */
export const NOT_FOUND: Readiness = { status: "NotFound", message: "Resource not found" };

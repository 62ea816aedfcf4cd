/**
 * What the function library needs from outside: the clock, randomness, a time zone, a budget.
 *
 * @module
 */

import type { Budget } from "../template/value.ts";

/** The outside world of one rendering. */
export interface SprigEnv {
  /** The clock, in milliseconds since 1970. */
  now(): number;
  /** `n` random bytes. Key generation takes its randomness from the platform instead. */
  randomBytes(n: number): Uint8Array;
  /** The local time zone, an IANA name such as `"UTC"` or `"Europe/Berlin"`. */
  readonly timeZone: string;
  /** What the rendering may still use up. */
  readonly budget: Budget;
  /** Whose function list to offer; Helm 4 adds the duration functions. */
  readonly helmVersion: "v3" | "v4";
  /** What `fromYaml` read before. A map that it hands out is the asker's own. */
  readonly yaml?: { recall(text: string, make: () => unknown): unknown } | undefined;
  /** One address of a host for `getHostByName`. @default {a function that returns ""} */
  resolveHost?(name: string): string;
}

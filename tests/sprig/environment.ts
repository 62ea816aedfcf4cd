/** What the tests of the function library share: an environment that is the same on each run. */

import { formatValue } from "../../lib/template/format.ts";
import { type FuncMap, type GoFunc, typeOf } from "../../lib/template/value.ts";
import type { SprigEnv } from "../../lib/sprig/env.ts";

/** 2024-02-29 12:34:56.789 UTC. */
export const NOW = Date.UTC(2024, 1, 29, 12, 34, 56, 789);

/** An environment with a clock that stands, bytes that count up, and a budget that never ends. */
export function testEnv(overrides: Partial<SprigEnv> = {}): SprigEnv {
  let next = 0;
  return {
    now: () => NOW,
    randomBytes: (n) => Uint8Array.from({ length: n }, () => next++ % 256),
    timeZone: "UTC",
    budget: { take: () => {} },
    helmVersion: "v4",
    ...overrides,
  };
}

/** A budget that refuses everything beyond its amount, before the work is done. */
export function limitedBudget(amount: number): SprigEnv["budget"] {
  let left = amount;
  return {
    take: (wanted) => {
      left -= wanted;
      if (!(left >= 0)) throw new Error("budget used up");
    },
  };
}

/** Calls a function of a table with Go values; integers become what its parameters take. */
export function call(funcs: FuncMap, name: string, ...args: readonly unknown[]): unknown {
  const fn = funcs[name]!;
  return fn.call(...args.map((arg, i) => argument(fn, i, arg)));
}

/** A result with its type, as `%T %v` prints it. */
export function show(value: unknown): string {
  return `${typeOf(value)} ${formatValue(value)}`;
}

function argument({ params }: GoFunc, index: number, arg: unknown): unknown {
  const type = params[Math.min(index, params.length - 1)];
  return typeof arg === "bigint" && (type === "int" || type === "uint32") ? Number(arg) : arg;
}

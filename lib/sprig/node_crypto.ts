/**
 * The platform's synchronous cryptography.
 *
 * @module
 */

import type * as Crypto from "node:crypto";
import type { Budget } from "../template/value.ts";

/** The module, loaded when first asked for: about 45 ms, and no permission. */
export function nodeCrypto(): typeof Crypto {
  return globalThis.process.getBuiltinModule("node:crypto");
}

/** What a millisecond of computing costs in a rendering's budget. */
const STEPS_PER_MILLISECOND = 50_000;

/** Takes from the budget for a computation of about so many milliseconds. */
export function takeTime(budget: Budget, milliseconds: number): void {
  budget.take(milliseconds * STEPS_PER_MILLISECOND);
}

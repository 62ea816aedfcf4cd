/**
 * What one rendering may use up. A chart is a program of somebody else's, and may be written to
 * never end or to fill the memory.
 *
 * @module
 */

import { CapstanError } from "../errors.ts";
import type { Budget } from "../template/value.ts";

/** Bounds on one rendering. */
export interface RenderLimits {
  /**
   * Steps of work: turns of loops, calls, bytes written. A large chart takes some millions.
   * @default {1000000000}
   */
  readonly steps?: number | undefined;
  /**
   * How deep `include` and `template` may nest. Helm allows 1,000 for `include` of one name.
   * @default {1000}
   */
  readonly depth?: number | undefined;
}

/** The default for {@linkcode RenderLimits.steps}. */
export const DEFAULT_STEPS = 1_000_000_000;

/** A chart that asks for more than its rendering may use. */
export class RenderLimitError extends CapstanError {
  override readonly name = "RenderLimitError";

  constructor(what: string, limit: number) {
    super(`rendering stopped: the chart takes more than ${limit} ${what}`, {
      code: "render/limit",
      hint: "a loop or a repetition may run away; raise the limit if you trust this chart",
    });
  }
}

/** Counts down what is left. */
export class RenderBudget implements Budget {
  #left: number;
  readonly #limit: number;

  constructor(limit: number = DEFAULT_STEPS) {
    this.#left = this.#limit = limit;
  }

  take(amount: number): void {
    this.#left -= amount;
    if (this.#left < 0) throw new RenderLimitError("steps", this.#limit);
  }
}

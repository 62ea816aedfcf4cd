/**
 * Text that pays for each look at it. re2js is linear in the text for one search, but a chart can
 * make it search a long text once for every character of it.
 *
 * @module
 */

import type { Budget } from "../template/value.ts";

/** Looks paid for at once. */
const BATCH = 64;

/** A string for re2js that takes from a budget as its characters are read. */
export class MeteredText extends String {
  readonly #text: string;
  readonly #budget: Budget;
  readonly #price: number;
  #paid = 0;

  constructor(text: string, { budget, price }: { budget: Budget; price: number }) {
    super(text);
    this.#text = text;
    this.#budget = budget;
    this.#price = price;
  }

  override charCodeAt(at: number): number {
    if (this.#paid === 0) {
      this.#budget.take(BATCH * this.#price);
      this.#paid = BATCH;
    }
    this.#paid--;
    return this.#text.charCodeAt(at);
  }
}

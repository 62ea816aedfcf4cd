/**
 * What functions over text cost: each call a step for each character that it is given, or a loop
 * over one long text would take long and cost next to nothing.
 *
 * @module
 */

import type { Budget, FuncMap, GoFunc } from "../template/value.ts";

/** The same functions, which take the length of their text from the budget before they work. */
export function chargeText(funcs: FuncMap, budget: Budget): FuncMap {
  return Object.fromEntries(Object.entries(funcs).map(([name, fn]) => [name, charged(fn, budget)]));
}

function charged(fn: GoFunc, budget: Budget): GoFunc {
  return {
    ...fn,
    call: (...args: unknown[]) => {
      let size = 0;
      for (const arg of args) if (typeof arg === "string") size += arg.length;
      budget.take(size);
      return fn.call(...args);
    },
  };
}

/**
 * What functions over text cost: each call a step for each character that it is given, or a loop
 * over one long text would take long and cost next to nothing.
 *
 * @module
 */

import type { Budget, FuncMap, GoFunc } from "../template/value.ts";

/** The same functions, which take the length of their text from the budget before they work. */
export function chargeText(funcs: FuncMap, budget: Budget): FuncMap {
  const all: Record<string, GoFunc> = {};
  for (const name of Object.keys(funcs)) all[name] = charged(funcs[name]!, budget);
  return all;
}

function charged(fn: GoFunc, budget: Budget): GoFunc {
  const { params, variadic } = fn;
  return {
    params,
    variadic,
    call: (...args: unknown[]) => {
      let size = 0;
      for (const arg of args) if (typeof arg === "string") size += arg.length;
      budget.take(size);
      return fn.call(...args);
    },
  };
}

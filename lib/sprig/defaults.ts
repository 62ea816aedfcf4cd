/**
 * Sprig's functions that ask whether values are empty: nil, false, 0, "", a list or map of none.
 *
 * @module
 */

import { func, type FuncMap, truth, variadic } from "../template/value.ts";

/** default, empty, coalesce, all, any, ternary. */
export function defaultFuncs(): FuncMap {
  return {
    default: variadic(
      ["any"],
      "any",
      (fallback, ...given) => truth(given[0]) ? given[0] : fallback,
    ),
    empty: func(["any"], (value) => !truth(value)),
    coalesce: variadic([], "any", (...values) => values.find(truth) ?? null),
    all: variadic([], "any", (...values) => values.every(truth)),
    any: variadic([], "any", (...values) => values.some(truth)),
    ternary: func(["any", "any", "bool"], (yes, no, condition) => condition ? yes : no),
  };
}

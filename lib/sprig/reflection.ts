/**
 * Sprig's questions about Go types.
 *
 * @module
 */

import { deepEqual } from "../template/compare.ts";
import { func, type FuncMap, kindOf, typeOf } from "../template/value.ts";

/** typeOf, typeIs, typeIsLike, kindOf, kindIs, deepEqual. */
export function reflectionFuncs(): FuncMap {
  return {
    typeOf: func(["any"], typeOf),
    typeIs: func(["string", "any"], (type, value) => type === typeOf(value)),
    typeIsLike: func(["string", "any"], (type, value) => {
      const found = typeOf(value);
      return type === found || `*${type}` === found;
    }),
    kindOf: func(["any"], kindOf),
    kindIs: func(["string", "any"], (kind, value) => kind === kindOf(value)),
    deepEqual: func(["any", "any"], deepEqual),
  };
}

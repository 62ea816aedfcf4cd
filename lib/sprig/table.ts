/**
 * The table of sprig's functions, joined from its families.
 *
 * @module
 */

import type { FuncMap } from "../template/value.ts";
import { dateFuncs } from "./dates.ts";
import { durationFuncs } from "./duration.ts";
import type { SprigEnv } from "./env.ts";
import { networkFuncs } from "./network.ts";
import { numberFuncs } from "./numbers.ts";
import { randomFuncs } from "./random.ts";
import { versionFuncs } from "./versions.ts";

/** Sprig 3.3.0's functions as Helm offers them; in v4 also Helm's duration functions. */
export function sprigFuncs(env: SprigEnv): FuncMap {
  return {
    ...numberFuncs(env),
    ...dateFuncs(env),
    ...randomFuncs(env),
    ...versionFuncs(),
    ...networkFuncs(env),
    ...(env.helmVersion === "v4" ? durationFuncs() : {}),
  };
}

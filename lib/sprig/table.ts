/**
 * The table of sprig's functions, joined from its families.
 *
 * @module
 */

import type { FuncMap } from "../template/value.ts";
import { casingFuncs } from "./casing.ts";
import { defaultFuncs } from "./defaults.ts";
import { dictFuncs } from "./dicts.ts";
import { encodingFuncs } from "./encoding.ts";
import { listFuncs } from "./lists.ts";
import { pathFuncs } from "./paths.ts";
import { reflectionFuncs } from "./reflection.ts";
import { regexFuncs } from "./regex.ts";
import { stringFuncs } from "./strings.ts";
import { textFuncs } from "./text.ts";
import { urlFuncs } from "./url.ts";
import { wrapFuncs } from "./wrap.ts";
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
    ...casingFuncs(),
    ...defaultFuncs(),
    ...dictFuncs(env),
    ...encodingFuncs(env),
    ...listFuncs(env),
    ...pathFuncs(),
    ...reflectionFuncs(),
    ...regexFuncs(env),
    ...stringFuncs(env),
    ...textFuncs(env),
    ...urlFuncs(),
    ...wrapFuncs(env),
    ...numberFuncs(env),
    ...dateFuncs(env),
    ...randomFuncs(env),
    ...versionFuncs(),
    ...networkFuncs(env),
    ...(env.helmVersion === "v4" ? durationFuncs() : {}),
  };
}

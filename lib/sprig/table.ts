/**
 * The table of sprig's functions, joined from its families.
 *
 * @module
 */

import type { FuncMap } from "../template/value.ts";
import { casingFuncs } from "./casing.ts";
import { certificateFuncs } from "./certificates.ts";
import { chargeText } from "./charge.ts";
import { cryptoFuncs } from "./crypto.ts";
import { dateFuncs } from "./dates.ts";
import { defaultFuncs } from "./defaults.ts";
import { dictFuncs } from "./dicts.ts";
import { durationFuncs } from "./duration.ts";
import { encodingFuncs } from "./encoding.ts";
import type { SprigEnv } from "./env.ts";
import { listFuncs } from "./lists.ts";
import { networkFuncs } from "./network.ts";
import { numberFuncs } from "./numbers.ts";
import { pathFuncs } from "./paths.ts";
import { randomFuncs } from "./random.ts";
import { reflectionFuncs } from "./reflection.ts";
import { regexFuncs } from "./regex.ts";
import { stringFuncs } from "./strings.ts";
import { textFuncs } from "./text.ts";
import { urlFuncs } from "./url.ts";
import { versionFuncs } from "./versions.ts";
import { wrapFuncs } from "./wrap.ts";

/**
 * Sprig 3.3.0's functions as Helm offers them, in v4 with Helm's duration functions. Missing are
 * `env` and `expandenv`, which Helm takes away, `fail`, which stops a rendering, and those that
 * read and write JSON.
 */
export function sprigFuncs(env: SprigEnv): FuncMap {
  return Object.assign(
    Object.create(null),
    ...overText(env).map((family) => chargeText(family, env.budget)),
    certificateFuncs(env),
    cryptoFuncs(env),
    dateFuncs(env),
    defaultFuncs(),
    dictFuncs(env),
    listFuncs(env),
    networkFuncs(env),
    numberFuncs(env),
    randomFuncs(env),
    reflectionFuncs(),
    regexFuncs(env),
    versionFuncs(),
    env.helmVersion === "v4" ? durationFuncs() : undefined,
  );
}

/** Those whose work grows with the text that they are given. */
function overText(env: SprigEnv): FuncMap[] {
  return [
    casingFuncs(),
    encodingFuncs(),
    pathFuncs(),
    stringFuncs(env),
    textFuncs(env),
    urlFuncs(),
    wrapFuncs(env),
  ];
}

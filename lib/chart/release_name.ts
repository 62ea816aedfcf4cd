/**
 * The rule for names of releases.
 *
 * @module
 */

import { quoteGo } from "../template/quote.ts";
import { ChartError } from "./chart.ts";
import type { HelmVersion } from "./chart.ts";

const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const MAX_LENGTH = 53;

/**
 * Refuses a name that no release can have.
 *
 * @throws {ChartError} in Helm's words.
 */
export function checkReleaseName(name: string, helmVersion: HelmVersion = "v4"): void {
  if (name.length <= MAX_LENGTH && NAME.test(name)) return;
  const reason = name === ""
    ? "no name provided"
    : `invalid release name, must match regex ${
      NAME.source.replaceAll("\\/", "/")
    } and the length must not be longer than ${MAX_LENGTH}`;
  const prefix = helmVersion === "v4" ? "release name check failed: " : "";
  throw new ChartError(`${prefix}release name ${quoteGo(name)}: ${reason}`, {
    code: "release/name",
    hint: "use lower-case letters, digits, - and ., at most 53 characters",
  });
}

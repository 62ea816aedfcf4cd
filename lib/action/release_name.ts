/**
 * Names that no release can have, refused before anything is asked of a cluster.
 *
 * @module
 */
import type { CapstanErrorOptions } from "../errors.ts";
import { isReleaseName } from "../release/release.ts";
import type { ReleaseError } from "./errors.ts";

/** What to do about a name that no release can have. */
export const NAME_HINT = "use lower-case letters, digits, - and ., at most 53 characters";

/** The class of an operation's errors. */
type ErrorClass = new (
  message: string,
  release: string,
  options: CapstanErrorOptions,
) => ReleaseError;

/**
 * Refuses a name that no release can have.
 *
 * @param start How Helm's message begins, which differs by what is asked.
 * @throws {ReleaseError} Of the class.
 */
export function checkReleaseName(name: string, start: string, OwnError: ErrorClass): void {
  if (isReleaseName(name)) return;
  throw new OwnError(`${start} is invalid: ${name}`, name, {
    code: "release/name",
    hint: NAME_HINT,
  });
}

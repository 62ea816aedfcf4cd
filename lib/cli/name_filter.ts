/**
 * `--filter`: releases by a regular expression over their names.
 *
 * @module
 */
import { CapstanError, messageOf } from "../errors.ts";

/** Whether a name fits; `undefined` where all do. @throws {CapstanError} Where it is no expression. */
export function nameFilter(pattern: string | undefined): ((name: string) => boolean) | undefined {
  if (pattern === undefined) return undefined;
  try {
    const regex = new RegExp(pattern);
    return (name) => regex.test(name);
  } catch (error) {
    throw new CapstanError(`bad --filter ${JSON.stringify(pattern)}: ${messageOf(error)}`);
  }
}

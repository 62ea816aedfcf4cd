/**
 * `--filter`: releases by a regular expression over their names.
 *
 * @module
 */
import { CapstanError, messageOf } from "../errors.ts";

/**
 * Whether a name fits; `undefined` where all do. The syntax is Go's.
 *
 * @throws {CapstanError} Where it is no expression.
 */
export async function nameFilter(
  pattern: string | undefined,
): Promise<((name: string) => boolean) | undefined> {
  if (!pattern) return undefined;
  const { Pattern } = await import("../sprig/pattern.ts");
  try {
    const regex = new Pattern(pattern, { take() {} });
    return (name) => regex.matches(name);
  } catch (error) {
    throw new CapstanError(messageOf(error), {
      code: "flag/filter",
      hint: `--filter takes a regular expression over names of releases, not ${
        JSON.stringify(pattern)
      }`,
    });
  }
}

/**
 * Writing a text where a command's `-o` says.
 *
 * @module
 */
import { CapstanError, messageOf } from "../errors.ts";

/** Options of {@linkcode writeText}. */
export interface WriteTextOptions {
  /** Refuse to replace a file. @default {false} */
  readonly keepOld?: boolean | undefined;
}

/**
 * Writes a file; its folder must be there.
 *
 * @throws {CapstanError} When it cannot be written, or is there and must be kept.
 */
export async function writeText(
  path: string,
  text: string,
  { keepOld = false }: WriteTextOptions = {},
): Promise<void> {
  try {
    await Deno.writeTextFile(path, text, { createNew: keepOld });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) {
      throw new CapstanError(`cannot write ${path}: it exists already`, {
        code: "cli/exists",
        hint: "move it away, or choose another name",
        cause: error,
      });
    }
    const denied = error instanceof Deno.errors.NotCapable;
    throw new CapstanError(`cannot write ${path}: ${messageOf(error)}`, {
      code: "cli/unwritable",
      hint: denied ? `add --allow-write=${path}` : undefined,
      cause: error,
    });
  }
}

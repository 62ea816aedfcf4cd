/**
 * Writing a text where a command's `-o` says.
 *
 * @module
 */
import { CapstanError, messageOf } from "../errors.ts";
import { folderOf } from "../files.ts";

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
  text: string | Uint8Array,
  { keepOld = false }: WriteTextOptions = {},
): Promise<void> {
  try {
    const data = typeof text === "string" ? new TextEncoder().encode(text) : text;
    await Deno.writeFile(path, data, { createNew: keepOld });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) {
      throw new CapstanError(`cannot write ${path}: it exists already`, {
        code: "cli/exists",
        hint: "move it away, or choose another name",
        cause: error,
      });
    }
    throw unwritable(path, error);
  }
}

/**
 * Writes files into a folder, which is made where it is missing. None is written when one of them is
 * there already.
 *
 * @returns Their paths, in order.
 * @throws {CapstanError} When files are there already, or cannot be written.
 */
export async function writeFiles(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<string[]> {
  const paths = Object.keys(files).map((path) => folder === "." ? path : `${folder}/${path}`);
  const there = (await Promise.all(paths.map(async (path) => await exists(path) ? [path] : [])))
    .flat();
  if (there.length > 0) {
    throw new CapstanError(`cannot write into ${folder}: ${there.join(", ")} exists already`, {
      code: "cli/exists",
      hint: "name an empty folder, or move what is there away; nothing was written",
    });
  }
  for (const [index, text] of Object.values(files).entries()) {
    const path = paths[index]!;
    await makeFolder(folderOf(path));
    await writeText(path, text, { keepOld: true });
  }
  return paths;
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw unwritable(path, error);
  }
}

/** Makes a folder where it is missing. */
export async function makeFolder(path: string): Promise<void> {
  if (path === "") return;
  try {
    await Deno.mkdir(path, { recursive: true });
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** The error of a file that could not be written. */
export function unwritable(path: string, error: unknown): CapstanError {
  const denied = error instanceof Deno.errors.NotCapable;
  return new CapstanError(`cannot write ${path}: ${messageOf(error)}`, {
    code: "cli/unwritable",
    hint: denied
      ? `add --allow-read and --allow-write for ${path}`
      : "name a place that you may write to",
    cause: error,
  });
}

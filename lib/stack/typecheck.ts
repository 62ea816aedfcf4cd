/**
 * Type-checks a stack file with the Deno that runs us, where that is allowed without asking.
 *
 * @module
 */
import { CapstanError } from "../errors.ts";
import { folderOf } from "../files.ts";

/** Options of {@linkcode typeCheck}. */
export interface TypeCheckOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `deno check` on a stack file. Does nothing, and says so by returning `false`, where the
 * program is not Deno (a compiled binary) or may not run it (no `--allow-run`).
 *
 * @throws {CapstanError} With the compiler's words, when types do not fit.
 */
export async function typeCheck(file: string, options: TypeCheckOptions = {}): Promise<boolean> {
  const deno = await runnableDeno();
  if (deno === undefined) return false;
  const { success, stderr } = await new Deno.Command(deno, {
    args: ["check", "--quiet", ...await configOf(file), file],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  }).output();
  options.signal?.throwIfAborted();
  if (success) return true;
  throw new CapstanError(
    `stack ${file} does not type-check:\n${compilerWords(new TextDecoder().decode(stderr))}`,
    {
      code: "stack/types",
      hint: "fix the types, or skip this check with --no-check",
    },
  );
}

/** The Deno that runs us, where it may be run. */
export async function runnableDeno(): Promise<string | undefined> {
  const read = await Deno.permissions.query({ name: "run" });
  if (read.state !== "granted") return undefined;
  const path = Deno.execPath();
  return /(^|[/\\])deno(\.exe)?$/.test(path) ? path : undefined;
}

/**
 * The configuration to check with: the file's own, which Deno finds by itself, else that of the
 * Capstan checkout this program was started from, whose import map the stack then uses as well.
 */
export async function configOf(file: string): Promise<string[]> {
  const own = new URL("../../deno.json", import.meta.url);
  if (own.protocol !== "file:") return [];
  for (let folder = file; (folder = folderOf(folder)) !== "";) {
    if (await exists(`${folder}/deno.json`) || await exists(`${folder}/deno.jsonc`)) return [];
  }
  return ["--config", decodeURIComponent(own.pathname)];
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}

/** The errors without the summary that `deno check` ends with, and with places as elsewhere. */
function compilerWords(text: string): string {
  return text.replace(/^ +at file:\/\/(\/\S+)$/gm, "  at $1").replace(
    /\n*(Found \d+ errors?\.\s*)?error: Type checking failed\.[\s\S]*$/,
    "",
  )
    .trim();
}

/**
 * Loads a stack file: a module whose default export is what `defineStack` made.
 *
 * @module
 */
import { CapstanError, CapstanErrors, messageOf } from "../errors.ts";
import type { Position } from "../errors.ts";
import { filePath } from "./position.ts";
import type { Environment, Stack, StackFactory } from "./types.ts";

/** A stack, and the folder that its paths are relative to. */
export interface LoadedStack {
  /** What the file exports, checked. */
  readonly stack: Stack;
  /** Absolute path of the stack file. */
  readonly file: string;
  /** Absolute path of its folder. */
  readonly folder: string;
}

/** Options of {@linkcode loadStack}. */
export interface LoadOptions {
  /** What a stack function is called with. @default {{ name: "default" }} */
  readonly environment?: Environment | undefined;
}

/**
 * Imports a stack file and checks what it exports. It runs the file's own code, with the
 * permissions of this process; it does not check types.
 *
 * @throws {CapstanError} When there is no such file, it cannot be parsed, it throws, or it exports
 * no stack.
 * @throws {CapstanErrors} With every mistake in the stack.
 *
 * @example Usage
 * ```ts
 * import { loadStack } from "@capstan/capstan";
 *
 * const { stack } = await loadStack("./examples/shop/stack.ts");
 * if (stack.releases.length !== 14) throw new Error("the shop has fourteen releases");
 * ```
 */
export async function loadStack(path: string, options: LoadOptions = {}): Promise<LoadedStack> {
  const file = await realPath(path);
  const module = await importStack(path, file);
  return { stack: resolveStack(module.default, path, options), file, folder: folderOf(file) };
}

/** The folder of an absolute path. */
export function folderOf(file: string): string {
  return file.slice(0, Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\")));
}

/** The real path of a stack file. @throws {CapstanError} When it is none, or may not be read. */
export async function realPath(path: string): Promise<string> {
  try {
    const real = await Deno.realPath(path);
    if (!(await Deno.stat(real)).isDirectory) return real;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw unreadable(path, error);
    throw new CapstanError(`cannot load stack ${path}: no such file`, {
      code: "stack/missing",
      hint: "name the stack file: `capstan up path/to/stack.ts`; without a name it is ./stack.ts",
      cause: error,
    });
  }
  throw new CapstanError(`cannot load stack ${path}: it is a folder`, {
    code: "stack/missing",
    hint: `name the file in it, e.g. ${path.replace(/\/$/, "")}/stack.ts`,
  });
}

function unreadable(path: string, error: unknown): CapstanError {
  const denied = error instanceof Deno.errors.NotCapable;
  return new CapstanError(`cannot read stack ${path}: ${messageOf(error)}`, {
    code: "stack/unreadable",
    hint: denied ? `add --allow-read=${path}` : undefined,
    cause: error,
  });
}

async function importStack(path: string, file: string): Promise<{ readonly default?: unknown }> {
  try {
    return await import(fileUrl(file));
  } catch (error) {
    if (error instanceof CapstanError) throw error;
    throw new CapstanError(`cannot load stack ${path}: ${importMessage(error)}`, {
      code: "stack/broken",
      position: importPosition(error) ?? { file: path },
      cause: error,
    });
  }
}

function fileUrl(file: string): string {
  const path = file.replaceAll("\\", "/");
  return new URL(
    `file://${path.startsWith("/") ? "" : "/"}${path.replace(/[%?#]/g, encodeURIComponent)}`,
  ).href;
}

// deno-lint-ignore no-control-regex -- Deno colours what its module loader says
const COLOR = /\x1b\[[0-9;]*m/g;
const AT = /(?:at |\()(file:\/\/[^\s)]+?):(\d+):(\d+)/;

/** Without colour, the loader's error class, and the place, which goes into the position. */
function importMessage(error: unknown): string {
  const text = messageOf(error).replace(COLOR, "");
  const body = text.replace(/\n\s+at file:\/\/\S+$/gm, "").replace(/file:\/\/(?=\/)/g, "")
    .trimEnd();
  const threw = error instanceof Error && !(error instanceof TypeError && "code" in error);
  return threw ? `it throws ${error.name}: ${body}` : body;
}

/** Where the loader or the user's own code failed. */
function importPosition(error: unknown): Position | undefined {
  if (!(error instanceof Error)) return undefined;
  const match = `${error.message}\n${error.stack ?? ""}`.replace(COLOR, "").match(AT);
  return match === null
    ? undefined
    : { file: filePath(match[1]!), line: Number(match[2]), column: Number(match[3]) };
}

/**
 * The stack that a default export stands for; a stack function is called with the environment.
 *
 * @throws {CapstanError} When it is no stack, or its function throws.
 * @throws {CapstanErrors} With every mistake in the stack.
 */
export function resolveStack(exported: unknown, path: string, options: LoadOptions = {}): Stack {
  const type = typeof exported === "object" && exported !== null
    ? (exported as { type?: unknown }).type
    : undefined;
  if (type === "stack") return exported as Stack;
  if (type === "stack-factory") return build(exported as StackFactory, path, options);
  const what = exported === undefined
    ? "it has no default export"
    : "its default export is not a stack";
  throw new CapstanError(`cannot load stack ${path}: ${what}`, {
    code: "stack/no-export",
    hint: "end the file with `export default defineStack({ … })`",
    position: { file: path },
  });
}

function build(factory: StackFactory, path: string, options: LoadOptions): Stack {
  try {
    return factory.build(options.environment ?? { name: "default" });
  } catch (error) {
    if (error instanceof CapstanErrors) throw error;
    throw new CapstanError(
      `cannot load stack ${path}: its function fails: ${importMessage(error)}`,
      {
        code: "stack/broken",
        position: importPosition(error) ?? { file: path },
        cause: error,
      },
    );
  }
}

/**
 * Errors as a person reads them on the command line, and the exit code they end in.
 *
 * @module
 */
import { CapstanError, CapstanErrors, formatPosition, isAbort, messageOf } from "../errors.ts";
import { printable } from "../report/text.ts";

/** Exit codes of the program. */
export const EXIT = {
  ok: 0,
  failed: 1,
  changes: 2,
  usage: 2,
  interrupted: 130,
  terminated: 143,
} as const;

/** How an error is printed. */
export interface ErrorStyle {
  /** With stack traces and causes. */
  readonly debug: boolean;
}

/** The lines that tell of an error: message, place, excerpt, hint; with `debug`, the stack and the causes. */
export function formatError(error: unknown, style: ErrorStyle): string {
  const lines = error instanceof CapstanErrors
    ? [
      `Error: ${error.message}:`,
      ...error.errors.flatMap((each) => describe(each).map((text) => text.replace(/^/gm, "  "))),
    ]
    : describe(error, "Error: ");
  if (style.debug) lines.push(...codesOf(error), ...trace(error));
  // Errors have words of charts, of pods and of servers in them.
  return printable(lines.join("\n"), { color: false });
}

function describe(error: unknown, prefix = ""): string[] {
  const lines = [`${prefix}${messageOf(error)}`];
  let hint = permissionHint(error);
  if (error instanceof CapstanError) {
    if (error.position !== undefined) lines.push(`  at ${formatPosition(error.position)}`);
    if (error.excerpt !== undefined) lines.push(error.excerpt.replace(/^/gm, "    "));
    // What an error says of a missing permission is nearer than what can be read from Deno's words.
    if (hint === undefined || /--allow-|--sandbox/.test(error.hint ?? "")) hint = error.hint;
  }
  if (hint !== undefined) lines.push(`  hint: ${hint}`);
  return lines;
}

/** The words that docs/errors.md lists errors by. */
function codesOf(error: unknown): string[] {
  const errors = error instanceof CapstanErrors ? error.errors : [error];
  const codes = errors.flatMap((each) => each instanceof CapstanError ? [each.code] : []);
  return codes.length === 0 ? [] : ["", `code: ${[...new Set(codes)].join(", ")}`];
}

const REQUIRES = /Requires (\w+) access to (?:"([^"]*)"|<([^>]*)>)/;

/** Which flag would give what Deno misses, whatever the error says around Deno's words. */
function permissionHint(error: unknown): string | undefined {
  const [found, kind, value] = REQUIRES.exec(messageOf(error)) ?? [];
  if (found === undefined && !(error instanceof Deno.errors.NotCapable)) return undefined;
  const flag = kind === undefined
    ? "the flag that Deno names above"
    : `--allow-${kind}${value ? `=${value}` : ""}`;
  return `start Capstan with ${flag}; \`capstan permissions\` prints all that a command needs`;
}

function trace(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const own = error.stack === undefined ? [] : ["", error.stack];
  const inner = error instanceof CapstanErrors ? error.errors.flatMap(trace) : [];
  return [
    ...own,
    ...inner,
    ...(error.cause === undefined ? [] : ["caused by:", ...trace(error.cause)]),
  ];
}

/** The error with words before its message, as some of Helm's commands put them. */
export function withPrefix(prefix: string, error: unknown): unknown {
  // Who has interrupted a command knows what failed; several errors each say so themselves.
  if (isAbort(error) || error instanceof CapstanErrors) return error;
  const { code, hint, position, excerpt } = error instanceof CapstanError
    ? error
    : { code: undefined, hint: permissionHint(error), position: undefined, excerpt: undefined };
  const options = { code, hint, position, excerpt, cause: error };
  return new CapstanError(`${prefix}${messageOf(error)}`, options);
}

/** The exit code that an error ends in. */
export function exitCodeOf(error: unknown): number {
  return isAbort(error) ? EXIT.interrupted : EXIT.failed;
}

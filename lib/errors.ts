/**
 * The base of every error that Capstan throws on purpose.
 *
 * A message says what could not be done, to what, and why; a `hint` says what to do next; a
 * `position` says where in the user's own files. Colour and stack traces belong to whoever prints.
 *
 * @module
 */

/** A place in a file: line and column count from 1. */
export interface Position {
  /** Path of the file. */
  readonly file: string;
  /** From 1. */
  readonly line?: number | undefined;
  /** From 1. */
  readonly column?: number | undefined;
}

/** What an error carries besides its message. */
export interface CapstanErrorOptions {
  /** A stable word for programs to switch on, such as `"chart/missing"`. @default {"error"} */
  readonly code?: string | undefined;
  /** What the reader can do next, as a sentence. */
  readonly hint?: string | undefined;
  /** Where in the user's own files. */
  readonly position?: Position | undefined;
  /** Lines that show the place: the source with a caret, and what led there. */
  readonly excerpt?: string | undefined;
  /** What was thrown below. */
  readonly cause?: unknown;
}

/**
 * An error meant for the person who reads it.
 *
 * @example Usage
 * ```ts
 * import { CapstanError } from "@capstan/capstan";
 *
 * const error = new CapstanError("cannot load chart ./web: no such folder", {
 *   code: "chart/missing",
 *   hint: "check the path; it is relative to the stack file",
 * });
 * if (error.code !== "chart/missing") throw error;
 * ```
 */
export class CapstanError extends Error {
  /** The class's name, which stays the same when code is bundled. */
  override readonly name: string = "CapstanError";
  /** A stable word for programs to switch on, such as `"chart/missing"`. */
  readonly code: string;
  /** What the reader can do next, as a sentence. */
  readonly hint: string | undefined;
  /** Where in the user's own files. */
  readonly position: Position | undefined;
  /** Lines that show the place: the source with a caret, and what led there. */
  readonly excerpt: string | undefined;

  /** The message says what could not be done, to what, and why. */
  constructor(message: string, options: CapstanErrorOptions = {}) {
    super(inPlain(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code ?? "error";
    this.hint = options.hint;
    this.position = options.position;
    this.excerpt = options.excerpt;
  }
}

/** What the system says of a file, as Deno words it: `No such file or directory (os error 2): readfile 'x'`. */
const OF_SYSTEM = /(?<=^|: )([A-Z])([^:\n]*?) \(os error \d+\)(?:: \w+ '([^'\n]*)')?/g;

/** What fetch says before the reason. */
const OF_FETCH = /error sending request for url \(([^)\n]*)\): client error \(\w+\): /g;

/** A message without the system's numbers and calls, and with each path and address once. */
function inPlain(message: string): string {
  if (!message.includes(" (os error ")) return message;
  const text = message.replace(
    OF_FETCH,
    (_, url: string, at: number) => message.slice(0, at).includes(url) ? "" : `${url}: `,
  );
  return text.replace(OF_SYSTEM, (_all, first: string, words: string, path, at: number) => {
    const plain = `${first.toLowerCase()}${words}`;
    const isKnown = path === undefined || /\.part$/.test(path) ||
      text.slice(0, at).includes(path.replace(/(?<=.)\/$/, ""));
    return isKnown ? plain : `${plain}: ${path}`;
  });
}

/**
 * What everything extends that goes wrong with charts, releases, repositories and their cluster: the
 * error to catch when it does not matter which.
 *
 * @example Usage
 * ```ts
 * import { Chart, HelmError } from "@capstan/capstan";
 *
 * const error = await new Chart({ name: "web", chart: "./no-such-folder" }).template()
 *   .catch((thrown: unknown) => thrown);
 * if (!(error instanceof HelmError)) throw error;
 * ```
 */
export class HelmError extends CapstanError {
  /** `"HelmError"`, or that of a class of its own. */
  override readonly name: string = "HelmError";
}

/**
 * Several errors found at once, shown together instead of one after another.
 *
 * @example Usage
 * ```ts
 * import { CapstanError, CapstanErrors } from "@capstan/capstan";
 *
 * const errors = new CapstanErrors([new CapstanError("no chart"), new CapstanError("no namespace")]);
 * if (errors.message !== "2 errors" || errors.errors.length !== 2) throw errors;
 * ```
 */
export class CapstanErrors extends CapstanError {
  /** Tells it from other Capstan errors. */
  override readonly name = "CapstanErrors";

  /** The message is that of the only error, or says how many there are. */
  constructor(readonly errors: readonly CapstanError[], message: string = summary(errors)) {
    super(message, { code: "errors" });
  }
}

/**
 * The message of anything that was thrown.
 *
 * @example Usage
 * ```ts
 * import { messageOf } from "@capstan/capstan";
 *
 * if (messageOf(new Error("no chart")) !== "no chart" || messageOf(404) !== "404") throw new Error();
 * ```
 */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Fetch keeps in the cause what went wrong.
  const { message, cause } = error;
  return message === "fetch failed" && cause instanceof Error ? messageOf(cause) : message;
}

/** Whether a function is a class of errors. */
export function isErrorClass(value: unknown): value is new () => Error {
  if (typeof value !== "function") return false;
  return (value as unknown) === Error || value.prototype instanceof Error;
}

/** Whether Deno refused something for want of a permission. */
export function isDenied(error: unknown): boolean {
  return error instanceof Error && error.name === "NotCapable";
}

/**
 * Whether an error is the reaction to an AbortSignal rather than a failure of its own.
 *
 * @example Usage
 * ```ts
 * import { isAbort } from "@capstan/capstan";
 *
 * if (!isAbort(AbortSignal.abort().reason) || isAbort(new Error("failed"))) throw new Error();
 * ```
 */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

/**
 * `file:line:column` with the parts that are known.
 *
 * @example Usage
 * ```ts
 * import { formatPosition } from "@capstan/capstan";
 *
 * const text = formatPosition({ file: "stack.ts", line: 12 });
 * if (text !== "stack.ts:12") throw new Error(text);
 * ```
 */
export function formatPosition(position: Position): string {
  const { file, line, column } = position;
  return [file, line, column].filter((part) => part !== undefined).join(":");
}

function summary(errors: readonly CapstanError[]): string {
  return errors.length === 1 ? errors[0]!.message : `${errors.length} errors`;
}

/**
 * Standard output and error as a command writes to them: whoever reads them, a run goes to its end.
 *
 * @module
 */
import { CapstanError, messageOf } from "../errors.ts";
import { withoutCommands } from "../report/actions_log.ts";
import { printable } from "../report/text.ts";
import type { Style } from "../report/text.ts";
import type { CliContext } from "./context.ts";

/** Where a stream's bytes go; takes as many as it can at once. */
export interface Sink {
  /** @returns How many bytes were taken. */
  writeSync(data: Uint8Array): number;
}

/** Options of {@linkcode Stream}. */
export interface StreamOptions {
  /** What becomes of a text before it is written. @default nothing */
  readonly tidy?: ((text: string) => string) | undefined;
  /** Waits until a reader that is slow may have taken something. @default a few milliseconds */
  readonly pause?: (() => void) | undefined;
}

/**
 * A stream that never throws: what fails is told at the end, when nothing is left to be broken off by it. A reader
 * that has gone away, as `head` does, has read all it wanted and is no failure.
 */
export class Stream {
  readonly #sink: Sink;
  readonly #tidy: (text: string) => string;
  readonly #pause: () => void;
  readonly #encoder = new TextEncoder();
  #isOpen = true;
  #failure: unknown;

  constructor(sink: Sink, { tidy = (text) => text, pause = shortly }: StreamOptions = {}) {
    this.#sink = sink;
    this.#tidy = tidy;
    this.#pause = pause;
  }

  /** Why not all was written, where somebody would have read it. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Writes all of a text, however little the system takes at once. */
  write(text: string): void {
    let bytes = this.#encoder.encode(this.#tidy(text));
    while (this.#isOpen && bytes.length > 0) bytes = bytes.subarray(this.#taken(bytes));
  }

  #taken(bytes: Uint8Array): number {
    try {
      return this.#sink.writeSync(bytes);
    } catch (error) {
      if (error instanceof Deno.errors.WouldBlock) {
        this.#pause();
      } else {
        this.#isOpen = false;
        if (!(error instanceof Deno.errors.BrokenPipe)) this.#failure = error;
      }
      return 0;
    }
  }
}

/** A pipe that another program has made non-blocking is full until its reader goes on. */
function shortly(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
}

/** What is known of the standard streams. */
export interface StreamsOptions {
  /** Whether GitHub Actions reads them. */
  readonly actions: boolean;
  /** The terminal that standard output goes to, if it does. */
  readonly outOn: Style | undefined;
  /** The terminal that standard error goes to, if it does. */
  readonly errorsOn: Style | undefined;
  /** What takes their place. @default the program's own */
  readonly given?: Pick<CliContext["process"], "stdout" | "stderr"> | undefined;
}

/** The standard streams in the forms in which a command writes to them. */
export interface StandardStreams extends Pick<CliContext, "process" | "print" | "warn" | "draw"> {
  /** Why not all could be said on standard output, if so. */
  failure(): CapstanError | undefined;
}

/** Standard output and error, of which nothing that others wrote commands who shows it. */
export function standardStreams(
  { actions, outOn, errorsOn, given }: StreamsOptions,
): StandardStreams {
  const forTerminal = (style: Style | undefined) =>
    style === undefined ? undefined : (text: string) => printable(text, style);
  const forPeople = actions
    ? (text: string) => withoutCommands(printable(text, { color: true }))
    : (text: string) => text;
  const own = new Stream(Deno.stdout, { tidy: forTerminal(outOn) });
  const drawn = given?.stderr ?? new Stream(Deno.stderr);
  const tidy = (actions ? undefined : forTerminal(errorsOn)) ?? forPeople;
  const stdout = given?.stdout ?? own;
  const stderr = { write: (text: string) => drawn.write(tidy(text)) };
  return {
    process: { stdout, stderr },
    print: (text) => stdout.write(forPeople(text)),
    warn: (message) => stderr.write(`${message}\n`),
    draw: (text) => drawn.write(text),
    failure: () => own.failure === undefined ? undefined : unwritten(own.failure),
  };
}

function unwritten(reason: unknown): CapstanError {
  return new CapstanError(`cannot write all there is to standard output: ${messageOf(reason)}`, {
    code: "cli/unwritable",
    hint: "what was to be done is done; the rest of what was to be said about it is lost",
    cause: reason,
  });
}

/**
 * What every operation of the library takes, and how one is run.
 *
 * @module
 */
import type { ActionContext } from "../action/types.ts";
import type { RunEvent } from "../events.ts";
import { parseDuration } from "../stack/duration.ts";
import type { Duration } from "../stack/types.ts";
import { Configuration } from "./configuration.ts";
import { DeadlineError, ofRelease, ValidationError } from "./errors.ts";

/** Options of every operation. */
export interface CallOptions {
  /** The release's namespace. @default that of the configuration */
  readonly namespace?: string | undefined;
  /** Aborts the operation; a release in the middle of a change is recorded as failed. */
  readonly signal?: AbortSignal | undefined;
  /** Time for the operation as a whole, e.g. `"2m"`; a number is milliseconds. @default no limit */
  readonly deadline?: Duration | undefined;
  /** Told what the operation does, as it does it. */
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
}

/** What an operation works with. */
export interface Call {
  /** What actions take. */
  readonly context: ActionContext;
  /** The release's namespace. */
  readonly namespace: string;
  /** Aborted by the caller's signal and by the deadline. */
  readonly signal: AbortSignal;
}

/**
 * Runs an operation on a configuration, or on one of its own that it closes.
 *
 * @throws {HelmError} For whatever goes wrong; the signal's reason when that is aborted.
 */
export async function call<T>(
  { config, options, what, release = "" }: {
    readonly config: Configuration | undefined;
    readonly options: CallOptions;
    /** For messages, e.g. `install of web`. */
    readonly what: string;
    /** Name of the release that it is about. @default {""} many */
    readonly release?: string;
  },
  run: (call: Call) => Promise<T>,
): Promise<T> {
  const used = config ?? new Configuration();
  try {
    return await ofRelease(
      release,
      withDeadline({ ...options, what }, async (signal) => {
        const { context, namespace } = await used.open();
        return await run({
          context: { ...context, emit: emitter(options, context.now) },
          namespace: options.namespace ?? namespace,
          signal,
        });
      }),
    );
  } finally {
    if (config === undefined) await used.close();
  }
}

function emitter({ onEvent }: CallOptions, now = Date.now): ActionContext["emit"] {
  return onEvent && ((event) => onEvent({ at: now(), ...event } as RunEvent));
}

/**
 * Runs `work` with a signal that the deadline aborts too.
 *
 * @throws {DeadlineError} When that is why it failed.
 */
export async function withDeadline<T>(
  options: Pick<CallOptions, "signal" | "deadline"> & { readonly what: string },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { signal, deadline, what } = options;
  signal?.throwIfAborted();
  const limit = milliseconds(deadline, "deadline");
  const own = new AbortController();
  const late = new DeadlineError(
    `${what} did not end within ${typeof deadline === "number" ? `${deadline} ms` : deadline}`,
    {
      hint: "allow more with `deadline`, or look at what it waits for with `onEvent`",
    },
  );
  const timer = limit === undefined ? undefined : setTimeout(() => own.abort(late), limit);
  try {
    return await work(signal === undefined ? own.signal : AbortSignal.any([signal, own.signal]));
  } catch (error) {
    if (own.signal.aborted) throw error === late ? late : withCause(late, error);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function withCause(late: DeadlineError, cause: unknown): DeadlineError {
  const { message, hint } = late;
  return new DeadlineError(message, { hint, cause });
}

/** A duration in milliseconds. @throws {ValidationError} When it is none. */
export function milliseconds(duration: Duration | undefined, option: string): number | undefined {
  if (duration === undefined) return undefined;
  const parsed = parseDuration(duration);
  if (parsed !== undefined) return parsed;
  throw new ValidationError(`${option} is no duration: ${JSON.stringify(duration)}`, {
    code: "options/duration",
    hint: 'write milliseconds as a number, or "90s", "10m", "1h30m"',
  });
}

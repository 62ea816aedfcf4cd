/**
 * Many pieces of work at once, within a limit, each to its own end.
 *
 * @module
 */
import { messageOf } from "../errors.ts";
import { retry } from "../schedule/retry.ts";
import type { Duration } from "../stack/types.ts";
import { milliseconds, withDeadline } from "./call.ts";
import { ValidationError } from "./errors.ts";

/** What a piece of work is given. */
export interface WorkContext {
  /** Aborted when the caller's signal is, and when this piece's time is up. */
  readonly signal: AbortSignal;
  /** Counts from 1. */
  readonly attempt: number;
}

/** How a piece of work ended. */
export type Settled<Item, Result> =
  & {
    /** What it was about. */
    readonly item: Item;
    /** How often it was tried; 0 when it never began. */
    readonly attempts: number;
    /** Time that it took, in milliseconds. */
    readonly milliseconds: number;
  }
  & (
    | { readonly ok: true; readonly result: Result; readonly error?: undefined }
    | { readonly ok: false; readonly error: unknown; readonly result?: undefined }
  );

/** How far work has come. */
export interface WorkProgress<Item, Result> {
  /** Pieces that have ended. */
  readonly done: number;
  /** Pieces that failed. */
  readonly failed: number;
  /** All pieces. */
  readonly total: number;
  /** Of 100. */
  readonly percent: number;
  /** The piece that has just ended. */
  readonly last: Settled<Item, Result>;
}

/** Options of {@linkcode concurrently}. */
export interface ConcurrentOptions<Item, Result> {
  /** Pieces at once. @default {5} */
  readonly limit?: number | undefined;
  /** Tries of each piece, and the pause before the second one, which then grows. @default one try */
  readonly retry?: { readonly attempts: number; readonly delay?: Duration | undefined } | undefined;
  /** Time for each piece, with all its tries; or what gives it. @default no limit */
  readonly deadline?: Duration | ((item: Item) => Duration | undefined) | undefined;
  /** Start nothing more when a piece has failed. @default {false} */
  readonly stopOnFailure?: boolean | undefined;
  /** Called before each try. */
  readonly onStart?: ((item: Item, attempt: number) => void) | undefined;
  /** Called when a try has failed and another one follows. */
  readonly onRetry?: ((item: Item, error: unknown, attempt: number) => void) | undefined;
  /** Called when a piece has ended. */
  readonly onProgress?: ((progress: WorkProgress<Item, Result>) => void) | undefined;
  /** What a piece is called in messages. @default {String} */
  readonly nameOf?: ((item: Item) => string) | undefined;
  /** Aborts what runs, and starts nothing more. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Does something with each item, several at once, and tells how each ended, in the order of the items.
 * It throws for a wrong option only: a failure is a result.
 *
 * @example Usage
 * ```ts
 * import { concurrently } from "@capstan/capstan";
 *
 * const settled = await concurrently(["a", "b", "c"], (name, { attempt }) => {
 *   if (name === "b" && attempt === 1) throw new Error("not yet");
 *   return Promise.resolve(name.toUpperCase());
 * }, { limit: 2, retry: { attempts: 3, delay: 1 } });
 * const said = settled.map(({ result, attempts }) => `${result}${attempts}`).join();
 * if (said !== "A1,B2,C1") throw new Error(said);
 * ```
 */
export async function concurrently<Item, Result>(
  items: readonly Item[],
  work: (item: Item, context: WorkContext) => Promise<Result>,
  options: ConcurrentOptions<Item, Result> = {},
): Promise<Settled<Item, Result>[]> {
  const { limit = 5, stopOnFailure = false, onProgress, signal } = options;
  checkCounts(limit, options.retry?.attempts);
  const settled: Settled<Item, Result>[] = [];
  let next = 0, done = 0, failed = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next++, item = items[index]!;
      const held = signal?.aborted || (stopOnFailure && failed > 0);
      const last = held ? notBegun<Item, Result>(item, signal) : await settle(item, work, options);
      settled[index] = last;
      done += 1;
      if (!last.ok) failed += 1;
      const { length: total } = items;
      onProgress?.({ done, failed, total, percent: done / total * 100, last });
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return settled;
}

function checkCounts(limit: number, attempts = 1): void {
  for (const [option, value] of Object.entries({ limit, "retry.attempts": attempts })) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw new ValidationError(`${option} must be a positive integer: got ${value}`, {
      code: "options/count",
      hint: `give 1 or more, or leave ${option} out`,
    });
  }
}

function notBegun<Item, Result>(item: Item, signal?: AbortSignal): Settled<Item, Result> {
  const error = signal?.aborted
    ? signal.reason
    : new DOMException("not begun: another piece has failed", "AbortError");
  return { item, attempts: 0, milliseconds: 0, ok: false, error };
}

async function settle<Item, Result>(
  item: Item,
  work: (item: Item, context: WorkContext) => Promise<Result>,
  options: ConcurrentOptions<Item, Result>,
): Promise<Settled<Item, Result>> {
  const { deadline, nameOf = String, onStart, onRetry } = options;
  const began = performance.now();
  let attempts = 0;
  const ended = () => ({ item, attempts, milliseconds: performance.now() - began });
  try {
    const result = await withDeadline({
      signal: options.signal,
      deadline: typeof deadline === "function" ? deadline(item) : deadline,
      what: nameOf(item),
    }, (signal) =>
      retry(async (attempt) => {
        attempts = attempt;
        onStart?.(item, attempt);
        signal.throwIfAborted();
        return await work(item, { signal, attempt });
      }, {
        attempts: options.retry?.attempts ?? 1,
        delay: milliseconds(options.retry?.delay, "retry.delay") ?? 1_000,
        onRetry: (error, attempt) => onRetry?.(item, error, attempt),
        signal,
      }));
    return { ...ended(), ok: true, result };
  } catch (error) {
    return { ...ended(), ok: false, error };
  }
}

/** One line for what was thrown, with its hint. */
export function lineOf(error: unknown): string {
  const hint = (error as { readonly hint?: unknown } | null)?.hint;
  return typeof hint === "string" ? `${messageOf(error)} (${hint})` : messageOf(error);
}

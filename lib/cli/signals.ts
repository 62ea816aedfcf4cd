/**
 * Ctrl-C and SIGTERM: the first asks the run to stop, the second ends it.
 *
 * @module
 */
import { EXIT } from "./errors.ts";
import { startGuard } from "./signal_guard.ts";

/** What the signals have asked for so far. */
export interface Signals {
  /** Aborted by the first signal: start nothing new, finish or unwind what runs. */
  readonly stop: AbortSignal;
  /** Aborted by the second: abort requests now. */
  readonly abort: AbortSignal;
  /** The exit code of the signal that came, if one did. */
  readonly received: number | undefined;
  /**
   * Does work during which a signal ends the program at once, as where nobody listens. It is the only way out of
   * work that never gives way to a listener, such as a loop without end.
   */
  unheard<T>(work: () => Promise<T>): Promise<T>;
  /**
   * Before the stack's own code runs, some of which may never give way: hears signals all the same, and where they
   * are not taken in the next one ends the program.
   */
  guard(): Promise<void>;
  /** Stops listening. */
  close(): void;
}

/** Listens to SIGINT and SIGTERM until closed. */
export function listenToSignals(): Signals {
  const stop = new AbortController();
  const abort = new AbortController();
  let received: number | undefined;
  const on = (code: number) => () => {
    received ??= code;
    const reason = new DOMException("interrupted", "AbortError");
    if (stop.signal.aborted) abort.abort(reason);
    else stop.abort(reason);
  };
  const handlers = [["SIGINT", on(EXIT.interrupted)], ["SIGTERM", on(EXIT.terminated)]] as const;
  const wanted = Deno.build.os === "windows" ? handlers.slice(0, 1) : handlers;
  const listen = () => {
    for (const [name, handler] of wanted) Deno.addSignalListener(name, handler);
  };
  const leave = () => {
    for (const [name, handler] of wanted) Deno.removeSignalListener(name, handler);
  };
  listen();
  let endGuard: (() => void) | undefined;
  return {
    stop: stop.signal,
    abort: abort.signal,
    get received() {
      return received;
    },
    async unheard(work) {
      leave();
      try {
        return await work();
      } finally {
        listen();
      }
    },
    guard: () =>
      new Promise((resolve) => {
        endGuard = startGuard({
          signals: wanted.map(([name]) => name),
          warning: BLOCKED,
          onReady() {
            leave();
            resolve();
          },
          onError: resolve,
          onSignal: (signal) => wanted.find(([name]) => name === signal)?.[1](),
        });
      }),
    close() {
      endGuard?.();
      leave();
    },
  };
}

/** What a person is told when the thread that is to stop is kept busy. */
const BLOCKED =
  "interrupted, but the stack's own code does not give way, as in a loop without end: once more ends the program at once, with the releases as they are";

/** What a person is told at the first signal. */
export const STOPPING =
  "interrupted: what runs is finished and nothing new starts; once more ends it now";

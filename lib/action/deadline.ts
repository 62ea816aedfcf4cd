/**
 * A time by which something must have come to its end.
 *
 * @module
 */
import { CapstanError } from "../errors.ts";

/** Aborts a signal when the time is up that began with its first use. */
export class Deadline {
  readonly #milliseconds: number | undefined;
  readonly #what: string;
  #controller: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #over = false;

  /** @param what In the message of the error that the signal is aborted with. */
  constructor(milliseconds: number | undefined, what: string) {
    this.#milliseconds = milliseconds;
    this.#what = what;
  }

  /** The signal, whose time runs from the first call; `undefined` where there is no deadline. */
  begin(): AbortSignal | undefined {
    const ms = this.#milliseconds;
    if (ms === undefined || this.#controller !== undefined || this.#over) {
      return this.#controller?.signal;
    }
    const controller = this.#controller = new AbortController();
    this.#timer = setTimeout(() => controller.abort(this.#error(ms)), ms);
    return controller.signal;
  }

  /** Stops the clock. */
  end(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }

  #error(ms: number): CapstanError {
    return new CapstanError(
      `${this.#what} did not come to its end within its deadline of ${ms / 1000} s`,
      { code: "deadline", hint: "give it more time with `deadline`, or look at what it waits for" },
    );
  }
}

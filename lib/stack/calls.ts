/**
 * Calls across the border of a worker: data is copied, functions stay where they are and are called by
 * message, and an AbortSignal of one side aborts one of the other.
 *
 * @module
 */
import { CapstanError, CapstanErrors, messageOf } from "../errors.ts";
import type { Position } from "../errors.ts";

/** What messages go through: a worker, or the inside of one. */
export interface Port {
  postMessage(message: unknown): void;
  addEventListener(type: "message", listen: (event: MessageEvent) => void): void;
}

/** An error as data. */
export interface ErrorData {
  readonly message: string;
  readonly name: string;
  readonly code?: string | undefined;
  readonly hint?: string | undefined;
  readonly position?: Position | undefined;
  readonly excerpt?: string | undefined;
  /** Of several errors, each. */
  readonly errors?: readonly ErrorData[] | undefined;
}

type Message =
  | { readonly type: "call"; readonly call: number; readonly fn: number; readonly args: unknown }
  | { readonly type: "return"; readonly call: number; readonly value: unknown }
  | { readonly type: "throw"; readonly call: number; readonly error: ErrorData }
  | { readonly type: "abort"; readonly signal: number; readonly reason: ErrorData };

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

type AnyFunction = (...args: unknown[]) => unknown;

/** One side of the border. */
export class Calls {
  readonly #port: Port;
  readonly #functions: AnyFunction[] = [];
  readonly #waiting = new Map<number, Waiting>();
  readonly #aborts = new Map<number, AbortController>();
  #next = 0;

  constructor(port: Port) {
    this.#port = port;
    port.addEventListener("message", ({ data }) => this.#hear(data as Message));
  }

  /** A copy that can be sent; the same object stays the same. */
  encode(value: unknown, seen = new Map<unknown, unknown>()): unknown {
    if (typeof value === "function") {
      return { $function: this.#functions.push(value as AnyFunction) - 1 };
    }
    if (typeof value !== "object" || value === null) return value;
    const known = seen.get(value);
    if (known !== undefined) return known;
    if (value instanceof AbortSignal) return this.#encodeSignal(value);
    const prototype = Object.getPrototypeOf(value);
    if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) return value;
    const copy: unknown[] & Record<string, unknown> = (Array.isArray(value) ? [] : {}) as never;
    seen.set(value, copy);
    for (const [key, item] of Object.entries(value)) copy[key] = this.encode(item, seen);
    return copy;
  }

  /** What was sent, with functions that can be called. */
  decode(value: unknown, seen = new Map<unknown, unknown>()): unknown {
    if (typeof value !== "object" || value === null) return value;
    const known = seen.get(value);
    if (known !== undefined) return known;
    const { $function, $signal } = value as { $function?: number; $signal?: number };
    if (typeof $function === "number") {
      return (...args: unknown[]) => this.#call($function, args);
    }
    if (typeof $signal === "number") return this.#decodeSignal($signal, value);
    const prototype = Object.getPrototypeOf(value);
    if (!Array.isArray(value) && prototype !== Object.prototype) return value;
    const copy: unknown[] & Record<string, unknown> = (Array.isArray(value) ? [] : {}) as never;
    seen.set(value, copy);
    for (const [key, item] of Object.entries(value)) copy[key] = this.decode(item, seen);
    return copy;
  }

  /** Everything that waits for the other side fails: it is no more. */
  end(error: unknown): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  #call(fn: number, args: unknown[]): Promise<unknown> {
    const call = this.#next++;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.set(call, { resolve, reject });
    this.#port.postMessage({ type: "call", call, fn, args: this.encode(args) });
    return promise;
  }

  #encodeSignal(signal: AbortSignal): unknown {
    const id = this.#next++;
    const tell = () => {
      this.#port.postMessage({ type: "abort", signal: id, reason: errorData(signal.reason) });
    };
    if (!signal.aborted) signal.addEventListener("abort", tell, { once: true });
    return { $signal: id, ...(signal.aborted ? { reason: errorData(signal.reason) } : {}) };
  }

  #decodeSignal(id: number, value: object): AbortSignal {
    const { reason } = value as { reason?: ErrorData };
    if (reason !== undefined) return AbortSignal.abort(errorOf(reason));
    const controller = new AbortController();
    this.#aborts.set(id, controller);
    return controller.signal;
  }

  #hear(message: Message): void {
    if (message.type === "call") void this.#answer(message);
    else if (message.type === "abort") {
      this.#aborts.get(message.signal)?.abort(errorOf(message.reason));
      this.#aborts.delete(message.signal);
    } else if (message.type === "return" || message.type === "throw") {
      const waiting = this.#waiting.get(message.call);
      this.#waiting.delete(message.call);
      if (message.type === "return") waiting?.resolve(this.decode(message.value));
      else waiting?.reject(errorOf(message.error));
    }
  }

  async #answer({ call, fn, args }: Message & { type: "call" }): Promise<void> {
    try {
      const value = await this.#functions[fn]!(...this.decode(args) as unknown[]);
      this.#port.postMessage({ type: "return", call, value: this.encode(value) });
    } catch (error) {
      this.#port.postMessage({ type: "throw", call, error: errorData(error) });
    }
  }
}

/** An error as data. */
export function errorData(error: unknown): ErrorData {
  const name = error instanceof Error ? error.name : "Error";
  const message = messageOf(error);
  if (!(error instanceof CapstanError)) return { message, name };
  const { code, hint, position, excerpt } = error;
  const errors = error instanceof CapstanErrors ? error.errors.map(errorData) : undefined;
  return { message, name, code, hint, position, excerpt, errors };
}

/** The error that data describes. */
export function errorOf(data: ErrorData): Error {
  const { message, name, code, hint, position, excerpt, errors } = data;
  if (errors !== undefined) {
    return new CapstanErrors(errors.map((each) => errorOf(each) as CapstanError), message);
  }
  if (code !== undefined) return new CapstanError(message, { code, hint, position, excerpt });
  if (name === "AbortError" || name === "TimeoutError") return new DOMException(message, name);
  return Object.assign(new Error(message), { name });
}

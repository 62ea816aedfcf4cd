/**
 * Calls across the border of a worker: data is copied, functions stay where they are and are called by
 * message, and an AbortSignal of one side aborts one of the other.
 *
 * @module
 */
import { CapstanError, CapstanErrors, isErrorClass, messageOf } from "../errors.ts";
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
  /** Names of its class and of those that it extends, nearest first. */
  readonly classes?: readonly string[] | undefined;
  /** Its own plain fields, such as the status of an answer. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: ErrorData | undefined;
}

type Message =
  | { readonly type: "call"; readonly call: number; readonly fn: number; readonly args: unknown }
  | { readonly type: "return"; readonly call: number; readonly value: unknown }
  | { readonly type: "throw"; readonly call: number; readonly error: ErrorData }
  | { readonly type: "abort"; readonly signal: number; readonly reason: ErrorData }
  | { readonly type: "forget"; readonly signals: readonly number[] };

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

type AnyFunction = (...args: unknown[]) => unknown;

/** A signal that was sent, until the call that it was for has ended. */
interface SentSignal {
  readonly id: number;
  readonly release: () => void;
}

/** Options of {@linkcode Calls}. */
export interface CallsOptions {
  /** Makes of an error of the other side what is thrown here. @default the error */
  readonly explain?: ((error: Error) => unknown) | undefined;
}

/** One side of the border. */
export class Calls {
  readonly #port: Port;
  readonly #functions: AnyFunction[] = [];
  readonly #waiting = new Map<number, Waiting>();
  readonly #aborts = new Map<number, AbortController>();
  readonly #explain: (error: Error) => unknown;
  #next = 0;
  /** Why the other side is no more. */
  #ended: { readonly error: unknown } | undefined;

  constructor(port: Port, { explain = (error) => error }: CallsOptions = {}) {
    this.#port = port;
    this.#explain = explain;
    port.addEventListener("message", ({ data }) => this.#hear(data as Message));
  }

  /** A copy that can be sent; the same object stays the same. */
  encode(
    value: unknown,
    seen = new Map<unknown, unknown>(),
    sent: SentSignal[] = [],
  ): unknown {
    // Classes are of one side only; what matters of those of errors are their names.
    if (isErrorClass(value)) return { $errors: value.name };
    if (typeof value === "function") {
      return { $function: this.#functions.push(value as AnyFunction) - 1 };
    }
    if (typeof value !== "object" || value === null) return value;
    const known = seen.get(value);
    if (known !== undefined) return known;
    if (value instanceof AbortSignal) return this.#encodeSignal(value, sent);
    if (value instanceof Error) return { $error: errorData(value) };
    const prototype = Object.getPrototypeOf(value);
    if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) return value;
    const copy: unknown[] & Record<string, unknown> = (Array.isArray(value) ? [] : {}) as never;
    seen.set(value, copy);
    for (const [key, item] of Object.entries(value)) copy[key] = this.encode(item, seen, sent);
    return copy;
  }

  /** What was sent, with functions that can be called. */
  decode(value: unknown, seen = new Map<unknown, unknown>()): unknown {
    if (typeof value !== "object" || value === null) return value;
    const known = seen.get(value);
    if (known !== undefined) return known;
    const { $function, $signal, $errors, $error } = value as Marks;
    if (typeof $errors === "string") {
      return (error: unknown) => classesOf(error).includes($errors);
    }
    if ($error !== undefined) return errorOf($error);
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

  /** Everything that waits for the other side fails, and what is asked of it later: it is no more. */
  end(error: unknown): void {
    this.#ended = { error };
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  async #call(fn: number, args: unknown[]): Promise<unknown> {
    if (this.#ended !== undefined) throw this.#ended.error;
    const call = this.#next++;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const sent: SentSignal[] = [];
    this.#waiting.set(call, { resolve, reject });
    this.#port.postMessage({ type: "call", call, fn, args: this.encode(args, new Map(), sent) });
    try {
      return await promise;
    } finally {
      // A signal of a long run would else be listened to once for every call of it.
      for (const { release } of sent) release();
      if (sent.length > 0) {
        this.#port.postMessage({ type: "forget", signals: sent.map(({ id }) => id) });
      }
    }
  }

  #encodeSignal(signal: AbortSignal, sent: SentSignal[]): unknown {
    const id = this.#next++;
    const tell = () => {
      this.#port.postMessage({ type: "abort", signal: id, reason: errorData(signal.reason) });
    };
    if (!signal.aborted) {
      signal.addEventListener("abort", tell, { once: true });
      sent.push({ id, release: () => signal.removeEventListener("abort", tell) });
    }
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
    } else if (message.type === "forget") {
      for (const id of message.signals) this.#aborts.delete(id);
    } else if (message.type === "return" || message.type === "throw") {
      const waiting = this.#waiting.get(message.call);
      this.#waiting.delete(message.call);
      if (message.type === "return") waiting?.resolve(this.decode(message.value));
      else waiting?.reject(this.#explain(errorOf(message.error)));
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

/** What stands for what cannot be copied. */
interface Marks {
  readonly $function?: number;
  readonly $signal?: number;
  /** A class of errors, by its name. */
  readonly $errors?: string;
  readonly $error?: ErrorData;
}

/** Classes of errors that came from the other side. */
const CLASSES = Symbol("classes");

/** Names of an error's class and of those that it extends; also of one that came from the other side. */
function classesOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [];
  const sent = (error as { [CLASSES]?: readonly string[] })[CLASSES];
  if (sent !== undefined) return sent;
  const names: string[] = [];
  for (
    let prototype = Object.getPrototypeOf(error);
    prototype !== null && prototype !== Object.prototype;
    prototype = Object.getPrototypeOf(prototype)
  ) names.push(prototype.constructor.name);
  return names;
}

/** Causes that are sent with an error. */
const DEPTH = 8;

/** An error as data. */
export function errorData(error: unknown, depth = 0): ErrorData {
  const name = error instanceof Error ? error.name : "Error";
  const message = messageOf(error);
  const inner = error instanceof Error && error.cause !== undefined && depth < DEPTH
    ? { cause: errorData(error.cause, depth + 1) }
    : {};
  const common = { message, name, classes: classesOf(error), fields: fieldsOf(error), ...inner };
  if (!(error instanceof CapstanError)) return common;
  const { code, hint, position, excerpt } = error;
  const errors = error instanceof CapstanErrors
    ? error.errors.map((each) => errorData(each, depth + 1))
    : undefined;
  return { ...common, code, hint, position, excerpt, errors };
}

/** Fields that an error is made with, or that every one has. */
const OWN = ["message", "name", "stack", "code", "hint", "position", "excerpt", "cause", "errors"];

function fieldsOf(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return {};
  return Object.fromEntries(
    Object.entries(error).filter(([key, value]) =>
      !OWN.includes(key) && ["string", "number", "boolean"].includes(typeof value)
    ),
  );
}

/** The error that data describes. */
export function errorOf(data: ErrorData): Error {
  const { classes, fields = {} } = data;
  return Object.assign(
    bareError(data),
    fields,
    classes === undefined ? {} : { [CLASSES]: classes },
  );
}

function bareError(data: ErrorData): Error {
  const { message, name, code, hint, position, excerpt, errors } = data;
  const cause = data.cause === undefined ? undefined : errorOf(data.cause);
  if (errors !== undefined) {
    return new CapstanErrors(errors.map((each) => errorOf(each) as CapstanError), message);
  }
  if (code !== undefined) {
    return new CapstanError(message, { code, hint, position, excerpt, cause });
  }
  if (name === "AbortError" || name === "TimeoutError") return new DOMException(message, name);
  return Object.assign(new Error(message, cause === undefined ? undefined : { cause }), { name });
}

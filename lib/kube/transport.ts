/**
 * Requests to one API server: credentials, retries, the limit of requests in flight, and errors in
 * the server's words.
 *
 * @module
 */

import { CapstanError } from "../errors.ts";
import { Authorization, type Proof } from "./authorization.ts";
import type { Connection, HeaderFields } from "./connection.ts";
import { ApiError, type Asked, errorOfAnswer, errorOfFetch, errorOfTimeout } from "./errors.ts";
import { createHttpClient, type HttpClient, HttpClients, type Lease } from "./http_clients.ts";
import { NameRelay, withName } from "./name_relay.ts";
import { type Outcome, Pressure } from "./pressure.ts";
import { type Query, queryString } from "./resource.ts";
import { DEFAULT_RETRY, type Retry, type RetryPolicy, withRetry } from "./retry.ts";

/** `fetch`, with the client that Deno's own takes. */
export type Fetch = (
  url: string,
  init: RequestInit & { readonly client?: Deno.HttpClient },
) => Promise<Response>;

/** Options for {@linkcode Transport}. */
export interface TransportOptions {
  /** What sends requests. With one given, no connections are made here. @default {fetch} */
  readonly fetch?: Fetch | undefined;
  /** Most requests in flight. @default {64} */
  readonly maxInFlight?: number | undefined;
  /** How failures that pass are met. @default eight tries, about 20 seconds */
  readonly retry?: Partial<RetryPolicy> | undefined;
  /** Milliseconds without an answer after which a request is given up. @default {70_000} */
  readonly requestTimeout?: number | undefined;
  /** Milliseconds since any fixed time. @default {performance.now} */
  readonly now?: (() => number) | undefined;
  /** Random numbers in [0, 1), for the jitter. @default {Math.random} */
  readonly random?: (() => number) | undefined;
  /** Told of each try that is repeated. */
  readonly onRetry?: ((retry: Retry & { readonly request: string }) => void) | undefined;
  /** Told of what the server warns about, such as a deprecated API; each text once. */
  readonly onWarning?: ((text: string) => void) | undefined;
}

/** One request. */
export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Query | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** @default {"application/json"} */
  readonly contentType?: string | undefined;
  /** Whether sending it twice is the same as sending it once. @default {true but for POST} */
  readonly repeatable?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told of each try that failed before the request is sent once more. */
  readonly onRepeat?: ((error: ApiError) => void) | undefined;
  /** Statuses that are answers rather than errors. */
  readonly accept?: readonly number[] | undefined;
}

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** An answer that goes on, such as a watch. */
export interface ApiStream {
  readonly body: ReadableStream<Uint8Array>;
  /**
   * Deno ends the body of an aborted request only as long as somebody holds its response: else the
   * read goes on until the server ends it, and the process with it.
   */
  readonly response: Response;
  /** Ends it and frees its connection; harmless when it has ended. */
  close(): void;
}

/** Sends requests to one API server. */
export class Transport {
  readonly server: string;
  readonly clients: HttpClients;
  readonly pressure: Pressure;
  readonly #connection: Connection;
  /** The server by the name in its certificate. */
  readonly #base: string;
  readonly #relay: NameRelay | undefined;
  readonly #authorization: Authorization;
  readonly #options: TransportOptions;
  readonly #fetch: Fetch;
  readonly #now: () => number;
  readonly #policy: RetryPolicy;
  /** What is under way, with how to stop listening to its caller's signal. */
  readonly #open = new Map<AbortController, () => void>();
  readonly #warned = new Set<string>();
  #answered = false;
  #closed = false;

  constructor(connection: Connection, options: TransportOptions = {}) {
    this.server = connection.server;
    this.#connection = connection;
    this.#options = options;
    this.#fetch = options.fetch ?? ((url, init) => fetch(url, init));
    this.#now = options.now ?? (() => performance.now());
    this.#policy = { ...DEFAULT_RETRY, ...options.retry };
    this.pressure = new Pressure({ max: options.maxInFlight, now: this.#now });
    this.#authorization = new Authorization({
      credentials: connection.credentials,
      onCertificate: () => this.clients.renew(),
    });
    const serverName = options.fetch === undefined ? connection.tls?.serverName : undefined;
    this.#relay = serverName === undefined ? undefined : new NameRelay(connection);
    this.#base = serverName === undefined ? this.server : withName(this.server, serverName);
    const create = () =>
      createHttpClient(connection, { own: this.#authorization.tls, proxy: this.#relay?.proxy() });
    this.clients = new HttpClients(options.fetch === undefined ? create : () => undefined);
  }

  /** Sends it, again where that may help, and resolves to the whole answer. Throws `ApiError`. */
  send(request: ApiRequest): Promise<Answer> {
    return withRetry(() => this.#attempt(request), {
      policy: this.#policy,
      repeatable: request.repeatable ?? request.method !== "POST",
      random: this.#options.random ?? Math.random,
      signal: request.signal,
      // A server that was never reached is more likely misnamed than restarting: say so soon.
      attempts: ({ reason }) =>
        this.#answered || reason === "ConnectionLost" ? this.#policy.attempts : 2,
      onRetry: (retry) => {
        request.onRepeat?.(retry.error);
        this.#options.onRetry?.({ ...retry, request: `${request.method} ${request.path}` });
      },
    });
  }

  /** Sends it and resolves to the parsed answer. */
  async json<T>(request: ApiRequest): Promise<T> {
    return JSON.parse((await this.send(request)).body);
  }

  /**
   * Opens a stream, on a connection of its own kind. One try only: whoever reads it must cope with
   * its end anyway. The signal ends the stream at any time.
   */
  async stream(request: ApiRequest): Promise<ApiStream> {
    let lease: Lease | undefined;
    const lend = () => {
      lease?.release();
      lease = this.clients.lease();
      return lease.client;
    };
    const controller = this.#controller(request.signal);
    const close = () => {
      this.#release(controller);
      lease?.release();
    };
    const timer = this.#limit(request, controller);
    try {
      const response = await this.#authorized(request, lend, controller.signal);
      if (!response.ok || response.body === null) throw await this.#refusal(request, response);
      return {
        body: response.body,
        response,
        close: () => {
          controller.abort(closing());
          close();
        },
      };
    } catch (error) {
      close();
      throw this.#explain(request, error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Aborts what is under way and closes every connection. */
  close(): void {
    this.#closed = true;
    for (const controller of this.#open.keys()) controller.abort(closing());
    this.clients.close();
    this.#relay?.close();
  }

  async #attempt(request: ApiRequest): Promise<Answer> {
    const { signal } = request;
    await this.pressure.acquire(signal);
    const started = this.#now();
    let outcome: Outcome = "answered";
    try {
      return await this.#exchange(request);
    } catch (error) {
      if (isOverload(error)) outcome = "overloaded";
      throw error;
    } finally {
      this.pressure.release(outcome, this.#now() - started);
    }
  }

  async #exchange(request: ApiRequest): Promise<Answer> {
    const controller = this.#controller(request.signal);
    const timer = this.#limit(request, controller);
    try {
      const response = await this.#authorized(
        request,
        () => this.clients.requests,
        controller.signal,
      );
      const body = await response.text();
      this.#answered = true;
      const { status, headers } = response;
      this.#warn(headers);
      if (response.ok || request.accept?.includes(status)) return { status, headers, body };
      throw errorOfAnswer(this.#asked(request), { status, headers, body });
    } catch (error) {
      throw this.#explain(request, error);
    } finally {
      clearTimeout(timer);
      this.#release(controller);
    }
  }

  /** Gives the request up when its answer does not come. */
  #limit(request: ApiRequest, controller: AbortController): ReturnType<typeof setTimeout> {
    const limit = this.#options.requestTimeout ?? 70_000;
    return setTimeout(
      () => controller.abort(errorOfTimeout(this.#asked(request), limit)),
      limit,
    );
  }

  /**
   * Sends it with credentials, and once more with fresh ones when the first were refused. The client
   * is asked for when the credentials are known, as a certificate may be part of them.
   */
  async #authorized(
    request: ApiRequest,
    client: () => HttpClient,
    signal: AbortSignal,
  ): Promise<Response> {
    const authorization = this.#authorization;
    const proof = await authorization.current(signal);
    const response = await this.#fetchOnce(request, client(), { signal, proof });
    if (response.status !== 401 || !authorization.refreshable) return response;
    await response.body?.cancel();
    const fresh = await authorization.renewed(proof, signal);
    return await this.#fetchOnce(request, client(), { signal, proof: fresh });
  }

  async #fetchOnce(
    request: ApiRequest,
    client: HttpClient,
    { signal, proof }: { readonly signal: AbortSignal; readonly proof: Proof },
  ): Promise<Response> {
    const headers: HeaderFields = {
      accept: "application/json",
      ...proof.headers,
      ...(request.body === undefined
        ? {}
        : { "content-type": request.contentType ?? "application/json" }),
      ...request.headers,
    };
    const init: RequestInit & { client?: Deno.HttpClient } = {
      method: request.method,
      headers: sendable(headers),
      signal,
      redirect: "manual",
    };
    if (request.body !== undefined) init.body = bodyOf(request.body);
    if (client !== undefined) init.client = client;
    return await this.#fetch(`${this.#base}${request.path}${queryString(request.query)}`, init);
  }

  async #refusal(request: ApiRequest, response: Response): Promise<ApiError> {
    const { status, headers } = response;
    return errorOfAnswer(this.#asked(request), { status, headers, body: await response.text() });
  }

  /** The signal's own reason when it aborted, else an `ApiError`. */
  #explain(request: ApiRequest, error: unknown): unknown {
    if (request.signal?.aborted) return request.signal.reason;
    if (error instanceof CapstanError || this.#closed) return error;
    return errorOfFetch(this.#asked(request), error, this.#relay?.failure);
  }

  #asked({ method, path }: ApiRequest): Asked {
    const { insecure, proxy } = this.#connection;
    return { method, path, server: this.server, base: this.#base, insecure, proxy };
  }

  #controller(signal: AbortSignal | undefined): AbortController {
    if (this.#closed) throw closing();
    signal?.throwIfAborted();
    const controller = new AbortController();
    const forward = () => controller.abort(signal?.reason);
    signal?.addEventListener("abort", forward, { once: true });
    this.#open.set(controller, () => signal?.removeEventListener("abort", forward));
    return controller;
  }

  #release(controller: AbortController): void {
    this.#open.get(controller)?.();
    this.#open.delete(controller);
  }

  #warn(headers: Headers): void {
    const text = headers.get("warning");
    if (text === null || this.#options.onWarning === undefined) return;
    for (const [, quoted] of text.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)) {
      const warning = quoted!.replace(/\\(.)/g, "$1");
      if (this.#warned.has(warning)) continue;
      this.#warned.add(warning);
      this.#options.onWarning(warning);
    }
  }
}

/** Headers as `fetch` takes them; one of several values only as a list is not joined by commas. */
function sendable(fields: HeaderFields): Record<string, string> | [string, string][] {
  const all = Object.entries(fields);
  const single = all.filter((field): field is [string, string] => typeof field[1] === "string");
  if (single.length === all.length) return Object.fromEntries(single);
  return all.flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, one]));
}

function closing(): DOMException {
  return new DOMException("the connection to the cluster was closed", "AbortError");
}

function isOverload(error: unknown): boolean {
  return error instanceof ApiError &&
    (error.status === 429 || error.status === 503 || error.reason === "Timeout");
}

const NOT_IN_YAML = /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** JSON that is the same as YAML, as which a server reads what is applied: there some characters end a line or are refused. */
function bodyOf(body: unknown): string {
  return JSON.stringify(body).replace(
    NOT_IN_YAML,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * Connections to one API server: one for requests, others for watches.
 *
 * @module
 */

import { CapstanError, isDenied, messageOf } from "../errors.ts";
import type { Connection, TlsSettings } from "./connection.ts";

/** What a request is sent on; `undefined` is the runtime's own default. */
export type HttpClient = Deno.HttpClient | undefined;

/** A client lent to a stream until it is given back. */
export interface Lease {
  readonly client: HttpClient;
  release(): void;
}

/**
 * Streams on one HTTP/2 connection. A server allows about 100 and Deno opens no second connection,
 * so one stream more would stall, without an error, every request that shares the connection.
 */
const STREAMS = 90;

/**
 * Makes clients as they are needed. Requests share one; streams have clients of their own, as many
 * as it takes for none to hold more than 90.
 */
export class HttpClients {
  readonly #create: () => HttpClient;
  #requests: { readonly client: HttpClient } | undefined;
  readonly #streams: { readonly client: HttpClient; count: number }[] = [];

  constructor(create: () => HttpClient) {
    this.#create = create;
  }

  /** The client for requests. */
  get requests(): HttpClient {
    this.#requests ??= { client: this.#create() };
    return this.#requests.client;
  }

  /** How many streams each client holds. */
  get streams(): readonly number[] {
    return this.#streams.map((entry) => entry.count);
  }

  /** A client for one stream. */
  lease(): Lease {
    let entry = this.#streams.find((one) => one.count < STREAMS);
    if (entry === undefined) {
      entry = { client: this.#create(), count: 0 };
      this.#streams.push(entry);
    }
    const lent = entry;
    lent.count++;
    let open = true;
    return {
      client: lent.client,
      release: () => {
        if (open) this.#giveBack(lent);
        open = false;
      },
    };
  }

  /** From now on new clients: those of before end with what is under way on them. */
  renew(): void {
    this.#requests?.client?.close();
    this.#requests = undefined;
    for (const { client } of this.#streams.splice(0)) client?.close();
  }

  close(): void {
    this.#requests?.client?.close();
    this.#requests = undefined;
    for (const { client } of this.#streams.splice(0)) client?.close();
  }

  /** The first client is kept for the next stream, those beyond it are closed when empty. */
  #giveBack(entry: { readonly client: HttpClient; count: number }): void {
    entry.count--;
    const index = this.#streams.indexOf(entry);
    if (entry.count > 0 || index <= 0) return;
    this.#streams.splice(index, 1);
    entry.client?.close();
  }
}

/** What a client may have other than its connection. */
export interface HttpClientOptions {
  /** Another certificate of its user. @default {the connection's} */
  readonly own?: Pick<TlsSettings, "cert" | "key"> | undefined;
  /** What to go through. @default {the connection's proxy} */
  readonly proxy?: Deno.Proxy | undefined;
}

/** A client with the connection's certificates and proxy, or others. */
export function createHttpClient(
  connection: Connection,
  { own = {}, proxy = proxyOf(connection) }: HttpClientOptions = {},
): Deno.HttpClient {
  const { tls } = connection;
  const options: Deno.CreateHttpClientOptions = {};
  if (tls?.caCerts !== undefined) options.caCerts = [...tls.caCerts];
  if (proxy !== undefined) options.proxy = proxy;
  const { cert, key } = { ...tls, ...own };
  try {
    const identity = cert !== undefined && key !== undefined ? { cert, key } : {};
    return Deno.createHttpClient({ ...options, ...identity });
  } catch (error) {
    if (isDenied(error)) throw error; // of the proxy's address; not of the certificates
    throw new CapstanError(
      `cannot use the certificates for ${connection.server}: ${messageOf(error)}`,
      { code: "kubeconfig/certificate", cause: error },
    );
  }
}

function proxyOf({ proxy: url }: Connection): Deno.Proxy | undefined {
  if (url === undefined) return undefined;
  return { transport: url.startsWith("socks5") ? "socks5" : "http", url };
}

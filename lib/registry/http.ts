/**
 * Requests to chart repositories and registries: credentials, trust, retries, bounds.
 *
 * Rules from Helm's pkg/getter/httpgetter.go; RFC 9110 for Retry-After.
 *
 * @module
 */
import { CapstanError, isAbort, messageOf } from "../errors.ts";
import { joinBytes } from "../files.ts";
import { retry } from "../schedule/retry.ts";
import { MAX_REDIRECTS, redirected } from "./redirects.ts";

/** How to be let in, and whom to trust. Files are PEM. */
export interface Access {
  /** User name. @default none, or that of a login */
  readonly username?: string | undefined;
  /** Password, or a token that stands for one. @default none */
  readonly password?: string | undefined;
  /** Send the credentials to whatever host an address names. @default {false} */
  readonly passCredentials?: boolean | undefined;
  /** Authorities to trust beside the system's. @default none */
  readonly caFile?: string | undefined;
  /** Client certificate, with `keyFile`. @default none */
  readonly certFile?: string | undefined;
  /** Key of the client certificate. @default none */
  readonly keyFile?: string | undefined;
  /** Take any certificate. @default {false} */
  readonly insecureSkipTlsVerify?: boolean | undefined;
  /** Speak HTTP to a registry. @default {false} */
  readonly plainHttp?: boolean | undefined;
}

/** Options of {@linkcode HttpSource}. */
export interface HttpSourceOptions {
  /** @default the global fetch */
  readonly fetch?: typeof fetch | undefined;
  /** Largest response taken, in bytes. @default {104_857_600} */
  readonly maxBytes?: number | undefined;
  /** Time for one response to begin and for one to be read, in milliseconds. @default {120_000} */
  readonly timeout?: number | undefined;
  /** Tries of a request that the server is too busy for. @default {3} */
  readonly attempts?: number | undefined;
}

/** One request. */
export interface Asked {
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: Uint8Array | undefined;
  readonly access?: Access | undefined;
  /** Where the credentials belong: they go nowhere else. @default the request's own address */
  readonly home?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An answer that is no success. */
export class StatusError extends CapstanError {
  override readonly name = "StatusError";
  readonly status: number;
  readonly headers: Headers;
  /** What the server says, cut. */
  readonly body: string;

  constructor(url: string, response: Response, body: string, at: string = url) {
    const { status, statusText } = response;
    const why = `${status} ${statusText}`.trim();
    super(`cannot fetch ${withoutSecrets(url)}: ${why}${sentOn(url, at)}`, {
      code: "registry/fetch",
      hint: hintOf(status, at),
    });
    this.status = status;
    this.headers = response.headers;
    this.body = body;
  }
}

const BUSY = [408, 429, 500, 502, 503, 504];

/** Sends requests; close it when done. */
export class HttpSource {
  readonly #fetch: typeof fetch;
  readonly #maxBytes: number;
  readonly #timeout: number;
  readonly #attempts: number;
  readonly #clients = new Map<string, Promise<Deno.HttpClient>>();

  constructor(options: HttpSourceOptions = {}) {
    this.#fetch = options.fetch ?? fetch;
    this.#maxBytes = options.maxBytes ?? 104_857_600;
    this.#timeout = options.timeout ?? 120_000;
    this.#attempts = options.attempts ?? 3;
  }

  /** Lets connections with certificates of their own go. */
  async close(): Promise<void> {
    const clients = await Promise.allSettled(this.#clients.values());
    this.#clients.clear();
    for (const client of clients) if (client.status === "fulfilled") client.value.close();
  }

  /**
   * The response to a request, once the server has said yes; read its body with {@linkcode read}.
   *
   * @throws {StatusError} When the server says no, after some tries where it is only busy.
   * @throws {CapstanError} When it cannot be reached.
   */
  async send(url: string, asked: Asked = {}): Promise<Response> {
    return await retry(() => this.#once(url, asked), {
      attempts: this.#attempts,
      delay: 250,
      signal: asked.signal,
      when: (error) => {
        if (!(error instanceof StatusError) || !BUSY.includes(error.status)) return false;
        const after = Number(error.headers.get("retry-after") ?? Number.NaN);
        return Number.isFinite(after) ? Math.min(after, 30) * 1000 : true;
      },
    });
  }

  async #once(url: string, asked: Asked): Promise<Response> {
    const { signal, access = {}, method = "GET", body } = asked;
    const timeout = AbortSignal.timeout(this.#timeout);
    const headers = new Headers(asked.headers);
    if (access.username !== undefined && access.username !== "" && belongs(url, asked)) {
      headers.set("authorization", basic(access));
    }
    const init = {
      headers,
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    };
    let trust = access;
    let at = { url, method, body };
    try {
      for (let hops = 0;; hops++) {
        const response = await this.#request(at, init, trust);
        if (response.ok || response.status === 304) return response;
        const next = redirected({ ...at, body: at.body !== undefined }, response);
        if (next === undefined) {
          throw new StatusError(url, response, (await response.text()).slice(0, 2000), at.url);
        }
        await response.body?.cancel();
        if (hops === MAX_REDIRECTS) throw new Error("it redirects again and again");
        if (next.elsewhere) {
          headers.delete("authorization");
          trust = { ...trust, certFile: undefined, keyFile: undefined };
        }
        at = { ...next, body: next.method === "GET" ? undefined : at.body };
      }
    } catch (error) {
      throw unreachable(url, error, signal, at.url);
    }
  }

  async #request(
    { url, method, body }: { url: string; method: string; body: Uint8Array | undefined },
    init: { readonly headers: Headers; readonly signal: AbortSignal },
    access: Access,
  ): Promise<Response> {
    const content = body === undefined ? {} : { body: body as Uint8Array<ArrayBuffer> };
    const request = { ...init, ...content, method, redirect: "manual" } as const;
    if (access.insecureSkipTlsVerify && /^https:/i.test(url)) {
      // Fetch cannot leave the check of certificates out.
      const { insecureFetch } = await import("./insecure_fetch.ts");
      return await insecureFetch(url, { ...request, ...await clientCertificate(access) });
    }
    const client = await this.#client(access);
    return await this.#fetch(url, client === undefined ? request : { ...request, client });
  }

  /** All of a body. @throws {CapstanError} When it is too large, or ends early. */
  async read(response: Response, limit: number = this.#maxBytes): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    try {
      for await (const chunk of response.body ?? []) {
        size += chunk.length;
        if (size > limit) throw new Error(`the response is larger than ${limit} bytes`);
        chunks.push(chunk);
      }
    } catch (error) {
      throw unreachable(response.url, error, undefined);
    }
    return joinBytes(chunks);
  }

  /** The body of an address. */
  async get(url: string, asked: Asked = {}): Promise<Uint8Array> {
    return await this.read(await this.send(url, asked));
  }

  #client(access: Access): Promise<Deno.HttpClient | undefined> {
    const { caFile, certFile, keyFile } = access;
    if (!caFile && !certFile && !keyFile) return Promise.resolve(undefined);
    const key = JSON.stringify([caFile, certFile, keyFile]);
    const client = this.#clients.get(key) ?? createClient(access);
    this.#clients.set(key, client);
    return client;
  }
}

async function createClient(access: Access): Promise<Deno.HttpClient> {
  const { caFile } = access;
  const ca = caFile ? { caCerts: [await readPem(caFile)] } : {};
  return Deno.createHttpClient({ ...ca, ...await clientCertificate(access) });
}

/** The client certificate and its key, where they are named. */
async function clientCertificate(
  { certFile, keyFile }: Access,
): Promise<{ cert: string; key: string } | Record<never, never>> {
  if (!certFile && !keyFile) return {};
  if (!certFile || !keyFile) {
    throw new CapstanError("a client certificate needs both a certificate and a key file", {
      code: "registry/tls",
      hint: "give --cert-file and --key-file",
    });
  }
  const [cert, key] = await Promise.all([readPem(certFile), readPem(keyFile)]);
  return { cert, key };
}

async function readPem(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    const denied = error instanceof Deno.errors.NotCapable;
    throw new CapstanError(`cannot read certificate file ${path}: ${messageOf(error)}`, {
      code: "registry/tls",
      hint: denied
        ? `add --allow-read=${path}`
        : "name a file in PEM; a relative path starts where the command runs",
      cause: error,
    });
  }
}

/** Whether the credentials may go to this address: the home's scheme and host, as in Helm. */
function belongs(url: string, { access, home = url }: Asked): boolean {
  return access?.passCredentials === true || new URL(url).origin === new URL(home).origin;
}

/** The value of a header for basic authentication (RFC 7617). */
export function basic({ username = "", password = "" }: Access): string {
  return `Basic ${new TextEncoder().encode(`${username}:${password}`).toBase64()}`;
}

/** An address that may be shown: without a user, a password, or a query, which may hold a token. */
export function withoutSecrets(url: string): string {
  if (!URL.canParse(url)) return url;
  const shown = new URL(url);
  shown.username = "";
  shown.password = "";
  return shown.search === "" ? shown.href : `${shown.href.slice(0, -shown.search.length)}?…`;
}

/** Says which server a redirect led to. */
function sentOn(url: string, at: string): string {
  return at === url ? "" : ` (redirected to ${withoutSecrets(at)})`;
}

function unreachable(
  url: string,
  error: unknown,
  signal: AbortSignal | undefined,
  at: string = url,
): unknown {
  if (error instanceof StatusError || signal?.aborted) return error;
  if (isAbort(error) && !(error instanceof DOMException && error.name === "TimeoutError")) {
    return error;
  }
  if (error instanceof CapstanError && error.code === "registry/tls") return error;
  const { host } = new URL(at);
  const why = reasonOf(error);
  return new CapstanError(`cannot fetch ${withoutSecrets(url)}: ${why}${sentOn(url, at)}`, {
    code: "registry/fetch",
    hint: error instanceof Deno.errors.NotCapable
      ? `add --allow-net=${host}`
      : unreachableHint(why, at),
    cause: error,
  });
}

function unreachableHint(why: string, url: string): string {
  // A server that wants a certificate says so, or just hangs up.
  if (
    /CertificateRequired|certificate required/i.test(why) ||
    /^https:/i.test(url) && /connection (closed|reset)/i.test(why)
  ) {
    return "where the server asks for a client certificate, give --cert-file and --key-file";
  }
  if (/^it redirects/.test(why)) return "look whether the address is right";
  return /certificate/i.test(why)
    ? "trust its authority with --ca-file, or skip the check with --insecure-skip-tls-verify"
    : "is the address right, and the network up? A proxy is named in HTTPS_PROXY";
}

/** What went wrong, which fetch keeps in the cause, without the address. */
function reasonOf(error: unknown): string {
  const cause = error instanceof TypeError && error.cause !== undefined ? error.cause : error;
  return messageOf(cause)
    .replace(/^error sending request for url \(.*?\): /, "")
    .replace(/^client error \(\w+\): /, "");
}

function hintOf(status: number, url: string): string | undefined {
  const { host } = new URL(url);
  switch (status) {
    case 401:
    case 403:
      return `give user name and password for ${host}: --username and --password, \`capstan registry login\`, or repository(url, { username, password })`;
    case 404:
      return "look whether the address is right";
    case 429:
      return `${host} takes no more requests for now: try again later, or log in where that raises the limit`;
    default:
      return undefined;
  }
}

/**
 * Tokens of an OpenID Connect issuer, as the kubeconfig's `auth-provider: {name: oidc}` keeps them: the
 * id token is used until it expires, then a new one is asked for with the refresh token.
 *
 * @module
 */

import { CapstanError, isDenied, messageOf } from "../errors.ts";
import type { Credentials, HeaderFields } from "./connection.ts";
import { basic, bearer, type ReadFile } from "./credentials.ts";

/** What an {@linkcode OidcCredentials} is made of. */
export interface OidcOptions {
  /** `auth-provider.config`: `idp-issuer-url`, `client-id`, `id-token`, `refresh-token`, … */
  readonly config: Readonly<Record<string, string>>;
  /** Headers beside the token, such as whom to act as. */
  readonly extra: HeaderFields;
  readonly readFile: ReadFile;
  /** Milliseconds since 1970. */
  readonly date: () => number;
  /** Keeps a new token where the old one is: an issuer may take a refresh token once only. */
  readonly keep?: ((renewed: ReadonlyMap<string, string>) => Promise<void>) | undefined;
}

/** A token is renewed before its end, so that it does not expire on its way. */
const EARLY = 10_000;

/** The tokens as they are now. */
interface Tokens {
  readonly id: string;
  readonly refresh: string;
}

/** Renews the id token when it has expired or was refused, once for all who wait. */
export class OidcCredentials implements Credentials {
  readonly refreshable: boolean;
  readonly #options: OidcOptions;
  #tokens: Tokens;
  #asking: Promise<void> | undefined;

  constructor(options: OidcOptions) {
    const { config } = options;
    this.#options = options;
    this.#tokens = { id: config["id-token"] ?? "", refresh: config["refresh-token"] ?? "" };
    this.refreshable = this.#tokens.refresh !== "";
  }

  /** @throws {CapstanError} When the token has expired and there is no way to a new one. */
  async headers(
    { refresh }: { readonly refresh?: boolean | undefined },
  ): Promise<HeaderFields> {
    if (refresh || expiryOf(this.#tokens.id) - EARLY < this.#options.date()) {
      this.#asking ??= this.#renew().finally(() => this.#asking = undefined);
      await this.#asking;
    }
    return { ...this.#options.extra, ...bearer(this.#tokens.id) };
  }

  async #renew(): Promise<void> {
    const old = this.#tokens;
    const issuer = this.#options.config["idp-issuer-url"] ?? "";
    if (issuer === "" || old.refresh === "") {
      const lacking = issuer === "" ? "idp-issuer-url" : "refresh-token";
      throw failure(issuer, `the id token has expired, and the kubeconfig has no ${lacking}`);
    }
    const client = await this.#client();
    try {
      this.#tokens = await this.#ask(issuer, client);
    } finally {
      client?.close();
    }
    const { id, refresh } = this.#tokens;
    await this.#options.keep?.(new Map([[old.id, id], [old.refresh, refresh]]));
  }

  /**
   * Where tokens are renewed, and whether this one must be; nothing is renewed.
   *
   * @throws {CapstanError} When the issuer does not tell.
   */
  async renewal(): Promise<{ readonly due: boolean; readonly urls: readonly string[] }> {
    const due = expiryOf(this.#tokens.id) - EARLY < this.#options.date();
    const issuer = this.#options.config["idp-issuer-url"] ?? "";
    if (issuer === "" || !this.refreshable) return { due, urls: [] };
    const client = await this.#client();
    try {
      return { due, urls: [issuer, (await this.#discover(issuer, client)).endpoint] };
    } finally {
      client?.close();
    }
  }

  async #discover(issuer: string, client: Deno.HttpClient | undefined) {
    const where = `${issuer.replace(/\/+$/, "")}/.well-known/openid-configuration`;
    const found = await answerOf(issuer, where, withClient(client, {}));
    const endpoint = found["token_endpoint"];
    if (typeof endpoint === "string") return { found, endpoint };
    throw failure(issuer, `${where} names no token_endpoint`);
  }

  async #ask(issuer: string, client: Deno.HttpClient | undefined): Promise<Tokens> {
    const { found, endpoint } = await this.#discover(issuer, client);
    const methods = found["token_endpoint_auth_methods_supported"];
    const inBody = Array.isArray(methods) && !methods.includes("client_secret_basic");
    const request = this.#request(inBody);
    const { id_token, refresh_token } = await answerOf(
      issuer,
      endpoint,
      withClient(client, request),
    );
    if (typeof id_token !== "string") throw failure(issuer, "the issuer gave no id_token");
    return {
      id: id_token,
      refresh: typeof refresh_token === "string" ? refresh_token : this.#tokens.refresh,
    };
  }

  /** RFC 6749, 6 and 2.3.1. */
  #request(inBody: boolean): RequestInit {
    const { "client-id": id = "", "client-secret": secret = "" } = this.#options.config;
    const body = new URLSearchParams({
      grant_type: "refresh_token",
      refresh_token: this.#tokens.refresh,
    });
    if (secret !== "" && !inBody) {
      const headers = basic(encodeURIComponent(id), encodeURIComponent(secret));
      return { method: "POST", body, headers };
    }
    body.set("client_id", id);
    if (secret !== "") body.set("client_secret", secret);
    return { method: "POST", body };
  }

  /** Connections that trust the issuer's own authority. */
  async #client(): Promise<Deno.HttpClient | undefined> {
    const { config, readFile } = this.#options;
    const data = config["idp-certificate-authority-data"];
    const file = config["idp-certificate-authority"];
    if (!data && !file) return undefined;
    const pem = data
      ? new TextDecoder().decode(Uint8Array.fromBase64(data))
      : await readFile(file!);
    return Deno.createHttpClient({ caCerts: [pem] });
  }
}

type Init = RequestInit & { client?: Deno.HttpClient };

function withClient(client: Deno.HttpClient | undefined, init: RequestInit): Init {
  return client === undefined ? init : { ...init, client };
}

/** When a token expires, in milliseconds since 1970; 0 for what is no token. */
function expiryOf(token: string): number {
  try {
    const claims = token.split(".")[1] ?? "";
    const bytes = Uint8Array.fromBase64(claims, { alphabet: "base64url" });
    return Number(JSON.parse(new TextDecoder().decode(bytes)).exp) * 1000 || 0;
  } catch {
    return 0;
  }
}

async function answerOf(issuer: string, url: string, init: Init): Promise<Record<string, unknown>> {
  const { status, text } = await exchange(issuer, url, init);
  const value = objectOf(text);
  if (status === 200 && value !== undefined) return value;
  const said = [value?.["error"], value?.["error_description"]].filter(Boolean).join(": ");
  throw failure(issuer, `${url} answered ${status}${said && `: ${said}`}`);
}

async function exchange(issuer: string, url: string, init: Init) {
  try {
    const response = await fetch(url, init);
    return { status: response.status, text: await response.text() };
  } catch (error) {
    const hint = isDenied(error) ? `allow it with --allow-net=${new URL(url).host}` : undefined;
    throw failure(issuer, messageOf(error), hint, error);
  }
}

function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined; // The caller says what was answered instead.
  }
}

function failure(issuer: string, why: string, hint?: string, cause?: unknown): CapstanError {
  const who = issuer || "the kubeconfig's oidc provider";
  return new CapstanError(`cannot renew the token of ${who}: ${why}`, {
    code: "kubeconfig/oidc",
    hint: hint ?? "log in again with the tool that wrote the kubeconfig's user",
    cause,
  });
}

/**
 * Who asks, for all requests on one connection: fresh credentials are asked for once, however many
 * requests were refused with the old ones.
 *
 * @module
 */

import type { Credentials, HeaderFields, TlsSettings } from "./connection.ts";

/** What a request was sent with. */
export interface Proof {
  readonly headers: HeaderFields;
  readonly cert: string | undefined;
}

/** Options for {@linkcode Authorization}. */
export interface AuthorizationOptions {
  readonly credentials: Credentials | undefined;
  /** Told when the certificate is another from now on. */
  readonly onCertificate: () => void;
}

/** Asks {@linkcode Credentials}, and remembers what they gave last. */
export class Authorization {
  readonly #credentials: Credentials | undefined;
  readonly #onCertificate: () => void;
  #certificate: string | undefined;
  #renewing: Promise<Proof> | undefined;

  constructor({ credentials, onCertificate }: AuthorizationOptions) {
    this.#credentials = credentials;
    this.#onCertificate = onCertificate;
    this.#certificate = credentials?.tls?.cert;
  }

  /** Whether there can be anything better than what the server refused. */
  get refreshable(): boolean {
    return this.#credentials?.refreshable ?? false;
  }

  /** The certificate that goes with the headers. */
  get tls(): Pick<TlsSettings, "cert" | "key"> {
    return this.#credentials?.tls ?? {};
  }

  /** What to send a request with. */
  current(signal: AbortSignal): Promise<Proof> {
    return this.#ask({ signal });
  }

  /** What to send it with again after a 401: something new, or what another request got meanwhile. */
  async renewed(refused: Proof, signal: AbortSignal): Promise<Proof> {
    const now = await this.current(signal);
    if (JSON.stringify(now) !== JSON.stringify(refused)) return now;
    // Not bound to the signal of whoever is first, as others share the result.
    this.#renewing ??= this.#ask({ refresh: true }).finally(() => this.#renewing = undefined);
    return await this.#renewing;
  }

  async #ask(options: { signal?: AbortSignal; refresh?: boolean }): Promise<Proof> {
    const headers = await this.#credentials?.headers(options) ?? {};
    const { cert } = this.tls;
    if (cert !== this.#certificate) {
      this.#certificate = cert;
      this.#onCertificate();
    }
    return { headers, cert };
  }
}

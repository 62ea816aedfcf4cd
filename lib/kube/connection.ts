/**
 * Where a cluster is and how to be let in: what a kubeconfig comes down to.
 *
 * @module
 */

/** A cluster and a user of it. */
export interface Connection {
  /** Scheme, host, port, and path if any, without a slash at the end. */
  readonly server: string;
  /** Namespace of objects that name none. */
  readonly namespace: string;
  /** The kubeconfig's context, for messages. */
  readonly context?: string | undefined;
  /** Whom to trust and how to prove who asks, by certificate. */
  readonly tls?: TlsSettings | undefined;
  /**
   * The kubeconfig says `insecure-skip-tls-verify`. Only a flag of Deno can do that, so it does no
   * more than make the error for an untrusted certificate name the flag.
   */
  readonly insecure?: boolean | undefined;
  /** URL of a proxy: http, https or socks5. */
  readonly proxy?: string | undefined;
  /** What to send with each request. @default nothing */
  readonly credentials?: Credentials | undefined;
}

/** Certificates, all in PEM. */
export interface TlsSettings {
  /** Authorities that may have signed the server's certificate. */
  readonly caCerts?: readonly string[] | undefined;
  /**
   * Name in the server's certificate, where it is not the address's. It is checked by way of a relay on
   * loopback; see docs/clusters.md for the permissions. @default {the host of the address}
   */
  readonly serverName?: string | undefined;
  /** The client's certificate; goes with `key`. */
  readonly cert?: string | undefined;
  /** The client's private key. */
  readonly key?: string | undefined;
}

/** Headers of a request; several values of one are sent as several headers. */
export type HeaderFields = Readonly<Record<string, string | readonly string[]>>;

/** Headers, and maybe a certificate, that say who asks. */
export interface Credentials {
  /** `refresh` is set after a 401: what was given before is no longer good. */
  headers(
    options: { readonly signal?: AbortSignal | undefined; readonly refresh?: boolean | undefined },
  ): Promise<HeaderFields> | HeaderFields;
  /** Whether asking with `refresh` can give anything new. */
  readonly refreshable: boolean;
  /**
   * The client's certificate as it is now, where it goes along with the headers; connections made
   * with another are given up. @default {that of the connection}
   */
  readonly tls?: Pick<TlsSettings, "cert" | "key"> | undefined;
}

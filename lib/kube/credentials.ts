/**
 * Ways to say who asks that need no more than the kubeconfig and files.
 *
 * @module
 */

import { CapstanError, isDenied, messageOf } from "../errors.ts";
import type { Credentials, HeaderFields } from "./connection.ts";

/** Reads a text file. */
export type ReadFile = (path: string) => Promise<string>;

/** The same headers for every request. */
export function fixedCredentials(headers: HeaderFields): Credentials {
  return { refreshable: false, headers: () => headers };
}

/** `Authorization` of a bearer token. */
export function bearer(token: string): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${token.trim()}` };
}

/** `Authorization` of a user name and password (RFC 7617). */
export function basic(username: string, password: string): Readonly<Record<string, string>> {
  const bytes = new TextEncoder().encode(`${username}:${password}`);
  return { authorization: `Basic ${bytes.toBase64()}` };
}

/** How long a token from a file is used before the file is read again, as client-go does. */
const FILE_TOKEN_AGE = 60_000;

/** A token that something else renews in a file, such as a service account's. */
export class FileCredentials implements Credentials {
  readonly refreshable = true;
  readonly #path: string;
  readonly #readFile: ReadFile;
  readonly #now: () => number;
  readonly #extra: HeaderFields;
  #token: { readonly at: number; readonly headers: Promise<HeaderFields> } | undefined;

  constructor(
    path: string,
    options: {
      readonly readFile: ReadFile;
      readonly now: () => number;
      readonly extra?: HeaderFields | undefined;
    },
  ) {
    this.#path = path;
    this.#readFile = options.readFile;
    this.#now = options.now;
    this.#extra = options.extra ?? {};
  }

  headers(
    { refresh }: { readonly refresh?: boolean | undefined },
  ): Promise<HeaderFields> {
    const now = this.#now();
    if (this.#token === undefined || refresh || now - this.#token.at > FILE_TOKEN_AGE) {
      this.#token = { at: now, headers: this.#read() };
    }
    return this.#token.headers;
  }

  async #read(): Promise<HeaderFields> {
    try {
      return { ...this.#extra, ...bearer(await this.#readFile(this.#path)) };
    } catch (error) {
      this.#token = undefined;
      throw new CapstanError(`cannot read the token in ${this.#path}: ${messageOf(error)}`, {
        code: "kubeconfig/token",
        hint: isDenied(error)
          ? `allow it with --allow-read=${this.#path}`
          : "whoever writes that file has to write it again; is the kubeconfig's tokenFile right?",
        cause: error,
      });
    }
  }
}

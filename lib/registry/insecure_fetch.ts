/**
 * A request that takes any certificate, which the platform's fetch cannot make. Loaded only when
 * `--insecure-skip-tls-verify` is given.
 *
 * @module
 */
import https from "node:https";
import { Readable } from "node:stream";

/** What is sent, and who shows it. */
export interface InsecureInit extends RequestInit {
  /** Client certificate and key, PEM. */
  readonly cert?: string;
  readonly key?: string;
}

/** As fetch that follows no redirect. */
export async function insecureFetch(url: string, init: InsecureInit): Promise<Response> {
  const headers = Object.fromEntries(new Headers(init.headers));
  const body = init.body as Uint8Array | undefined | null;
  const { cert, key } = init;
  return await new Promise((resolve, reject) => {
    const request = https.request(url, {
      method: init.method ?? "GET",
      headers: body ? { ...headers, "content-length": String(body.length) } : headers,
      rejectUnauthorized: false,
      ...(cert === undefined ? {} : { cert, key }),
      agent: false,
      ...(init.signal ? { signal: init.signal } : {}),
    }, (message) => {
      const answered = new Headers();
      for (const [name, value] of Object.entries(message.headers)) {
        for (const each of [value ?? []].flat()) answered.append(name, each);
      }
      const status = message.statusCode ?? 500;
      const bodyless = status === 204 || status === 304 || init.method === "HEAD";
      if (bodyless) message.resume();
      const stream = bodyless ? null : Readable.toWeb(message) as unknown as ReadableStream;
      resolve(
        new Response(stream, {
          status,
          statusText: message.statusMessage ?? "",
          headers: answered,
        }),
      );
    });
    request.on("error", (error) => reject(init.signal?.aborted ? init.signal.reason : error));
    request.end(body ?? undefined);
  });
}

/**
 * A request that takes any certificate, which the platform's fetch cannot make. Loaded only when
 * `--insecure-skip-tls-verify` is given.
 *
 * @module
 */
import https from "node:https";
import { Readable } from "node:stream";

const MAX_REDIRECTS = 10;

/**
 * As fetch. A redirect to another origin is followed without the Authorization header, as fetch does,
 * and one that gives up encryption is not followed.
 */
export async function insecureFetch(url: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  for (let at = url, hops = 0;; hops++) {
    const response = await request(at, { ...init, headers });
    const location = response.headers.get("location");
    if (location === null || ![301, 302, 303, 307, 308].includes(response.status)) return response;
    await response.body?.cancel();
    if (hops === MAX_REDIRECTS) throw new TypeError(`more than ${MAX_REDIRECTS} redirects`);
    const next = new URL(location, at);
    if (next.protocol !== "https:") throw new TypeError(`redirected from HTTPS to ${next.origin}`);
    if (next.origin !== new URL(at).origin) headers.delete("authorization");
    at = next.href;
  }
}

async function request(url: string, init: RequestInit): Promise<Response> {
  const headers = Object.fromEntries(new Headers(init.headers));
  const body = init.body as Uint8Array | undefined | null;
  return await new Promise((resolve, reject) => {
    const request = https.request(url, {
      method: init.method ?? "GET",
      headers: body ? { ...headers, "content-length": String(body.length) } : headers,
      rejectUnauthorized: false,
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

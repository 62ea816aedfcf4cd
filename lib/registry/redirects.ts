/**
 * Where a server sends a request on to, and what goes along: nothing that was for it alone.
 *
 * The platform's fetch follows redirects too, but shows its client certificate to every host on the way,
 * and reads a file where it is sent to one. Rules for methods from the Fetch standard.
 *
 * @module
 */

/** Redirects that are followed. */
export const MAX_REDIRECTS = 10;

/** The request that a redirect leads to. */
export interface Redirected {
  readonly url: string;
  readonly method: string;
  /** Whether it goes to another scheme, host or port. */
  readonly elsewhere: boolean;
}

/**
 * The request that a response asks for; `undefined` where it asks for none.
 *
 * @throws {Error} When it leads where nothing is fetched from, or where the body must not go.
 */
export function redirected(
  asked: { readonly url: string; readonly method: string; readonly body: boolean },
  { status, headers }: Response,
): Redirected | undefined {
  const location = headers.get("location");
  if (location === null || ![301, 302, 303, 307, 308].includes(status)) return undefined;
  if (!URL.canParse(location, asked.url)) {
    throw new Error("it redirects to an address that is none");
  }
  const next = new URL(location, asked.url);
  if (!/^https?:$/.test(next.protocol)) {
    throw new Error(`it redirects to an address of ${next.protocol}`);
  }
  const { method } = asked;
  const fetches = status === 303 ? method !== "HEAD" : method === "POST" && status < 303;
  const elsewhere = next.origin !== new URL(asked.url).origin;
  if (elsewhere && asked.body && method === "POST" && !fetches) {
    // What is posted is a login.
    throw new Error(`it redirects a login to ${next.host}`);
  }
  return { url: next.href, method: fetches ? "GET" : method, elsewhere };
}

/**
 * What every route shares: the request on its way and the forms of an answer.
 *
 * @module
 */
import type { WriteRequest } from "./admit.ts";
import type { KubeObject } from "../kube/types.ts";
import type { Verdict } from "./faults.ts";
import type { Objects, Written } from "./objects.ts";
import { parseWrite, type Target } from "./request.ts";
import { internal, StatusError } from "./status.ts";
import type { Watches } from "./watch.ts";

/** What the routes need. */
export interface Routes {
  readonly objects: Objects;
  readonly watches: Watches;
  /** Log of a pod's container. */
  readonly logs: (pod: KubeObject, query: URLSearchParams) => ReadableStream<Uint8Array> | string;
}

/** One request on its way. */
export interface Call {
  readonly routes: Routes;
  readonly request: Request;
  readonly query: URLSearchParams;
  readonly target: Target;
  readonly verdict: Verdict | undefined;
}

/** Headers of every answer that is an object. */
export const JSON_HEADERS = { "content-type": "application/json" };

/** An answer in JSON. */
export function json(value: unknown, status = 200, warnings: readonly string[] = []): Response {
  const headers = new Headers(JSON_HEADERS);
  for (const warning of warnings) headers.append("warning", `299 - ${JSON.stringify(warning)}`);
  return new Response(JSON.stringify(value), { status, headers });
}

/** The answer to a refusal or to an unexpected error. */
export function errorResponse(error: unknown): Response {
  const status = error instanceof StatusError ? error : internal(String(error));
  const response = json(status.toJSON(), status.code);
  const seconds = status.details?.retryAfterSeconds;
  if (seconds !== undefined) response.headers.set("retry-after", String(seconds));
  return response;
}

/** A path that is no part of the API. */
export class PageNotFound extends Error {
  override readonly name = "PageNotFound";
}

/** Options of a write. */
export function writeOf({ request, query, target }: Call): WriteRequest {
  const agent = request.headers.get("user-agent") ?? "";
  return parseWrite(target, query, { method: request.method, agent });
}

/** The answer to a write. */
export function written({ object, created, warnings }: Written): Response {
  return json(object, created ? 201 : 200, warnings);
}

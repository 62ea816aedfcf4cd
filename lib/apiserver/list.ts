/**
 * Lists: selection, paging, and the form in which items are shown.
 *
 * @module
 */
import type { KubeObject } from "../kube/types.ts";
import type { JsonObject } from "./json.ts";
import { apiVersionOf, type Resource } from "./kinds.ts";
import { metadataOnly } from "./objects.ts";
import { type Selector, selects } from "./selectors.ts";
import { badRequest } from "./status.ts";
import type { Store } from "./store.ts";
import { convertTo } from "./strategy.ts";

/** What to list. */
export interface ListRequest {
  readonly resource: Resource;
  /** `undefined`: all namespaces. */
  readonly namespace: string | undefined;
  readonly selector: Selector;
  /** Objects on a page; 0: all. */
  readonly limit: number;
  readonly continue: string;
  readonly metadataOnly: boolean;
}

/** Objects that a selector picks, sorted. */
export function select(
  store: Store,
  { resource, namespace, selector }: Pick<ListRequest, "resource" | "namespace" | "selector">,
): KubeObject[] {
  const found = store.list(resource.storage, namespace, selector.labels);
  const { labels, fields } = selector;
  if (labels.length === 0 && fields.length === 0) return found;
  return found.filter((object) => selects(selector, object));
}

/** The list object. Throws a 400 StatusError on a bad continue token. */
export function list(store: Store, request: ListRequest): JsonObject {
  const { resource, limit } = request;
  let found = select(store, request);
  if (request.continue !== "") {
    const start = readToken(request.continue);
    found = found.filter((object) => keyOf(object) > start);
  }
  const page = limit > 0 ? found.slice(0, limit) : found;
  const remaining = found.length - page.length;
  const metadata = {
    resourceVersion: String(store.version),
    ...(remaining > 0 && {
      continue: writeToken(store.version, keyOf(page.at(-1)!)),
      remainingItemCount: remaining,
    }),
  };
  if (request.metadataOnly) {
    return {
      kind: "PartialObjectMetadataList",
      apiVersion: "meta.k8s.io/v1",
      metadata,
      items: page.map(metadataOnly),
    };
  }
  const apiVersion = apiVersionOf(resource);
  return {
    kind: resource.listKind,
    apiVersion,
    metadata,
    items: page.map((object) => shown(resource, convertTo(apiVersion, object))),
  };
}

/** Items of built-in kinds do not repeat their type. */
function shown(resource: Resource, object: KubeObject): JsonObject {
  if (resource.custom) return object as JsonObject;
  const { apiVersion: _, kind: __, ...rest } = object;
  return rest;
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}

function writeToken(version: number, start: string): string {
  return btoa(JSON.stringify({ v: "meta.k8s.io/v1", rv: version, start }));
}

function readToken(token: string): string {
  try {
    return JSON.parse(atob(token)).start;
  } catch (error) {
    throw badRequest(
      `invalid continue token: continue key is not valid: ${(error as Error).message}`,
    );
  }
}

/**
 * Names of objects and kinds, and their places in the API server's URL space.
 *
 * @module
 */

import type { ApiResource, KubeObject, ObjectRef } from "./types.ts";

/** `apps/v1` → group `apps`, version `v1`; the core group's name is empty. */
export function parseApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf("/");
  return slash < 0
    ? { group: "", version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/** The other way round: `apps` and `v1` → `apps/v1`. */
export function formatApiVersion(group: string, version: string): string {
  return group === "" ? version : `${group}/${version}`;
}

/** What names an object. */
export function refOf(object: KubeObject): ObjectRef {
  const { apiVersion, kind, metadata: { name, namespace } } = object;
  return { apiVersion, kind, name, namespace };
}

/**
 * A string that is equal for two references exactly when they name one object. As for Helm, the
 * version of the API takes no part: `apps/v1beta1` and `apps/v1` are views of one object.
 */
export function keyOf(ref: ObjectRef): string {
  const { group } = parseApiVersion(ref.apiVersion);
  return `${group}/${ref.kind}/${ref.namespace ?? ""}/${ref.name}`;
}

/** `Deployment shop/web`, for people. */
export function describeRef(ref: ObjectRef): string {
  return `${ref.kind} ${ref.namespace === undefined ? "" : `${ref.namespace}/`}${ref.name}`;
}

/** `/apis/apps/v1/namespaces/shop/deployments`; without a namespace that of all of them. */
export function collectionPath(resource: ApiResource, namespace?: string): string {
  const { group, version, plural } = resource;
  const root = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  const scope = resource.namespaced && namespace !== undefined
    ? `/namespaces/${encodeURIComponent(namespace)}`
    : "";
  return `${root}${scope}/${plural}`;
}

/** The path of one object. */
export function objectPath(resource: ApiResource, ref: ObjectRef, namespace: string): string {
  return `${collectionPath(resource, namespace)}/${encodeURIComponent(ref.name)}`;
}

/** Values of a query string; absent ones and `false` are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** `?a=1&b=true`, or nothing. */
export function queryString(query: Query | undefined): string {
  if (query === undefined) return "";
  const parts: string[] = [];
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === false || value === "") continue;
    parts.push(`${name}=${encodeURIComponent(value)}`);
  }
  return parts.length === 0 ? "" : `?${parts.join("&")}`;
}

/**
 * Whether `later` is newer than `earlier`. Resource versions are numbers of the store's own
 * clock (https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions); where a
 * server uses something else they cannot be compared, and every state counts as newer.
 */
export function isNewer(later: string | undefined, earlier: string | undefined): boolean {
  if (later === undefined || earlier === undefined) return true;
  if (!/^\d+$/.test(later) || !/^\d+$/.test(earlier)) return later !== earlier;
  return later.length === earlier.length ? later > earlier : later.length > earlier.length;
}

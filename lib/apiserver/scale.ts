/**
 * The scale subresource: how many replicas there should be and are.
 *
 * @module
 */
import type { KubeObject } from "../kube/types.ts";
import { clone, ensure, type JsonObject, objectAt } from "./json.ts";
import type { Resource } from "./kinds.ts";
import { formatSelectorObject } from "./selectors.ts";

/** The Scale object of an object. */
export function scaleOf(resource: Resource, object: KubeObject): JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const { spec = ".spec.replicas", status = ".status.replicas", selector } = resource.scalePaths ??
    {};
  const text = selector === undefined
    ? formatSelectorObject(objectAt(object, "spec").selector)
    : resolve(object, selector);
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: resolve(object, spec) ?? 0 },
    status: {
      replicas: resolve(object, status) ?? 0,
      ...(text === "" || text === undefined ? {} : { selector: text }),
    },
  };
}

/** The object with the replicas of a Scale. */
export function withScale(resource: Resource, object: JsonObject, scale: JsonObject): JsonObject {
  const next = clone(object);
  const path = (resource.scalePaths?.spec ?? ".spec.replicas").split(".").filter(Boolean);
  let parent = next;
  for (const part of path.slice(0, -1)) parent = ensure(parent, part);
  parent[path.at(-1)!] = objectAt(scale, "spec").replicas ?? 0;
  return next;
}

function resolve(object: KubeObject, path: string): unknown {
  let value: unknown = object;
  for (const part of path.split(".").filter(Boolean)) {
    value = typeof value === "object" && value !== null ? (value as JsonObject)[part] : undefined;
  }
  return value;
}

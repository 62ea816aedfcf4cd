/**
 * JSON values as the API server handles them. Stored values are never changed in place: whoever
 * wants to change one makes a draft with {@linkcode clone} first.
 *
 * @module
 */
import type { KubeObject } from "../kube/types.ts";

/** A JSON object. */
export type JsonObject = Record<string, unknown>;

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A deep copy. */
export function clone<T>(value: T): T {
  if (Array.isArray(value)) return value.map(clone) as T;
  if (!isObject(value)) return value;
  const copy: JsonObject = {};
  for (const key in value) define(copy, key, clone(value[key]));
  return copy as T;
}

/** Sets an own property, `__proto__` included. */
export function define(target: JsonObject, key: string, value: unknown): void {
  if (key !== "__proto__") target[key] = value;
  else Object.defineProperty(target, key, { value, enumerable: true, writable: true });
}

/** Deep equality; the order of keys does not matter. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => equal(item, b[i]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]));
}

/** The value at a path, `undefined` where any part is missing. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let current = value;
  for (const part of path) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, part)) {
      return undefined;
    }
    current = (current as JsonObject)[part];
  }
  return current;
}

/** The object at a path; an empty one where there is none. */
export function objectAt(value: unknown, ...path: readonly string[]): JsonObject {
  const found = at(value, ...path);
  return isObject(found) ? found : {};
}

/** The list of objects at a path; an empty one where there is none. */
export function listAt(value: unknown, ...path: readonly string[]): readonly JsonObject[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found.filter(isObject) : [];
}

/** The number at a path, or the fallback. */
export function numberAt(value: unknown, path: readonly string[], fallback: number): number {
  const found = at(value, ...path);
  return typeof found === "number" ? found : fallback;
}

/** The string at a path, or an empty one. */
export function stringAt(value: unknown, ...path: readonly string[]): string {
  const found = at(value, ...path);
  return typeof found === "string" ? found : "";
}

/** The object at a field of a draft, made where it is missing. */
export function ensure(target: JsonObject, key: string): JsonObject {
  const found = target[key];
  if (isObject(found)) return found;
  return target[key] = {} as JsonObject;
}

/** An object that can be changed: a deep copy, typed for editing. */
export function draft(object: KubeObject): Draft {
  return clone(object) as unknown as Draft;
}

/** An object under construction. */
export interface Draft extends JsonObject {
  apiVersion: string;
  kind: string;
  metadata: DraftMeta;
}

/** Metadata under construction. */
export interface DraftMeta extends JsonObject {
  name: string;
  namespace?: string;
  generateName?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string | null;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
  managedFields?: JsonObject[];
}

/** One owner of an object. */
export interface OwnerReference extends JsonObject {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** A draft is a finished object once nobody changes it any more. */
export function finish(object: Draft): KubeObject {
  return object as unknown as KubeObject;
}

/**
 * Reading what may or may not be in an object.
 *
 * @module
 */

import type { KubeObject } from "./types.ts";

/** A condition of an object's status. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** What is at a path such as `spec.replicas`; `undefined` where there is nothing. */
export function valueAt(object: KubeObject, path: string): unknown {
  let value: unknown = object;
  for (const name of path.split(".")) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}

/** The number at a path, or `missing`. */
export function numberAt(object: KubeObject, path: string, missing = 0): number {
  const value = valueAt(object, path);
  return typeof value === "number" ? value : missing;
}

/** The text at a path, or `missing`. */
export function textAt(object: KubeObject, path: string, missing = ""): string {
  const value = valueAt(object, path);
  return typeof value === "string" ? value : missing;
}

/** The list at a path, empty where there is none. */
export function listAt(object: KubeObject, path: string): readonly unknown[] {
  const value = valueAt(object, path);
  return Array.isArray(value) ? value : [];
}

/** `status.conditions`, complete. */
export function conditionsOf(object: KubeObject): Condition[] {
  return listAt(object, "status.conditions").map((item) => {
    const { type, status, reason, message } = (item ?? {}) as Record<string, unknown>;
    return {
      type: String(type ?? ""),
      status: String(status ?? ""),
      reason: String(reason ?? ""),
      message: String(message ?? ""),
    };
  });
}

/** The condition of that type, if it has that status. */
export function conditionWith(
  object: KubeObject,
  type: string,
  status: string,
): Condition | undefined {
  return conditionsOf(object).find((one) => one.type === type && one.status === status);
}

/**
 * Objects as flat lists of fields, so that two of them can be compared field by field.
 *
 * @module
 */
import type { KubeObject } from "../../kube/types.ts";

/** Values by path, e.g. `spec.template.spec.containers[web].image`. Only leaves: texts, numbers, empty maps. */
export type Fields = ReadonlyMap<string, unknown>;

/** What the server keeps for itself; no chart decides on it. */
const SERVERS_OWN = new Set([
  "metadata.creationTimestamp",
  "metadata.generation",
  "metadata.managedFields",
  "metadata.resourceVersion",
  "metadata.selfLink",
  "metadata.uid",
  "status",
  'metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]',
]);

/** The fields of an object that a chart has a say in. None for no object. */
export function fieldsOf(object: KubeObject | undefined): Fields {
  const fields = new Map<string, unknown>();
  if (object !== undefined) collect(object, "", fields);
  return fields;
}

/** Whether two values of fields are the same; an absent one is like `null`, as for the server. */
export function sameValue(a: unknown, b: unknown): boolean {
  return (a ?? null) === (b ?? null) || JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}

function collect(value: unknown, path: string, into: Map<string, unknown>): void {
  if (SERVERS_OWN.has(path)) return;
  const parts = partsOf(value);
  if (parts.length === 0) into.set(path, value);
  for (const [key, part] of parts) {
    collect(part, path === "" && key.startsWith(".") ? key.slice(1) : path + key, into);
  }
}

/** What is inside a value, by the rest of its path; nothing in a leaf. */
function partsOf(value: unknown): (readonly [string, unknown])[] {
  if (Array.isArray(value)) {
    const names = namesOf(value);
    return value.map((item, i) => [`[${names?.[i] ?? i}]`, item] as const);
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).map(([key, item]) =>
    [/^[\w-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`, item] as const
  );
}

/** The names of a list's items, where each has one of its own: containers, ports, variables. */
function namesOf(items: readonly unknown[]): string[] | undefined {
  const names = items.flatMap((item) => {
    const { name } = (item ?? {}) as { readonly name?: unknown };
    return typeof name === "string" ? [name] : [];
  });
  return names.length === items.length && new Set(names).size === names.length ? names : undefined;
}

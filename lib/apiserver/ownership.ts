/**
 * Who owns which field: `metadata.managedFields`, and the rules of server-side apply.
 *
 * @module
 */
import { FieldSet, formatPath } from "./fields.ts";
import { isObject, type JsonObject } from "./json.ts";
import type { Schema } from "./schema.ts";
import { compare, dropEmptied, fieldsOf, merge, removeFields, withNamedParents } from "./typed.ts";
import { StatusError } from "./status.ts";

/** One owner and what it owns. */
interface Manager {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string;
  readonly fields: FieldSet;
}

type Managers = Map<string, Manager>;

/** Who writes, and how. */
export interface Writer {
  readonly manager: string;
  readonly apiVersion: string;
  /** The subresource written through, or an empty string. */
  readonly subresource: string;
  /** RFC 3339. */
  readonly time: string;
}

/** Fields that nobody owns: they are the server's, or identify the object. */
const UNOWNED = FieldSet.fromJSON({
  "f:apiVersion": {},
  "f:kind": {},
  "f:metadata": {
    ".": {},
    ...Object.fromEntries(
      [
        "name",
        "namespace",
        "creationTimestamp",
        "selfLink",
        "uid",
        "clusterName",
        "generation",
        "managedFields",
        "resourceVersion",
      ].map((name) => [`f:${name}`, {}]),
    ),
  },
});

function keyOf(entry: Omit<Manager, "fields" | "time">): string {
  const { manager, operation, subresource } = entry;
  const version = operation === "Apply" ? "" : entry.apiVersion;
  return JSON.stringify([manager, operation, version, subresource]);
}

/** Reads the owners of an object. */
function read(object: JsonObject): Managers {
  const managers: Managers = new Map();
  const entries = (object.metadata as JsonObject | undefined)?.managedFields;
  for (const entry of Array.isArray(entries) ? entries : []) {
    if (!isObject(entry) || !isObject(entry.fieldsV1)) continue;
    const text = (name: string) => typeof entry[name] === "string" ? entry[name] as string : "";
    const manager: Manager = {
      manager: text("manager"),
      operation: entry.operation === "Apply" ? "Apply" : "Update",
      apiVersion: text("apiVersion"),
      subresource: text("subresource"),
      time: text("time"),
      fields: FieldSet.fromJSON(entry.fieldsV1),
    };
    managers.set(keyOf(manager), manager);
  }
  return managers;
}

/** The owners as an object lists them: appliers first, then by time and name. */
function write(managers: Managers): JsonObject[] {
  const entries = [...managers.values()].filter(({ fields }) => !fields.empty);
  entries.sort((a, b) =>
    order(a.operation, b.operation) || order(a.time, b.time) || order(a.manager, b.manager) ||
    order(a.apiVersion, b.apiVersion) || order(a.subresource, b.subresource)
  );
  return entries.map(({ manager, operation, apiVersion, time, fields, subresource }) => ({
    manager,
    operation,
    apiVersion,
    ...(time === "" ? {} : { time }),
    fieldsType: "FieldsV1",
    fieldsV1: fields.toJSON(),
    ...(subresource === "" ? {} : { subresource }),
  }));
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Leaves to a subresource what is its own: status through `/status`, the rest elsewhere. */
function visible(set: FieldSet, writer: Writer, hasStatus: boolean): FieldSet {
  const owned = set.difference(UNOWNED);
  if (writer.subresource === "status") {
    const status = owned.children.get("f:status");
    return new FieldSet(
      owned.members.intersection(new Set(["f:status"])),
      new Map(status === undefined ? [] : [["f:status", status]]),
    );
  }
  return hasStatus ? owned.without("f:status") : owned;
}

/** Options of {@linkcode trackUpdate} and {@linkcode applyConfiguration}. */
export interface OwnershipOptions {
  readonly schema: Schema;
  readonly writer: Writer;
  /** Whether status is written through a subresource of its own. */
  readonly hasStatus: boolean;
}

/**
 * The managedFields of an object after a create, replace or patch: the writer owns what it
 * changed, and whoever owned it before does not any more.
 */
export function trackUpdate(
  before: JsonObject | undefined,
  after: JsonObject,
  { schema, writer, hasStatus }: OwnershipOptions,
): JsonObject[] {
  const managers = read(before ?? {});
  if (before !== undefined && managers.size === 0) return [];
  const difference = compare(schema, strip(before ?? {}), strip(after));
  const all = difference.modified.union(difference.added);
  const changed = withoutValueStructs(visible(all, writer, hasStatus));
  const gone = difference.removed;
  if (changed.empty && gone.empty) return write(managers);
  for (const [key, manager] of managers) {
    const fields = manager.fields.difference(changed).difference(gone);
    managers.set(key, { ...manager, fields });
  }
  const own = { ...writer, operation: "Update" as const };
  const previous = managers.get(keyOf(own))?.fields ?? new FieldSet();
  if (!changed.empty) managers.set(keyOf(own), { ...own, fields: previous.union(changed) });
  return write(managers);
}

/** Structs that every object of their kind has, so that nobody adds them. */
const VALUE_STRUCTS = new Set(
  ["metadata", "spec", "template", "strategy", "updateStrategy", "jobTemplate", "containers"]
    .map((name) => `f:${name}`),
);

function withoutValueStructs(set: FieldSet): FieldSet {
  const members = [...set.members].filter((element) =>
    !VALUE_STRUCTS.has(element) || (!set.children.has(element) && element !== "f:metadata")
  );
  const children = [...set.children].map(([element, child]) =>
    [element, withoutValueStructs(child)] as const
  );
  return new FieldSet(new Set(members), new Map(children.filter(([, child]) => !child.empty)));
}

/** What comes of applying a configuration. */
export interface Applied {
  readonly object: JsonObject;
  readonly managedFields: JsonObject[];
}

/**
 * Server-side apply: merges a configuration into the live object (`{}` where there is none),
 * removes what the manager applied before and does not apply any more, and settles ownership.
 * Throws a 409 StatusError where others own what would change, unless `force` is set.
 */
export function applyConfiguration(
  live: JsonObject,
  config: JsonObject,
  options: OwnershipOptions & { readonly force: boolean },
): Applied {
  const { schema, writer, hasStatus, force } = options;
  const before = strip(live);
  const managers = read(live);
  const adopted = managers.size === 0 && Object.keys(live).length > 0;
  if (adopted) adoptExisting(managers, before, options);
  const self = { ...writer, operation: "Apply" as const };
  const key = keyOf(self);
  const last = managers.get(key);
  const fields = visible(fieldsOf(schema, config), writer, hasStatus);
  managers.set(key, { ...self, fields });
  const merged = merge(schema, before, config) as JsonObject;
  const pruned = last === undefined ? merged : prune(schema, merged, last.fields, managers);
  settle(managers, key, { schema, before, after: pruned, writer, hasStatus, force });
  const settled = managers.get(key)!;
  // Who changed no value has not written.
  if (isSame(schema, before, pruned)) managers.set(key, { ...settled, time: last?.time ?? "" });
  const object = pruned === merged ? merged : dropEmptied(pruned, merged) as JsonObject;
  return { object, managedFields: write(managers) };
}

/** Fields of an object that was never tracked belong to a manager of the past. */
function adoptExisting(
  managers: Managers,
  before: JsonObject,
  { schema, writer, hasStatus }: OwnershipOptions,
): void {
  const past = { ...writer, manager: "before-first-apply", operation: "Update" as const };
  const fields = visible(compare(schema, {}, before).added, writer, hasStatus);
  if (!fields.empty) managers.set(keyOf(past), { ...past, fields });
}

function isSame(schema: Schema, before: JsonObject, after: JsonObject): boolean {
  const { removed, modified, added } = compare(schema, before, after);
  return removed.empty && modified.empty && added.empty;
}

/** Removes what was applied last time, is not now, and nobody else owns. */
function prune(
  schema: Schema,
  merged: JsonObject,
  last: FieldSet,
  managers: Managers,
): JsonObject {
  const lastNamed = withNamedParents(schema, last);
  const without = (removeFields(schema, merged, lastNamed) ?? {}) as JsonObject;
  let owned = new FieldSet();
  for (const { fields } of managers.values()) owned = owned.union(fields);
  const all = withNamedParents(schema, fieldsOf(schema, merged));
  const kept = withNamedParents(schema, fieldsOf(schema, without))
    .union(withNamedParents(schema, owned));
  const restored = (removeFields(schema, merged, all.difference(kept)) ?? {}) as JsonObject;
  const still = withNamedParents(schema, fieldsOf(schema, restored));
  const gone = all.difference(still).intersection(lastNamed);
  return (removeFields(schema, merged, gone) ?? {}) as JsonObject;
}

interface Settlement {
  readonly schema: Schema;
  readonly before: JsonObject;
  readonly after: JsonObject;
  readonly writer: Writer;
  readonly hasStatus: boolean;
  readonly force: boolean;
}

/** Takes changed fields away from their owners, or refuses to. */
function settle(managers: Managers, self: string, settlement: Settlement): void {
  const { schema, before, after, writer, hasStatus, force } = settlement;
  const difference = compare(schema, before, after);
  const changed = visible(difference.modified.union(difference.added), writer, hasStatus);
  const conflicts: [Manager, FieldSet][] = [];
  for (const [key, manager] of managers) {
    if (key === self) continue;
    const overlap = manager.fields.intersection(changed);
    if (!overlap.empty) conflicts.push([manager, overlap]);
    const fields = manager.fields.difference(overlap).difference(difference.removed);
    managers.set(key, { ...manager, fields });
  }
  if (!force && conflicts.length > 0) throw conflictError(conflicts);
}

function conflictError(conflicts: readonly [Manager, FieldSet][]): StatusError {
  const found = conflicts
    .flatMap(([manager, fields]) =>
      [...fields.paths()].map((path) => ({ who: describe(manager), path: formatPath(path) }))
    )
    .sort((a, b) => order(a.who, b.who));
  const causes = found.map(({ who, path }) => ({
    reason: "FieldManagerConflict",
    message: `conflict with ${who}`,
    field: path,
  }));
  return new StatusError(409, "Conflict", conflictMessage(found), { causes });
}

function conflictMessage(found: readonly { who: string; path: string }[]): string {
  if (found.length === 1) {
    return `Apply failed with 1 conflict: conflict with ${found[0]!.who}: ${found[0]!.path}`;
  }
  const lines: string[] = [];
  for (const [i, { who, path }] of found.entries()) {
    if (who !== found[i - 1]?.who) lines.push(`conflicts with ${who}:`);
    lines.push(`- ${path}`);
  }
  return `Apply failed with ${found.length} conflicts: ${lines.join("\n")}`;
}

function describe({ manager, operation, apiVersion, subresource }: Manager): string {
  const name = JSON.stringify(manager);
  const through = subresource === ""
    ? name
    : `${name} with subresource ${JSON.stringify(subresource)}`;
  return operation === "Update" ? `${through} using ${apiVersion}` : through;
}

/** The object without its managedFields. */
function strip(object: JsonObject): JsonObject {
  if (!isObject(object.metadata) || object.metadata.managedFields === undefined) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** Whether two lists of owners differ in nothing but times. */
export function sameOwners(a: unknown, b: unknown): boolean {
  return JSON.stringify(untimed(a)) === JSON.stringify(untimed(b));
}

function untimed(entries: unknown): unknown {
  if (!Array.isArray(entries)) return [];
  return entries.map((entry) => ({ ...entry, time: "" }))
    .sort((a, b) => order(JSON.stringify(a), JSON.stringify(b)));
}

/**
 * Strategic merge patch: a merge patch that knows which lists merge by key, with directives
 * (`$patch`, `$retainKeys`, `$deleteFromPrimitiveList/…`, `$setElementOrder/…`).
 *
 * @module
 */
import { clone, define, equal, isObject, type JsonObject } from "./json.ts";
import { ANY, type Schema } from "./schema.ts";
import { internal } from "./status.ts";

const DELETE_FROM = "$deleteFromPrimitiveList/";
const ORDER = "$setElementOrder/";

/** Applies a strategic merge patch to a value of a type; the value itself stays as it is. */
export function strategicPatch(schema: Schema, target: unknown, patch: JsonObject): unknown {
  const { $patch: directive, $retainKeys: retain, ...changes } = patch;
  if (directive === "delete") return undefined;
  if (directive === "replace") return withoutDirectives(changes);
  const out: JsonObject = isObject(target) ? { ...target } : {};
  if (Array.isArray(retain)) {
    for (const key of Object.keys(out)) if (!retain.includes(key)) delete out[key];
  }
  for (const [key, value] of Object.entries(changes)) {
    if (key.startsWith(DELETE_FROM)) dropValues(out, key.slice(DELETE_FROM.length), value);
  }
  for (const [key, value] of Object.entries(changes)) {
    if (key.startsWith("$")) continue;
    const next = patchField(
      schema.child(key),
      Object.hasOwn(out, key) ? out[key] : undefined,
      value,
    );
    if (next === undefined) delete out[key];
    else define(out, key, next);
  }
  for (const [key, value] of Object.entries(changes)) {
    if (key.startsWith(ORDER) && Array.isArray(value)) reorder(schema, out, key, value, changes);
  }
  return out;
}

function patchField(schema: Schema, current: unknown, value: unknown): unknown {
  if (value === null) return undefined;
  if (isObject(value)) return strategicPatch(schema, current, value);
  if (!Array.isArray(value)) return value;
  if (schema.patchMerge === undefined || !Array.isArray(current)) {
    return value.some(isReplace) || schema.patchMerge !== undefined
      ? mergeList(schema, [], value)
      : clone(value);
  }
  return mergeList(schema, current, value);
}

function mergeList(
  schema: Schema,
  current: readonly unknown[],
  patch: readonly unknown[],
): unknown[] {
  const key = schema.patchMerge?.key;
  const items = patch.filter((item) => !isReplace(item) || Object.keys(item as object).length > 1);
  const base = patch.some(isReplace) ? [] : current;
  if (key === undefined) {
    return [...base, ...items.filter((item) => !base.some((known) => equal(known, item)))];
  }
  let out = [...base];
  for (const item of items) {
    if (!isObject(item)) continue;
    const same = (known: unknown) => isObject(known) && equal(known[key], item[key]);
    if (item.$patch === "delete") {
      out = out.filter((known) => !same(known));
      continue;
    }
    const at = out.findIndex(same);
    const next = strategicPatch(schema.element, at < 0 ? undefined : out[at], item);
    if (at < 0) out.push(next);
    else out[at] = next;
  }
  return out;
}

function isReplace(item: unknown): boolean {
  return isObject(item) && item.$patch === "replace";
}

function dropValues(out: JsonObject, key: string, values: unknown): void {
  const list = out[key];
  if (!Array.isArray(list) || !Array.isArray(values)) return;
  out[key] = list.filter((item) => !values.some((value) => equal(value, item)));
}

/** Puts the items named by an order first and in that order, each other one after what it followed. */
function reorder(
  schema: Schema,
  out: JsonObject,
  directive: string,
  order: readonly unknown[],
  changes: JsonObject,
): void {
  const field = directive.slice(ORDER.length);
  const list = out[field];
  if (!Array.isArray(list)) return;
  const key = schema.child(field).patchMerge?.key;
  const identity = (item: unknown) =>
    JSON.stringify(key !== undefined && isObject(item) ? item[key] : item);
  const ranks = new Map(order.map((item, i) => [identity(item), i]));
  checkOrder(changes[field], ranks, identity);
  const named = list.filter((item) => ranks.has(identity(item)));
  named.sort((a, b) => ranks.get(identity(a))! - ranks.get(identity(b))!);
  const result = [...named];
  for (const [i, item] of list.entries()) {
    if (ranks.has(identity(item))) continue;
    const before = list.slice(0, i).reverse().find((other) => result.includes(other));
    result.splice(before === undefined ? 0 : result.indexOf(before) + 1, 0, item);
  }
  out[field] = result;
}

function checkOrder(
  patch: unknown,
  ranks: ReadonlyMap<string, number>,
  identity: (item: unknown) => string,
): void {
  if (!Array.isArray(patch)) return;
  let last = -1;
  for (const item of patch) {
    if (isObject(item) && item.$patch !== undefined) continue;
    const rank = ranks.get(identity(item));
    if (rank === undefined || rank < last) {
      throw internal("The order in patch list doesn't match $setElementOrder list");
    }
    last = rank;
  }
}

function withoutDirectives(value: JsonObject): JsonObject {
  return strategicPatch(ANY, {}, value) as JsonObject;
}

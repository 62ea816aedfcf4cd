/**
 * The patch that brings a live object from what one revision says to what the next one says, as
 * clients compute it: what the new revision says and the cluster has not is set, what the old one
 * said and the new one does not is removed, and what others have added stays
 * (k8s.io/apimachinery/pkg/util/strategicpatch, CreateThreeWayMergePatch). Pure.
 *
 * @module
 */
import type { Schema } from "../apiserver/schema.ts";
import { type Fields, isFields, jsonEqual } from "./json_equal.ts";

/** The three sides of a value. */
interface Sides {
  /** What the revision before says. */
  readonly before: unknown;
  /** What the new revision says. */
  readonly after: unknown;
  /** What is there. */
  readonly live: unknown;
}

/** The strategic merge patch for an object of a built-in type; empty when there is nothing to change. */
export function strategicDiff(
  schema: Schema,
  { before, after, live }: {
    readonly before: Fields;
    readonly after: Fields;
    readonly live: Fields;
  },
): Fields {
  const patch: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(after)) {
    if (value === null) {
      if (live[key] !== undefined) patch[key] = null;
      continue;
    }
    Object.assign(
      patch,
      fieldDiff(schema.child(key), key, { before: before[key], after: value, live: live[key] }),
    );
  }
  for (const key of Object.keys(before)) {
    const dropped = after[key] === undefined && before[key] !== null;
    if (dropped && live[key] !== undefined) patch[key] = null;
  }
  return patch;
}

/** The JSON merge patch between two revisions of an object of a type that only the server knows. */
export function mergeDiff(before: Fields, after: Fields): Fields {
  const patch: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(after)) {
    const old = before[key];
    if (isFields(value) && isFields(old)) {
      const inner = mergeDiff(old, value);
      if (!isEmpty(inner)) patch[key] = inner;
    } else if (!jsonEqual(old, value)) patch[key] = value;
  }
  for (const key of Object.keys(before)) if (after[key] === undefined) patch[key] = null;
  return patch;
}

/** Whether a patch changes nothing. */
export function isEmpty(patch: Fields): boolean {
  return Object.keys(patch).length === 0;
}

/** What a field adds to the patch: itself and, for lists, directives beside it. */
function fieldDiff(schema: Schema, key: string, sides: Sides): Fields {
  const { before, after, live } = sides;
  if (isFields(after) && isFields(live)) {
    const patch = strategicDiff(schema, { before: isFields(before) ? before : {}, after, live });
    if (isEmpty(patch)) return {};
    return { [key]: schema.retainKeys ? { ...patch, $retainKeys: Object.keys(after) } : patch };
  }
  if (Array.isArray(after) && Array.isArray(live) && schema.patchMerge !== undefined) {
    const lists = { before: Array.isArray(before) ? before : [], after, live };
    const by = schema.patchMerge.key;
    return by === undefined ? valuesDiff(key, lists) : itemsDiff(schema, { key, by }, lists);
  }
  return jsonEqual(after, live) ? {} : { [key]: after };
}

interface Lists {
  readonly before: readonly unknown[];
  readonly after: readonly unknown[];
  readonly live: readonly unknown[];
}

/** A list of plain values that others may add to, such as finalizers. */
function valuesDiff(key: string, { before, after, live }: Lists): Fields {
  const has = (list: readonly unknown[], value: unknown) =>
    list.some((one) => jsonEqual(one, value));
  const added = after.filter((value) => !has(live, value));
  const dropped = before.filter((value) => !has(after, value) && has(live, value));
  return {
    ...(added.length === 0 ? {} : { [key]: added, [`$setElementOrder/${key}`]: after }),
    ...(dropped.length === 0 ? {} : { [`$deleteFromPrimitiveList/${key}`]: dropped }),
  };
}

/** A list whose items are known by one of their fields, such as containers by their names. */
function itemsDiff(
  schema: Schema,
  { key, by }: { readonly key: string; readonly by: string },
  { before, after, live }: Lists,
): Fields {
  const find = (list: readonly unknown[], id: unknown) =>
    list.find((item): item is Fields => isFields(item) && jsonEqual(item[by], id));
  const items: Fields[] = [];
  const order: Fields[] = [];
  for (const item of after) {
    if (!isFields(item)) continue;
    const id = item[by];
    order.push({ [by]: id });
    const known = find(live, id);
    if (known === undefined) {
      items.push(item);
      continue;
    }
    const old = find(before, id) ?? {};
    const patch = strategicDiff(schema.element, { before: old, after: item, live: known });
    if (!isEmpty(patch)) items.push({ ...patch, [by]: id });
  }
  for (const item of before) {
    if (!isFields(item) || find(after, item[by]) !== undefined) continue;
    if (find(live, item[by]) !== undefined) items.push({ $patch: "delete", [by]: item[by] });
  }
  const kept = live.filter((item) => isFields(item) && find(order, item[by]) !== undefined)
    .map((item) => ({ [by]: (item as Fields)[by] }));
  const wanted = order.filter((item) => find(live, item[by]) !== undefined);
  if (items.length === 0 && jsonEqual(kept, wanted)) return {};
  return {
    ...(items.length === 0 ? {} : { [key]: items }),
    [`$setElementOrder/${key}`]: order,
  };
}

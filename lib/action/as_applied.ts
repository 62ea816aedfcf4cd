/**
 * Whether a server-side apply would change anything, told from the live object alone.
 *
 * The server keeps for each manager the set of fields that it applied (managedFields, structured-merge-
 * diff's FieldsV1), and takes a field out of the set when somebody else gives it another value. So an
 * apply changes nothing when the manager's set is exactly that of the manifest's fields, and each of
 * them has the manifest's value. Everything that is not plainly so is answered with "it might":
 * amounts that the server writes in another form, keys of lists by default values, fields without a value.
 *
 * @module
 */
import type { KubeObject } from "../kube/types.ts";
import { type Fields, isFields, jsonEqual } from "./json_equal.ts";

/** A set of fields, by names `f:NAME`, keys of list items `k:{…}`, values of sets `v:…`, and `.`. */
interface FieldSet {
  readonly [path: string]: FieldSet;
}

/** Whether the live object is what applying `wanted` as `manager` would make of it. */
export function isAsApplied(wanted: KubeObject, live: KubeObject, manager: string): boolean {
  if (live.metadata.deletionTimestamp !== undefined) return false;
  if (live.apiVersion !== wanted.apiVersion || live.kind !== wanted.kind) return false;
  const set = appliedBy(live, manager);
  if (set === undefined || set.apiVersion !== wanted.apiVersion) return false;
  const { apiVersion: _, kind: __, metadata: { name: ___, namespace: ____, ...meta }, ...rest } =
    wanted;
  const metadata = Object.keys(meta).length === 0 ? {} : { metadata: meta };
  return covers(set.fieldsV1, { ...rest, ...metadata }, live);
}

interface Applied {
  readonly apiVersion: string;
  readonly fieldsV1: FieldSet;
}

function appliedBy({ metadata }: KubeObject, manager: string): Applied | undefined {
  const entries = (metadata.managedFields ?? []) as readonly Fields[];
  const own = entries.filter((entry) => entry["manager"] === manager);
  // Whatever it wrote in another way would have to be handed over first.
  if (own.some(({ operation, subresource }) => operation !== "Apply" && !subresource)) {
    return undefined;
  }
  const applied = own.filter(({ operation, subresource }) => operation === "Apply" && !subresource);
  if (applied.length !== 1 || !isFields(applied[0]!["fieldsV1"])) return undefined;
  return applied[0] as unknown as Applied;
}

/** Whether the set has exactly the fields of `wanted`, and `live` their values. */
function covers(set: FieldSet, wanted: unknown, live: unknown): boolean {
  const paths = Object.keys(set).filter((path) => path !== ".");
  if (paths.length === 0) return jsonEqual(wanted, live);
  if (Array.isArray(wanted)) return Array.isArray(live) && coversItems(set, paths, wanted, live);
  if (!isFields(wanted) || !isFields(live)) return false;
  const names = Object.keys(wanted);
  return names.length === paths.length && names.every((name) => {
    const below = set[`f:${name}`];
    return below !== undefined && Object.hasOwn(live, name) &&
      covers(below, wanted[name], live[name]);
  });
}

/** As {@linkcode covers}, for a list whose items have keys or are a set; their order counts. */
function coversItems(
  set: FieldSet,
  paths: readonly string[],
  wanted: readonly unknown[],
  live: readonly unknown[],
): boolean {
  if (paths.length !== wanted.length) return false;
  const claimed = new Set<number>();
  const pairs: [number, number][] = [];
  for (const path of paths) {
    const key = keyOf(path);
    if (key === undefined) return false;
    const i = onlyIndex(
      wanted,
      (item, i) => !claimed.has(i) && mayBe(item, key.value, key.byFields),
    );
    const j = onlyIndex(live, (item) => is(item, key.value, key.byFields));
    if (i === -1 || j === -1) return false;
    claimed.add(i);
    pairs.push([i, j]);
    if (key.byFields && !covers(set[path]!, wanted[i], live[j])) return false;
  }
  pairs.sort(([a], [b]) => a - b);
  return pairs.every(([, j], n) => n === 0 || pairs[n - 1]![1] < j);
}

interface ItemKey {
  readonly value: unknown;
  /** Whether some of an item's fields are its key, or the item is it. */
  readonly byFields: boolean;
}

function keyOf(path: string): ItemKey | undefined {
  const byFields = path.startsWith("k:");
  if (!byFields && !path.startsWith("v:")) return undefined;
  try {
    return { value: JSON.parse(path.slice(2)), byFields };
  } catch {
    return undefined;
  }
}

/** Whether an item has a key. */
function is(item: unknown, key: unknown, byFields: boolean): boolean {
  if (!byFields) return jsonEqual(item, key);
  return isFields(item) && isFields(key) &&
    Object.entries(key).every(([name, value]) => jsonEqual(item[name], value));
}

/** Whether an item has a key, of which it may leave fields to the server. */
function mayBe(item: unknown, key: unknown, byFields: boolean): boolean {
  if (!byFields) return jsonEqual(item, key);
  return isFields(item) && isFields(key) &&
    Object.entries(key).some(([name, value]) => jsonEqual(item[name], value)) &&
    Object.entries(key).every(([name, value]) =>
      !Object.hasOwn(item, name) || jsonEqual(item[name], value)
    );
}

/** The index of the one item that passes; -1 when there is none, or there are several. */
function onlyIndex(
  items: readonly unknown[],
  passes: (item: unknown, index: number) => boolean,
): number {
  const first = items.findIndex(passes);
  return first === -1 || items.findLastIndex(passes) === first ? first : -1;
}

/**
 * Walks over typed values for server-side apply: which fields a value has, how two values differ,
 * how a configuration merges into an object, and how fields are taken out. The rules are those of
 * sigs.k8s.io/structured-merge-diff.
 *
 * @module
 */
import { FieldSet, formatPath } from "./fields.ts";
import { define, equal, isObject, type JsonObject } from "./json.ts";
import { ANY, type Schema } from "./schema.ts";

/** How a value is walked. */
type Shape = "leaf" | "map" | "list";

function shapeOf(schema: Schema, value: unknown): Shape {
  switch (schema.kind) {
    case "struct":
    case "map":
      return schema.atomic ? "leaf" : "map";
    case "list":
      return schema.list === "atomic" ? "leaf" : "list";
    case "any":
      return isObject(value) ? "map" : "leaf";
    default:
      return "leaf";
  }
}

/** The path element of a list's item; throws an Error where an item lacks every key. */
export function itemElement(schema: Schema, item: unknown): string {
  if (schema.list === "set") return `v:${JSON.stringify(item)}`;
  const keys: JsonObject = {};
  for (const key of [...schema.keys].sort()) {
    const value = isObject(item) ? item[key] : undefined;
    const known = value ?? keyDefault(schema.element, key);
    if (known !== undefined) keys[key] = known;
  }
  if (Object.keys(keys).length === 0) {
    const names = schema.keys.map((key) => JSON.stringify(key)).join(" ");
    throw new Error(
      `associative list with keys has an element that omits all key fields [${names}] ` +
        `(and doesn't have default values for any key fields)`,
    );
  }
  return `k:${JSON.stringify(keys)}`;
}

/** Required strings of built-in types are empty unless said, but a port's protocol is TCP. */
function keyDefault(item: Schema, key: string): unknown {
  const { kind, constraints } = item.child(key);
  if (constraints.default !== undefined) return constraints.default;
  if (key === "protocol") return "TCP";
  return item.name !== "" && kind === "string" ? "" : undefined;
}

/** Whether a struct declares a field, rather than taking it as one of a map. */
function declares(schema: Schema, key: string): boolean {
  return schema.kind === "struct" && schema.fields.has(key);
}

/** The fields that a value sets. */
export function fieldsOf(schema: Schema, value: unknown): FieldSet {
  const set = new FieldSet();
  collect(schema, value, set);
  return set;
}

/** Collects below one value; `true` where the value itself is a leaf that its parent must own. */
function collect(schema: Schema, value: unknown, set: FieldSet): boolean {
  const shape = shapeOf(schema, value);
  if (shape === "leaf") return true;
  if (value === null || value === undefined) return false;
  if (shape === "list") {
    for (const item of Array.isArray(value) ? value : []) {
      const element = itemElement(schema, item);
      set.members.add(element);
      descend(schema.element, item, set, element);
    }
    return false;
  }
  for (const [key, child] of Object.entries(value as JsonObject)) {
    const element = `f:${key}`;
    const leaf = descend(schema.child(key), child, set, element);
    const bare = child === null || (isObject(child) && Object.keys(child).length === 0);
    if (leaf || bare || !declares(schema, key)) set.members.add(element);
  }
  return false;
}

function descend(schema: Schema, value: unknown, set: FieldSet, element: string): boolean {
  const below = new FieldSet();
  const leaf = collect(schema, value, below);
  if (!below.empty) set.children.set(element, below);
  return leaf;
}

/** How one value became another. */
export interface Comparison {
  readonly removed: FieldSet;
  readonly modified: FieldSet;
  readonly added: FieldSet;
}

/** Compares two values of a type. */
export function compare(schema: Schema, before: unknown, after: unknown): Comparison {
  const result = { removed: new FieldSet(), modified: new FieldSet(), added: new FieldSet() };
  compareAt(schema, before, after, { result, path: [] });
  return result;
}

interface CompareState {
  readonly result: Comparison;
  readonly path: string[];
}

function compareAt(schema: Schema, before: unknown, after: unknown, state: CompareState): void {
  const { result, path } = state;
  if (before !== undefined && after !== undefined && before === after) return;
  const shape = mergeShape(schema, before, after);
  if (shape === "map") compareMaps(schema, before as JsonObject, after as JsonObject, state);
  if (shape === "list") compareLists(schema, before as unknown[], after as unknown[], state);
  if (before === undefined) result.added.insert(path);
  else if (after === undefined) result.removed.insert(path);
  else if (shape === "leaf" && !equal(before, after)) result.modified.insert(path);
}

function compareMaps(
  schema: Schema,
  before: JsonObject | null | undefined,
  after: JsonObject | null | undefined,
  state: CompareState,
): void {
  for (const key of new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])) {
    state.path.push(`f:${key}`);
    compareAt(schema.child(key), before?.[key], after?.[key], state);
    state.path.pop();
  }
}

function compareLists(
  schema: Schema,
  before: readonly unknown[] | null | undefined,
  after: readonly unknown[] | null | undefined,
  state: CompareState,
): void {
  const old = index(schema, before ?? []);
  const now = index(schema, after ?? []);
  for (const element of new Set([...old.keys(), ...now.keys()])) {
    state.path.push(element);
    compareAt(schema.element, old.get(element), now.get(element), state);
    state.path.pop();
  }
}

/** Empty and missing containers count as leaves, which keeps null, empty and absent apart. */
function mergeShape(schema: Schema, a: unknown, b: unknown): Shape {
  const shape = shapeOf(schema, b === undefined || b === null ? a : b);
  return shape !== "leaf" && isBare(a) && isBare(b) ? "leaf" : shape;
}

function isBare(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return Array.isArray(value)
    ? value.length === 0
    : isObject(value)
    ? Object.keys(value).length === 0
    : false;
}

function index(schema: Schema, list: readonly unknown[]): Map<string, unknown> {
  return new Map(list.map((item) => [itemElement(schema, item), item]));
}

/** Merges a configuration into a live value; the configuration wins. */
export function merge(schema: Schema, live: unknown, config: unknown): unknown {
  if (config === undefined) return live;
  if (live === undefined) return config;
  const shape = mergeShape(schema, live, config);
  if (shape === "leaf") return config;
  if (shape === "list") return mergeLists(schema, live as unknown[], config as unknown[]);
  if (config !== null && !isObject(config)) return config;
  const out: JsonObject = {};
  const base = isObject(live) ? live : {};
  const over = config ?? {};
  for (const key in base) {
    const own = Object.hasOwn(over, key) ? over[key] : undefined;
    define(out, key, merge(schema.child(key), base[key], own));
  }
  for (const key in over) if (!Object.hasOwn(base, key)) define(out, key, over[key]);
  return out;
}

/** Items keep the live order, except where the configuration orders those that both have. */
function mergeLists(
  schema: Schema,
  live: readonly unknown[] | null,
  config: readonly unknown[] | null,
): unknown[] {
  const left = index(schema, live ?? []);
  const right = index(schema, config ?? []);
  const [ours, theirs] = [[...left.keys()], [...right.keys()]];
  const shared = theirs.filter((element) => left.has(element));
  const done = new Set<string>();
  const out: unknown[] = [];
  let nextShared = shared.shift();
  const take = (element: string) => {
    done.add(element);
    out.push(merge(schema.element, left.get(element), right.get(element)));
    if (element === nextShared) nextShared = shared.shift();
  };
  let l = 0;
  let r = 0;
  while (l < ours.length || r < theirs.length) {
    const mine = ours[l];
    if (mine !== undefined && !right.has(mine)) {
      take(mine);
      l++;
    } else if (mine !== undefined && (done.has(mine) || mine !== (nextShared ?? mine))) {
      l++;
    } else {
      if (mine !== undefined && mine === theirs[r]) l++;
      if (r < theirs.length) take(theirs[r++]!);
    }
  }
  return out;
}

/** A list to apply that names an item twice, or an item that has no key. */
export class BadItem extends Error {
  override readonly name = "BadItem";

  constructor(
    /** Path to the list, as messages show it. */
    readonly path: string,
    message: string,
  ) {
    super(message);
  }
}

/** Checks that every item of every merging list can be told from the others. */
export function checkItems(schema: Schema, value: unknown, path: readonly string[] = []): void {
  const shape = shapeOf(schema, value);
  if (shape === "map" && isObject(value)) {
    for (const [key, child] of Object.entries(value)) {
      checkItems(schema.child(key), child, [...path, `f:${key}`]);
    }
  }
  if (shape !== "list" || !Array.isArray(value)) return;
  const seen = new Set<string>();
  for (const [i, item] of value.entries()) {
    const element = elementOrRefuse(schema, item, { path, index: i });
    if (seen.has(element)) {
      throw new BadItem(formatPath(path), `duplicate entries for key ${formatPath([element])}`);
    }
    seen.add(element);
    checkItems(schema.element, item, [...path, element]);
  }
}

function elementOrRefuse(
  schema: Schema,
  item: unknown,
  { path, index }: { readonly path: readonly string[]; readonly index: number },
): string {
  try {
    return itemElement(schema, item);
  } catch (error) {
    throw new BadItem(formatPath(path), `element ${index}: ${(error as Error).message}`);
  }
}

/**
 * A value without the fields of a set. A container that loses all it had becomes null, which is
 * not the same as its being gone: whoever owns the container itself still does.
 */
export function removeFields(schema: Schema, value: unknown, set: FieldSet): unknown {
  const shape = shapeOf(schema, value);
  if (set.empty || isBare(value)) return value;
  if (shape === "list" && Array.isArray(value)) {
    const rest = value.flatMap((item) => {
      const element = itemElement(schema, item);
      if (set.members.has(element)) return [];
      const below = set.children.get(element);
      return [below === undefined ? item : removeFields(schema.element, item, below)];
    });
    return rest.length > 0 ? rest : null;
  }
  if (shape !== "map" || !isObject(value)) return value;
  const out: JsonObject = {};
  for (const [key, child] of Object.entries(value)) {
    const element = `f:${key}`;
    if (set.members.has(element)) continue;
    const below = set.children.get(element);
    define(out, key, below === undefined ? child : removeFields(schema.child(key), child, below));
  }
  return Object.keys(out).length > 0 ? out : null;
}

/** A value without the nulls that {@linkcode removeFields} left: those that `before` had not. */
export function dropEmptied(value: unknown, before: unknown): unknown {
  if (value === before) return value;
  if (Array.isArray(value)) return value.map((item) => dropEmptied(item, undefined));
  if (!isObject(value)) return value;
  const out: JsonObject = {};
  for (const [key, child] of Object.entries(value)) {
    const old = isObject(before) ? before[key] : undefined;
    if (child !== null || old === null) define(out, key, dropEmptied(child, old));
  }
  return out;
}

/** A set with every declared field added below which it has members. */
export function withNamedParents(schema: Schema, set: FieldSet): FieldSet {
  const members = new Set(set.members);
  const children = new Map<string, FieldSet>();
  for (const [element, below] of set.children) {
    const isField = element.startsWith("f:");
    const key = element.slice(2);
    if (isField && declares(schema, key)) members.add(element);
    const type = isField ? schema.child(key) : schema.kind === "list" ? schema.element : ANY;
    children.set(element, withNamedParents(type, below));
  }
  return new FieldSet(members, children);
}

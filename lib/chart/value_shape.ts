/**
 * What values may look like, as data: found out from a schema or from default values, printed as
 * TypeScript types, and compared with the values that somebody gives.
 *
 * @module
 */
import { closest } from "../text.ts";

/** What a value may be. */
export type Shape =
  | { readonly kind: "any" | "string" | "number" | "boolean" | "null" }
  | { readonly kind: "literal"; readonly value: string | number | boolean }
  | { readonly kind: "list"; readonly of: Shape }
  | MapShape
  | { readonly kind: "union"; readonly of: readonly Shape[] };

/** A map with known keys. */
export interface MapShape {
  readonly kind: "map";
  readonly fields: ReadonlyMap<string, Field>;
  /** What keys beside the fields may hold; `undefined` where there may be none. */
  readonly rest: Shape | undefined;
}

/** One key of a map. */
export interface Field {
  readonly shape: Shape;
  /** For people; may have several lines. */
  readonly description?: string | undefined;
  /** What the chart has when nobody sets it, as JSON. */
  readonly default?: string | undefined;
}

/** Anything at all. */
export const ANY: Shape = { kind: "any" };

/** A map about whose keys nothing is known. */
export const OPEN_MAP: MapShape = { kind: "map", fields: new Map(), rest: ANY };

/** A key that nothing reads. */
export interface UnknownKey {
  /** Keys from the root, joined by dots. */
  readonly path: string;
  /** A known key of the same map, where one is near. */
  readonly suggestion: string | undefined;
}

/** One shape of several; those that are alike count once, and any swallows the others. */
export function unionOf(shapes: readonly Shape[]): Shape {
  const flat = shapes.flatMap((shape) => shape.kind === "union" ? shape.of : [shape]);
  if (flat.some(({ kind }) => kind === "any")) return ANY;
  const distinct = new Map(flat.map((shape) => [keyOf(shape), shape]));
  const [first = ANY, ...others] = distinct.values();
  return others.length === 0 ? first : { kind: "union", of: [first, ...others] };
}

function keyOf(shape: Shape): string {
  return JSON.stringify(shape, (_, value) => value instanceof Map ? [...value] : value);
}

/**
 * What is known from two sources. Where they contradict each other `strong` is right; keys that
 * only one of them has are kept, and `weak` decides whether there may be others where `strong` has
 * no rule for them (`rest` in `undecided`).
 */
export function mergeShapes(
  strong: Shape,
  weak: Shape,
  undecided: ReadonlySet<Shape> = new Set(),
): Shape {
  if (strong.kind === "any") return weak;
  if (weak.kind === "any") return opened(strong, undecided);
  if (strong.kind === "list" && weak.kind === "list") {
    return { kind: "list", of: mergeShapes(strong.of, weak.of, undecided) };
  }
  if (strong.kind !== "map" || weak.kind !== "map") return strong;
  const fields = new Map<string, Field>(weak.fields);
  for (const [name, field] of strong.fields) {
    const other = weak.fields.get(name);
    const below = other?.shape ?? weak.rest;
    fields.set(name, {
      shape: below === undefined ? field.shape : mergeShapes(field.shape, below, undecided),
      description: field.description ?? other?.description,
      default: other?.default ?? field.default,
    });
  }
  return { kind: "map", fields, rest: undecided.has(strong) ? weak.rest : strong.rest };
}

/** The same with any further keys in the maps that have no rule for them. */
function opened(shape: Shape, undecided: ReadonlySet<Shape>): Shape {
  switch (shape.kind) {
    case "list":
      return { kind: "list", of: opened(shape.of, undecided) };
    case "union":
      return { kind: "union", of: shape.of.map((each) => opened(each, undecided)) };
    case "map": {
      const fields = [...shape.fields].map(([name, field]) =>
        [name, { ...field, shape: opened(field.shape, undecided) }] as const
      );
      return {
        kind: "map",
        fields: new Map(fields),
        rest: undecided.has(shape) ? ANY : shape.rest,
      };
    }
    default:
      return shape;
  }
}

/** Keys of `values` that the shape has no place for, in the order of the values. */
export function unknownKeys(shape: Shape, values: unknown, path = ""): UnknownKey[] {
  if (Array.isArray(values)) {
    if (shape.kind !== "list") return [];
    return values.flatMap((item, index) => unknownKeys(shape.of, item, `${path}[${index}]`));
  }
  // Where several maps are possible, which of them is meant cannot be told.
  const map = shape.kind === "union" ? soleMap(shape.of) : shape;
  if (map?.kind !== "map" || typeof values !== "object" || values === null) return [];
  return Object.entries(values).flatMap(([key, value]) => {
    const at = path === "" ? key : `${path}.${key}`;
    const field = map.fields.get(key);
    if (field !== undefined) return unknownKeys(field.shape, value, at);
    if (map.rest !== undefined) return unknownKeys(map.rest, value, at);
    return [{ path: at, suggestion: closest(key, map.fields.keys()) }];
  });
}

function soleMap(shapes: readonly Shape[]): Shape | undefined {
  const maps = shapes.filter(({ kind }) => kind === "map");
  return maps.length === 1 ? maps[0] : undefined;
}

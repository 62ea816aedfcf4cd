/**
 * The shape that a JSON schema gives to values. What it cannot say in a shape (patterns, ranges,
 * conditions, remote references) it leaves open; Helm checks those when it installs.
 *
 * @module
 */
import { isMap } from "../template/value.ts";
import type { GoMap } from "../template/value.ts";
import { ANY, unionOf } from "./value_shape.ts";
import type { Field, MapShape, Shape } from "./value_shape.ts";

/** The shape of a schema. */
export interface SchemaShape {
  readonly shape: Shape;
  /** Maps of which the schema does not say whether they may have further keys. */
  readonly undecided: ReadonlySet<Shape>;
}

/** Deeper than this, and where a schema refers to itself, anything goes. */
const MAX_DEPTH = 24;

/** Reads a schema of any draft from 4 to 2020-12; local references are followed. */
export function shapeFromSchema(document: unknown): SchemaShape {
  const reader = new SchemaReader(document);
  return { shape: reader.read(document, []), undecided: reader.undecided };
}

class SchemaReader {
  readonly undecided = new Set<Shape>();
  constructor(private readonly document: unknown) {}

  read(schema: unknown, following: readonly string[]): Shape {
    if (!isMap(schema) || following.length > MAX_DEPTH) return ANY;
    const { $ref: ref } = schema;
    if (typeof ref === "string") {
      if (following.includes(ref)) return ANY;
      const { $ref: _, ...beside } = schema;
      const target = this.read(this.#resolve(ref), [...following, ref]);
      return this.#both([target, this.read(beside, [...following, ""])]);
    }
    const own = this.#own(schema, [...following, ""]);
    const all = this.#list(schema["allOf"], following);
    const any = this.#list(schema["anyOf"] ?? schema["oneOf"], following);
    return this.#both([own, ...all, ...(any.length === 0 ? [] : [unionOf(any)])]);
  }

  #list(schemas: unknown, following: readonly string[]): Shape[] {
    return Array.isArray(schemas) ? schemas.map((each) => this.read(each, [...following, ""])) : [];
  }

  /** Values that fit every one: the first that says something, with the keys of all maps. */
  #both(shapes: readonly Shape[]): Shape {
    const said = shapes.filter(({ kind }) => kind !== "any");
    const maps = said.filter((shape) => shape.kind === "map");
    if (maps.length < 2 || maps.length < said.length) return said[0] ?? ANY;
    const decided = maps.filter((map) => !this.undecided.has(map));
    const merged: MapShape = {
      kind: "map",
      fields: new Map(maps.flatMap(({ fields }) => [...fields])),
      rest: (decided[0] ?? maps[0]!).rest,
    };
    if (decided.length === 0) this.undecided.add(merged);
    return merged;
  }

  #own(schema: GoMap, following: readonly string[]): Shape {
    if ("const" in schema) return unionOf([literal(schema["const"])]);
    if (Array.isArray(schema["enum"])) return unionOf(schema["enum"].map(literal));
    const { type } = schema;
    if (Array.isArray(type)) {
      return unionOf(type.map((each) => this.#typed(schema, each, following)));
    }
    const implied = "properties" in schema || "additionalProperties" in schema
      ? "object"
      : undefined;
    return this.#typed(schema, type ?? implied, following);
  }

  #typed(schema: GoMap, type: unknown, following: readonly string[]): Shape {
    switch (type) {
      case "string":
      case "boolean":
      case "null":
      case "number":
        return { kind: type };
      case "integer":
        return { kind: "number" };
      case "array":
        return { kind: "list", of: this.read(schema["items"], following) };
      case "object":
        return this.#map(schema, following);
      default:
        return ANY;
    }
  }

  #map(schema: GoMap, following: readonly string[]): MapShape {
    const fields = new Map<string, Field>();
    if (isMap(schema["properties"])) {
      for (const [name, property] of Object.entries(schema["properties"])) {
        fields.set(name, {
          shape: this.read(property, following),
          description: textOf(property, "description") ?? textOf(property, "title"),
          default: isMap(property) && "default" in property
            ? JSON.stringify(property["default"])
            : undefined,
        });
      }
    }
    const { additionalProperties: more, patternProperties: patterns } = schema;
    const byPattern = isMap(patterns) ? Object.values(patterns) : [];
    const open = more === true || isMap(more) || byPattern.length > 0;
    const rest = open
      ? unionOf(
        [...(isMap(more) ? [more] : []), ...byPattern].map((each) => this.read(each, following)),
      )
      : undefined;
    const map: MapShape = {
      kind: "map",
      fields,
      rest: fields.size === 0 && more !== false ? rest ?? ANY : rest,
    };
    if (!open && more !== false) this.undecided.add(map);
    return map;
  }

  #resolve(ref: string): unknown {
    if (!ref.startsWith("#")) return undefined;
    let at: unknown = this.document;
    for (const part of ref.slice(1).split("/").slice(1)) {
      const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
      at = isMap(at) ? at[key] : undefined;
    }
    return at;
  }
}

function literal(value: unknown): Shape {
  if (value === null) return { kind: "null" };
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? { kind: "literal", value }
    : ANY;
}

function textOf(schema: unknown, key: string): string | undefined {
  return isMap(schema) && typeof schema[key] === "string" ? schema[key] : undefined;
}

/**
 * From a request's JSON to an object of its kind: unknown fields and nulls go, quantities become
 * canonical, a value of the wrong type is refused.
 *
 * @module
 */
import { define, isObject, type JsonObject } from "./json.ts";
import { canonicalQuantity } from "./quantity.ts";
import type { Schema } from "./schema.ts";

/** A value whose type is not the field's. */
export class TypeMismatch extends Error {
  override readonly name = "TypeMismatch";

  constructor(
    /** Path from the object, with list indexes and map keys. */
    readonly path: readonly (string | number)[],
    readonly schema: Schema,
    readonly value: unknown,
    /** As Go's decoder puts it. */
    message: string,
  ) {
    super(message);
  }
}

/** What came out of decoding. */
export interface Decoded {
  readonly value: JsonObject;
  /** Paths of fields that the kind does not have, such as `spec.replicaz`. */
  readonly unknown: readonly string[];
}

interface State {
  readonly unknown: string[];
  readonly path: (string | number)[];
  /** Field names only, as Go's messages show a path. */
  readonly names: string[];
  readonly lenient: boolean;
  owner: string;
}

/** Options of {@linkcode decode}. */
export interface DecodeOptions {
  /** Keep values of the wrong type for a later check instead of throwing. @default {false} */
  readonly lenient?: boolean;
}

/** Decodes a whole object; throws {@linkcode TypeMismatch}. */
export function decode(schema: Schema, value: JsonObject, options: DecodeOptions = {}): Decoded {
  const { lenient = false } = options;
  const state: State = { unknown: [], path: [], names: [], owner: schema.name, lenient };
  const decoded = walk(schema, value, state) as JsonObject;
  return { value: decoded, unknown: state.unknown };
}

function walk(schema: Schema, value: unknown, state: State): unknown {
  switch (schema.kind) {
    case "any":
      return value;
    case "struct":
      return walkStruct(schema, value, state);
    case "map":
      return walkMap(schema, value, state);
    case "list":
      return walkList(schema, value, state);
    default:
      return scalar(schema, value, state);
  }
}

function walkStruct(schema: Schema, value: unknown, state: State): unknown {
  if (!isObject(value)) return wrong(schema, value, state);
  const out: JsonObject = {};
  const owner = state.owner;
  state.owner = schema.name;
  for (const [key, child] of Object.entries(value)) {
    const type = schema.fields.get(key);
    state.path.push(key);
    if (type === undefined && !schema.open) state.unknown.push(formatFieldPath(state.path));
    else if (child !== null || keepsNull(schema, type, state)) {
      state.names.push(key);
      const next = child === null ? null : walk(type ?? schema.element, child, state);
      if (!isOmitted(type, next, state)) define(out, key, next);
      state.names.pop();
    }
    state.path.pop();
  }
  state.owner = owner;
  return out;
}

/** Go leaves empty maps and lists of built-in types out. */
function isOmitted(type: Schema | undefined, value: unknown, { lenient }: State): boolean {
  if (lenient || (type?.kind !== "map" && type?.kind !== "list")) return false;
  return Object.keys(value as object).length === 0;
}

function keepsNull(owner: Schema, type: Schema | undefined, state: State): boolean {
  if (owner.open || type?.constraints.nullable === true) return true;
  return state.lenient && type?.constraints.default === undefined;
}

/** A value of the wrong type, where it is let through. */
function wrong(schema: Schema, value: unknown, state: State): unknown {
  if (state.lenient) return value;
  throw mismatch(schema, value, state);
}

function walkMap(schema: Schema, value: unknown, state: State): unknown {
  if (!isObject(value)) return wrong(schema, value, state);
  const out: JsonObject = {};
  for (const [key, child] of Object.entries(value)) {
    state.path.push(key);
    // A null in a map of strings is an empty string, as Go decodes it.
    const next = child === null ? emptyOf(schema.element) : walk(schema.element, child, state);
    if (next !== undefined) define(out, key, next);
    state.path.pop();
  }
  return out;
}

function walkList(schema: Schema, value: unknown, state: State): unknown {
  if (!Array.isArray(value)) return wrong(schema, value, state);
  return value.map((item, i) => {
    state.path.push(i);
    const next = item === null ? emptyOf(schema.element) : walk(schema.element, item, state);
    state.path.pop();
    return next;
  });
}

function emptyOf(schema: Schema): unknown {
  switch (schema.kind) {
    case "struct":
    case "map":
      return {};
    case "string":
    case "bytes":
      return "";
    default:
      return null;
  }
}

function scalar(schema: Schema, value: unknown, state: State): unknown {
  const type = typeof value;
  switch (schema.kind) {
    case "quantity": {
      const quantity = canonicalQuantity(value);
      if (quantity !== undefined) return quantity;
      if (type !== "string") throw mismatch(schema, value, state);
      throw new TypeMismatch(
        [...state.path],
        schema,
        value,
        "quantities must match the regular expression " +
          "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
      );
    }
    case "intOrString":
      if (type === "string" || Number.isInteger(value)) return value;
      break;
    case "integer":
      if (Number.isInteger(value)) return value;
      break;
    case "number":
      if (type === "number") return value;
      break;
    case "boolean":
      if (type === "boolean") return value;
      break;
    case "bytes":
      if (type === "string") return checkBase64(schema, value as string, state);
      break;
    default:
      if (type === "string") return value;
  }
  return wrong(schema, value, state);
}

/** Line breaks in base64 are ignored, as Go's decoder does. */
function checkBase64(schema: Schema, text: string, state: State): string {
  const clean = text.replaceAll(/[\r\n]/g, "");
  const bad = /[^A-Za-z0-9+/=]|=(?!=?$)/.exec(clean);
  if (bad === null && clean.length % 4 === 0) return clean;
  const byte = bad?.index ?? clean.length - clean.length % 4;
  const message = `illegal base64 data at input byte ${byte}`;
  throw new TypeMismatch([...state.path], schema, text, message);
}

function mismatch(schema: Schema, value: unknown, state: State): TypeMismatch {
  const got = Array.isArray(value)
    ? "array"
    : isObject(value)
    ? "object"
    : typeof value === "boolean"
    ? "bool"
    : typeof value;
  const field = `${state.owner}.${state.names.join(".")}`;
  return new TypeMismatch(
    [...state.path],
    schema,
    value,
    `json: cannot unmarshal ${got} into Go struct field ${field} of type ${goType(schema)}`,
  );
}

function goType(schema: Schema): string {
  switch (schema.kind) {
    case "struct":
      return `v1.${schema.name}`;
    case "map":
      return `map[string]${goType(schema.element)}`;
    case "list":
      return `[]${goType(schema.element)}`;
    case "integer":
      return `int${schema.bits}`;
    case "boolean":
      return "bool";
    case "bytes":
      return "[]uint8";
    case "number":
      return "float64";
    case "intOrString":
      return "intstr.IntOrString";
    case "quantity":
      return "resource.Quantity";
    case "time":
      return "time.Time";
    default:
      return "string";
  }
}

/** `spec.template.spec.containers[0].name`. */
export function formatFieldPath(path: readonly (string | number)[]): string {
  return path.map((part, i) => {
    if (typeof part === "number") return `[${part}]`;
    return i === 0 ? part : `.${part}`;
  }).join("");
}

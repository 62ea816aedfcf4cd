/**
 * CustomResourceDefinitions: the kinds that they add, their types, and the checks and defaults of
 * their schemas. Of a schema's rules those below are kept; `oneOf`, `anyOf`, `not` and CEL rules
 * (`x-kubernetes-validations`) are not looked at.
 *
 * @module
 */
import { RE2JS } from "re2js";
import type { KubeObject } from "../kube/types.ts";
import { formatFieldPath } from "./decode.ts";
import { clone, define, equal, isObject, type JsonObject } from "./json.ts";
import { listAt, objectAt, stringAt } from "./json.ts";
import { type Resource, VERBS } from "./kinds.ts";
import { ANY, type Constraints, Schema, type SchemaInit, type TypeTable } from "./schema.ts";
import { type FieldError, invalid, required, unsupported } from "./status.ts";

/** The kinds, one a served version, that a definition adds. */
export function definedResources(definition: KubeObject, types: TypeTable): Resource[] {
  const spec = objectAt(definition, "spec");
  const group = stringAt(spec, "group");
  const plural = stringAt(spec, "names", "plural");
  const kind = stringAt(spec, "names", "kind");
  const strings = (value: unknown) => Array.isArray(value) ? value.map(String) : [];
  const { shortNames, categories } = objectAt(spec, "names");
  return listAt(spec, "versions").filter(({ served }) => served === true).map((version) => ({
    group,
    version: stringAt(version, "name"),
    kind,
    listKind: stringAt(spec, "names", "listKind") || `${kind}List`,
    plural,
    singular: stringAt(spec, "names", "singular") || kind.toLowerCase(),
    shortNames: strings(shortNames),
    categories: strings(categories),
    namespaced: spec.scope !== "Cluster",
    verbs: VERBS,
    subresources: subresourcesOf(version),
    generation: true,
    storage: `${group}/${plural}`,
    schema: rootSchema(objectAt(version, "schema", "openAPIV3Schema"), kind, types),
    custom: true,
    ...scalePathsOf(version),
  }));
}

function subresourcesOf(version: JsonObject): Resource["subresources"] {
  const { status, scale } = objectAt(version, "subresources");
  return [
    ...(status === undefined ? [] : ["status"] as const),
    ...(scale === undefined ? [] : ["scale"] as const),
  ];
}

function scalePathsOf(version: JsonObject): Pick<Resource, "scalePaths"> {
  const scale = objectAt(version, "subresources").scale;
  if (!isObject(scale)) return {};
  const selector = stringAt(scale, "labelSelectorPath");
  return {
    scalePaths: {
      spec: stringAt(scale, "specReplicasPath"),
      status: stringAt(scale, "statusReplicasPath"),
      ...(selector === "" ? {} : { selector }),
    },
  };
}

/** The type of the whole object, to which every kind's metadata belongs. */
function rootSchema(source: JsonObject, kind: string, types: TypeTable): Schema {
  const text = new Schema({ kind: "string" });
  const open = isOpen(source) || !isObject(source.properties);
  return new Schema({
    kind: "struct",
    name: kind,
    open,
    constraints: constraintsOf(source),
    fields: () => {
      const fields = new Map(convertFields(source, types));
      return fields.set("apiVersion", text).set("kind", text)
        .set("metadata", types.get("ObjectMeta"));
    },
  });
}

function isOpen(source: JsonObject): boolean {
  return source["x-kubernetes-preserve-unknown-fields"] === true;
}

function convertFields(source: JsonObject, types: TypeTable): [string, Schema][] {
  return Object.entries(objectAt(source, "properties"))
    .map(([name, property]) => [name, convert(isObject(property) ? property : {}, types)]);
}

/** A type from its OpenAPI schema. */
function convert(source: JsonObject, types: TypeTable): Schema {
  const constraints = constraintsOf(source);
  const make = (init: Omit<SchemaInit, "constraints">) => new Schema({ ...init, constraints });
  if (source["x-kubernetes-int-or-string"] === true) return make({ kind: "intOrString" });
  switch (source.type) {
    case "object":
      return make(convertObject(source, types));
    case "array":
      return make(convertArray(source, types));
    case "integer":
      return make({ kind: "integer", bits: 64 });
    case "string":
    case "number":
    case "boolean":
      return make({ kind: source.type });
    default:
      return make({ kind: "any" });
  }
}

function convertObject(source: JsonObject, types: TypeTable): Omit<SchemaInit, "constraints"> {
  const atomic = source["x-kubernetes-map-type"] === "atomic";
  const { additionalProperties: rest } = source;
  if (isObject(rest) || rest === true) {
    return { kind: "map", atomic, element: () => isObject(rest) ? convert(rest, types) : ANY };
  }
  const embedded = source["x-kubernetes-embedded-resource"] === true;
  const fields = () => {
    const declared = new Map(convertFields(source, types));
    const text = new Schema({ kind: "string" });
    if (embedded) {
      declared.set("apiVersion", text).set("kind", text).set("metadata", types.get("ObjectMeta"));
    }
    return declared;
  };
  return { kind: "struct", atomic, open: isOpen(source), fields };
}

function convertArray(source: JsonObject, types: TypeTable): Omit<SchemaInit, "constraints"> {
  const keys = source["x-kubernetes-list-map-keys"];
  const list = source["x-kubernetes-list-type"];
  return {
    kind: "list",
    list: list === "map" || list === "set" ? list : "atomic",
    keys: Array.isArray(keys) ? keys.map(String) : [],
    element: () => convert(objectAt(source, "items"), types),
  };
}

function constraintsOf(source: JsonObject): Constraints {
  const kept: JsonObject = {};
  for (
    const name of [
      "required",
      "enum",
      "default",
      "nullable",
      "pattern",
      "minimum",
      "maximum",
      "minLength",
      "maxLength",
      "minItems",
      "maxItems",
    ]
  ) {
    if (source[name] !== undefined) kept[name] = source[name];
  }
  return kept;
}

/** Fills in the defaults of a schema, in place. */
export function applySchemaDefaults(schema: Schema, value: unknown): void {
  if (Array.isArray(value)) {
    for (const item of value) applySchemaDefaults(schema.element, item);
  } else if (isObject(value)) {
    for (const [name, field] of schema.fields) {
      const preset = field.constraints.default;
      const absent = value[name] === undefined ||
        (value[name] === null && !field.constraints.nullable);
      if (absent && preset !== undefined) define(value, name, clone(preset));
    }
    for (const [name, child] of Object.entries(value)) {
      if (schema.kind !== "any") applySchemaDefaults(schema.child(name), child);
    }
  }
}

/** What a schema finds wrong with a value, in the words of the API server. */
export function schemaErrors(schema: Schema, value: unknown): FieldError[] {
  return [...check(schema, value, [])];
}

type Path = readonly (string | number)[];

function* check(schema: Schema, value: unknown, path: Path): Generator<FieldError> {
  if (value === null && schema.constraints.nullable === true) return;
  const field = formatFieldPath(path);
  const expected = typeName(schema);
  if (expected !== undefined && !hasType(schema, value)) {
    const got = typeOf(value);
    const why = `${field} in body must be of type ${expected}: "${got}"`;
    yield { ...invalid(field, got, why), reason: "FieldValueTypeInvalid" };
    return;
  }
  yield* checkLimits(schema.constraints, value, field);
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) yield* check(schema.element, item, [...path, i]);
  }
  if (!isObject(value) || schema.kind === "any") return;
  for (const name of schema.constraints.required ?? []) {
    if (value[name] === undefined) yield required(formatFieldPath([...path, name]));
  }
  for (const [name, child] of Object.entries(value)) {
    const declared = schema.kind === "map" || schema.fields.has(name);
    const metadata = path.length === 0 && name === "metadata";
    if (declared && !metadata) yield* check(schema.child(name), child, [...path, name]);
  }
}

function* checkLimits(
  limits: Constraints,
  value: unknown,
  field: string,
): Generator<FieldError> {
  const bad = (why: string) => invalid(field, value, `${field} in body ${why}`);
  const allowed = limits.enum;
  if (allowed !== undefined && !allowed.some((item) => equal(item, value))) {
    yield unsupported(field, value, allowed);
  }
  if (typeof value === "number") {
    const { minimum, maximum } = limits;
    if (minimum !== undefined && value < minimum) {
      yield bad(`should be greater than or equal to ${minimum}`);
    }
    if (maximum !== undefined && value > maximum) {
      yield bad(`should be less than or equal to ${maximum}`);
    }
  }
  if (typeof value === "string") {
    const { minLength, maxLength, pattern } = limits;
    if (minLength !== undefined && [...value].length < minLength) {
      yield bad(`should be at least ${minLength} chars long`);
    }
    if (maxLength !== undefined && [...value].length > maxLength) {
      const message = `Too long: may not be more than ${maxLength} bytes`;
      yield { field, reason: "FieldValueTooLong", message };
    }
    if (pattern !== undefined && !matches(pattern, value)) yield bad(`should match '${pattern}'`);
  }
  if (Array.isArray(value)) {
    const { minItems, maxItems } = limits;
    if (minItems !== undefined && value.length < minItems) {
      yield bad(`should have at least ${minItems} items`);
    }
    if (maxItems !== undefined && value.length > maxItems) {
      const message = `Too many: ${value.length}: must have at most ${maxItems} items`;
      yield { field, reason: "FieldValueTooMany", message };
    }
  }
}

/** Go's regular expressions, which take linear time; a pattern that is none matches everything. */
function matches(pattern: string, value: string): boolean {
  try {
    return RE2JS.compile(pattern).matcher(value).find();
  } catch {
    return true;
  }
}

function typeName(schema: Schema): string | undefined {
  switch (schema.kind) {
    case "struct":
    case "map":
      return "object";
    case "list":
      return "array";
    case "intOrString":
      return "integer,string";
    case "any":
      return undefined;
    default:
      return schema.kind;
  }
}

function hasType(schema: Schema, value: unknown): boolean {
  switch (schema.kind) {
    case "struct":
    case "map":
      return isObject(value);
    case "list":
      return Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    case "intOrString":
      return typeof value === "string" || Number.isInteger(value);
    case "number":
      return typeof value === "number";
    default:
      return typeOf(value) === schema.kind;
  }
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

/**
 * The schemas of schemas: what each draft of JSON Schema allows as a schema.
 *
 * Written as functions of what the drafts differ in; the shape (`allOf`, `anyOf`, references) is
 * that of the published documents, as it shows in the messages.
 *
 * @module
 */

import type { GoMap } from "../template/value.ts";
import type { Draft } from "./schema_document.ts";

/** A document with its address. */
export interface MetaDocument {
  readonly url: string;
  readonly schema: GoMap;
}

const TEXT = { type: "string" };
const NUMBER = { type: "number" };
const BOOLEAN = { type: "boolean" };
const REGEX = { type: "string", format: "regex" };
const TYPE_NAMES = ["array", "boolean", "integer", "null", "number", "object", "string"];
const ROOT = {
  2019: "https://json-schema.org/draft/2019-09",
  2020: "https://json-schema.org/draft/2020-12",
};

/** The documents of a draft, the one to hold a schema against first. */
export function metaDocuments(draft: Draft): MetaDocument[] {
  return draft === 2019 || draft === 2020 ? modern(draft) : [classic(draft)];
}

function ref(name: string): GoMap {
  return { $ref: name };
}

function mapOf(schema: unknown, more: GoMap = {}): GoMap {
  return { type: "object", additionalProperties: schema, ...more };
}

function typeKeyword(names: GoMap): GoMap {
  return {
    anyOf: [names, { type: "array", items: names, minItems: 1, uniqueItems: true }],
  };
}

function each(names: readonly string[], schema: unknown): GoMap {
  return Object.fromEntries(names.map((name) => [name, schema]));
}

/** Drafts 4, 6 and 7: one document each. */
function classic(draft: 4 | 6 | 7): MetaDocument {
  const url = `http://json-schema.org/draft-0${draft}/schema`;
  const self = ref("#");
  const isFour = draft === 4;
  const stringArray = {
    type: "array",
    items: TEXT,
    uniqueItems: true,
    ...(isFour && { minItems: 1 }),
  };
  const schema = {
    $schema: `${url}#`,
    [isFour ? "id" : "$id"]: `${url}#`,
    definitions: {
      schemaArray: { type: "array", minItems: 1, items: self },
      count: { type: "integer", minimum: 0 },
      countDefault0: { allOf: [ref("#/definitions/count"), {}] },
      simpleTypes: { enum: TYPE_NAMES },
      stringArray,
    },
    type: isFour ? "object" : ["object", "boolean"],
    properties: {
      ...shared(self, isFour),
      ...(isFour ? onlyFour(self) : sinceSix(self)),
      ...(draft === 7 && seven(self)),
    },
    ...(isFour && {
      dependencies: { exclusiveMaximum: ["maximum"], exclusiveMinimum: ["minimum"] },
    }),
  };
  return { url, schema };
}

function shared(self: GoMap, isFour: boolean): GoMap {
  const count = ref("#/definitions/count"), countDefault0 = ref("#/definitions/countDefault0");
  const schemaArray = ref("#/definitions/schemaArray"), names = ref("#/definitions/stringArray");
  return {
    $schema: { type: "string", format: "uri" },
    ...each(["title", "description", "format"], TEXT),
    ...each(["maximum", "minimum"], NUMBER),
    ...each(["maxLength", "maxItems", "maxProperties"], count),
    ...each(["minLength", "minItems", "minProperties"], countDefault0),
    pattern: REGEX,
    items: { anyOf: [self, schemaArray] },
    uniqueItems: BOOLEAN,
    required: names,
    definitions: mapOf(self),
    properties: mapOf(self),
    patternProperties: mapOf(self, isFour ? {} : { propertyNames: { format: "regex" } }),
    dependencies: mapOf({ anyOf: [self, names] }),
    type: typeKeyword(ref("#/definitions/simpleTypes")),
    ...each(["allOf", "anyOf", "oneOf"], schemaArray),
    not: self,
  };
}

function onlyFour(self: GoMap): GoMap {
  return {
    id: TEXT,
    $ref: TEXT,
    multipleOf: { type: "number", minimum: 0, exclusiveMinimum: true },
    ...each(["exclusiveMaximum", "exclusiveMinimum"], BOOLEAN),
    ...each(["additionalItems", "additionalProperties"], { anyOf: [BOOLEAN, self] }),
    enum: { type: "array", minItems: 1, uniqueItems: true },
  };
}

function sinceSix(self: GoMap): GoMap {
  const reference = { type: "string", format: "uri-reference" };
  return {
    $id: reference,
    $ref: reference,
    multipleOf: { type: "number", exclusiveMinimum: 0 },
    ...each(["exclusiveMaximum", "exclusiveMinimum"], NUMBER),
    ...each(["additionalItems", "additionalProperties", "contains", "propertyNames"], self),
    enum: { type: "array", minItems: 1, uniqueItems: true },
    examples: { type: "array" },
  };
}

function seven(self: GoMap): GoMap {
  return {
    $comment: TEXT,
    ...each(["readOnly", "writeOnly"], BOOLEAN),
    ...each(["contentMediaType", "contentEncoding"], TEXT),
    ...each(["if", "then", "else"], self),
  };
}

/** Drafts 2019-09 and 2020-12: a document of documents, one for each vocabulary. */
function modern(draft: 2019 | 2020): MetaDocument[] {
  const isNew = draft === 2020;
  const self = isNew ? { $dynamicRef: "#meta" } : { $recursiveRef: "#" };
  const anchor = isNew ? { $dynamicAnchor: "meta" } : { $recursiveAnchor: true };
  const parts: [string, GoMap][] = [
    ["core", core(self, isNew)],
    ["applicator", applicator(self, isNew)],
    ...(isNew
      ? [["unevaluated", {
        properties: each(["unevaluatedItems", "unevaluatedProperties"], self),
      }]] as [string, GoMap][]
      : []),
    ["validation", validation()],
    ["meta-data", metaData()],
    [isNew ? "format-annotation" : "format", { properties: { format: TEXT } }],
    ["content", content(self)],
  ];
  const head = { $schema: `${ROOT[draft]}/schema`, ...anchor, type: ["object", "boolean"] };
  const document = (path: string, schema: GoMap) => {
    const url = `${ROOT[draft]}/${path}`;
    return { url, schema: { $id: url, ...head, ...schema } };
  };
  const names = ref("meta/validation#/$defs/stringArray");
  return [
    document("schema", {
      allOf: parts.map(([name]) => ref(`meta/${name}`)),
      properties: { definitions: mapOf(self), dependencies: mapOf({ anyOf: [self, names] }) },
    }),
    ...parts.map(([name, schema]) => document(`meta/${name}`, schema)),
  ];
}

function core(self: GoMap, isNew: boolean): GoMap {
  const uri = { type: "string", format: "uri" };
  const reference = { type: "string", format: "uri-reference" };
  const anchor = {
    type: "string",
    pattern: isNew ? "^[A-Za-z_][-A-Za-z0-9._]*$" : "^[A-Za-z][-A-Za-z0-9.:_]*$",
  };
  return {
    properties: {
      $id: { ...reference, pattern: "^[^#]*#?$" },
      $schema: uri,
      $ref: reference,
      $anchor: anchor,
      ...(isNew
        ? { $dynamicRef: reference, $dynamicAnchor: anchor }
        : { $recursiveRef: reference, $recursiveAnchor: BOOLEAN }),
      $vocabulary: mapOf(BOOLEAN, { propertyNames: uri }),
      $comment: TEXT,
      $defs: mapOf(self),
    },
  };
}

function applicator(self: GoMap, isNew: boolean): GoMap {
  const schemaArray = ref("#/$defs/schemaArray");
  return {
    properties: {
      ...(isNew ? { prefixItems: schemaArray, items: self } : {
        items: { anyOf: [self, schemaArray] },
        ...each(["additionalItems", "unevaluatedItems", "unevaluatedProperties"], self),
      }),
      ...each(["contains", "additionalProperties", "propertyNames"], self),
      ...each(["if", "then", "else", "not"], self),
      properties: mapOf(self),
      patternProperties: mapOf(self, { propertyNames: { format: "regex" } }),
      dependentSchemas: mapOf(self),
      ...each(["allOf", "anyOf", "oneOf"], schemaArray),
    },
    $defs: { schemaArray: { type: "array", minItems: 1, items: self } },
  };
}

function validation(): GoMap {
  const count = ref("#/$defs/count"), names = ref("#/$defs/stringArray");
  return {
    properties: {
      type: typeKeyword(ref("#/$defs/simpleTypes")),
      enum: { type: "array" },
      multipleOf: { type: "number", exclusiveMinimum: 0 },
      ...each(["maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"], NUMBER),
      ...each(["maxLength", "maxItems", "maxContains", "minContains", "maxProperties"], count),
      ...each(["minLength", "minItems", "minProperties"], ref("#/$defs/countDefault0")),
      pattern: REGEX,
      uniqueItems: BOOLEAN,
      required: names,
      dependentRequired: mapOf(names),
    },
    $defs: {
      count: { type: "integer", minimum: 0 },
      countDefault0: count,
      simpleTypes: { enum: TYPE_NAMES },
      stringArray: { type: "array", items: TEXT, uniqueItems: true },
    },
  };
}

function metaData(): GoMap {
  return {
    properties: {
      ...each(["title", "description"], TEXT),
      ...each(["deprecated", "readOnly", "writeOnly"], BOOLEAN),
      examples: { type: "array" },
    },
  };
}

function content(self: GoMap): GoMap {
  return {
    properties: { ...each(["contentMediaType", "contentEncoding"], TEXT), contentSchema: self },
  };
}

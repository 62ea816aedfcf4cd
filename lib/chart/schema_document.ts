/**
 * JSON Schema documents: their drafts, identifiers and anchors, and where a reference leads.
 *
 * @module
 */

import { quoteGo } from "../template/quote.ts";
import { isMap } from "../template/value.ts";
import type { GoMap } from "../template/value.ts";

/** A schema that cannot be used; the message is that of Helm's validator. */
export class SchemaError extends Error {
  override readonly name = "SchemaError";
}

/** Thrown where a reference leads to a document that has to be loaded first. */
export class NeedsDocument extends Error {
  override readonly name = "NeedsDocument";

  constructor(readonly url: string) {
    super(`schema ${url} is not loaded`);
  }
}

/** The drafts by the year or number that orders them. */
export type Draft = 4 | 6 | 7 | 2019 | 2020;

/** A part of a document with an identifier of its own, or the document itself. */
interface Resource {
  readonly pointer: string;
  readonly id: string;
  readonly draft: Draft;
  readonly anchors: Map<string, string>;
  readonly dynamicAnchors: Set<string>;
}

interface Document {
  readonly url: string;
  readonly value: unknown;
  readonly resources: Map<string, Resource>;
  readonly nodes: Map<string, SchemaNode>;
}

/** A schema at its place; the same place gives the same object. */
export interface SchemaNode {
  readonly value: unknown;
  readonly document: Document;
  readonly pointer: string;
  readonly resource: Resource;
  /** Address with the pointer as its fragment, as messages show it. */
  readonly location: string;
}

const MAPS = [
  "definitions",
  "$defs",
  "properties",
  "patternProperties",
  "dependencies",
  "dependentSchemas",
];
const LISTS = ["allOf", "anyOf", "oneOf", "items", "prefixItems"];
const SINGLES = [
  "not",
  "additionalProperties",
  "items",
  "additionalItems",
  "propertyNames",
  "contains",
  "if",
  "then",
  "else",
  "unevaluatedProperties",
  "unevaluatedItems",
  "contentSchema",
];

/** The schema documents of one validation. */
export class SchemaStore {
  readonly #documents = new Map<string, Document>();

  /** Adds a document and returns its root. */
  add(url: string, value: unknown): SchemaNode {
    const document: Document = { url, value, resources: new Map(), nodes: new Map() };
    this.#collect(document, value, "", url, 2020);
    this.#documents.set(url, document);
    return this.#node(document, "");
  }

  /** The schema at a path below another one. */
  child(node: SchemaNode, ...tokens: (string | number)[]): SchemaNode {
    const path = tokens.map((token) => `/${escapeToken(String(token))}`).join("");
    return this.#node(node.document, node.pointer + path);
  }

  /** Every schema below a node that a keyword of its draft holds, itself included. */
  *walk(node: SchemaNode): Generator<SchemaNode> {
    yield node;
    if (!isMap(node.value)) return;
    for (const pointer of childPointers(node.value, node.pointer)) {
      yield* this.walk(this.#node(node.document, pointer));
    }
  }

  /** The schema that a reference of `node` leads to. */
  resolve(node: SchemaNode, reference: string): SchemaNode {
    const hash = reference.indexOf("#");
    const path = hash < 0 ? reference : reference.slice(0, hash);
    const fragment = hash < 0 ? "" : decodeURIComponent(reference.slice(hash + 1));
    const url = path === "" ? node.resource.id : join(node.resource.id, path);
    const inside = this.#resource(node.document, url);
    if (inside !== undefined) return this.#fragment(node.document, inside, fragment);
    const document = this.#documents.get(url);
    if (document === undefined) throw new NeedsDocument(url);
    return this.#fragment(document, document.resources.get("")!, fragment);
  }

  /** The resource's schema with this dynamic anchor, if it has one. */
  dynamicAnchor(node: SchemaNode, name: string): SchemaNode | undefined {
    const { resource, document } = node;
    return resource.dynamicAnchors.has(name)
      ? this.#node(document, resource.anchors.get(name)!)
      : undefined;
  }

  /** The root of the resource that holds a node. */
  root(node: SchemaNode): SchemaNode {
    return this.#node(node.document, node.resource.pointer);
  }

  #resource(document: Document, url: string): Resource | undefined {
    if (url === document.url) return document.resources.get("");
    return [...document.resources.values()].find(({ id }) => id === url);
  }

  #fragment(document: Document, resource: Resource, fragment: string): SchemaNode {
    if (fragment === "" || fragment.startsWith("/")) {
      return this.#node(document, resource.pointer + fragment);
    }
    const pointer = resource.anchors.get(fragment);
    if (pointer !== undefined) return this.#node(document, pointer);
    throw new SchemaError(
      `anchor in ${quoteGo(`${resource.id}#${fragment}`)} not found in schema ${
        quoteGo(document.url)
      }`,
    );
  }

  #node(document: Document, pointer: string): SchemaNode {
    const known = document.nodes.get(pointer);
    if (known !== undefined) return known;
    const location = `${document.url}#${encodePointer(pointer)}`;
    const value = lookup(document.value, pointer, location);
    const node = { value, document, pointer, resource: resourceAt(document, pointer), location };
    document.nodes.set(pointer, node);
    return node;
  }

  #collect(document: Document, value: unknown, pointer: string, base: string, over: Draft): void {
    const isRoot = pointer === "";
    if (!isMap(value)) {
      if (isRoot) document.resources.set("", newResource("", base, over));
      return;
    }
    let draft = draftOf(value) ?? over;
    let id = idOf(value, draft);
    if (id === "" && !isRoot) [draft, id] = [over, idOf(value, over)];
    const url = id === "" ? base : join(base, id);
    if (isRoot || id !== "") document.resources.set(pointer, newResource(pointer, url, draft));
    const resource = resourceAt(document, pointer);
    collectAnchors(value, pointer, resource);
    for (const child of childPointers(value, pointer)) {
      const inner = lookup(document.value, child, child);
      this.#collect(document, inner, child, url, resource.draft);
    }
  }
}

function newResource(pointer: string, id: string, draft: Draft): Resource {
  return { pointer, id, draft, anchors: new Map(), dynamicAnchors: new Set() };
}

function resourceAt(document: Document, pointer: string): Resource {
  for (let at = pointer; at !== ""; at = at.slice(0, at.lastIndexOf("/"))) {
    const resource = document.resources.get(at);
    if (resource !== undefined) return resource;
  }
  return document.resources.get("")!;
}

function collectAnchors(schema: GoMap, pointer: string, resource: Resource): void {
  const { draft, anchors, dynamicAnchors } = resource;
  if (draft < 2019) {
    const id = "$ref" in schema ? undefined : schema[draft === 4 ? "id" : "$id"];
    const fragment = typeof id === "string" ? /#([^/].*)$/.exec(id)?.[1] : undefined;
    if (fragment !== undefined) anchors.set(fragment, pointer);
    return;
  }
  if (typeof schema["$anchor"] === "string") anchors.set(schema["$anchor"], pointer);
  const dynamic = schema["$dynamicAnchor"];
  if (draft < 2020 || typeof dynamic !== "string") return;
  anchors.set(dynamic, pointer);
  dynamicAnchors.add(dynamic);
}

function childPointers(schema: GoMap, pointer: string): string[] {
  const found: string[] = [];
  for (const name of MAPS) {
    const map = schema[name];
    if (!isMap(map)) continue;
    for (const key of Object.keys(map)) {
      if (!Array.isArray(map[key])) found.push(`${pointer}/${name}/${escapeToken(key)}`);
    }
  }
  for (const name of LISTS) {
    const list = schema[name];
    if (Array.isArray(list)) list.forEach((_, i) => found.push(`${pointer}/${name}/${i}`));
  }
  for (const name of SINGLES) {
    if (isMap(schema[name]) || typeof schema[name] === "boolean") found.push(`${pointer}/${name}`);
  }
  return found;
}

function idOf(schema: GoMap, draft: Draft): string {
  if (draft < 2019 && "$ref" in schema) return "";
  const id = schema[draft === 4 ? "id" : "$id"];
  return typeof id === "string" ? id.split("#")[0]! : "";
}

/** The draft that `$schema` names; others than the known five are read as the newest. */
function draftOf(schema: GoMap): Draft | undefined {
  const name = schema["$schema"];
  if (typeof name !== "string") return undefined;
  switch (name.replace(/^https?:\/\/json-schema\.org\//, "").replace(/#$/, "")) {
    case "draft-04/schema":
      return 4;
    case "draft-06/schema":
      return 6;
    case "draft-07/schema":
      return 7;
    case "draft/2019-09/schema":
      return 2019;
    default:
      return 2020;
  }
}

function join(base: string, reference: string): string {
  try {
    return new URL(reference, base).href;
  } catch {
    return reference;
  }
}

function lookup(root: unknown, pointer: string, location: string): unknown {
  let value = root;
  for (const token of pointer.split("/").slice(1)) {
    const key = token.replaceAll("~1", "/").replaceAll("~0", "~");
    if (isMap(value) && Object.hasOwn(value, key)) value = value[key];
    else if (Array.isArray(value) && /^\d+$/.test(key) && Number(key) < value.length) {
      value = value[Number(key)];
    } else {
      throw new SchemaError(`json-pointer in ${quoteGo(location)} not found`);
    }
  }
  return value;
}

/** A part of a JSON pointer with its two special characters escaped. */
export function escapeToken(token: string): string {
  return token.replaceAll("~", "~0").replaceAll("/", "~1");
}

function encodePointer(pointer: string): string {
  return pointer.split("/").map(encodeURIComponent).join("/").replaceAll("%24", "$");
}

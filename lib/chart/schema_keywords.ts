/**
 * The keywords of one schema, read with the leniency of Helm's validator: what has the wrong type
 * is not there.
 *
 * @module
 */

import { isMap } from "../template/value.ts";
import type { GoMap } from "../template/value.ts";
import type { Draft, SchemaNode } from "./schema_document.ts";
import { numberOf } from "./schema_message.ts";

/** The keywords of a schema. */
export class Keywords {
  readonly schema: GoMap;
  readonly draft: Draft;

  constructor(node: SchemaNode) {
    this.schema = isMap(node.value) ? node.value : {};
    this.draft = node.resource.draft;
  }

  has(name: string): boolean {
    return name in this.schema;
  }

  text(name: string): string | undefined {
    const value = this.schema[name];
    return typeof value === "string" ? value : undefined;
  }

  list(name: string): readonly unknown[] | undefined {
    const value = this.schema[name];
    return Array.isArray(value) ? value : undefined;
  }

  map(name: string): GoMap {
    const value = this.schema[name];
    return isMap(value) ? value : {};
  }

  number(name: string): number | undefined {
    return numberOf(this.schema[name]);
  }

  integer(name: string): number | undefined {
    const value = this.number(name);
    return Number.isInteger(value) ? value : undefined;
  }

  is(name: string): boolean {
    return this.schema[name] === true;
  }

  /** The names in `type`, whether one or many. */
  types(): string[] {
    const value = this.schema["type"];
    const names = typeof value === "string" ? [value] : Array.isArray(value) ? value : [];
    return TYPES.filter((name) => names.includes(name));
  }
}

/** In the order in which failures list them. */
const TYPES = ["null", "boolean", "number", "integer", "string", "array", "object"];

/** The strings of a list. */
export function strings(list: readonly unknown[]): string[] {
  return list.filter((item): item is string => typeof item === "string");
}

/**
 * Structs as encoders see them that go by Go's reflection rather than by JSON tags.
 *
 * @module
 */

import { GoObject } from "../template/value.ts";

/** An exported field. */
export interface ExportedField {
  readonly name: string;
  readonly value: unknown;
  /** It stands for its own fields, unless the encoder says otherwise. */
  readonly embedded?: boolean | undefined;
}

/**
 * The exported fields of a struct or a pointer to one, in order; `undefined` for any other value, and
 * for a struct that has a text of its own, which encoders prefer.
 */
export function exportedFields(value: unknown): ExportedField[] | undefined {
  if (!(value instanceof GoObject)) return undefined;
  const fields = value.structFields();
  if (fields === undefined || typeof value.toJSONValue() === "string") return undefined;
  return fields.filter(({ hidden }) => hidden !== true);
}

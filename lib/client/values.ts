/**
 * Values that a program gives, as the engine has them.
 *
 * @module
 */
import { int64, isMap, newMap } from "../template/value.ts";
import type { GoMap } from "../template/value.ts";
import { ValidationError } from "./errors.ts";

/** A copy of a program's values; numbers stay floats, as in a values file. */
export function goValues(values: { readonly [key: string]: unknown } = {}): GoMap {
  return copyOf(values, "values") as GoMap;
}

/** A copy of values as programs have them: of objects that have a prototype, as tests and printers expect. */
export function plainValues(values: GoMap): GoMap {
  return plain(values) as GoMap;
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isMap(value)) return value;
  // Even "__proto__" is but a key to it.
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

function copyOf(value: unknown, path: string): unknown {
  if (value === null || ["string", "boolean", "number"].includes(typeof value)) return value;
  if (typeof value === "bigint") return int64(value);
  if (Array.isArray(value)) return value.map((item, i) => copyOf(item, `${path}[${i}]`));
  if (typeof value !== "object" || !isMap(value)) {
    const what = typeof value === "object" ? value!.constructor.name : typeof value;
    throw new ValidationError(`${path} cannot be written as YAML: ${what}`, {
      code: "values/type",
      hint: "use objects, lists, strings, numbers, booleans and null",
    });
  }
  const copy = newMap();
  for (const [key, item] of Object.entries(value)) {
    if (item !== undefined) copy[key] = copyOf(item, `${path}.${key}`);
  }
  return copy;
}

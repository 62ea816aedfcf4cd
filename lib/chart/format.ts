/**
 * The texts of Go values in messages.
 *
 * @module
 */

import { formatValue } from "../template/format.ts";
import { isMap, sortedKeys, typeOf } from "../template/value.ts";

/** A value under `%t`, as Go prints it where the value is no boolean. */
export function formatBoolean(value: unknown): string {
  // Inside a list or a map a nil is written as under any other verb.
  const inside = (item: unknown) => item === null ? "<nil>" : formatBoolean(item);
  if (typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return `[${value.map(inside).join(" ")}]`;
  if (isMap(value)) {
    const entries = sortedKeys(value).map((key) => `${formatBoolean(key)}:${inside(value[key])}`);
    return `map[${entries.join(" ")}]`;
  }
  return value === null ? "%!t(<nil>)" : `%!t(${typeOf(value)}=${formatValue(value)})`;
}

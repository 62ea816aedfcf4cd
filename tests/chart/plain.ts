import { GoNumber } from "../../lib/template/value.ts";

/** Values without Go's types, for comparison with literals. */
export function plain(value: unknown): unknown {
  if (value instanceof GoNumber) return Number(value.value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/**
 * How sigs.k8s.io/yaml turns a YAML scalar into text where a Go string is wanted.
 *
 * @module
 */

import { shortestFloat } from "../template/float.ts";

/** A scalar that was parsed with integers as bigint, as text; `undefined` for anything else. */
export function scalarText(value: unknown): string | undefined {
  switch (typeof value) {
    case "string":
      return value;
    case "boolean":
    case "bigint":
      return String(value);
    case "number":
      return shortestFloat(Math.fround(value), 32);
  }
  return undefined;
}

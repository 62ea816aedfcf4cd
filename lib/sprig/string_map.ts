/**
 * Go's map[string]string, which `split` makes. Parameters of type map[string]interface {} refuse it.
 *
 * @module
 */

import { formatMap } from "../template/format.ts";
import { type GoMap, GoObject } from "../template/value.ts";

/** A Go map[string]string. */
export class StringMap extends GoObject {
  readonly goType = "map[string]string";
  readonly kind = "map";
  readonly #entries: GoMap;

  constructor(entries: GoMap) {
    super();
    this.#entries = entries;
  }

  override entries(): GoMap {
    return this.#entries;
  }

  override elementType(): string {
    return "string";
  }

  format(): string {
    return formatMap(this.#entries);
  }

  toJSONValue(): unknown {
    return this.#entries;
  }
}

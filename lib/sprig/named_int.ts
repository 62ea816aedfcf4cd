/**
 * Go's named integer types with names for their values, such as time.Month.
 *
 * @module
 */

import { func, type GoFunc, GoObject, type Kind } from "../template/value.ts";

/** A value of a named type whose kind is int. */
export class NamedInt extends GoObject {
  override readonly kind: Kind = "int";

  constructor(
    readonly goType: string,
    readonly value: bigint,
    readonly text: string,
  ) {
    super();
  }

  override integer(): bigint {
    return this.value;
  }

  override method(name: string): GoFunc | undefined {
    return name === "String" ? func([], () => this.text) : undefined;
  }

  format(): string {
    return this.text;
  }

  toJSONValue(): unknown {
    return this.value;
  }
}

/**
 * Any Go value as a list: what sprig reaches with reflection.
 *
 * @module
 */

import { GoNumber, kindOf, underlying } from "../template/value.ts";

/** The message of a Go panic over a nil interface or pointer. */
export const NIL_POINTER = "runtime error: invalid memory address or nil pointer dereference";

/** Items of a value of kind slice; `undefined` for every other kind. Not to be changed. */
export function itemsOf(value: unknown): readonly unknown[] | undefined {
  const list = underlying(value);
  if (Array.isArray(list)) return list;
  if (!(list instanceof Uint8Array)) return undefined;
  return Array.from(list, (byte) => new GoNumber("uint8", BigInt(byte)));
}

/**
 * Items of a list argument.
 *
 * @throws with sprig's words, `${refusal} KIND`, for what is no list, and with Go's for nil
 */
export function requireItems(value: unknown, refusal: string): readonly unknown[] {
  if (value === null || value === undefined) throw new Error(NIL_POINTER);
  const items = itemsOf(value);
  if (items === undefined) throw new Error(`${refusal} ${kindOf(value)}`);
  return items;
}

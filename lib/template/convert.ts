/**
 * Arguments made to fit a function's parameters, or refused with Go's words.
 *
 * Constants adapt to the parameter (`3.0` serves as an int); values never do.
 *
 * @module
 */

import type { Execution } from "./execution.ts";
import type { BoolNode, NilNode, NumberNode, StringNode } from "./nodes.ts";
import { printNode } from "./nodes.ts";
import type { ParamType } from "./value.ts";
import {
  elementTypeOf,
  GoNumber,
  GoObject,
  isMap,
  nilBytes,
  nilMap,
  nilSlice,
  typeOf,
  underlying,
} from "./value.ts";

/** An operand that is a constant. */
export type ConstantNode = BoolNode | NilNode | NumberNode | StringNode;

const GO_NAMES: Readonly<Record<string, string>> = {
  any: "interface {}",
  map: "map[string]interface {}",
  "[]any": "[]interface {}",
  "[]byte": "[]uint8",
};

function goName(type: ParamType): string {
  return GO_NAMES[type] ?? type;
}

/** A value as an argument of that type. */
export function convert(st: Execution, value: unknown, type: ParamType): unknown {
  switch (type) {
    case "any":
      if (value instanceof GoObject) return value.boxed();
      return value === undefined ? null : value;
    case "reflect.Value":
      return value;
    case "string":
      if (typeof value === "string") return value;
      break;
    case "bool":
      if (typeof value === "boolean") return value;
      break;
    case "int":
      if (typeof value === "bigint") return Number(value);
      break;
    case "int64":
      if (isNumberOf(value, "int64")) return value.value;
      break;
    case "uint32":
      if (isNumberOf(value, "uint32")) return Number(value.value);
      break;
    case "float64":
      if (typeof value === "number") return value;
      break;
    default: {
      const reference = convertReference(value, type);
      if (reference !== undefined) return reference;
    }
  }
  throw mismatch(st, value, type);
}

function isNumberOf(value: unknown, type: GoNumber["type"]): value is GoNumber {
  return value instanceof GoNumber && value.type === type;
}

/** Maps, slices and named types; no value becomes the nil of the type. */
function convertReference(value: unknown, type: ParamType): unknown {
  if (value === undefined) return nilOf(type);
  if (value === null) return undefined;
  switch (type) {
    case "map":
      return convertMap(value);
    case "[]any":
      return convertSlice(value, "[]interface {}");
    case "[]string":
      return convertSlice(value, "[]string");
    case "[]byte": {
      const bytes = underlying(value);
      return bytes instanceof Uint8Array ? bytes : undefined;
    }
  }
  const object = value instanceof GoObject ? value : undefined;
  return object?.goType === type || object?.goType === `*${type}` ? object : undefined;
}

function convertMap(value: unknown): unknown {
  if (isMap(value)) return value;
  // A named map type fits where its elements do; an unnamed one of other elements does not.
  if (!(value instanceof GoObject) || value.kind !== "map") return undefined;
  return value.elementType() === "interface {}" ? value.entries() : undefined;
}

function convertSlice(value: unknown, type: string): unknown {
  const items = underlying(value);
  return Array.isArray(items) && `[]${elementTypeOf(value)}` === type ? items : undefined;
}

/** The nil of a type; `undefined` for a type that has none. */
function nilOf(type: ParamType): unknown {
  switch (type) {
    case "any":
      return null;
    case "map":
      return nilMap();
    case "[]any":
      return nilSlice();
    case "[]string":
      return nilSlice("[]string");
    case "[]byte":
      return nilBytes();
  }
  return type.startsWith("*") ? null : undefined;
}

function mismatch(st: Execution, value: unknown, type: ParamType): Error {
  const expected = goName(type);
  if (value === undefined) return st.error(`invalid value; expected ${expected}`);
  const got = value === null ? "interface {}" : typeOf(value);
  return st.error(`wrong type for value; expected ${expected}; got ${got}`);
}

/** A constant as an argument of that type. */
export function constantAs(st: Execution, node: ConstantNode, type: ParamType): unknown {
  st.node = node;
  if (node.type === "nil") return nilAs(st, type);
  switch (type) {
    case "any":
    case "reflect.Value":
      return idealConstant(st, node);
    case "string":
      if (node.type === "string") return node.text;
      break;
    case "bool":
      if (node.type === "bool") return node.value;
      break;
    default:
      return numberAs(st, node, type);
  }
  throw st.error(`expected ${type}; found ${printNode(node)}`);
}

function nilAs(st: Execution, type: ParamType): unknown {
  if (type === "reflect.Value") return undefined;
  const nil = nilOf(type);
  if (nil === undefined) throw st.error(`cannot assign nil to ${goName(type)}`);
  return nil;
}

function numberAs(st: Execution, node: ConstantNode, type: ParamType): unknown {
  const number = node.type === "number" ? node : undefined;
  const found = printNode(node);
  switch (type) {
    case "int":
    case "int64":
      if (number?.int === undefined) throw st.error(`expected integer; found ${found}`);
      return type === "int" ? Number(number.int) : number.int;
    case "uint32":
      if (number?.uint === undefined) throw st.error(`expected unsigned integer; found ${found}`);
      return Number(BigInt.asUintN(32, number.uint));
    case "float64":
      if (number?.float === undefined) throw st.error(`expected float; found ${found}`);
      return number.float;
  }
  throw st.error(`can't handle ${found} for arg of type ${goName(type)}`);
}

/** The value of a constant where no type is asked for: its syntax decides. */
export function idealConstant(st: Execution, node: ConstantNode): unknown {
  switch (node.type) {
    case "string":
      return node.text;
    case "bool":
      return node.value;
    case "nil":
      return undefined;
  }
  const value = idealNumber(node);
  if (value === undefined) throw st.error(`${node.text} overflows int`);
  return value;
}

function idealNumber(node: NumberNode): unknown {
  const { text } = node;
  if (node.complex !== undefined) return node.complex;
  const isHex = /^0[xX][^pP]+$/.test(text);
  if (node.float !== undefined && !isHex && text[0] !== "'" && /[.eEpP]/.test(text)) {
    return node.float;
  }
  return node.int;
}

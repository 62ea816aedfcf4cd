/**
 * Equality and order of Go values: eq, lt and their kin, and reflect.DeepEqual.
 *
 * @module
 */

import { sprintf } from "./printf.ts";
import {
  compareStrings,
  GoComplex,
  GoNumber,
  GoObject,
  isMap,
  isNil,
  kindOf,
  typeOf,
  underlying,
} from "./value.ts";
import type { Budget, GoMap } from "./value.ts";

type BasicKind = "bool" | "int" | "uint" | "float" | "complex" | "string";

function basicKind(value: unknown): BasicKind | undefined {
  switch (typeof value) {
    case "string":
      return "string";
    case "boolean":
      return "bool";
    case "number":
      return "float";
    case "bigint":
      return "int";
  }
  if (value instanceof GoNumber) {
    return value.type === "float32" ? "float" : value.type.startsWith("u") ? "uint" : "int";
  }
  return value instanceof GoComplex ? "complex" : undefined;
}

/** The primitive of a basic value, comparable with others of its kind by JavaScript's operators. */
function primitive(value: unknown): unknown {
  return value instanceof GoNumber ? value.value : value;
}

/** What comparing takes from. Values that hold each other many times over take long to walk. */
export interface CompareOptions {
  /** @default {none} */
  readonly budget?: Budget | undefined;
}

/**
 * Go's `eq` of two values.
 *
 * @throws {Error} with Go's text for types that do not compare.
 */
export function equal(left: unknown, right: unknown, options: CompareOptions = {}): boolean {
  if (typeof left === typeof right && typeof left !== "object") return left === right;
  const [a, b] = [underlying(left), underlying(right)];
  const [kindA, kindB] = [basicKind(a), basicKind(b)];
  if (kindA !== kindB) {
    if (bothIntegers(kindA, kindB)) return primitive(a) === primitive(b);
    if (isAbsent(left) || isAbsent(right)) return false;
    throw incompatible(left, right);
  }
  if (kindA === "complex") return equalComplex(a as GoComplex, b as GoComplex);
  if (kindA !== undefined) return primitive(a) === primitive(b);
  return equalOthers(left, right, options);
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function bothIntegers(a: BasicKind | undefined, b: BasicKind | undefined): boolean {
  return (a === "int" && b === "uint") || (a === "uint" && b === "int");
}

function equalComplex(a: GoComplex, b: GoComplex): boolean {
  return a.re === b.re && a.im === b.im;
}

function incompatible(left: unknown, right: unknown): Error {
  return new Error(`incompatible types for comparison: ${typeOf(left)} and ${typeOf(right)}`);
}

/** Values that are neither numbers, strings nor bools: nil equals nil, and little else compares. */
function equalOthers(left: unknown, right: unknown, options: CompareOptions): boolean {
  if (!isAbsent(left) && !isAbsent(right) && kindOf(left) !== kindOf(right)) {
    const [a, b] = [sprintf("%s", [left], options), sprintf("%v", [right], options)];
    throw new Error(`non-comparable types ${a}: ${typeOf(left)}, ${typeOf(right)}: ${b}`);
  }
  if (isNil(left) || isNil(right)) return isNil(left) && isNil(right);
  const kind = kindOf(right);
  if (kind === "map" || kind === "slice") {
    throw new Error(`non-comparable type ${sprintf("%s", [right], options)}: ${typeOf(right)}`);
  }
  return left === right || (kind !== "ptr" && deepEqual(left, right, options));
}

/**
 * Go's `lt` of two values.
 *
 * @throws {Error} with Go's text for types that have no order.
 */
export function less(left: unknown, right: unknown): boolean {
  const [a, b] = [underlying(left), underlying(right)];
  const [kindA, kindB] = [basicKind(a), basicKind(b)];
  if (kindA === undefined || kindB === undefined) throw badComparison();
  if (kindA !== kindB && !bothIntegers(kindA, kindB)) throw incompatible(left, right);
  if (kindA === "bool" || kindA === "complex") throw badComparison();
  if (kindA === "string") return compareStrings(a as string, b as string) < 0;
  return (primitive(a) as number) < (primitive(b) as number);
}

function badComparison(): Error {
  return new Error("invalid type for comparison");
}

/** Go's reflect.DeepEqual: types must be equal too, so `1` and `1.0` are not. */
export function deepEqual(left: unknown, right: unknown, options: CompareOptions = {}): boolean {
  if (typeof left !== "object" || typeof right !== "object") {
    return (left ?? null) === (right ?? null);
  }
  if (left === right) return true;
  if (left === null || right === null || typeOf(left) !== typeOf(right)) return false;
  if (isNil(left) !== isNil(right)) return false;
  options.budget?.take(1);
  if (Array.isArray(left) || left instanceof Uint8Array) {
    const other = right as ArrayLike<unknown>;
    return left.length === other.length &&
      Array.from(left).every((item, i) => deepEqual(item, other[i], options));
  }
  if (left instanceof GoNumber) return left.value === (right as GoNumber).value;
  if (left instanceof GoComplex) return equalComplex(left, right as GoComplex);
  if (left instanceof GoObject) return equalObjects(left, right as GoObject, options);
  return isMap(left) && equalMaps(left, right as GoMap, options);
}

function equalMaps(left: GoMap, right: GoMap, options: CompareOptions): boolean {
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && deepEqual(left[key], right[key], options));
}

function equalObjects(left: GoObject, right: GoObject, options: CompareOptions): boolean {
  const [a, b] = [left.entries(), right.entries()];
  if (a !== undefined && b !== undefined) return equalMaps(a, b, options);
  const [below, other] = [left.underlying(), right.underlying()];
  if (below !== undefined && other !== undefined) return deepEqual(below, other, options);
  return deepEqual(left.toJSONValue(), right.toJSONValue(), options);
}

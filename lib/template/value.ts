/**
 * How Go values live in JavaScript, and Go's rules for them.
 *
 * | Go                           | JavaScript                                                     |
 * | ---------------------------- | -------------------------------------------------------------- |
 * | no value (`reflect.Value{}`) | `undefined`; never stored in a list or map                      |
 * | nil                          | `null`                                                          |
 * | bool, string                 | boolean, string                                                 |
 * | float64                      | number (every number of a values file, as in Helm)              |
 * | int                          | bigint (literals in templates, `int`, `len`)                    |
 * | any other integer, float32   | {@linkcode GoNumber} (`int64` from `--set`, `add`, …)           |
 * | complex128                   | {@linkcode GoComplex} (literals such as `2i`)                    |
 * | map[string]interface {}      | plain object; own keys only, made by {@linkcode newMap}         |
 * | []interface {}               | Array                                                           |
 * | []string, []int, …           | Array tagged by {@linkcode typedSlice}                          |
 * | []byte                       | Uint8Array                                                      |
 * | structs, pointers, named types, other maps | a subclass of {@linkcode GoObject}                |
 *
 * A Go string is bytes. A byte that is not part of valid UTF-8 is kept as the lone surrogate
 * U+DC00 + byte, so that {@linkcode toBytes} and {@linkcode fromBytes} lose nothing.
 *
 * @module
 */

import { compareStrings } from "./strings.ts";

export { compareStrings, fromBytes, toBytes } from "./strings.ts";

/** A Go map[string]interface {}: own keys only. */
export type GoMap = Record<string, unknown>;

/** Go's reflect.Kind, as `kindOf` prints it. */
export type Kind =
  | "invalid"
  | "bool"
  | "int"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "float32"
  | "float64"
  | "complex128"
  | "string"
  | "slice"
  | "array"
  | "map"
  | "struct"
  | "ptr"
  | "func";

/** A number of a Go type other than int and float64. Floats carry a number, integers a bigint. */
export class GoNumber {
  constructor(
    readonly type:
      | "int8"
      | "int16"
      | "int32"
      | "int64"
      | "uint"
      | "uint8"
      | "uint16"
      | "uint32"
      | "uint64"
      | "float32",
    readonly value: bigint | number,
  ) {}
}

/** A complex128, which only a literal such as `1+2i` makes. */
export class GoComplex {
  constructor(readonly re: number, readonly im: number) {}
}

/** An int64, which is what sprig's arithmetic and `--set` make. */
export function int64(value: bigint | number): GoNumber {
  return new GoNumber("int64", BigInt.asIntN(64, BigInt(value)));
}

/** A field of a struct. */
export interface GoField {
  readonly name: string;
  readonly value: unknown;
  /** Go's reflection sees it, templates and encoders do not. */
  readonly hidden?: boolean | undefined;
  /** It is embedded: its own fields count as the struct's. */
  readonly embedded?: boolean | undefined;
}

/**
 * A Go value with a type of its own: a struct, a pointer to one, a named map or slice.
 *
 * Fields and methods are looked up by name; a method wins over a map key of the same name.
 */
export abstract class GoObject {
  /** As `typeOf` and `%T` print it, e.g. `"*chart.Metadata"`. */
  abstract readonly goType: string;
  /** Kind of the value itself, e.g. `"ptr"` for a pointer to a struct. */
  abstract readonly kind: Kind;

  /** A struct field; `undefined` where the type has none of that name. */
  field(_name: string): unknown {
    return undefined;
  }

  /** A method; `undefined` where the type has none of that name. */
  method(_name: string): GoFunc | undefined {
    return undefined;
  }

  /** Entries of a value of kind map; `undefined` for every other kind. */
  entries(): GoMap | undefined {
    return undefined;
  }

  /** The number under a named type of an integer kind, e.g. a time.Month; else `undefined`. */
  integer(): bigint | undefined {
    return undefined;
  }

  /**
   * The value below a named type that is neither struct, pointer nor map: a list, a string, a
   * bool, or a number of this model. It comes from {@linkcode integer} for integer kinds.
   */
  underlying(): unknown {
    const integer = this.integer();
    if (integer === undefined || this.kind === "int") return integer;
    return new GoNumber(this.kind as GoNumber["type"], integer);
  }

  /** The Go type of a map's or slice's elements; a missing key yields the zero value of it. */
  elementType(): string {
    const below = this.underlying();
    return Array.isArray(below) ? sliceType(below).slice(2) : "interface {}";
  }

  /** What `%#v` prints of a type with a method GoString; `undefined` for every other type. */
  goString(): string | undefined {
    return undefined;
  }

  /** Fields as fmt prints them one by one; `undefined` for what prints in a way of its own. */
  structFields(): readonly GoField[] | undefined {
    return undefined;
  }

  /** The value as an interface {} holds it: methods of a pointer to it are out of reach. */
  boxed(): unknown {
    return this;
  }

  /** What fmt's `%v` prints. */
  abstract format(): string;

  /**
   * What an action such as `{{ .x }}` prints. It differs from {@linkcode format} for a pointer to a
   * struct (no `&`), and where only the pointer to the type has a String method.
   */
  print(): string {
    return this.format();
  }

  /** What encoding/json makes of it, in plain JavaScript values (integers may be bigint). */
  abstract toJSONValue(): unknown;
}

/**
 * A type that a template function's parameter can have. `any` is interface {}; a name with a dot,
 * such as `"time.Time"` or `"*semver.Version"`, takes only a {@linkcode GoObject} of that goType.
 */
export type ParamType =
  | "any"
  | "string"
  | "bool"
  | "int"
  | "int64"
  | "uint32"
  | "float64"
  | "map"
  | "[]any"
  | "[]string"
  | "[]byte"
  | `${string}.${string}`;

/** What a parameter of each type arrives as. Parameters of integer type arrive as safe numbers. */
export interface ParamValue {
  any: unknown;
  string: string;
  bool: boolean;
  int: number;
  int64: bigint;
  uint32: number;
  float64: number;
  map: GoMap;
  "[]any": unknown[];
  "[]string": string[];
  "[]byte": Uint8Array;
}

/**
 * A function that templates can call. Arguments are checked and converted against `params` by
 * the caller (the compiler), with Go's messages; with `variadic` the last type repeats.
 * A thrown Error becomes `error calling NAME: MESSAGE`.
 *
 * Results: a Go int is a bigint, an int64 `int64(…)`, a float64 a number.
 */
export interface GoFunc {
  readonly params: readonly ParamType[];
  readonly variadic: boolean;
  // deno-lint-ignore no-explicit-any -- the compiler has checked the arguments against `params`
  readonly call: (...args: any[]) => unknown;
}

type Arg<T extends ParamType> = T extends keyof ParamValue ? ParamValue[T] : GoObject;
type Args<P extends readonly ParamType[]> = { -readonly [K in keyof P]: Arg<P[K]> };

/** A function with fixed parameters: `func(["int", "string"], (n, s) => …)`. */
export function func<const P extends readonly ParamType[]>(
  params: P,
  call: (...args: Args<P>) => unknown,
): GoFunc {
  return { params, variadic: false, call };
}

/** A function whose last parameter repeats: `variadic(["string"], "any", (s, ...rest) => …)`. */
export function variadic<const P extends readonly ParamType[], R extends ParamType>(
  params: P,
  rest: R,
  call: (...args: [...Args<P>, ...Arg<R>[]]) => unknown,
): GoFunc {
  return { params: [...params, rest], variadic: true, call };
}

/** A table of template functions by name. */
export type FuncMap = Readonly<Record<string, GoFunc>>;

/**
 * What one rendering may use up. Functions and loops whose cost a chart controls (`repeat`,
 * `until`, `range`, output) take from it before they do the work.
 */
export interface Budget {
  /** Takes `amount` bytes or steps, or throws when the budget is used up. */
  take(amount: number): void;
}

const GO_TYPE = Symbol("goType");
const NIL = Symbol("nil");

/** Marks a list as a Go slice of the given type, e.g. `typedSlice("[]string", parts)`. */
export function typedSlice<T>(goType: string, items: T[]): T[] {
  Object.defineProperty(items, GO_TYPE, { value: goType, enumerable: false });
  return items;
}

/** The Go type of a list: `[]interface {}` unless tagged. */
export function sliceType(list: readonly unknown[]): string {
  return (list as { [GO_TYPE]?: string })[GO_TYPE] ?? "[]interface {}";
}

/** A nil slice: empty, and unlike an empty list null in JSON. It is frozen. */
export function nilSlice(goType = "[]interface {}"): unknown[] {
  const items = typedSlice<unknown>(goType, []);
  Object.defineProperty(items, NIL, { value: true, enumerable: false });
  return Object.freeze(items) as unknown[];
}

/** A nil []byte. */
export function nilBytes(): Uint8Array {
  return Object.defineProperty(new Uint8Array(0), NIL, { value: true, enumerable: false });
}

/** A nil map: empty to read, frozen so that a write fails. */
export function nilMap(): GoMap {
  return Object.freeze(Object.defineProperty(newMap(), NIL, { value: true, enumerable: false }));
}

/** Whether a value is nil or no value, or a nil slice or map. */
export function isNil(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  return typeof value === "object" && (value as { [NIL]?: boolean })[NIL] === true;
}

/** An empty map[string]interface {}. It has no prototype, so any key is safe. */
export function newMap(): GoMap {
  return Object.create(null);
}

/** Whether a value is a plain map[string]interface {}. */
export function isMap(value: unknown): value is GoMap {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** Go's reflect.Kind of a value; nil and no value are `invalid`. */
export function kindOf(value: unknown): Kind {
  switch (typeof value) {
    case "string":
      return "string";
    case "number":
      return "float64";
    case "bigint":
      return "int";
    case "boolean":
      return "bool";
    case "undefined":
      return "invalid";
    case "function":
      return "func";
  }
  if (value === null) return "invalid";
  if (Array.isArray(value) || value instanceof Uint8Array) return "slice";
  if (value instanceof GoNumber) return value.type;
  if (value instanceof GoObject) return value.kind;
  if (value instanceof GoComplex) return "complex128";
  return "map";
}

/** What `typeOf` and `%T` print; nil is `<nil>`. */
export function typeOf(value: unknown): string {
  if (value === null || value === undefined) return "<nil>";
  if (Array.isArray(value)) return sliceType(value);
  if (value instanceof Uint8Array) return "[]uint8";
  if (value instanceof GoObject) return value.goType;
  const kind = kindOf(value);
  return kind === "map" ? "map[string]interface {}" : kind;
}

const ABOVE_BMP_ORDER = /[\uD800-\uFFFF]/;

/** Keys of a map in Go's order. */
export function sortedKeys(map: GoMap): string[] {
  const keys = Object.keys(map).sort();
  // The built-in order goes by UTF-16 units, which is byte order for all but these.
  return keys.some((key) => ABOVE_BMP_ORDER.test(key)) ? keys.sort(compareStrings) : keys;
}

/** The value below a named type, see {@linkcode GoObject.underlying}; any other value is itself. */
export function underlying(value: unknown): unknown {
  if (!(value instanceof GoObject)) return value;
  return value.underlying() ?? value;
}

/** Entries of a plain map or of a GoObject of kind map; `undefined` for everything else. */
export function mapEntries(value: unknown): GoMap | undefined {
  if (isMap(value)) return value;
  return value instanceof GoObject && value.kind === "map" ? value.entries() : undefined;
}

/** The Go type of what a list or map holds; `undefined` for anything else. */
export function elementTypeOf(container: unknown): string | undefined {
  if (Array.isArray(container)) return sliceType(container).slice(2);
  if (container instanceof Uint8Array) return "uint8";
  if (isMap(container)) return "interface {}";
  if (!(container instanceof GoObject)) return undefined;
  return /^(map|slice)$/.test(container.kind) ? container.elementType() : undefined;
}

/** Go's zero value of a type, as far as templates can meet it; nil for interfaces and pointers. */
export function zeroOf(goType: string): unknown {
  switch (goType) {
    case "string":
      return "";
    case "bool":
      return false;
    case "int":
      return 0n;
    case "float64":
      return 0;
    case "int64":
      return int64(0n);
    case "[]uint8":
      return nilBytes();
  }
  if (goType.startsWith("[]")) return nilSlice(goType);
  return goType.startsWith("map[") ? nilMap() : null;
}

/** Whether `if` takes a value for true: not the zero value of its type; structs always are. */
export function truth(value: unknown): boolean {
  switch (typeof value) {
    case "boolean":
      return value;
    case "string":
      return value.length > 0;
    case "number":
      return value !== 0;
    case "bigint":
      return value !== 0n;
    case "undefined":
      return false;
    case "object":
      return value !== null && objectTruth(value);
    default:
      return true;
  }
}

function objectTruth(value: object): boolean {
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length > 0;
  if (value instanceof GoNumber) return Number(value.value) !== 0;
  if (value instanceof GoComplex) return value.re !== 0 || value.im !== 0;
  if (value instanceof GoObject) {
    if (value.kind === "map") return hasKeys(value.entries() ?? {});
    const below = value.underlying();
    return below === undefined || truth(below);
  }
  return hasKeys(value);
}

function hasKeys(map: object): boolean {
  // Maps have no enumerable inherited keys, and this stops at the first.
  for (const _ in map) return true;
  return false;
}

/**
 * The functions every template has: and, or, not, comparisons, len, index, slice, print and escapes.
 *
 * @module
 */

import { equal, less } from "./compare.ts";
import { escapeHTML, escapeJS, escapeQuery } from "./escape.ts";
import { formatValue, printValue } from "./format.ts";
import { byteLength } from "./nodes.ts";
import { sliceBytes, sprint, sprintf, sprintln } from "./printf.ts";
import {
  elementTypeOf,
  GoNumber,
  GoObject,
  kindOf,
  mapEntries,
  toBytes,
  truth,
  typedSlice,
  typeOf,
  underlying,
  zeroOf,
} from "./value.ts";
import type { Budget, FuncMap, GoFunc, ParamType } from "./value.ts";

/**
 * The builtin functions, for an execution with this budget. `and` and `or` evaluate only what they
 * need, which is the compiler's work: what is here serves a call with all values known.
 */
export function builtinFuncs(budget?: Budget): FuncMap {
  const print = { budget };
  const text = (make: (...args: unknown[]) => string): GoFunc => ({
    params: ["any"],
    variadic: true,
    call: (...args) => {
      const made = make(...args);
      budget?.take(made.length);
      return made;
    },
  });
  return {
    and: operands((...args) => args[firstThat(args, false)], 1),
    or: operands((...args) => args[firstThat(args, true)], 1),
    not: operands((arg) => !truth(arg), "fixed"),
    call: operands(callValue, 1),
    eq: operands((first, ...others) => eq(first, others, print), 1),
    ne: operands((a, b) => !equal(a, b, print), "pair"),
    lt: operands(less, "pair"),
    le: operands(lessOrEqual, "pair"),
    gt: operands((a, b) => !lessOrEqual(a, b), "pair"),
    ge: operands((a, b) => !less(a, b), "pair"),
    len: operands(length, "fixed"),
    index: operands(index, 1),
    slice: operands(slice, 1),
    print: text((...args) => sprint(args, print)),
    println: text((...args) => sprintln(args, print)),
    printf: {
      ...text((format, ...args) => sprintf(format as string, args, print)),
      params: ["string", "any"],
    },
    html: text((...args) => escapeHTML(shown(args, budget))),
    js: text((...args) => escapeJS(shown(args, budget))),
    urlquery: text((...args) => escapeQuery(shown(args, budget))),
  };
}

/** Where the first operand of that truth is; the last one if there is none. */
function firstThat(args: readonly unknown[], wanted: boolean): number {
  const at = args.findIndex((arg) => truth(arg) === wanted);
  return at < 0 ? args.length - 1 : at;
}

/** A function of Go values as they are, so that it can tell nil from no value. */
function operands(
  call: (...args: unknown[]) => unknown,
  shape: "fixed" | "pair" | 1,
): GoFunc {
  const value: ParamType = "reflect.Value";
  return {
    params: shape === "fixed" ? [value] : [value, value],
    variadic: shape === 1,
    call,
  };
}

/** What the escaping functions escape: their arguments as an action would show them. */
function shown(args: readonly unknown[], budget: Budget | undefined): string {
  const [first] = args;
  if (args.length === 1 && typeof first === "string") return first;
  const printable = args.map((arg) => arg ?? printValue(undefined));
  return sprint(printable, { budget, show: showIndirect });
}

/** Pointers are followed; other values are copies, which have only the methods of their type. */
function showIndirect(value: unknown, budget?: Budget): string {
  const direct = value instanceof GoObject && value.kind !== "ptr";
  return direct ? formatValue(value, budget) : printValue(value, budget);
}

function eq(
  first: unknown,
  others: readonly unknown[],
  options: { budget: Budget | undefined },
): boolean {
  if (others.length === 0) throw new Error("missing argument for comparison");
  return others.some((other) => equal(first, other, options));
}

function lessOrEqual(a: unknown, b: unknown): boolean {
  return less(a, b) || equal(a, b);
}

/** The type of a value whose pointer has been followed. */
function pointedType(value: unknown): string {
  return value instanceof GoObject && value.kind === "ptr" ? value.goType.slice(1) : typeOf(value);
}

/** The length of a string in bytes, or of a list or map. */
function length(value: unknown): bigint {
  // Go's own words for a value that is not there at all.
  if (value === undefined) throw new Error("reflect: call of reflect.Value.Type on zero Value");
  if (value === null) throw new Error("len of nil pointer");
  const below = underlying(value);
  if (typeof below === "string") return BigInt(byteLength(below));
  if (Array.isArray(below) || below instanceof Uint8Array) return BigInt(below.length);
  const entries = mapEntries(value);
  if (entries !== undefined) return BigInt(Object.keys(entries).length);
  throw new Error(`len of type ${pointedType(value)}`);
}

/** `index x 1 "k"` is Go's `x[1]["k"]`. */
function index(item: unknown, ...indexes: unknown[]): unknown {
  if (item === undefined || item === null) throw new Error("index of untyped nil");
  for (const at of indexes) {
    if (item === undefined || item === null) throw new Error("index of nil pointer");
    item = indexOne(item, at);
  }
  return item;
}

function indexOne(item: unknown, at: unknown): unknown {
  const entries = mapEntries(item);
  if (entries !== undefined) {
    const key = mapKey(at);
    return Object.hasOwn(entries, key) ? entries[key] : zeroOf(elementTypeOf(item)!);
  }
  const below = underlying(item);
  if (Array.isArray(below)) {
    const position = indexArg(at, below.length);
    if (position === below.length) throw new Error("reflect: slice index out of range");
    return below[position];
  }
  if (typeof below === "string" || below instanceof Uint8Array) {
    const bytes = typeof below === "string" ? toBytes(below) : below;
    const position = indexArg(at, bytes.length);
    const kind = typeof below === "string" ? "string" : "slice";
    if (position === bytes.length) throw new Error(`reflect: ${kind} index out of range`);
    return new GoNumber("uint8", BigInt(bytes[position]!));
  }
  throw new Error(`can't index item of type ${pointedType(item)}`);
}

function mapKey(key: unknown): string {
  if (key === undefined || key === null) {
    throw new Error("value is nil; should be of type string");
  }
  if (typeof key === "string") return key;
  throw new Error(`value has type ${typeOf(key)}; should be string`);
}

/** An index as a number between 0 and the limit. */
function indexArg(at: unknown, limit: number): number {
  if (at === undefined || at === null) throw new Error("cannot index slice/array with nil");
  const below = underlying(at);
  const whole = below instanceof GoNumber ? below.value : below;
  if (typeof whole !== "bigint") {
    throw new Error(`cannot index slice/array with type ${typeOf(at)}`);
  }
  if (whole < 0n || whole > BigInt(limit)) {
    throw new Error(`index out of range: ${BigInt.asIntN(64, whole)}`);
  }
  return Number(whole);
}

/** `slice x 1 2` is Go's `x[1:2]`. */
function slice(item: unknown, ...indexes: unknown[]): unknown {
  if (item === undefined || item === null) throw new Error("slice of untyped nil");
  if (indexes.length > 3) throw new Error(`too many slice indexes: ${indexes.length}`);
  const below = underlying(item);
  if (typeof below === "string") {
    if (indexes.length === 3) throw new Error("cannot 3-index slice a string");
    const [start, end] = bounds(indexes, byteLength(below));
    return sliceBytes(below, start, end);
  }
  if (!Array.isArray(below) && !(below instanceof Uint8Array)) {
    throw new Error(`can't slice item of type ${pointedType(item)}`);
  }
  const [start, end] = bounds(indexes, below.length);
  if (below instanceof Uint8Array) return below.subarray(start, end);
  return typedSlice(
    kindOf(item) === "slice" ? typeOf(item) : typeOf(below),
    below.slice(start, end),
  );
}

function bounds(indexes: readonly unknown[], length: number): [number, number] {
  const given = indexes.map((at) => indexArg(at, length));
  const [start = 0, end = length, most = length] = given;
  if (start > end) throw new Error(`invalid slice index: ${start} > ${end}`);
  if (end > most) throw new Error(`invalid slice index: ${end} > ${most}`);
  return [start, end];
}

/** `call`; values of this model are never functions, so there is nothing that it can call. */
function callValue(name: unknown, fn: unknown): unknown {
  if (fn === undefined || fn === null) throw new Error("call of nil");
  throw new Error(`non-function ${name} of type ${typeOf(fn)}`);
}

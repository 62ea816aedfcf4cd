/**
 * Sprig's conversions and arithmetic.
 *
 * @module
 */

import { func, type FuncMap, GoNumber, int64, typedSlice, variadic } from "../template/value.ts";
import { parseInt64, toFloat64, toInt64 } from "./cast.ts";
import { add, type Decimal, divide, fromFloat, multiply, subtract, toFloat } from "./decimal.ts";
import type { SprigEnv } from "./env.ts";
import { randomBelow } from "./random.ts";

/** `int`, `add`, `round`, `until` and their kin. */
export function numberFuncs(env: SprigEnv): FuncMap {
  return {
    ...conversions(),
    ...integerArithmetic(),
    ...decimalArithmetic(),
    ...rounding(),
    ...counting(env),
    randInt: func(["int", "int"], (min, max) => {
      if (max <= min) throw new Error("invalid argument to Intn");
      return BigInt(min + randomBelow(max - min, env));
    }),
  };
}

function conversions(): FuncMap {
  return {
    int: func(["any"], toInt64),
    int64: func(["any"], (value) => int64(toInt64(value))),
    float64: func(["any"], toFloat64),
    // Go's Atoi gives the nearest number beside a range error, which sprig drops.
    atoi: func(["string"], (text) => parseInt64(text, 10).clamped),
    toDecimal: func(["any"], (value) => int64(parseInt64(digits(value), 8).value ?? 0n)),
  };
}

/** A value as Go prints it, where that can be a number in octal digits; else "". */
function digits(value: unknown): string {
  const number = value instanceof GoNumber ? value.value : value;
  // From a million on Go prints floats with an exponent.
  if (typeof number === "number") return Math.abs(number) < 1e6 ? String(number) : "";
  return typeof number === "bigint" || typeof number === "string" ? String(number) : "";
}

function integerArithmetic(): FuncMap {
  const max = variadic(["any"], "any", (...values) => int64(best(values, (a, b) => a > b)));
  return {
    add1: func(["any"], (value) => int64(toInt64(value) + 1n)),
    add: variadic([], "any", (...values) => int64(reduce(values, 0n, (a, b) => a + b))),
    sub: func(["any", "any"], (a, b) => int64(toInt64(a) - toInt64(b))),
    mul: variadic(
      ["any"],
      "any",
      (first, ...rest) => int64(reduce(rest, toInt64(first), (a, b) => a * b)),
    ),
    div: func(["any", "any"], (a, b) => int64(toInt64(a) / divisor(b))),
    mod: func(["any", "any"], (a, b) => int64(toInt64(a) % divisor(b))),
    max,
    biggest: max,
    min: variadic(["any"], "any", (...values) => int64(best(values, (a, b) => a < b))),
  };
}

function reduce(
  values: readonly unknown[],
  start: bigint,
  operation: (a: bigint, b: bigint) => bigint,
): bigint {
  return values.reduce<bigint>(
    (total, value) => BigInt.asIntN(64, operation(total, toInt64(value))),
    start,
  );
}

function divisor(value: unknown): bigint {
  const number = toInt64(value);
  if (number === 0n) throw new Error("runtime error: integer divide by zero");
  return number;
}

function best(values: readonly unknown[], better: (a: bigint, b: bigint) => boolean): bigint {
  return values.map(toInt64).reduce((winner, number) => better(number, winner) ? number : winner);
}

function decimalArithmetic(): FuncMap {
  return {
    add1f: func(["any"], (value) => fold(value, [1], add)),
    addf: variadic([], "any", (...values) => fold(0, values, add)),
    subf: variadic(["any"], "any", (first, ...rest) => fold(first, rest, subtract)),
    mulf: variadic(["any"], "any", (first, ...rest) => fold(first, rest, multiply)),
    divf: variadic(["any"], "any", (first, ...rest) => fold(first, rest, divide)),
    maxf: variadic(["any"], "any", (...values) => values.map(toFloat64).reduce(maxFloat)),
    minf: variadic(["any"], "any", (...values) => values.map(toFloat64).reduce(minFloat)),
  };
}

function fold(
  first: unknown,
  rest: readonly unknown[],
  operation: (a: Decimal, b: Decimal) => Decimal,
): number {
  const decimals = rest.map((value) => () => fromFloat(toFloat64(value)));
  return toFloat(
    decimals.reduce((total, next) => operation(total, next()), fromFloat(toFloat64(first))),
  );
}

/** Go's math.Max: an infinity that wins beats NaN. */
function maxFloat(a: number, b: number): number {
  return a === Infinity || b === Infinity ? Infinity : Math.max(a, b);
}

function minFloat(a: number, b: number): number {
  return a === -Infinity || b === -Infinity ? -Infinity : Math.min(a, b);
}

function rounding(): FuncMap {
  return {
    floor: func(["any"], (value) => Math.floor(toFloat64(value))),
    ceil: func(["any"], (value) => Math.ceil(toFloat64(value))),
    round: variadic(["any", "int"], "float64", (value, places, roundOn = 0.5) => {
      const power = powerOfTen(places);
      const digit = power * toFloat64(value);
      const fraction = Number.isFinite(digit) ? digit % 1 : NaN;
      return (fraction >= roundOn ? Math.ceil(digit) : Math.floor(digit)) / power;
    }),
  };
}

/**
 * Ten to a whole power by squaring, in the order in which Go's math.Pow multiplies: beyond 10^22
 * the last bits depend on it, and JavaScript's own power has others.
 */
function powerOfTen(exponent: number): number {
  if (exponent === 0) return 1;
  if (exponent === 1) return 10;
  let mantissa = 1, binary = 0;
  let square = 0.625, squareBinary = 4;
  for (let left = Math.abs(exponent); left > 0; left = Math.floor(left / 2)) {
    if (squareBinary > 4096) {
      binary += squareBinary;
      break;
    }
    if (left % 2 === 1) {
      mantissa *= square;
      binary += squareBinary;
    }
    square *= square;
    squareBinary *= 2;
    if (square < 0.5) {
      square += square;
      squareBinary--;
    }
  }
  return exponent < 0 ? scale(1 / mantissa, -binary) : scale(mantissa, binary);
}

/** float × 2^binary, in two steps because one factor may be out of range alone. */
function scale(float: number, binary: number): number {
  const half = Math.trunc(binary / 2);
  return float * 2 ** half * 2 ** (binary - half);
}

function counting({ budget }: SprigEnv): FuncMap {
  function count(start: number, stop: number, step: number): bigint[] {
    const length = Math.max(0, Math.ceil((stop - start) / step));
    if (step === 0 || length === 0) return [];
    budget.take(length * BYTES_PER_NUMBER);
    return Array.from({ length }, (_, i) => BigInt(start + i * step));
  }
  return {
    until: func(["int"], (stop) => typedSlice("[]int", count(0, stop, stop < 0 ? -1 : 1))),
    untilStep: func(
      ["int", "int", "int"],
      (start, stop, step) => typedSlice("[]int", count(start, stop, step)),
    ),
    seq: variadic([], "int", (...params) => {
      const range = sequence(params);
      return range === undefined ? "" : count(...range).join(" ");
    }),
  };
}

const BYTES_PER_NUMBER = 16;

/** Start, stop (exclusive) and step of a `seq`. */
function sequence(params: readonly number[]): [number, number, number] | undefined {
  if (params.length === 0 || params.length > 3) return undefined;
  const start = params.length === 1 ? 1 : params[0]!;
  const end = params.at(-1)!;
  const direction = end < start ? -1 : 1;
  const step = params.length === 3 ? params[1]! : direction;
  if (step === 0 || (step < 0) !== (direction < 0)) return undefined;
  return [start, end + direction, step];
}

/**
 * Conversions of any value to a number as spf13/cast does them: what cannot be converted is 0.
 *
 * @module
 */

import { GoNumber, GoObject } from "../template/value.ts";

const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;

/** A value as an int64. Strings are Go integer literals, with zero decimals allowed. */
export function toInt64(value: unknown): bigint {
  switch (typeof value) {
    case "bigint":
      return value;
    case "number":
      return truncate(value);
    case "boolean":
      return value ? 1n : 0n;
    case "string":
      return parseInt64(trimZeroDecimal(value), 0).value ?? 0n;
  }
  if (value instanceof GoNumber) {
    return typeof value.value === "number" ? truncate(value.value) : BigInt.asIntN(64, value.value);
  }
  return castable(value)?.integer() ?? 0n;
}

/** A value as a float64. */
export function toFloat64(value: unknown): number {
  switch (typeof value) {
    case "bigint":
      return Number(value);
    case "number":
      return value;
    case "boolean":
      return value ? 1 : 0;
    case "string":
      return parseFloat64(value) ?? 0;
  }
  if (value instanceof GoNumber) return Number(value.value);
  return Number(castable(value)?.integer() ?? 0n);
}

/** Of all named integers, cast knows only these two. */
function castable(value: unknown): GoObject | undefined {
  if (!(value instanceof GoObject)) return undefined;
  return value.goType === "time.Month" || value.goType === "time.Weekday" ? value : undefined;
}

/** Go's int64(f) on amd64, where what does not fit is the lowest number. */
export function truncate(float: number): bigint {
  const whole = Math.trunc(float);
  if (!(whole >= -(2 ** 63) && whole < 2 ** 63)) return MIN_INT64;
  return BigInt(whole);
}

function trimZeroDecimal(text: string): string {
  return text.replace(/\.0+$/, "");
}

const LITERALS: Readonly<Record<number, RegExp>> = {
  0: /^0[xX](?:_?[0-9a-fA-F])+$|^0[oO](?:_?[0-7])+$|^0[bB](?:_?[01])+$|^0(?:_?[0-7])*$|^[1-9](?:_?[0-9])*$/,
  8: /^[0-7]+$/,
  10: /^[0-9]+$/,
};

/** What strconv.ParseInt gives: a value, or how it failed and the value beside the error. */
export interface ParsedInt {
  readonly value?: bigint;
  /** 0 for a syntax error, the nearest int64 for a number out of range. */
  readonly clamped: bigint;
}

/** Go's strconv.ParseInt to 64 bits; base 0 reads the base from the prefix. */
export function parseInt64(text: string, base: 0 | 8 | 10): ParsedInt {
  const negative = text.startsWith("-");
  const digits = /^[+-]/.test(text) ? text.slice(1) : text;
  if (!LITERALS[base]!.test(digits)) return { clamped: 0n };
  const plain = digits.replaceAll("_", "");
  const octal = base === 8 || (base === 0 && /^0[0-7]/.test(plain));
  const size = BigInt(octal ? `0o${plain}` : plain);
  const value = negative ? -size : size;
  if (value > MAX_INT64) return { clamped: MAX_INT64 };
  if (value < MIN_INT64) return { clamped: MIN_INT64 };
  return { value, clamped: value };
}

const DECIMAL = /^[+-]?(?:[0-9_]+\.?[0-9_]*|\.[0-9_]+)(?:[eE][+-]?[0-9][0-9_]*)?$/;
const HEX = /^([+-]?)0[xX]([0-9a-fA-F_]*)\.?([0-9a-fA-F_]*)[pP]([+-]?[0-9][0-9_]*)$/;

/** Go's strconv.ParseFloat to 64 bits; `undefined` for bad syntax and numbers out of range. */
export function parseFloat64(text: string): number | undefined {
  const special = /^(?:([+-]?)inf(?:inity)?|nan)$/i.exec(text);
  if (special !== null) {
    if (/nan/i.test(text)) return NaN;
    return special[1] === "-" ? -Infinity : Infinity;
  }
  if (text.includes("_") && !underscoresFit(text)) return undefined;
  const plain = text.replaceAll("_", "");
  const hex = HEX.exec(text);
  const value = hex !== null
    ? hexFloat(HEX.exec(plain)!)
    : DECIMAL.test(text) && /^[^eE]*[0-9]/.test(plain)
    ? Number(plain)
    : undefined;
  return value === undefined || !Number.isFinite(value) ? undefined : value;
}

/** Underscores must stand between digits, or between a base prefix and a digit. */
function underscoresFit(text: string): boolean {
  const body = text.replace(/^[+-]/, "");
  const hex = /^0[xX]/.test(body);
  const digits = body.replace(/^0[xXbBoO]/, "0");
  const lonely = hex ? /(?<![0-9a-fA-F])_|_(?![0-9a-fA-F])/ : /(?<![0-9])_|_(?![0-9])/;
  return !lonely.test(digits);
}

function hexFloat([, sign, whole, fraction, exponent]: RegExpExecArray): number | undefined {
  if (whole + fraction! === "") return undefined;
  const mantissa = Number(BigInt(`0x${whole}${fraction}`));
  const value = mantissa * 2 ** (Number(exponent) - 4 * fraction!.length);
  return sign === "-" ? -value : value;
}

/**
 * Go's time.Duration, and the duration functions that Helm 4 adds.
 *
 * @module
 */

import {
  func,
  type FuncMap,
  type GoFunc,
  GoNumber,
  GoObject,
  int64,
  type Kind,
  kindOf,
  toBytes,
  typeOf,
} from "../template/value.ts";
import { shortestFloat } from "../template/float.ts";
import { quoteGo } from "../template/quote.ts";
import { parseFloat64, truncate } from "./cast.ts";

/** Nanoseconds in each of Go's units. */
export const NANOSECONDS = {
  microsecond: 1_000n,
  millisecond: 1_000_000n,
  second: 1_000_000_000n,
  minute: 60_000_000_000n,
  hour: 3_600_000_000_000n,
} as const;

const MAX = 2n ** 63n - 1n;
const MIN = -(2n ** 63n);

/** A time.Duration: a count of nanoseconds. */
export class GoDuration extends GoObject {
  readonly goType = "time.Duration";
  override readonly kind: Kind = "int64";

  constructor(readonly nanoseconds: bigint) {
    super();
  }

  override integer(): bigint {
    return this.nanoseconds;
  }

  override method(name: string): GoFunc | undefined {
    const d = this.nanoseconds;
    switch (name) {
      case "String":
        return func([], () => formatDuration(d));
      case "Hours":
        return func([], () => inUnits(d, NANOSECONDS.hour));
      case "Minutes":
        return func([], () => inUnits(d, NANOSECONDS.minute));
      case "Seconds":
        return func([], () => inUnits(d, NANOSECONDS.second));
      case "Milliseconds":
        return func([], () => int64(d / NANOSECONDS.millisecond));
      case "Microseconds":
        return func([], () => int64(d / NANOSECONDS.microsecond));
      case "Nanoseconds":
        return func([], () => int64(d));
      case "Abs":
        return func([], () => new GoDuration(d === MIN ? MAX : d < 0n ? -d : d));
      case "Round":
        return func(["any"], (unit) => new GoDuration(roundDuration(d, durationArg(unit))));
      case "Truncate":
        return func(["any"], (unit) => new GoDuration(truncateDuration(d, durationArg(unit))));
    }
    return undefined;
  }

  format(): string {
    return formatDuration(this.nanoseconds);
  }

  toJSONValue(): unknown {
    return this.nanoseconds;
  }
}

/**
 * The argument of a method that takes a time.Duration: one of its kind, or a whole constant.
 *
 * @throws for everything else
 */
export function durationArg(value: unknown): bigint {
  if (value instanceof GoDuration) return value.nanoseconds;
  if (typeof value === "bigint") return value;
  if (typeof value === "number" && Number.isInteger(value)) return BigInt(value);
  throw new Error(`wrong type for value; expected time.Duration; got ${typeOf(value)}`);
}

/** A duration as Go prints it: `1h2m3.5s`, `250ms`, `0s`. */
export function formatDuration(nanoseconds: bigint): string {
  const sign = nanoseconds < 0n ? "-" : "";
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (size === 0n) return "0s";
  if (size < NANOSECONDS.microsecond) return `${sign}${size}ns`;
  if (size < NANOSECONDS.millisecond) return `${sign}${decimal(size, 3)}µs`;
  if (size < NANOSECONDS.second) return `${sign}${decimal(size, 6)}ms`;
  const seconds = `${decimal(size % NANOSECONDS.minute, 9)}s`;
  const minutes = size / NANOSECONDS.minute;
  if (minutes === 0n) return sign + seconds;
  if (minutes < 60n) return `${sign}${minutes}m${seconds}`;
  return `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

/** number / 10^digits without trailing zeros. */
function decimal(number: bigint, digits: number): string {
  const text = number.toString().padStart(digits + 1, "0");
  const fraction = text.slice(-digits).replace(/0+$/, "");
  return text.slice(0, -digits) + (fraction && `.${fraction}`);
}

const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: NANOSECONDS.microsecond,
  "\u00b5s": NANOSECONDS.microsecond,
  "\u03bcs": NANOSECONDS.microsecond,
  ms: NANOSECONDS.millisecond,
  s: NANOSECONDS.second,
  m: NANOSECONDS.minute,
  h: NANOSECONDS.hour,
};

/**
 * The nanoseconds of a text such as `-1.5h` or `2h45m`.
 *
 * @throws with time.ParseDuration's words
 */
export function parseDuration(text: string): bigint {
  const invalid = new Error(`time: invalid duration ${quoteTime(text)}`);
  const negative = text.startsWith("-");
  let rest = /^[+-]/.test(text) ? text.slice(1) : text;
  if (rest === "0") return 0n;
  if (rest === "") throw invalid;
  let total = 0n;
  while (rest !== "") {
    const match = /^([0-9]*)(?:\.([0-9]*))?/.exec(rest)!;
    const [number, whole, fraction = ""] = match;
    // More than 19 digits are beyond 63 bits.
    if (whole!.replace(/^0+/, "").length > 19 || BigInt(whole!) > MAX + 1n) throw invalid;
    if (whole === "" && fraction === "") throw invalid;
    const unit = /^[^.0-9]*/.exec(rest.slice(number.length))![0];
    if (unit === "") throw new Error(`time: missing unit in duration ${quoteTime(text)}`);
    const scale = Object.hasOwn(UNITS, unit) ? UNITS[unit]! : undefined;
    if (scale === undefined) {
      throw new Error(`time: unknown unit ${quoteTime(unit)} in duration ${quoteTime(text)}`);
    }
    total += BigInt(whole!) * scale + scaledFraction(fraction, scale);
    if (total > MAX + 1n) throw invalid;
    rest = rest.slice(number.length + unit.length);
  }
  if (!negative && total > MAX) throw invalid;
  return negative ? -total : total;
}

/** 0.fraction × unit, cut off; Go takes it through a float and at most 63 bits of digits. */
function scaledFraction(fraction: string, unit: bigint): bigint {
  let digits = 0n, scale = 1;
  for (const digit of fraction) {
    const next = digits * 10n + BigInt(digit);
    if (digits > MAX / 10n || next > MAX + 1n) break;
    digits = next;
    scale *= 10;
  }
  return BigInt(Math.trunc(Number(digits) * (Number(unit) / scale)));
}

/** The quoting of package time, which escapes every byte beyond ASCII. */
export function quoteTime(text: string): string {
  let quoted = "";
  for (const byte of toBytes(text)) {
    const char = String.fromCharCode(byte);
    if (byte < 0x20 || byte >= 0x80) quoted += `\\x${byte.toString(16).padStart(2, "0")}`;
    else quoted += char === '"' || char === "\\" ? `\\${char}` : char;
  }
  return `"${quoted}"`;
}

/** A duration as a float of units, the whole and the rest converted apart as Go does. */
function inUnits(nanoseconds: bigint, unit: bigint): number {
  return Number(nanoseconds / unit) + Number(nanoseconds % unit) / Number(unit);
}

/** The multiple of `unit` towards zero. */
export function truncateDuration(nanoseconds: bigint, unit: bigint): bigint {
  return unit <= 0n ? nanoseconds : nanoseconds - nanoseconds % unit;
}

/** The nearest multiple of `unit`, halves away from zero. */
export function roundDuration(nanoseconds: bigint, unit: bigint): bigint {
  if (unit <= 0n) return nanoseconds;
  const rest = nanoseconds % unit;
  const size = rest < 0n ? -rest : rest;
  if (size + size < unit) return nanoseconds - rest;
  const rounded = nanoseconds - rest + (nanoseconds < 0n ? -unit : unit);
  return rounded > MAX ? MAX : rounded < MIN ? MIN : rounded;
}

/** Helm 4's `mustToDuration`, `durationSeconds`, `durationRoundTo` and their kin. */
export function durationFuncs(): FuncMap {
  function measured(measure: (nanoseconds: bigint) => unknown): GoFunc {
    return func(["any"], (value) => measure(toDuration(value) ?? 0n));
  }
  function days(nanoseconds: bigint): number {
    return inUnits(nanoseconds, NANOSECONDS.hour) / 24;
  }
  return {
    mustToDuration: func(["any"], (value) => new GoDuration(asDuration(value))),
    durationSeconds: measured((d) => inUnits(d, NANOSECONDS.second)),
    durationMinutes: measured((d) => inUnits(d, NANOSECONDS.minute)),
    durationHours: measured((d) => inUnits(d, NANOSECONDS.hour)),
    durationDays: measured(days),
    durationWeeks: measured((d) => days(d) / 7),
    durationMilliseconds: measured((d) => int64(d / NANOSECONDS.millisecond)),
    durationMicroseconds: measured((d) => int64(d / NANOSECONDS.microsecond)),
    durationNanoseconds: measured(int64),
    durationRoundTo: toMultiple(roundDuration),
    durationTruncateTo: toMultiple(truncateDuration),
  };
}

function toMultiple(operation: (nanoseconds: bigint, unit: bigint) => bigint): GoFunc {
  return func(["any", "any"], (value, multiple) => {
    const nanoseconds = toDuration(value);
    if (nanoseconds === undefined) return new GoDuration(0n);
    const unit = toDuration(multiple);
    return new GoDuration(unit === undefined ? nanoseconds : operation(nanoseconds, unit));
  });
}

function toDuration(value: unknown): bigint | undefined {
  try {
    return asDuration(value);
  } catch {
    return undefined;
  }
}

/**
 * A duration, a text in Go's form, or a number of seconds, as nanoseconds.
 *
 * @throws with Helm 4's words
 */
function asDuration(value: unknown): bigint {
  if (value instanceof GoDuration) return value.nanoseconds;
  if (typeof value === "string") return durationOfText(value);
  if (value === null || value === undefined) throw new Error("invalid duration");
  const number = value instanceof GoNumber
    ? value.value
    : value instanceof GoObject
    ? value.integer()
    : value;
  if (typeof number === "number") return durationOfFloat(number);
  if (typeof number !== "bigint") {
    throw new Error(`unsupported duration type ${typeOf(value)}`);
  }
  const seconds = kindOf(value).startsWith("uint") ? BigInt.asUintN(64, number) : number;
  if (seconds > MAX / NANOSECONDS.second || seconds < MIN / NANOSECONDS.second) {
    throw new Error(`duration seconds overflow: ${seconds}`);
  }
  return seconds * NANOSECONDS.second;
}

function durationOfText(text: string): bigint {
  const trimmed = text.trim();
  if (trimmed === "") throw new Error("empty duration");
  try {
    return parseDuration(trimmed);
  } catch {
    const seconds = parseFloat64(trimmed);
    if (seconds !== undefined) return durationOfFloat(seconds);
    throw new Error(`could not parse duration ${quoteGo(text)}`);
  }
}

function durationOfFloat(seconds: number): bigint {
  if (!Number.isFinite(seconds)) {
    throw new Error(`invalid duration seconds: ${shortestFloat(seconds)}`);
  }
  const nanoseconds = seconds * 1e9;
  if (Math.abs(seconds) > 2 ** 63 / 1e9) {
    throw new Error(`duration seconds overflow: ${shortestFloat(seconds)}`);
  }
  if (Math.abs(nanoseconds) > 2 ** 63) {
    throw new Error(`duration nanoseconds overflow: ${shortestFloat(nanoseconds)}`);
  }
  return truncate(nanoseconds);
}

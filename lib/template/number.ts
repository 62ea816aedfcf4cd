/**
 * Number literals: every reading that Go allows of one.
 *
 * @module
 */

import type { NumberNode } from "./nodes.ts";
import { quoteGo, unquoteChar } from "./quote.ts";
import { GoComplex } from "./value.ts";

type Readings = Omit<NumberNode, "type" | "pos" | "text">;

const INTEGER =
  /^([+-]?)(?:0[xX]((?:_?[\da-fA-F])+)|0[bB]((?:_?[01])+)|0[oO]?((?:_?[0-7])+)|(0|[1-9](?:_?\d)*))$/;
const DIGITS = String.raw`\d(?:_?\d)*`;
const DECIMAL = new RegExp(
  String.raw`^[+-]?(?:${DIGITS}\.?(?:${DIGITS})?|\.${DIGITS})(?:[eE][+-]?${DIGITS})?$`,
);
const HEX_FLOAT =
  /^([+-]?)0[xX]((?:_?[\da-fA-F])*)\.?([\da-fA-F](?:_?[\da-fA-F])*)?[pP]([+-]?\d(?:_?\d)*)$/;

const MIN_INT = -(2n ** 63n);
const MAX_INT = 2n ** 63n - 1n;
const MAX_UINT = 2n ** 64n - 1n;

/**
 * Reads a number, character or complex literal.
 *
 * @throws {Error} with Go's text where it is none.
 */
export function readNumber(
  text: string,
  kind: "number" | "character constant" | "complex",
): Readings {
  if (kind === "character constant") {
    const code = BigInt(unquoteChar(text));
    return { int: code, uint: code, float: Number(code), complex: undefined };
  }
  if (kind === "complex") return readComplex(text);
  if (text.endsWith("i")) {
    const imaginary = readFloat(text.slice(0, -1));
    if (imaginary !== undefined) return complexReadings(new GoComplex(0, imaginary));
  }
  return readReal(text);
}

function readReal(text: string): Readings {
  const integer = readInteger(text);
  const signed = /^[+-]/.test(text);
  const int = integer !== undefined && integer >= MIN_INT && integer <= MAX_INT
    ? integer
    : undefined;
  const unsigned = integer !== undefined && integer <= MAX_UINT && (!signed || integer === 0n);
  const uint = unsigned ? integer : undefined;
  const whole = int ?? uint;
  if (whole !== undefined) return { int, uint, float: Number(whole), complex: undefined };
  const float = readFloat(text);
  if (float === undefined) throw new Error(`illegal number syntax: ${quoteGo(text)}`);
  // What looks like an integer and is none does not fit into one.
  if (!/[.eEpP]/.test(text)) throw new Error(`integer overflow: ${quoteGo(text)}`);
  return { ...wholeReadings(float), float, complex: undefined };
}

function wholeReadings(float: number): { int: bigint | undefined; uint: bigint | undefined } {
  const whole = Number.isInteger(float);
  return {
    int: whole && float >= -(2 ** 63) && float < 2 ** 63 ? BigInt(float) : undefined,
    uint: whole && float >= 0 && float < 2 ** 64 ? BigInt(float) : undefined,
  };
}

function readComplex(text: string): Readings {
  const split = /^(.*[^eEpP+-])([+-].*)i$/.exec(text);
  const [re, im] = [split?.[1] ?? text, split?.[2] ?? ""].map((part) => {
    const value = readFloat(part);
    if (value !== undefined) return value;
    throw new Error(`strconv.ParseFloat: parsing ${quoteGo(part)}: invalid syntax`);
  }) as [number, number];
  return complexReadings(new GoComplex(re, im));
}

function complexReadings(complex: GoComplex): Readings {
  if (complex.im !== 0) return { int: undefined, uint: undefined, float: undefined, complex };
  return { ...wholeReadings(complex.re), float: complex.re, complex };
}

/** An integer literal of any size with Go's prefixes and underscores. */
function readInteger(text: string): bigint | undefined {
  const match = INTEGER.exec(text);
  if (match === null) return undefined;
  const [, sign, hex, binary, octal, decimal] = match;
  const digits = (hex ?? binary ?? octal ?? decimal)!.replaceAll("_", "");
  const prefix = hex ? "0x" : binary ? "0b" : octal ? "0o" : "";
  const magnitude = BigInt(prefix + digits);
  return sign === "-" ? -magnitude : magnitude;
}

/** A float literal as strconv.ParseFloat reads it; `undefined` also where it does not fit. */
export function readFloat(text: string): number | undefined {
  const hex = HEX_FLOAT.exec(text);
  const value = hex ? hexFloat(hex) : DECIMAL.test(text) ? Number(text.replaceAll("_", "")) : NaN;
  return Number.isFinite(value) ? value : undefined;
}

function hexFloat([, sign, whole, fraction = "", exponent]: string[]): number {
  const [before, after] = [whole!.replaceAll("_", ""), fraction.replaceAll("_", "")];
  if (before + after === "") return NaN;
  const mantissa = Number(BigInt(`0x${before}${after}`));
  const value = scale(mantissa, Number(exponent!.replaceAll("_", "")) - 4 * after.length);
  return sign === "-" ? -value : value;
}

/** `value * 2 ** exponent` for exponents whose power alone would not be a number. */
function scale(value: number, exponent: number): number {
  let rest = Math.max(-3000, Math.min(3000, exponent));
  while (Math.abs(rest) > 1000) {
    const step = 1000 * Math.sign(rest);
    value *= 2 ** step;
    rest -= step;
  }
  return value * 2 ** rest;
}

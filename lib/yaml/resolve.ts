/**
 * What type the text of a plain scalar has: YAML 1.1 with goyaml v2's extensions and omissions.
 *
 * @module
 */

/** The type of a scalar; `uint` is an integer above int64. */
export type ScalarType = "str" | "bool" | "null" | "int" | "uint" | "float" | "timestamp";

const WORDS: ReadonlyMap<string, boolean | null | number> = new Map<
  string,
  boolean | null | number
>([
  ...spellings(true, "y", "yes", "true", "on"),
  ...spellings(false, "n", "no", "false", "off"),
  ...spellings(null, "null"),
  ["~", null],
  ["", null],
  [".nan", NaN],
  [".NaN", NaN],
  [".NAN", NaN],
  ...spellings(Infinity, ".inf", "+.inf"),
  ...spellings(-Infinity, "-.inf"),
]);

const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const SHORT_INT = /^-?(?:0|[1-9][0-9]{0,14})$/;
const INT = /^[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/;
const SIGNED_BINARY = /^0b[-+][01]+$/;
const DOT_FLOAT = /^\.[0-9](?:_?[0-9])*(?:[eE][-+]?[0-9](?:_?[0-9])*)?$/;
const BASE_60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;
const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;
const MAX_UINT64 = 2n ** 64n - 1n;

/** A word in lower case, capitalised and in upper case. */
function spellings<T>(value: T, ...words: string[]): [string, T][] {
  return words.flatMap((word) => {
    const letter = word.search(/[a-z]/);
    const capital = word.slice(0, letter) + word.charAt(letter).toUpperCase() +
      word.slice(letter + 1);
    return [word, capital, word.toUpperCase()].map((text): [string, T] => [text, value]);
  });
}

/** The type of a plain scalar. */
export function scalarType(text: string): ScalarType {
  const value = resolveScalar(text);
  switch (typeof value) {
    case "string":
      return isTimestamp(text) ? "timestamp" : "str";
    case "boolean":
      return "bool";
    case "bigint":
      return value > MAX_INT64 ? "uint" : "int";
    case "number":
      return SHORT_INT.test(text) ? "int" : "float";
  }
  return "null";
}

/**
 * The value of a plain scalar: text (timestamps too), boolean, null, or a number. An integer of up
 * to 15 digits in plain decimal is a number like a float; any other one a bigint.
 */
export function resolveScalar(text: string): string | boolean | null | number | bigint {
  const first = text.charCodeAt(0);
  if (first >= 0x30 && first <= 0x39 || first === 0x2b || first === 0x2d) {
    return SHORT_INT.test(text) ? (text === "-0" ? 0 : Number(text)) : resolveNumber(text);
  }
  if (text.length > 5 || !mayBeWord(first)) {
    return first === 0x2e && DOT_FLOAT.test(text) ? dotFloat(text) : text;
  }
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  return first === 0x2e && DOT_FLOAT.test(text) ? dotFloat(text) : text;
}

/** Whether a word of {@linkcode WORDS} starts so: `. ~ F N O T Y f n o t y`, or nothing at all. */
function mayBeWord(first: number): boolean {
  switch (first) {
    case 0x2e:
    case 0x7e:
    case 0x46:
    case 0x4e:
    case 0x4f:
    case 0x54:
    case 0x59:
    case 0x66:
    case 0x6e:
    case 0x6f:
    case 0x74:
    case 0x79:
      return true;
  }
  return Number.isNaN(first);
}

function dotFloat(text: string): number | string {
  return finiteOr(Number(text.replaceAll("_", "")), text);
}

/** Go's ParseFloat refuses what is too large, and the scalar stays text. */
function finiteOr(value: number, text: string): number | string {
  return Number.isFinite(value) ? value : text;
}

function resolveNumber(text: string): string | number | bigint | boolean | null {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  if (isTimestamp(text)) return text;
  const digits = text.includes("_") ? text.replaceAll("_", "") : text;
  if (INT.test(digits)) {
    const value = parseInteger(digits);
    const unsigned = digits.charCodeAt(0) !== 0x2b;
    if (value >= MIN_INT64 && value <= (unsigned ? MAX_UINT64 : MAX_INT64)) return value;
  }
  if (FLOAT.test(digits)) return finiteOr(Number(digits), text);
  if (SIGNED_BINARY.test(digits)) {
    const value = parseInteger(digits[2]! + "0b" + digits.slice(3));
    if (value >= MIN_INT64 && value <= MAX_INT64) return value;
  }
  return text;
}

/** The value of a text that matches {@linkcode INT}. */
function parseInteger(text: string): bigint {
  const sign = text.charCodeAt(0);
  const digits = sign === 0x2d || sign === 0x2b ? text.slice(1) : text;
  const octal = /^0[0-7]/.test(digits);
  const value = BigInt(octal ? `0o${digits.slice(1)}` : digits.toLowerCase());
  return sign === 0x2d ? -value : value;
}

const TIMESTAMP =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:(?:[Tt]|( ))(\d\d?):(\d\d?):(\d\d?)(?:[.,]\d+)?(Z|[-+]\d\d:\d\d)?)?$/;

/** Whether goyaml takes a text for a time: short date, date and time with zone, or with neither. */
export function isTimestamp(text: string): boolean {
  if (text.charCodeAt(4) !== 0x2d) return false;
  const match = TIMESTAMP.exec(text);
  if (match === null) return false;
  const [, year, month, day, space, hour, minute, second, zone] = match;
  if (!isDate(Number(year), Number(month), Number(day))) return false;
  if (hour === undefined) return true;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return false;
  if (space !== undefined) return zone === undefined;
  return zone !== undefined &&
    (zone === "Z" || (Number(zone.slice(1, 3)) <= 24 && Number(zone.slice(4)) <= 60));
}

function isDate(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= (month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31);
}

/** Whether a text must be quoted to stay text, here and in parsers that know base 60. */
export function looksTyped(text: string): boolean {
  return typeof resolveScalar(text) !== "string" || isTimestamp(text) || BASE_60.test(text);
}

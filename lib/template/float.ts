/**
 * Floats as text, as Go's strconv prints them.
 *
 * @module
 */

/** Significant digits of a positive number: `0.digits * 10 ** point`. */
interface Decimal {
  readonly digits: string;
  readonly point: number;
}

/** How {@linkcode formatFloat} prints. */
export interface FloatFormat {
  /** strconv's format letters. */
  readonly verb: "e" | "E" | "f" | "g" | "G" | "b" | "x" | "X";
  /** Digits after the point, or significant digits for `g`; -1 for as many as it takes. @default {-1} */
  readonly precision?: number;
  /** @default {64} */
  readonly bits?: 32 | 64;
}

/** A float as `%v` prints it: the shortest text that reads back as the same number. */
export function shortestFloat(value: number, bits: 32 | 64 = 64): string {
  const size = Math.abs(value);
  // In this range JavaScript prints as Go does.
  if (bits === 64 && size >= 1e-4 && size < 1e6) return String(value);
  return formatFloat(value, { verb: "g", bits });
}

/** A float as strconv.FormatFloat prints it. */
export function formatFloat(value: number, format: FloatFormat): string {
  const { verb, precision = -1, bits = 64 } = format;
  if (Number.isNaN(value)) return "NaN";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const size = Math.abs(value);
  if (size === Infinity) return sign === "-" ? "-Inf" : "+Inf";
  if (verb === "b") return sign + binaryExponent(size, bits);
  if (verb === "x" || verb === "X") {
    const text = hexFloat(size, precision);
    return sign + (verb === "X" ? text.toUpperCase() : text);
  }
  const lower = verb === "E" ? "e" : verb === "G" ? "g" : verb;
  const text = decimalFloat(size, { verb: lower, precision, bits });
  return sign + (verb === lower ? text : text.toUpperCase());
}

function decimalFloat(
  size: number,
  { verb, precision, bits }: { verb: "e" | "f" | "g"; precision: number; bits: 32 | 64 },
): string {
  if (precision < 0) {
    const short = shortest(size, bits);
    if (verb === "e") return exponential(short, short.digits.length - 1);
    if (verb === "f") return positional(short, Math.max(short.digits.length - short.point, 0));
    return general(short, { precision: short.digits.length, threshold: 6 });
  }
  if (verb === "e") return exponential(rounded(size, { significant: precision + 1 }), precision);
  if (verb === "f") return positional(rounded(size, { fraction: precision }), precision);
  const significant = Math.max(precision, 1);
  const decimal = rounded(size, { significant });
  const count = decimal.digits.length;
  const threshold = significant > count && count >= decimal.point ? count : significant;
  return general(decimal, { precision: significant, threshold });
}

function general(decimal: Decimal, by: { precision: number; threshold: number }): string {
  const exponent = decimal.point - 1;
  const { digits, point } = decimal;
  if (exponent < -4 || exponent >= by.threshold) {
    return exponential(decimal, Math.min(by.precision, digits.length) - 1);
  }
  return positional(decimal, Math.max(digits.length - point, 0));
}

function exponential({ digits, point }: Decimal, precision: number): string {
  const exponent = digits === "0" ? 0 : point - 1;
  const fraction = precision > 0 ? `.${digits.slice(1).padEnd(precision, "0")}` : "";
  const magnitude = String(Math.abs(exponent)).padStart(2, "0");
  return `${digits[0]}${fraction}e${exponent < 0 ? "-" : "+"}${magnitude}`;
}

function positional({ digits, point }: Decimal, precision: number): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, "0") : "0";
  if (precision <= 0) return whole;
  const fraction = point >= 0 ? digits.slice(point) : "0".repeat(-point) + digits;
  return `${whole}.${fraction.padEnd(precision, "0").slice(0, precision)}`;
}

/** The fewest digits that read back as the number. */
function shortest(size: number, bits: 32 | 64): Decimal {
  if (size === 0) return { digits: "0", point: 1 };
  if (bits === 32) return shortest32(size);
  const [mantissa, exponent] = size.toExponential().split("e") as [string, string];
  return { digits: trimZeros(mantissa.replace(".", "")), point: Number(exponent) + 1 };
}

function shortest32(size: number): Decimal {
  for (let significant = 1;; significant++) {
    const decimal = rounded(size, { significant });
    const value = Number(`0.${decimal.digits}e${decimal.point}`);
    if (significant > 16 || Math.fround(value) === size) return decimal;
  }
}

/** The exact decimal value, rounded half to even. */
function rounded(size: number, to: { significant?: number; fraction?: number }): Decimal {
  if (size === 0) return { digits: "0", point: 1 };
  const exact = exactDecimal(size);
  const keep = to.significant ?? exact.point + to.fraction!;
  if (keep >= exact.digits.length) return exact;
  if (keep < 0) return { digits: "0", point: 1 };
  const kept = exact.digits.slice(0, keep);
  const rest = exact.digits.slice(keep);
  const odd = keep > 0 && (kept.charCodeAt(keep - 1) & 1) === 1;
  const up = rest[0]! > "5" || (rest[0] === "5" && (rest.length > 1 || odd));
  if (!up) return kept === "" ? { digits: "0", point: 1 } : { ...exact, digits: trimZeros(kept) };
  const bumped = (BigInt(kept || "0") + 1n).toString();
  return { digits: trimZeros(bumped), point: exact.point + bumped.length - keep };
}

/** All digits of a positive number; trailing zeros are cut. */
function exactDecimal(size: number): Decimal {
  const { mantissa, exponent } = split(size);
  if (exponent >= 0) {
    const digits = (mantissa << BigInt(exponent)).toString();
    return { digits: trimZeros(digits), point: digits.length };
  }
  // mantissa / 2**n equals mantissa * 5**n / 10**n.
  const digits = (mantissa * 5n ** BigInt(-exponent)).toString();
  return { digits: trimZeros(digits), point: digits.length + exponent };
}

function trimZeros(digits: string): string {
  const trimmed = digits.replace(/0+$/, "");
  return trimmed === "" ? "0" : trimmed;
}

/** A positive number as `mantissa * 2 ** exponent` with 53 bits, fewer for subnormal numbers. */
function split(size: number): { mantissa: bigint; exponent: number } {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, size);
  const raw = bits.getBigUint64(0);
  const exponent = Number(raw >> 52n);
  const fraction = raw & ((1n << 52n) - 1n);
  if (exponent === 0) return { mantissa: fraction, exponent: -1074 };
  return { mantissa: fraction | (1n << 52n), exponent: exponent - 1075 };
}

/** `%b`: mantissa and exponent of the number's own format. */
function binaryExponent(size: number, bits: 32 | 64): string {
  let { mantissa, exponent } = split(size);
  if (bits === 32) {
    const excess = Math.max(29, -149 - exponent);
    mantissa >>= BigInt(excess);
    exponent += excess;
  }
  return `${mantissa}p${exponent < 0 ? "" : "+"}${exponent}`;
}

/** `%x`: a hexadecimal mantissa with one bit before the point. */
function hexFloat(size: number, precision: number): string {
  if (size === 0) return `0x0${precision > 0 ? `.${"0".repeat(precision)}` : ""}p+00`;
  let { mantissa, exponent } = split(size);
  while (mantissa < 1n << 52n) {
    mantissa <<= 1n;
    exponent--;
  }
  exponent += 52;
  let fraction = 13;
  if (precision >= 0 && precision < 13) {
    const shift = BigInt(4 * (13 - precision));
    const half = 1n << (shift - 1n);
    const rest = mantissa & ((1n << shift) - 1n);
    mantissa >>= shift;
    if (rest > half || (rest === half && (mantissa & 1n) === 1n)) mantissa++;
    fraction = precision;
    if (mantissa >> BigInt(4 * precision) === 2n) {
      mantissa >>= 1n;
      exponent++;
    }
  }
  const hex = mantissa.toString(16).padStart(fraction + 1, "0");
  let tail = hex.slice(1);
  tail = precision < 0 ? tail.replace(/0+$/, "") : tail.padEnd(precision, "0");
  const power = String(Math.abs(exponent)).padStart(2, "0");
  return `0x${hex[0]}${tail === "" ? "" : `.${tail}`}p${exponent < 0 ? "-" : "+"}${power}`;
}

/**
 * Decimal arithmetic as shopspring/decimal does it: exact, except that division stops at 16
 * decimals.
 *
 * @module
 */

/** `value` times ten to the power of `exponent`. */
export interface Decimal {
  readonly value: bigint;
  readonly exponent: number;
}

const DIVISION_DECIMALS = 16;
const MAX_EXPONENT = 2 ** 31 - 1;

/**
 * The shortest decimal that reads back as this float.
 *
 * @throws for NaN and infinities
 */
export function fromFloat(float: number): Decimal {
  if (!Number.isFinite(float)) {
    const name = Number.isNaN(float) ? "NaN" : float > 0 ? "+Inf" : "-Inf";
    throw new Error(`Cannot create a Decimal from ${name}`);
  }
  const [digits, exponent] = float.toExponential().split("e");
  const [whole, fraction = ""] = digits!.split(".");
  return { value: BigInt(whole! + fraction), exponent: Number(exponent) - fraction.length };
}

/** The float nearest to a decimal. */
export function toFloat({ value, exponent }: Decimal): number {
  return Number(`${value}e${exponent}`);
}

/** a + b */
export function add(a: Decimal, b: Decimal): Decimal {
  const exponent = Math.min(a.exponent, b.exponent);
  return { value: rescale(a, exponent) + rescale(b, exponent), exponent };
}

/** a - b */
export function subtract(a: Decimal, b: Decimal): Decimal {
  return add(a, { value: -b.value, exponent: b.exponent });
}

/**
 * a × b
 *
 * @throws when the exponent leaves 32 bits
 */
export function multiply(a: Decimal, b: Decimal): Decimal {
  const exponent = a.exponent + b.exponent;
  if (Math.abs(exponent) > MAX_EXPONENT) {
    throw new Error(`exponent ${exponent} overflows an int32!`);
  }
  return { value: a.value * b.value, exponent };
}

/**
 * a ÷ b, rounded half away from zero at 16 decimals.
 *
 * @throws when b is zero
 */
export function divide(a: Decimal, b: Decimal): Decimal {
  if (b.value === 0n) throw new Error("decimal division by 0");
  const shift = a.exponent - b.exponent + DIVISION_DECIMALS;
  const dividend = shift > 0 ? a.value * 10n ** BigInt(shift) : a.value;
  const divisor = shift < 0 ? b.value * 10n ** BigInt(-shift) : b.value;
  const quotient = dividend / divisor;
  const rest = dividend % divisor;
  const roundsAway = magnitude(rest) * 2n >= magnitude(divisor);
  const unit = (a.value < 0n) === (b.value < 0n) ? 1n : -1n;
  return { value: roundsAway ? quotient + unit : quotient, exponent: -DIVISION_DECIMALS };
}

function rescale({ value, exponent }: Decimal, to: number): bigint {
  return value * 10n ** BigInt(exponent - to);
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}

/**
 * Quantities such as `500m` and `1Gi` in the canonical form in which Kubernetes stores them.
 *
 * @module
 */

const BINARY = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const DECIMAL = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
const ZERO_INDEX = DECIMAL.indexOf("");
const SYNTAX = /^([+-]?)(\d*)(?:\.(\d*))?(?:([KMGTPE]i)|([numkMGTPE])|[eE]([+-]?\d+))?$/;

/** The canonical form of a quantity; `undefined` where the text is none. */
export function canonicalQuantity(value: unknown): string | undefined {
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string") return undefined;
  const match = SYNTAX.exec(text);
  if (match === null) return undefined;
  const [, sign, whole, fraction = "", binary, decimal, exponent] = match;
  if (whole === "" && fraction === "") return undefined;
  const digits = BigInt(whole + fraction);
  const negative = sign === "-" && digits !== 0n ? "-" : "";
  if (binary !== undefined) return negative + binaryForm(digits, fraction.length, binary);
  const steps = decimal === undefined ? 0 : DECIMAL.indexOf(decimal) - ZERO_INDEX;
  const power = steps * 3 + Number(exponent ?? 0) - fraction.length;
  return negative + decimalForm(digits, power, exponent !== undefined);
}

/** `digits` × 10^`power`, no finer than milli (as resource lists are kept), rounded up. */
function decimalForm(digits: bigint, power: number, scientific: boolean): string {
  if (digits === 0n) return "0";
  let mantissa = digits;
  let exponent = power;
  while (exponent < -3) {
    mantissa = (mantissa + 9n) / 10n;
    exponent++;
  }
  while (mantissa % 10n === 0n) {
    mantissa /= 10n;
    exponent++;
  }
  while (exponent % 3 !== 0 || exponent > 18) {
    mantissa *= 10n;
    exponent--;
  }
  if (scientific) return exponent === 0 ? `${mantissa}` : `${mantissa}e${exponent}`;
  return `${mantissa}${DECIMAL[exponent / 3 + ZERO_INDEX]}`;
}

/** `digits` × 10^-`places` of a binary unit; less than 1024 bytes is written in decimal. */
function binaryForm(digits: bigint, places: number, unit: string): string {
  const scale = 10n ** BigInt(places);
  const thousandths = digits * 1024n ** BigInt(BINARY.indexOf(unit));
  if (thousandths % scale !== 0n || thousandths / scale < 1024n) {
    return decimalForm(thousandths, -places, false);
  }
  let bytes = thousandths / scale;
  let index = 0;
  while (bytes % 1024n === 0n && index < BINARY.length - 1) {
    bytes /= 1024n;
    index++;
  }
  return `${bytes}${BINARY[index]}`;
}

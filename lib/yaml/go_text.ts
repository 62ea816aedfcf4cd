/**
 * Values as Go prints them where YAML error messages and map keys need it.
 *
 * @module
 */

/** Go's `strconv.FormatFloat(value, 'g', -1, 64)`. */
export function formatFloat(value: number): string {
  return shortest(value, value.toExponential());
}

/** Go's `strconv.FormatFloat(value, 'g', -1, 32)`. */
export function formatFloat32(value: number): string {
  const target = Math.fround(value);
  let digits = 0;
  while (digits < 9 && Math.fround(Number(target.toExponential(digits))) !== target) digits++;
  return shortest(target, target.toExponential(digits));
}

function shortest(value: number, exponential: string): string {
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : value < 0 ? "-Inf" : "NaN";
  const [mantissa, power] = exponential.split("e") as [string, string];
  const exponent = Number(power);
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const digits = mantissa.replace(/[-.]/g, "");
  const plain = exponent >= -4 && exponent < 6;
  return plain ? sign + decimal(digits, exponent) : scientific(sign, digits, exponent);
}

function scientific(sign: string, digits: string, exponent: number): string {
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
  const size = String(Math.abs(exponent)).padStart(2, "0");
  return `${sign}${digits[0]}${fraction}e${exponent < 0 ? "-" : "+"}${size}`;
}

function decimal(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  return digits.length > exponent + 1 ? `${whole}.${digits.slice(exponent + 1)}` : whole;
}

/** Go's `%#v` of a value that goyaml decoded. */
export function goSyntax(value: unknown): string {
  switch (typeof value) {
    case "string":
      return quote(value);
    case "number":
      return Number.isInteger(value) && Math.abs(value) < 1e15 ? String(value) : formatFloat(value);
    case "boolean":
      return String(value);
    case "bigint":
      return value > 2n ** 63n - 1n ? `0x${value.toString(16)}` : String(value);
  }
  if (value === null) return "interface {}(nil)";
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(", ")}}`;
  const entries = Object.entries(value as Record<string, unknown>);
  entries.sort(([a], [b]) => a < b ? -1 : 1);
  const text = entries.map(([key, item]) => `${quote(key)}:${goSyntax(item)}`).join(", ");
  return `map[interface {}]interface {}{${text}}`;
}

/** Go's `strconv.Quote`. */
export function quote(text: string): string {
  // deno-lint-ignore no-control-regex -- these are the characters Go writes as escapes
  const escaped = text.replace(/["\\\0-\x1f\x7f-\xa0\u2028\u2029\ufeff]/g, (char) => {
    const short = SHORT_ESCAPES[char];
    if (short !== undefined) return short;
    const code = char.charCodeAt(0);
    return code < 0x80
      ? `\\x${code.toString(16).padStart(2, "0")}`
      : `\\u${code.toString(16).padStart(4, "0")}`;
  });
  return `"${escaped}"`;
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
};

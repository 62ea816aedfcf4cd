/**
 * The order in which goyaml writes the keys of a map: digits by value, letters after the rest.
 *
 * @module
 */

/** Orders two keys as goyaml v2 does, or with `pretty` as v3. */
export function compareKeys(a: string, b: string, pretty = false): number {
  const shared = Math.min(a.length, b.length);
  let at = 0;
  while (at < shared && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  if (at === shared) return a.length - b.length;
  if (at > 0 && isLowSurrogate(a.charCodeAt(at)) && isLowSurrogate(b.charCodeAt(at))) at--;
  const x = a.codePointAt(at)!;
  const y = b.codePointAt(at)!;
  const xLetter = isLetter(x);
  const yLetter = isLetter(y);
  if (xLetter && yLetter) return x - y;
  if (xLetter || yLetter) {
    const lettersFirst = pretty && at > 0 && isDigit(a.charCodeAt(at - 1));
    return xLetter === lettersFirst ? -1 : 1;
  }
  return compareRuns(a, b, at) || x - y;
}

/** Compares the numbers that start at `at`, then how many digits they have. */
function compareRuns(a: string, b: string, at: number): number {
  const x = digitsAt(a, at);
  const y = digitsAt(b, at);
  const zero = a.charCodeAt(at) === 0x30 || b.charCodeAt(at) === 0x30;
  const lead = zero && followsNonZero(a, at) ? "1" : "";
  const one = toInt64(lead + x);
  const two = toInt64(lead + y);
  return one < two ? -1 : one > two ? 1 : x.length - y.length;
}

/** A run of digits as Go's int64, which wraps around. */
function toInt64(digits: string): number | bigint {
  return digits.length < 16 ? Number(digits) : BigInt.asIntN(64, BigInt(digits));
}

/** Whether the digits before `at` are not all zero. */
function followsNonZero(text: string, at: number): boolean {
  for (let i = at - 1; i >= 0 && isDigit(text.charCodeAt(i)); i--) {
    if (text.charCodeAt(i) !== 0x30) return true;
  }
  return false;
}

function digitsAt(text: string, at: number): string {
  let end = at;
  while (isDigit(text.charCodeAt(end))) end++;
  return text.slice(at, end);
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isLetter(code: number): boolean {
  if (code < 0x80) return (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
  return /\p{L}/u.test(String.fromCodePoint(code));
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}

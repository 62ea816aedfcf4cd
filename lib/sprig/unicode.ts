/**
 * Go's per-character case mapping, which differs from JavaScript's: one character always becomes
 * one character, whatever stands around it.
 *
 * Characters come as strings of one code point. Go 1.26's tables are those of Unicode 15.
 *
 * @module
 */

/** Letters whose case pair came after Unicode 15. */
const UNPAIRED = /^[\u019b\u0264\u1c89\u1c8a\ua7cb-\ua7cd\ua7da-\ua7dc\u{10d50}-\u{10d85}]$/u;
const UPPER = /^\p{Lu}$/u;
const LOWER = /^\p{Ll}$/u;
const TITLE = /^\p{Lt}$/u;
const LETTER = /^\p{L}$/u;
const NUMBER = /^\p{N}$/u;
const PUNCTUATION = /^\p{P}$/u;
const WORD = /^[\p{L}\p{Nd}]$/u;
const SPACE = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/;

/** unicode.IsSpace. */
export function isSpace(char: string): boolean {
  return SPACE.test(char);
}

/** unicode.IsUpper. */
export function isUpper(char: string): boolean {
  return UPPER.test(char);
}

/** unicode.IsLower. */
export function isLower(char: string): boolean {
  return LOWER.test(char);
}

/** unicode.IsTitle: letters such as U+01C5 that are neither upper nor lower case. */
export function isTitle(char: string): boolean {
  return TITLE.test(char);
}

/** unicode.IsLetter. */
export function isLetter(char: string): boolean {
  return LETTER.test(char);
}

/** unicode.IsLetter or unicode.IsDigit. */
export function isLetterOrDigit(char: string): boolean {
  return WORD.test(char);
}

/** unicode.IsNumber, which holds more than digits. */
export function isNumber(char: string): boolean {
  return NUMBER.test(char);
}

/** unicode.IsPunct. */
export function isPunctuation(char: string): boolean {
  return PUNCTUATION.test(char);
}

/** unicode.ToUpper. */
export function toUpper(char: string): string {
  const upper = char.toUpperCase();
  if (upper === char) return char;
  if (isOne(upper)) return UNPAIRED.test(char) ? char : upper;
  return greekTitle(char);
}

/** unicode.ToLower. */
export function toLower(char: string): string {
  const lower = char.toLowerCase();
  if (lower === char) return char;
  if (isOne(lower)) return UNPAIRED.test(char) ? char : lower;
  return char === "\u0130" ? "i" : char;
}

/** unicode.ToTitle. */
export function toTitle(char: string): string {
  const code = char.codePointAt(0)!;
  // Georgian letters have upper case for whole words only.
  if (code >= 0x10d0 && code <= 0x10ff) return char;
  // Digraphs come in threes: upper, title, lower.
  if (code >= 0x1c4 && code <= 0x1cc) {
    return String.fromCharCode(code - ((code - 0x1c4) % 3) + 1);
  }
  if (code >= 0x1f1 && code <= 0x1f3) return "\u01f2";
  return toUpper(char);
}

/** Applies a mapping to each character; a byte that belongs to none becomes U+FFFD. */
export function mapRunes(text: string, map: (char: string) => string): string {
  let mapped = "";
  for (const char of text.toWellFormed()) mapped += map(char);
  return mapped;
}

function isOne(text: string): boolean {
  return text.length === 1 || (text.length === 2 && text.codePointAt(0)! > 0xffff);
}

/** Greek letters with a iota below: JavaScript spells their upper case with two letters. */
function greekTitle(char: string): string {
  const code = char.codePointAt(0)!;
  if (code >= 0x1f80 && code <= 0x1faf && (code & 15) < 8) return String.fromCharCode(code + 8);
  if (code === 0x1fb3 || code === 0x1fc3 || code === 0x1ff3) return String.fromCharCode(code + 9);
  return char;
}

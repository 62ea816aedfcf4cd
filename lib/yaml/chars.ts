/**
 * Character classes of YAML 1.1, by UTF-16 code unit.
 *
 * @module
 */

/** Code units with a meaning of their own. */
export const Char = {
  nul: 0,
  tab: 9,
  lineFeed: 10,
  carriageReturn: 13,
  space: 32,
  bang: 33,
  doubleQuote: 34,
  hash: 35,
  percent: 37,
  ampersand: 38,
  singleQuote: 39,
  star: 42,
  plus: 43,
  comma: 44,
  dash: 45,
  dot: 46,
  zero: 48,
  nine: 57,
  colon: 58,
  less: 60,
  greater: 62,
  question: 63,
  at: 64,
  openBracket: 91,
  backslash: 92,
  closeBracket: 93,
  backtick: 96,
  openBrace: 123,
  bar: 124,
  closeBrace: 125,
  nextLine: 0x85,
  lineSeparator: 0x2028,
  paragraphSeparator: 0x2029,
} as const;

/** A line break: LF, CR, NEL, LS or PS. */
export function isBreak(code: number): boolean {
  return code === 10 || code === 13 ||
    (code >= 0x85 && (code === 0x85 || code === 0x2028 || code === 0x2029));
}

/** A space or a tab. */
export function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

/** A blank, a break or the end of the text. */
export function isBlankOrEnd(code: number): boolean {
  return code === 32 || code === 9 || code === 0 || isBreak(code);
}

/** A break or the end of the text. */
export function isBreakOrEnd(code: number): boolean {
  return code === 0 || isBreak(code);
}

/** A letter, digit, `_` or `-`: what anchors and tag handles are made of. */
export function isWord(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || isDigit(code) ||
    code === 95 || code === 45;
}

/** An ASCII digit. */
export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** The value of a hexadecimal digit, -1 for anything else. */
export function hexValue(code: number): number {
  if (isDigit(code)) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/** An indicator that ends a plain scalar inside a flow collection. */
export function isFlowIndicator(code: number): boolean {
  return code === Char.comma || code === Char.question || code === Char.openBracket ||
    code === Char.closeBracket || code === Char.openBrace || code === Char.closeBrace;
}

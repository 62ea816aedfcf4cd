/**
 * `snakecase` and `kebabcase` (xstrings.ToSnakeCase, ToKebabCase): cut a text into words, lower
 * them, and put a connector where two words meet.
 *
 * @module
 */

import { isLetter, isNumber, isPunctuation, isSpace, isUpper, toLower } from "./unicode.ts";

type Kind = "none" | "number" | "upper" | "alphabet" | "connector" | "punctuation" | "other";

interface Word {
  readonly kind: Kind;
  readonly text: string;
}

/** A character with the bytes before it that belong to none, which go where it goes. */
interface Unit {
  readonly text: string;
  /** `""` for such bytes at the end of the text. */
  readonly char: string;
}

const NONE: Word = { kind: "none", text: "" };

/** Whether a character joins words: `-`, `_` or white space. */
export function isConnector(char: string): boolean {
  return char === "-" || char === "_" || isSpace(char);
}

/** A text in lower case with `connector` between its words. */
export function delimitWords(text: string, connector: "_" | "-"): string {
  const words = cutWords(text);
  let out = "";
  let at = 0;
  const current = () => words[at] ?? NONE;
  const isLast = () => at >= words.length - 1;
  const isJoined = () => ["connector", "punctuation"].includes(current().kind);
  // Digits draw the lower-case letters and digits after them into one word.
  const glue = () => {
    for (; ["alphabet", "number"].includes(current().kind); at++) out += current().text;
    if (current() !== NONE && current().kind !== "none" && !isJoined()) out += connector;
  };

  while (!isLast()) {
    const { kind } = current();
    out += lowered(current(), connector);
    at++;
    if (kind === "number") glue();
    if (kind === "number" || kind === "connector" || kind === "punctuation") continue;
    if (current().kind !== "number") {
      if (!isJoined()) out += connector;
      continue;
    }
    if (isLast()) break;
    const digits = current().text;
    at++;
    // Letters after digits belong to them (http_2xx); else digits belong to the word before (bld4).
    if (current().kind === "alphabet") {
      out += connector + digits;
      glue();
    } else {
      out += digits;
      if (!isJoined()) out += connector;
    }
  }
  return out + lowered(current(), connector);
}

function lowered({ kind, text }: Word, connector: string): string {
  if (kind !== "upper" && kind !== "connector") return text;
  let out = "";
  for (const char of text.toWellFormed()) {
    out += isConnector(char) ? connector : isUpper(char) ? toLower(char) : char;
  }
  return out;
}

function cutWords(text: string): Word[] {
  const units = cutUnits(text);
  const words: Word[] = [];
  for (let at = 0; at < units.length;) {
    const { kind, end } = nextWord(units, at);
    words.push({ kind, text: units.slice(at, end).map((unit) => unit.text).join("") });
    at = end;
  }
  return words;
}

function cutUnits(text: string): Unit[] {
  const units: Unit[] = [];
  let loose = "";
  for (const char of text) {
    if (char === "\ufffd" || !char.isWellFormed()) {
      loose += char;
      continue;
    }
    units.push({ text: loose + char, char });
    loose = "";
  }
  if (loose !== "") units.push({ text: loose, char: "" });
  return units;
}

function nextWord(units: readonly Unit[], start: number): { kind: Kind; end: number } {
  const first = units[start]!.char;
  const run = (from: number, belongs: (char: string) => boolean) => {
    let end = from;
    while (end < units.length && (units[end]!.char === "" || belongs(units[end]!.char))) end++;
    return end;
  };
  if (first === "") return { kind: "none", end: start + 1 };
  if (isConnector(first)) return { kind: "connector", end: run(start + 1, isConnector) };
  if (isPunctuation(first)) return { kind: "punctuation", end: run(start + 1, isPunctuation) };
  if (isUpper(first)) {
    const upper = run(start + 1, isUpper);
    const follows = units[upper]?.char;
    if (follows === undefined || !isAlphabet(follows)) return { kind: "upper", end: upper };
    // The last upper case letter begins the next word: HTTP|Server.
    if (upper > start + 1) return { kind: "upper", end: upper - 1 };
    return { kind: "upper", end: run(upper, isUncased) };
  }
  if (isAlphabet(first)) return { kind: "alphabet", end: run(start + 1, isUncased) };
  if (isNumber(first)) return { kind: "number", end: run(start + 1, isNumber) };
  return { kind: "other", end: run(start + 1, isOther) };
}

/** A letter, but not one of the Chinese characters of the first blocks. */
function isAlphabet(char: string): boolean {
  if (!isLetter(char)) return false;
  const code = char.codePointAt(0)!;
  return !(code >= 0x4e00 && code <= 0x9fcc) && !(code >= 0x3400 && code <= 0x4d85) &&
    !(code >= 0x20000 && code <= 0x2b81d);
}

function isUncased(char: string): boolean {
  return isAlphabet(char) && !isUpper(char);
}

function isOther(char: string): boolean {
  return !isConnector(char) && !isAlphabet(char) && !isNumber(char) && !isPunctuation(char);
}

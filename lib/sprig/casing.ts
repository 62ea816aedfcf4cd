/**
 * Sprig's functions that change letter case, from strings, goutils and xstrings.
 *
 * @module
 */

import { func, type FuncMap } from "../template/value.ts";
import { isAscii, toBinary } from "./bytes.ts";
import {
  isLetterOrDigit,
  isLower,
  isSpace,
  isTitle,
  isUpper,
  mapRunes,
  toLower,
  toTitle,
  toUpper,
} from "./unicode.ts";
import { delimitWords, isConnector } from "./words.ts";

/** upper, lower, title, untitle, swapcase, initials, camelcase, snakecase, kebabcase. */
export function casingFuncs(): FuncMap {
  return {
    upper: func(["string"], upper),
    lower: func(["string"], lower),
    title: func(["string"], title),
    untitle: func(["string"], untitle),
    swapcase: func(["string"], swapcase),
    initials: func(["string"], initials),
    camelcase: func(["string"], camelcase),
    snakecase: func(["string"], (text) => delimitWords(text, "_")),
    kebabcase: func(["string"], (text) => delimitWords(text, "-")),
  };
}

function upper(text: string): string {
  return isAscii(text) ? text.toUpperCase() : mapRunes(text, toUpper);
}

function lower(text: string): string {
  return isAscii(text) ? text.toLowerCase() : mapRunes(text, toLower);
}

/** Go's strings.Title: in ASCII all but letters, digits and `_` part words, beyond it only space. */
function title(text: string): string {
  let before = " ";
  return mapRunes(text, (char) => {
    const parted = before < "\u0080"
      ? /\W/.test(before)
      : !isLetterOrDigit(before) && isSpace(before);
    before = char;
    return parted ? toTitle(char) : char;
  });
}

function untitle(text: string): string {
  let starting = true;
  return mapRunes(text, (char) => {
    const first = starting && !isSpace(char);
    starting = isSpace(char);
    return first ? toLower(char) : char;
  });
}

function swapcase(text: string): string {
  let starting = true;
  return mapRunes(text, (char) => {
    const first = starting;
    const cased = isUpper(char) || isTitle(char) || isLower(char);
    starting = !cased && isSpace(char);
    if (!cased) return char;
    if (!isLower(char)) return toLower(char);
    return first ? toTitle(char) : toUpper(char);
  });
}

/** The first byte of each word, read as a Latin-1 character. */
function initials(text: string): string {
  let letters = "";
  let gap = true;
  for (const byte of toBinary(text)) {
    if (!isSpace(byte) && gap) letters += byte;
    gap = isSpace(byte);
  }
  return letters;
}

/**
 * Words joined with their first letters in upper case (xstrings.ToPascalCase).
 *
 * A word that begins with an upper case letter has its whole upper case run lowered. Connectors
 * at the start stay; of a run inside, the last one is dropped.
 */
function camelcase(text: string): string {
  const runes = Array.from(text.toWellFormed());
  const first = runes.findIndex((rune) => !isConnector(rune));
  if (first < 0) return text.toWellFormed() + (runes.at(-1) ?? "");
  let out = runes.slice(0, first).join("");
  let held = toUpper(runes[first]!);
  let lowering = isUpper(runes[first]!);
  for (const rune of runes.slice(first + 1)) {
    if (isConnector(held) && !isConnector(rune)) {
      lowering = isUpper(rune);
      held = toUpper(rune);
      continue;
    }
    out += held;
    const pair = isConnector(held);
    if (!pair && lowering) lowering = isUpper(rune);
    held = !pair && lowering ? toLower(rune) : rune;
  }
  return out + held;
}

/**
 * What a string becomes when it is written as JSON and read back as YAML.
 *
 * @module
 */

import { YamlError } from "./error.ts";

/** Characters that do not come through unchanged. */
const FRAGILE = /[\x7f-\x9f\ud800-\udfff\ufffe\uffff]/;
const FORBIDDEN = /[\x7f-\x84\x86-\x9f\ufffe\uffff]/;
const MAX_KEY_LENGTH = 1024;

/** The text after the round trip. */
export function jsonText(text: string): string {
  return FRAGILE.test(text) ? foldNextLines(text) : text;
}

/**
 * As {@linkcode jsonText} for a key: YAML wants its colon on the same line, and within 1,024
 * characters of JSON.
 */
export function jsonKey(key: string): string {
  const isLong = key.length > MAX_KEY_LENGTH / 6 && jsonLength(key) > MAX_KEY_LENGTH;
  const lines = FRAGILE.test(key) ? key.split("\x85").length - 1 : 0;
  if (isLong || lines > 0) {
    const place = lines === 0 ? "" : `line ${lines}: `;
    throw new YamlError(`yaml: ${place}did not find expected ',' or '}'`);
  }
  return jsonText(key);
}

function jsonLength(text: string): number {
  const escaped = text.match(/[<>&\u2028\u2029]/g)?.length ?? 0;
  return [...JSON.stringify(text.toWellFormed())].length + 5 * escaped;
}

/** NEL is the one line break that JSON does not escape; YAML folds it. */
function foldNextLines(text: string): string {
  const valid = text.toWellFormed();
  if (FORBIDDEN.test(valid)) throw new YamlError("yaml: control characters are not allowed");
  if (!valid.includes("\x85")) return valid;
  if (/\x85(?:---|\.\.\.)[ \x85]/.test(valid)) {
    throw new YamlError("yaml: line 2: found unexpected document indicator");
  }
  return valid.replace(/ *\x85[ \x85]*/g, (run) => {
    const breaks = run.replaceAll(" ", "").length;
    return breaks === 1 ? " " : "\n".repeat(breaks - 1);
  });
}

/**
 * The values of TOML's scalars, checked as BurntSushi/toml checks them.
 *
 * @module
 */

import { quoteGo } from "../template/quote.ts";
import { int64 } from "../template/value.ts";
import { parseLayout } from "./layout_parse.ts";
import { GoTime } from "./time.ts";
import { TomlTextError } from "./toml_scan.ts";
import type { TomlWord } from "./toml_scan.ts";
import { fixedZone, type Zone } from "./zone.ts";

/** Where times without a zone lie. */
export interface TomlTimes {
  readonly zone: Zone;
  /** The clock, in milliseconds since 1970; it decides the offset of local times. */
  readonly now: number;
}

/** What a scalar means. */
export function tomlScalar(word: TomlWord, times: TomlTimes): unknown {
  switch (word.type) {
    case "string":
      return word.text;
    case "bool":
      return word.text === "true";
    case "integer":
      return integer(word);
    case "float":
      return float(word);
    case "datetime":
      return time(word, times);
  }
}

function time({ text, line }: TomlWord, { zone, now }: TomlTimes): GoTime {
  const written = text.replaceAll("z", "Z").replace(/[t ]/g, "T");
  const offset = zone.at(Math.floor(now / 1000)).offset;
  for (const [layout, local] of TIME_LAYOUTS) {
    const at = local === "" ? zone : fixedZone(local, offset);
    try {
      const instant = parseLayout(layout, written, at);
      if (isPadded(written, layout)) return new GoTime(instant);
      break;
    } catch {
      // The next layout may fit.
    }
  }
  throw new TomlTextError(`invalid datetime: ${quoteGo(written)}`, line);
}

const TIME_LAYOUTS: readonly (readonly [layout: string, zone: string])[] = [
  ["2006-01-02T15:04:05.999999999Z07:00", ""],
  ["2006-01-02T15:04:05.999999999", "datetime-local"],
  ["2006-01-02", "date-local"],
  ["15:04:05.999999999", "time-local"],
  ["2006-01-02T15:04Z07:00", ""],
  ["2006-01-02T15:04", "datetime-local"],
  ["15:04", "time-local"],
];

/** Whether the punctuation of a time stands where its layout has it. */
function isPadded(text: string, layout: string): boolean {
  for (let i = 0; i < layout.length; i++) {
    const char = layout.charAt(i);
    if (char === "." || char === "Z") return true;
    if (!/[0-9]/.test(char) && text.charAt(i) !== char) return false;
  }
  return true;
}

function integer({ text, line }: TomlWord): unknown {
  const shown = quoteGo(text);
  if (!underscoresFit(text)) {
    throw new TomlTextError(
      `Invalid integer ${shown}: underscores must be surrounded by digits`,
      line,
    );
  }
  if (/^0[^box]|^[-+]0./.test(text)) {
    throw new TomlTextError(`Invalid integer ${shown}: cannot have leading zeroes`, line);
  }
  const digits = text.replaceAll("_", "");
  const value = digits.startsWith("-") ? -BigInt(digits.slice(1)) : BigInt(digits.replace("+", ""));
  if (BigInt.asIntN(64, value) === value) return int64(value);
  throw new TomlTextError(`${text} is out of range for int64`, line);
}

function float({ text, line }: TomlWord): number {
  const shown = quoteGo(text);
  const parts = text.split(/[.eE]+/).filter((part) => part !== "");
  const isSpecial = /^[-+]?(?:inf|nan)$/.test(text);
  if (!isSpecial && !parts.every(underscoresFit)) {
    throw new TomlTextError(
      `Invalid float ${shown}: underscores must be surrounded by digits`,
      line,
    );
  }
  if (/^0[^box]|^[-+]0./.test(parts[0] ?? "")) {
    throw new TomlTextError(`Invalid float ${shown}: cannot have leading zeroes`, line);
  }
  if (/\.(?![0-9])/.test(text)) {
    throw new TomlTextError(
      `Invalid float ${shown}: '.' must be followed by one or more digits`,
      line,
    );
  }
  if (isSpecial) return text.endsWith("nan") ? NaN : text.startsWith("-") ? -Infinity : Infinity;
  const value = Number(text.replaceAll("_", ""));
  if (Number.isNaN(value)) throw new TomlTextError(`Invalid float value: ${shown}`, line);
  if (Number.isFinite(value)) return value;
  throw new TomlTextError(`${text} is out of range for float64`, line);
}

/** Whether each underscore follows a digit, and a digit stands at the end. */
function underscoresFit(text: string): boolean {
  return !/(?:^|[^0-9a-fA-F])_/.test(text) && /[0-9a-fA-F]$/.test(text);
}

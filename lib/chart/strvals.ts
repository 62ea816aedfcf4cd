/**
 * The grammar of `--set` and its kin: `a.b=1,c[0].d=x,e={1,2}`.
 *
 * @module
 */

import { CapstanError } from "../errors.ts";
import { quoteGo, quoteRune } from "../template/quote.ts";
import { GoNumber, int64, isMap, newMap, typeOf } from "../template/value.ts";
import type { GoMap } from "../template/value.ts";
import { jsonPrefixLength } from "./json_prefix.ts";
import { parseJsonValue } from "./decode.ts";

const MAX_INDEX = 65536;
const MAX_NESTING = 30;
const MAX_INT64 = 2n ** 63n - 1n;

/**
 * An assignment that cannot be read; the message is Helm's.
 *
 * @example Usage
 * ```ts
 * import { parseSet, SetError } from "@capstan/capstan";
 *
 * let said = "";
 * try {
 *   parseSet("replicas");
 * } catch (error) {
 *   if (error instanceof SetError) said = error.message;
 * }
 * if (said !== 'key "replicas" has no value') throw new Error(said);
 * ```
 */
export class SetError extends CapstanError {
  /** Tells it from other Capstan errors. */
  override readonly name = "SetError";

  /** The code is `values/set`. */
  constructor(message: string) {
    super(message, { code: "values/set", hint: "write KEY=VALUE; a comma in a value is \\," });
  }
}

/** How the values after `=` are read. */
export type SetReader =
  /** `--set`: booleans, null and whole numbers have their types, all else is text. */
  | "typed"
  /** `--set-string`: everything is text. */
  | "string"
  /** `--set-json`: JSON values. */
  | "json"
  /** `--set-literal`: the rest of the text, as it stands. */
  | "literal"
  /** `--set-file`: whatever the function makes of the text. */
  | ((text: string) => unknown);

/**
 * Reads assignments into a map, replacing what is there.
 *
 * @param dest Changed in place, also where an error is thrown half-way, as in Helm.
 * @throws {SetError}
 *
 * @example Usage
 * ```ts
 * import { parseSet } from "@capstan/capstan";
 *
 * const values = parseSet("image.tag=v2,ports={80,443}");
 * if (JSON.stringify(Object.keys(values)) !== '["image","ports"]') throw new Error();
 * ```
 */
export function parseSet(
  text: string,
  dest: GoMap = newMap(),
  reader: SetReader = "typed",
): GoMap {
  const parser = new Parser([...text], reader);
  while (!parser.key(dest, 0));
  return dest;
}

/** The value of a `--set` text: what looks like another type has that type. */
export function typedValue(text: string): unknown {
  const lower = text.toLowerCase();
  if (lower === "true") return true;
  if (lower === "false") return false;
  if (lower === "null") return null;
  if (text === "0") return int64(0);
  if (!/^(?:[+-]\d+|[1-9]\d*)$/.test(text)) return text;
  const value = BigInt(text.replace(/^\+/, ""));
  return value > MAX_INT64 || value < -MAX_INT64 - 1n ? text : int64(value);
}

interface Token {
  readonly text: string;
  /** The character it stopped at; `undefined` at the end of the input. */
  readonly stop: string | undefined;
}

/** Methods that read an item return whether the input ended before it was complete. */
class Parser {
  #at = 0;
  readonly #chars: readonly string[];
  readonly #reader: SetReader;

  constructor(chars: readonly string[], reader: SetReader) {
    this.#chars = chars;
    this.#reader = reader;
  }

  /** One assignment below `data`; true where the input has ended. */
  key(data: GoMap, nesting: number): boolean {
    const { text: key, stop } = this.#until(this.#reader === "literal" ? "=[." : "=[,.");
    switch (stop) {
      case undefined:
        if (key === "") return true;
        throw new SetError(`key ${quoteGo(key)} has no value`);
      case "[":
        return this.#indexed(data, key, nesting);
      case "=":
        return this.#value((value) => set(data, key, value));
      case ",":
        set(data, key, "");
        throw new SetError(`key ${quoteGo(key)} has no value (cannot end with ,)`);
      default:
        return this.#nested(data, key, nesting + 1);
    }
  }

  #nested(data: GoMap, key: string, nesting: number): boolean {
    if (nesting > MAX_NESTING) {
      throw new SetError(
        `value name nested level is greater than maximum supported nested level of ${MAX_NESTING}`,
      );
    }
    const inner = key in data ? asMap(data[key]) : newMap();
    const ended = this.key(inner, nesting);
    const empty = Object.keys(inner).length === 0;
    if (!ended && empty) throw new SetError(`key map ${quoteGo(key)} has no value`);
    if (!empty) set(data, key, inner);
    return ended;
  }

  #indexed(data: GoMap, key: string, nesting: number): boolean {
    const index = this.#index();
    const list = key in data ? asList(data[key]) : [];
    const [result, ended] = this.#item([...list], index, nesting);
    set(data, key, result);
    return ended;
  }

  /** What follows `]`: a value, a deeper index or a key. */
  #item(list: unknown[], index: number, nesting: number): [unknown[], boolean] {
    if (index < 0) throw new SetError(`negative ${index} index not allowed`);
    const { text, stop } = this.#until("[.=");
    if (text !== "") {
      const runes = [...text].map((rune) => quoteRune(rune.codePointAt(0)!)).join(" ");
      throw new SetError(`unexpected data at end of array index: [${runes}]`);
    }
    if (stop === undefined) return [list, true];
    if (stop === "=") {
      let result = list;
      this.#value((value) => result = setIndex(list, index, value));
      return [result, false];
    }
    if (stop === "[") {
      const next = this.#index();
      const existing = list[index] ?? null;
      const [inner, ended] = this.#item(
        existing === null ? [] : [...asList(existing)],
        next,
        nesting,
      );
      return ended ? [list, true] : [setIndex(list, index, inner), false];
    }
    return this.#itemKey(list, index, nesting);
  }

  #itemKey(list: unknown[], index: number, nesting: number): [unknown[], boolean] {
    let inner = newMap();
    if (list.length > index) {
      if (isMap(list[index])) inner = list[index] as GoMap;
      else list[index] = inner;
    }
    return this.key(inner, nesting) ? [list, true] : [setIndex(list, index, inner), false];
  }

  #index(): number {
    const { text, stop } = this.#until("]");
    if (stop === undefined) throw new SetError("error parsing index: EOF");
    if (!/^[+-]?\d+$/.test(text)) {
      throw new SetError(
        `error parsing index: strconv.Atoi: parsing ${quoteGo(text)}: invalid syntax`,
      );
    }
    if (!Number.isSafeInteger(Number(text))) {
      throw new SetError(
        `error parsing index: strconv.Atoi: parsing ${quoteGo(text)}: value out of range`,
      );
    }
    return Number(text);
  }

  /** The value after `=`; true where there is none at all. */
  #value(store: (value: unknown) => void): boolean {
    const reader = this.#reader;
    if (reader === "literal") {
      store(this.#rest());
      return false;
    }
    if (reader === "json") {
      store(this.#json());
      return false;
    }
    if (this.#at >= this.#chars.length) {
      store("");
      return true;
    }
    if (this.#chars[this.#at] === "{") store(this.#list());
    else store(this.#read(this.#until(",").text));
    return false;
  }

  #list(): unknown[] {
    this.#at++;
    const list: unknown[] = [];
    while (true) {
      const { text, stop } = this.#until(",}");
      if (stop === undefined) throw new SetError("list must terminate with '}'");
      list.push(this.#read(text));
      if (stop === ",") continue;
      if (this.#chars[this.#at] === ",") this.#at++;
      return list;
    }
  }

  #read(text: string): unknown {
    const reader = this.#reader;
    if (typeof reader === "function") return reader(text);
    return reader === "string" ? text : typedValue(text);
  }

  #json(): unknown {
    if (this.#skipBlank()) return null;
    const text = this.#chars.slice(this.#at).join("");
    const length = jsonPrefixLength(text);
    const value = parseJsonValue(text.slice(0, length));
    this.#at += [...text.slice(0, length)].length;
    this.#skipBlank();
    return value;
  }

  /** Skips blanks and a comma; true where nothing else stands before it. */
  #skipBlank(): boolean {
    while (this.#at < this.#chars.length) {
      const char = this.#chars[this.#at]!;
      if (char !== "," && char.trim() !== "") return false;
      this.#at++;
      if (char === ",") return true;
    }
    return true;
  }

  #rest(): string {
    const rest = this.#chars.slice(this.#at).join("");
    this.#at = this.#chars.length;
    return rest;
  }

  #until(stops: string): Token {
    let text = "";
    while (this.#at < this.#chars.length) {
      const char = this.#chars[this.#at++]!;
      if (stops.includes(char)) return { text, stop: char };
      if (char !== "\\" || this.#reader === "literal") text += char;
      else if (this.#at < this.#chars.length) text += this.#chars[this.#at++]!;
    }
    return { text, stop: undefined };
  }
}

function set(data: GoMap, key: string, value: unknown): void {
  if (key !== "") data[key] = value;
}

function setIndex(list: unknown[], index: number, value: unknown): unknown[] {
  if (index > MAX_INDEX) {
    throw new SetError(
      `index of ${index} is greater than maximum supported index of ${MAX_INDEX}`,
    );
  }
  while (list.length < index) list.push(null);
  list[index] = value;
  return list;
}

function asMap(value: unknown): GoMap {
  if (!isMap(value)) throw conversion(value, "map[string]interface {}");
  return value;
}

function asList(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw conversion(value, "[]interface {}");
  return value;
}

function conversion(value: unknown, wanted: string): SetError {
  const type = value === null ? "nil" : value instanceof GoNumber ? value.type : typeOf(value);
  return new SetError(
    `unable to parse key: interface conversion: interface {} is ${type}, not ${wanted}`,
  );
}

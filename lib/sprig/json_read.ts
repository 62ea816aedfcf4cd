/**
 * Go's encoding/json as a reader: into template values, and with Go's words for what is wrong.
 *
 * @module
 */

import { quoteGo } from "../template/quote.ts";
import { newMap } from "../template/value.ts";
import { toBinary } from "./bytes.ts";
import { JsonError } from "./json_write.ts";

/**
 * The value of a JSON text; every number is a float64.
 *
 * @throws {JsonError} with Go's message
 */
export function readJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new JsonError(jsonProblem(text) ?? "unexpected end of JSON input");
  }
  return toGo(value, 0, text);
}

/** Go's name for the type of a JSON value. */
export function jsonTypeOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value;
}

const MAX_DEPTH = 1000;

function toGo(value: unknown, depth: number, text: string): unknown {
  if (typeof value === "string") return value.isWellFormed() ? value : value.toWellFormed();
  if (typeof value === "number") return Number.isFinite(value) ? value : tooLarge(text);
  if (typeof value !== "object" || value === null) return value;
  if (depth > MAX_DEPTH) throw new JsonError("exceeded max depth");
  if (Array.isArray(value)) return value.map((item) => toGo(item, depth + 1, text));
  const map = newMap();
  for (const [key, item] of Object.entries(value)) {
    map[key.toWellFormed()] = toGo(item, depth + 1, text);
  }
  return map;
}

function tooLarge(text: string): never {
  const numbers = text.replace(/"(?:[^"\\]|\\.)*"/g, '""').match(/-?\d[\d.eE+-]*/g) ?? [];
  const number = numbers.find((digits) => !Number.isFinite(Number(digits)));
  throw new JsonError(`json: cannot unmarshal number ${number} into Go value of type float64`);
}

/** What Go says about a text that is not JSON; `undefined` where it is. */
export function jsonProblem(text: string): string | undefined {
  try {
    new Checker(toBinary(text)).check();
  } catch (error) {
    if (error instanceof JsonError) return error.message;
    throw error;
  }
  return undefined;
}

const REFUSES_SPACE = /numeric|escape|^in literal/;

/** Walks a text, one character for each byte, and stops at the first byte that cannot be. */
class Checker {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  check(): void {
    const open: string[] = [];
    do {
      if (this.#startValue(open)) continue;
      this.#endValue(open);
    } while (open.length > 0);
    if (this.#skipSpace() !== "") this.#fail("after top-level value");
  }

  /** Reads a scalar, or opens a collection up to its first value; true where one follows. */
  #startValue(open: string[]): boolean {
    const char = this.#skipSpace();
    if (char === "{" || char === "[") {
      this.#at++;
      if (this.#skipSpace() === (char === "{" ? "}" : "]")) {
        this.#at++;
        return false;
      }
      if (char === "{") this.#key();
      open.push(char);
      return true;
    }
    if (char === '"') this.#string();
    else if (char === "-" || isDigit(char)) this.#number();
    else if (char === "t") this.#literal("true");
    else if (char === "f") this.#literal("false");
    else if (char === "n") this.#literal("null");
    else this.#stop("looking for beginning of value");
    return false;
  }

  /** Closes collections until another value follows or all are closed. */
  #endValue(open: string[]): void {
    while (open.length > 0) {
      const inMap = open.at(-1) === "{";
      const char = this.#skipSpace();
      if (char === ",") {
        this.#at++;
        if (inMap) {
          this.#skipSpace();
          this.#key();
        }
        return;
      }
      if (char !== (inMap ? "}" : "]")) {
        this.#stop(inMap ? "after object key:value pair" : "after array element");
      }
      this.#at++;
      open.pop();
    }
  }

  #key(): void {
    if (this.#here() !== '"') this.#stop("looking for beginning of object key string");
    this.#string();
    if (this.#skipSpace() !== ":") this.#stop("after object key");
    this.#at++;
  }

  #string(): void {
    this.#at++;
    for (;;) {
      const char = this.#here();
      if (char === "" || char < " ") this.#stop("in string literal");
      this.#at++;
      if (char === '"') return;
      if (char === "\\") this.#escape();
    }
  }

  #escape(): void {
    const char = this.#here();
    if (char === "" || !'bfnrt\\/"u'.includes(char)) this.#stop("in string escape code");
    this.#at++;
    for (let k = 0; char === "u" && k < 4; k++, this.#at++) {
      if (!/^[0-9a-fA-F]$/.test(this.#here())) {
        this.#stop("in \\u hexadecimal character escape");
      }
    }
  }

  #number(): void {
    if (this.#here() === "-") this.#at++;
    if (this.#here() === "0") this.#at++;
    else this.#digits("in numeric literal");
    if (this.#here() === ".") {
      this.#at++;
      this.#digits("after decimal point in numeric literal");
    }
    if (/^[eE]$/.test(this.#here())) {
      this.#at++;
      if (/^[-+]$/.test(this.#here())) this.#at++;
      this.#digits("in exponent of numeric literal");
    }
  }

  #digits(context: string): void {
    if (!isDigit(this.#here())) this.#stop(context);
    while (isDigit(this.#here())) this.#at++;
  }

  #literal(word: string): void {
    for (const letter of word) {
      if (this.#here() !== letter) this.#stop(`in literal ${word} (expecting '${letter}')`);
      this.#at++;
    }
  }

  #skipSpace(): string {
    while (/^[ \t\r\n]$/.test(this.#here())) this.#at++;
    return this.#here();
  }

  /** The byte here; empty at the end. */
  #here(): string {
    return this.#text.charAt(this.#at);
  }

  /** At the end Go tries a space, and speaks of the end only where a space would do. */
  #stop(context: string): never {
    if (this.#here() === "" && !REFUSES_SPACE.test(context)) {
      throw new JsonError("unexpected end of JSON input");
    }
    this.#fail(context);
  }

  #fail(context: string): never {
    throw new JsonError(`invalid character ${quoteByte(this.#here() || " ")} ${context}`);
  }
}

function isDigit(char: string): boolean {
  return char >= "0" && char <= "9";
}

/** A byte in single quotes, as Go shows it: bytes from 0x80 as the character of that number. */
function quoteByte(byte: string): string {
  if (byte === "'") return "'\\''";
  return byte === '"' ? `'"'` : `'${quoteGo(byte).slice(1, -1)}'`;
}

/**
 * Go's encoding/json over template values: sorted keys, Go's numbers, HTML characters escaped.
 *
 * @module
 */

import { compareStrings, GoComplex, GoNumber, GoObject, isMap, isNil } from "../template/value.ts";
import { encodeBase64 } from "./base64.ts";

/** A value that has no JSON; the message is Go's. */
export class JsonError extends Error {
  override readonly name = "JsonError";
}

/** How JSON is written. */
export interface WriteJsonOptions {
  /** Write `<`, `>` and `&` as escapes. @default {true} */
  readonly escapeHtml?: boolean | undefined;
  /** One step of indentation; everything on one line where it is empty. @default {""} */
  readonly indent?: string | undefined;
  /** Told of the work before it is done. */
  readonly spend?: ((amount: number) => void) | undefined;
}

/**
 * A template value as JSON.
 *
 * @throws {JsonError} for infinities, NaN, functions, and maps or lists that hold themselves
 */
export function writeJson(value: unknown, options: WriteJsonOptions = {}): string {
  return new Writer(options).value(value, "\n", true);
}

/** Deeper values are taken to hold themselves. */
const MAX_DEPTH = 1000;

class Writer {
  readonly #escapeHtml: boolean;
  readonly #indent: string;
  readonly #colon: string;
  readonly #spend: (amount: number) => void;
  #depth = 0;

  constructor({ escapeHtml = true, indent = "", spend = () => {} }: WriteJsonOptions) {
    this.#escapeHtml = escapeHtml;
    this.#indent = indent;
    this.#colon = indent === "" ? ":" : ": ";
    this.#spend = spend;
  }

  /** `line` is the line break and indentation of the value; a struct's fields are not sorted. */
  value(value: unknown, line: string, sorted: boolean): string {
    switch (typeof value) {
      case "string":
        this.#spend(value.length);
        return quoteJson(value, this.#escapeHtml);
      case "number":
        return floatJson(value);
      case "bigint":
      case "boolean":
        return String(value);
      case "undefined":
        return "null";
      case "object":
        return value === null || isNil(value) ? "null" : this.#object(value, line, sorted);
    }
    throw new JsonError(`json: unsupported type: ${typeof value === "function" ? "func()" : ""}`);
  }

  #object(value: object, line: string, sorted: boolean): string {
    if (value instanceof GoNumber) return numberJson(value);
    if (value instanceof Uint8Array) return `"${encodeBase64(value)}"`;
    if (value instanceof GoComplex) throw new JsonError("json: unsupported type: complex128");
    if (++this.#depth > MAX_DEPTH) {
      const type = Array.isArray(value) ? "[]interface {}" : "map[string]interface {}";
      throw new JsonError(`json: unsupported value: encountered a cycle via ${type}`);
    }
    const text = value instanceof GoObject
      ? this.value(jsonValueOf(value), line, value.kind === "map")
      : Array.isArray(value)
      ? this.#list(value, line)
      : this.#map(value as Record<string, unknown>, line, sorted);
    this.#depth--;
    return text;
  }

  #list(list: readonly unknown[], line: string): string {
    this.#spend(list.length);
    const inner = line + this.#indent;
    return this.#enclose("[", list.map((item) => this.value(item, inner, true)), "]", line);
  }

  #map(map: Record<string, unknown>, line: string, sorted: boolean): string {
    const keys = Object.keys(map);
    this.#spend(keys.length);
    if (sorted && keys.length > 1) keys.sort(compareStrings);
    const inner = line + this.#indent;
    const pairs = keys.map((key) =>
      quoteJson(key, this.#escapeHtml) + this.#colon + this.value(map[key], inner, true)
    );
    return this.#enclose("{", pairs, "}", line);
  }

  #enclose(open: string, items: readonly string[], close: string, line: string): string {
    if (items.length === 0) return open + close;
    if (this.#indent === "") return open + items.join(",") + close;
    const inner = line + this.#indent;
    return open + inner + items.join(`,${inner}`) + line + close;
  }
}

/** What an object stands for, with whatever it complains about as a {@linkcode JsonError}. */
export function jsonValueOf(object: GoObject): unknown {
  try {
    return object.toJSONValue();
  } catch (error) {
    if (error instanceof Error) throw new JsonError(error.message, { cause: error });
    throw error;
  }
}

const CLEAN = /^[\x20\x21\x23-\x25\x27-\x3b\x3d\x3f-\x5b\x5d-\x7e]*$/;
const HTML = /[<>&\u2028\u2029]/g;
const SEPARATORS = /[\u2028\u2029]/g;

/** A string as JSON; each byte that is not UTF-8 becomes `\ufffd`. */
export function quoteJson(text: string, escapeHtml = true): string {
  if (CLEAN.test(text)) return `"${text}"`;
  const quoted = text.isWellFormed()
    ? JSON.stringify(text)
    : `"${text.split(/[\u{d800}-\u{dfff}]/u).map(escapeJson).join("\\ufffd")}"`;
  return quoted.replace(escapeHtml ? HTML : SEPARATORS, unicodeEscape);
}

function escapeJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function unicodeEscape(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** JavaScript and Go agree on how a float64 is written in JSON, save for -0. */
function floatJson(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? "-0" : String(value);
  const name = Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
  throw new JsonError(`json: unsupported value: ${name}`);
}

function numberJson({ type, value }: GoNumber): string {
  if (typeof value === "bigint") return String(value);
  return floatJson(type === "float32" ? shortestFloat32(value) : value);
}

/** The float64 of the shortest decimal that reads back as this float32. */
export function shortestFloat32(value: number): number {
  const target = Math.fround(value);
  if (!Number.isFinite(target)) return target;
  for (let digits = 1; digits < 9; digits++) {
    const candidate = Number(target.toPrecision(digits));
    if (Math.fround(candidate) === target) return candidate;
  }
  return Number(target.toPrecision(9));
}

/** What YAML makes of the values that are neither lists nor plain maps; see `emitYaml`. */
export function plainValue(value: object): unknown {
  if (value instanceof GoNumber) {
    return value.type === "float32" ? shortestFloat32(Number(value.value)) : value.value;
  }
  if (value instanceof Uint8Array) return encodeBase64(value);
  if (value instanceof GoObject) return jsonValueOf(value);
  if (value instanceof GoComplex) throw new JsonError("json: unsupported type: complex128");
  if (isMap(value)) return value;
  throw new JsonError("json: unsupported type: func()");
}

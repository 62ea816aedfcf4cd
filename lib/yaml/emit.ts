/**
 * YAML as Helm's toYaml writes it, byte for byte: a value becomes JSON, that is read as YAML, and
 * goyaml v2 writes the result (sigs.k8s.io/yaml, go.yaml.in/yaml/v2 encode.go and emitterc.go).
 *
 * @module
 */

import { YamlError } from "./error.ts";
import { formatFloat } from "./go_text.ts";
import { compareKeys } from "./key_order.ts";
import { isSimpleKey, scalarText } from "./scalar_text.ts";
import type { ScalarPlace } from "./scalar_text.ts";
import { jsonKey, jsonText } from "./through_json.ts";

/** How {@linkcode emitYaml} writes. */
export interface EmitYamlOptions {
  /**
   * What an object that is neither a list nor a plain map stands for.
   *
   * @default {its own enumerable properties}
   */
  readonly plain?: ((value: object) => unknown) | undefined;
  /** Whether an empty list or map is null; it is not asked of others. @default {never} */
  readonly isNull?: ((value: object) => boolean) | undefined;
  /** Told of the work before it is done; may throw to end it. @default {nothing} */
  readonly spend?: ((amount: number) => void) | undefined;
}

/**
 * A value as a YAML document that ends with a line break.
 *
 * Numbers are float64 and follow JSON's text (1e6 is `1000000`, 1e21 is `1e+21`); a bigint is an
 * integer. Strings that would read back as something else are quoted.
 *
 * @example Usage
 * ```ts
 * import { emitYaml } from "@capstan/capstan";
 *
 * const text = emitYaml({ ports: [80, 443], enabled: "yes" });
 * if (text !== 'enabled: "yes"\nports:\n- 80\n- 443\n') throw new Error(text);
 * ```
 *
 * @throws {YamlError} where Go cannot write the value: infinities, NaN, a DEL or C1 character, a
 * key of more than about a thousand characters, a map that holds itself.
 */
export function emitYaml(value: unknown, options: EmitYamlOptions = {}): string {
  return new Emitter(false, options).document(value);
}

/** As {@linkcode emitYaml} in goyaml v3's manner: lists are indented, nothing is folded. */
export function emitYamlPretty(value: unknown, options: EmitYamlOptions = {}): string {
  return new Emitter(true, options).document(value);
}

/** A map that is written in the order of its keys, for {@linkcode EmitYamlOptions.plain} to give. */
export class OrderedMap {
  constructor(readonly map: Readonly<Record<string, unknown>>) {}
}

/** A scalar that is written as it stands, for {@linkcode EmitYamlOptions.plain} to give. */
export class PlainScalar {
  constructor(readonly text: string) {}
}

/** Go gives up on deeper values in the belief that they hold themselves. */
const MAX_DEPTH = 1000;
const MAX_SAFE_DIGITS = 1e15;
const MIN_INT64 = -(2n ** 63n);
const MAX_UINT64 = 2n ** 64n - 1n;

class Emitter {
  readonly #pretty: boolean;
  readonly #plain: ((value: object) => unknown) | undefined;
  readonly #isNull: (value: object) => boolean;
  readonly #spend: (amount: number) => void;
  #out = "";
  /** Where the current line starts in the output. */
  #lineStart = 0;
  /** A block scalar brought its own line break. Looking at the output would copy it each time. */
  #lineEnded = false;
  #depth = 0;

  constructor(pretty: boolean, options: EmitYamlOptions) {
    const { plain, isNull = () => false, spend = () => {} } = options;
    this.#pretty = pretty;
    this.#plain = plain;
    this.#isNull = isNull;
    this.#spend = spend;
  }

  document(value: unknown): string {
    this.#node(value, -2, true);
    return this.#lineEnded ? this.#out : `${this.#out}\n`;
  }

  /** Writes a value behind what is on the line; `inline` lets a block start on this line too. */
  #node(value: unknown, indent: number, inline: boolean): void {
    switch (typeof value) {
      case "string":
        this.#spend(value.length);
        return this.#scalar(this.#pretty ? value : jsonText(value), indent);
      case "number":
        return this.#token(this.#pretty ? floatText(value) : numberText(value));
      case "bigint":
        return this.#token(this.#pretty ? String(value) : integerText(value));
      case "boolean":
        return this.#token(String(value));
      case "object":
        if (value !== null) return this.#object(value, indent, inline);
        break;
      case "function":
      case "symbol":
        throw new YamlError(`error marshaling into JSON: json: unsupported type: ${typeof value}`);
    }
    this.#token("null");
  }

  #object(value: object, indent: number, inline: boolean): void {
    if (++this.#depth > MAX_DEPTH) throw cycle();
    if (Array.isArray(value)) this.#list(value, indent, inline);
    else if (this.#plain === undefined || isPlainMap(value)) {
      this.#map(value as Record<string, unknown>, indent, inline);
    } else if (value instanceof OrderedMap) {
      this.#pairs(value.map, Object.keys(value.map), { indent, inline });
    } else if (value instanceof PlainScalar) this.#token(value.text);
    else this.#node(this.#plain(value), indent, inline);
    this.#depth--;
  }

  #list(list: readonly unknown[], indent: number, inline: boolean): void {
    this.#spend(list.length);
    if (list.length === 0) return this.#token(this.#isNull(list) ? "null" : "[]");
    const inner = inline || this.#pretty ? indent + 2 : indent;
    for (let i = 0; i < list.length; i++) {
      if (i === 0 && inline) this.#space();
      else this.#newLine(inner);
      this.#out += "-";
      this.#node(list[i], inner, true);
    }
  }

  #map(map: Record<string, unknown>, indent: number, inline: boolean): void {
    const keys = this.#sortedKeys(map);
    if (keys.length === 0) return this.#token(this.#isNull(map) ? "null" : "{}");
    this.#pairs(map, keys, { indent, inline });
  }

  #pairs(
    map: Readonly<Record<string, unknown>>,
    keys: readonly string[],
    { indent, inline }: { indent: number; inline: boolean },
  ): void {
    this.#spend(keys.length);
    const inner = indent + 2;
    for (let i = 0; i < keys.length; i++) {
      if (i === 0 && inline) this.#space();
      else this.#newLine(inner);
      const key = keys[i]!;
      const isSimple = this.#key(this.#pretty ? key : jsonKey(key), inner);
      this.#node(map[key], inner, !isSimple);
    }
  }

  #sortedKeys(map: Record<string, unknown>): string[] {
    const keys = Object.keys(map);
    return keys.length < 2 ? keys : keys.sort((a, b) => compareKeys(a, b, this.#pretty));
  }

  /** Writes a key and its colon; a key that does not fit on a line with its value gets a `?`. */
  #key(key: string, indent: number): boolean {
    if (isSimpleKey(key)) {
      this.#out += `${scalarText(key, this.#place(indent, true))}:`;
      return true;
    }
    this.#out += "?";
    this.#scalar(key, indent);
    this.#newLine(indent);
    this.#out += ":";
    return false;
  }

  #scalar(text: string, indent: number): void {
    this.#space();
    const binary = this.#pretty && !text.isWellFormed();
    if (binary) this.#out += "!!binary ";
    const place = this.#place(Math.max(indent, 0) + 2, false);
    const written = scalarText(binary ? base64Lines(text) : text, place);
    this.#out += written;
    this.#lineEnded = /[\n\u2028\u2029]$/.test(written);
  }

  #place(indent: number, simpleKey: boolean): ScalarPlace {
    const column = this.#out.length - this.#lineStart;
    return { column, indent, simpleKey, pretty: this.#pretty };
  }

  #token(text: string): void {
    this.#space();
    this.#out += text;
  }

  /** A space behind an indicator; none at the start. */
  #space(): void {
    if (this.#out !== "") this.#out += " ";
  }

  #newLine(indent: number): void {
    if (!this.#lineEnded) this.#out += "\n";
    this.#lineEnded = false;
    this.#lineStart = this.#out.length;
    this.#out += " ".repeat(indent);
  }
}

function isPlainMap(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** A float64 as JSON writes it and YAML reads it back: an integer up to uint64, else a float. */
function numberText(value: number): string {
  if (Number.isInteger(value)) {
    if (Math.abs(value) < MAX_SAFE_DIGITS) return String(value + 0);
    return Math.abs(value) < 1e21 ? integerText(BigInt(String(value))) : formatFloat(value);
  }
  if (!Number.isFinite(value)) {
    throw new YamlError(
      `error marshaling into JSON: json: unsupported value: ${formatFloat(value)}`,
    );
  }
  return formatFloat(value);
}

function integerText(value: bigint): string {
  return value >= MIN_INT64 && value <= MAX_UINT64 ? String(value) : formatFloat(Number(value));
}

function floatText(value: number): string {
  if (Number.isNaN(value)) return ".nan";
  return Number.isFinite(value) ? formatFloat(value) : value > 0 ? ".inf" : "-.inf";
}

function cycle(): YamlError {
  return new YamlError(
    "error marshaling into JSON: json: unsupported value: " +
      "encountered a cycle via map[string]interface {}",
  );
}

/** The bytes of a Go string that is not UTF-8, in base64 with lines of 70 characters. */
function base64Lines(text: string): string {
  const encoder = new TextEncoder();
  let binary = "";
  for (const char of text) {
    const code = char.codePointAt(0)!;
    if (code >= 0xdc80 && code <= 0xdcff) binary += String.fromCharCode(code - 0xdc00);
    else binary += String.fromCharCode(...encoder.encode(char));
  }
  const packed = btoa(binary);
  return packed.length < 70 ? packed : packed.replace(/.{1,70}/g, "$&\n");
}

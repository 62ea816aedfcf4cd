/**
 * TOML as BurntSushi/toml writes it.
 *
 * @module
 */

import {
  compareStrings,
  GoComplex,
  type GoMap,
  GoNumber,
  GoObject,
  isMap,
  isNil,
  newMap,
} from "../template/value.ts";
import { formatFloat, formatFloat32 } from "../yaml/go_text.ts";
import { GoDuration } from "./duration.ts";
import { exportedFields } from "./struct.ts";
import type { ExportedField } from "./struct.ts";
import { GoTime } from "./time.ts";

/** A value that cannot be written as TOML, or a text that is none; the message is Go's. */
export class TomlError extends Error {
  override readonly name = "TomlError";
}

/**
 * A template value as TOML. A map becomes a document; anything else is written as a value.
 *
 * @throws {TomlError} for what TOML cannot hold; nil fails as Go's reflection does
 */
export function writeToml(value: unknown, spend: (amount: number) => void = () => {}): string {
  return new Writer(spend).document(value);
}

const MAX_DEPTH = 1000;
/** Go's zone for times that TOML writes without one, and how they look. */
const LOCAL_LAYOUTS: Readonly<Record<string, string>> = {
  "datetime-local": "2006-01-02T15:04:05.999999999",
  "date-local": "2006-01-02",
  "time-local": "15:04:05.999999999",
};

class Writer {
  readonly #spend: (amount: number) => void;
  #out = "";
  #depth = 0;

  constructor(spend: (amount: number) => void) {
    this.#spend = spend;
  }

  document(value: unknown): string {
    if (value === null || value === undefined) {
      throw new Error("reflect: call of reflect.Value.Type on zero Value");
    }
    const content = plain(value);
    if (content !== null) this.#encode([], content);
    return this.#out;
  }

  #encode(key: readonly string[], value: unknown): void {
    if (isMap(value)) return this.#table(key, value);
    if (Array.isArray(value) && this.#isTables(value)) return this.#tables(key, value);
    if (key.length === 0) this.#out += this.#element(value);
    else this.#out += `${indent(key)}${tomlKey(key.at(-1)!)} = ${this.#element(value)}\n`;
  }

  #table(key: readonly string[], map: GoMap): void {
    if (key.length === 1) this.#newLine();
    if (key.length > 0) this.#out += `${indent(key)}[${tomlPath(key)}]\n`;
    this.#body(key, map);
  }

  #tables(key: readonly string[], list: readonly unknown[]): void {
    if (key.length === 0) {
      throw new TomlError("toml: top-level values must be Go maps or structs");
    }
    for (const item of list) {
      this.#newLine();
      this.#out += `${indent(key)}[[${tomlPath(key)}]]\n`;
      this.#body(key, plain(item) as GoMap);
    }
  }

  /** Plain values first, then tables; each by name. */
  #body(key: readonly string[], map: GoMap): void {
    if (++this.#depth > MAX_DEPTH) throw new TomlError("toml: value holds itself");
    const { direct, tables } = this.#split(map);
    for (const name of [...direct, ...tables]) {
      const value = plain(map[name]);
      if (!isAbsent(value)) this.#encode([...key, name], value);
    }
    this.#depth--;
  }

  #split(map: GoMap): { direct: string[]; tables: string[] } {
    const keys = Object.keys(map);
    if (!Object.hasOwn(map, ORDERED)) keys.sort(compareStrings);
    this.#spend(keys.length);
    const isTable = (name: string) => {
      const value = plain(map[name]);
      return isMap(value) || (Array.isArray(value) && this.#isTables(value));
    };
    const tables = keys.filter(isTable);
    return { direct: keys.filter((name) => !tables.includes(name)), tables };
  }

  /** Whether a list holds nothing but tables; a list with a nil in it cannot be written at all. */
  #isTables(list: readonly unknown[]): boolean {
    this.#spend(list.length);
    if (++this.#depth > MAX_DEPTH) throw new TomlError("toml: value holds itself");
    let all = list.length > 0;
    for (const item of list) {
      const value = plain(item);
      if (value === null) throw new TomlError("toml: cannot encode array with nil element");
      if (Array.isArray(value)) this.#isTables(value);
      if (!isMap(value)) all = false;
    }
    this.#depth--;
    return all;
  }

  #element(item: unknown): string {
    const value = plain(item);
    switch (typeof value) {
      case "string":
        this.#spend(value.length);
        return tomlString(value);
      case "number":
        return tomlFloat(value, formatFloat(value));
      case "bigint":
      case "boolean":
        return String(value);
    }
    if (value instanceof GoTime) return timeText(value);
    if (value instanceof GoNumber) {
      return typeof value.value === "bigint"
        ? String(value.value)
        : tomlFloat(value.value, formatFloat32(value.value));
    }
    if (Array.isArray(value)) return `[${value.map((part) => this.#element(part)).join(", ")}]`;
    return this.#inlineTable(value as GoMap);
  }

  /** A nil is left out, but the comma before it is not. */
  #inlineTable(map: GoMap): string {
    const { direct, tables } = this.#split(map);
    let text = "{";
    for (const [names, follows] of [[direct, tables.length > 0], [tables, false]] as const) {
      names.forEach((name, i) => {
        const value = plain(map[name]);
        if (isAbsent(value)) return;
        text += `${tomlKey(name)} = ${this.#element(value)}`;
        if (follows || i < names.length - 1) text += ", ";
      });
    }
    return `${text}}`;
  }

  #newLine(): void {
    if (this.#out !== "") this.#out += "\n";
  }
}

/** Marks a map whose keys stand in order: that of a struct's fields. */
const ORDERED = Symbol("ordered");

function orderedMap(fields: readonly ExportedField[]): GoMap {
  const map = newMap();
  for (const { name, value, embedded } of fields) {
    const inner = embedded === true ? exportedFields(value) : undefined;
    if (inner === undefined) map[name] = value;
    else Object.assign(map, orderedMap(inner));
  }
  return Object.defineProperty(map, ORDERED, { value: true });
}

/** What a table leaves out: nil, also a list that is nil. */
function isAbsent(value: unknown): boolean {
  return value === null || (Array.isArray(value) && isNil(value));
}

/** A value without its Go wrapping: null (also for a map that is nil), scalars, times, lists and plain maps. */
function plain(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (value instanceof Uint8Array) return Array.from(value, BigInt);
  if (value instanceof GoComplex) throw new TomlError("unsupported type for key '': complex128");
  if (value instanceof GoDuration) return value.format();
  const fields = exportedFields(value);
  if (fields !== undefined) return orderedMap(fields);
  if (value instanceof GoObject && !(value instanceof GoTime)) {
    return plain(value.kind === "map" ? value.entries() : value.toJSONValue());
  }
  if (isMap(value) && isNil(value)) return null;
  if (typeof value === "function") throw new TomlError("unsupported type: func");
  return value;
}

function timeText(time: GoTime): string {
  const layout = LOCAL_LAYOUTS[time.zone.name] ?? "2006-01-02T15:04:05.999999999Z07:00";
  return time.layout(layout);
}

function tomlFloat(value: number, text: string): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function indent(key: readonly string[]): string {
  return "  ".repeat(key.length - 1);
}

/** A key's parts with dots between them. */
export function tomlPath(key: readonly string[]): string {
  return key.map(tomlKey).join(".");
}

function tomlKey(name: string): string {
  return /^[\w-]+$/.test(name) ? name : tomlString(name);
}

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\f": "\\f",
  "\r": "\\r",
};

// deno-lint-ignore no-control-regex -- these are the characters that need an escape
const ESCAPED = /["\\\0-\x1f\x7f]/g;

function tomlString(text: string): string {
  const escaped = text.replace(ESCAPED, (char) => {
    const code = char.charCodeAt(0).toString(16).padStart(4, "0");
    return SHORT[char] ?? `\\u${code}`;
  });
  return `"${escaped}"`;
}

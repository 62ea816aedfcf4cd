/**
 * TOML as BurntSushi/toml reads it: integers are int64, tables are maps, times are time.Time.
 *
 * @module
 */

import { quoteGo } from "../template/quote.ts";
import { type GoMap, isMap, newMap, sliceType, toBytes, typedSlice } from "../template/value.ts";
import { tomlScalar } from "./toml_scalar.ts";
import type { TomlTimes } from "./toml_scalar.ts";
import { charOrEnd, TomlScanner, TomlTextError } from "./toml_scan.ts";
import { TomlError, tomlPath } from "./toml_write.ts";

/**
 * The map that a TOML text describes.
 *
 * @throws {TomlError} with Go's message, which names the line and the last key
 */
export function readToml(text: string, options: TomlTimes): GoMap {
  const content = text.replace(/^\ufeff/, "");
  if (toBytes(content.slice(0, 6)).subarray(0, 6).includes(0)) throw new TomlError(UTF_16);
  return new Reader(content, options).document();
}

const UTF_16 =
  "toml: line 1: files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8";

const MAX_DEPTH = 500;

class Reader {
  readonly #scanner: TomlScanner;
  readonly #options: TomlTimes;
  readonly #root = newMap();
  /** Tables that exist only because a longer name goes through them. */
  readonly #implicit = new Set<string>();
  /** Keys whose value is a list. */
  readonly #lists = new Set<string>();
  #context: string[] = [];
  #key = "";
  /** The line of the key that is being set. */
  #line = 1;
  #depth = 0;

  constructor(text: string, options: TomlTimes) {
    this.#scanner = new TomlScanner(text);
    this.#options = options;
  }

  document(): GoMap {
    try {
      for (;;) {
        this.#scanner.skipSpace();
        if (this.#scanner.peek() === "") return this.#root;
        if (this.#scanner.peek() === "[") this.#tableHeader();
        else this.#pair();
        this.#endItem();
      }
    } catch (error) {
      if (!(error instanceof TomlTextError)) throw error;
      const path = tomlPath(this.#context);
      const last = this.#key === "" ? path : path === "" ? this.#key : `${path}.${this.#key}`;
      const place = last === "" ? "" : ` (last key ${quoteGo(last)})`;
      throw new TomlError(`toml: line ${error.line}${place}: ${error.message}`);
    }
  }

  #endItem(): void {
    const scanner = this.#scanner;
    scanner.skipBlanks();
    if (scanner.peek() === "#") scanner.skipComment();
    if (/^[\r\n]?$/.test(scanner.peek())) return;
    scanner.failAt(
      "expected a top-level item to end with a newline, comment, or EOF, but got",
      " instead",
    );
  }

  #tableHeader(): void {
    const scanner = this.#scanner;
    scanner.take();
    const isList = scanner.peek() === "[";
    if (isList) scanner.take();
    const key: string[] = [];
    do {
      scanner.skipBlanks();
      const char = scanner.peek();
      if (char === "]" || char === "") {
        scanner.fail("unexpected end of table name (table names cannot be empty)");
      }
      if (char === ".") {
        scanner.fail("unexpected table separator (table names cannot be empty)");
      }
      key.push(scanner.name());
      if (key.length === 1) this.#line = scanner.line;
      scanner.skipBlanks();
      if (!/^[.\]]$/.test(scanner.peek())) {
        this.#failAfter("expected '.' or ']' to end table name, but got");
      }
    } while (scanner.take() === ".");
    if (isList && scanner.peek() !== "]") {
      this.#failAfter("expected end of table array name delimiter ']', but got");
    }
    if (isList) scanner.take();
    this.#enter(key, isList);
    this.#lists.delete(tomlPath(this.#context));
  }

  /** As the scanner's failAt, but a line break counts for the line that follows it. */
  #failAfter(before: string): never {
    const scanner = this.#scanner;
    const { line } = scanner;
    try {
      return scanner.failAt(before, " instead");
    } catch (error) {
      if (error instanceof TomlTextError && scanner.line > line) {
        throw new TomlTextError(error.message, scanner.line);
      }
      throw error;
    }
  }

  #pair(): void {
    const outer = this.#context;
    const key = this.#keyParts();
    this.#key = key.at(-1)!;
    for (const part of key.slice(0, -1)) this.#enterImplicit(part);
    const value = this.#value(false);
    this.#set(this.#key, value);
    this.#context = outer;
    this.#key = "";
  }

  #keyParts(): string[] {
    const scanner = this.#scanner;
    const key: string[] = [];
    for (;;) {
      scanner.skipBlanks();
      const char = scanner.peek();
      const isFirst = key.length === 0;
      if (char === "=" || char === "") {
        scanner.fail(`unexpected '='${isFirst ? ": key name appears blank" : ""}`);
      }
      if (char === ".") {
        scanner.fail(`unexpected '.'${isFirst ? ": keys cannot start with a '.'" : ""}`);
      }
      key.push(scanner.name());
      if (isFirst) this.#line = scanner.line;
      scanner.skipBlanks();
      const end = scanner.peek();
      if (end === "") scanner.fail("unexpected EOF; expected key separator '='");
      if (end !== "." && end !== "=") {
        scanner.failAt("expected '.' or '=', but got", " instead");
      }
      scanner.take();
      if (end === "=") return key;
    }
  }

  #value(inList: boolean): unknown {
    const scanner = this.#scanner;
    scanner.skipBlanks();
    const char = scanner.peek();
    if (char !== "[" && char !== "{") return tomlScalar(scanner.word(), this.#options);
    scanner.take();
    if (++this.#depth > MAX_DEPTH) scanner.fail(`values nest deeper than ${MAX_DEPTH} levels`);
    const value = char === "[" ? this.#list() : this.#inlineTable(inList);
    this.#depth--;
    return value;
  }

  #list(): unknown[] {
    this.#lists.add(tomlPath([...this.#context, this.#key]));
    const scanner = this.#scanner;
    const list: unknown[] = [];
    for (;;) {
      scanner.skipSpace();
      if (scanner.peek() === ",") this.#unexpectedComma();
      if (scanner.peek() === "]") break;
      list.push(this.#value(true));
      scanner.skipSpace();
      const end = scanner.peek();
      if (end === "]") break;
      scanner.take();
      if (end !== ",") {
        scanner.fail(
          `expected a comma (',') or array terminator (']'), but got ${charOrEnd(end)}`,
        );
      }
    }
    scanner.take();
    return list;
  }

  #unexpectedComma(): never {
    this.#scanner.take();
    this.#scanner.fail("unexpected comma");
  }

  #inlineTable(inList: boolean): GoMap {
    const scanner = this.#scanner;
    const table = newMap();
    const outer = this.#context;
    const outerKey = this.#key;
    const context = [...outer, outerKey];
    this.#context = context;
    this.#key = "";
    this.#implicit.add(tomlPath(context));
    this.#enter(context, inList);
    for (;;) {
      scanner.skipSpace();
      if (scanner.peek() === ",") this.#unexpectedComma();
      if (scanner.peek() === "}") break;
      this.#inlinePair(table);
      this.#context = context;
      scanner.skipSpace();
      const end = scanner.peek();
      if (end === "}") break;
      scanner.take();
      if (end !== ",") {
        scanner.fail(
          `expected a comma or an inline table terminator '}', but got ${charOrEnd(end)} instead`,
        );
      }
    }
    scanner.take();
    this.#context = outer;
    this.#key = outerKey;
    return table;
  }

  #inlinePair(table: GoMap): void {
    const key = this.#keyParts();
    const name = key.at(-1)!;
    this.#key = name;
    for (const part of key.slice(0, -1)) this.#enterImplicit(part);
    const value = this.#value(false);
    this.#set(name, value);
    let map = table;
    for (const part of key.slice(0, -1)) {
      const next = map[part] ??= newMap();
      if (!isMap(next)) this.#fail(`${quoteGo(`[${this.#context.join(" ")}]`)} is not a table`);
      map = next;
    }
    map[name] = value;
  }

  #enterImplicit(part: string): void {
    const context = [...this.#context, part];
    this.#implicit.add(tomlPath(context));
    this.#enter(context, false);
  }

  /** Makes the table of this name the context, and where it is one of a list, appends it. */
  #enter(key: readonly string[], isList: boolean): void {
    let map = this.#root;
    const context: string[] = [];
    for (const part of key.slice(0, -1)) {
      context.push(part);
      if (!Object.hasOwn(map, part)) {
        this.#implicit.add(tomlPath(context));
        map[part] = newMap();
      }
      const next = innerTable(map[part]);
      if (next === undefined) {
        this.#fail(`Key '${tomlPath(context)}' was already created as a hash.`);
      }
      map = next;
    }
    this.#context = context;
    const name = key.at(-1)!;
    if (!isList) this.#set(name, newMap());
    else {
      const list = map[name] ??= typedSlice(TABLES, []);
      if (!isTableList(list)) {
        this.#fail(`Key '${tomlPath(key)}' was already created and cannot be used as an array.`);
      }
      list.push(newMap());
    }
    this.#context = [...context, name];
  }

  #set(name: string, value: unknown): void {
    let map = this.#root;
    const path: string[] = [];
    for (const part of this.#context) {
      path.push(part);
      const next = innerTable(map[part]);
      if (next === undefined) this.#fail(`Key '${tomlPath(path)}' has already been defined.`);
      map = next;
    }
    const key = tomlPath([...path, name]);
    if (Object.hasOwn(map, name)) {
      const isList = this.#lists.has(key);
      if (!this.#implicit.delete(key)) this.#fail(`Key '${key}' has already been defined.`);
      if (!isList) return;
    }
    map[name] = value;
  }

  #fail(message: string): never {
    throw new TomlTextError(message, this.#line);
  }
}

const TABLES = "[]map[string]interface {}";

/** Whether a list was made by `[[…]]` headers, and so can be added to. */
function isTableList(value: unknown): value is GoMap[] {
  return Array.isArray(value) && sliceType(value) === TABLES;
}

/** The table that a name stands for: the last one of a list of tables. */
function innerTable(value: unknown): GoMap | undefined {
  if (isMap(value)) return value;
  return isTableList(value) ? value.at(-1) : undefined;
}

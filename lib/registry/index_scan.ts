/**
 * The few fields of index.yaml that are of use, taken from its lines without parsing the rest.
 *
 * An index may list a hundred thousand versions with all of their metadata, which a YAML parser needs
 * ten seconds for. Where the text is laid out as Helm and most programs write it, lines tell where an
 * entry and a field begin. A field whose value is not plainly one text is parsed by itself, and a text
 * in which anything is in doubt not at all: that is the parser's. What belongs to fields that are of no
 * use is passed over, unchecked.
 *
 * @module
 */
import { isMap } from "../template/value.ts";
import { parseYaml } from "../yaml/parse.ts";

/** An index with a part of each entry's fields. */
export interface ScannedIndex {
  readonly apiVersion: unknown;
  readonly entries: Readonly<Record<string, unknown>>;
}

/** Breaks that are none of `\n`, and what YAML refuses. */
// deno-lint-ignore no-control-regex -- these are what is looked for
const ODD = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/;
const MARK = /^(?:---(?!\n)|\.\.\.|%)|\n(?:---|\.\.\.|%)/;
const KEY = /^[A-Za-z][A-Za-z0-9_./-]*$/;
/** Words that stand for something else than themselves. */
const WORD = /^(?:y|n|yes|no|on|off|true|false|null)$/i;
/** A digest that can be no number. */
const DIGEST = /^(?=.*[acdf])[0-9a-f]{64}$/;
const VERSION = /^v?\d+\.\d+\.\d+(?:[-+.][A-Za-z0-9+.-]*)?$/;
/** Where a quoted text or a flow collection begins. */
const OPENING = /(?:^\s*|: +|- +)(["'[{])/;
const BLOCK = /(?:^\s*|: +|- +)[|>][-+0-9]{0,2} *$/;
/** The fields that are of use. */
type Fields = Record<
  "appVersion" | "deprecated" | "description" | "digest" | "keywords" | "urls" | "version",
  unknown
>;

const SPACE = 32, DASH = 45, HASH = 35, LINE_FEED = 10;

function noFields(): Fields {
  // All at once: objects of one shape take a third of the time.
  return {
    appVersion: undefined,
    deprecated: undefined,
    description: undefined,
    digest: undefined,
    keywords: undefined,
    urls: undefined,
    version: undefined,
  };
}

/** Says that the text must be parsed. */
class Doubt extends Error {}

/** Scans an index; `undefined` where its text must be parsed. */
export function scanIndex(text: string): ScannedIndex | undefined {
  if (ODD.test(text) || MARK.test(text)) return undefined;
  try {
    return new Scan(text).index();
  } catch (error) {
    if (error instanceof Doubt) return undefined;
    throw error;
  }
}

/** Goes through a text line by line. */
class Scan {
  readonly #text: string;
  /** The line: where it begins, how deep, and where it ends. */
  #at = 0;
  #indent = 0;
  #end = 0;
  /** Keys that have been looked at; whether they are of use. */
  readonly #keys = new Map<string, boolean>(Object.keys(noFields()).map((key) => [key, true]));

  constructor(text: string) {
    this.#text = text;
    this.#look();
  }

  index(): ScannedIndex {
    let head = "";
    let entries: Record<string, unknown> | undefined;
    if (this.#indent > 0) throw new Doubt();
    while (this.#at < this.#text.length) {
      const from = this.#at;
      const line = this.#line();
      this.#next();
      if (/^entries: *$/.test(line)) {
        if (entries !== undefined) throw new Doubt();
        entries = this.#charts();
      } else {
        while (this.#indent > 0 && this.#at < this.#text.length) this.#next();
        head += this.#text.slice(from, this.#at);
      }
    }
    const document = parsed(head);
    if (entries === undefined || "entries" in document) throw new Doubt();
    return { apiVersion: document["apiVersion"], entries };
  }

  #charts(): Record<string, unknown> {
    const entries: Record<string, unknown> = Object.create(null);
    const depth = this.#indent;
    if (depth === 0) throw new Doubt();
    while (this.#indent === depth && this.#at < this.#text.length) {
      const line = this.#line().trim();
      this.#next();
      const [, key, empty] = /^(.+?):(| \[\])$/.exec(line) ?? [];
      if (key === undefined) throw new Doubt();
      const name = nameOf(key);
      const versions = this.#versions(depth);
      if (empty !== "" && versions !== null) throw new Doubt();
      entries[name] = empty === "" ? versions : [];
    }
    if (this.#indent > 0 && this.#at < this.#text.length) throw new Doubt();
    return entries;
  }

  /** The list below a chart's name; `null` where there is none. */
  #versions(depth: number): unknown[] | null {
    const dash = this.#indent;
    if (dash < depth || !this.#atDash()) {
      if (dash > depth) throw new Doubt();
      return null;
    }
    const versions: unknown[] = [];
    while (this.#indent === dash && this.#atDash()) versions.push(this.#entry(dash + 2));
    return versions;
  }

  /** The fields of one version, whose first stands behind a dash. */
  #entry(depth: number): unknown {
    const fields = noFields();
    for (let first = true; first || (this.#indent === depth && !this.#atDash()); first = false) {
      if (this.#at >= this.#text.length) break;
      const start = this.#at + depth;
      if (this.#text.charCodeAt(start) === SPACE) throw new Doubt();
      const colon = this.#text.indexOf(":", start);
      if (colon < 0 || colon >= this.#end) throw new Doubt();
      const key = this.#text.slice(start, colon);
      const wanted = this.#keys.get(key);
      if (wanted === undefined) {
        if (!KEY.test(key) || WORD.test(key)) throw new Doubt();
        this.#keys.set(key, false);
      }
      const after = colon + 1;
      if (after < this.#end && this.#text.charCodeAt(after) !== SPACE) throw new Doubt();
      if (wanted) fields[key as keyof Fields] = this.#value(key, start, after, depth);
      else this.#skip(start, depth);
    }
    if (this.#indent > depth - 2 && this.#at < this.#text.length) throw new Doubt();
    return fields;
  }

  /** The value of a field that is of use. */
  #value(key: string, start: number, after: number, depth: number): unknown {
    const text = this.#text.slice(after, this.#end).trim();
    this.#next();
    if (text === "" && this.#indent >= depth && this.#atDash()) {
      return this.#list(key, start, depth);
    }
    const more = this.#pass(depth);
    const plain = more ? undefined : plainText(text);
    return plain ?? this.#parsed(key, start, depth);
  }

  /** A list of texts. */
  #list(key: string, start: number, depth: number): unknown {
    const list: string[] = [];
    const dash = this.#indent;
    let plain = true;
    while (this.#within(depth) && this.#at < this.#text.length) {
      const item = this.#indent === dash && this.#atDash()
        ? plainText(this.#text.slice(this.#at + dash + 2, this.#end).trim())
        : undefined;
      if (item === undefined) plain = false;
      else list.push(item);
      this.#next();
    }
    return plain ? list : this.#parsed(key, start, depth);
  }

  /** Passes over a field. What is quoted or in brackets may go on where it does not look so. */
  #skip(start: number, depth: number): void {
    let open = false;
    do {
      const line = this.#line();
      const block = beginsBlock(line) ? /^[ -]*/.exec(line)![0].length : Infinity;
      open ||= mayGoOn(line);
      this.#next();
      while (this.#indent > block && this.#at < this.#text.length) this.#next();
    } while (this.#within(depth) && this.#at < this.#text.length);
    if (open) this.#parsed("", start, depth);
  }

  /** Passes over what is deeper; whether there was any. */
  #pass(depth: number): boolean {
    const from = this.#at;
    while (this.#within(depth) && this.#at < this.#text.length) this.#next();
    return this.#at !== from;
  }

  /** Whether the line belongs to a field at this depth. */
  #within(depth: number): boolean {
    return this.#indent > depth || this.#indent === depth && this.#atDash();
  }

  /** What the parser makes of the lines since `start`. */
  #parsed(key: string, start: number, depth: number): unknown {
    return parsed(`${" ".repeat(depth)}${this.#text.slice(start, this.#at)}`)[key];
  }

  #line(): string {
    return this.#text.slice(this.#at, this.#end);
  }

  #atDash(): boolean {
    const at = this.#at + this.#indent;
    if (this.#text.charCodeAt(at) !== DASH) return false;
    const after = this.#text.charCodeAt(at + 1);
    if (after === SPACE) return true;
    if (after === LINE_FEED || Number.isNaN(after)) throw new Doubt();
    return false;
  }

  /** Goes to the next line that is not empty and no comment. */
  #next(): void {
    this.#at = this.#end + 1;
    this.#look();
  }

  #look(): void {
    const text = this.#text;
    let at = this.#at;
    for (;;) {
      while (text.charCodeAt(at) === SPACE) at++;
      const code = text.charCodeAt(at);
      if (code === HASH) at = lineEnd(text, at);
      else if (code !== LINE_FEED) break;
      this.#at = ++at;
    }
    const ended = at >= text.length;
    this.#indent = ended ? 0 : at - this.#at;
    if (ended) this.#at = text.length;
    this.#end = lineEnd(text, this.#at);
  }
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}

/** Whether a block scalar begins at the end of a line. */
function beginsBlock(line: string): boolean {
  return /[|>]/.test(line) && BLOCK.test(line);
}

/** Whether a value that begins in this line may end in a later one, however that looks. */
function mayGoOn(line: string): boolean {
  const opening = /["'[{]/.test(line) ? OPENING.exec(line) : null;
  if (opening === null) return false;
  const quote = opening[1]!;
  const value = line.slice(opening.index + opening[0].length - 1).trimEnd();
  if (value === "[]" || value === "{}") return false;
  return unquoted(value, quote) === undefined;
}

/** The text of a value that is plainly one. */
function plainText(value: string): string | undefined {
  const first = value[0];
  if (first === '"' || first === "'") return unquoted(value, first);
  if (VERSION.test(value) || DIGEST.test(value)) return value;
  if (first === undefined || !/[A-Za-z]/.test(first) || WORD.test(value)) return undefined;
  return /:(?: |$)| #|\t/.test(value) ? undefined : value;
}

/** What stands between quotes, where nothing in it could end them or means something else. */
function unquoted(value: string, quote: string): string | undefined {
  if (quote !== '"' && quote !== "'") return undefined;
  const inside = value.slice(1, -1);
  const simple = value.length > 1 && value.endsWith(quote) && !inside.includes(quote) &&
    !(quote === '"' && inside.includes("\\"));
  return simple ? inside : undefined;
}

function nameOf(key: string): string {
  if (KEY.test(key) && !WORD.test(key)) return key;
  const [name, ...others] = Object.keys(parsed(`${key}: 0`));
  if (name === undefined || others.length > 0) throw new Doubt();
  return name;
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  let document: unknown;
  try {
    document = parseYaml(text);
  } catch {
    throw new Doubt();
  }
  if (!isMap(document)) throw new Doubt();
  return document;
}

/**
 * A tree of nodes to values, by way of JSON as sigs.k8s.io/yaml does it.
 *
 * @module
 */

import type { Node } from "./compose.ts";
import { YamlError } from "./error.ts";
import { formatFloat32, goSyntax } from "./go_text.ts";
import { resolveScalar, scalarType } from "./resolve.ts";
import type { ScalarType } from "./resolve.ts";

/** How values are made. */
export interface ConstructOptions {
  /** Refuse a key that stands twice in a map. @default {false} */
  readonly strict?: boolean | undefined;
  /** Keep integers apart from floats, as bigint. @default {false} */
  readonly bigints?: boolean | undefined;
}

type GoMap = Record<string, unknown>;

interface Key {
  readonly type: ScalarType;
  readonly value: unknown;
}

const CORE = "tag:yaml.org,2002:";
/** Nodes up to which almost all may come from aliases, and from which only a tenth may. */
const ALIAS_RANGE = [400_000, 4_000_000] as const;

/** The value of a document. */
export function construct(root: Node | undefined, options: ConstructOptions): unknown {
  return root === undefined ? null : new Constructor(options).document(root);
}

class Constructor {
  readonly #strict: boolean;
  readonly #bigints: boolean;
  /** The aliases being followed. */
  readonly #following = new Set<Node>();
  #decoded = 1;
  #aliased = 0;
  /** Keys set twice, in strict mode. */
  readonly #duplicates: string[] = [];
  #badKey: string | undefined;
  #hasInfinity = false;

  constructor({ strict = false, bigints = false }: ConstructOptions) {
    this.#strict = strict;
    this.#bigints = bigints;
  }

  /** What is wrong with values is told last: in Go it comes up only when JSON is made. */
  document(root: Node): unknown {
    const value = this.#value(root);
    if (this.#duplicates.length > 0) {
      fail(`unmarshal errors:\n${this.#duplicates.map((text) => `  ${text}`).join("\n")}`);
    }
    if (this.#badKey !== undefined) throw new YamlError(this.#badKey);
    const infinity = this.#hasInfinity ? infinityIn(value) : undefined;
    if (infinity !== undefined) throw new YamlError(`json: unsupported value: ${infinity}`);
    return value;
  }

  #value(node: Node): unknown {
    this.#count();
    switch (node.kind) {
      case "scalar":
        return this.#scalar(node);
      case "sequence":
        return node.children.map((child) => this.#value(child));
      case "mapping":
        return this.#fill(node, Object.create(null), this.#strict ? new Set() : undefined);
      case "alias":
        return this.#follow(node, (target) => this.#value(target));
    }
  }

  /** Few anchors can stand for very many nodes; past a share of all nodes that is refused. */
  #count(): void {
    this.#decoded++;
    if (this.#following.size > 0) this.#aliased++;
    if (this.#aliased <= 100 || this.#decoded <= 1000) return;
    const [low, high] = ALIAS_RANGE;
    const over = Math.min(Math.max(this.#decoded - low, 0) / (high - low), 1);
    if (this.#aliased / this.#decoded > 0.99 - 0.89 * over) {
      fail("document contains excessive aliasing");
    }
  }

  #follow<T>(node: Node, use: (target: Node) => T): T {
    if (this.#following.has(node)) fail(`anchor '${node.value}' value contains itself`);
    this.#following.add(node);
    const result = use(node.target!);
    this.#following.delete(node);
    return result;
  }

  #scalar(node: Node): unknown {
    if (node.tag === "") return node.implicit ? this.#plain(node.value) : node.value;
    if (!node.tag.startsWith(CORE)) return node.value;
    switch (node.tag.slice(CORE.length)) {
      case "bool":
      case "int":
      case "float":
      case "null":
      case "timestamp":
        return this.#plain(tagged(node));
      case "binary":
        return decodeBase64(node.value);
    }
    return node.value;
  }

  #plain(text: string): unknown {
    const value = resolveScalar(text);
    if (typeof value === "number") {
      if (!Number.isFinite(value)) this.#hasInfinity = true;
      else if (this.#bigints && scalarType(text) === "int") return BigInt(value);
      return value;
    }
    return typeof value === "bigint" && !this.#bigints ? Number(value) : value;
  }

  /** Sets the pairs of a mapping in `map`; what is merged counts where its `<<` stands. */
  #fill(node: Node, map: GoMap, seen: Set<string> | undefined): GoMap {
    const { children } = node;
    for (let i = 0; i < children.length; i += 2) {
      const key = children[i]!;
      const item = children[i + 1]!;
      if (isMerge(key)) this.#merge(item, map, seen);
      else this.#set(key, item, map, seen);
    }
    return map;
  }

  #set(node: Node, item: Node, map: GoMap, seen: Set<string> | undefined): void {
    const key = this.#key(node);
    const value = this.#value(item);
    if (seen !== undefined) {
      const text = goSyntax(key.value);
      if (seen.has(key.type + text)) {
        this.#duplicates.push(`line ${item.line + 1}: key ${text} already set in map`);
        return;
      }
      seen.add(key.type + text);
    }
    const name = keyName(key);
    if (name === undefined) this.#badKey ??= badKey(key, value);
    else map[name] = value;
  }

  #key(node: Node): Key {
    this.#count();
    if (node.kind === "alias") return this.#follow(node, (target) => this.#key(target));
    if (node.kind !== "scalar") {
      this.#value(node);
      fail(`invalid map key: ${this.#goSyntax(node)}`);
    }
    if (node.tag === "" && !node.implicit) return { type: "str", value: node.value };
    const value = this.#scalar(node);
    const type = keyType(node);
    return { type, value: type === "int" || type === "uint" ? resolveScalar(node.value) : value };
  }

  /** A collection as `%#v` prints it. */
  #goSyntax(node: Node): string {
    if (node.kind === "alias") return this.#follow(node, (target) => this.#goSyntax(target));
    if (node.kind === "scalar") return goSyntax(this.#scalar(node));
    if (node.kind === "sequence") {
      return `[]interface {}{${node.children.map((item) => this.#goSyntax(item)).join(", ")}}`;
    }
    const pairs = new Map<string, string>();
    for (let i = 0; i < node.children.length; i += 2) {
      if (isMerge(node.children[i]!)) continue;
      const key = goSyntax(this.#key(node.children[i]!).value);
      pairs.set(key, this.#goSyntax(node.children[i + 1]!));
    }
    const text = [...pairs].sort(([a], [b]) => a < b ? -1 : 1).map((pair) => pair.join(":"));
    return `map[interface {}]interface {}{${text.join(", ")}}`;
  }

  #merge(node: Node, map: GoMap, seen: Set<string> | undefined): void {
    const sources = node.kind === "sequence" ? node.children.toReversed() : [node];
    for (const source of sources) {
      const isMap = source.kind === "mapping" ||
        (source.kind === "alias" && source.target!.kind === "mapping");
      if (!isMap) fail("map merge requires map or sequence of maps as the value");
      this.#count();
      if (source.kind === "mapping") this.#fill(source, map, seen);
      else {
        this.#follow(source, (target) => {
          this.#count();
          return this.#fill(target, map, seen);
        });
      }
    }
  }
}

function keyType(node: Node): ScalarType {
  switch (node.tag) {
    case "":
    case `${CORE}int`:
    case `${CORE}bool`:
    case `${CORE}null`:
      return scalarType(node.value);
    case `${CORE}float`:
      return "float";
  }
  return "str";
}

/** A key as text; `undefined` for a type that sigs.k8s.io/yaml does not know as a key. */
function keyName({ type, value }: Key): string | undefined {
  switch (type) {
    case "null":
    case "uint":
      return undefined;
    case "float":
      return floatKey(Math.fround(value as number));
    case "int":
      return String(BigInt(value as number | bigint));
  }
  return String(value);
}

function floatKey(value: number): string {
  if (Number.isFinite(value)) return formatFloat32(value);
  return Number.isNaN(value) ? ".nan" : value > 0 ? ".inf" : "-.inf";
}

function badKey({ type, value: key }: Key, value: unknown): string {
  const goType = type === "null" ? "%!s(<nil>)" : "uint64";
  const text = type === "null" ? "<nil>" : goSyntax(key);
  return `unsupported map key of type: ${goType}, key: ${text}, value: ${
    value === null ? "<nil>" : goSyntax(value)
  }`;
}

function isMerge(node: Node): boolean {
  return node.kind === "scalar" && node.value === "<<" &&
    (node.implicit || node.tag === `${CORE}merge`);
}

/** The text of a scalar that its core tag fits. */
function tagged(node: Node): string {
  const wanted = node.tag.slice(CORE.length);
  const found = scalarType(node.value);
  if (found === wanted || (found === "uint" && wanted === "int")) return node.value;
  if (found === "int" && wanted === "float") return node.value;
  const shown = found === "uint" ? "int" : found === "timestamp" ? "str" : found;
  fail(`cannot decode !!${shown} \`${node.value}\` as a !!${wanted}`);
}

function decodeBase64(text: string): string {
  const packed = text.replace(/[\r\n]/g, "");
  if (packed.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(packed)) {
    fail("!!binary value contains invalid base64 data");
  }
  return new TextDecoder().decode(Uint8Array.from(atob(packed), (char) => char.charCodeAt(0)));
}

/** The first infinity or NaN in the order in which JSON is written. */
function infinityIn(value: unknown): string | undefined {
  if (typeof value === "number" && !Number.isFinite(value)) {
    return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
  }
  if (typeof value !== "object" || value === null) return undefined;
  for (const key of Object.keys(value).sort()) {
    const found = infinityIn((value as GoMap)[key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function fail(problem: string): never {
  throw new YamlError(`yaml: ${problem}`);
}

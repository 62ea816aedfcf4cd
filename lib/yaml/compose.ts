/**
 * Tokens to a tree of nodes, with anchors bound to what they name.
 *
 * @module
 */

import type { Mark } from "./cursor.ts";
import { YamlError } from "./error.ts";
import type { Scanner } from "./scan.ts";
import type { Token, TokenType } from "./token.ts";

/** A node of one document. */
export interface Node {
  readonly kind: "scalar" | "sequence" | "mapping" | "alias";
  /** The complete tag of a scalar; empty where none is given. */
  readonly tag: string;
  /** A scalar's text, an alias's name. */
  readonly value: string;
  /** Whether the text of a scalar decides its type: it is plain, or tagged `!`. */
  readonly implicit: boolean;
  /** The items of a sequence; keys and values of a mapping in turn. */
  readonly children: Node[];
  /** What an alias stands for. */
  readonly target: Node | undefined;
  /** Counts from 0. */
  readonly line: number;
}

const NO_CHILDREN: Node[] = [];
const CORE_TAGS = "tag:yaml.org,2002:";

/** The first document of a text; `undefined` where there is none. */
export function composeFirst(scanner: Scanner): Node | undefined {
  return new Composer(scanner).document();
}

class Composer {
  readonly #scanner: Scanner;
  readonly #anchors = new Map<string, Node>();
  readonly #tagPrefixes = new Map([["!", "!"], ["!!", CORE_TAGS]]);

  constructor(scanner: Scanner) {
    this.#scanner = scanner;
  }

  document(): Node | undefined {
    const type = this.#peek().type;
    if (type === "stream end") return undefined;
    let root: Node;
    if (type === "directive" || type === "document start") {
      this.#directives();
      this.#take();
      root = this.#content();
    } else root = this.#node(true, false);
    // What follows must at least be a token; whatever it is, it is not looked at.
    this.#peek();
    return root;
  }

  #peek(): Token {
    return this.#scanner.peek();
  }

  #take(): Token {
    const token = this.#scanner.peek();
    this.#scanner.skip();
    return token;
  }

  #directives(): void {
    let version = false;
    const handles = new Set<string>();
    for (let token = this.#peek(); token.type === "directive"; token = this.#peek()) {
      const directive = token.directive!;
      if (directive.name === "YAML") {
        if (version) fail("found duplicate %YAML directive", token.mark);
        if (directive.major !== 1 || directive.minor !== 1) {
          fail("found incompatible YAML document", token.mark);
        }
        version = true;
      } else {
        if (handles.has(directive.handle)) fail("found duplicate %TAG directive", token.mark);
        handles.add(directive.handle);
        this.#tagPrefixes.set(directive.handle, directive.prefix);
      }
      this.#scanner.skip();
    }
    const token = this.#peek();
    if (token.type !== "document start") {
      fail("did not find expected <document start>", token.mark);
    }
  }

  #content(): Node {
    const token = this.#peek();
    switch (token.type) {
      case "directive":
      case "document start":
      case "document end":
      case "stream end":
        return emptyScalar(token.mark.line);
    }
    return this.#node(true, false);
  }

  #node(inBlock: boolean, indentless: boolean): Node {
    const first = this.#peek();
    if (first.type === "alias") return this.#alias();
    const properties = first.type === "anchor" || first.type === "tag"
      ? this.#properties()
      : undefined;
    const anchor = properties?.anchor ?? "";
    const token = this.#peek();
    const line = first.mark.line;
    switch (token.type) {
      case "scalar":
        return this.#bind(anchor, this.#scalar(properties?.tag ?? "", line));
      case "[":
        return this.#flowSequence(this.#bind(anchor, collection("sequence", line)));
      case "{":
        return this.#flowMapping(this.#bind(anchor, collection("mapping", line)));
      case "-":
        if (!indentless) break;
        return this.#indentlessSequence(this.#bind(anchor, collection("sequence", line)));
      case "block sequence":
        if (!inBlock) break;
        return this.#blockSequence(this.#bind(anchor, collection("sequence", line)));
      case "block mapping":
        if (!inBlock) break;
        return this.#blockMapping(this.#bind(anchor, collection("mapping", line)));
    }
    if (properties === undefined) {
      fail("did not find expected node content", token.mark, first.mark);
    }
    const { tag } = properties;
    return this.#bind(anchor, { ...emptyScalar(line), tag, implicit: tag === "" });
  }

  #bind(anchor: string, node: Node): Node {
    if (anchor !== "") this.#anchors.set(anchor, node);
    return node;
  }

  #alias(): Node {
    const { value, mark } = this.#take();
    const target = this.#anchors.get(value);
    if (target === undefined) {
      throw new YamlError(`yaml: unknown anchor '${value}' referenced`, {
        line: mark.line + 1,
        column: mark.column + 1,
      });
    }
    return { ...collection("alias", mark.line), value, target };
  }

  /** An anchor and a tag in either order. */
  #properties(): { anchor: string; tag: string } {
    const start = this.#peek().mark;
    let anchor = "";
    let tag: Token | undefined;
    for (;;) {
      const token = this.#peek();
      if (token.type === "anchor" && anchor === "") anchor = token.value;
      else if (token.type === "tag" && tag === undefined) tag = token;
      else return { anchor, tag: tag === undefined ? "" : this.#completeTag(tag, start) };
      this.#scanner.skip();
    }
  }

  #completeTag(token: Token, start: Mark): string {
    if (token.value === "") return token.suffix;
    const prefix = this.#tagPrefixes.get(token.value);
    if (prefix === undefined) fail("found undefined tag handle", token.mark, start);
    return prefix + token.suffix;
  }

  #scalar(tag: string, line: number): Node {
    const token = this.#take();
    const implicit = tag === "" ? token.plain : tag === "!";
    return {
      kind: "scalar",
      tag,
      value: token.value,
      implicit,
      children: NO_CHILDREN,
      target: undefined,
      line,
    };
  }

  #blockSequence(node: Node): Node {
    const start = this.#take().mark;
    for (;;) {
      const token = this.#take();
      if (token.type === "block end") return node;
      if (token.type !== "-") fail("did not find expected '-' indicator", token.mark, start);
      const { type } = this.#peek();
      node.children.push(
        type === "-" || type === "block end" ? emptyScalar(token.endLine) : this.#node(true, false),
      );
    }
  }

  /** A sequence whose dashes stand right under its key: nothing but another token ends it. */
  #indentlessSequence(node: Node): Node {
    while (this.#peek().type === "-") {
      const { endLine } = this.#take();
      const { type } = this.#peek();
      node.children.push(
        type === "-" || endsBlockValue(type) ? emptyScalar(endLine) : this.#node(true, false),
      );
    }
    return node;
  }

  #blockMapping(node: Node): Node {
    const start = this.#take().mark;
    for (;;) {
      const token = this.#take();
      if (token.type === "block end") return node;
      if (token.type !== "?") fail("did not find expected key", token.mark, start);
      node.children.push(this.#blockPart(token.endLine));
      const next = this.#peek();
      if (next.type === ":") {
        this.#scanner.skip();
        node.children.push(this.#blockPart(next.endLine));
      } else node.children.push(emptyScalar(next.mark.line));
    }
  }

  #blockPart(line: number): Node {
    return endsBlockValue(this.#peek().type) ? emptyScalar(line) : this.#node(true, true);
  }

  #flowSequence(node: Node): Node {
    const start = this.#take().mark;
    for (let first = true; this.#peek().type !== "]"; first = false) {
      if (!first) {
        this.#comma("did not find expected ',' or ']'", start);
        if (this.#peek().type === "]") break;
      }
      node.children.push(this.#peek().type === "?" ? this.#flowPair() : this.#node(false, false));
    }
    this.#scanner.skip();
    return node;
  }

  /** `a: b` inside a flow sequence: a mapping of one pair. */
  #flowPair(): Node {
    const pair = collection("mapping", this.#take().mark.line);
    const token = this.#peek();
    if (token.type !== ":" && token.type !== "," && token.type !== "]") {
      pair.children.push(this.#node(false, false));
    } else {
      // goyaml skips this token too, whatever it is, and so refuses `[? : x]`.
      this.#scanner.skip();
      pair.children.push(emptyScalar(token.endLine));
    }
    pair.children.push(this.#flowValue("]"));
    return pair;
  }

  #flowMapping(node: Node): Node {
    const start = this.#take().mark;
    for (let first = true; this.#peek().type !== "}"; first = false) {
      if (!first) {
        this.#comma("did not find expected ',' or '}'", start);
        if (this.#peek().type === "}") break;
      }
      if (this.#peek().type !== "?") {
        node.children.push(this.#node(false, false), emptyScalar(this.#peek().mark.line));
        continue;
      }
      this.#scanner.skip();
      const token = this.#peek();
      const hasKey = token.type !== ":" && token.type !== "," && token.type !== "}";
      node.children.push(hasKey ? this.#node(false, false) : emptyScalar(token.mark.line));
      node.children.push(this.#flowValue("}"));
    }
    this.#scanner.skip();
    return node;
  }

  #flowValue(end: "]" | "}"): Node {
    const token = this.#peek();
    if (token.type !== ":") return emptyScalar(token.mark.line);
    this.#scanner.skip();
    const next = this.#peek();
    return next.type === "," || next.type === end
      ? emptyScalar(next.mark.line)
      : this.#node(false, false);
  }

  #comma(problem: string, start: Mark): void {
    const token = this.#peek();
    if (token.type !== ",") fail(problem, token.mark, start);
    this.#scanner.skip();
  }
}

function endsBlockValue(type: TokenType): boolean {
  return type === "?" || type === ":" || type === "block end";
}

function emptyScalar(line: number): Node {
  return {
    kind: "scalar",
    tag: "",
    value: "",
    implicit: true,
    children: NO_CHILDREN,
    target: undefined,
    line,
  };
}

function collection(kind: "sequence" | "mapping" | "alias", line: number): Node {
  return { kind, tag: "", value: "", implicit: true, children: [], target: undefined, line };
}

/**
 * Fails as goyaml's parser does: it names the line before the problem's, else the one before that
 * of the construct, and none where both are the first.
 */
function fail(problem: string, mark: Mark, context?: Mark): never {
  const line = mark.line !== 0 ? mark.line : context?.line ?? 0;
  throw new YamlError(`yaml: ${line === 0 ? "" : `line ${line}: `}${problem}`, {
    line: mark.line + 1,
    column: mark.column + 1,
  });
}

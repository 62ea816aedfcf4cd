/**
 * Template text to parse trees, one for the file and one for each define and block in it.
 *
 * @module
 */

import type { TemplateParseError } from "./errors.ts";
import { describeToken } from "./lex.ts";
import type { Token, TokenType } from "./lex.ts";
import { printNode } from "./nodes.ts";
import type {
  BranchNode,
  CommandNode,
  ListNode,
  Operand,
  PipeNode,
  Source,
  Statement,
  TemplateNode,
  VariableNode,
} from "./nodes.ts";
import { readNumber } from "./number.ts";
import { quoteGo, unquote } from "./quote.ts";
import { TokenStream } from "./tokens.ts";
import type { ParseOptions, Tree } from "./tokens.ts";

export type { ParseOptions, Tree } from "./tokens.ts";

const MAX_PAREN_DEPTH = 10_000;

/**
 * Parses a text. The file itself comes last, so that its defines can be added before it.
 *
 * @throws {TemplateParseError} with Go's message.
 */
export function parseTrees(source: Source, options: ParseOptions): Tree[] {
  const stream = new TokenStream(source, options);
  try {
    const parser = new TreeParser(stream);
    stream.add({ name: source.name, source, root: parser.file() });
  } catch (error) {
    // Go's stack grows; here, nesting beyond any real use meets the end of the stack.
    if (error instanceof RangeError) throw stream.error("max expression depth exceeded");
    throw error;
  }
  return [...stream.trees.values()];
}

/** The token that ended a list of statements. */
interface ListEnd {
  readonly type: "end" | "else";
  readonly pos: number;
}

function isListEnd(node: Statement | ListEnd): node is ListEnd {
  return node.type === "end" || node.type === "else";
}

/** Parses one tree; a define inside it gets a parser of its own on the same tokens. */
class TreeParser {
  readonly #tokens: TokenStream;
  readonly #variables = ["$"];
  #rangeDepth = 0;
  #parenDepth = 0;
  /** Where the action being read started, for errors that come to light lines later. */
  #action: Token | undefined;

  constructor(tokens: TokenStream) {
    this.#tokens = tokens;
  }

  /** The top level of a file, the only place where defines may stand. */
  file(): ListNode {
    const tokens = this.#tokens;
    const nodes: Statement[] = [];
    const { pos } = tokens.peek();
    while (tokens.peek().type !== "eof") {
      if (tokens.peek().type === "left delimiter") {
        const delimiter = tokens.next();
        const word = tokens.nextNonSpace();
        if (word.type === "define") {
          new TreeParser(tokens).#define();
          continue;
        }
        tokens.back(word);
        tokens.back(delimiter);
      }
      const node = this.#statement();
      if (isListEnd(node)) {
        throw tokens.error(`unexpected {{${node.type}}}`);
      }
      nodes.push(node);
    }
    return { type: "list", pos, nodes };
  }

  #define(): void {
    const context = "define clause";
    const token = this.#tokens.nextNonSpace();
    if (token.type !== "string" && token.type !== "raw string") {
      throw this.#unexpected(token, context);
    }
    const name = this.#unquote(token);
    this.#expect("right delimiter", context);
    this.#body(name, context);
  }

  /** The statements of a define or block up to its `end`; the tree is added to the file's. */
  #body(name: string, context: string): void {
    const { list, end } = this.#list();
    if (end.type !== "end") throw this.#tokens.error(`unexpected {{${end.type}}} in ${context}`);
    this.#tokens.add({ name, source: this.#tokens.source, root: list });
  }

  #expect(type: TokenType, context: string): Token {
    const token = this.#tokens.nextNonSpace();
    if (token.type !== type) throw this.#unexpected(token, context);
    return token;
  }

  #unexpected(token: Token, context: string): TemplateParseError {
    const text = describeToken(token);
    if (token.type !== "error") return this.#tokens.error(`unexpected ${text} in ${context}`);
    return this.#tokens.error(text + this.#startedAt(token));
  }

  /** ` in action started at …` where an error shows on another line than its action starts. */
  #startedAt(token: Token): string {
    if (this.#action === undefined) return "";
    const { name, text } = this.#tokens.source;
    const between = text.slice(this.#action.pos, token.pos);
    if (!between.includes("\n")) return "";
    let line = 1;
    for (const char of text.slice(0, this.#action.pos)) if (char === "\n") line++;
    const started = ` started at ${name}:${line}`;
    return token.value.endsWith(" action") ? started : ` in action${started}`;
  }

  #unquote(token: Token): string {
    try {
      return unquote(token.value);
    } catch (error) {
      throw this.#literalError(error);
    }
  }

  /** What the reader of a literal said; the end of the stack is for {@linkcode parseTrees} to tell. */
  #literalError(error: unknown): unknown {
    return error instanceof RangeError ? error : this.#tokens.error((error as Error).message);
  }

  /** Statements up to an `end` or `else`. */
  #list(): { list: ListNode; end: ListEnd } {
    const nodes: Statement[] = [];
    const { pos } = this.#tokens.peekNonSpace();
    while (this.#tokens.peekNonSpace().type !== "eof") {
      const node = this.#statement();
      if (isListEnd(node)) {
        return { list: { type: "list", pos, nodes }, end: node };
      }
      nodes.push(node);
    }
    throw this.#tokens.error("unexpected EOF");
  }

  #statement(): Statement | ListEnd {
    const token = this.#tokens.nextNonSpace();
    if (token.type === "text") return { type: "text", pos: token.pos, text: token.value };
    if (token.type !== "left delimiter") throw this.#unexpected(token, "input");
    this.#action = token;
    const node = this.#actionOrControl();
    this.#action = undefined;
    return node;
  }

  #actionOrControl(): Statement | ListEnd {
    const token = this.#tokens.nextNonSpace();
    switch (token.type) {
      case "if":
      case "with":
      case "range":
        return this.#branch(token.type);
      case "else":
        return this.#else();
      case "end":
        return { type: "end", pos: this.#expect("right delimiter", "end").pos };
      case "template":
        return this.#template();
      case "block":
        return this.#block();
      case "break":
      case "continue":
        return this.#loopExit(token, token.type);
    }
    this.#tokens.back(token);
    const { pos } = token;
    return { type: "action", pos, pipe: this.#pipeline("command", "right delimiter") };
  }

  #loopExit(token: Token, type: "break" | "continue"): Statement {
    const end = this.#tokens.nextNonSpace();
    if (end.type !== "right delimiter") throw this.#unexpected(end, `{{${type}}}`);
    if (this.#rangeDepth === 0) throw this.#tokens.error(`{{${type}}} outside {{range}}`);
    return { type, pos: token.pos };
  }

  #else(): ListEnd {
    const next = this.#tokens.peekNonSpace();
    // The branch that this else belongs to goes on with the `if` or `with`.
    if (next.type === "if" || next.type === "with") return { type: "else", pos: next.pos };
    return { type: "else", pos: this.#expect("right delimiter", "else").pos };
  }

  #branch(type: BranchNode["type"]): BranchNode {
    const known = this.#variables.length;
    const pipe = this.#pipeline(type, "right delimiter");
    if (type === "range") this.#rangeDepth++;
    const { list, end } = this.#list();
    if (type === "range") this.#rangeDepth--;
    const elseList = end.type === "else" ? this.#elseList(type, end) : undefined;
    this.#variables.length = known;
    return { type, pos: pipe.pos, pipe, list, elseList };
  }

  #elseList(type: BranchNode["type"], start: ListEnd): ListNode {
    if (type !== "range" && this.#tokens.peek().type === type) {
      this.#tokens.next();
      // One `end` closes the whole chain.
      return { type: "list", pos: start.pos, nodes: [this.#branch(type)] };
    }
    const { list, end } = this.#list();
    if (end.type !== "end") throw this.#tokens.error(`expected end; found {{${end.type}}}`);
    return list;
  }

  #template(): TemplateNode {
    const context = "template clause";
    const token = this.#tokens.nextNonSpace();
    const name = this.#templateName(token, context);
    const next = this.#tokens.nextNonSpace();
    if (next.type === "right delimiter") {
      return { type: "template", pos: token.pos, name, pipe: undefined };
    }
    this.#tokens.back(next);
    const pipe = this.#pipeline(context, "right delimiter");
    return { type: "template", pos: token.pos, name, pipe };
  }

  #block(): TemplateNode {
    const context = "block clause";
    const token = this.#tokens.nextNonSpace();
    const name = this.#templateName(token, context);
    const pipe = this.#pipeline(context, "right delimiter");
    new TreeParser(this.#tokens).#body(name, context);
    return { type: "template", pos: token.pos, name, pipe };
  }

  #templateName(token: Token, context: string): string {
    if (token.type === "string" || token.type === "raw string") return this.#unquote(token);
    throw this.#unexpected(token, context);
  }

  #pipeline(context: string, end: TokenType): PipeNode {
    const { pos } = this.#tokens.peekNonSpace();
    const { variables, assigns } = this.#declarations(context);
    const commands: CommandNode[] = [];
    while (true) {
      const token = this.#tokens.nextNonSpace();
      if (token.type === end) break;
      if (!STARTS_OPERAND.has(token.type)) throw this.#unexpected(token, context);
      this.#tokens.back(token);
      commands.push(this.#command());
    }
    this.#checkCommands(commands, context);
    return { type: "pipe", pos, variables, assigns, commands };
  }

  /** `$x :=`, `$x =`, and in a range also `$i, $x :=`, if the pipeline starts so. */
  #declarations(context: string): { variables: VariableNode[]; assigns: boolean } {
    const variables: VariableNode[] = [];
    while (this.#tokens.peekNonSpace().type === "variable") {
      const variable = this.#tokens.next();
      // "$x foo" shows only after the space that it is an operand, which needs that space back.
      const after = this.#tokens.peek();
      const next = this.#tokens.peekNonSpace();
      const comma = next.type === "char" && next.value === ",";
      if (next.type !== "assign" && next.type !== "declare" && !comma) {
        if (after.type === "space") this.#tokens.back(after);
        this.#tokens.back(variable);
        break;
      }
      this.#tokens.nextNonSpace();
      variables.push({ type: "variable", pos: variable.pos, names: variable.value.split(".") });
      this.#variables.push(variable.value);
      if (!comma) return { variables, assigns: next.type === "assign" };
      this.#checkSecondVariable(context, variables.length);
    }
    return { variables, assigns: false };
  }

  #checkSecondVariable(context: string, count: number): void {
    if (context !== "range" || count > 1) {
      throw this.#tokens.error(`too many declarations in ${context}`);
    }
    const { type } = this.#tokens.peekNonSpace();
    if (type !== "variable" && type !== "right delimiter" && type !== "right paren") {
      throw this.#tokens.error("range can only initialize variables");
    }
  }

  #checkCommands(commands: readonly CommandNode[], context: string): void {
    if (commands.length === 0) throw this.#tokens.error(`missing value for ${context}`);
    commands.forEach((command, index) => {
      if (index > 0 && NOT_EXECUTABLE.has(command.operands[0]!.type)) {
        throw this.#tokens.error(`non executable command in pipeline stage ${index + 1}`);
      }
    });
  }

  #command(): CommandNode {
    const { pos } = this.#tokens.peekNonSpace();
    const operands: Operand[] = [];
    while (true) {
      this.#tokens.peekNonSpace();
      const operand = this.#operand();
      if (operand !== undefined) operands.push(operand);
      const token = this.#tokens.next();
      if (token.type === "space") continue;
      if (token.type === "right delimiter" || token.type === "right paren") {
        this.#tokens.back(token);
      } else if (token.type !== "pipe") throw this.#unexpected(token, "operand");
      break;
    }
    if (operands.length === 0) throw this.#tokens.error("empty command");
    return { type: "command", pos, operands };
  }

  #operand(): Operand | undefined {
    const term = this.#term();
    const first = term && this.#tokens.peek();
    if (first?.type !== "field") return term;
    const names: string[] = [];
    while (this.#tokens.peek().type === "field") names.push(this.#tokens.next().value.slice(1));
    const { pos } = first;
    switch (term!.type) {
      case "field":
        return { type: "field", pos, names: [...term.names, ...names] };
      case "variable":
        return { type: "variable", pos, names: [...term.names, ...names] };
      case "identifier":
      case "pipe":
        return { type: "chain", pos, operand: term, names };
      default:
        throw this.#tokens.error(`unexpected . after term ${quoteGo(printNode(term!))}`);
    }
  }

  #term(): Operand | undefined {
    const token = this.#tokens.nextNonSpace();
    const { pos, value } = token;
    switch (token.type) {
      case "identifier":
        if (this.#tokens.options.functions(value)) return { type: "identifier", pos, name: value };
        throw this.#tokens.error(`function ${quoteGo(value)} not defined`);
      case "dot":
      case "nil":
        return { type: token.type, pos };
      case "variable":
        if (this.#variables.includes(value)) return { type: "variable", pos, names: [value] };
        throw this.#tokens.error(`undefined variable ${quoteGo(value)}`);
      case "field":
        return { type: "field", pos, names: [value.slice(1)] };
      case "bool":
        return { type: "bool", pos, value: value === "true" };
      case "number":
      case "complex":
      case "character constant":
        return this.#number(token, token.type);
      case "left paren":
        return this.#parenthesized();
      case "string":
      case "raw string":
        return { type: "string", pos, quoted: value, text: this.#unquote(token) };
    }
    this.#tokens.back(token);
    return undefined;
  }

  #number(token: Token, kind: "number" | "complex" | "character constant"): Operand {
    try {
      return {
        type: "number",
        pos: token.pos,
        text: token.value,
        ...readNumber(token.value, kind),
      };
    } catch (error) {
      throw this.#literalError(error);
    }
  }

  #parenthesized(): PipeNode {
    if (this.#parenDepth >= MAX_PAREN_DEPTH) {
      throw this.#tokens.error("max expression depth exceeded");
    }
    this.#parenDepth++;
    const pipe = this.#pipeline("parenthesized pipeline", "right paren");
    this.#parenDepth--;
    return pipe;
  }
}

const STARTS_OPERAND: ReadonlySet<TokenType> = new Set<TokenType>([
  "bool",
  "character constant",
  "complex",
  "dot",
  "field",
  "identifier",
  "number",
  "nil",
  "raw string",
  "string",
  "variable",
  "left paren",
]);

const NOT_EXECUTABLE: ReadonlySet<Operand["type"]> = new Set<Operand["type"]>([
  "bool",
  "dot",
  "nil",
  "number",
  "string",
]);

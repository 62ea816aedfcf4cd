/**
 * Tokens with look-ahead, and what the parsers of a file's trees share.
 *
 * @module
 */

import { TemplateParseError } from "./errors.ts";
import { Lexer } from "./lex.ts";
import type { Delimiters, Token } from "./lex.ts";
import { isEmptyList } from "./nodes.ts";
import type { ListNode, Source } from "./nodes.ts";
import { quoteGo } from "./quote.ts";

/** One template: a file, or a define or block inside it. */
export interface Tree {
  readonly name: string;
  readonly source: Source;
  readonly root: ListNode;
}

/** How {@linkcode parseTrees} reads a text. */
export interface ParseOptions {
  /** Whether a function of that name exists. */
  readonly functions: (name: string) => boolean;
  /** @default {{ left: "{{", right: "}}" }} */
  readonly delims?: Delimiters;
}

/** Tokens with look-ahead, shared by the parsers of a file's trees, and what they all know. */
export class TokenStream {
  readonly trees = new Map<string, Tree>();
  readonly #lexer: Lexer;
  readonly #pushedBack: Token[] = [];
  #last: Token = { type: "eof", pos: 0, value: "" };

  constructor(readonly source: Source, readonly options: ParseOptions) {
    const { functions, delims } = options;
    this.#lexer = new Lexer(source.text, {
      ...(delims && { delims }),
      loopWords: { break: !functions("break"), continue: !functions("continue") },
    });
  }

  next(): Token {
    return this.#pushedBack.pop() ?? (this.#last = this.#lexer.next());
  }

  /** Puts a token back, to be the next one again. */
  back(token: Token): void {
    this.#pushedBack.push(token);
  }

  peek(): Token {
    const token = this.next();
    this.back(token);
    return token;
  }

  nextNonSpace(): Token {
    let token = this.next();
    while (token.type === "space") token = this.next();
    return token;
  }

  peekNonSpace(): Token {
    const token = this.nextNonSpace();
    this.back(token);
    return token;
  }

  /** An error at the line of the last token that was read. */
  error(message: string): TemplateParseError {
    return new TemplateParseError(message, this.source, this.#last.pos);
  }

  /** Adds a tree unless it is empty and its name taken. */
  add(tree: Tree): void {
    const known = this.trees.get(tree.name);
    if (known === undefined || isEmptyList(known.root)) {
      this.trees.delete(tree.name);
      this.trees.set(tree.name, tree);
    } else if (!isEmptyList(tree.root)) {
      throw this.error(`template: multiple definition of template ${quoteGo(tree.name)}`);
    }
  }
}

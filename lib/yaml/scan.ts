/**
 * YAML text to tokens, by the rules of YAML 1.1 as goyaml v2 reads them.
 *
 * A mapping key is known as such only when its `:` is met, so the tokens of a possible key wait in
 * a queue until that is decided: then the key and, where it starts one, the mapping are put in
 * front of them.
 *
 * @module
 */

import { Char, isBlank, isBlankOrEnd, isBreak } from "./chars.ts";
import { Cursor } from "./cursor.ts";
import type { Mark } from "./cursor.ts";
import { scanBlock, scanPlain, scanQuoted } from "./scan_scalar.ts";
import { scanAnchor, scanDirective, scanTag } from "./scan_tag.ts";
import type { Directive } from "./scan_tag.ts";
import type { SimpleKey, Token, TokenType } from "./token.ts";

/** How deep collections may nest. Real Helm stops at 10,000; here the call stack sets the bound. */
export const MAX_DEPTH = 1000;

const MAX_KEY_LENGTH = 1024;

/** Hands out the tokens of a text one by one. */
export class Scanner {
  readonly cursor: Cursor;
  #queue: Token[] = [];
  #head = 0;
  /** How many tokens were taken. */
  #taken = 0;
  #indent = -1;
  readonly #indents: number[] = [];
  /** The possible key of each flow level. */
  readonly #keys: (SimpleKey | undefined)[] = [undefined];
  /** The numbers of the tokens that opened the flow levels. */
  readonly #flowStarts: number[] = [];
  #flowLevel = 0;
  #keyAllowed = true;
  #nextKey: SimpleKey | undefined;

  constructor(text: string) {
    this.cursor = new Cursor(text);
  }

  /** The next token, which stays the next one. */
  peek(): Token {
    for (;;) {
      const token = this.#queue[this.#head];
      if (token !== undefined && !this.#mayGetKey(token)) return token;
      this.#fetch();
    }
  }

  /** Takes the token that {@linkcode peek} showed. */
  skip(): void {
    this.#head++;
    this.#taken++;
    if (this.#head === this.#queue.length) {
      this.#queue.length = 0;
      this.#head = 0;
    }
  }

  #mayGetKey(token: Token): boolean {
    return token.key !== undefined && token.key.waiting && this.#isValid(token.key);
  }

  /** Whether a `:` at the cursor would make this a key; it must not be far, nor on another line. */
  #isValid(key: SimpleKey): boolean {
    if (!key.possible) return false;
    const { cursor } = this;
    if (key.mark.line === cursor.line && !this.#isFar(key)) return true;
    if (key.required) cursor.fail("could not find expected ':'");
    key.possible = false;
    return false;
  }

  #isFar(key: SimpleKey): boolean {
    const { pos, text } = this.cursor;
    if (pos - key.pos <= MAX_KEY_LENGTH) return false;
    return [...text.slice(key.pos, pos)].length > MAX_KEY_LENGTH;
  }

  #saveKey(): void {
    if (!this.#keyAllowed) return;
    const { cursor } = this;
    const key: SimpleKey = {
      possible: true,
      waiting: true,
      required: this.#flowLevel === 0 && this.#indent === cursor.column,
      tokenNumber: this.#nextNumber(),
      pos: cursor.pos,
      mark: cursor.mark(),
    };
    this.#dropKey();
    this.#keys[this.#flowLevel] = key;
    this.#nextKey = key;
  }

  #nextNumber(): number {
    return this.#taken + this.#queue.length - this.#head;
  }

  #dropKey(): void {
    const key = this.#keys[this.#flowLevel];
    if (key === undefined || !key.possible) return;
    if (key.required) this.cursor.fail("could not find expected ':'");
    key.possible = false;
  }

  #push(
    type: TokenType,
    mark: Mark,
    content: { value?: string; suffix?: string; plain?: boolean; directive?: Directive } = {},
  ): void {
    const { value = "", suffix = "", plain = false, directive } = content;
    const endLine = this.cursor.line;
    this.#queue.push({ type, mark, endLine, value, suffix, plain, directive, key: this.#nextKey });
    this.#nextKey = undefined;
  }

  /** Puts a token in front of the one with this number; at the end where that one is gone. */
  #insert(type: TokenType, mark: Mark, tokenNumber: number): void {
    this.#push(type, mark);
    if (tokenNumber < this.#taken) return;
    const token = this.#queue.pop()!;
    this.#queue.splice(this.#head + tokenNumber - this.#taken, 0, token);
  }

  #rollIndent(column: number, type: TokenType, mark: Mark, tokenNumber?: number): void {
    if (this.#flowLevel > 0 || this.#indent >= column) return;
    this.#indents.push(this.#indent);
    this.#indent = column;
    if (this.#indents.length > MAX_DEPTH) this.#tooDeep();
    if (tokenNumber === undefined) this.#push(type, mark);
    else this.#insert(type, mark, tokenNumber);
  }

  #unrollIndent(column: number): void {
    if (this.#flowLevel > 0) return;
    while (this.#indent > column) {
      this.#push("block end", this.cursor.mark());
      this.#indent = this.#indents.pop()!;
    }
  }

  #tooDeep(): never {
    this.cursor.fail(`exceeded max depth of ${MAX_DEPTH}`);
  }

  #fetch(): void {
    const { cursor } = this;
    this.#skipToToken();
    this.#unrollIndent(cursor.column);
    const code = cursor.code;
    if (code === Char.nul) return this.#fetchEnd();
    if (cursor.column === 0) {
      if (code === Char.percent) return this.#fetchDirective();
      if (cursor.atDocumentIndicator()) {
        return this.#fetchDocument(code === Char.dash ? "document start" : "document end");
      }
    }
    this.#fetchByFirst(code, isBlankOrEnd(cursor.text.charCodeAt(cursor.pos + 1)));
  }

  #fetchByFirst(code: number, alone: boolean): void {
    const inFlow = this.#flowLevel > 0;
    switch (code) {
      case Char.openBracket:
        return this.#fetchFlowStart("[");
      case Char.openBrace:
        return this.#fetchFlowStart("{");
      case Char.closeBracket:
        return this.#fetchFlowEnd("]");
      case Char.closeBrace:
        return this.#fetchFlowEnd("}");
      case Char.comma:
        return this.#fetchComma();
      case Char.dash:
        return alone ? this.#fetchEntry() : this.#fetchPlain();
      case Char.question:
        return inFlow || alone ? this.#fetchKey() : this.#fetchPlain();
      case Char.colon:
        return inFlow || alone ? this.#fetchValue() : this.#fetchPlain();
      case Char.star:
        return this.#fetchAnchor("alias");
      case Char.ampersand:
        return this.#fetchAnchor("anchor");
      case Char.bang:
        return this.#fetchTag();
      case Char.singleQuote:
      case Char.doubleQuote:
        return this.#fetchQuoted(code === Char.singleQuote);
      case Char.bar:
      case Char.greater:
        return inFlow ? this.#noToken() : this.#fetchBlockScalar();
      case Char.tab:
      case Char.hash:
      case Char.percent:
      case Char.at:
      case Char.backtick:
        return this.#noToken();
      default:
        return this.#fetchPlain();
    }
  }

  #noToken(): never {
    this.cursor.fail("found character that cannot start any token");
  }

  /** Moves over blanks, comments and breaks. A tab may not stand where a key could start. */
  #skipToToken(): void {
    const { cursor } = this;
    for (;;) {
      const tabs = this.#flowLevel > 0 || !this.#keyAllowed;
      while (cursor.code === Char.space || (tabs && isBlank(cursor.code))) cursor.pos++;
      if (cursor.code === Char.hash) cursor.pos = cursor.lineEnd();
      if (!isBreak(cursor.code)) return;
      cursor.takeBreak();
      if (this.#flowLevel === 0) this.#keyAllowed = true;
    }
  }

  /** Ends all blocks, and with them any chance of a pending key. */
  #endBlocks(): void {
    this.#unrollIndent(-1);
    this.#dropKey();
    this.#keyAllowed = false;
  }

  #fetchEnd(): void {
    const { cursor } = this;
    if (cursor.column !== 0) {
      cursor.lineStart = cursor.pos;
      cursor.line++;
    }
    this.#endBlocks();
    this.#push("stream end", cursor.mark());
  }

  #fetchDirective(): void {
    this.#endBlocks();
    const mark = this.cursor.mark();
    this.#push("directive", mark, { directive: scanDirective(this.cursor) });
  }

  #fetchDocument(type: "document start" | "document end"): void {
    this.#endBlocks();
    this.#pushIndicator(type, 3);
  }

  #pushIndicator(type: TokenType, length = 1): void {
    const mark = this.cursor.mark();
    this.cursor.pos += length;
    this.#push(type, mark);
  }

  #fetchFlowStart(type: "[" | "{"): void {
    this.#saveKey();
    this.#keys.push(undefined);
    this.#flowStarts.push(this.#nextNumber());
    this.#flowLevel++;
    if (this.#flowLevel > MAX_DEPTH) this.#tooDeep();
    this.#keyAllowed = true;
    this.#pushIndicator(type);
  }

  #fetchFlowEnd(type: "]" | "}"): void {
    this.#dropKey();
    if (this.#flowLevel > 0) this.#leaveFlow();
    this.#keyAllowed = false;
    this.#pushIndicator(type);
  }

  /** An empty collection that may be a key is handed out at once, and can be none any more. */
  #leaveFlow(): void {
    const inner = this.#keys.pop();
    const outer = this.#keys[--this.#flowLevel];
    const opener = this.#flowStarts.pop();
    if (inner === undefined && outer?.tokenNumber === opener) outer!.waiting = false;
  }

  #fetchComma(): void {
    this.#dropKey();
    this.#keyAllowed = true;
    this.#pushIndicator(",");
  }

  #fetchEntry(): void {
    const { cursor } = this;
    // Inside a flow collection the parser reports it, since it knows which collection that is.
    if (this.#flowLevel === 0) {
      if (!this.#keyAllowed) {
        cursor.fail("block sequence entries are not allowed in this context");
      }
      this.#rollIndent(cursor.column, "block sequence", cursor.mark());
    }
    this.#dropKey();
    this.#keyAllowed = true;
    this.#pushIndicator("-");
  }

  #fetchKey(): void {
    const { cursor } = this;
    if (this.#flowLevel === 0) {
      if (!this.#keyAllowed) cursor.fail("mapping keys are not allowed in this context");
      this.#rollIndent(cursor.column, "block mapping", cursor.mark());
    }
    this.#dropKey();
    this.#keyAllowed = this.#flowLevel === 0;
    this.#pushIndicator("?");
  }

  #fetchValue(): void {
    const { cursor } = this;
    const key = this.#keys[this.#flowLevel];
    if (key !== undefined && this.#isValid(key)) {
      this.#insert("?", key.mark, key.tokenNumber);
      this.#rollIndent(key.mark.column, "block mapping", key.mark, key.tokenNumber);
      key.possible = false;
      this.#keyAllowed = false;
    } else {
      if (this.#flowLevel === 0) {
        if (!this.#keyAllowed) cursor.fail("mapping values are not allowed in this context");
        this.#rollIndent(cursor.column, "block mapping", cursor.mark());
      }
      this.#keyAllowed = this.#flowLevel === 0;
    }
    this.#pushIndicator(":");
  }

  #fetchAnchor(type: "alias" | "anchor"): void {
    const mark = this.#startContent();
    this.#push(type, mark, { value: scanAnchor(this.cursor) });
  }

  #fetchTag(): void {
    const mark = this.#startContent();
    const { handle, suffix } = scanTag(this.cursor);
    this.#push("tag", mark, { value: handle, suffix });
  }

  #fetchQuoted(single: boolean): void {
    const mark = this.#startContent();
    this.#push("scalar", mark, { value: scanQuoted(this.cursor, single) });
  }

  #fetchPlain(): void {
    const mark = this.#startContent();
    const value = scanPlain(this.cursor, this.#indent, this.#flowLevel > 0);
    if (this.cursor.brokeLine) this.#keyAllowed = true;
    this.#push("scalar", mark, { value, plain: true });
  }

  #fetchBlockScalar(): void {
    this.#dropKey();
    this.#keyAllowed = true;
    const mark = this.cursor.mark();
    this.#push("scalar", mark, { value: scanBlock(this.cursor, this.#indent) });
  }

  /** Content may be a key; what follows it on the line may not. */
  #startContent(): Mark {
    this.#saveKey();
    this.#keyAllowed = false;
    return this.cursor.mark();
  }
}

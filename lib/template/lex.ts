/**
 * Template text to tokens, one at a time as the parser asks for them.
 *
 * A token holds its offset in the text; lines and columns are worked out only for errors.
 *
 * @module
 */

import { isPrintable, quoteGo } from "./quote.ts";

/** What a token is. Everything from `"block"` on is a keyword. */
export type TokenType =
  | "error"
  | "eof"
  | "text"
  | "left delimiter"
  | "right delimiter"
  | "space"
  | "assign"
  | "declare"
  | "pipe"
  | "left paren"
  | "right paren"
  | "char"
  | "bool"
  | "character constant"
  | "complex"
  | "number"
  | "string"
  | "raw string"
  | "field"
  | "identifier"
  | "variable"
  | "dot"
  | Keyword;

type Keyword =
  | "block"
  | "break"
  | "continue"
  | "define"
  | "else"
  | "end"
  | "if"
  | "nil"
  | "range"
  | "template"
  | "with";

/** A piece of a template. The value of an error token is its message. */
export interface Token {
  readonly type: TokenType;
  readonly pos: number;
  readonly value: string;
}

/** The pair of marks around an action. */
export interface Delimiters {
  /** @default {"{{"} */
  readonly left?: string;
  /** @default {"}}"} */
  readonly right?: string;
}

const KEYWORDS: ReadonlySet<string> = new Set<Keyword>([
  "block",
  "break",
  "continue",
  "define",
  "else",
  "end",
  "if",
  "nil",
  "range",
  "template",
  "with",
]);

/** How a token reads in an error message. */
export function describeToken(token: Token): string {
  if (token.type === "eof") return "EOF";
  if (token.type === "error") return token.value;
  if (token.type === "dot" || KEYWORDS.has(token.type)) return `<${token.value}>`;
  const runes = [...token.value];
  // Go decides by bytes, and cuts by characters.
  if (new TextEncoder().encode(token.value).length > 10) {
    return `${quoteGo(runes.slice(0, 10).join(""))}...`;
  }
  return quoteGo(token.value);
}

/** Reads tokens from a template's text. */
export class Lexer {
  readonly #text: string;
  readonly #left: string;
  readonly #right: string;
  readonly #loopWords: { readonly break: boolean; readonly continue: boolean };
  #pos = 0;
  #start = 0;
  #inAction = false;
  #parens = 0;

  /** `loopWords` says whether `break` and `continue` are keywords, not functions of that name. */
  constructor(
    text: string,
    options: { delims?: Delimiters; loopWords: { break: boolean; continue: boolean } },
  ) {
    this.#text = text;
    this.#left = options.delims?.left || "{{";
    this.#right = options.delims?.right || "}}";
    this.#loopWords = options.loopWords;
  }

  /** The next token; after the end, and after an error, that token again. */
  next(): Token {
    this.#start = this.#pos;
    return this.#inAction ? this.#insideAction() : this.#outside();
  }

  #token(type: TokenType): Token {
    return { type, pos: this.#start, value: this.#text.slice(this.#start, this.#pos) };
  }

  #error(message: string): Token {
    this.#pos = this.#start;
    return { type: "error", pos: this.#start, value: message };
  }

  #outside(): Token {
    while (true) {
      const at = this.#text.indexOf(this.#left, this.#pos);
      if (at < 0) {
        this.#pos = this.#text.length;
        return this.#token(this.#pos > this.#start ? "text" : "eof");
      }
      const trims = this.#trimsLeft(at + this.#left.length);
      const end = trims ? trimmedEnd(this.#text, this.#start, at) : at;
      if (end > this.#start) {
        const token: Token = {
          type: "text",
          pos: this.#start,
          value: this.#text.slice(this.#start, end),
        };
        this.#pos = at;
        return token;
      }
      this.#start = this.#pos = at;
      const inside = at + this.#left.length + (trims ? 2 : 0);
      if (!this.#text.startsWith("/*", inside)) return this.#leftDelimiter(inside);
      const error = this.#skipComment(inside);
      if (error !== undefined) return error;
    }
  }

  #leftDelimiter(inside: number): Token {
    const token: Token = { type: "left delimiter", pos: this.#start, value: this.#left };
    this.#pos = inside;
    this.#inAction = true;
    this.#parens = 0;
    return token;
  }

  #skipComment(inside: number): Token | undefined {
    this.#start = inside;
    const close = this.#text.indexOf("*/", inside + 2);
    if (close < 0) return this.#error("unclosed comment");
    const delimiter = this.#rightDelimiterAt(close + 2);
    if (delimiter === undefined) return this.#error("comment ends before closing delimiter");
    this.#start = this.#pos = delimiter.end;
    return undefined;
  }

  /** Whether a trim mark and white space follow the left delimiter. */
  #trimsLeft(at: number): boolean {
    return this.#text[at] === "-" && isSpace(this.#text.charCodeAt(at + 1));
  }

  /** Whether white space, a trim mark and the right delimiter start here. */
  #trimsRight(at: number): boolean {
    return this.#text[at + 1] === "-" && isSpace(this.#text.charCodeAt(at)) &&
      this.#text.startsWith(this.#right, at + 2);
  }

  /** A right delimiter at `at`: where its own text starts, and where the text after it goes on. */
  #rightDelimiterAt(at: number): { start: number; end: number } | undefined {
    const first = this.#text.charCodeAt(at);
    if (first !== this.#right.charCodeAt(0) && !isSpace(first)) return undefined;
    if (this.#trimsRight(at)) {
      let end = at + 2 + this.#right.length;
      while (isSpace(this.#text.charCodeAt(end))) end++;
      return { start: at + 2, end };
    }
    if (!this.#text.startsWith(this.#right, at)) return undefined;
    return { start: at, end: at + this.#right.length };
  }

  #insideAction(): Token {
    const delimiter = this.#rightDelimiterAt(this.#pos);
    if (delimiter !== undefined) {
      if (this.#parens > 0) return this.#error("unclosed left paren");
      this.#pos = delimiter.end;
      this.#inAction = false;
      return { type: "right delimiter", pos: delimiter.start, value: this.#right };
    }
    if (this.#pos >= this.#text.length) return this.#error("unclosed action");
    const code = this.#text.codePointAt(this.#pos)!;
    if (isSpace(code)) return this.#space();
    const char = String.fromCodePoint(code);
    switch (char) {
      case '"':
        return this.#quoted('"', "string", "unterminated quoted string");
      case "'":
        return this.#quoted("'", "character constant", "unterminated character constant");
      case "`":
        return this.#rawString();
      case "$":
        this.#pos++;
        return this.#name("variable", "variable");
      case ".":
        if (this.#startsNumber(this.#pos + 1)) return this.#number();
        this.#pos++;
        return this.#name("field", "dot");
    }
    if (char === "+" || char === "-" || isDecimal(code)) return this.#number();
    if (isAlphaNumeric(code)) return this.#identifier();
    return this.#punctuation(char, code);
  }

  /** Whether a dot is part of a number; Go also takes it for one at the end of the text. */
  #startsNumber(afterDot: number): boolean {
    return afterDot >= this.#text.length || isDecimal(this.#text.charCodeAt(afterDot));
  }

  #punctuation(char: string, code: number): Token {
    this.#pos += char.length;
    switch (char) {
      case "=":
        return this.#token("assign");
      case ":":
        if (this.#text[this.#pos] !== "=") return this.#error("expected :=");
        this.#pos++;
        return this.#token("declare");
      case "|":
        return this.#token("pipe");
      case "(":
        this.#parens++;
        return this.#token("left paren");
      case ")":
        if (--this.#parens < 0) return this.#error("unexpected right paren");
        return this.#token("right paren");
    }
    if (code < 0x80 && isPrintable(code)) return this.#token("char");
    return this.#error(`unrecognized character in action: ${describeRune(code)}`);
  }

  /** A run of white space, leaving one that belongs to a trimming right delimiter. */
  #space(): Token {
    while (isSpace(this.#text.charCodeAt(this.#pos))) this.#pos++;
    // A lone space before the mark was seen as the delimiter, so there is more than one here.
    if (this.#trimsRight(this.#pos - 1)) this.#pos--;
    return this.#token("space");
  }

  #quoted(quote: string, type: TokenType, unterminated: string): Token {
    for (let at = this.#pos + 1; at < this.#text.length; at++) {
      const char = this.#text[at]!;
      if (char === quote) {
        this.#pos = at + 1;
        return this.#token(type);
      }
      if (char === "\\") at++;
      if (this.#text[at] === "\n") break;
    }
    return this.#error(unterminated);
  }

  #rawString(): Token {
    const end = this.#text.indexOf("`", this.#pos + 1);
    if (end < 0) return this.#error("unterminated raw quoted string");
    this.#pos = end + 1;
    return this.#token("raw string");
  }

  /** A field or variable whose first character has been read; `bare` is what that alone is. */
  #name(type: TokenType, bare: TokenType): Token {
    if (this.#atTerminator()) return this.#token(bare);
    this.#skipAlphaNumeric();
    return this.#atTerminator() ? this.#token(type) : this.#badCharacter();
  }

  #identifier(): Token {
    this.#skipAlphaNumeric();
    if (!this.#atTerminator()) return this.#badCharacter();
    const word = this.#text.slice(this.#start, this.#pos);
    if (word === "true" || word === "false") return this.#token("bool");
    if (!KEYWORDS.has(word)) return this.#token("identifier");
    if (word === "break" || word === "continue") {
      return this.#token(this.#loopWords[word] ? word : "identifier");
    }
    return this.#token(word as Keyword);
  }

  #badCharacter(): Token {
    return this.#error(`bad character ${describeRune(this.#text.codePointAt(this.#pos)!)}`);
  }

  #skipAlphaNumeric(): void {
    while (this.#pos < this.#text.length) {
      const code = this.#text.codePointAt(this.#pos)!;
      if (!isAlphaNumeric(code)) return;
      this.#pos += code > 0xffff ? 2 : 1;
    }
  }

  /** Whether a name may end here. */
  #atTerminator(): boolean {
    if (this.#pos >= this.#text.length) return true;
    const code = this.#text.charCodeAt(this.#pos);
    if (isSpace(code) || ".,|:)(".includes(this.#text[this.#pos]!)) return true;
    return this.#text.startsWith(this.#right, this.#pos);
  }

  /** A number as far as its characters go; whether it is one the parser finds out. */
  #number(): Token {
    if (!this.#scanNumber()) return this.#badNumber();
    const sign = this.#text[this.#pos];
    if (sign !== "+" && sign !== "-") return this.#token("number");
    if (!this.#scanNumber() || this.#text[this.#pos - 1] !== "i") return this.#badNumber();
    return this.#token("complex");
  }

  #badNumber(): Token {
    const seen = this.#text.slice(this.#start, this.#pos);
    return this.#error(`bad number syntax: ${quoteGo(seen)}`);
  }

  #scanNumber(): boolean {
    const pattern =
      /[+-]?(?:0[xX][\da-fA-F_]*\.?[\da-fA-F_]*(?:[pP][+-]?[\d_]*)?|0[oO][0-7_]*\.?[0-7_]*|0[bB][01_]*\.?[01_]*|[\d_]*\.?[\d_]*(?:[eE][+-]?[\d_]*)?)i?/y;
    pattern.lastIndex = this.#pos;
    pattern.test(this.#text);
    this.#pos = pattern.lastIndex;
    const code = this.#text.codePointAt(this.#pos);
    if (code === undefined || !isAlphaNumeric(code)) return true;
    this.#pos += code > 0xffff ? 2 : 1;
    return false;
  }
}

/** The characters that trim marks and separators know: space, tab, CR, LF. */
function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d;
}

function isDecimal(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

const LETTER_OR_DIGIT = /^[\p{L}\p{Nd}]$/u;

function isAlphaNumeric(code: number): boolean {
  if (code < 0x80) {
    return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || isDecimal(code) ||
      code === 0x5f;
  }
  return LETTER_OR_DIGIT.test(String.fromCodePoint(code));
}

function trimmedEnd(text: string, start: number, end: number): number {
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return end;
}

/** `U+0023 '#'`, as Go's `%#U` prints a character. */
function describeRune(code: number): string {
  const known = code >= 0xd800 && code <= 0xdfff ? 0xfffd : code;
  const name = `U+${known.toString(16).toUpperCase().padStart(4, "0")}`;
  return isPrintable(known) ? `${name} '${String.fromCodePoint(known)}'` : name;
}

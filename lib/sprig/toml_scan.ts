/**
 * The words of a TOML text: names, strings, numbers and times, with BurntSushi/toml's complaints.
 *
 * @module
 */

import { isPrintable, quoteGo, strayByte } from "../template/quote.ts";
import { TomlError } from "./toml_write.ts";

/** A complaint about the text, with the line that it names. */
export class TomlTextError extends TomlError {
  constructor(message: string, readonly line: number) {
    super(message);
  }
}

/** A scalar as it stands in the text. */
export interface TomlWord {
  readonly type: "string" | "integer" | "float" | "bool" | "datetime";
  /** A string's content with its escapes resolved; the text of anything else. */
  readonly text: string;
  readonly line: number;
}

/** Reads a TOML text from left to right. */
export class TomlScanner {
  readonly #text: string;
  #at = 0;
  line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  /** The character here, "" at the end. A control character or a byte that is not UTF-8 fails. */
  peek(): string {
    const code = this.#text.codePointAt(this.#at);
    if (code === undefined) return "";
    const byte = strayByte(code);
    if (byte !== undefined) this.fail(`invalid UTF-8 byte: 0x${hex(byte)}`);
    const isBad = (code < 0x20 && code !== 9 && code !== 10 && code !== 13) || code === 0x7f ||
      (code === 13 && this.#text.charAt(this.#at + 1) !== "\n");
    if (isBad) this.fail(`TOML files cannot contain control characters: '0x${hex(code)}'`);
    return String.fromCodePoint(code);
  }

  /** Takes the character here. */
  take(): string {
    const char = this.peek();
    this.#at += char.length;
    if (char === "\n") this.line++;
    return char;
  }

  /** Takes what a pattern matches here; the pattern is sticky and matches no line break. */
  takeMatch(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }

  skipBlanks(): void {
    while (isBlank(this.peek())) this.take();
  }

  /** Skips blanks, line breaks and comments. */
  skipSpace(): void {
    for (;;) {
      const char = this.peek();
      if (char === "#") this.skipComment();
      else if (isBlank(char) || isNewLine(char)) this.take();
      else return;
    }
  }

  /** Skips a comment up to its line break. */
  skipComment(): void {
    while (this.peek() !== "" && !isNewLine(this.peek())) this.take();
  }

  /** Complains about the character that was taken last, or about the end. */
  fail(message: string): never {
    const atEnd = this.#at >= this.#text.length && this.#text.endsWith("\n");
    throw new TomlTextError(message, atEnd ? this.line - 1 : this.line);
  }

  /** Complains about a line break that was just taken: the error is in the line before it. */
  failBefore(message: string): never {
    throw new TomlTextError(message, this.line - 1);
  }

  /** Takes a character and complains about it: `before 'x' after`. */
  failAt(before: string, after = ""): never {
    const char = this.take();
    const message = `${before} ${quoteRune(char)}${after}`;
    if (char === "\n") this.failBefore(message);
    this.fail(message);
  }

  /** A part of a key or table name: bare, possibly empty, or quoted. */
  name(): string {
    const char = this.peek();
    if (char !== '"' && char !== "'") {
      const bare = this.takeMatch(/[A-Za-z0-9_-]*/y);
      this.peek();
      return bare;
    }
    this.take();
    return char === '"' ? this.#basic() : this.#raw();
  }

  /** A value that is neither a list nor a table. */
  word(): TomlWord {
    const char = this.peek();
    if (char === '"' || char === "'") return this.#word("string", this.#string(char));
    if (isDigit(char)) return this.#number();
    if (char === "-" || char === "+") return this.#signed();
    if (char === ".") {
      this.take();
      this.fail("floats must start with a digit, not '.'");
    }
    if (char === "") this.fail("unexpected EOF; expected value");
    // The reader takes more than `inf` and `nan` here, and refuses the rest as a bad float.
    const special = this.takeMatch(/[in](?:nf|n?an)/y);
    if (special !== "") return this.#special(special);
    if (!/\p{L}/u.test(char)) this.failAt("expected value but found", " instead");
    const letters = this.takeMatch(/\p{L}*/uy);
    this.peek();
    if (letters === "true" || letters === "false") return this.#word("bool", letters);
    const tried = /^[in]n?a?/.exec(letters)?.[0].length ?? 1;
    const shown = letters.slice(tried - 1);
    this.fail(`expected value but found ${quoteGo(shown)} instead`);
  }

  /** A word that has no closing sign ends only when the next character has been seen. */
  #word(type: TomlWord["type"], text: string): TomlWord {
    if (type !== "string") this.peek();
    return { type, text, line: this.line };
  }

  #special(text: string): TomlWord {
    return { type: "float", text, line: this.line };
  }

  #number(): TomlWord {
    const based = this.takeMatch(/0[box]/y);
    if (based !== "") return this.#based(based);
    const date = this.takeMatch(/(?!0[-:])[0-9]+[-:][-0-9:TtZz .+]*/y);
    if (date !== "") return this.#word("datetime", date.trim());
    return this.#decimal("");
  }

  #based(prefix: string): TomlWord {
    const [name, digit, more] = prefix === "0b"
      ? ["a binary", /[01]/, /[01_]*/y]
      : prefix === "0o"
      ? ["an octal", /[0-7]/, /[0-7_]*/y]
      : ["a hexadecimal", /[0-9a-fA-F]/, /[0-9a-fA-F_]*/y];
    const next = this.peek();
    if (!(digit as RegExp).test(next)) {
      this.fail(`not ${name} number: '${prefix}${next === "" ? "\0" : next}'`);
    }
    return this.#word("integer", prefix + this.takeMatch(more as RegExp));
  }

  #decimal(sign: string): TomlWord {
    const digits = this.takeMatch(sign === "" ? /0(?![0-9_.eE])|[0-9][0-9_]*/y : /[0-9][0-9_]*/y);
    const fraction = this.takeMatch(/[.eE][-0-9_.+eE]*/y);
    return this.#word(fraction === "" ? "integer" : "float", sign + digits + fraction);
  }

  #signed(): TomlWord {
    const sign = this.take();
    const char = this.peek();
    if (isDigit(char)) {
      const based = this.takeMatch(/0(?=[box])/y);
      if (based !== "") {
        this.fail(`cannot use sign with non-decimal numbers: '${sign}0${this.peek()}'`);
      }
      return this.#decimal(sign);
    }
    const special = this.takeMatch(/inf?|na?n?/y);
    if (special === "inf" || special === "nan") return this.#special(sign + special);
    if (special !== "") this.fail(`invalid float: '${sign}${special}'`);
    if (char === ".") {
      this.take();
      this.fail("floats must start with a digit, not '.'");
    }
    if (char === "i") {
      this.take();
      this.fail(`invalid float: '${sign}i'`);
    }
    return this.failAt("expected a digit but got");
  }

  #string(quote: string): string {
    const isMultiline = this.takeMatch(quote === '"' ? /"""/y : /'''/y) !== "";
    if (isMultiline) return this.#multiline(quote);
    this.take();
    return quote === '"' ? this.#basic() : this.#raw();
  }

  #basic(): string {
    const start = this.#at;
    for (;;) {
      const char = this.peek();
      if (char === "") this.fail("unexpected EOF; expected '\"'");
      this.take();
      if (isNewLine(char)) this.#brokenString(char);
      if (char === "\\") this.#escape(start);
      else if (char === '"') return this.#unescape(this.#text.slice(start, this.#at - 1));
    }
  }

  #raw(): string {
    const start = this.#at;
    for (;;) {
      const char = this.peek();
      if (char === "") this.fail('unexpected EOF; expected "\'"');
      this.take();
      if (isNewLine(char)) this.#brokenString(char);
      if (char === "'") return this.#text.slice(start, this.#at - 1);
    }
  }

  #brokenString(_newLine: string): never {
    this.failBefore("strings cannot contain newlines");
  }

  /** A string in three quotes; up to two more quotes may stand before the closing ones. */
  #multiline(quote: string): string {
    const start = this.#at;
    const close = quote.repeat(3);
    for (;;) {
      const char = this.peek();
      if (char === "") {
        this.fail(
          `unexpected EOF; expected ${quote === '"' ? "'" : '"'}${close}${
            quote === '"' ? "'" : '"'
          }`,
        );
      }
      if (char === quote) {
        const run = this.takeMatch(quote === '"' ? /"+/y : /'+/y).length;
        if (run <= 5) this.peek();
        if (run < 3) continue;
        if (run > 5) {
          const other = quote === '"' ? "'" : '"';
          this.fail(`unexpected ${other}${quote.repeat(6)}${other}`);
        }
        const content = this.#text.slice(start, this.#at - 3).replace(/^\r?\n/, "");
        return quote === "'" ? content : this.#unescape(joinLines(content));
      }
      this.take();
      if (char === "\\" && quote === '"') {
        if (isNewLine(this.peek())) this.take();
        else this.#escape(start);
      }
    }
  }

  /** Checks the escape behind a backslash. */
  #escape(start: number): void {
    const char = this.take();
    const size = char === "x" ? 2 : char === "u" ? 4 : char === "U" ? 8 : 0;
    if (size === 0) {
      if (char !== "" && 'ebtnfr" \t\\'.includes(char)) return;
      const message = `invalid escape in string '\\${char === "" ? "\0" : char}'`;
      if (char === "" || char === "\n") this.failBefore(message);
      this.fail(message);
    }
    for (let k = 0; k < size; k++) {
      if (/^[0-9a-fA-F]$/.test(this.take())) continue;
      const wanted = { 2: "two", 4: "four", 8: "eight" }[size as 2 | 4 | 8];
      const found = quoteGo(this.#text.slice(start, this.#at));
      this.fail(
        `expected ${wanted} hexadecimal digits after '\\${char}', but got ${found} instead`,
      );
    }
  }

  #unescape(text: string): string {
    if (!text.includes("\\")) return text;
    return text.replace(/\\(?:x(..)|u(.{4})|U(.{8})|([^]))/g, (_all, two, four, eight, char) => {
      const digits: string | undefined = two ?? four ?? eight;
      if (digits !== undefined) return this.#character(digits);
      if (char === " " || char === "\t") this.fail(`invalid escape: '\\${char}'`);
      return SIMPLE_ESCAPES[char as string] ?? char;
    });
  }

  #character(digits: string): string {
    const code = parseInt(digits, 16);
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
      this.fail(`Escaped character '\\u${digits}' is not valid UTF-8.`);
    }
    return String.fromCodePoint(code);
  }
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  b: "\b",
  t: "\t",
  n: "\n",
  f: "\f",
  r: "\r",
  e: "\x1b",
};

/** Takes out each backslash at the end of a line with the blank space behind it. */
function joinLines(text: string): string {
  return text.replace(
    /\\\\|\\[ \t\r\n]+/g,
    (run) => run !== "\\\\" && run.includes("\n") ? "" : run,
  );
}

/** A character as Go's `%q` shows a rune; the end as NUL. */
function quoteRune(char: string): string {
  const code = char === "" ? 0 : char.codePointAt(0)!;
  if (char === "'") return "'\\''";
  return isPrintable(code) && char !== "\\"
    ? `'${char}'`
    : `'${quoteGo(char || "\0").slice(1, -1)}'`;
}

/** The character in quotes, or that there is none. */
export function charOrEnd(char: string): string {
  return char === "" ? "end of file" : `'${char}'`;
}

function hex(code: number): string {
  return code.toString(16).padStart(2, "0");
}

function isBlank(char: string): boolean {
  return char === " " || char === "\t";
}

/** Whether a character begins a line break. */
export function isNewLine(char: string): boolean {
  return char === "\n" || char === "\r";
}

function isDigit(char: string): boolean {
  return char >= "0" && char <= "9";
}

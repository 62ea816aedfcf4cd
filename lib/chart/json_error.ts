/**
 * What Go's encoding/json says about a text that is no JSON.
 *
 * @module
 */

/** The message for a text that JSON.parse refuses. */
export function jsonErrorMessage(text: string): string {
  return new Scanner(text).run();
}

/** What Go's decoder of streams says: with the offset, in bytes, of the character it stumbled over. */
export function jsonStreamError(text: string): string {
  const scanner = new Scanner(text);
  const message = scanner.run();
  if (message === "unexpected end of JSON input") return "unexpected EOF";
  return `json: offset ${scanner.offset}: ${message}`;
}

/** Reads as far as the text is JSON. */
class Scanner {
  #at = 0;
  readonly #chars: readonly string[];

  constructor(text: string) {
    this.#chars = [...text];
  }

  /** Bytes up to and with the character that came last. */
  get offset(): number {
    return new TextEncoder().encode(this.#chars.slice(0, this.#at + 1).join("")).length;
  }

  run(): string {
    const error = this.#value() ?? this.#end();
    return error ?? "unexpected end of JSON input";
  }

  #end(): string | undefined {
    this.#space();
    return this.#at < this.#chars.length ? this.#invalid("after top-level value") : undefined;
  }

  #value(): string | undefined {
    this.#space();
    const char = this.#chars[this.#at];
    if (char === "{") return this.#object();
    if (char === "[") return this.#array();
    if (char === '"') return this.#string();
    for (const word of ["true", "false", "null"]) {
      if (char === word[0]) return this.#word(word);
    }
    if (char !== undefined && /[-0-9]/.test(char)) return this.#number();
    return this.#invalid("looking for beginning of value");
  }

  #object(): string | undefined {
    this.#at++;
    this.#space();
    if (this.#take("}")) return undefined;
    for (let first = true;; first = false) {
      this.#space();
      if (this.#chars[this.#at] !== '"') {
        const key = first ? "object key string" : "object key string";
        return this.#invalid(`looking for beginning of ${key}`);
      }
      const inKey = this.#string();
      if (inKey !== undefined) return inKey;
      this.#space();
      if (!this.#take(":")) return this.#invalid("after object key");
      const inValue = this.#value();
      if (inValue !== undefined) return inValue;
      this.#space();
      if (this.#take("}")) return undefined;
      if (!this.#take(",")) return this.#invalid("after object key:value pair");
    }
  }

  #array(): string | undefined {
    this.#at++;
    this.#space();
    if (this.#take("]")) return undefined;
    while (true) {
      const inValue = this.#value();
      if (inValue !== undefined) return inValue;
      this.#space();
      if (this.#take("]")) return undefined;
      if (!this.#take(",")) return this.#invalid("after array element");
    }
  }

  #string(): string | undefined {
    this.#at++;
    while (true) {
      const char = this.#chars[this.#at];
      if (char === undefined || char < " ") return this.#invalid("in string literal");
      this.#at++;
      if (char === '"') return undefined;
      if (char !== "\\") continue;
      const escape = this.#chars[this.#at];
      if (escape === undefined || !'"\\/bfnrtu'.includes(escape)) {
        return this.#invalid("in string escape code");
      }
      this.#at++;
      for (let i = 0; escape === "u" && i < 4; i++) {
        if (!/^[0-9a-fA-F]$/.test(this.#chars[this.#at] ?? "")) {
          return this.#invalid("in \\u hexadecimal character escape");
        }
        this.#at++;
      }
    }
  }

  #word(word: string): string | undefined {
    for (const [i, char] of [...word].entries()) {
      if (!this.#take(char)) return this.#invalid(`in literal ${word} (expecting '${word[i]}')`);
    }
    return undefined;
  }

  #number(): string | undefined {
    if (this.#take("-") && !this.#digit()) return this.#invalid("in numeric literal");
    if (!this.#take("0")) this.#digits();
    if (this.#take(".")) {
      if (!this.#digit()) return this.#invalid("after decimal point in numeric literal");
      this.#digits();
    }
    if (this.#take("e") || this.#take("E")) {
      if (!this.#take("+")) this.#take("-");
      if (!this.#digit()) return this.#invalid("in exponent of numeric literal");
      this.#digits();
    }
    return undefined;
  }

  #digit(): boolean {
    return /^[0-9]$/.test(this.#chars[this.#at] ?? "");
  }

  #digits(): void {
    while (this.#digit()) this.#at++;
  }

  #space(): void {
    while (/^[ \t\r\n]$/.test(this.#chars[this.#at] ?? "")) this.#at++;
  }

  #take(char: string): boolean {
    if (this.#chars[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #invalid(where: string): string {
    const char = this.#chars[this.#at];
    if (char === undefined) return "unexpected end of JSON input";
    const shown = char === "'" ? "'\\''" : char === '"' ? "'\"'" : `'${char}'`;
    return `invalid character ${shown} ${where}`;
  }
}

/**
 * A place in a YAML text that moves forward and knows its line.
 *
 * @module
 */

import { Char, isBlankOrEnd, isBreak, isBreakOrEnd } from "./chars.ts";
import { YamlError } from "./error.ts";

/** A place in the text; line and column count from 0. */
export interface Mark {
  readonly line: number;
  readonly column: number;
}

/** Reads a text from left to right. */
export class Cursor {
  /** The text with NULs behind it, so that looking ahead needs no bounds check. */
  readonly text: string;
  /** The length of the text itself. */
  readonly length: number;
  pos = 0;
  line = 0;
  lineStart = 0;
  /** Whether the last plain scalar ended on a later line than its last character. */
  brokeLine = false;
  readonly #onlyLineFeeds: boolean;

  constructor(text: string) {
    this.text = text + "\0\0\0\0";
    this.length = text.length;
    this.#onlyLineFeeds = !/[\r\x85\u2028\u2029]/.test(text);
  }

  get column(): number {
    return this.pos - this.lineStart;
  }

  /** The code unit at the cursor; 0 at the end. */
  get code(): number {
    return this.text.charCodeAt(this.pos);
  }

  mark(): Mark {
    return { line: this.line, column: this.column };
  }

  /** Consumes the break at the cursor; the result is how it reads: a line feed, LS or PS. */
  takeBreak(): string {
    const code = this.code;
    if (!isBreak(code)) return "";
    const crlf = code === Char.carriageReturn &&
      this.text.charCodeAt(this.pos + 1) === Char.lineFeed;
    this.pos += crlf ? 2 : 1;
    this.line++;
    this.lineStart = this.pos;
    return code >= Char.lineSeparator ? String.fromCharCode(code) : "\n";
  }

  /** Where the current line ends. */
  lineEnd(): number {
    if (this.#onlyLineFeeds) {
      const end = this.text.indexOf("\n", this.pos);
      return end < 0 ? this.length : end;
    }
    let end = this.pos;
    while (!isBreakOrEnd(this.text.charCodeAt(end))) end++;
    return end;
  }

  /** Moves behind spaces and tabs. */
  skipBlanks(): void {
    while (this.code === Char.space || this.code === Char.tab) this.pos++;
  }

  /** Moves behind blanks, a comment and a line break; false where something else follows. */
  finishLine(): boolean {
    this.skipBlanks();
    if (this.code === Char.hash) this.pos = this.lineEnd();
    if (!isBreakOrEnd(this.code)) return false;
    this.takeBreak();
    return true;
  }

  /** Whether `---` or `...` stands alone at the start of this line. */
  atDocumentIndicator(): boolean {
    if (this.pos !== this.lineStart) return false;
    const code = this.code;
    return (code === Char.dash || code === Char.dot) &&
      this.text.charCodeAt(this.pos + 1) === code &&
      this.text.charCodeAt(this.pos + 2) === code &&
      isBlankOrEnd(this.text.charCodeAt(this.pos + 3));
  }

  /** Fails as goyaml's scanner does: its line counts from 1 and is left out on the first. */
  fail(problem: string): never {
    throw new YamlError(`yaml: ${this.line === 0 ? "" : `line ${this.line + 1}: `}${problem}`, {
      line: this.line + 1,
      column: this.column + 1,
    });
  }
}

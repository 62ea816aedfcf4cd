/**
 * The part of a terminal that is drawn again and again, below what scrolls away.
 *
 * @module
 */
import { width } from "./text.ts";

/** Size of a terminal in characters. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/**
 * Keeps a picture at the bottom. Only lines that differ are written, each change in one piece, so that
 * nothing flickers.
 */
export class Screen {
  readonly #write: (text: string) => void;
  #drawn: readonly string[] = [];
  #columns = 0;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  /** Shows a picture in place of the last one. */
  draw(lines: readonly string[], { columns }: Size): void {
    const resized = this.#columns !== columns;
    const text = resized || lines.length < this.#drawn.length
      ? this.#erasure(columns) + lines.map((line) => `${line}\n`).join("")
      : this.#difference(lines);
    this.#drawn = lines;
    this.#columns = columns;
    // Terminals that know it show all of it at once; others ignore it.
    if (text !== "") this.#write(`\x1b[?2026h${text}\x1b[?2026l`);
  }

  /** Prints lines that stay, above the picture, which is drawn anew with the next call of `draw`. */
  print(text: string, { columns }: Size): void {
    this.#write(`${this.#erasure(columns)}${text}\n`);
    this.#drawn = [];
  }

  /** Takes the picture away. */
  clear({ columns }: Size): void {
    if (this.#drawn.length > 0) this.#write(this.#erasure(columns));
    this.#drawn = [];
  }

  /** To the top of the picture, and away with all below. */
  #erasure(columns: number): string {
    // After a resize the terminal has wrapped lines that are now too long.
    const rows = this.#drawn.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(width(line) / Math.max(1, columns))),
      0,
    );
    return rows === 0 ? "" : `\x1b[${rows}A\r\x1b[J`;
  }

  #difference(lines: readonly string[]): string {
    const first = lines.findIndex((line, i) => line !== this.#drawn[i]);
    if (first < 0) return "";
    const up = this.#drawn.length - first;
    const rest = lines.slice(first).map((line, i) =>
      line === this.#drawn[first + i] ? "\n" : `\r${line}\x1b[K\n`
    );
    return `${up > 0 ? `\x1b[${up}A` : ""}${rest.join("")}`;
  }
}

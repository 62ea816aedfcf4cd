/**
 * As much of a terminal as Capstan uses: text that wraps, moves up, erasing. Shows what a person sees.
 */

/** A terminal that keeps all that scrolled away. */
export class Emulator {
  #columns: number;
  #lines: string[] = [""];
  #row = 0;
  #column = 0;

  constructor(columns: number) {
    this.#columns = columns;
  }

  /** All lines, without blanks at their ends. */
  get lines(): string[] {
    return this.#lines.map((line) => line.trimEnd());
  }

  /** Lines that a person would see as two because they were too long. */
  wrapped = 0;

  /** Takes what a program writes. */
  write(text: string): void {
    // deno-lint-ignore no-control-regex -- a terminal's language is made of them
    for (const [part] of text.matchAll(/\x1b\[[?0-9;]*[A-Za-z]|[\s\S]/gu)) {
      if (part.startsWith("\x1b[")) this.#command(part.slice(2));
      else if (part === "\n") this.#newLine();
      else if (part === "\r") this.#column = 0;
      else this.#put(part);
    }
  }

  /** Makes it narrower or wider; as most terminals do, lines too long are wrapped. */
  resize(columns: number): void {
    this.#columns = columns;
    const below = this.#lines.length - this.#row;
    this.#lines = this.#lines.flatMap((line) => {
      const text = line.trimEnd();
      if (text.length <= columns) return [text];
      return Array.from(
        { length: Math.ceil(text.length / columns) },
        (_, i) => text.slice(i * columns, (i + 1) * columns),
      );
    });
    this.#row = this.#lines.length - below;
  }

  #command(text: string): void {
    const name = text.at(-1), count = Number.parseInt(text) || 1;
    if (name === "A") this.#row = Math.max(0, this.#row - count);
    else if (name === "G") this.#column = count - 1;
    else if (name === "K") this.#lines[this.#row] = this.#lines[this.#row]!.slice(0, this.#column);
    else if (name === "J") {
      this.#lines.length = this.#row + 1;
      this.#lines[this.#row] = this.#lines[this.#row]!.slice(0, this.#column);
    } else if (!"mhl".includes(name!)) throw new Error(`the emulator does not know ${text}`);
  }

  #newLine(): void {
    this.#row++;
    this.#column = 0;
    if (this.#row === this.#lines.length) this.#lines.push("");
  }

  #put(char: string): void {
    if (this.#column >= this.#columns) {
      this.wrapped++;
      this.#newLine();
    }
    const line = this.#lines[this.#row]!.padEnd(this.#column);
    this.#lines[this.#row] = line.slice(0, this.#column) + char + line.slice(this.#column + 1);
    this.#column++;
  }
}

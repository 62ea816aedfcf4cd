/**
 * A file that is written a little later, so that many short lines cost few calls of the system.
 *
 * @module
 */

/** Characters that are written at once. */
const CHUNK = 65_536;

/** Milliseconds of writing that a program may lose that is killed. */
const LOST = 200;

/** Options of {@linkcode LateFile}. */
export interface LateFileOptions {
  /** Told once, when writing has failed; what is written from there on is lost. */
  readonly onError: (error: unknown) => void;
}

/** Writes to an open file in its own time, and closes it. */
export class LateFile {
  readonly #onError: (error: unknown) => void;
  readonly #encoder = new TextEncoder();
  #file: Deno.FsFile | undefined;
  #text = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #since = 0;

  constructor(file: Deno.FsFile, { onError }: LateFileOptions) {
    this.#file = file;
    this.#onError = onError;
  }

  /** Takes a text, which is in the file soon. */
  write(text: string): void {
    if (this.#file === undefined) return;
    this.#text += text;
    if (this.#timer === undefined) {
      this.#since = performance.now();
      this.#timer = setTimeout(() => this.#flush(), LOST);
    }
    // The timer waits for what keeps the program busy.
    if (this.#text.length > CHUNK || performance.now() - this.#since > LOST) this.#flush();
  }

  /** Writes what is left. */
  close(): void {
    this.#flush();
    this.#file?.close();
    this.#file = undefined;
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    let bytes = this.#encoder.encode(this.#text);
    this.#text = "";
    try {
      while (bytes.length > 0) bytes = bytes.subarray(this.#file!.writeSync(bytes));
    } catch (error) {
      this.#file?.close();
      this.#file = undefined;
      this.#onError(error);
    }
  }
}

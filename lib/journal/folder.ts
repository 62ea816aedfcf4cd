/**
 * Journals in files: `STATE/runs/STACK/RUN.jsonl`, readable by their owner alone.
 *
 * @module
 */
import { decodeJournal, encodeEntry, encodeJournal } from "./entries.ts";
import type { Journaled, JournalEntry } from "./entries.ts";

/** A journal that is being written. */
export interface JournalFile {
  /** Adds a line; it is with the system, if not on the disk, when this returns. */
  add(entry: JournalEntry): void;
  /** Waits until all that was added is on the disk. */
  sync(): Promise<void>;
  close(): void;
}

/** Runs that are kept for each stack. */
const KEPT = 50;

/** The journals in a folder. */
export class JournalFolder {
  readonly #root: string;

  /** @param state The state folder; it need not exist. */
  constructor(state: string) {
    this.#root = `${state}/runs`;
  }

  /** Begins a journal, or goes on with it; `whole` is what it must hold before the next line. */
  async open(whole: Journaled): Promise<JournalFile> {
    const { stack, run } = whole.header;
    const folder = `${this.#root}/${stack}`;
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    const path = `${folder}/${run}.jsonl`;
    // In one piece: half a journal would be taken for a run that has got half as far.
    await Deno.writeTextFile(`${path}.new`, encodeJournal(whole), { mode: 0o600 });
    await Deno.rename(`${path}.new`, path);
    const file = await Deno.open(path, { append: true });
    await this.#prune(stack);
    return new OpenFile(file);
  }

  /** Stacks with journals. */
  async stacks(): Promise<string[]> {
    return (await names(this.#root, (entry) => entry.isDirectory)).sort();
  }

  /** Runs of a stack, the latest first. */
  async runs(stack: string): Promise<string[]> {
    const found = await names(`${this.#root}/${stack}`, ({ name }) => name.endsWith(".jsonl"));
    return found.map((name) => name.slice(0, -".jsonl".length)).sort().reverse();
  }

  /**
   * Reads a journal; `undefined` when there is none.
   *
   * @throws {CapstanError} When it cannot be read.
   */
  async read(stack: string, run: string): Promise<Journaled | undefined> {
    const path = `${this.#root}/${stack}/${run}.jsonl`;
    try {
      return decodeJournal(await Deno.readTextFile(path), path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  async #prune(stack: string): Promise<void> {
    for (const run of (await this.runs(stack)).slice(KEPT)) {
      await Deno.remove(`${this.#root}/${stack}/${run}.jsonl`).catch(() => {}); // Another did it.
    }
  }
}

/** Names in a folder that may not exist. */
async function names(
  folder: string,
  wanted: (entry: Deno.DirEntry) => boolean,
): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) if (wanted(entry)) found.push(entry.name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found;
}

class OpenFile implements JournalFile {
  readonly #file: Deno.FsFile;
  readonly #encoder = new TextEncoder();

  constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  add(entry: JournalEntry): void {
    let bytes = this.#encoder.encode(encodeEntry(entry));
    while (bytes.length > 0) bytes = bytes.subarray(this.#file.writeSync(bytes));
  }

  async sync(): Promise<void> {
    await this.#file.syncData();
  }

  close(): void {
    this.#file.close();
  }
}

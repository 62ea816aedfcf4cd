/**
 * Writing a run's journal: line by line into a file, and now and then into the cluster.
 *
 * @module
 */
import { messageOf } from "../errors.ts";
import type { RunEvent } from "../events.ts";
import { pruneCopies, writeCopy } from "./copy.ts";
import type { CopyPlace, Detail } from "./copy.ts";
import { isKept } from "./entries.ts";
import type { Journaled, JournalEntry, JournalHeader } from "./entries.ts";
import type { JournalFile, JournalFolder } from "./folder.ts";

/** Options of {@linkcode Journal}. */
export interface JournalOptions {
  /** Where the file goes. @default no file */
  readonly folder?: JournalFolder | undefined;
  /** Where the copy goes. @default no copy */
  readonly place?: CopyPlace | undefined;
  /** What was written before, of a run that goes on. */
  readonly before: Journaled;
  /** Told once of each of the two that cannot be written; the run goes on without it. */
  readonly onError: (message: string) => void;
  /** Clock for the pace of copies, in milliseconds. @default {performance.now} */
  readonly now?: (() => number) | undefined;
}

/** Milliseconds between copies when nothing asks for one. */
const COPY_EVERY = 1_000;
/** A copy may take this share of the time. */
const COPY_SHARE = 0.05;
/** Milliseconds that the last copy may take. */
const LAST_COPY = 10_000;

/** The journal of a run while it goes on. */
export class Journal {
  readonly #options: JournalOptions;
  readonly #header: JournalHeader;
  readonly #entries: Exclude<JournalEntry, JournalHeader>[];
  readonly #now: () => number;
  readonly #ending = new AbortController();
  #file: JournalFile | undefined;
  #place: CopyPlace | undefined;
  /** Whether something was changed: a run that changes nothing leaves no copy. */
  #changing = false;
  #copied = 0;
  #copying: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pause = COPY_EVERY;

  private constructor(options: JournalOptions, file: JournalFile | undefined) {
    const { before, now = () => performance.now() } = options;
    this.#options = options;
    this.#header = before.header;
    this.#entries = [...before.entries];
    this.#now = now;
    this.#file = file;
    this.#place = options.place;
  }

  /** Opens the file, as far as that is possible. */
  static async open(options: JournalOptions): Promise<Journal> {
    try {
      return new Journal(options, await options.folder?.open(options.before));
    } catch (error) {
      options.onError(`cannot write the run's journal: ${messageOf(error)}`);
      return new Journal(options, undefined);
    }
  }

  /** The run's id. */
  get run(): string {
    return this.#header.run;
  }

  /** All so far. */
  get contents(): Journaled {
    return { header: this.#header, entries: this.#entries };
  }

  /** Adds an event, unless it is of a kind that is not kept. */
  event(event: RunEvent): void {
    if (!isKept(event)) return;
    if (event.type !== "step-finished" || event.details === undefined) return this.add(event);
    // What pods log may hold secrets.
    const { details: _, ...rest } = event;
    this.add(rest);
  }

  /** Adds an entry. */
  add(entry: Exclude<JournalEntry, JournalHeader>): void {
    this.#entries.push(entry);
    try {
      this.#file?.add(entry);
    } catch (error) {
      this.#closeFile();
      this.#options.onError(`cannot go on with the run's journal: ${messageOf(error)}`);
    }
    this.#changing ||= isChange(entry);
    if (this.#changing) this.#schedule();
  }

  /** Adds an entry, and waits until it would outlive both this process and this machine. */
  async settle(entry: Exclude<JournalEntry, JournalHeader>): Promise<void> {
    this.#changing = true;
    this.add(entry);
    await Promise.all([this.#file?.sync(), this.#copyAll()]);
  }

  /** Writes what is not yet written, and closes the file. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#next;
    await this.#copying;
    if (this.#changing && this.#place !== undefined) {
      const timer = setTimeout(() => this.#ending.abort(), LAST_COPY);
      await this.#copy("all");
      await this.#prune();
      clearTimeout(timer);
    }
    this.#ending.abort();
    this.#closeFile();
  }

  #closeFile(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  #schedule(): void {
    if (this.#place === undefined || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#copied < this.#entries.length) void this.#copyAll();
    }, this.#pause);
  }

  /** Copies all that is there now; those who ask while a copy is under way share the next one. */
  #copyAll(): Promise<void> {
    if (this.#copying === undefined) {
      return this.#copying = this.#copy("open").finally(() => this.#copying = undefined);
    }
    return this.#next ??= this.#copying.then(() => {
      this.#next = undefined;
      return this.#copyAll();
    });
  }

  async #copy(detail: Detail): Promise<void> {
    if (this.#place === undefined) return;
    const begun = this.#now();
    this.#copied = this.#entries.length;
    const contents = { header: this.#header, entries: this.#entries.slice() };
    try {
      await writeCopy(this.#place, contents, { detail, signal: this.#ending.signal });
      this.#pause = Math.max(COPY_EVERY, (this.#now() - begun) / COPY_SHARE);
    } catch (error) {
      const { server, namespace } = { ...this.#place, server: this.#place.api.server };
      this.#place = undefined;
      this.#options.onError(
        `cannot keep a copy of the run's journal in namespace ${namespace} of ${server}: ` +
          `${messageOf(error)}; another machine could not resume this run`,
      );
    }
  }

  async #prune(): Promise<void> {
    if (this.#place === undefined) return;
    try {
      await pruneCopies(this.#place, this.#header.stack, { signal: this.#ending.signal });
    } catch {
      // The next run tries again.
    }
  }
}

/** Whether an entry says that something is being changed, rather than read and decided. */
function isChange(entry: JournalEntry): boolean {
  return entry.type === "step-started" && !/^run\/|\/(render|record|read)$/.test(entry.id);
}

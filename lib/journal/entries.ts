/**
 * What a run's journal holds: one JSON object a line.
 *
 * The first line says whose journal it is, an `attempt` follows for each process that worked on the
 * run, and then what happened, in order. Lines and progress of steps are left out, since charts and
 * hooks print secrets; so are values.
 *
 * @module
 */
import { CapstanError } from "../errors.ts";
import type { RunEvent } from "../events.ts";

/** Counts up when a reader of the last version could go wrong. */
export const JOURNAL_VERSION = 1;

/** Digests of the parts of a release or hook, by what a person calls them: `chart`, `values`, … */
export type NodeDigest = Readonly<Record<string, string>>;

/** The first line. */
export interface JournalHeader {
  readonly type: "journal";
  readonly version: number;
  readonly at: number;
  readonly run: string;
  readonly stack: string;
  readonly verb: string;
  /** Host and port of each API server. */
  readonly servers: readonly string[];
  /** Signature of the frozen plan that the run does. @default none is done */
  readonly plan?: string | undefined;
  /** What the stack was made of, by the ids of its releases and hooks. */
  readonly nodes: Readonly<Record<string, NodeDigest>>;
}

/** A process begins to work on the run. */
export interface AttemptEntry {
  readonly type: "attempt";
  readonly at: number;
  readonly pid: number;
  readonly host?: string | undefined;
  /** The process in a form that can be checked; see `thisProcess`. */
  readonly process?: string | undefined;
}

/** Chart and values of a release, as it was rendered. */
export interface InputsEntry {
  readonly type: "inputs";
  readonly at: number;
  readonly owner: string;
  readonly digest: NodeDigest;
}

/** The work of a step is done, and nothing that comes after it has begun. */
export interface DoneEntry {
  readonly type: "done";
  readonly at: number;
  readonly id: string;
}

/** A line of a journal. */
export type JournalEntry = JournalHeader | AttemptEntry | InputsEntry | DoneEntry | RunEvent;

/** Events that are not kept. */
const DROPPED: ReadonlySet<string> = new Set(["step-log", "step-tail", "step-progress"]);

/** Whether an event goes into the journal. */
export function isKept({ type }: RunEvent): boolean {
  return !DROPPED.has(type);
}

/** An entry as a line. */
export function encodeEntry(entry: JournalEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

/** A journal that was read. */
export interface Journaled {
  readonly header: JournalHeader;
  /** All after the header. */
  readonly entries: readonly Exclude<JournalEntry, JournalHeader>[];
}

/**
 * Reads a journal. The last line may be torn, since its writer may have died in the middle of it.
 *
 * @throws {CapstanError} When the text is no journal, or that of a later version.
 */
export function decodeJournal(text: string, name: string): Journaled {
  const lines = text.split("\n");
  const torn = lines.pop() !== "";
  const entries: JournalEntry[] = [];
  for (const [i, line] of lines.entries()) {
    if (line === "") continue;
    try {
      entries.push(JSON.parse(line));
    } catch (error) {
      // What an earlier writer tore, a later one has ended with a line break.
      if (i > 0) continue;
      throw unreadable(name, "its first line is no JSON", error);
    }
  }
  const header = entries.shift();
  if (header?.type !== "journal") {
    throw unreadable(name, torn ? "it was never begun" : "it does not begin as one");
  }
  if (header.version > JOURNAL_VERSION) {
    throw unreadable(name, `it is of version ${header.version}, which a later Capstan has written`);
  }
  return { header, entries: entries as Journaled["entries"] };
}

function unreadable(name: string, why: string, cause?: unknown): CapstanError {
  return new CapstanError(`cannot read the journal ${name}: ${why}`, {
    code: "journal/unreadable",
    hint: "remove it, or run without --resume",
    cause,
  });
}

/** The text of a journal. */
export function encodeJournal({ header, entries }: Journaled): string {
  return [header, ...entries].map(encodeEntry).join("");
}

/** The run's events, as they were told. */
export function eventsOf({ entries }: Pick<Journaled, "entries">): RunEvent[] {
  return entries.filter((entry): entry is RunEvent =>
    entry.type !== "attempt" && entry.type !== "inputs" && entry.type !== "done"
  );
}

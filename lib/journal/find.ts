/**
 * Finding journals: in the files of this machine, and in the cluster.
 *
 * @module
 */
import type { RequestOptions } from "../kube/types.ts";
import { listCopies, readCopy } from "./copy.ts";
import type { CopyPlace } from "./copy.ts";
import type { Journaled } from "./entries.ts";
import type { JournalFolder } from "./folder.ts";

/** Where to look. */
export interface JournalSources extends RequestOptions {
  readonly folder?: JournalFolder | undefined;
  readonly place?: CopyPlace | undefined;
}

/** What {@linkcode latestJournal} looks for. */
export interface JournalQuery {
  readonly stack: string;
  /** Host and port of the API servers that the run must have gone to. @default any */
  readonly servers?: readonly string[] | undefined;
  /** @default any */
  readonly accept?: ((journal: Journaled) => boolean) | undefined;
}

/** The stack's latest run, from wherever more is known of it. Journals that cannot be read are passed over. */
export async function latestJournal(
  { stack, servers, accept = () => true }: JournalQuery,
  { folder, place, signal }: JournalSources,
): Promise<Journaled | undefined> {
  const fits = (journal: Journaled | undefined): journal is Journaled =>
    journal !== undefined && accept(journal) &&
    (servers === undefined || sameServers(journal.header.servers, servers));
  const [local, copy] = await Promise.all([
    firstOf(await folder?.runs(stack) ?? [], (run) => folder!.read(stack, run), fits),
    place === undefined ? undefined : firstOf(
      (await listCopies(place, stack, { signal })).map(({ run }) => run),
      (run) => readCopy(place, { stack, run }, { signal }),
      fits,
    ),
  ]);
  return fuller(local, copy);
}

/** A run by its id, or by the beginning of it. */
export async function findJournal(
  run: string,
  { folder, place, signal }: JournalSources,
): Promise<Journaled[]> {
  const found = new Map<string, Journaled>();
  const keep = (journal: Journaled | undefined) => {
    if (journal === undefined) return;
    const { run: id } = journal.header;
    found.set(id, fuller(found.get(id), journal)!);
  };
  for (const stack of await folder?.stacks() ?? []) {
    for (const id of await folder!.runs(stack)) {
      if (id.startsWith(run)) keep(await folder!.read(stack, id));
    }
  }
  const copies = place === undefined ? [] : await listCopies(place, undefined, { signal });
  for (const copy of copies) {
    if (copy.run.startsWith(run)) keep(await readCopy(place!, copy, { signal }));
  }
  return [...found.values()];
}

/** The later of two runs; of one run the account that says more. */
function fuller(a: Journaled | undefined, b: Journaled | undefined): Journaled | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  if (a.header.run !== b.header.run) return a.header.run > b.header.run ? a : b;
  const [lastA = 0, lastB = 0] = [a.entries.at(-1)?.at, b.entries.at(-1)?.at];
  if (lastA !== lastB) return lastA > lastB ? a : b;
  return a.entries.length >= b.entries.length ? a : b;
}

async function firstOf(
  runs: readonly string[],
  read: (run: string) => Promise<Journaled | undefined>,
  fits: (journal: Journaled | undefined) => journal is Journaled,
): Promise<Journaled | undefined> {
  for (const run of runs) {
    // One that cannot be read is none; an error of the cluster would be met again soon enough.
    const journal = await read(run).catch(() => undefined);
    if (fits(journal)) return journal;
  }
  return undefined;
}

/** Whether two runs went to the same API servers. */
export function sameServers(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && [...a].sort().join() === [...b].sort().join();
}

/**
 * How long steps took, from the journals of earlier runs.
 *
 * @module
 */
import { listCopies, readCopy } from "./copy.ts";
import type { Journaled } from "./entries.ts";
import { sameServers } from "./find.ts";
import type { JournalSources } from "./find.ts";
import { progressOf } from "./progress.ts";

/** What {@linkcode knownDurations} looks for. */
export interface DurationQuery {
  readonly stack: string;
  /** Host and port of the API servers; runs on others count only where those tell nothing. @default all are alike */
  readonly servers?: readonly string[] | undefined;
  /** Runs that are looked at. @default {5} */
  readonly most?: number | undefined;
}

/**
 * Milliseconds that steps took, by their ids, in the latest run of `up` in which each succeeded: a run
 * that found a release unchanged tells nothing of its steps. Journals that cannot be read are passed over.
 */
export async function knownDurations(
  { stack, servers, most = 5 }: DurationQuery,
  sources: JournalSources,
): Promise<Map<string, number>> {
  const journals = await latest(stack, most, sources);
  const isSame = ({ header }: Journaled) =>
    servers === undefined || sameServers(header.servers, servers);
  const durations = new Map<string, number>();
  const sorted = [...journals.filter(isSame), ...journals.filter((journal) => !isSame(journal))];
  for (const journal of sorted) {
    for (const [id, duration] of progressOf(journal).durations) {
      if (!durations.has(id)) durations.set(id, duration);
    }
  }
  return durations;
}

/** The latest runs of `up`, from this machine or from the cluster. */
async function latest(
  stack: string,
  most: number,
  { folder, place, signal }: JournalSources,
): Promise<Journaled[]> {
  const [here, copied] = await Promise.all([
    folder?.runs(stack) ?? [],
    place === undefined ? [] : listCopies(place, stack, { signal }).catch(() => []),
  ]);
  const local = new Set(here);
  const copies = new Set(copied.map(({ run }) => run));
  const found: Journaled[] = [];
  for (const run of [...new Set([...local, ...copies])].sort().reverse()) {
    if (found.length >= most) break;
    const journal = local.has(run)
      ? await folder!.read(stack, run).catch(() => undefined)
      : await readCopy(place!, { stack, run }, { signal }).catch(() => undefined);
    signal?.throwIfAborted();
    if (journal?.header.verb === "up") found.push(journal);
  }
  return found;
}

/**
 * `capstan list`: releases, one line each.
 *
 * @module
 */
import { CapstanError, messageOf } from "../../errors.ts";
import type { Release } from "../../release/release.ts";
import type { RevisionEntry, Storage } from "../../release/storage.ts";
import { withTarget } from "../connect.ts";
import type { CliContext } from "../context.ts";
import type { ListFlags } from "../helm_commands.ts";
import { formatData, formatGoTime, formatTable } from "../output.ts";

const DEFAULT_MAX = 256;

/** Prints the latest revision of each release, in all states as Helm 4 does, sorted by name. */
export async function list(this: CliContext, flags: ListFlags): Promise<void> {
  await withTarget(this, flags, async ({ storage, namespace }) => {
    const query = flags.allNamespaces ? {} : { namespace };
    const latest = newest(
      await storage.list({ ...query, signal: this.abort }),
      nameFilter(flags.filter),
    );
    const max = flags.max ?? DEFAULT_MAX;
    const shown = max === 0 ? latest : latest.slice(0, max);
    if (flags.short) {
      return this.process.stdout.write(shown.map(({ name }) => `${name}\n`).join(""));
    }
    const rows = (await Promise.all(shown.map((entry) => row(entry, storage, this.abort)))).filter((
      each,
    ) => each !== undefined);
    this.process.stdout.write(format(rows, flags.output ?? "table"));
  });
}

type Row = Readonly<
  Record<"name" | "namespace" | "revision" | "updated" | "status" | "chart" | "app_version", string>
>;

function nameFilter(pattern: string | undefined): (name: string) => boolean {
  if (pattern === undefined) return () => true;
  try {
    const regex = new RegExp(pattern);
    return (name) => regex.test(name);
  } catch (error) {
    throw new CapstanError(`bad --filter ${JSON.stringify(pattern)}: ${messageOf(error)}`);
  }
}

/** The last revision of each release, by name and then namespace. */
function newest(
  entries: readonly RevisionEntry[],
  filter: (name: string) => boolean,
): RevisionEntry[] {
  const latest = new Map<string, RevisionEntry>();
  for (const entry of entries) {
    const key = `${entry.name} ${entry.namespace}`;
    if (filter(entry.name) && entry.revision > (latest.get(key)?.revision ?? 0)) {
      latest.set(key, entry);
    }
  }
  return [...latest.keys()].sort().map((key) => latest.get(key)!);
}

/** What the record says; nothing when it has gone in the meantime. */
async function row(
  entry: RevisionEntry,
  storage: Storage,
  signal: AbortSignal,
): Promise<Row | undefined> {
  const release = await storage.get(entry, { signal });
  if (release === undefined) return undefined;
  return {
    name: release.name,
    namespace: release.namespace,
    revision: String(release.revision),
    updated: release.info.lastDeployed === undefined
      ? "-"
      : formatGoTime(release.info.lastDeployed),
    status: release.info.status,
    chart: chartOf(release),
    app_version: release.chart.metadata.appVersion,
  };
}

/** `name-version`, as lists show a chart. */
export function chartOf({ chart: { metadata } }: Release): string {
  return `${metadata.name}-${metadata.version}`;
}

function format(rows: readonly Row[], output: "table" | "json" | "yaml"): string {
  if (output !== "table") return formatData(rows, output);
  return formatTable(
    ["NAME", "NAMESPACE", "REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION"],
    rows.map((
      row,
    ) => [
      row.name,
      row.namespace,
      row.revision,
      row.updated,
      row.status,
      row.chart,
      row.app_version,
    ]),
  );
}

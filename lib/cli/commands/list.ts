/**
 * `capstan list`: releases, one line each.
 *
 * @module
 */
import { listAs } from "../../action/read.ts";
import type { Release, ReleaseStatus } from "../../release/release.ts";
import { withTarget } from "../connect.ts";
import type { CliContext } from "../context.ts";
import { goTime } from "../go_time.ts";
import { nameFilter } from "../name_filter.ts";
import { formatData, formatGoTime, formatTable } from "../output.ts";
import type { ListFlags } from "../read_commands.ts";

/** Prints the latest revision of each release in one of the wanted states, sorted by name. */
export async function list(this: CliContext, flags: ListFlags): Promise<void> {
  await withTarget(this, flags, async ({ storage, namespace }) => {
    const { timeFormat } = flags;
    const query = {
      namespace: flags.allNamespaces ? undefined : namespace,
      statuses: statusesOf(flags),
      filter: await nameFilter(flags.filter),
      selector: flags.selector,
      sort: flags.date ? "date" : "name",
      reverse: flags.reverse,
      max: flags.max,
      offset: flags.offset,
      signal: this.abort,
    } as const;
    const rows = await listAs(query, { storage }, (release) => row(release, timeFormat));
    this.process.stdout.write(format(rows, flags));
  });
}

/** States by the flag that asks for them. */
const STATES = {
  deployed: ["deployed"],
  uninstalled: ["uninstalled"],
  uninstalling: ["uninstalling"],
  pending: ["pending-install", "pending-rollback", "pending-upgrade"],
  failed: ["failed"],
  superseded: ["superseded"],
} as const;

/** The states that are listed; without a flag all, or what Helm 3 shows. */
function statusesOf(flags: ListFlags): readonly ReleaseStatus[] {
  const names = Object.keys(STATES) as (keyof typeof STATES)[];
  const asked = flags.all ? names : names.filter((name) => flags[name]);
  const byDefault = flags.helmVersion === "v3" ? ["deployed", "failed"] as const : names;
  return (asked.length > 0 ? asked : byDefault).flatMap((name) => STATES[name]);
}

type Row = Readonly<
  Record<"name" | "namespace" | "revision" | "updated" | "status" | "chart" | "app_version", string>
>;

function row(release: Release, timeFormat: string | undefined): Row {
  return {
    name: release.name,
    namespace: release.namespace,
    revision: String(release.revision),
    updated: release.info.lastDeployed === undefined
      ? "-"
      : timeFormat
      ? goTime(release.info.lastDeployed).layout(timeFormat)
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

function format(rows: readonly Row[], flags: ListFlags): string {
  const { output = "table", short, noHeaders } = flags;
  if (short) {
    const names = rows.map(({ name }) => name);
    return output === "table"
      ? names.map((name) => `${name}\n`).join("")
      : formatData(names, output);
  }
  if (output !== "table") return formatData(rows, output);
  return formatTable(noHeaders ? undefined : HEADER, rows.map((each) => Object.values(each)));
}

const HEADER = ["NAME", "NAMESPACE", "REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION"];

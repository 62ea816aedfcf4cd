/**
 * `capstan list`: releases, one line each.
 *
 * @module
 */
import { listAs } from "../../action/read.ts";
import type { Release } from "../../release/release.ts";
import { withTarget } from "../connect.ts";
import type { CliContext } from "../context.ts";
import type { ListFlags } from "../helm_commands.ts";
import { nameFilter } from "../name_filter.ts";
import { formatData, formatGoTime, formatTable } from "../output.ts";

/** Prints the latest revision of each release, in all states as Helm 4 does, sorted by name. */
export async function list(this: CliContext, flags: ListFlags): Promise<void> {
  await withTarget(this, flags, async ({ storage, namespace }) => {
    const rows = await listAs(
      {
        namespace: flags.allNamespaces ? undefined : namespace,
        filter: nameFilter(flags.filter),
        max: flags.max,
        signal: this.abort,
      },
      { storage },
      row,
    );
    const text = flags.short
      ? rows.map(({ name }) => `${name}\n`).join("")
      : format(rows, flags.output ?? "table");
    this.process.stdout.write(text);
  });
}

type Row = Readonly<
  Record<"name" | "namespace" | "revision" | "updated" | "status" | "chart" | "app_version", string>
>;

function row(release: Release): Row {
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
    rows.map((row) => Object.values(row)),
  );
}

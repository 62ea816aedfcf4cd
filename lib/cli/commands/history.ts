/**
 * `capstan history`: the revisions of one release.
 *
 * @module
 */
import { releaseHistory } from "../../action/read.ts";
import type { Release } from "../../release/release.ts";
import { withTarget } from "../connect.ts";
import type { CliContext } from "../context.ts";
import type { HistoryFlags } from "../helm_commands.ts";
import { formatAnsic, formatData, formatTable } from "../output.ts";
import { chartOf } from "./list.ts";

/** Prints a release's newest revisions, oldest first. */
export async function history(this: CliContext, flags: HistoryFlags, name: string): Promise<void> {
  await withTarget(this, flags, async ({ storage, namespace }) => {
    const releases = await releaseHistory({ namespace, name, max: flags.max, signal: this.abort }, {
      storage,
    });
    this.process.stdout.write(format(releases, flags.output ?? "table"));
  });
}

function format(releases: readonly Release[], output: "table" | "json" | "yaml"): string {
  if (output !== "table") return formatData(releases.map(item), output);
  return formatTable(
    ["REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION", "DESCRIPTION"],
    releases.map((release) => [
      String(release.revision),
      release.info.lastDeployed === undefined ? "" : formatAnsic(release.info.lastDeployed),
      release.info.status,
      chartOf(release),
      release.chart.metadata.appVersion,
      release.info.description,
    ]),
  );
}

function item(release: Release) {
  return {
    revision: release.revision,
    updated: release.info.lastDeployed,
    status: release.info.status,
    chart: chartOf(release),
    app_version: release.chart.metadata.appVersion,
    rollback_revision: release.info.rollbackRevision,
    description: release.info.description,
  };
}

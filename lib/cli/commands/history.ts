/**
 * `capstan history`: the revisions of one release.
 *
 * @module
 */
import { releaseHistory } from "../../action/read.ts";
import type { Release } from "../../release/release.ts";
import { withTarget } from "../connect.ts";
import type { CliContext } from "../context.ts";
import { formatAnsic, formatData, formatTable } from "../output.ts";
import type { HistoryFlags } from "../read_commands.ts";
import { chartOf } from "./list.ts";

/** Prints a release's newest revisions, oldest first. */
export async function history(this: CliContext, flags: HistoryFlags, name: string): Promise<void> {
  await withTarget(this, flags, async ({ storage, namespace }) => {
    const { max } = flags;
    const releases = await releaseHistory({ namespace, name, max, signal: this.abort }, {
      storage,
    });
    // To Helm none at most is none.
    const text = format(max === 0 ? [] : releases, flags);
    if ((flags.output ?? "table") === "table") this.print(text);
    else this.process.stdout.write(text);
  });
}

function format(releases: readonly Release[], flags: HistoryFlags): string {
  const { output = "table", helmVersion = "v4", showRollbackRevision = false } = flags;
  if (output !== "table") return formatData(releases.map((one) => item(one, helmVersion)), output);
  const rollback = (text: string) => showRollbackRevision ? [text] : [];
  return formatTable(
    [
      "REVISION",
      "UPDATED",
      "STATUS",
      "CHART",
      "APP VERSION",
      ...rollback("ROLLBACK"),
      "DESCRIPTION",
    ],
    releases.map((release) => [
      String(release.revision),
      release.info.lastDeployed === undefined ? "" : formatAnsic(release.info.lastDeployed),
      release.info.status,
      chartOf(release),
      release.chart.metadata.appVersion,
      ...rollback(String(release.info.rollbackRevision ?? "")),
      release.info.description,
    ]),
  );
}

function item(release: Release, helmVersion: "v3" | "v4") {
  const { revision, info, chart } = release;
  return {
    revision,
    updated: info.lastDeployed ?? (helmVersion === "v3" ? "" : undefined),
    status: info.status,
    chart: chartOf(release),
    app_version: chart.metadata.appVersion,
    rollback_revision: helmVersion === "v3" ? undefined : info.rollbackRevision,
    description: info.description,
  };
}

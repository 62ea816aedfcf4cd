/**
 * `capstan get`: a part of a release's record, as Helm prints it.
 *
 * @module
 */
import { getRelease } from "../../action/read.ts";
import { coalesceValues } from "../../chart/values.ts";
import { withSource } from "../../engine/output.ts";
import type { Release } from "../../release/release.ts";
import { chartOf } from "../../release/stored_chart.ts";
import { writeJson } from "../../sprig/json_write.ts";
import { emitYaml } from "../../yaml/emit.ts";
import { withTarget } from "../connect.ts";
import type { CliContext } from "../context.ts";
import type { GetFlags } from "../helm_commands.ts";
import { formatAnsic, formatData } from "../output.ts";

/** What can be asked for. */
export type RecordPart = "all" | "hooks" | "manifest" | "metadata" | "notes" | "values";

/** Prints a part of a release's record. */
export async function get(
  this: CliContext,
  flags: GetFlags,
  part: RecordPart,
  name: string,
): Promise<void> {
  await withTarget(this, flags, async ({ storage, namespace }) => {
    const { revision } = flags;
    const release = await getRelease({ name, namespace, revision, signal: this.abort }, {
      storage,
    });
    this.process.stdout.write(PARTS[part](release, flags));
  });
}

const PARTS: Readonly<Record<RecordPart, (release: Release, flags: GetFlags) => string>> = {
  all,
  hooks: ({ hooks }) => hooks.map(({ path, manifest }) => withSource(path, manifest)).join(""),
  manifest: ({ manifest }) => `${manifest}\n`,
  metadata,
  notes: ({ info }) => info.notes === "" ? "" : `NOTES:\n${info.notes}\n`,
  values,
};

function values(release: Release, { all, output = "table" }: GetFlags): string {
  const shown = all ? computed(release) : release.config ?? null;
  // Values are maps, which Go writes in the order of their keys.
  if (output === "json") return `${writeJson(shown)}\n`;
  if (output === "yaml") return formatData(shown, output);
  return `${all ? "COMPUTED VALUES:" : "USER-SUPPLIED VALUES:"}\n${emitYaml(shown)}`;
}

function computed({ chart, config }: Release) {
  return coalesceValues(chartOf(chart), config ?? {});
}

function metadata(release: Release, { output = "table" }: GetFlags): string {
  const { name, namespace, revision, info, chart } = release;
  const fields = {
    name,
    chart: chart.metadata.name,
    version: chart.metadata.version,
    appVersion: chart.metadata.appVersion,
    namespace,
    revision,
    status: info.status,
    deployedAt: info.lastDeployed ?? "",
  };
  if (output !== "table") return formatData(fields, output);
  return Object.entries({
    NAME: name,
    CHART: fields.chart,
    VERSION: fields.version,
    APP_VERSION: fields.appVersion,
    NAMESPACE: namespace,
    REVISION: revision,
    STATUS: fields.status,
    DEPLOYED_AT: fields.deployedAt,
  }).map(([key, value]) => `${key}: ${value}\n`).join("");
}

function all(release: Release, flags: GetFlags): string {
  const { name, namespace, revision, info, chart, manifest } = release;
  return [
    `NAME: ${name}`,
    `LAST DEPLOYED: ${info.lastDeployed === undefined ? "" : formatAnsic(info.lastDeployed)}`,
    `NAMESPACE: ${namespace}`,
    `STATUS: ${info.status}`,
    `REVISION: ${revision}`,
    `CHART: ${chart.metadata.name}`,
    `VERSION: ${chart.metadata.version}`,
    `APP_VERSION: ${chart.metadata.appVersion}`,
    `USER-SUPPLIED VALUES:\n${emitYaml(release.config ?? null)}`,
    `COMPUTED VALUES:\n${emitYaml(computed(release))}`,
    `HOOKS:\n${PARTS.hooks(release, flags).trimEnd()}`,
    `MANIFEST:\n${manifest}`,
    info.notes === "" ? "" : `NOTES:\n${info.notes.trim()}\n`,
  ].join("\n");
}

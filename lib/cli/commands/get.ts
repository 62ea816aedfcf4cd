/**
 * `capstan get`: a part of a release's record, as Helm prints it.
 *
 * @module
 */
import { getRelease } from "../../action/read.ts";
import { dependencyJSON } from "../../chart/metadata.ts";
import { withSource } from "../../engine/output.ts";
import type { Release } from "../../release/release.ts";
import { writeJson } from "../../sprig/json_write.ts";
import { emitYaml } from "../../yaml/emit.ts";
import { withTarget } from "../connect.ts";
import type { CliContext } from "../context.ts";
import { computedValues, describeRelease } from "../describe.ts";
import { goTime } from "../go_time.ts";
import { formatData } from "../output.ts";
import type { GetFlags } from "../read_commands.ts";

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
    const text = await PARTS[part](release, flags);
    if (part === "notes" || (part === "all" && !flags.template)) this.print(text);
    else this.process.stdout.write(text);
  });
}

type Print = (release: Release, flags: GetFlags) => string | Promise<string>;

const PARTS: Readonly<Record<RecordPart, Print>> = {
  all,
  hooks: ({ hooks }) => hooks.map(({ path, manifest }) => withSource(path, manifest)).join(""),
  manifest: ({ manifest }) => `${manifest}\n`,
  metadata,
  notes: ({ info }) => info.notes === "" ? "" : `NOTES:\n${info.notes}\n`,
  values,
};

async function all(release: Release, { template, helmVersion }: GetFlags): Promise<string> {
  if (!template) return describeRelease(release, { helmVersion, chart: true, contents: true });
  const { renderRecord } = await import("../record_template.ts");
  return renderRecord(template, release, helmVersion);
}

function values(release: Release, { all, output = "table" }: GetFlags): string {
  const shown = all ? computedValues(release) : release.config ?? null;
  // Values are maps, which Go writes in the order of their keys.
  if (output === "json") return `${writeJson(shown)}\n`;
  if (output === "yaml") return formatData(shown, output);
  return `${all ? "COMPUTED VALUES:" : "USER-SUPPLIED VALUES:"}\n${emitYaml(shown)}`;
}

/** What Helm 3 does not tell. */
const OF_HELM4 = ["labels", "applyMethod"];

function metadata(
  release: Release,
  { output = "table", helmVersion = "v4" }: GetFlags,
): string {
  const fields = Object.entries(metadataOf(release))
    .filter(([name]) => helmVersion === "v4" || !OF_HELM4.includes(name));
  if (output !== "table") {
    const told = fields.filter(([name, value]) => !isEmpty(value) || !OMITTED.includes(name));
    return formatData(Object.fromEntries(told), output);
  }
  return fields.map(([name, value]) =>
    `${name.replace(/[A-Z]/g, "_$&").toUpperCase()}: ${metadataText(name, value)}\n`
  ).join("");
}

function metadataOf({ name, namespace, revision, info, chart, labels, applyMethod }: Release) {
  const { metadata } = chart;
  return {
    name,
    chart: metadata.name,
    version: metadata.version,
    appVersion: metadata.appVersion,
    annotations: sorted(metadata.annotations),
    labels: sorted(labels),
    dependencies: (metadata.dependencies ?? []).map(dependencyJSON),
    namespace,
    revision,
    status: info.status,
    deployedAt: goTime(info.lastDeployed).layout("2006-01-02T15:04:05Z07:00"),
    applyMethod: applyMethod ?? "",
  };
}

/** Fields that are left out of JSON and YAML where they are empty. */
const OMITTED = ["annotations", "labels", "dependencies", "applyMethod"];

function isEmpty(value: unknown): boolean {
  return value === "" || (typeof value === "object" && Object.keys(value!).length === 0);
}

function metadataText(name: string, value: unknown): string {
  switch (name) {
    case "annotations":
    case "labels":
      return Object.entries(value as Record<string, string>).map((pair) => pair.join("=")).join();
    case "dependencies":
      return (value as { name: string }[]).map(({ name }) => name).sort().join();
    case "applyMethod":
      return value === "ssa"
        ? "server-side apply"
        : `client-side apply${value === "" ? " (defaulted)" : ""}`;
    default:
      return String(value);
  }
}

function sorted(map: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => a < b ? -1 : 1));
}

/**
 * A release as Helm's commands print it (pkg/cmd/status.go, statusPrinter).
 *
 * @module
 */
import type { HelmVersion } from "../chart/chart.ts";
import { coalesceValues } from "../chart/values.ts";
import { withSource } from "../engine/output.ts";
import type { Release } from "../release/release.ts";
import { chartOf } from "../release/stored_chart.ts";
import { formatAnsic, formatData } from "./output.ts";

/** Options of {@linkcode describeRelease}. */
export interface DescribeOptions {
  /** Whose lines. @default {"v4"} */
  readonly helmVersion?: HelmVersion | undefined;
  /** The description too, which Helm 3 leaves out unless asked. @default {Helm 4's: true} */
  readonly description?: boolean | undefined;
  /** Name and version of the chart too. @default {false} */
  readonly chart?: boolean | undefined;
  /** Values, hooks and manifest too. @default {false} */
  readonly contents?: boolean | undefined;
  /** @default {false} */
  readonly hideNotes?: boolean | undefined;
  /** Tables of live objects. @default none */
  readonly resources?: string | undefined;
}

/** The lines that Helm prints of a release. */
export function describeRelease(release: Release, options: DescribeOptions = {}): string {
  const { info, manifest, hooks } = release;
  const { helmVersion = "v4", description = helmVersion === "v4", contents = false } = options;
  const dryRun = info.description.toLowerCase() === "dry run complete";
  return [
    `NAME: ${release.name}\n`,
    info.lastDeployed === undefined ? "" : `LAST DEPLOYED: ${formatAnsic(info.lastDeployed)}\n`,
    `NAMESPACE: ${release.namespace}\n`,
    `STATUS: ${info.status}\n`,
    `REVISION: ${release.revision}\n`,
    options.chart ? chartLines(release) : "",
    description ? `DESCRIPTION: ${info.description}\n` : "",
    options.resources ?? "",
    testLines(release),
    contents ? valueLines(release) : "",
    contents || dryRun
      ? `HOOKS:\n${hooks.map(({ path, manifest }) => withSource(path, manifest)).join("")}` +
        `MANIFEST:\n${manifest}\n`
      : "",
    options.hideNotes || info.notes === "" ? "" : `NOTES:\n${info.notes.trim()}\n`,
  ].join("");
}

function chartLines({ chart: { metadata } }: Release): string {
  return `CHART: ${metadata.name}\nVERSION: ${metadata.version}\nAPP_VERSION: ${metadata.appVersion}\n`;
}

function valueLines(release: Release): string {
  // Numbers of --set are Go's, which only JSON has written out.
  const given = formatData(release.config ?? null, "yaml");
  return `USER-SUPPLIED VALUES:\n${given}\nCOMPUTED VALUES:\n${
    formatData(computedValues(release), "yaml")
  }\n`;
}

/** The chart's values with the user's on top. */
export function computedValues({ chart, config }: Release) {
  return coalesceValues(chartOf(chart), config ?? {});
}

function testLines(release: Release): string {
  const tests = release.hooks.filter(({ events }) => events.includes("test"));
  if (tests.length === 0) return "TEST SUITE: None\n";
  return tests.map(({ name, lastRun: { startedAt, completedAt, phase } }) =>
    startedAt === undefined ? "" : [
      `TEST SUITE:     ${name}\n`,
      `Last Started:   ${formatAnsic(startedAt)}\n`,
      `Last Completed: ${completedAt === undefined ? GO_ZERO : formatAnsic(completedAt)}\n`,
      `Phase:          ${phase}\n`,
    ].join("")
  ).join("");
}

/** How Go prints a time that is not set. */
const GO_ZERO = "Mon Jan  1 00:00:00 0001";

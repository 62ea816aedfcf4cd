/**
 * Results as tables, JSON or YAML, as Helm prints them.
 *
 * @module
 */
import type { HelmVersion } from "../chart/chart.ts";
import type { Resources } from "../action/resources.ts";
import type { KubeObject } from "../kube/types.ts";
import { goJSON, releaseJSON } from "../release/codec.ts";
import type { Release } from "../release/release.ts";
import { width } from "../report/text.ts";
import { compareStrings, type GoMap, isMap } from "../template/value.ts";
import { emitYaml } from "../yaml/emit.ts";

/** How a result is printed. */
export type OutputFormat = "table" | "json" | "yaml";

/** A result as JSON or YAML, as Go writes them: HTML's characters escaped in JSON. */
export function formatData(data: unknown, format: "json" | "yaml"): string {
  if (format === "yaml") return emitYaml(JSON.parse(goJSON(data)));
  const escaped = goJSON(data).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `${escaped}\n`;
}

/** What is Capstan's own as JSON, on one line, or YAML. */
export function plainData(data: unknown, format: "json" | "yaml"): string {
  const json = JSON.stringify(data);
  return format === "json" ? `${json}\n` : emitYaml(JSON.parse(json));
}

/** What {@linkcode formatRelease} adds and leaves out. */
export interface FormatReleaseOptions {
  /** Live objects. @default none */
  readonly objects?: Resources<KubeObject> | undefined;
  /** The chart too. @default {true} */
  readonly chart?: boolean | undefined;
  /** Whose fields. @default {"v4"} */
  readonly helmVersion?: HelmVersion | undefined;
}

/** A release as JSON or YAML. */
export function formatRelease(
  release: Release,
  format: "json" | "yaml",
  { objects, chart = true, helmVersion = "v4" }: FormatReleaseOptions = {},
): string {
  const json = releaseJSON(release) as ReleaseJSON;
  const resources = objects === undefined || objects.size === 0
    ? {}
    : { resources: sortKeys(Object.fromEntries(objects)) };
  const told: ReleaseJSON = {
    ...json,
    info: { ...json.info, ...resources },
    chart: chart ? { ...json.chart, values: sortKeys(json.chart?.["values"]) } : undefined,
    config: sortKeys(json.config),
  };
  return formatData(helmVersion === "v3" ? asHelm3(told) : told, format);
}

type ReleaseJSON = GoMap & {
  readonly info: GoMap;
  readonly chart?: GoMap | undefined;
  readonly config?: unknown;
  readonly hooks?: readonly (GoMap & { readonly last_run: GoMap })[] | undefined;
};

/** Helm 3 tells times that are not set, and not what Helm 4 has added. */
function asHelm3(release: ReleaseJSON): ReleaseJSON {
  const { first_deployed, last_deployed, deleted = "", ...info } = release.info;
  return {
    ...release,
    info: { first_deployed, last_deployed, deleted, ...info, rollback_revision: undefined },
    hooks: release.hooks?.map(({ last_run, ...hook }) => {
      const { started_at = "", completed_at = "", phase } = last_run;
      const { weight, delete_policies, output_log_policies, ...first } = hook;
      const run = { started_at, completed_at, phase };
      return { ...first, last_run: run, weight, delete_policies, output_log_policies };
    }),
    apply_method: undefined,
  };
}

/** The same with the keys of every map sorted, as Go writes maps. */
export function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isMap(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => compareStrings(a, b));
  return Object.fromEntries(entries.map(([key, each]) => [key, sortKeys(each)]));
}

/**
 * A table in the layout of Helm's (gosuri/uitable): cells padded, a tab between them. A column is as wide
 * as its longest line, or `widest` unless that is 0. A cell that has more, all its lines together, is cut.
 */
export function formatTable(
  header: readonly string[] | undefined,
  rows: readonly (readonly string[])[],
  widest = 0,
): string {
  const all = header === undefined ? rows : [header, ...rows];
  const limit = widest === 0 ? Infinity : widest;
  const widths = all[0]?.map((_, i) =>
    Math.min(limit, Math.max(...all.flatMap((row) => row[i]!.split("\n").map(printedWidth))))
  );
  const lines = all.flatMap((row) => {
    const cells = row.map((cell, i) => cutCell(cell, widths![i]!).split("\n"));
    const height = Math.max(...cells.map((cell) => cell.length));
    return Array.from(
      { length: height },
      (_, y) => cells.map((cell, i) => padded(cell[y] ?? "", widths![i]!)).join("\t"),
    );
  });
  return `${lines.join("\n")}\n`;
}

/** Columns by go-runewidth's rules: tabs and other controls take none. */
function printedWidth(text: string): number {
  return width(text.replace(/\p{Control}/gu, ""));
}

function padded(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - printedWidth(text)));
}

function cutCell(cell: string, widest: number): string {
  if (printedWidth(cell) <= widest) return cell;
  let kept = "";
  for (const char of cell) {
    kept += char;
    if (printedWidth(kept) >= widest - 3) break;
  }
  return `${kept}...`;
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A moment of a record in Go's time.ANSIC form, in the local zone. */
export function formatAnsic(timestamp: string): string {
  const t = new Date(timestamp);
  const two = (n: number) => String(n).padStart(2, "0");
  const clock = `${two(t.getHours())}:${two(t.getMinutes())}:${two(t.getSeconds())}`;
  return `${DAYS[t.getDay()]} ${MONTHS[t.getMonth()]} ${
    String(t.getDate()).padStart(2)
  } ${clock} ${t.getFullYear()}`;
}

/** A moment of a record as Go's time.Time prints itself: date, time with its fraction, zone twice. */
export function formatGoTime(timestamp: string): string {
  const match = timestamp.match(
    /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2}(?:\.\d+)?)(Z|[+-]\d{2}:\d{2})$/,
  );
  if (match === null) return timestamp;
  const [, date, clock, zone] = match;
  const offset = zone === "Z" ? "+0000" : zone!.replace(":", "");
  return `${date} ${
    clock!.replace(/\.?0+$/, (zeros) => zeros.startsWith(".") || clock!.includes(".") ? "" : zeros)
  } ${offset} ${zone === "Z" ? "UTC" : offset}`;
}

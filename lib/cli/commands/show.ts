/**
 * `capstan show`: what a chart holds.
 *
 * Rules from Helm's pkg/action/show.go.
 *
 * @module
 */
import { crdFiles, readmeOf } from "../../chart/chart.ts";
import type { Chart } from "../../chart/chart.ts";
import { metadataJSON } from "../../chart/metadata.ts";
import { CapstanError } from "../../errors.ts";
import { loadFound } from "../../registry/locate.ts";
import { emitYaml } from "../../yaml/emit.ts";
import type { CliContext } from "../context.ts";
import { findChart } from "../find_chart.ts";
import { type JsonPath, JsonPathError, parseJsonPath } from "../json_path.ts";
import type { ShowValuesFlags } from "../registry_commands.ts";

/** A part of a chart. */
export type ShownPart = "all" | "chart" | "crds" | "readme" | "values";

/** The command for a part. */
export function show(part: ShownPart) {
  return async function (this: CliContext, flags: ShowValuesFlags, ref: string): Promise<void> {
    const found = await findChart(this, flags, ref);
    const options = {
      signal: this.abort,
      warn: this.warn,
    };
    const chart = await loadFound(found, options);
    const { jsonpath } = flags;
    const text = jsonpath === undefined ? textOf(chart, part) : selected(chart, jsonpath, options);
    this.process.stdout.write(text);
  };
}

/** What a JSONPath template picks of the values: nothing, as in Helm, where a part of it is missing. */
function selected(
  { values }: Chart,
  template: string,
  { warn }: { warn(message: string): void },
): string {
  const path = understood(template);
  try {
    return path.print(values ?? {});
  } catch (error) {
    if (!(error instanceof JsonPathError)) throw error;
    warn(`WARNING: ${template}: ${error.message}`);
    return "";
  }
}

function understood(template: string): JsonPath {
  try {
    return parseJsonPath(template);
  } catch (error) {
    if (!(error instanceof JsonPathError)) throw error;
    throw new CapstanError(`error parsing jsonpath ${template}: ${error.message}`, {
      code: "cli/jsonpath",
      hint: "write paths in braces, such as {.image.tag} or {.ports[*].name}",
      cause: error,
    });
  }
}

function textOf(chart: Chart, part: ShownPart): string {
  const wants = (one: ShownPart) => part === one || part === "all";
  const line = part === "all" ? "---\n" : "";
  let text = wants("chart") ? `${emitYaml(metadataJSON(chart.metadata))}\n` : "";
  if (wants("values") && chart.values !== undefined) {
    text += line;
    for (const file of chart.raw) if (file.name === "values.yaml") text += `${file.text}\n`;
  }
  const readme = readmeOf(chart);
  if (wants("readme") && readme !== undefined) text += `${line}${readme.text}\n`;
  if (wants("crds")) {
    for (const { file } of crdFiles(chart)) {
      text += `${file.text.startsWith("---") ? "" : "---\n"}${file.text}\n`;
    }
  }
  return text;
}

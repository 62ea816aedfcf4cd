/**
 * Lints templates: rendered as a trial, and their documents (Helm's lint/rules/template.go).
 *
 * @module
 */

import { ChartError, chartName } from "../../chart/chart.ts";
import type { Chart } from "../../chart/chart.ts";
import { CapstanError, isAbort, messageOf } from "../../errors.ts";
import { quoteGo } from "../../template/quote.ts";
import { isMap } from "../../template/value.ts";
import type { GoMap } from "../../template/value.ts";
import { parseYaml } from "../../yaml/parse.ts";
import type { Capabilities } from "../capabilities.ts";
import { prepareChart } from "../render_chart.ts";
import { renderFiles } from "../render.ts";
import { deprecationProblem } from "./deprecations.ts";
import { DocumentError, lintDocuments } from "./documents.ts";
import type { LintObject } from "./documents.ts";
import type { Report } from "./message.ts";
import { nameProblem } from "./object_names.ts";
import type { LintSource } from "./source.ts";

const FOLDER = "templates/";

/** How templates are linted. */
export interface TemplatesOptions {
  /** The user's values. */
  readonly values: GoMap;
  readonly namespace: string;
  readonly capabilities: Capabilities;
  readonly skipSchemaValidation: boolean;
  readonly warn: (message: string) => void;
  readonly now: () => number;
  readonly signal: AbortSignal | undefined;
}

/** Reports templates that cannot be rendered, and what is wrong with what they render to. */
export async function lintTemplates(
  source: LintSource,
  report: Report,
  options: TemplatesOptions,
): Promise<void> {
  const kind = await source.kind("templates");
  if (kind !== "folder") {
    if (kind === undefined) report("warning", FOLDER, "directory does not exist");
    else report("error", FOLDER, "not a directory");
    return;
  }
  let chart: Chart;
  try {
    chart = await source.load();
  } catch (error) {
    report("error", FOLDER, messageOf(error));
    return;
  }
  const rendered = await render(chart, report, options);
  if (rendered === undefined) return;
  for (const { name } of rendered.chart.templates) {
    report("error", name, extensionProblem(name));
    if (!/\.ya?ml$/i.test(name)) continue;
    const text = rendered.files.get(`${chartName(rendered.chart)}/${name}`) ?? "";
    if (text.trim() === "") continue;
    report("warning", name, indentProblem(text));
    try {
      for (const object of lintDocuments(text)) {
        report("warning", name, nameProblem(object));
        report("warning", name, deprecationProblem(object, options.capabilities.kubeVersion));
        report("error", name, selectorProblem(object, text));
        report("error", name, listProblem(object, text));
      }
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error;
      report("error", name, error.message);
      return;
    }
  }
}

/** Renders in a forgiving way; `undefined` where that fails, which Helm does not always report. */
async function render(
  chart: Chart,
  report: Report,
  options: TemplatesOptions,
): Promise<{ readonly chart: Chart; readonly files: ReadonlyMap<string, string> } | undefined> {
  try {
    const prepared = await prepareChart(chart, options.values, { ...options, helmVersion: "v4" });
    const files = await renderFiles(prepared, {
      ...options,
      helmVersion: "v4",
      lint: true,
      release: {
        name: "test-release",
        namespace: options.namespace,
        revision: 0,
        isInstall: false,
      },
    });
    return { chart: prepared.chart, files };
  } catch (error) {
    if (isAbort(error) || !(error instanceof CapstanError)) throw error;
    const silent = error instanceof ChartError && error.code !== "values/schema";
    if (!silent) report("error", FOLDER, error.message);
    return undefined;
  }
}

function extensionProblem(name: string): string | undefined {
  const base = name.slice(name.lastIndexOf("/") + 1);
  const dot = base.lastIndexOf(".");
  const extension = dot < 0 ? "" : base.slice(dot);
  return [".yaml", ".yml", ".tpl", ".txt"].includes(extension)
    ? undefined
    : `file extension '${extension}' not valid. Valid extensions are .yaml, .yml, .tpl, or .txt`;
}

/** Text that starts indented, which some readers of YAML take in another sense. */
function indentProblem(text: string): string | undefined {
  const line = text.split("\n").find((line) => line.trim() !== "")?.replace(/\r$/, "");
  return line === undefined || !/^[ \t]/.test(line)
    ? undefined
    : `document starts with an illegal indent: ${quoteGo(line)}, which may cause parsing problems`;
}

function selectorProblem({ kind, name }: LintObject, text: string): string | undefined {
  if (!["Deployment", "ReplicaSet", "DaemonSet", "StatefulSet"].includes(kind)) return undefined;
  if (text.includes("matchLabels") || text.includes("matchExpressions")) return undefined;
  return `a ${kind} must contain matchLabels or matchExpressions, and ${quoteGo(name)} does not`;
}

/** Helm looks at the first document of the file, wherever the list stands. */
function listProblem({ kind }: LintObject, text: string): string | undefined {
  if (kind !== "List") return undefined;
  const value = parseYaml(text);
  if (!isMap(value) || !Array.isArray(value["items"])) return undefined;
  const ignored = value["items"].some((item) => {
    const metadata = isMap(item) ? item["metadata"] : undefined;
    const annotations = isMap(metadata) ? metadata["annotations"] : undefined;
    return isMap(annotations) && Object.hasOwn(annotations, "helm.sh/resource-policy");
  });
  return ignored
    ? "annotation 'helm.sh/resource-policy' within List objects are ignored"
    : undefined;
}

/**
 * Renders the templates of a prepared chart, all of them in one set.
 *
 * @module
 */

import { chartName, isLibrary, subchartPath } from "../chart/chart.ts";
import type { Chart, ChartFile, HelmVersion } from "../chart/chart.ts";
import { compareStrings, isMap, newMap } from "../template/value.ts";
import type { FuncMap, GoMap } from "../template/value.ts";
import { parseTemplate, TemplateSet } from "../template/template.ts";
import type { ParsedTemplate } from "../template/template.ts";
import { TemplateParseError } from "../template/errors.ts";
import { RenderBudget, RenderLimitError } from "./budget.ts";
import { capabilitiesObject } from "./capabilities_object.ts";
import type { Capabilities } from "./capabilities.ts";
import { causes } from "./causes.ts";
import { chartObject } from "./chart_object.ts";
import { hintFor } from "./error_hint.ts";
import { execFailure, parseFailure } from "./errors.ts";
import type { ErrorContext } from "./errors.ts";
import { filesObject } from "./files_object.ts";
import { LookupAnswers, NeedsLookup } from "./funcs.ts";
import { functionNames, templateFunctions } from "./function_table.ts";
import { ValuesObject } from "./objects.ts";
import { copyValue, memoryOf } from "./remembered.ts";
import type { PreparedChart, RenderOptions } from "./render_chart.ts";
import { Scope } from "./scope.ts";

export type { Lookup } from "./funcs.ts";

/** What rendering needs to know besides the chart. */
export interface RenderFilesOptions extends RenderOptions {
  readonly helmVersion: HelmVersion;
  readonly capabilities: Capabilities;
}

/** A template that is to be executed, with what it sees. */
interface Renderable {
  readonly path: string;
  /** How many slashes the path has. */
  readonly depth: number;
  readonly file: ChartFile;
  /** The top object of its chart, which all its templates share. */
  readonly top: GoMap;
  /** Where the templates of its chart lie. */
  readonly basePath: string;
}

/**
 * Renders every template that is no partial.
 *
 * It runs as often as templates ask the cluster something new: rendering itself is synchronous.
 *
 * @returns The text of each template by its path.
 * @throws {RenderError} in Helm's words.
 */
export async function renderFiles(
  prepared: PreparedChart,
  options: RenderFilesOptions,
): Promise<Map<string, string>> {
  const { lookup, signal } = options;
  const lookups = lookup === undefined ? undefined : new LookupAnswers();
  while (true) {
    signal?.throwIfAborted();
    try {
      return renderOnce(prepared, options, lookups);
    } catch (error) {
      if (!(error instanceof NeedsLookup)) throw error;
      await lookups!.ask(error.query, lookup!, signal);
    }
  }
}

function renderOnce(
  { chart, values }: PreparedChart,
  options: RenderFilesOptions,
  lookups: LookupAnswers | undefined,
): Map<string, string> {
  // Templates may change the values that they see, which must not outlive this run.
  const top = topObject(chart, copyValue(values) as GoMap, options);
  const renderables = collect(chart, chartName(chart), top, options);
  // Helm reads from the deepest to the shallowest, so that what is nearer to the root wins.
  const ordered = [...renderables.values()]
    .sort((a, b) => b.depth - a.depth || compareStrings(b.path, a.path));
  const budget = new RenderBudget(options.limits?.steps);
  const set = new TemplateSet();
  const memory = memoryOf(ordered[0]?.file, options);
  const scope = new Scope(set, {
    functions: (bound) =>
      templateFunctions({ ...options, budget, lookups, bound, yaml: memory.yaml }),
    memory: memory.templates,
    budget,
    strict: options.strict ?? false,
    depth: options.limits?.depth,
  });
  const { functions } = scope;
  const templates = parseAll(ordered, functions, options);
  set.add(templates);
  const rendered = new Map<string, string>();
  for (const { path, top, basePath } of ordered) {
    if (path.slice(path.lastIndexOf("/") + 1).startsWith("_")) continue;
    top["Template"] = new ValuesObject(templateObject(path, basePath), options.helmVersion);
    rendered.set(
      path,
      execute(scope, path, new ValuesObject(top, options.helmVersion), {
        renderables,
        functions,
        templates,
        helmVersion: options.helmVersion,
      }),
    );
  }
  return rendered;
}

/** What the templates of the root chart see; subcharts share what is not theirs. */
function topObject(chart: Chart, values: GoMap, options: RenderFilesOptions): GoMap {
  const { helmVersion, release, capabilities } = options;
  const isUpgrade = release.isUpgrade ?? false;
  return Object.assign(newMap(), {
    Chart: chartObject(chart, true, helmVersion),
    Files: filesObject(chart.files),
    Release: Object.assign(newMap(), {
      Name: release.name,
      Namespace: release.namespace,
      IsUpgrade: isUpgrade,
      IsInstall: release.isInstall ?? !isUpgrade,
      Revision: BigInt(release.revision ?? 1),
      Service: "Helm",
    }),
    Capabilities: capabilitiesObject(capabilities, helmVersion),
    Values: new ValuesObject(values, helmVersion),
    Subcharts: newMap(),
  });
}

/** The templates of a chart and its subcharts by path; builds the subcharts' objects on the way. */
function collect(
  chart: Chart,
  path: string,
  top: GoMap,
  { helmVersion }: Pick<RenderFilesOptions, "helmVersion">,
  into: Map<string, Renderable> = new Map(),
): Map<string, Renderable> {
  const values = (top["Values"] as ValuesObject).entries();
  for (const sub of chart.dependencies) {
    const name = chartName(sub);
    const section = values[name];
    const inner = Object.assign(newMap(), top, {
      Chart: chartObject(sub, false, helmVersion),
      Files: filesObject(sub.files),
      Values: new ValuesObject(isMap(section) ? section : newMap(), helmVersion),
      Subcharts: newMap(),
    });
    (top["Subcharts"] as GoMap)[name] = inner;
    collect(sub, subchartPath(chart, path, sub), inner, { helmVersion }, into);
  }
  for (const file of chart.templates) {
    const base = file.name.slice(file.name.lastIndexOf("/") + 1);
    if (isLibrary(chart) && !base.startsWith("_")) continue;
    const full = `${path}/${file.name}`;
    const depth = full.split("/").length - 1;
    into.set(full, { path: full, depth, file, top, basePath: `${path}/templates` });
  }
  return into;
}

function templateObject(path: string, basePath: string): GoMap {
  return Object.assign(newMap(), { Name: path, BasePath: basePath });
}

/** Parses what was not parsed before: a file keeps its templates for the next release. */
function parseAll(
  ordered: readonly Renderable[],
  functions: FuncMap,
  { helmVersion, functions: added }: Pick<RenderFilesOptions, "helmVersion" | "functions">,
): ParsedTemplate[] {
  const names = functionNames(functions, added);
  return ordered.flatMap(({ path, file }) => {
    const parse = () => parseTemplate(path, file.text, { functions: (name) => names.has(name) });
    try {
      return file.derive<ParsedTemplate[]>(`${helmVersion} ${path} ${names.key}`, parse);
    } catch (error) {
      if (!(error instanceof TemplateParseError)) throw error;
      throw parseFailure(error, {
        helmVersion,
        file: path,
        source: () => file.text,
        hint: hintFor(error, { functions: Object.keys(functions), templates: [] }),
      });
    }
  });
}

interface ExecuteContext {
  readonly renderables: ReadonlyMap<string, Renderable>;
  readonly functions: FuncMap;
  readonly templates: readonly ParsedTemplate[];
  readonly helmVersion: HelmVersion;
}

function execute(scope: Scope, path: string, data: unknown, context: ExecuteContext): string {
  try {
    return withoutNoValue(scope.execute(path, data));
  } catch (error) {
    for (const cause of causes(error)) {
      if (cause instanceof NeedsLookup || cause instanceof RenderLimitError) throw cause;
      if (cause instanceof RangeError && cause.message === "Invalid string length") {
        throw new RenderLimitError("characters in one text", 2 ** 29);
      }
    }
    if (!(error instanceof Error)) throw error;
    throw execFailure(error, errorContext(error, path, context));
  }
}

function errorContext(error: Error, path: string, context: ExecuteContext): ErrorContext {
  const { renderables, functions, templates, helmVersion } = context;
  return {
    helmVersion,
    file: path,
    source: (file) => renderables.get(file)?.file.text,
    hint: hintFor(error, {
      functions: Object.keys(functions),
      templates: templates.map(({ name }) => name),
    }),
  };
}

/** Helm removes the words that Go prints for what is not there, wherever they come from. */
export function withoutNoValue(text: string): string {
  return text.replaceAll("<no value>", "");
}

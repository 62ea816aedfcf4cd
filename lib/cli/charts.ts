/**
 * From a command line's chart argument and flags to a chart, its values, and a release's name.
 *
 * @module
 */
import type { Chart } from "../chart/chart.ts";
import { missingDependencies } from "../chart/dependencies.ts";
import { checkInstallable, deprecationWarning } from "../chart/install_checks.ts";
import { loadChart, loadChartArchive } from "../chart/load.ts";
import { readValues } from "../chart/value_files.ts";
import { CapstanError } from "../errors.ts";
import { exists } from "../files.ts";
import type { GoMap } from "../template/value.ts";
import type { CliContext } from "./context.ts";
import type { DownloadFlags } from "./download_flags.ts";
import type { ValueFlags } from "./flags.ts";
import type { ChartFlags } from "./helm_commands.ts";

/** A release's name and the chart's argument. */
export interface NameAndChart {
  readonly name: string;
  readonly chart: string;
}

/**
 * Helm's rule for `[NAME] CHART` (pkg/action/install.go, NameAndChart): with one argument the name is
 * made up, if a flag says how, or is `fallback`.
 */
export async function nameAndChart(
  context: CliContext,
  flags: ChartFlags,
  args: { readonly first: string; readonly second: string | undefined; readonly fallback?: string },
): Promise<NameAndChart> {
  const { first, second, fallback } = args;
  const madeUp = flags.generateName || flags.nameTemplate !== undefined;
  if (second !== undefined) {
    if (madeUp) {
      const flag = flags.generateName ? "--generate-name" : "--name-template";
      throw new CapstanError(`cannot set ${flag} and also specify a name`, {
        code: "cli/flags",
        hint: "leave out the name, or the flag",
      });
    }
    return { name: first, chart: second };
  }
  if (flags.nameTemplate !== undefined) {
    const { renderReleaseName } = await import("../engine/name_template.ts");
    const { nameTemplate, helmVersion } = flags;
    return {
      name: renderReleaseName(nameTemplate, { now: context.now, helmVersion }),
      chart: first,
    };
  }
  if (flags.generateName) return { name: generatedName(first, context.now()), chart: first };
  if (fallback !== undefined) return { name: fallback, chart: first };
  throw new CapstanError("must either provide a name or specify --generate-name", {
    code: "cli/flags",
    hint: `write the name before the chart: NAME ${first}`,
  });
}

function generatedName(chart: string, now: number): string {
  let base = chart.replace(/\/+$/, "").split("/").at(-1)!;
  if (base === "." || base === "") base = "chart";
  base = base.split(".tgz")[0]!.split(".")[0]!;
  return `${base}-${Math.floor(now / 1000)}`;
}

/** What finding and loading a chart takes. */
export type LoadFlags =
  & DownloadFlags
  & Pick<ChartFlags, "helmVersion" | "followLinks" | "dependencyUpdate">;

/**
 * Finds a chart, reads the values, and loads it, in this order, which decides what an error says first.
 *
 * @throws {CapstanError} In Helm's words.
 */
export async function chartAndValues(
  context: CliContext,
  flags: ChartFlags,
  ref: string,
): Promise<{ chart: Chart; values: GoMap }> {
  const found = await find(context, flags, ref);
  const values = await valuesFrom(context, flags);
  return { chart: await load(context, flags, found), values };
}

/**
 * Loads the chart that an argument and the flags name, to be installed or rendered.
 *
 * @throws {CapstanError} In Helm's words; also when it cannot be installed, or dependencies are
 * missing from charts/.
 */
export async function chartFor(
  context: CliContext,
  flags: LoadFlags,
  ref: string,
): Promise<Chart> {
  return await load(context, flags, await find(context, flags, ref));
}

/** A path, or what was downloaded. */
type Found = string | Uint8Array;

async function find(context: CliContext, flags: LoadFlags, ref: string): Promise<Found> {
  if (flags.repo === undefined && !flags.verify && await isPath(ref)) return ref;
  const { findChart } = await import("./find_chart.ts");
  const found = await findChart(context, flags, ref);
  return found.kind === "local" ? found.path : found.archive;
}

/** Whether a reference can only be, or is, a path. */
export async function isPath(ref: string): Promise<boolean> {
  return /^(\.|\/|[A-Za-z]:[\\/])/.test(ref) || await exists(ref);
}

async function load(context: CliContext, flags: LoadFlags, found: Found): Promise<Chart> {
  const { helmVersion, followLinks } = flags;
  const { warn } = context;
  const options = { helmVersion, followLinks, signal: context.abort, warn };
  let chart = typeof found === "string"
    ? await loadChart(found, options)
    : await loadChartArchive(found, options);
  if (
    flags.dependencyUpdate && typeof found === "string" && missingDependencies(chart).length > 0
  ) {
    const { bringDependencies } = await import("./dependency_options.ts");
    await bringDependencies(context, flags, found);
    chart = await loadChart(found, options);
  }
  checkInstallable(chart, helmVersion);
  const warning = deprecationWarning(chart, helmVersion);
  if (warning !== undefined) warn(warning);
  return chart;
}

/** The user's values from `-f` and the `--set` flags, in Helm's order. */
export async function valuesFrom(
  context: CliContext,
  flags: ValueFlags & Pick<ChartFlags, "helmVersion">,
): Promise<GoMap> {
  return await readValues({
    files: flags.values?.flatMap(listItems),
    set: flags.set,
    setString: flags.setString,
    setJson: flags.setJson,
    setFile: flags.setFile,
    setLiteral: flags.setLiteral,
  }, { helmVersion: flags.helmVersion, signal: context.abort });
}

/** `a,b` as two items, with `"` around what holds a comma: how Helm reads the flags that are lists. */
export function listItems(text: string): string[] {
  if (text === "") return [];
  if (!text.includes('"')) return text.split(",");
  return [...text.matchAll(/(?:^|,)("(?:[^"]|"")*"|[^,]*)/g)].map(([, item]) =>
    item!.startsWith('"') ? item!.slice(1, -1).replaceAll('""', '"') : item!
  );
}

/** `a=1,b=2` as a map; the flag may be given several times. */
export function labelsOf(texts: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    texts.flatMap((text) => text.split(",")).map((pair) => {
      const at = pair.indexOf("=");
      if (at > 0) return [pair.slice(0, at), pair.slice(at + 1)];
      throw new CapstanError(
        `invalid argument ${
          JSON.stringify(pair)
        } for "-l, --labels" flag: ${pair} must be formatted as key=value`,
        { code: "cli/flags", hint: "several are separated by commas: --labels team=a,tier=web" },
      );
    }),
  );
}

/**
 * From a command line's chart argument and flags to a chart, its values, and a release's name.
 *
 * @module
 */
import { missingDependencies } from "../chart/dependencies.ts";
import type { Chart } from "../chart/chart.ts";
import { loadChart, loadChartArchive } from "../chart/load.ts";
import { readValues } from "../chart/value_files.ts";
import { CapstanError } from "../errors.ts";
import { renderReleaseName } from "../engine/name_template.ts";
import { RepositoryClient } from "../registry/repository.ts";
import type { GoMap } from "../template/value.ts";
import type { CliContext } from "./context.ts";
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
export function nameAndChart(
  context: CliContext,
  flags: ChartFlags,
  args: { readonly first: string; readonly second: string | undefined; readonly fallback?: string },
): NameAndChart {
  const { first, second, fallback } = args;
  const madeUp = flags.generateName || flags.nameTemplate !== undefined;
  if (second !== undefined) {
    if (madeUp) {
      throw new CapstanError("cannot set --generate-name and also specify a name", {
        hint: "leave out the name, or the flag",
      });
    }
    return { name: first, chart: second };
  }
  if (flags.nameTemplate !== undefined) {
    return { name: renderReleaseName(flags.nameTemplate, { now: context.now }), chart: first };
  }
  if (flags.generateName) return { name: generatedName(first, context.now()), chart: first };
  if (fallback !== undefined) return { name: fallback, chart: first };
  throw new CapstanError("must either provide a name or specify --generate-name");
}

function generatedName(chart: string, now: number): string {
  let base = chart.replace(/\/+$/, "").split("/").at(-1)!;
  if (base === "." || base === "") base = "chart";
  base = base.split(".tgz")[0]!.split(".")[0]!;
  return `${base}-${Math.floor(now / 1000)}`;
}

/**
 * Loads the chart that an argument and `--repo`, `--version` name.
 *
 * @throws {CapstanError} In Helm's words; also when dependencies are missing from charts/.
 */
export async function chartFor(
  context: CliContext,
  flags: ChartFlags,
  ref: string,
): Promise<Chart> {
  const options = {
    helmVersion: flags.helmVersion,
    signal: context.abort,
    warn: (message: string) => context.process.stderr.write(`${message}\n`),
  };
  const chart = flags.repo === undefined ? await loadChart(ref, options) : await loadChartArchive(
    await archiveFrom(flags.repo, { name: ref, version: flags.version }, context.abort),
    options,
  );
  const missing = missingDependencies(chart);
  if (missing.length === 0) return chart;
  throw new CapstanError(
    `An error occurred while checking for chart dependencies. You may need to run \`helm dependency build\` to fetch missing dependencies: found in Chart.yaml, but missing in charts/ directory: ${
      missing.join(", ")
    }`,
    { code: "chart/missing-dependencies" },
  );
}

async function archiveFrom(
  url: string,
  query: { name: string; version: string | undefined },
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { archive } = await new RepositoryClient().chart({ url }, query, signal);
  return archive;
}

/** The user's values from `-f` and the `--set` flags, in Helm's order. */
export async function valuesFrom(context: CliContext, flags: ChartFlags): Promise<GoMap> {
  return await readValues({
    files: flags.values,
    set: flags.set,
    setString: flags.setString,
    setJson: flags.setJson,
    setFile: flags.setFile,
    setLiteral: flags.setLiteral,
  }, { helmVersion: flags.helmVersion, signal: context.abort });
}

/**
 * A chart's folder as an archive, once all that it depends on is there.
 *
 * @module
 */
import { ChartError } from "../chart/chart.ts";
import type { Chart } from "../chart/chart.ts";
import { missingDependencies } from "../chart/dependencies.ts";
import { loadChart } from "../chart/load.ts";
import { packageChart } from "./package.ts";
import type { PackagedChart, PackageOptions } from "./package.ts";

/** Options of {@linkcode packageFolder}. */
export interface PackageFolderOptions extends PackageOptions {
  /** Called with what Helm warns of. */
  readonly warn?: ((message: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Loads and packs a chart.
 *
 * @throws {ChartError} In Helm's words, when it is no folder, no chart, or lacks a dependency.
 */
export async function packageFolder(
  path: string,
  { warn, signal, ...options }: PackageFolderOptions,
): Promise<PackagedChart> {
  const info = await Deno.stat(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  if (info !== undefined && !info.isDirectory) {
    throw new ChartError(`cannot package ${path}: it is not a folder`, {
      hint: "package takes a chart's folder; an archive is a package already",
    });
  }
  const chart = await loadChart(path, { signal, warn });
  const missing = missingDependencies(chart);
  if (missing.length > 0) {
    throw new ChartError(
      `found in Chart.yaml, but missing in charts/ directory: ${missing.join(", ")}`,
      {
        code: "chart/missing-dependencies",
        hint: `fetch them with --dependency-update, or with: capstan dependency build ${path}`,
      },
    );
  }
  for (const [name, versions] of sharedFolders(chart)) {
    warn?.(
      `warning: ${
        versions.join(" and ")
      } of ${name} share one folder in the archive, as in Helm's: ` +
        "what it holds of each is left to chance; keep one of them, or rename a chart",
    );
  }
  return await packageChart(chart, options);
}

/** Versions of the charts that are in charts/ more than once, by name. */
function sharedFolders({ dependencies }: Chart): [string, string[]][] {
  const byName = Map.groupBy(dependencies, ({ metadata }) => metadata.name);
  return [...byName].flatMap(([name, charts]): [string, string[]][] =>
    charts.length < 2 ? [] : [[name, charts.map(({ metadata }) => metadata.version).sort()]]
  );
}

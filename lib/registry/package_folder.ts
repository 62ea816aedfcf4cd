/**
 * A chart's folder as an archive, once all that it depends on is there.
 *
 * @module
 */
import { ChartError } from "../chart/chart.ts";
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
  return await packageChart(chart, options);
}

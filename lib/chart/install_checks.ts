/**
 * What Helm checks of a chart before it installs or renders it as a release.
 *
 * @module
 */

import { ChartError } from "./chart.ts";
import type { Chart, HelmVersion } from "./chart.ts";
import { missingDependencies } from "./dependencies.ts";

/**
 * Refuses a library chart, and a chart whose declared dependencies are not all there.
 *
 * @throws {ChartError} in Helm's words.
 */
export function checkInstallable(chart: Chart, helmVersion: HelmVersion = "v4"): void {
  const { type } = chart.metadata;
  if (type !== "" && type !== "application") {
    throw new ChartError(`${type} charts are not installable`, {
      code: "chart/not-installable",
      hint: "a library chart lends its templates to others; make it a dependency of one",
    });
  }
  const missing = missingDependencies(chart);
  if (missing.length === 0) return;
  const [article, command] = helmVersion === "v3"
    ? ["An", "`helm dependency build`"]
    : ["an", "'helm dependency build'"];
  throw new ChartError(
    `${article} error occurred while checking for chart dependencies. You may need to run ${command} to fetch missing dependencies: found in Chart.yaml, but missing in charts/ directory: ${
      missing.join(", ")
    }`,
    {
      code: "chart/missing-dependencies",
      hint: "fetch them with `capstan dependency build`, or with --dependency-update",
    },
  );
}

/** What Helm says of a deprecated chart. */
export function deprecationWarning(
  chart: Chart,
  helmVersion: HelmVersion = "v4",
): string | undefined {
  if (!chart.metadata.deprecated) return undefined;
  return helmVersion === "v3" ? "This chart is deprecated" : "this chart is deprecated";
}

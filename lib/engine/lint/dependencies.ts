/**
 * Lints what Chart.yaml declares against what charts/ holds (Helm's lint/rules/dependencies.go).
 *
 * @module
 */

import type { Chart } from "../../chart/chart.ts";
import { missingDependencies } from "../../chart/dependencies.ts";
import { messageOf } from "../../errors.ts";
import type { Report } from "./message.ts";
import type { LintSource } from "./source.ts";

/** Reports dependencies that are declared and missing, or there and undeclared. */
export async function lintDependencies(source: LintSource, report: Report): Promise<void> {
  let chart: Chart;
  try {
    chart = await source.load();
  } catch (error) {
    report("error", "", `unable to load chart\n\t${messageOf(error)}`);
    return;
  }
  const declared = new Set((chart.metadata.dependencies ?? []).map(({ name }) => name));
  const undeclared = chart.dependencies
    .map(({ metadata }) => metadata.name)
    .filter((name) => !declared.has(name));
  report(
    "error",
    source.path,
    listed("chart metadata is missing these dependencies", undeclared),
  );
  report(
    "warning",
    source.path,
    listed("chart directory is missing these dependencies", missingDependencies(chart)),
  );
}

function listed(problem: string, names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : `${problem}: ${names.join(",")}`;
}

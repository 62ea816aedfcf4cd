/**
 * `capstan dependency update|build|list`.
 *
 * @module
 */
import { loadChart } from "../../chart/load.ts";
import { buildDependencies, updateDependencies } from "../../registry/dependencies.ts";
import { dependencyStatuses, undeclaredCharts } from "../../registry/dependency_status.ts";
import type { CliContext } from "../context.ts";
import type { DependencyFlags, DependencyListFlags } from "../dependency_commands.ts";
import { withDependencyOptions } from "../dependency_options.ts";
import { formatTable } from "../output.ts";

/** Chooses and fetches what Chart.yaml declares. */
export async function update(
  this: CliContext,
  flags: DependencyFlags,
  path = ".",
): Promise<void> {
  await withDependencyOptions(this, flags, (options) => updateDependencies(tidy(path), options));
}

/** Fetches what Chart.lock names. */
export async function build(this: CliContext, flags: DependencyFlags, path = "."): Promise<void> {
  await withDependencyOptions(this, flags, (options) => buildDependencies(tidy(path), options));
}

/** Prints what is declared, and what is there. */
export async function list(
  this: CliContext,
  flags: DependencyListFlags,
  path = ".",
): Promise<void> {
  const { stdout } = this.process;
  const chart = await loadChart(path, { signal: this.abort });
  const declared = chart.metadata.dependencies;
  const folder = `${tidy(path)}/charts`.replace(/^\.\//, "");
  if (declared === undefined) return stdout.write(`WARNING: no dependencies at ${folder}\n`);
  const statuses = await dependencyStatuses(chart, folder);
  const { maxColWidth = 80 } = flags;
  const rows = declared.map((each, i) =>
    [each.name, each.version, each.repository, statuses[i]!].map((cell) => cut(cell, maxColWidth))
  );
  stdout.write(`${formatTable(["NAME", "VERSION", "REPOSITORY", "STATUS"], rows)}\n`);
  for (const { path, isChart } of await undeclaredCharts(declared, folder)) {
    const what = isChart ? "not in Chart.yaml" : "not a chart";
    stdout.write(`WARNING: ${JSON.stringify(path)} is ${what}.\n`);
  }
}

function cut(cell: string, most: number): string {
  return cell.length <= most ? cell : `${cell.slice(0, most - 3)}...`;
}

/** A path without the slash at its end. */
function tidy(path: string): string {
  return path.replace(/(?<=.)\/+$/, "");
}

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
import { formatData, formatTable } from "../output.ts";

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
  const { stdout, stderr } = this.process;
  const { maxColWidth = 80, output = "table" } = flags;
  const chart = await loadChart(path, { signal: this.abort });
  const declared = chart.metadata.dependencies;
  const folder = `${tidy(path)}/charts`.replace(/^\.\//, "");
  if (declared === undefined) {
    return output === "table"
      ? stdout.write(`WARNING: no dependencies at ${folder}\n`)
      : stdout.write(formatData([], output));
  }
  const statuses = await dependencyStatuses(chart, folder);
  const rows = declared.map((each, i) => [each.name, each.version, each.repository, statuses[i]!]);
  if (output === "table") {
    const cells = rows.map((row) => row.map((cell) => cut(cell, maxColWidth)));
    stdout.write(`${formatTable(["NAME", "VERSION", "REPOSITORY", "STATUS"], cells)}\n`);
  } else {
    const data = rows.map(([name, version, repository, status]) => {
      return { name, version, repository, status };
    });
    stdout.write(formatData(data, output));
  }
  for (const { path, isChart } of await undeclaredCharts(declared, folder)) {
    const what = isChart ? "not in Chart.yaml" : "not a chart";
    const to = output === "table" ? stdout : stderr;
    to.write(`WARNING: ${JSON.stringify(path)} is ${what}.\n`);
  }
}

function cut(cell: string, most: number): string {
  return cell.length <= most ? cell : `${cell.slice(0, most - 3)}...`;
}

/** A path without the slash at its end. */
function tidy(path: string): string {
  return path.replace(/(?<=.)\/+$/, "");
}

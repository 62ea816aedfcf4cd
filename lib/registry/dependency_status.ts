/**
 * What is there of a chart's declared dependencies, and what is there that is not declared.
 *
 * Rules and words from Helm's pkg/action/dependency.go.
 *
 * @module
 */
import { chartName } from "../chart/chart.ts";
import type { Chart, Dependency } from "../chart/chart.ts";
import { loadChart } from "../chart/load.ts";
import { parseRange, parseStrictVersion, parseVersion } from "../semver.ts";

/** One word for each declared dependency, such as `ok`, `unpacked` or `missing`. */
export async function dependencyStatuses(chart: Chart, folder: string): Promise<string[]> {
  const names = await namesIn(folder);
  const declared = chart.metadata.dependencies ?? [];
  return await Promise.all(declared.map((each) => statusOf(each, { chart, folder, names })));
}

interface Surroundings {
  readonly chart: Chart;
  readonly folder: string;
  readonly names: readonly string[];
}

async function statusOf(
  dependency: Dependency,
  { chart, folder, names }: Surroundings,
): Promise<string> {
  const { name } = dependency;
  const archives = names.filter((each) => each.startsWith(`${name}-`) && each.endsWith(".tgz"));
  // Another chart's name may begin with this one's: `web-` is not `web-ui-1.0.0`.
  const own = archives.length > 1
    ? archives.filter((each) => isStrict(each.slice(name.length + 1, -".tgz".length)))
    : archives;
  if (own.length > 1) return "too many matches";
  if (own.length === 1) return await archiveStatus(`${folder}/${own[0]}`, dependency);
  const found = chart.dependencies.find((each) => chartName(each) === name);
  if (found === undefined) return "missing";
  return versionStatus(found.metadata.version, dependency) ?? "unpacked";
}

async function archiveStatus(path: string, dependency: Dependency): Promise<string> {
  try {
    const { metadata } = await loadChart(path);
    if (metadata.name !== dependency.name) return "misnamed";
    return versionStatus(metadata.version, dependency) ?? "ok";
  } catch {
    return "corrupt";
  }
}

/** What is wrong with a version; `undefined` when it is right. */
function versionStatus(version: string, dependency: Dependency): string | undefined {
  if (version === dependency.version) return undefined;
  try {
    return parseRange(dependency.version).includes(parseVersion(version))
      ? undefined
      : "wrong version";
  } catch {
    return "invalid version";
  }
}

function isStrict(version: string): boolean {
  try {
    parseStrictVersion(version);
    return true;
  } catch {
    return false;
  }
}

/** What lies in charts/ without being declared. */
export async function undeclaredCharts(
  declared: readonly Dependency[],
  folder: string,
): Promise<{ readonly path: string; readonly isChart: boolean }[]> {
  const found: { path: string; isChart: boolean }[] = [];
  for (const name of (await namesIn(folder)).toSorted()) {
    const path = `${folder}/${name}`;
    const { isDirectory } = await Deno.stat(path);
    if (!isDirectory && !name.endsWith(".tgz")) continue;
    try {
      const { metadata } = await loadChart(path);
      if (!declared.some((each) => each.name === metadata.name)) {
        found.push({ path, isChart: true });
      }
    } catch {
      found.push({ path, isChart: false });
    }
  }
  return found;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return [];
    }
    throw error;
  }
}

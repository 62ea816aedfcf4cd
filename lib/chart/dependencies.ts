/**
 * Which subcharts take part, under which name, and what they hand up: versions, aliases, tags,
 * conditions and import-values.
 *
 * @module
 */

import { rangeIncludes } from "../semver.ts";
import { formatValue } from "../template/format.ts";
import { isMap, newMap } from "../template/value.ts";
import type { GoMap } from "../template/value.ts";
import { chartName } from "./chart.ts";
import type { Chart, Dependency, HelmVersion } from "./chart.ts";
import { coalesceTables, coalesceValues, copyValues, pathValue, table } from "./values.ts";

/** How dependencies are processed. */
export interface DependencyOptions {
  /** @default {"v4"} */
  readonly helmVersion?: HelmVersion | undefined;
  /** Told what Helm would log. */
  readonly warn?: ((message: string) => void) | undefined;
}

interface Context {
  readonly helmVersion: HelmVersion;
  readonly warn: (message: string) => void;
  /**
   * Helm 3 shares the declarations of a chart that is used twice, and gives them their aliases the
   * first time, so that the second use looks for charts of those names.
   */
  readonly renamed: WeakMap<readonly Dependency[], readonly Dependency[]>;
}

/**
 * The chart with its disabled subcharts gone, aliases applied and values imported. The files are
 * shared with the chart that was given, which stays as it is.
 *
 * @param user The user's values, for tags and conditions.
 */
export function processDependencies(
  chart: Chart,
  user: GoMap,
  options: DependencyOptions = {},
): Chart {
  const { helmVersion = "v4", warn = () => {} } = options;
  const context: Context = { helmVersion, warn, renamed: new WeakMap() };
  return importValues(enable(chart, user, "", context), context);
}

/**
 * Names of declared dependencies that are not among the loaded subcharts.
 */
export function missingDependencies(chart: Chart): string[] {
  return (chart.metadata.dependencies ?? [])
    .filter(({ name }) => !chart.dependencies.some((sub) => chartName(sub) === name))
    .map(({ name }) => name);
}

function enable(chart: Chart, values: GoMap, path: string, context: Context): Chart {
  const original = chart.metadata.dependencies;
  if (original === undefined) return chart;
  const declared = context.renamed.get(original) ?? original;
  const named = declared.map((one) => ({ ...one, name: one.alias || one.name, enabled: true }));
  if (context.helmVersion === "v3") context.renamed.set(original, named);
  const candidate = {
    ...chart,
    metadata: { ...chart.metadata, dependencies: named },
    dependencies: matched(chart.dependencies, declared, context.helmVersion),
  };
  const coalesced = coalesceValues(candidate, values, context);
  const decided = named.map((one) => decide(one, coalesced, path, context));
  const off = new Set(decided.filter(({ enabled }) => !enabled).map(({ name }) => name));
  const kept = decided.filter(({ name }) => !off.has(name));
  const dependencies = candidate.dependencies
    .filter((sub) => !off.has(chartName(sub)))
    .map((sub) => enable(sub, coalesced, `${path}${chartName(sub)}.`, context));
  const remaining = kept.length === 0 ? undefined : kept;
  return { ...candidate, metadata: { ...chart.metadata, dependencies: remaining }, dependencies };
}

/** Subcharts nobody declares, then for each declaration the first that fits it. */
function matched(
  loaded: readonly Chart[],
  declared: readonly Dependency[],
  helmVersion: HelmVersion,
): Chart[] {
  const undeclared = loaded.filter((sub) => !declared.some((one) => fits(sub, one)));
  const found = declared.flatMap((one) => {
    const sub = loaded.find((candidate) => fits(candidate, one));
    if (sub === undefined) return [];
    if (one.alias === "") return [sub];
    const renamed = { ...sub, metadata: { ...sub.metadata, name: one.alias } };
    const forgets = helmVersion === "v3" && sub.metadata.dependencies === undefined;
    return [forgets ? { ...renamed, pathName: chartName(sub) } : renamed];
  });
  return [...undeclared, ...found];
}

function fits(sub: Chart, { name, version }: Dependency): boolean {
  return chartName(sub) === name && rangeIncludes(version, sub.metadata.version);
}

function decide(one: Dependency, values: GoMap, path: string, context: Context): Dependency {
  const byCondition = condition(one, values, path, context);
  return { ...one, enabled: byCondition ?? byTags(one, values, context) };
}

/** The first path of the condition that leads to a boolean. Paths are not trimmed: Helm's way. */
function condition(
  one: Dependency,
  values: GoMap,
  prefix: string,
  context: Context,
): boolean | undefined {
  for (const path of one.condition.trim().split(",")) {
    if (path === "") continue;
    const value = pathValue(values, prefix + path);
    if (typeof value === "boolean") return value;
    if (value !== undefined) {
      context.warn(
        `Warning: Condition path '${path}' for chart ${one.name} returned non-bool value`,
      );
    }
  }
  return undefined;
}

function byTags(one: Dependency, values: GoMap, context: Context): boolean {
  const tags = table(values, "tags");
  if (tags === undefined) return true;
  const found: boolean[] = [];
  for (const tag of one.tags) {
    const value = tag in tags ? tags[tag] : undefined;
    if (typeof value === "boolean") found.push(value);
    else if (value !== undefined) {
      context.warn(`Warning: Tag '${tag}' for chart ${one.name} returned non-bool value`);
    }
  }
  return found.length === 0 || found.includes(true);
}

/** Hands values up, the deepest charts first. */
function importValues(chart: Chart, context: Context): Chart {
  const dependencies = chart.dependencies.map((sub) => importValues(sub, context));
  const withImports = { ...chart, dependencies };
  const declared = chart.metadata.dependencies;
  if (declared === undefined) return withImports;
  const values = coalesceValues(withImports, newMap(), { ...context, merge: true });
  const { firstValues: _, ...rest } = withImports;
  if (declared.every(({ importValues }) => importValues.length === 0)) return { ...rest, values };
  const imported = newMap();
  const sources = copyValues(values) as GoMap;
  const resolved = declared.map((one) => importFrom(one, sources, imported, context));
  const merged = coalesceTables(copyValues(sources) as GoMap, imported, {
    ...context,
    merge: true,
  });
  return { ...rest, metadata: { ...chart.metadata, dependencies: resolved }, values: merged };
}

/** Adds one dependency's imports to `into`; returns it with its imports written in full. */
function importFrom(one: Dependency, values: GoMap, into: GoMap, context: Context): Dependency {
  const imports = one.importValues.flatMap((item) => {
    const paths = importPaths(item);
    if (paths === undefined) return [];
    const found = table(values, `${one.name}.${paths.child}`);
    if (found === undefined) {
      context.warn(`Warning: ImportValues missing table from chart ${one.name}: ${paths.child}`);
    } else {
      coalesceTables(into, nest(paths.parent, found), { ...context, merge: true });
    }
    return [Object.assign(newMap(), paths)];
  });
  return { ...one, importValues: imports };
}

function importPaths(item: unknown): { child: string; parent: string } | undefined {
  if (typeof item === "string") return { child: `exports.${item}`, parent: "." };
  if (!isMap(item)) return undefined;
  const part = (key: string) => formatValue(item[key] ?? null);
  return { child: part("child"), parent: part("parent") };
}

/** The map `data` under a dotted path; `.` is the root. */
function nest(path: string, data: GoMap): GoMap {
  if (path === ".") return data;
  return path.split(".").reduceRight(
    (inner, key) => Object.assign(newMap(), { [key]: inner }),
    data,
  );
}

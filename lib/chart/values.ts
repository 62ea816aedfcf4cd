/**
 * How a chart's defaults, its parent's section for it, globals and the user's values become the
 * values that templates see.
 *
 * @module
 */

import { formatValue } from "../template/format.ts";
import { quoteGo } from "../template/quote.ts";
import { isMap, newMap } from "../template/value.ts";
import type { GoMap } from "../template/value.ts";
import { ChartError, chartName, defaultValues } from "./chart.ts";
import type { Chart, HelmVersion } from "./chart.ts";
import { formatBoolean } from "./format.ts";

const GLOBAL = "global";

/** How values are put together. */
export interface CoalesceOptions {
  /** @default {"v4"} */
  readonly helmVersion?: HelmVersion | undefined;
  /** Keeps nulls, as is wanted before the last coalescing. @default {false} */
  readonly merge?: boolean | undefined;
  /** Told what Helm would log. */
  readonly warn?: ((message: string) => void) | undefined;
}

interface Context {
  readonly helmVersion: HelmVersion;
  readonly merge: boolean;
  readonly warn: (message: string) => void;
}

/**
 * The final values of a chart and of all its subcharts, each under its name.
 *
 * @param user The user's values; not changed.
 * @throws {ChartError} where a subchart's section is no map.
 */
export function coalesceValues(
  chart: Chart,
  user: GoMap,
  options: CoalesceOptions = {},
): GoMap {
  const { helmVersion = "v4", merge = false, warn = () => {} } = options;
  const values = copyValues(user) as GoMap;
  coalesce(chart, values, "", { helmVersion, merge, warn });
  return values;
}

/** A deep copy: maps and lists are new, all else is shared. */
export function copyValues(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyValues);
  if (!isMap(value)) return value;
  const copy = newMap();
  for (const key of Object.keys(value)) copy[key] = copyValues(value[key]);
  return copy;
}

/** The map at a dotted path, or `undefined`. */
export function table(values: GoMap, path: string): GoMap | undefined {
  let current: unknown = values;
  for (const part of path.split(".")) {
    if (!isMap(current) || !(part in current)) return undefined;
    current = current[part];
  }
  return isMap(current) ? current : undefined;
}

/** The value at a dotted path; `undefined` where there is none or it is a map. */
export function pathValue(values: GoMap, path: string): unknown {
  const parts = path.split(".");
  const key = parts.pop()!;
  const parent = parts.length === 0 ? values : table(values, parts.join("."));
  return parent === undefined || !(key in parent) || isMap(parent[key]) ? undefined : parent[key];
}

/**
 * Merges `source` into `target`, which wins; both are changed. A null in the target deletes what
 * the source has, unless nulls are kept.
 */
export function coalesceTables(
  target: GoMap,
  source: GoMap,
  options: CoalesceOptions = {},
): GoMap {
  const { helmVersion = "v4", merge = false, warn = () => {} } = options;
  mergeTables(target, source, "", { helmVersion, merge, warn });
  return target;
}

function coalesce(chart: Chart, target: GoMap, prefix: string, context: Context): void {
  addDefaults(chart, target, prefix, context);
  const inner = join(prefix, chartName(chart));
  for (const sub of chart.dependencies) {
    const name = chartName(sub);
    if (!(name in target)) target[name] = newMap();
    const section = target[name];
    if (!isMap(section)) {
      throw new ChartError(`type mismatch on ${name}: ${formatBoolean(section)}`, {
        code: "values/section",
        hint: `the value ${name} is the section of the subchart ${name}, so it must be a map`,
      });
    }
    pushGlobals(section, target, inner, context);
    coalesce(sub, section, inner, context);
  }
}

function addDefaults(chart: Chart, target: GoMap, prefix: string, context: Context): void {
  const path = join(prefix, chartName(chart));
  const defaults = copyValues(defaultValues(chart, context.helmVersion) ?? newMap()) as GoMap;
  for (const key of Object.keys(defaults)) {
    const value = defaults[key];
    if (!(key in target)) addDefault(target, key, value, context);
    else if (target[key] === null && !context.merge) delete target[key];
    else if (isMap(target[key])) {
      addTable(chart, target[key] as GoMap, value, join(path, key), key, context);
    }
  }
}

function addDefault(target: GoMap, key: string, value: unknown, context: Context): void {
  if (context.helmVersion === "v4" && !context.merge) {
    if (value === null) return;
    if (isMap(value)) dropNulls(value);
  }
  target[key] = value;
}

function addTable(
  chart: Chart,
  target: GoMap,
  source: unknown,
  path: string,
  key: string,
  context: Context,
): void {
  if (!isMap(source)) {
    if (source !== null) context.warn(`warning: skipped value for ${path}: Not a table.`);
    return;
  }
  // The section of a subchart keeps its nulls, for the subchart's own turn.
  const merge = context.merge || chart.dependencies.some((sub) => chartName(sub) === key);
  if (context.helmVersion === "v4" && !merge) dropNulls(source);
  mergeTables(target, source, path, { ...context, merge });
}

/** Copies the parent's globals over those of a subchart's section. */
function pushGlobals(section: GoMap, parent: GoMap, prefix: string, context: Context): void {
  const target = GLOBAL in section ? section[GLOBAL] : newMap();
  if (!isMap(target)) {
    context.warn("warning: skipping globals because destination global is not a table.");
    return;
  }
  const source = GLOBAL in parent ? parent[GLOBAL] : newMap();
  if (!isMap(source)) {
    context.warn("warning: skipping globals because source global is not a table.");
    return;
  }
  for (const key of Object.keys(source)) {
    pushGlobal(target, key, source[key], { ...context, merge: true }, prefix);
  }
  section[GLOBAL] = target;
}

function pushGlobal(
  target: GoMap,
  key: string,
  value: unknown,
  context: Context,
  prefix: string,
): void {
  const present = key in target, mine = target[key];
  if (!isMap(value)) {
    if (isMap(mine)) context.warn(`key ${key} is table. Skipping`);
    else target[key] = value;
    return;
  }
  if (present && !isMap(mine)) {
    context.warn(`Conflict: cannot merge map onto non-map for ${quoteGo(key)}. Skipping.`);
    return;
  }
  const copy = Object.assign(newMap(), value);
  if (isMap(mine)) mergeTables(copy, mine, join(prefix, key), context);
  target[key] = copy;
}

function mergeTables(target: GoMap, source: GoMap, prefix: string, context: Context): void {
  const filled = new Set(Object.keys(source).filter((key) => source[key] !== null));
  for (const key of Object.keys(target)) if (target[key] === null) source[key] = null;
  for (const key of Object.keys(source)) {
    const value = source[key], mine = target[key], path = join(prefix, key);
    if (!(key in target)) target[key] = value;
    else if (!context.merge && mine === null && filled.has(key)) delete target[key];
    else if (isMap(value) && isMap(mine)) mergeTables(mine, value, path, context);
    else if (isMap(value)) {
      const text = formatValue(value);
      context.warn(`warning: cannot overwrite table with non table for ${path} (${text})`);
    } else if (isMap(mine) && value !== null) {
      const text = formatValue(value);
      context.warn(
        `warning: destination for ${path} is a table. Ignoring non-table value (${text})`,
      );
    }
  }
}

function dropNulls(map: GoMap): void {
  for (const key of Object.keys(map)) {
    if (map[key] === null) delete map[key];
    else if (isMap(map[key])) dropNulls(map[key] as GoMap);
  }
}

function join(prefix: string, key: string): string {
  return prefix === "" ? key : `${prefix}.${key}`;
}

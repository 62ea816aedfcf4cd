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
  /** Maps made on the way, which may be changed; the others belong to the charts and the user. */
  readonly own: WeakSet<GoMap>;
}

/**
 * The final values of a chart and of all its subcharts, each under its name.
 *
 * What is the same as in the chart's defaults or in the user's values is shared with them, so the
 * result is only to be read; {@linkcode copyValues} makes of it what may be changed.
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
  const context = { helmVersion, merge, warn, own: new WeakSet<GoMap>() };
  const values = copyMap(user, context);
  coalesce(chart, values, "", context);
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
  mergeInPlace(target, source, "", { helmVersion, merge, warn, own: new WeakSet() });
  return target;
}

/** A map of the same entries, which may be changed. */
function copyMap(map: GoMap, { own }: Context): GoMap {
  const copy = newMap();
  for (const key of Object.keys(map)) copy[key] = map[key];
  own.add(copy);
  return copy;
}

/** The map under a key of a map that may be changed, made such a one itself. */
function ownMap(parent: GoMap, key: string, context: Context): GoMap {
  const map = parent[key] as GoMap;
  return context.own.has(map) ? map : parent[key] = copyMap(map, context);
}

/** As {@linkcode ownMap}, with all maps below it. */
function ownTree(parent: GoMap, key: string, context: Context): GoMap {
  const map = ownMap(parent, key, context);
  for (const inner of Object.keys(map)) if (isMap(map[inner])) ownTree(map, inner, context);
  return map;
}

function coalesce(chart: Chart, target: GoMap, prefix: string, context: Context): void {
  addDefaults(chart, target, prefix, context);
  const inner = join(prefix, chartName(chart));
  for (const sub of chart.dependencies) {
    const name = chartName(sub);
    if (!(name in target)) target[name] = newMap();
    if (!isMap(target[name])) {
      throw new ChartError(`type mismatch on ${name}: ${formatBoolean(target[name])}`, {
        code: "values/section",
        hint: `the value ${name} is the section of the subchart ${name}, so it must be a map`,
      });
    }
    const section = ownMap(target, name, context);
    pushGlobals(section, target, inner, context);
    coalesce(sub, section, inner, context);
  }
}

function addDefaults(chart: Chart, target: GoMap, prefix: string, context: Context): void {
  const path = join(prefix, chartName(chart));
  const defaults = defaultValues(chart, context.helmVersion) ?? newMap();
  for (const key of Object.keys(defaults)) {
    const value = defaults[key];
    if (!(key in target)) addDefault(target, key, value, context);
    else if (target[key] === null && !context.merge) delete target[key];
    else if (isMap(target[key])) {
      addTable(chart, target, value, join(path, key), key, context);
    }
  }
}

function addDefault(target: GoMap, key: string, value: unknown, context: Context): void {
  if (context.helmVersion === "v4" && !context.merge) {
    if (value === null) return;
    target[key] = isMap(value) ? withoutNulls(value) : value;
  } else target[key] = value;
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
  const filled = context.helmVersion === "v4" && !merge ? withoutNulls(source) : source;
  mergeTables(ownMap(target, key, context), filled, path, { ...context, merge });
}

/**
 * Copies the parent's globals over those of a subchart's section. Maps further down are handed over
 * as they are, as in Helm: what the subchart adds to them its parent has too.
 */
function pushGlobals(section: GoMap, parent: GoMap, prefix: string, context: Context): void {
  if (GLOBAL in section && !isMap(section[GLOBAL])) {
    context.warn("warning: skipping globals because destination global is not a table.");
    return;
  }
  if (GLOBAL in parent && !isMap(parent[GLOBAL])) {
    context.warn("warning: skipping globals because source global is not a table.");
    return;
  }
  const target = GLOBAL in section ? ownMap(section, GLOBAL, context) : copyMap(newMap(), context);
  const source = GLOBAL in parent ? ownTree(parent, GLOBAL, context) : newMap();
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
  const copy = copyMap(value, context);
  if (isMap(mine)) mergeTables(copy, mine, join(prefix, key), context);
  target[key] = copy;
}

/** Merges `source` into a map that may be changed; `source` stays as it is. */
function mergeTables(target: GoMap, source: GoMap, prefix: string, context: Context): void {
  for (const key of Object.keys(source)) {
    const value = source[key], mine = target[key];
    if (!(key in target)) target[key] = value;
    else if (mine === null) {
      if (!context.merge && value !== null) delete target[key];
    } else if (isMap(value) && isMap(mine)) {
      mergeTables(ownMap(target, key, context), value, join(prefix, key), context);
    } else warnOfKinds(mine, value, join(prefix, key), context);
  }
}

/** As {@linkcode mergeTables} where all maps may be changed; nulls go over to the source too. */
function mergeInPlace(target: GoMap, source: GoMap, prefix: string, context: Context): void {
  for (const key of Object.keys(target)) {
    if (target[key] === null && !(key in source)) source[key] = null;
  }
  for (const key of Object.keys(source)) {
    const value = source[key], mine = target[key];
    if (!(key in target)) target[key] = value;
    else if (mine === null) {
      if (!context.merge && value !== null) delete target[key];
      source[key] = null;
    } else if (isMap(value) && isMap(mine)) mergeInPlace(mine, value, join(prefix, key), context);
    else warnOfKinds(mine, value, join(prefix, key), context);
  }
}

/** A map and something else, of which the first stays. */
function warnOfKinds(mine: unknown, value: unknown, path: string, { warn }: Context): void {
  if (isMap(value)) {
    warn(`warning: cannot overwrite table with non table for ${path} (${formatValue(value)})`);
  } else if (isMap(mine) && value !== null) {
    const text = formatValue(value);
    warn(`warning: destination for ${path} is a table. Ignoring non-table value (${text})`);
  }
}

/** The map without the keys that hold null, at any depth; itself where there are none. */
function withoutNulls(map: GoMap): GoMap {
  let kept = map;
  for (const key of Object.keys(map)) {
    const value = map[key];
    const wanted = isMap(value) ? withoutNulls(value) : value;
    if (wanted === value && value !== null) continue;
    if (kept === map) kept = Object.assign(newMap(), map);
    if (value === null) delete kept[key];
    else kept[key] = wanted;
  }
  return kept;
}

function join(prefix: string, key: string): string {
  return prefix === "" ? key : `${prefix}.${key}`;
}

/**
 * YAML and JSON texts as values, with the words Helm uses where they cannot be read.
 *
 * @module
 */

import { isMap, newMap } from "../template/value.ts";
import type { GoMap } from "../template/value.ts";
import { YamlError } from "../yaml/error.ts";
import { parseYaml, parseYamlMap } from "../yaml/parse.ts";
import { ChartError } from "./chart.ts";

/**
 * The first document of a YAML text, its integers as bigint: what a Go struct is decoded from.
 *
 * @throws {ChartError} in Helm's words.
 */
export function decodeYaml(text: string): unknown {
  return refusing(() => parseYaml(text, { bigints: true }));
}

/**
 * The first document of a YAML text as values, which must be a map; nothing is an empty map.
 *
 * @throws {ChartError} in Helm's words.
 */
export function decodeYamlMap(text: string): GoMap {
  return refusing(() => parseYamlMap(text));
}

function refusing<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new ChartError(error.message, { position: error.position, cause: error });
  }
}

/**
 * A JSON text as values: every number a float64, maps without a prototype so that any key is safe.
 *
 * @throws {SyntaxError} where the text is no JSON.
 */
export function parseJsonValue(text: string): unknown {
  return toGo(JSON.parse(text));
}

function toGo(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toGo);
  if (!isMap(value)) return value;
  const map = newMap();
  for (const key of Object.keys(value)) map[key] = toGo(value[key]);
  return map;
}

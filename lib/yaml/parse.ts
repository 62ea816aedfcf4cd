/**
 * YAML as Helm reads it: sigs.k8s.io/yaml over goyaml v2, that is YAML 1.1 turned into JSON values.
 *
 * js-yaml takes and refuses other texts than goyaml (one in thirty of manifests damaged at random),
 * says other words about what is wrong, and gives merge keys no place among the others; so this is a
 * parser of its own.
 *
 * @module
 */

import { composeFirst } from "./compose.ts";
import type { Node } from "./compose.ts";
import { construct } from "./construct.ts";
import { YamlError } from "./error.ts";
import { readable } from "./reader.ts";
import { Scanner } from "./scan.ts";

/** How {@linkcode parseYaml} reads. */
export interface ParseYamlOptions {
  /** Refuse a key that stands twice in a map, instead of letting the last one win. @default {false} */
  readonly strict?: boolean;
  /** Integers as bigint, exact and apart from floats, instead of as numbers. @default {false} */
  readonly bigints?: boolean;
  /** The file to name as the position of an error. @default {no position} */
  readonly file?: string | undefined;
}

const CONVERTING = "error converting YAML to JSON: ";

/**
 * The first document of a YAML text as JSON values: null, boolean, number, string, list, and maps
 * without a prototype. An empty text is null. Values are never shared, even where an alias is used.
 *
 * @example Usage
 * ```ts
 * import { parseYaml } from "@capstan/capstan";
 *
 * const { ports } = parseYaml("ports: [0x50, 1_000]") as { ports: number[] };
 * if (ports[0] !== 80 || ports[1] !== 1000) throw new Error("unexpected");
 * ```
 *
 * @throws {YamlError} with Go's message, such as
 * `error converting YAML to JSON: yaml: line 2: did not find expected key`.
 */
export function parseYaml(text: string, options: ParseYamlOptions = {}): unknown {
  try {
    return construct(compose(text), options);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    const { line, column } = error;
    const { file } = options;
    throw new YamlError(CONVERTING + error.message, {
      line,
      column,
      position: file === undefined ? undefined : { file, line, column },
    });
  }
}

function compose(source: string): Node | undefined {
  const { text, problem } = readable(source);
  const scanner = new Scanner(text);
  if (problem === undefined) return composeFirst(scanner);
  // The scanner looks at most four characters ahead.
  const blocked = () => scanner.cursor.pos + 4 > text.length;
  const refused = new YamlError(`yaml: ${problem}`);
  try {
    const root = composeFirst(scanner);
    if (!blocked()) return root;
  } catch (error) {
    if (!blocked()) throw error;
  }
  throw refused;
}

/**
 * As {@linkcode parseYaml} for a text that must hold a map; no text at all is an empty one.
 *
 * @throws {YamlError} as Go's JSON decoder complains where the text holds something else.
 */
export function parseYamlMap(
  text: string,
  options: ParseYamlOptions = {},
): Record<string, unknown> {
  const value = parseYaml(text, options) ?? Object.create(null);
  if (typeof value === "object" && !Array.isArray(value)) return value as Record<string, unknown>;
  throw wrongType(value, "map[string]interface {}");
}

/** As {@linkcode parseYamlMap} for a text that must hold a list. */
export function parseYamlList(text: string, options: ParseYamlOptions = {}): unknown[] {
  const value = parseYaml(text, options) ?? [];
  if (Array.isArray(value)) return value;
  throw wrongType(value, "[]interface {}");
}

function wrongType(value: unknown, wanted: string): YamlError {
  const found = Array.isArray(value) ? "array" : jsonTypes[typeof value];
  return new YamlError(
    `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${found} ` +
      `into Go value of type ${wanted}`,
  );
}

const jsonTypes: Readonly<Record<string, string>> = {
  boolean: "bool",
  number: "number",
  bigint: "number",
  string: "string",
  object: "object",
};

/**
 * values.schema.json: the values of a chart and of its subcharts against their schemas.
 *
 * @module
 */

import { RE2JS } from "re2js";
import { messageOf } from "../errors.ts";
import { quoteGo } from "../template/quote.ts";
import { isMap, typeOf } from "../template/value.ts";
import type { GoMap } from "../template/value.ts";
import { ChartError, chartName } from "./chart.ts";
import type { Chart, ChartFile } from "./chart.ts";
import { parseJsonValue } from "./decode.ts";
import { jsonErrorMessage } from "./json_error.ts";
import { NeedsDocument, SchemaError, SchemaStore } from "./schema_document.ts";
import type { SchemaNode } from "./schema_document.ts";
import { metaDocuments } from "./schema_meta.ts";
import { describe, NumberLiteral } from "./schema_message.ts";
import { validate } from "./schema_validate.ts";
import type { CompilePattern } from "./schema_validate.ts";

const ROOT = "file:///values.schema.json";
const MAX_DOCUMENTS = 100;

/** How values are held against schemas. */
export interface SchemaOptions {
  /**
   * Loads a schema that a `$ref` names by its web address. Schemas in files are not loaded: a
   * chart reads nothing but itself.
   * @default a request that ends after 15 seconds
   */
  readonly load?: ((url: string, signal?: AbortSignal) => Promise<unknown>) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Checks the final values against the chart's schema and those of its subcharts.
 *
 * @throws {ChartError} that lists every failure, in Helm's words.
 */
export async function validateValues(
  chart: Chart,
  values: GoMap,
  options: SchemaOptions = {},
): Promise<void> {
  const text = await check(chart, values, options);
  if (text === "") return;
  throw new ChartError(
    `values don't meet the specifications of the schema(s) in the following chart(s):\n${text}`,
    {
      code: "values/schema",
      hint: "correct the values, or pass --skip-schema-validation if the schema is wrong",
    },
  );
}

/** Whether the chart or one of its subcharts has a schema. */
export function hasSchema(chart: Chart): boolean {
  return chart.schema !== undefined || chart.dependencies.some(hasSchema);
}

async function check(chart: Chart, values: GoMap, options: SchemaOptions): Promise<string> {
  let text = "";
  if (chart.schema !== undefined) {
    const failures = await checkOne(chart.schema, values, options);
    if (failures !== "") text += `${chartName(chart)}:\n${failures}`;
  }
  for (const sub of chart.dependencies) {
    const section = values[chartName(sub)];
    if (section === undefined || section === null) continue;
    text += isMap(section)
      ? await check(sub, section, options)
      : `${chartName(sub)}:\ninvalid type for values: expected object (map), got ${
        typeOf(section)
      }\n`;
  }
  return text;
}

/**
 * What does not fit one schema, a line for each failure; empty where the values fit. Subcharts are
 * not looked at.
 */
export async function schemaFailures(
  schema: ChartFile,
  values: GoMap,
  options: SchemaOptions = {},
): Promise<string> {
  return await checkOne(schema, values, options);
}

/** A schema that has been read, or why it cannot be. */
type ReadSchema =
  | {
    readonly store: SchemaStore;
    readonly root: SchemaNode;
    readonly pattern: CompilePattern;
    /** Whether all references were found to lead somewhere, which needs to be seen once. */
    checked: boolean;
  }
  | SchemaError;

/** The failures of one chart's values as text; empty where they fit. */
async function checkOne(file: ChartFile, values: GoMap, options: SchemaOptions): Promise<string> {
  const read = file.derive<ReadSchema>("schema", () => readSchema(file.text));
  if (read instanceof SchemaError) return read.message;
  const { store, root, pattern } = read;
  try {
    for (let loaded = 0;; loaded++) {
      try {
        if (!read.checked) {
          for (const node of store.walk(root)) checkReferences(store, node, pattern);
          read.checked = true;
        }
        const failures = validate({ store, pattern }, root, values);
        return failures.length === 0 ? "" : `${describe(failures).slice(1)}\n`;
      } catch (error) {
        if (!(error instanceof NeedsDocument) || loaded >= MAX_DOCUMENTS) throw error;
        store.add(error.url, await load(error.url, options));
      }
    }
  } catch (error) {
    if (error instanceof SchemaError || error instanceof NeedsDocument) return error.message;
    throw error;
  }
}

/** Reads a schema and checks what needs no values, once for each chart. */
function readSchema(text: string): ReadSchema {
  try {
    const store = new SchemaStore();
    const root = store.add(ROOT, parseSchema(text));
    const pattern = patternCache();
    checkSchema(root, pattern);
    return { store, root, pattern, checked: false };
  } catch (error) {
    if (error instanceof SchemaError) return error;
    throw error;
  }
}

/** Holds the schema itself against the schema of its draft. */
function checkSchema(root: SchemaNode, pattern: CompilePattern): void {
  const store = new SchemaStore();
  const [meta] = metaDocuments(root.resource.draft).map(({ url, schema }) =>
    store.add(url, schema)
  );
  const failures = validate({ store, pattern, formats: true }, meta!, root.value);
  if (failures.length === 0) return;
  throw new SchemaError(
    `"${ROOT}#" is not valid against metaschema: jsonschema validation failed with '${
      meta!.location
    }'${describe(failures)}`,
  );
}

/** Finds what cannot work before any value is looked at: bad patterns and dangling references. */
function checkReferences(
  store: SchemaStore,
  node: SchemaNode,
  pattern: CompilePattern,
): void {
  if (!isMap(node.value)) return;
  const reference = node.value["$ref"];
  if (typeof reference === "string") store.resolve(node, reference);
  const text = node.value["pattern"];
  if (typeof text !== "string") return;
  try {
    pattern(text);
  } catch (error) {
    const location = quoteGo(`${node.location}/pattern`);
    throw new SchemaError(
      `invalid regex ${quoteGo(text)} at ${location}: ${messageOf(error)}`,
    );
  }
}

function parseSchema(text: string): unknown {
  try {
    return JSON.parse(text, keepLiteral);
  } catch {
    throw new SchemaError(streamMessage(text));
  }
}

/** Go reads schemas as a stream, whose end has other words. */
function streamMessage(text: string): string {
  const message = jsonErrorMessage(text);
  if (message !== "unexpected end of JSON input") return message;
  return text.trim() === "" ? "EOF" : "unexpected EOF";
}

/** Keeps how a number was written, for the messages. */
function keepLiteral(_key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source;
  if (typeof value !== "number" || source === undefined || String(value) === source) return value;
  return new NumberLiteral(value, source);
}

/** RE2 patterns, compiled once: they match in linear time whatever the chart asks for. */
function patternCache(): CompilePattern {
  const compiled = new Map<string, (text: string) => boolean>();
  return (pattern) => {
    const known = compiled.get(pattern);
    if (known !== undefined) return known;
    const expression = RE2JS.compile(pattern);
    const matches = (text: string) => expression.matcher(text).find();
    compiled.set(pattern, matches);
    return matches;
  };
}

async function load(url: string, options: SchemaOptions): Promise<unknown> {
  // An address that names nothing reachable: Helm warns and takes any value.
  if (url.startsWith("urn:")) return true;
  if (!/^https?:/.test(url)) {
    throw new SchemaError(
      `failing loading ${quoteGo(url)}: a chart's schema may not read files outside the chart`,
    );
  }
  try {
    return await (options.load ?? fetchSchema)(url, options.signal);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw new SchemaError(`failing loading ${quoteGo(url)}: ${messageOf(error)}`);
  }
}

async function fetchSchema(url: string, signal?: AbortSignal): Promise<unknown> {
  const limit = AbortSignal.timeout(15_000);
  const response = await fetch(url, {
    signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw new SchemaError(
      `HTTP request to ${url} returned status ${response.status} (${response.statusText})`,
    );
  }
  return parseJsonValue(await response.text());
}

/**
 * The user's values: files and `--set` flags, merged in the order of their precedence.
 *
 * @module
 */

import { messageOf } from "../errors.ts";
import { fromBytes, isMap, newMap } from "../template/value.ts";
import type { GoMap } from "../template/value.ts";
import { checkParsedSize } from "./archive.ts";
import { ChartError } from "./chart.ts";
import type { HelmVersion } from "./chart.ts";
import { decodeYamlMap, parseJsonValue } from "./decode.ts";
import { chartLimits } from "./limits.ts";
import type { ChartLimits } from "./limits.ts";
import { parseSet } from "./strvals.ts";
import type { SetReader } from "./strvals.ts";

/** Values as they are given on a command line. Kinds apply in this order, whatever theirs was. */
export interface ValueFlags {
  /** `-f`: paths of YAML files; `-` is standard input. */
  readonly files?: readonly string[] | undefined;
  readonly setJson?: readonly string[] | undefined;
  readonly set?: readonly string[] | undefined;
  readonly setString?: readonly string[] | undefined;
  /** `--set-file`: `key=path`. */
  readonly setFile?: readonly string[] | undefined;
  readonly setLiteral?: readonly string[] | undefined;
}

/** How values are read. */
export interface ValueOptions {
  /** @default {"v4"} */
  readonly helmVersion?: HelmVersion | undefined;
  /** Reads a file that a flag names. @default {readNamedFile} */
  readonly read?: ((path: string, signal?: AbortSignal) => Promise<Uint8Array>) | undefined;
  /** Bounds on a file's size. */
  readonly limits?: Pick<ChartLimits, "valuesBytes"> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The user's values from files and flags.
 *
 * @throws {ChartError} in Helm's words, naming the flag or file that cannot be read.
 */
export async function readValues(flags: ValueFlags, options: ValueOptions = {}): Promise<GoMap> {
  const { helmVersion = "v4", read = readNamedFile, signal } = options;
  const limits = chartLimits(options.limits, helmVersion);
  let values = newMap();
  for (const path of flags.files ?? []) {
    const data = await read(path, signal);
    checkParsedSize(path, data.length, limits);
    values = mergeMaps(values, parseValuesFile(fromBytes(data), path, helmVersion));
  }
  for (const text of flags.setJson ?? []) values = setJson(text, values, helmVersion);
  assign(flags.set, values, "typed", "--set");
  assign(flags.setString, values, "string", "--set-string");
  await assignFiles(flags.setFile ?? [], values, (path) => read(path, signal));
  assign(flags.setLiteral, values, "literal", "--set-literal");
  return values;
}

/** Two maps as one; the second wins, maps inside both are merged. Neither is changed. */
export function mergeMaps(base: GoMap, over: GoMap): GoMap {
  const result = Object.assign(newMap(), base);
  for (const key of Object.keys(over)) {
    const value = over[key], below = result[key];
    result[key] = isMap(value) && isMap(below) ? mergeMaps(below, value) : value;
  }
  return result;
}

/** A chart's values.yaml, and what Helm 3 sees of it where that is something else. */
export interface Defaults {
  readonly values: GoMap;
  readonly firstValues?: GoMap;
}

/** Reads a chart's values.yaml. */
export function readDefaults(
  text: string,
  helmVersion: HelmVersion,
): Defaults {
  const json = readJson(text);
  if (json !== undefined) return { values: json };
  if (!/^---/m.test(text)) {
    return { values: helmVersion === "v3" ? decodeYamlMap(text) : decodeDocument(text) };
  }
  const firstValues = decodeYamlMap(text);
  if (helmVersion === "v3") return { values: firstValues };
  return { values: mergeDocuments(text), firstValues };
}

/**
 * Values that are written as JSON, read as JSON: it is several times faster, and takes the
 * characters that JSON allows and YAML 1.1 does not.
 */
function readJson(text: string): GoMap | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    return parseJsonValue(text) as GoMap;
  } catch {
    return undefined;
  }
}

function parseValuesFile(text: string, path: string, helmVersion: HelmVersion): GoMap {
  try {
    return helmVersion === "v3" ? decodeYamlMap(text) : mergeDocuments(text);
  } catch (error) {
    throw new ChartError(`failed to parse ${path}: ${messageOf(error)}`, {
      code: "values/file",
      position: { file: path },
      hint: "a file of values is a map in YAML, such as `image: {tag: v1}`",
      cause: error,
    });
  }
}

/** All documents of a text merged, as Helm 4 reads values. */
function mergeDocuments(text: string): GoMap {
  let values = newMap();
  for (const [i, document] of splitDocuments(text).entries()) {
    values = mergeMaps(values, decodeDocument(document, i));
  }
  return values;
}

/** Nothing is said of the place in a document that is not the first: lines are counted in it. */
function decodeDocument(text: string, i = 0): GoMap {
  try {
    return decodeYamlMap(text);
  } catch (error) {
    const cause = i === 0 ? error : undefined;
    throw new ChartError(`cannot unmarshal yaml document: ${messageOf(error)}`, { cause });
  }
}

/** Splits where a line is `---`, as Kubernetes' YAML reader does. */
function splitDocuments(text: string): string[] {
  const documents: string[] = [];
  let current = "";
  for (const line of text.split(/(?<=\n)/)) {
    const rest = line.startsWith("---") ? line.slice(3).trim() : undefined;
    if (rest !== undefined && rest !== "" && !rest.startsWith("#")) {
      throw new ChartError(
        `error reading yaml document: invalid Yaml document separator: ${rest}`,
      );
    }
    if (rest !== undefined && current !== "") {
      documents.push(current);
      current = "";
    } else {
      current += line;
    }
  }
  if (current !== "") documents.push(current);
  return documents;
}

function setJson(text: string, values: GoMap, helmVersion: HelmVersion): GoMap {
  try {
    if (helmVersion === "v4" && text.trim().startsWith("{")) {
      return mergeMaps(values, parseJsonValue(text) as GoMap);
    }
    return parseSet(text, values, "json");
  } catch (error) {
    const json = helmVersion === "v4" && text.trim().startsWith("{") ? " JSON:" : "";
    throw new ChartError(`failed parsing --set-json data${json} ${text}`, {
      code: "values/set",
      hint: "write KEY=JSON, or a whole object, in quotes for the shell: --set-json 'a=[1,2]'",
      cause: error,
    });
  }
}

function assign(
  texts: readonly string[] | undefined,
  values: GoMap,
  reader: SetReader,
  flag: string,
): void {
  for (const text of texts ?? []) {
    try {
      parseSet(text, values, reader);
    } catch (error) {
      throw new ChartError(`failed parsing ${flag} data: ${messageOf(error)}`, {
        code: "values/set",
        hint: "write KEY=VALUE, a list as KEY[0]=VALUE or KEY={a,b}; a comma in a value is \\,",
        cause: error,
      });
    }
  }
}

/** The grammar is read twice, as files are read between the finding of their names and their use. */
async function assignFiles(
  texts: readonly string[],
  values: GoMap,
  read: (path: string) => Promise<Uint8Array>,
): Promise<void> {
  for (const text of texts) {
    const contents = new Map<string, string>();
    assign([text], newMap(), (path) => contents.set(path, ""), "--set-file");
    try {
      for (const path of contents.keys()) contents.set(path, fromBytes(await read(path)));
    } catch (error) {
      throw new ChartError(`failed parsing --set-file data: ${messageOf(error)}`, {
        code: "values/set",
        hint: "write KEY=PATH; a relative path starts where the command runs",
        cause: error,
      });
    }
    assign([text], values, (path) => contents.get(path), "--set-file");
  }
}

/** Reads a local file, standard input for `-`, or a web address. */
export async function readNamedFile(path: string, signal?: AbortSignal): Promise<Uint8Array> {
  if (path.trim() === "-") return await readAll(Deno.stdin.readable);
  if (/^https?:\/\//.test(path)) {
    const response = await fetch(path, { signal: signal ?? null });
    if (!response.ok) {
      throw new ChartError(`failed to fetch ${path} : ${response.status} ${response.statusText}`);
    }
    return new Uint8Array(await response.arrayBuffer());
  }
  try {
    return await Deno.readFile(path, signal === undefined ? {} : { signal });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new ChartError(`open ${path}: no such file or directory`, {
      code: "values/file",
      hint: "a relative path starts where the command runs; in a stack file, at the stack file",
      cause: error,
    });
  }
}

async function readAll(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * From a list of files to a chart: which file is what, subcharts included.
 *
 * @module
 */

import type { Position } from "../errors.ts";
import { quoteGo } from "../template/quote.ts";
import { toBytes } from "../template/value.ts";
import {
  checkParsedSize,
  gunzipNow,
  isGzip,
  limitHint,
  tooLarge,
  tooMany,
  unpackTar,
  withoutBom,
} from "./archive.ts";
import type { RawFile } from "./archive.ts";
import { ChartError, ChartFile } from "./chart.ts";
import type { Chart, HelmVersion, Lock, Metadata } from "./chart.ts";
import { chartLimits } from "./limits.ts";
import type { ChartLimits, Limits } from "./limits.ts";
import { decodeLock, decodeMetadata } from "./metadata.ts";
import { YamlError } from "../yaml/error.ts";
import { decodeYaml } from "./decode.ts";
import { readDefaults } from "./value_files.ts";
import type { Defaults } from "./value_files.ts";
import { validateMetadata } from "./validate.ts";

/** How to read a chart. */
export interface ChartOptions {
  /** Whose rules to follow where they differ. @default {"v4"} */
  readonly helmVersion?: HelmVersion | undefined;
  /** Bounds on what the chart may hold. */
  readonly limits?: ChartLimits | undefined;
  /** Told what Helm would log as a warning. */
  readonly warn?: ((message: string) => void) | undefined;
}

/** How nested archives are unpacked, and what holds for the whole tree. */
export interface BuildContext {
  readonly helmVersion: HelmVersion;
  readonly limits: Limits;
  readonly warn: (message: string) => void;
  readonly unpack: (archive: Uint8Array) => RawFile[];
}

/**
 * Makes a chart of files in memory. No file system is read, and nothing is ignored.
 *
 * @param files Texts or bytes by their path in the chart's folder, such as `templates/web.yaml`
 * or `charts/db/Chart.yaml`. A subchart may also be an archive, `charts/db-1.0.0.tgz`.
 * @throws {ChartError} in Helm's words where the files make no chart.
 *
 * @example Usage
 * ```ts
 * import { chartFromFiles } from "@capstan/capstan";
 *
 * const chart = chartFromFiles({
 *   "Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n",
 *   "templates/web.yaml": "replicas: {{ .Values.replicas }}\n",
 *   "values.yaml": "replicas: 2\n",
 * });
 * if (chart.metadata.name !== "web") throw new Error();
 * ```
 */
export function chartFromFiles(
  files: Readonly<Record<string, string | Uint8Array>>,
  options: ChartOptions = {},
): Chart {
  const { helmVersion = "v4", warn = () => {} } = options;
  const limits = chartLimits(options.limits, helmVersion);
  const raw = Object.entries(files).map(([name, data]) => ({
    name: checkName(name),
    data: withoutBom(typeof data === "string" ? toBytes(data) : data),
  }));
  const unpack = (archive: Uint8Array) => unpackTar(gunzipNow(archive, limits), limits);
  return buildChart(raw, { helmVersion, limits, warn, unpack });
}

function checkName(name: string): string {
  if (name.startsWith("/") || name.split("/").includes("..") || name.includes("\\")) {
    throw new ChartError(`chart illegally contains the path ${quoteGo(name)}`, {
      code: "chart/unsafe",
      hint: "paths are relative to the chart's folder, with / between their parts",
    });
  }
  return name;
}

/** Makes a chart of its files, as Helm's loader does once it has them in memory. */
export function buildChart(files: readonly RawFile[], context: BuildContext): Chart {
  const used = { bytes: 0, files: 0 };
  return build(files, context, used, 0);
}

interface Used {
  bytes: number;
  files: number;
}

function build(
  files: readonly RawFile[],
  context: BuildContext,
  used: Used,
  depth: number,
): Chart {
  const { limits } = context;
  if (depth > limits.depth) {
    throw new ChartError(`charts are nested more than ${limits.depth} deep`, {
      code: "chart/too-large",
      hint: limitHint("depth"),
    });
  }
  if (depth === 0) count(files, used, limits);
  const parts = new Parts(context);
  const own = files.map(({ name, data }) => new ChartFile(name, data));
  for (const file of own) if (file.name === "Chart.yaml") parts.readMetadata(file);
  for (const file of own) parts.add(file);
  const metadata = parts.validated();
  const dependencies: Chart[] = [];
  for (const [name, group] of parts.groups) {
    if (/^[_.]/.test(name)) continue;
    dependencies.push(buildSubchart(name, group, metadata, context, used, depth));
  }
  const raw = own.filter(({ name }) => !name.startsWith("charts/"));
  return { ...parts.chart(), raw, metadata, dependencies };
}

function buildSubchart(
  name: string,
  group: readonly RawFile[],
  parent: Metadata,
  context: BuildContext,
  used: Used,
  depth: number,
): Chart {
  const isArchive = name.endsWith(".tgz");
  if (isArchive && group[0]!.name !== name) {
    throw new ChartError(
      `error unpacking subchart tar in ${parent.name}: expected ${name}, got ${group[0]!.name}`,
    );
  }
  try {
    if (!isArchive) return build(insideFolder(group), context, used, depth + 1);
    if (!isGzip(group[0]!.data)) throw new ChartError("gzip: invalid header");
    const files = context.unpack(group[0]!.data);
    count(files, used, context.limits);
    return build(files, context, used, depth + 1);
  } catch (error) {
    if (!(error instanceof ChartError) || error.code === "chart/too-large") throw error;
    throw new ChartError(`error unpacking subchart ${name} in ${parent.name}: ${error.message}`, {
      code: error.code,
      hint: error.hint,
      position: below(`charts/${name}`, error.position),
      cause: error,
    });
  }
}

/** Where in a file its YAML went wrong, if that is what did. */
export function placeIn(file: string, error: unknown): Position | undefined {
  if (error instanceof YamlError) {
    const { line, column } = error;
    return line === undefined ? undefined : { file, line, column };
  }
  return error instanceof Error ? placeIn(file, error.cause) : undefined;
}

/** The same place as seen from the folder that this one is in. */
export function below(folder: string, position: Position | undefined): Position | undefined {
  return position && { ...position, file: `${folder}/${position.file}` };
}

function insideFolder(group: readonly RawFile[]): RawFile[] {
  return group
    .filter(({ name }) => name.includes("/"))
    .map(({ name, data }) => ({ name: name.slice(name.indexOf("/") + 1), data }));
}

function count(files: readonly RawFile[], used: Used, limits: Limits): void {
  used.files += files.length;
  for (const { data } of files) used.bytes += data.length;
  if (used.files > limits.files) throw tooMany(limits);
  if (used.bytes > limits.totalBytes) throw tooLarge(limits);
}

const PARSED: ReadonlySet<string> = new Set([
  "Chart.lock",
  "values.yaml",
  "values.schema.json",
  "requirements.yaml",
  "requirements.lock",
]);

/** What the files of one chart turn out to be, collected in their order. */
class Parts {
  #metadata: Metadata | undefined;
  #lock: Lock | undefined;
  #values: Defaults | undefined;
  #schema: ChartFile | undefined;
  readonly #templates: ChartFile[] = [];
  readonly #files: ChartFile[] = [];
  readonly #context: BuildContext;
  /** Files under charts/ by the first part of their path. */
  readonly groups = new Map<string, RawFile[]>();

  constructor(context: BuildContext) {
    this.#context = context;
  }

  readMetadata(file: ChartFile): void {
    checkParsedSize(file.name, file.data.length, this.#context.limits);
    const decoded = within(
      file,
      () => decodeMetadata(decodeYaml(file.text), this.#metadata),
    );
    this.#metadata = decoded.apiVersion === "" ? { ...decoded, apiVersion: "v1" } : decoded;
  }

  add(file: ChartFile): void {
    const { name } = file;
    if (PARSED.has(name)) checkParsedSize(name, file.data.length, this.#context.limits);
    if (name === "Chart.yaml") return;
    if (name === "Chart.lock") this.#lock = readLock(file);
    else if (name === "values.yaml") this.#values = this.#readValues(file);
    else if (name === "values.schema.json") this.#schema = file;
    else if (name === "requirements.yaml") this.#readRequirements(file);
    else if (name === "requirements.lock") this.#readRequirementsLock(file);
    else if (name.startsWith("templates/")) this.#templates.push(file);
    else if (name.startsWith("charts/") && !/\.prov$/.test(name)) this.#group(file);
    else this.#files.push(file);
  }

  validated(): Metadata {
    if (this.#metadata === undefined) {
      throw new ChartError("Chart.yaml file is missing", {
        code: "chart/missing-metadata",
        hint: "a chart folder holds a Chart.yaml; does .helmignore leave it out?",
      });
    }
    return validateMetadata(this.#metadata);
  }

  chart(): Omit<Chart, "raw" | "metadata" | "dependencies"> {
    return {
      lock: this.#lock,
      values: undefined,
      ...this.#values,
      schema: this.#schema,
      templates: this.#templates,
      files: this.#files,
    };
  }

  #readValues(file: ChartFile): Defaults {
    return within(
      file,
      () => readDefaults(file.text, this.#context.helmVersion),
    );
  }

  #readRequirements(file: ChartFile): void {
    if (this.#metadata?.apiVersion !== "v1") {
      this.#context.warn(
        'Warning: Dependencies are handled in Chart.yaml since apiVersion "v2". We recommend migrating dependencies to Chart.yaml.',
      );
    }
    this.#metadata = within(
      file,
      () => decodeMetadata(decodeYaml(file.text), this.#metadata),
    );
    if (this.#metadata.apiVersion === "v1") this.#files.push(file);
  }

  #readRequirementsLock(file: ChartFile): void {
    this.#lock = readLock(file);
    if (this.#metadata?.apiVersion === "v1") {
      this.#files.push(file);
      return;
    }
    this.#context.warn(
      'Warning: Dependency locking is handled in Chart.lock since apiVersion "v2". We recommend migrating to Chart.lock.',
    );
  }

  #group(file: ChartFile): void {
    const name = file.name.slice("charts/".length);
    const first = name.split("/", 1)[0]!;
    const group = this.groups.get(first) ?? [];
    this.groups.set(first, group);
    group.push({ name, data: file.data });
  }
}

function readLock(file: ChartFile): Lock {
  return within(file, () => decodeLock(decodeYaml(file.text)));
}

function within<T>({ name: file }: ChartFile, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ChartError)) throw error;
    const { message, hint } = error;
    const position = placeIn(file, error);
    throw new ChartError(`cannot load ${file}: ${message}`, { hint, position, cause: error });
  }
}

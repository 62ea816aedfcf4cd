/**
 * A chart as an archive, with the files and the texts that Helm puts into it.
 *
 * Rules from Helm's pkg/chart/v2/util/save.go and pkg/action/package.go.
 *
 * @module
 */
import { ChartError } from "../chart/chart.ts";
import type { Chart, Lock } from "../chart/chart.ts";
import { dependencyJSON, metadataJSON } from "../chart/metadata.ts";
import { validateMetadata } from "../chart/validate.ts";
import { messageOf } from "../errors.ts";
import { parseVersion } from "../semver.ts";
import { emitYaml } from "../yaml/emit.ts";
import { writeArchive } from "./write_tar.ts";
import type { TarFile } from "./write_tar.ts";

/** Options of {@linkcode packageChart}. */
export interface PackageOptions {
  /** Takes the place of the chart's version. */
  readonly version?: string | undefined;
  /** Takes the place of the chart's appVersion. */
  readonly appVersion?: string | undefined;
  /** When the files were changed, in seconds since 1970: equal charts at equal times are equal bytes. */
  readonly time: number;
}

/** A packaged chart. */
export interface PackagedChart {
  /** `NAME-VERSION.tgz` */
  readonly fileName: string;
  readonly version: string;
  readonly archive: Uint8Array;
}

/**
 * Packs a chart.
 *
 * @throws {ChartError} In Helm's words, when the metadata or the schema is not valid.
 */
export async function packageChart(chart: Chart, options: PackageOptions): Promise<PackagedChart> {
  const metadata = {
    ...chart.metadata,
    version: options.version || chart.metadata.version,
    appVersion: options.appVersion || chart.metadata.appVersion,
  };
  checkVersion(metadata.version);
  const packed = { ...chart, metadata };
  checkMetadata(packed);
  const { name, version } = metadata;
  const archive = await writeArchive(filesOf(packed, name), options.time);
  return { fileName: `${name}-${version}.tgz`, version, archive };
}

function checkVersion(version: string): void {
  try {
    parseVersion(version);
  } catch (error) {
    throw new ChartError(messageOf(error), {
      hint: `${JSON.stringify(version)} is no version; one looks like 1.2.3`,
      cause: error,
    });
  }
}

function checkMetadata({ metadata }: Chart): void {
  try {
    validateMetadata(metadata);
  } catch (error) {
    throw new ChartError(`failed to save: chart validation: ${messageOf(error)}`, { cause: error });
  }
}

const encoder = new TextEncoder();

/** The files below `base`, in Helm's order. */
function filesOf(chart: Chart, base: string): TarFile[] {
  const { metadata, lock } = chart;
  // A chart of the first kind declares its dependencies in a file of their own.
  const own = metadata.apiVersion === "v1" ? { ...metadata, dependencies: undefined } : metadata;
  const files: TarFile[] = [text(`${base}/Chart.yaml`, emitYaml(metadataJSON(own)))];
  if (metadata.apiVersion === "v2" && lock !== undefined) {
    files.push(text(`${base}/Chart.lock`, lockText(lock)));
  }
  const values = chart.raw.find(({ name }) => name === "values.yaml");
  if (values !== undefined) files.push(under(base, values));
  if (chart.schema !== undefined) {
    checkSchema(chart.schema.data);
    files.push({ name: `${base}/values.schema.json`, data: chart.schema.data });
  }
  for (const file of [...chart.templates, ...chart.files]) files.push(under(base, file));
  for (const sub of chart.dependencies) {
    files.push(...filesOf(sub, `${base}/charts/${sub.metadata.name}`));
  }
  return files;
}

function text(name: string, content: string): TarFile {
  return { name, data: encoder.encode(content) };
}

function under(base: string, { name, data }: TarFile): TarFile {
  return { name: `${base}/${name}`, data };
}

function checkSchema(data: Uint8Array): void {
  try {
    JSON.parse(new TextDecoder().decode(data));
  } catch (error) {
    throw new ChartError("failed to save: invalid JSON in values.schema.json", { cause: error });
  }
}

/** Chart.lock as Helm writes it. */
export function lockText({ dependencies, digest, generated }: Lock): string {
  return emitYaml({
    dependencies: dependencies.map(dependencyJSON),
    digest,
    generated: generated === "" ? "0001-01-01T00:00:00Z" : generated,
  });
}

/**
 * The part of a chart that a release record keeps: everything but its subcharts.
 *
 * @module
 */
import { type Chart, ChartFile, type Metadata } from "../chart/chart.ts";
import { decodeLock, decodeMetadata, dependencyJSON, metadataJSON } from "../chart/metadata.ts";
import { type GoMap, isMap } from "../template/value.ts";

/**
 * A chart as a record holds it. It is carried from revision to revision as it was read, so that
 * fields this version does not know survive.
 */
export interface StoredChart {
  /** Chart.yaml. */
  readonly metadata: Metadata;
  /** The record's `chart`. */
  readonly json: GoMap;
}

/** A chart on its way into a record. `values` are the defaults that the record keeps. */
export function storeChart(
  chart: Chart,
  values: GoMap | undefined = chart.values,
): StoredChart {
  const { metadata, lock, schema } = chart;
  return {
    metadata,
    json: {
      metadata: metadataJSON(metadata),
      lock: lock === undefined ? null : {
        generated: lock.generated || "0001-01-01T00:00:00Z",
        digest: lock.digest,
        dependencies: lock.dependencies.map(dependencyJSON),
      },
      templates: filesJSON(chart.templates),
      values: values ?? null,
      schema: schema === undefined ? null : base64(schema),
      files: filesJSON(chart.files),
    },
  };
}

/** A record's chart. */
export function readStoredChart(json: unknown): StoredChart {
  const fields = isMap(json) ? json : {};
  return { metadata: decodeMetadata(fields["metadata"] ?? {}), json: fields };
}

/** The chart that can be rendered again, without its subcharts. */
export function chartOf({ metadata, json }: StoredChart): Chart {
  const schema = json["schema"];
  return {
    metadata,
    lock: isMap(json["lock"]) ? decodeLock(json["lock"]) : undefined,
    templates: filesOf(json["templates"]),
    files: filesOf(json["files"]),
    values: storedValues({ metadata, json }),
    schema: typeof schema === "string"
      ? new ChartFile("values.schema.json", Uint8Array.fromBase64(schema))
      : undefined,
    raw: [],
    dependencies: [],
  };
}

/** Default values of the chart at that revision. */
export function storedValues({ json }: StoredChart): GoMap | undefined {
  const values = json["values"];
  return isMap(values) ? values : undefined;
}

/** Go's slices are null until something is in them. */
function filesJSON(files: readonly ChartFile[]): readonly GoMap[] | null {
  return files.length === 0 ? null : files.map(fileJSON);
}

function fileJSON(file: ChartFile): GoMap {
  return { name: file.name, data: base64(file) };
}

function base64(file: ChartFile): string {
  return file.derive("base64", () => file.data.toBase64());
}

function filesOf(list: unknown): ChartFile[] {
  if (!Array.isArray(list)) return [];
  return list.filter(isMap).map((file) =>
    new ChartFile(String(file["name"] ?? ""), Uint8Array.fromBase64(String(file["data"] ?? "")))
  );
}

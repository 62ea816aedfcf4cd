/**
 * What loading a chart may use up. A chart is data from somebody else.
 *
 * @module
 */

/** Bounds on a chart's size. */
export interface ChartLimits {
  /**
   * Bytes of all files together, those of nested archives included.
   * @default {104857600}
   */
  readonly totalBytes?: number | undefined;
  /**
   * Bytes of one file. Helm 3 allows 5 MiB, Helm 4 whatever the total allows.
   * @default {Infinity} or 5242880 with `helmVersion: "v3"`
   */
  readonly fileBytes?: number | undefined;
  /**
   * Bytes of a file that is parsed as a whole: values.yaml, Chart.yaml, the schema, a file of the
   * user's values. As values it takes some sixty times as much memory.
   * @default {10485760}
   */
  readonly valuesBytes?: number | undefined;
  /**
   * Files of the chart, those of nested archives included.
   * @default {50000}
   */
  readonly files?: number | undefined;
  /**
   * How deep charts may lie inside charts.
   * @default {64}
   */
  readonly depth?: number | undefined;
}

/** The limits in force. */
export type Limits = { readonly [K in keyof ChartLimits]-?: number };

/** The limits with their defaults. */
export function chartLimits(limits: ChartLimits = {}, helmVersion = "v4"): Limits {
  return {
    totalBytes: limits.totalBytes ?? 100 * 1024 * 1024,
    fileBytes: limits.fileBytes ?? (helmVersion === "v3" ? 5 * 1024 * 1024 : Infinity),
    valuesBytes: limits.valuesBytes ?? 10 * 1024 * 1024,
    files: limits.files ?? 50_000,
    depth: limits.depth ?? 64,
  };
}

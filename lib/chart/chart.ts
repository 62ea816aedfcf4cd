/**
 * What a chart is once it is loaded: plain data, shared by every release that uses it.
 *
 * Nothing here is changed by rendering; `processDependencies` returns a new tree that shares the
 * files with the old one.
 *
 * @module
 */

import { HelmError } from "../errors.ts";
import type { CapstanErrorOptions } from "../errors.ts";
import { fromBytes } from "../template/value.ts";
import type { GoMap } from "../template/value.ts";

/** Whose behaviour is followed where Helm 3 and Helm 4 differ. */
export type HelmVersion = "v3" | "v4";

/** Somebody who looks after a chart. */
export interface Maintainer {
  /** The person's or the organisation's name. */
  readonly name: string;
  /** Mail address. */
  readonly email: string;
  /** Web address. */
  readonly url: string;
}

/** A dependency as Chart.yaml declares it; a text that is not given is empty. */
export interface Dependency {
  /** Name of the chart that is depended on. */
  readonly name: string;
  /** A version or a range of versions. */
  readonly version: string;
  /** Where it is found: the address of a repository, or `file://` and a path. */
  readonly repository: string;
  /** Comma-separated paths into the values; the first that holds a boolean decides. */
  readonly condition: string;
  /** Tags that switch it on or off through the values' `tags`. */
  readonly tags: readonly string[];
  /** Whether it takes part; worked out from condition and tags. */
  readonly enabled: boolean;
  /** Strings, or maps with `child` and `parent`. */
  readonly importValues: readonly unknown[];
  /** The name it goes by in this chart. */
  readonly alias: string;
}

/** Chart.yaml; a text that is not given is empty. */
export interface Metadata {
  /** The chart's name. */
  readonly name: string;
  /** Web address of the project. */
  readonly home: string;
  /** Web addresses of the sources. */
  readonly sources: readonly string[];
  /** The chart's own version, in SemVer 2. */
  readonly version: string;
  /** One sentence about the chart. */
  readonly description: string;
  /** Words to find it by. */
  readonly keywords: readonly string[];
  /** Who looks after it. */
  readonly maintainers: readonly Maintainer[];
  /** Web address of an icon. */
  readonly icon: string;
  /** `v1` or `v2`; `v1` declares its dependencies in requirements.yaml. */
  readonly apiVersion: string;
  /** Path into the parent's values that switches the chart on. */
  readonly condition: string;
  /** Comma-separated tags that switch the chart on. */
  readonly tags: string;
  /** Version of what the chart installs. */
  readonly appVersion: string;
  /** Whether the chart should no longer be used. */
  readonly deprecated: boolean;
  /** Further data, for other programs. */
  readonly annotations: Readonly<Record<string, string>>;
  /** The range of Kubernetes versions it runs on. */
  readonly kubeVersion: string;
  /** `undefined` where the file does not name the field, which Helm tells apart from an empty list. */
  readonly dependencies: readonly Dependency[] | undefined;
  /** `application`, `library`, or empty, which is an application. */
  readonly type: string;
}

/** Chart.lock. */
export interface Lock {
  /** When the lock was written, as RFC 3339 text. */
  readonly generated: string;
  /** Digest of the declared dependencies, `sha256:` and hex. */
  readonly digest: string;
  /** The dependencies with the exact versions that were chosen. */
  readonly dependencies: readonly Dependency[];
}

/**
 * A file of a chart, with what was derived from it once.
 *
 * @example Usage
 * ```ts
 * import { chartFromFiles } from "@capstan/capstan";
 *
 * const chart = chartFromFiles({
 *   "Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
 *   "README.md": "# web",
 * });
 * const readme = chart.files.find(({ name }) => name === "README.md");
 * if (readme?.text !== "# web" || readme.data.length !== 5) throw chart.files;
 * ```
 */
export class ChartFile {
  #text: string | undefined;
  readonly #derived = new Map<string, unknown>();

  /**
   * Keeps the bytes as they are given, without a copy.
   *
   * @param name Path inside the chart, with `/`.
   * @param data The bytes, without a leading byte order mark.
   */
  constructor(readonly name: string, readonly data: Uint8Array) {}

  /** The bytes as a Go string. */
  get text(): string {
    return this.#text ??= fromBytes(this.data);
  }

  /** What `make` returned the first time it was asked for under this key. */
  derive<T>(key: string, make: () => T): T {
    if (!this.#derived.has(key)) this.#derived.set(key, make());
    return this.#derived.get(key) as T;
  }
}

/** A loaded chart with its subcharts. */
export interface Chart {
  /** Chart.yaml. */
  readonly metadata: Metadata;
  /** Chart.lock, or requirements.lock; `undefined` where there is none. */
  readonly lock: Lock | undefined;
  /** Files under templates/, in the order in which they were read. */
  readonly templates: readonly ChartFile[];
  /** Every other file but Chart.yaml, Chart.lock, values.yaml, values.schema.json and charts/. */
  readonly files: readonly ChartFile[];
  /** Default values; `undefined` where the chart has no values.yaml. */
  readonly values: GoMap | undefined;
  /** What Helm 3 reads of a values.yaml that holds several documents: the first of them. */
  readonly firstValues?: GoMap | undefined;
  /** values.schema.json */
  readonly schema: ChartFile | undefined;
  /** The chart's files as they were read, for `show` and for packaging; no subchart's. */
  readonly raw: readonly ChartFile[];
  /** The charts under charts/, in the order in which they were read. */
  readonly dependencies: readonly Chart[];
  /** What the paths of its subcharts call it, where Helm 3 forgets an alias. */
  readonly pathName?: string | undefined;
}

/**
 * A chart that cannot be loaded or used; the message is Helm's.
 *
 * @example Usage
 * ```ts
 * import { ChartError, chartFromFiles } from "@capstan/capstan";
 *
 * let said = "";
 * try {
 *   chartFromFiles({ "values.yaml": "replicas: 2\n" });
 * } catch (error) {
 *   if (error instanceof ChartError) said = error.message;
 * }
 * if (said !== "Chart.yaml file is missing") throw new Error(said);
 * ```
 */
export class ChartError extends HelmError {
  /** Tells it from other Capstan errors. */
  override readonly name = "ChartError";

  /** The code is `chart/invalid` unless the options say otherwise. */
  constructor(message: string, options: CapstanErrorOptions = {}) {
    super(message, { code: "chart/invalid", ...options });
  }
}

/** The name a chart goes by: its alias where it has one. */
export function chartName(chart: Chart): string {
  return chart.metadata.name;
}

/** Whether a chart only lends its partials to others. */
export function isLibrary(chart: Chart): boolean {
  return chart.metadata.type.toLowerCase() === "library";
}

/** The chart's own default values as that Helm reads them. */
export function defaultValues(chart: Chart, helmVersion: HelmVersion): GoMap | undefined {
  return helmVersion === "v3" ? chart.firstValues ?? chart.values : chart.values;
}

/** Where a subchart's files lie in output, below its parent's path. */
export function subchartPath(parent: Chart, path: string, sub: Chart): string {
  const base = parent.pathName === undefined
    ? path
    : path.slice(0, path.lastIndexOf("/") + 1) + parent.pathName;
  return `${base}/charts/${chartName(sub)}`;
}

/** The README, by any of the names that Helm knows, in any case. */
export function readmeOf({ files }: Chart): ChartFile | undefined {
  return files.find(({ name }) => /^readme(\.md|\.txt)?$/i.test(name));
}

/** A file under crds/, with the path that output names it by. */
export interface CrdFile {
  readonly path: string;
  readonly file: ChartFile;
}

/** The files under crds/ of a chart and then of its subcharts. */
export function crdFiles(chart: Chart, path: string = chartName(chart)): CrdFile[] {
  const own = chart.files
    .filter(({ name }) => name.startsWith("crds/") && /\.(ya?ml|json)$/i.test(name))
    .map((file) => ({ path: `${path}/${file.name}`, file }));
  const theirs = chart.dependencies.flatMap((sub) => crdFiles(sub, subchartPath(chart, path, sub)));
  return [...own, ...theirs];
}

/**
 * From a chart and the user's values to everything a release is made of.
 *
 * @module
 */

import { crdFiles } from "../chart/chart.ts";
import type { Chart, CrdFile, HelmVersion } from "../chart/chart.ts";
import { processDependencies } from "../chart/dependencies.ts";
import { coalesceValues } from "../chart/values.ts";
import { rangeIncludes } from "../semver.ts";
import { compareStrings } from "../template/value.ts";
import type { FuncMap, GoMap } from "../template/value.ts";
import type { RenderLimits } from "./budget.ts";
import { offlineCapabilities } from "./capabilities.ts";
import type { Capabilities } from "./capabilities.ts";
import { RenderError } from "./errors.ts";
import type { Hook } from "./hooks.ts";
import { sortManifests } from "./manifests.ts";
import type { Manifest } from "./manifests.ts";
import { manifestText, withSource } from "./output.ts";
import { postRenderFiles } from "./post_render.ts";
import type { PostRender } from "./post_render.ts";
import { renderFiles } from "./render.ts";
import type { Lookup } from "./render.ts";

/** What templates see as `.Release`. */
export interface TemplateRelease {
  /** `.Release.Name`. */
  readonly name: string;
  /** `.Release.Namespace`. */
  readonly namespace: string;
  /** `.Release.Revision`. @default {1} */
  readonly revision?: number | undefined;
  /** `.Release.IsUpgrade`. @default {false} */
  readonly isUpgrade?: boolean | undefined;
  /** `.Release.IsInstall`. @default {!isUpgrade} */
  readonly isInstall?: boolean | undefined;
}

/** How templates are executed, and what they may ask for. */
export interface TemplateOptions {
  /** `required` and `fail` do not fail. @default {false} */
  readonly lint?: boolean | undefined;
  /** A key that a map does not have is an error. @default {false} */
  readonly strict?: boolean | undefined;
  /** Leaves the values unchecked. @default {false} */
  readonly skipSchemaValidation?: boolean | undefined;
  /** Answers the template function `lookup`. @default {every answer is an empty map} */
  readonly lookup?: Lookup | undefined;
  /** Answers `getHostByName`. @default {every answer is empty} */
  readonly resolveHost?: ((name: string) => string) | undefined;
  /** Loads schemas that others refer to by web address. @default a request that ends after 15 seconds */
  readonly loadSchema?: ((url: string, signal?: AbortSignal) => Promise<unknown>) | undefined;
  /** What one rendering may use up. */
  readonly limits?: RenderLimits | undefined;
  /** The clock, in milliseconds since 1970. @default {Date.now} */
  readonly now?: (() => number) | undefined;
  /** `n` random bytes. @default {crypto.getRandomValues} */
  readonly randomBytes?: ((n: number) => Uint8Array) | undefined;
  /** The local time zone for dates. @default {the system's} */
  readonly timeZone?: string | undefined;
  /** Told what Helm would log as a warning. */
  readonly warn?: ((message: string) => void) | undefined;
  /** Ends lookups and the loading of schemas; its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** How a chart is rendered. */
export interface RenderOptions extends TemplateOptions {
  /** What templates see as `.Release`. */
  readonly release: TemplateRelease;
  /** Whose behaviour to follow where they differ. @default {"v4"} */
  readonly helmVersion?: HelmVersion | undefined;
  /** What the cluster can do. @default {offlineCapabilities()} */
  readonly capabilities?: Capabilities | undefined;
  /** Keeps the notes of subcharts too. @default {false} */
  readonly subNotes?: boolean | undefined;
  /** Puts the files under crds/ before the manifests. @default {false} */
  readonly includeCrds?: boolean | undefined;
  /** Leaves out what Secrets hold. @default {false} */
  readonly hideSecrets?: boolean | undefined;
  /** More template functions; they win over those of the same name. */
  readonly functions?: FuncMap | undefined;
  /**
   * Changes what was rendered before it is used. For Helm 4 it is given manifests and hooks, as
   * {@linkcode postRenderFiles} says; for Helm 3 the sorted manifests without the hooks.
   */
  readonly postRender?: PostRender | undefined;
}

/** Everything that a release holds. */
export interface RenderedChart {
  /** The chart with its dependencies processed, as a release stores it. */
  readonly chart: Chart;
  /** The values that templates saw. */
  readonly values: GoMap;
  readonly manifests: readonly Manifest[];
  readonly hooks: readonly Hook[];
  /** The manifests as one text, which a release stores and what is applied comes from. */
  readonly manifest: string;
  readonly notes: string;
  readonly crds: readonly CrdFile[];
}

/** A chart that is ready to be rendered. */
export interface PreparedChart {
  readonly chart: Chart;
  readonly values: GoMap;
}

/**
 * Renders a chart into what a release holds.
 *
 * It leaves to the caller: whether the release may have this name, whether all dependencies are
 * there, and everything that a cluster has to say.
 *
 * @param user The user's values; not changed.
 * @throws {ChartError} where the values do not fit the chart.
 * @throws {RenderError} where a template fails or renders to what is no manifest.
 */
export async function renderChart(
  chart: Chart,
  user: GoMap,
  options: RenderOptions,
): Promise<RenderedChart> {
  const { helmVersion = "v4", warn, includeCrds = false, hideSecrets = false, postRender, signal } =
    options;
  const prepared = await prepareChart(chart, user, options);
  const capabilities = options.capabilities ?? offlineCapabilities(undefined, [], helmVersion);
  checkKubeVersion(prepared.chart, capabilities, helmVersion);
  const rendered = await renderFiles(prepared, { ...options, helmVersion, capabilities });
  const notes = takeNotes(rendered, prepared.chart, options.subNotes ?? false);
  const files = postRender !== undefined && helmVersion === "v4"
    ? await postRenderFiles(rendered, postRender, signal)
    : rendered;
  const { manifests, hooks } = sortedOrPartial(files, { helmVersion, warn });
  const crds = crdFiles(prepared.chart);
  const text = manifestText(manifests, { crds: includeCrds ? crds : [], hideSecrets });
  const manifest = postRender !== undefined && helmVersion === "v3"
    ? await postRender(text, signal)
    : text;
  return { ...prepared, manifests, hooks, manifest, notes, crds };
}

/** Decides which subcharts take part, and puts the values together. */
export async function prepareChart(
  chart: Chart,
  user: GoMap,
  options: Pick<
    RenderOptions,
    "helmVersion" | "skipSchemaValidation" | "loadSchema" | "warn" | "signal"
  >,
): Promise<PreparedChart> {
  const { helmVersion, warn, skipSchemaValidation = false, loadSchema, signal } = options;
  const processed = processDependencies(chart, user, { helmVersion, warn });
  const values = coalesceValues(processed, user, { helmVersion, warn });
  if (!skipSchemaValidation && hasSchema(processed)) {
    // Charts without a schema do without the validator.
    const { validateValues } = await import("../chart/schema.ts");
    await validateValues(processed, values, { load: loadSchema, signal });
  }
  return { chart: processed, values };
}

function hasSchema(chart: Chart): boolean {
  return chart.schema !== undefined || chart.dependencies.some(hasSchema);
}

function checkKubeVersion(
  chart: Chart,
  { kubeVersion }: Capabilities,
  helmVersion: HelmVersion,
): void {
  const wanted = chart.metadata.kubeVersion;
  if (wanted === "" || rangeIncludes(wanted, kubeVersion.normalized)) return;
  const shown = helmVersion === "v3" ? kubeVersion.normalized : kubeVersion.version;
  throw new RenderError(
    `chart requires kubeVersion: ${wanted} which is incompatible with Kubernetes ${shown}`,
    {
      code: "chart/kube-version",
      hint: "take another version of the chart; `capstan template` tries one with --kube-version",
    },
  );
}

/** Takes the notes out of the files: the chart's own, or all of them. */
function takeNotes(files: Map<string, string>, chart: Chart, all: boolean): string {
  const own = `${chart.metadata.name}/templates/NOTES.txt`;
  const notes: string[] = [];
  for (const path of [...files.keys()].sort(compareStrings)) {
    if (!path.endsWith("NOTES.txt")) continue;
    if (all || path === own) notes.push(files.get(path)!);
    files.delete(path);
  }
  return notes.join("\n");
}

/** The sorted documents; where they cannot be read, an error that carries the files as they are. */
function sortedOrPartial(
  files: ReadonlyMap<string, string>,
  options: { helmVersion: HelmVersion; warn: RenderOptions["warn"] },
): ReturnType<typeof sortManifests> {
  try {
    return sortManifests(files, options);
  } catch (error) {
    if (!(error instanceof RenderError)) throw error;
    const shown = [...files].filter(([, text]) => text.trim() !== "");
    throw error.withManifest(shown.map(([path, text]) => withSource(path, text)).join(""));
  }
}

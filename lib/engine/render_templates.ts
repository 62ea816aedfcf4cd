/**
 * The engine as a library: a chart in, the text of its templates out.
 *
 * @module
 */

import { messageOf } from "../errors.ts";
import { ChartError } from "../chart/chart.ts";
import type { Chart, HelmVersion } from "../chart/chart.ts";
import { parseSet } from "../chart/strvals.ts";
import { isMap, newMap } from "../template/value.ts";
import type { FuncMap, GoMap, ParamType } from "../template/value.ts";
import { offlineCapabilities } from "./capabilities.ts";
import { prepareChart } from "./render_chart.ts";
import type { TemplateOptions, TemplateRelease } from "./render_chart.ts";
import { renderFiles } from "./render.ts";

/**
 * A function that templates can call. Arguments are converted to the types of `params`, or refused
 * in Go's words; with `variadic` the last of them repeats. What it throws fails the rendering.
 *
 * An `int` arrives as a number and an `int64` as a bigint. Of the result, a bigint is an int and a
 * number a float64.
 *
 * @example Usage
 * ```ts
 * import { chartFromFiles, renderTemplates } from "@capstan/capstan";
 * import type { TemplateFunction } from "@capstan/capstan";
 *
 * const shout: TemplateFunction = {
 *   params: ["string"],
 *   variadic: false,
 *   call: (text: string) => `${text.toUpperCase()}!`,
 * };
 * const chart = chartFromFiles({
 *   "Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n",
 *   "templates/motto.yaml": 'motto: {{ shout "up" }}\n',
 * });
 * const files = await renderTemplates(chart, { functions: { shout } });
 * if (files.get("web/templates/motto.yaml") !== "motto: UP!\n") throw new Error();
 * ```
 */
export interface TemplateFunction {
  /** Types of the parameters. */
  readonly params: readonly ParamType[];
  /** Whether the last parameter may be given any number of times, or not at all. */
  readonly variadic: boolean;
  /** The work. Its parameters are those that `params` names. */
  readonly call: (...args: never[]) => unknown;
}

/** How {@linkcode renderTemplates} renders. */
export interface RenderTemplatesOptions extends TemplateOptions {
  /** The user's values, as one values file. @default {{}} */
  readonly values?: Readonly<Record<string, unknown>> | undefined;
  /** `--set` texts, which win over the values. @default {[]} */
  readonly set?: readonly string[] | undefined;
  /** What templates see as `.Release`. @default {{ name: "release-name", namespace: "default" }} */
  readonly release?: Partial<TemplateRelease> | undefined;
  /** What templates see as `.Capabilities.KubeVersion`. @default {"v1.37.0"} */
  readonly kubeVersion?: string | undefined;
  /** Added to `.Capabilities.APIVersions`. @default {[]} */
  readonly apiVersions?: readonly string[] | undefined;
  /** More template functions by name; they win over those of the same name. @default {{}} */
  readonly functions?: Readonly<Record<string, TemplateFunction>> | undefined;
  /** Whose behaviour to follow where the two differ. @default {"v4"} */
  readonly helmVersion?: HelmVersion | undefined;
}

/**
 * Renders the templates of a chart and of its subcharts.
 *
 * @returns The text of each template by its path, e.g. `web/templates/service.yaml`, before it is
 * split into documents and sorted. Partials, whose names start with `_`, are not among them.
 * @throws {CapstanError} with Helm's message where the chart cannot be rendered.
 *
 * @example Usage
 * ```ts
 * import { chartFromFiles, renderTemplates } from "@capstan/capstan";
 *
 * const chart = chartFromFiles({
 *   "Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n",
 *   "templates/web.yaml": "replicas: {{ .Values.replicas }} # of {{ .Release.Name }}\n",
 *   "values.yaml": "replicas: 2\n",
 * });
 * const files = await renderTemplates(chart, { set: ["replicas=3"], release: { name: "shop" } });
 * if (files.get("web/templates/web.yaml") !== "replicas: 3 # of shop\n") throw new Error();
 * ```
 */
export async function renderTemplates(
  chart: Chart,
  options: RenderTemplatesOptions = {},
): Promise<Map<string, string>> {
  const { helmVersion = "v4", kubeVersion, apiVersions = [], set = [], signal } = options;
  signal?.throwIfAborted();
  const { name = "release-name", namespace = "default", ...release } = options.release ?? {};
  const capabilities = offlineCapabilities(kubeVersion, apiVersions, helmVersion);
  const prepared = await prepareChart(chart, userValues(options.values ?? {}, set), {
    ...options,
    helmVersion,
  });
  return await renderFiles(prepared, {
    ...options,
    helmVersion,
    capabilities,
    // The compiler checks the arguments against `params`, which the type cannot say.
    functions: options.functions as FuncMap | undefined,
    release: { name, namespace, ...release },
  });
}

function userValues(values: Readonly<Record<string, unknown>>, set: readonly string[]): GoMap {
  const user = fromJs(values) as GoMap;
  for (const text of set) {
    try {
      parseSet(text, user);
    } catch (error) {
      throw new ChartError(`failed parsing --set data: ${messageOf(error)}`, {
        code: "values/set",
        cause: error,
      });
    }
  }
  return user;
}

/** A copy of a caller's values; what is undefined is left out, as JSON does. */
function fromJs(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => fromJs(item ?? null));
  if (!isMap(value)) return value;
  const map = newMap();
  for (const key of Object.keys(value)) {
    if (value[key] !== undefined) map[key] = fromJs(value[key]);
  }
  return map;
}

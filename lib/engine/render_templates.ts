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
import type { GoMap } from "../template/value.ts";
import { offlineCapabilities } from "./capabilities.ts";
import { prepareChart } from "./render_chart.ts";
import type { ReleaseInfo, RenderOptions } from "./render_chart.ts";
import { renderFiles } from "./render.ts";

/** How {@linkcode renderTemplates} renders. */
export interface RenderTemplatesOptions extends
  Pick<
    RenderOptions,
    | "lint"
    | "strict"
    | "skipSchemaValidation"
    | "lookup"
    | "resolveHost"
    | "functions"
    | "loadSchema"
    | "limits"
    | "now"
    | "randomBytes"
    | "timeZone"
    | "warn"
    | "signal"
  > {
  /** The user's values, as one values file. @default {{}} */
  readonly values?: Readonly<Record<string, unknown>> | undefined;
  /** `--set` texts, which win over the values. @default {[]} */
  readonly set?: readonly string[] | undefined;
  /** What templates see as `.Release`. @default {{ name: "release-name", namespace: "default" }} */
  readonly release?: Partial<ReleaseInfo> | undefined;
  /** What templates see as `.Capabilities.KubeVersion`. @default {"v1.37.0"} */
  readonly kubeVersion?: string | undefined;
  /** Added to `.Capabilities.APIVersions`. @default {[]} */
  readonly apiVersions?: readonly string[] | undefined;
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

/**
 * Linting: what is wrong with a chart, as `helm lint` of Helm 4 says it.
 *
 * @module
 */

import { newMap } from "../../template/value.ts";
import type { GoMap } from "../../template/value.ts";
import { offlineCapabilities } from "../capabilities.ts";
import { lintCrds } from "./crds.ts";
import { lintDependencies } from "./dependencies.ts";
import type { LintMessage, Report } from "./message.ts";
import { lintMetadata } from "./metadata.ts";
import { openLintSource } from "./source.ts";
import { lintTemplates } from "./templates.ts";
import { lintValues } from "./values.ts";

/** How a chart is linted. */
export interface LintOptions {
  /** The user's values. @default {{}} */
  readonly values?: GoMap | undefined;
  /** What templates see as `.Release.Namespace`. @default {"default"} */
  readonly namespace?: string | undefined;
  /** What templates see as `.Capabilities.KubeVersion`, and what is deprecated. @default {"v1.37.0"} */
  readonly kubeVersion?: string | undefined;
  /** Leaves the values unchecked. @default {false} */
  readonly skipSchemaValidation?: boolean | undefined;
  /** Told what Helm would log as a warning. */
  readonly warn?: ((message: string) => void) | undefined;
  /** The clock, in milliseconds since 1970. @default {Date.now} */
  readonly now?: (() => number) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Lints the chart in a folder or an archive. Nothing is changed, no cluster is asked.
 *
 * @returns Its findings, in Helm's order.
 * @throws {ChartError} where there is no chart at all.
 */
export async function lintChart(path: string, options: LintOptions = {}): Promise<LintMessage[]> {
  const { values = newMap(), warn = () => {}, signal } = options;
  const common = { values, skipSchemaValidation: options.skipSchemaValidation ?? false, signal };
  const capabilities = offlineCapabilities(options.kubeVersion);
  const source = await openLintSource(path, { helmVersion: "v4", signal });
  const messages: LintMessage[] = [];
  const report: Report = (severity, path, text) => {
    if (text !== undefined) messages.push({ severity, path, text });
    return text === undefined;
  };
  await lintMetadata(source, report);
  await lintValues(source, report, common);
  await lintTemplates(source, report, {
    ...common,
    capabilities,
    warn,
    namespace: options.namespace ?? "default",
    now: options.now ?? Date.now,
  });
  await lintDependencies(source, report);
  await lintCrds(source, report);
  return messages;
}

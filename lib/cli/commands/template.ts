/**
 * `capstan template`: renders a chart and prints its manifests.
 *
 * @module
 */
import { checkRequest } from "../../action/decide.ts";
import { offlineCapabilities } from "../../engine/capabilities.ts";
import { templateOutput } from "../../engine/output.ts";
import { renderChart } from "../../engine/render_chart.ts";
import { chartFor, nameAndChart, valuesFrom } from "../charts.ts";
import type { CliContext } from "../context.ts";
import type { TemplateFlags } from "../helm_commands.ts";

/** Prints what `helm template` prints. Asks no cluster. */
export async function template(
  this: CliContext,
  flags: TemplateFlags,
  first: string,
  second?: string,
): Promise<void> {
  const { name, chart: ref } = nameAndChart(this, flags, {
    first,
    second,
    fallback: "release-name",
  });
  const { helmVersion = "v4" } = flags;
  checkRequest({ name }, helmVersion);
  const [chart, values] = await Promise.all([chartFor(this, flags, ref), valuesFrom(this, flags)]);
  const namespace = flags.namespace ?? this.env("HELM_NAMESPACE") ?? "default";
  const apiVersions = (flags.apiVersions ?? []).flatMap((text) => text.split(","));
  const rendered = await renderChart(chart, values, {
    release: { name, namespace, isUpgrade: flags.isUpgrade },
    capabilities: offlineCapabilities(flags.kubeVersion, apiVersions, helmVersion),
    helmVersion,
    includeCrds: flags.includeCrds,
    skipSchemaValidation: flags.skipSchemaValidation,
    now: this.now,
    warn: (message) => this.process.stderr.write(`${message}\n`),
    signal: this.abort,
  });
  this.process.stdout.write(templateOutput(rendered, {
    helmVersion,
    noHooks: flags.noHooks,
    skipTests: flags.skipTests,
    showOnly: flags.showOnly,
  }));
}

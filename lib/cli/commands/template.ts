/**
 * `capstan template`: renders a chart and prints its manifests.
 *
 * @module
 */
import { checkRequest } from "../../action/decide.ts";
import type { HelmVersion } from "../../chart/chart.ts";
import { offlineCapabilities } from "../../engine/capabilities.ts";
import { RenderError } from "../../engine/errors.ts";
import { templateOutput } from "../../engine/output.ts";
import { renderChart } from "../../engine/render_chart.ts";
import type { RenderedChart, RenderOptions } from "../../engine/render_chart.ts";
import { chartAndValues, labelsOf, listItems, nameAndChart } from "../charts.ts";
import type { TemplateFlags } from "../chart_commands.ts";
import type { CliContext } from "../context.ts";
import type { DryRunCluster } from "../dry_run.ts";
import { checkTemplateFlags, clusterUse } from "../template_flags.ts";

/** Prints what `helm template` prints. Asks no cluster unless told to. */
export async function template(
  this: CliContext,
  flags: TemplateFlags,
  first: string,
  second?: string,
): Promise<void> {
  const { warn } = this;
  checkTemplateFlags(flags, warn);
  const use = clusterUse(flags, warn);
  const { helmVersion = "v4", namespace } = flags;
  const apiVersions = (flags.apiVersions ?? []).flatMap(listItems);
  const offline = offlineCapabilities(flags.kubeVersion, apiVersions, helmVersion);
  const asked = await nameAndChart(this, flags, { first, second, fallback: "release-name" });
  const { chart, values } = await chartAndValues(this, flags, asked.chart);
  const cluster = use.capabilities || use.lookup ? await connected(this, flags) : undefined;
  try {
    checkRequest({ name: asked.name, labels: labelsOf(flags.labels) }, helmVersion);
    const release = {
      name: asked.name,
      namespace: namespace || this.env("HELM_NAMESPACE") || await contextNamespace(this, flags),
      isUpgrade: flags.isUpgrade,
    };
    const rendered = await render(this, flags, (more) =>
      renderChart(chart, values, {
        ...more,
        release,
        helmVersion,
        capabilities: use.capabilities ? cluster!.capabilities : offline,
        lookup: use.lookup ? cluster!.lookup : undefined,
        warn,
      }));
    if (use.capabilities) {
      const { takeOwnership } = flags;
      await cluster!.check(rendered.manifest, { ...release, takeOwnership });
    }
    await print(this, flags, { ...rendered, name: release.name });
  } finally {
    cluster?.close();
  }
}

async function connected(context: CliContext, flags: TemplateFlags): Promise<DryRunCluster> {
  const { dryRunCluster } = await import("../dry_run.ts");
  return await dryRunCluster(context, flags);
}

/** The namespace of the kubeconfig's context, which Helm takes here too; `default` without one. */
async function contextNamespace(context: CliContext, flags: TemplateFlags): Promise<string> {
  const { namespaceOf } = await import("../namespace.ts");
  return await namespaceOf(context, flags);
}

/** Renders with what the flags add; a failure is told in Helm's way. */
async function render(
  context: CliContext,
  flags: TemplateFlags,
  run: (
    options: Pick<RenderOptions, "resolveHost"> & Omit<RenderOptions, "release">,
  ) => Promise<RenderedChart>,
): Promise<RenderedChart> {
  const { includeCrds, skipSchemaValidation, postRenderer: command } = flags;
  const options = {
    includeCrds,
    skipSchemaValidation,
    now: context.now,
    signal: context.abort,
    postRender: command === undefined
      ? undefined
      : await postRender(command, flags.postRendererArgs ?? []),
  };
  try {
    if (!flags.enableDns) return await run(options);
    const { withDns } = await import("../dns.ts");
    return await withDns((resolveHost) => run({ ...options, resolveHost }));
  } catch (error) {
    if (!(error instanceof RenderError)) throw error;
    if (context.debug) context.process.stdout.write(`${error.manifest?.trim() ?? ""}\n`);
    throw context.debug ? error : withAdvice(error);
  }
}

async function postRender(command: string, args: readonly string[]) {
  const { postRenderer } = await import("../post_renderer.ts");
  return await postRenderer({ command, args });
}

function withAdvice(error: RenderError): RenderError {
  return error.withMessage(`${error.message}\n\nUse --debug flag to render out invalid YAML`);
}

async function print(
  { process: { stdout } }: CliContext,
  flags: TemplateFlags,
  rendered: RenderedChart & { readonly name: string },
): Promise<void> {
  const { helmVersion, noHooks, skipTests, showOnly, outputDir } = flags;
  const options = {
    helmVersion: helmVersion as HelmVersion | undefined,
    noHooks,
    skipTests,
    showOnly,
  };
  if (outputDir === undefined) return stdout.write(templateOutput(rendered, options));
  const { writeOutputDir } = await import("../output_dir.ts");
  await writeOutputDir(rendered, {
    ...options,
    outputDir,
    releaseName: flags.releaseName ? rendered.name : undefined,
    includeCrds: flags.includeCrds,
    tell: (line) => stdout.write(`${line}\n`),
  });
  stdout.write(templateOutput({ manifest: "", hooks: [] }, options));
}

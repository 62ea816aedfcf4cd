/**
 * The commands that work on a chart without a release: template and lint.
 *
 * @module
 */
import { flag, hidden, NAMESPACE, text, texts, VALUES, withoutEffect } from "./flags.ts";
import type { NamespaceFlags, ValueFlags } from "./flags.ts";
import { helmCommand } from "./helm_command.ts";
import { CHART, NAME_AND_CHART } from "./helm_commands.ts";
import type { ChartFlags } from "./helm_commands.ts";

/** Switches that Helm takes here and that change nothing about what is printed. */
const IGNORED_SWITCHES = [
  "atomic",
  "createNamespace",
  "disableOpenapiValidation",
  "force",
  "forceConflicts",
  "forceReplace",
  "hideNotes",
  "renderSubchartNotes",
  "replace",
  "rollbackOnFailure",
  "serverSide",
  "takeOwnership",
  "waitForJobs",
] as const;

/** The same for flags that take a value. */
const IGNORED_TEXTS = [
  "timeout",
  "wait",
] as const;

type Switches = Readonly<
  Partial<Record<typeof IGNORED_SWITCHES[number], boolean>>
>;
type Texts = Readonly<
  Partial<Record<typeof IGNORED_TEXTS[number], string>>
>;

/** Flags of `template`. */
export interface TemplateFlags extends ChartFlags, NamespaceFlags, Switches, Texts {
  readonly showOnly?: readonly string[];
  readonly includeCrds?: boolean;
  readonly validate?: boolean;
  readonly isUpgrade?: boolean;
  readonly skipTests?: boolean;
  readonly apiVersions?: readonly string[];
  readonly kubeVersion?: string;
  readonly outputDir?: string;
  readonly releaseName?: boolean;
  readonly dryRun?: string;
  readonly enableDns?: boolean;
  readonly postRenderer?: string;
  readonly postRendererArgs?: readonly string[];
  readonly labels?: readonly string[];
}

/** Flags of `lint`, which follows Helm 4. */
export interface LintFlags extends ValueFlags, NamespaceFlags {
  readonly strict?: boolean;
  readonly quiet?: boolean;
  readonly withSubcharts?: boolean;
  readonly kubeVersion?: string;
  readonly skipSchemaValidation?: boolean;
  readonly debug?: boolean;
}

function hiddenTexts<const K extends string>(names: readonly K[]) {
  const entries = names.map((name) => [name, hidden(text("accepted, without effect"))]);
  return Object.fromEntries(entries) as Record<
    K,
    { kind: "parsed"; parse: (input: string) => string } & Hidden
  >;
}

interface Hidden {
  readonly brief: string;
  readonly optional: true;
  readonly hidden: true;
}

const TEMPLATE = {
  ...CHART,
  ...NAMESPACE,
  ...withoutEffect(...IGNORED_SWITCHES),
  ...hiddenTexts(IGNORED_TEXTS),
  labels: hidden(texts("accepted, without effect")),
  showOnly: texts("print only the manifests of these templates (can be repeated)", "path"),
  includeCrds: flag("print the chart's crds/ as well"),
  validate: hidden(flag("Helm 3's name of --dry-run=server")),
  isUpgrade: flag("set .Release.IsUpgrade instead of .Release.IsInstall"),
  skipTests: flag("leave test hooks out"),
  apiVersions: texts("API versions for .Capabilities.APIVersions (can be repeated)", "version"),
  kubeVersion: text("version for .Capabilities.KubeVersion", "version"),
  outputDir: text("write the manifests to files in this folder instead of printing them", "path"),
  releaseName: flag("with --output-dir, write to a folder of the release's name in it"),
  dryRun: text("client: ask no cluster (default); server: ask it what it can do", "mode"),
  enableDns: flag("let getHostByName ask the DNS"),
  postRenderer: text("program that changes the manifests; it needs --allow-run", "command"),
  postRendererArgs: texts("argument of the post-renderer (can be repeated)", "arg"),
} as const;

/** Commands by name. */
export const CHART_ROUTES = {
  template: helmCommand<TemplateFlags, [string, string?]>({
    loader: async () => (await import("./commands/template.ts")).template,
    parameters: {
      flags: TEMPLATE,
      aliases: {
        n: "namespace",
        f: "values",
        s: "showOnly",
        g: "generateName",
        a: "apiVersions",
        l: "labels",
      },
      positional: NAME_AND_CHART,
    },
    docs: { brief: "render a chart and print its manifests" },
  }),
  lint: helmCommand<LintFlags, string[]>({
    loader: async () => (await import("./commands/lint.ts")).lint,
    parameters: {
      flags: {
        ...VALUES,
        ...NAMESPACE,
        strict: flag("fail on warnings as well"),
        quiet: flag("print only warnings and errors"),
        withSubcharts: flag("lint the charts in charts/ as well"),
        kubeVersion: text("Kubernetes version for capabilities and deprecations", "version"),
        skipSchemaValidation: flag("do not check values against values.schema.json"),
        debug: flag("print stack traces with errors"),
      },
      aliases: { n: "namespace", f: "values" },
      positional: {
        kind: "array",
        parameter: { brief: "chart folder or archive", parse: String, placeholder: "PATH" },
        minimum: 1,
      },
    },
    docs: { brief: "look for what is wrong with charts" },
  }),
};

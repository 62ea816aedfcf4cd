/**
 * Helm's commands that change a release, with Helm's flags.
 *
 * @module
 */
import { DOWNLOAD } from "./download_flags.ts";
import type { DownloadFlags } from "./download_flags.ts";
import {
  ALIASES,
  APPLY,
  choice,
  duration,
  flag,
  HELM_VERSION,
  HOOKS,
  IMAGES,
  integer,
  LOCK,
  NAMESPACE,
  OUTPUT,
  RELEASE,
  SELECT,
  text,
  texts,
  VALUES,
  WAIT,
} from "./flags.ts";
import type {
  ApplyFlags,
  HookFlags,
  ImageFlags,
  LockFlags,
  NamespaceFlags,
  SelectFlags,
  ValueFlags,
  WaitChoice,
} from "./flags.ts";
import { helmCommand } from "./helm_command.ts";

/** Flags of the commands that find and render a chart. */
export interface ChartFlags extends ValueFlags, DownloadFlags {
  readonly dependencyUpdate?: boolean;
  readonly skipSchemaValidation?: boolean;
  readonly followLinks?: boolean;
  readonly description?: string;
  readonly nameTemplate?: string;
  readonly generateName?: boolean;
  readonly noHooks?: boolean;
  readonly skipCrds?: boolean;
  readonly helmVersion?: "v3" | "v4";
  readonly debug?: boolean;
}

/** Flags of `install` and `upgrade`. */
export interface DeployFlags
  extends ChartFlags, NamespaceFlags, HookFlags, LockFlags, ApplyFlags, ImageFlags {
  readonly createNamespace?: boolean;
  readonly dryRun?: string;
  readonly hideSecret?: boolean;
  readonly hideNotes?: boolean;
  readonly renderSubchartNotes?: boolean;
  readonly enableDns?: boolean;
  readonly disableOpenapiValidation?: boolean;
  readonly postRenderer?: string;
  readonly postRendererArgs?: readonly string[];
  readonly wait?: WaitChoice;
  readonly waitForJobs?: boolean;
  readonly timeout?: number;
  readonly atomic?: boolean;
  readonly rollbackOnFailure?: boolean;
  readonly takeOwnership?: boolean;
  readonly labels?: readonly string[];
  readonly output?: "table" | "json" | "yaml";
}

/** Flags of `install`. */
export interface InstallFlags extends DeployFlags {
  readonly replace?: boolean;
}

/** Flags of `upgrade`. */
export interface UpgradeFlags extends Omit<DeployFlags, "generateName" | "nameTemplate"> {
  readonly install?: boolean;
  readonly resetValues?: boolean;
  readonly reuseValues?: boolean;
  readonly resetThenReuseValues?: boolean;
  readonly cleanupOnFail?: boolean;
  readonly historyMax?: number;
}

/** Flags of `uninstall`. */
export interface UninstallFlags extends NamespaceFlags, HookFlags, LockFlags, ImageFlags {
  readonly keepHistory?: boolean;
  readonly ignoreNotFound?: boolean;
  readonly noHooks?: boolean;
  readonly dryRun?: boolean;
  readonly wait?: WaitChoice;
  readonly timeout?: number;
  readonly cascade?: "background" | "foreground" | "orphan";
  readonly description?: string;
  readonly helmVersion?: "v3" | "v4";
  readonly debug?: boolean;
}

/** Flags of `rollback`. */
export interface RollbackFlags
  extends NamespaceFlags, HookFlags, LockFlags, ApplyFlags, ImageFlags {
  readonly noHooks?: boolean;
  readonly dryRun?: string;
  readonly cleanupOnFail?: boolean;
  readonly wait?: WaitChoice;
  readonly waitForJobs?: boolean;
  readonly timeout?: number;
  readonly historyMax?: number;
  readonly description?: string;
  readonly helmVersion?: "v3" | "v4";
  readonly debug?: boolean;
}

/** Flags of `test`. */
export interface TestFlags extends NamespaceFlags, HookFlags, SelectFlags, LockFlags, ImageFlags {
  readonly env?: string;
  readonly noCheck?: boolean;
  readonly parallelism?: number;
  readonly filter?: readonly string[];
  readonly logs?: boolean;
  readonly hideNotes?: boolean;
  readonly timeout?: number;
  readonly helmVersion?: "v3" | "v4";
  readonly debug?: boolean;
}

const DEBUG = flag("print stack traces with errors");

/** Flags of the commands that find and render a chart. */
export const CHART = {
  dependencyUpdate: flag("bring what the chart's folder lacks of its dependencies into it first"),
  ...VALUES,
  ...DOWNLOAD,
  skipSchemaValidation: flag("do not check values against values.schema.json"),
  followLinks: flag(
    "read symbolic links that lead out of the chart, as Helm does; trust the chart",
  ),
  description: text("text kept with the revision", "text"),
  nameTemplate: text("template for the release's name", "template"),
  generateName: flag("make up a name for the release"),
  noHooks: flag("do not run (template: print) hooks"),
  skipCrds: flag("do not install the chart's crds/"),
  helmVersion: HELM_VERSION,
  debug: DEBUG,
} as const;

const DRY_RUN = text(
  "change nothing: client (an install asks no cluster), server (it checks what it can)",
  "mode",
);

const DEPLOY = {
  ...CHART,
  ...NAMESPACE,
  ...HOOKS,
  ...IMAGES,
  ...LOCK,
  createNamespace: flag("create the release's namespace when it is missing"),
  dryRun: DRY_RUN,
  hideSecret: flag("with --dry-run, do not print what Secrets hold"),
  hideNotes: flag("do not print the notes"),
  renderSubchartNotes: flag("keep and print the notes of subcharts too"),
  enableDns: flag("let getHostByName ask the DNS"),
  disableOpenapiValidation: flag("drop fields that a kind does not have, instead of refusing them"),
  postRenderer: text("program that changes the manifests; it needs --allow-run", "command"),
  postRendererArgs: texts("argument of the post-renderer (can be repeated)", "arg"),
  wait: WAIT,
  waitForJobs: flag("with --wait, also until every Job has completed"),
  timeout: duration("time for each wait: readiness, and each hook (5m)"),
  atomic: flag("on failure undo what this command did; implies --wait"),
  rollbackOnFailure: flag("the same as --atomic"),
  takeOwnership: flag("take over objects that belong to no release"),
  ...APPLY,
  labels: texts("labels of the release record: key=value (can be repeated)", "labels"),
  output: OUTPUT,
} as const;

/** An upgrade is of a release that has a name. */
const { generateName: _, nameTemplate: __, ...UPGRADE } = DEPLOY;

const HISTORY_MAX = integer("revisions kept; 0 keeps all (HELM_MAX_HISTORY, or 10)");

const CHART_ALIASES = { ...ALIASES, g: "generateName", l: "labels" } as const;

const CHART_PARAMETER = {
  brief: "chart folder, archive, or name in --repo",
  parse: String,
  placeholder: "CHART",
} as const;
/** `[NAME] CHART` */
export const NAME_AND_CHART = {
  kind: "tuple",
  parameters: [RELEASE, { ...CHART_PARAMETER, optional: true }],
} as const;

/** Commands by name. */
export const HELM_ROUTES = {
  install: helmCommand<InstallFlags, [string, string?]>({
    loader: async () => (await import("./commands/install.ts")).install,
    parameters: {
      flags: {
        ...DEPLOY,
        // There is no last time.
        serverSide: choice("who puts objects in place: the server (true), or the client", [
          "true",
          "false",
        ]),
        replace: flag("take the name of a release that failed or was uninstalled"),
      },
      aliases: CHART_ALIASES,
      positional: NAME_AND_CHART,
    },
    docs: { brief: "install a chart as a new release" },
  }),
  upgrade: helmCommand<UpgradeFlags, [string, string]>({
    loader: async () => (await import("./commands/install.ts")).upgrade,
    parameters: {
      flags: {
        ...UPGRADE,
        install: flag("install the release when there is none of this name"),
        resetValues: flag("use the chart's own values and those given here"),
        reuseValues: flag("use the last revision's values, with those given here on top"),
        resetThenReuseValues: flag(
          "use the new chart's values, then the last revision's, then those given here",
        ),
        cleanupOnFail: flag("on failure delete the objects that the upgrade has added"),
        historyMax: HISTORY_MAX,
      },
      aliases: { ...ALIASES, i: "install", l: "labels" },
      positional: { kind: "tuple", parameters: [RELEASE, CHART_PARAMETER] },
    },
    docs: { brief: "upgrade a release to a chart or values" },
  }),
  uninstall: helmCommand<UninstallFlags, string[]>({
    loader: async () => (await import("./commands/uninstall.ts")).uninstall,
    parameters: {
      flags: {
        ...NAMESPACE,
        ...HOOKS,
        ...IMAGES,
        ...LOCK,
        keepHistory: flag("keep the release's records and mark them uninstalled"),
        ignoreNotFound: flag("a release that is not there is no error"),
        noHooks: flag("do not run hooks"),
        dryRun: flag("only look whether the releases are there"),
        wait: WAIT,
        timeout: duration("time for each wait (5m)"),
        cascade: choice("how dependents are deleted", ["background", "foreground", "orphan"]),
        description: text("text kept with the revision", "text"),
        helmVersion: HELM_VERSION,
        debug: DEBUG,
      },
      aliases: { n: "namespace" },
      positional: { kind: "array", parameter: RELEASE, minimum: 1 },
    },
    docs: { brief: "uninstall releases" },
  }),
  rollback: helmCommand<RollbackFlags, [string, number?]>({
    loader: async () => (await import("./commands/rollback.ts")).rollback,
    parameters: {
      flags: {
        ...NAMESPACE,
        ...HOOKS,
        ...IMAGES,
        ...LOCK,
        noHooks: flag("do not run hooks"),
        dryRun: DRY_RUN,
        cleanupOnFail: flag("on failure delete the objects that the rollback has added"),
        wait: WAIT,
        waitForJobs: flag("with --wait, also until every Job has completed"),
        timeout: duration("time for each wait: readiness, and each hook (5m)"),
        ...APPLY,
        historyMax: HISTORY_MAX,
        description: text("text kept with the revision", "text"),
        helmVersion: HELM_VERSION,
        debug: DEBUG,
      },
      aliases: { n: "namespace" },
      positional: {
        kind: "tuple",
        parameters: [RELEASE, {
          brief: "revision to bring back; the one before the last when left out",
          parse: integer("", 0).parse,
          placeholder: "REVISION",
          optional: true,
        }],
      },
    },
    docs: { brief: "bring an earlier revision of a release back" },
  }),
  test: helmCommand<TestFlags, [string?]>({
    loader: async () => (await import("./commands/test.ts")).test,
    parameters: {
      flags: {
        ...NAMESPACE,
        ...HOOKS,
        ...LOCK,
        ...IMAGES,
        filter: texts(
          "tests to run: name=NAME, or to leave out: !name=NAME (can be repeated)",
          "filter",
        ),
        logs: flag("print the logs of every test"),
        hideNotes: flag("with --helm-version v3: do not print the notes, as Helm 4 never does"),
        timeout: duration("time for each test (5m)"),
        helmVersion: HELM_VERSION,
        ...SELECT,
        env: text("environment, for a stack that is a function of it", "name"),
        noCheck: flag("do not type-check the stack file first"),
        parallelism: integer(
          "releases of a stack that are tested at once; overrides the stack's",
          1,
        ),
        debug: DEBUG,
      },
      aliases: { n: "namespace" },
      positional: {
        kind: "tuple",
        parameters: [{
          brief: "a release's name, or a stack file; ./stack.ts when left out",
          parse: String,
          placeholder: "name|stack.ts",
          optional: true,
        }],
      },
    },
    docs: {
      brief: "run the tests of a release, or of every release of a stack",
      fullDescription:
        "With a release's name, as Helm does. With a stack file: the tests of all its releases at once, and of one release those of one weight at once up to --hook-parallelism; one that fails does not keep the others from running.",
    },
  }),
};

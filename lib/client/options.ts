/**
 * Options of the operations on one release.
 *
 * @module
 */
import type { DeployRequest, ReuseValues } from "../action/deploy_request.ts";
import type { ListRequest } from "../action/read.ts";
import type { RollbackRequest } from "../action/rollback.ts";
import type { TestRequest } from "../action/release_testing.ts";
import type { UninstallRequest } from "../action/uninstall.ts";
import type { Duration, Values } from "../stack/types.ts";
import { type CallOptions, milliseconds } from "./call.ts";
import { goValues } from "./values.ts";

/** The time that a single wait may take. */
export interface TimeoutOptions {
  /** Time for each wait: readiness, and each hook; a number is milliseconds. @default {"5m"} */
  readonly timeout?: Duration | undefined;
}

/** What of a deployment means the same for installs and upgrades. */
export type ReleaseChangeOptions = Pick<
  DeployRequest,
  | "wait"
  | "waitForJobs"
  | "readyRules"
  | "imagePullErrors"
  | "atomic"
  | "dryRun"
  | "createNamespace"
  | "noHooks"
  | "hookParallelism"
  | "hookSelection"
  | "skipSchemaValidation"
  | "skipFieldValidation"
  | "skipCrds"
  | "subNotes"
  | "postRender"
  | "takeOwnership"
  | "forceConflicts"
  | "forceReplace"
  | "serverSide"
  | "description"
  | "labels"
  | "lockWait"
  | "recover"
>;

/** Options of an install. */
export interface InstallOptions extends CallOptions, ReleaseChangeOptions, TimeoutOptions {
  /** What is laid over the chart's own values. @default {{}} */
  readonly values?: Values | undefined;
  /** Version of the chart, instead of that which the `Chart` was made with. */
  readonly version?: string | undefined;
  /** Take the name of a release that failed or was uninstalled. @default {false} */
  readonly replace?: boolean | undefined;
}

/** Options of an upgrade. */
export interface UpgradeOptions
  extends Omit<InstallOptions, "replace">, Pick<DeployRequest, "cleanupOnFail" | "maxHistory"> {
  /** Install the release when there is none. @default {false} */
  readonly install?: boolean | undefined;
  /** Helm 3's name of `forceReplace`: replace objects as a whole. @default {false} */
  readonly force?: boolean | undefined;
  /** Use the last revision's values, with those given here on top. @default {false} */
  readonly reuseValues?: boolean | undefined;
  /** Use the chart's own values and those given here. @default {false} */
  readonly resetValues?: boolean | undefined;
  /** Use the new chart's values, then the last revision's, then those given here. @default {false} */
  readonly resetThenReuseValues?: boolean | undefined;
}

/** Options of a deployment, which installs or upgrades, and leaves alone what is as it shall be. */
export interface ChartDeployOptions extends Omit<UpgradeOptions, "install"> {
  /** Make a revision even if nothing has changed. @default {false} */
  readonly always?: boolean | undefined;
}

/** Options of an uninstall. */
export interface UninstallOptions extends
  CallOptions,
  TimeoutOptions,
  Pick<
    UninstallRequest,
    | "wait"
    | "keepHistory"
    | "ignoreNotFound"
    | "description"
    | "propagation"
    | "noHooks"
    | "hookParallelism"
    | "hookSelection"
    | "lockWait"
    | "recover"
  > {}

/** Options of a rollback. */
export interface RollbackOptions extends
  CallOptions,
  TimeoutOptions,
  Pick<
    RollbackRequest,
    | "revision"
    | "wait"
    | "waitForJobs"
    | "readyRules"
    | "imagePullErrors"
    | "forceConflicts"
    | "maxHistory"
    | "description"
    | "noHooks"
    | "hookParallelism"
    | "hookSelection"
    | "lockWait"
    | "recover"
  > {}

/** Options of a release's tests. */
export interface ReleaseTestOptions extends
  CallOptions,
  TimeoutOptions,
  Pick<
    TestRequest,
    | "only"
    | "except"
    | "logs"
    | "hookParallelism"
    | "hookSelection"
    | "imagePullErrors"
    | "lockWait"
    | "recover"
  > {}

/** Options of what reads one revision. */
export interface StatusOptions extends CallOptions {
  /** Which revision. @default the last one */
  readonly revision?: number | undefined;
}

/** Options of reading a release's values. */
export interface GetValuesOptions extends StatusOptions {
  /** The chart's own values as well, not only those that were given. @default {false} */
  readonly all?: boolean | undefined;
}

/** Options of reading a release's revisions. */
export interface HistoryOptions extends CallOptions {
  /** Most revisions, the newest of them. @default {256} */
  readonly max?: number | undefined;
}

/** Options of listing releases. */
export interface ReleaseListOptions
  extends CallOptions, Pick<ListRequest, "selector" | "filter" | "sort" | "reverse" | "offset"> {
  /** Releases of all namespaces. @default {false} */
  readonly allNamespaces?: boolean | undefined;
  /** Releases of every state, not only those that are deployed or failed. @default {false} */
  readonly all?: boolean | undefined;
  /** Most releases; 0 is no limit. @default {0} */
  readonly max?: number | undefined;
}

/** Options of rendering without a cluster. */
export interface TemplateCallOptions extends Pick<CallOptions, "namespace" | "signal"> {
  /** What is laid over the chart's own values. @default {{}} */
  readonly values?: Values | undefined;
  /** Version of the chart, instead of that which the `Chart` was made with. */
  readonly version?: string | undefined;
  /** Put the files under crds/ before the manifests. @default {false} */
  readonly includeCrds?: boolean | undefined;
  /** Leave the hooks out. @default {false} */
  readonly noHooks?: boolean | undefined;
  /** Do not check the values against the chart's schema. @default {false} */
  readonly skipSchemaValidation?: boolean | undefined;
  /** What templates see as the cluster's version, e.g. `"1.31"`. @default Helm's */
  readonly kubeVersion?: string | undefined;
  /** What templates see as served beside Kubernetes' own, e.g. `"monitoring.coreos.com/v1"`. @default {[]} */
  readonly apiVersions?: readonly string[] | undefined;
  /** Templates see an upgrade instead of an install. @default {false} */
  readonly isUpgrade?: boolean | undefined;
}

/** The timeout of a request, in milliseconds. */
export function timeoutOf({ timeout }: TimeoutOptions): { readonly timeout: number | undefined } {
  return { timeout: milliseconds(timeout, "timeout") };
}

/** What an install or upgrade asks for, beside the release and its chart. */
export function deployRequest(
  options: UpgradeOptions & Pick<InstallOptions, "replace">,
): Omit<DeployRequest, "name" | "namespace" | "chart"> {
  return {
    ...options,
    ...timeoutOf(options),
    values: goValues(options.values),
    force: true,
    forceReplace: options.force || options.forceReplace,
    reuseValues: reuseOf(options),
  };
}

function reuseOf(options: UpgradeOptions): ReuseValues {
  if (options.resetValues) return "never";
  if (options.reuseValues) return "always";
  return options.resetThenReuseValues ? "merge" : "when-empty";
}

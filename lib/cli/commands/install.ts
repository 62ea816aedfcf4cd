/**
 * `capstan install` and `capstan upgrade`: one release.
 *
 * @module
 */
import { planDeploy } from "../../action/deploy.ts";
import { InstallError, ReleaseError, UpgradeError } from "../../action/errors.ts";
import { checkReleaseName } from "../../action/release_name.ts";
import type { DeployRequest, ReuseValues } from "../../action/deploy_request.ts";
import type { OperationResult } from "../../action/types.ts";
import { CapstanError } from "../../errors.ts";
import { chartFor, labelsOf, nameAndChart, valuesFrom } from "../charts.ts";
import { offlineTarget, withTarget } from "../connect.ts";
import type { Target } from "../connect.ts";
import type { CliContext } from "../context.ts";
import { describeRelease } from "../describe.ts";
import { checkHiding, type DryRunMode, dryRunMode } from "../dry_run_mode.ts";
import { withPrefix } from "../errors.ts";
import { checkApplyFlags, warnOfDeprecated } from "../flag_checks.ts";
import { applyOptions, waitOptions } from "../flags.ts";
import type { DeployFlags, InstallFlags, UpgradeFlags } from "../helm_commands.ts";
import { historyMax } from "../history_max.ts";
import { runShown } from "../operation.ts";
import { formatRelease } from "../output.ts";

/** Installs a chart as a new release. */
export async function install(
  this: CliContext,
  flags: InstallFlags,
  first: string,
  second?: string,
): Promise<void> {
  const mode = checkFlags(this, flags, INSTALL_FAILED);
  const labels = labelsOf(flags.labels);
  try {
    const { name, chart } = await nameAndChart(this, flags, { first, second });
    const { replace } = flags;
    const asked = { name, chart, mode, upgrade: false, replace, labels };
    const { result } = await deploy(this, flags, asked);
    print(this, flags, result, "");
  } catch (error) {
    throw withPrefix(INSTALL_FAILED, error);
  }
}

/** Upgrades a release, or with `--install` installs it when there is none. */
export async function upgrade(
  this: CliContext,
  flags: UpgradeFlags,
  name: string,
  chart: string,
): Promise<void> {
  const mode = checkFlags(this, flags, UPGRADE_FAILED);
  // Helm looks for the release first, which is no upgrade yet.
  if (flags.install) checkReleaseName(name, "release name", UpgradeError);
  const { result, kind } = await deployAgain(this, flags, {
    name,
    chart,
    mode,
    install: flags.install ?? false,
    reuseValues: reuseOf(flags),
    cleanupOnFail: flags.cleanupOnFail,
    maxHistory: historyMax(this, flags),
    labels: labelsOf(flags.labels),
  });
  print(
    this,
    flags,
    result,
    kind === "install" ? installing(name) : `Release "${name}" has been upgraded. Happy Helming!\n`,
  );
}

const INSTALL_FAILED = "INSTALLATION FAILED: ", UPGRADE_FAILED = "UPGRADE FAILED: ";

/** Says what is to be said of flags before anything is done, and what the dry run comes to. */
function checkFlags(
  { warn }: CliContext,
  flags: DeployFlags,
  failed: typeof INSTALL_FAILED | typeof UPGRADE_FAILED,
): DryRunMode {
  warnOfDeprecated(flags, warn);
  checkApplyFlags(flags);
  const mode = () => dryRunMode(flags, warn);
  // For Helm 3 a mode that does not exist is an installation that failed, but no upgrade.
  const late = flags.helmVersion === "v3" && failed === INSTALL_FAILED;
  const asked = late ? prefixed(failed, mode) : mode();
  prefixed(failed, () => checkHiding(flags, asked));
  return asked;
}

function prefixed<T>(prefix: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw withPrefix(prefix, error);
  }
}

function installing(name: string): string {
  return `Release "${name}" does not exist. Installing it now.\n`;
}

/** Helm says that an upgrade has failed once there is one: not of a chart that is not found, nor of the install. */
async function deployAgain(
  context: CliContext,
  flags: UpgradeFlags,
  asked: Asked,
): Promise<Deployed> {
  try {
    return await deploy(context, flags, asked);
  } catch (error) {
    if (asked.install && error instanceof InstallError) {
      if ((flags.output ?? "table") === "table") {
        context.process.stdout.write(installing(asked.name));
      }
      throw error;
    }
    throw error instanceof ReleaseError ? withPrefix(UPGRADE_FAILED, error) : error;
  }
}

/** What an upgrade does with the values of the revision before, by Helm's flags. */
function reuseOf(flags: UpgradeFlags): ReuseValues {
  if (flags.resetValues) return "never";
  if (flags.reuseValues) return "always";
  return flags.resetThenReuseValues ? "merge" : "when-empty";
}

type Asked =
  & Pick<
    DeployRequest,
    | "name"
    | "upgrade"
    | "install"
    | "replace"
    | "reuseValues"
    | "cleanupOnFail"
    | "maxHistory"
    | "labels"
  >
  & { readonly chart: string; readonly mode: DryRunMode };

interface Deployed {
  readonly result: OperationResult;
  readonly kind: "install" | "upgrade";
}

async function deploy(context: CliContext, flags: DeployFlags, asked: Asked): Promise<Deployed> {
  const use = (target: Target) => deployTo(context, flags, { asked, target });
  return asked.mode === "client" && asked.upgrade === false
    ? await use(await offlineTarget(context, flags))
    : await withTarget(context, flags, use);
}

interface Deploying {
  readonly asked: Asked;
  readonly target: Target;
}

async function deployTo(
  context: CliContext,
  flags: DeployFlags,
  { asked: { mode, ...asked }, target }: Deploying,
): Promise<Deployed> {
  const [chart, values, postRender, withHosts] = await Promise.all([
    chartFor(context, flags, asked.chart),
    valuesFrom(context, flags),
    postRenderOf(flags),
    hostsOf(flags),
  ]);
  const request: DeployRequest = {
    ...requestOf(flags),
    ...asked,
    chart,
    values,
    postRender,
    withHosts,
    namespace: target.namespace,
    dryRun: mode === "server" ? true : mode === "client" ? mode : false,
  };
  const { helmVersion } = flags;
  const result = await runShown(
    context,
    { target, helmVersion },
    (action) => planDeploy(request, action),
  );
  const { release } = result;
  if (release === undefined) {
    throw new CapstanError(`release ${asked.name} was not deployed`, { code: "release/failed" });
  }
  const installed = result.outcome === "installed" || release.info.status === "pending-install";
  return { result, kind: installed ? "install" : "upgrade" };
}

/** What the flags say of a deployment. */
function requestOf(flags: DeployFlags) {
  return {
    // Helm makes a revision of every upgrade, whether anything has changed or not.
    force: true,
    atomic: flags.atomic || flags.rollbackOnFailure,
    createNamespace: flags.createNamespace,
    ...waitOptions(flags),
    waitForJobs: flags.waitForJobs,
    timeout: flags.timeout,
    imagePullErrors: flags.imagePullErrors,
    noHooks: flags.noHooks,
    skipCrds: flags.skipCrds,
    skipSchemaValidation: flags.skipSchemaValidation,
    skipFieldValidation: flags.disableOpenapiValidation,
    takeOwnership: flags.takeOwnership,
    ...applyOptions(flags),
    hideSecrets: flags.hideSecret,
    subNotes: flags.renderSubchartNotes,
    description: flags.description,
    hookParallelism: flags.hookParallelism,
    hookSelection: flags.hookSelection,
    lockWait: flags.lockWait,
    recover: flags.recover,
  } as const;
}

async function postRenderOf(flags: DeployFlags): Promise<DeployRequest["postRender"]> {
  const { postRenderer: command, postRendererArgs: args = [] } = flags;
  if (!command) return undefined;
  const { postRenderer } = await import("../post_renderer.ts");
  return await postRenderer({ command, args });
}

/** What `--enable-dns` asks for. */
async function hostsOf({ enableDns }: DeployFlags): Promise<DeployRequest["withHosts"]> {
  return enableDns ? (await import("../dns.ts")).withDns : undefined;
}

function print(
  context: CliContext,
  flags: DeployFlags,
  { release }: OperationResult,
  before: string,
): void {
  const { output = "table", helmVersion, hideNotes, debug } = flags;
  if (output !== "table") {
    return context.process.stdout.write(formatRelease(release!, output, { helmVersion }));
  }
  // Values that are none are an empty map before they have been stored.
  const deployed = { ...release!, config: release!.config ?? {} };
  context.print(before + describeRelease(deployed, { helmVersion, hideNotes, contents: debug }));
}

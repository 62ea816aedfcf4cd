/**
 * `capstan install` and `capstan upgrade`: one release.
 *
 * @module
 */
import { planDeploy } from "../../action/deploy.ts";
import type { DeployRequest, ReuseValues } from "../../action/deploy_request.ts";
import type { Release } from "../../release/release.ts";
import { CapstanError } from "../../errors.ts";
import { chartFor, labelsOf, nameAndChart, valuesFrom } from "../charts.ts";
import { withTarget } from "../connect.ts";
import type { CliContext } from "../context.ts";
import type { DeployFlags, UpgradeFlags } from "../helm_commands.ts";
import { applyOptions } from "../flags.ts";
import { runShown } from "../operation.ts";
import { formatRelease } from "../output.ts";
import { describeRelease } from "../describe.ts";

/** Installs a chart as a new release. */
export async function install(
  this: CliContext,
  flags: DeployFlags,
  first: string,
  second?: string,
): Promise<void> {
  const { name, chart } = await nameAndChart(this, flags, { first, second });
  const release = await deploy(this, flags, { name, chart, upgrade: false });
  print(this, flags, release, "");
}

/** Upgrades a release, or with `--install` installs it when there is none. */
export async function upgrade(
  this: CliContext,
  flags: UpgradeFlags,
  name: string,
  chart: string,
): Promise<void> {
  const release = await deploy(this, flags, {
    name,
    chart,
    install: flags.install ?? false,
    reuseValues: reuseOf(flags),
    ...(flags.historyMax === undefined ? {} : { maxHistory: flags.historyMax }),
  });
  const verb = release.revision === 1 ? "installed" : "upgraded";
  print(
    this,
    flags,
    release,
    release.revision === 1 ? "" : `Release "${name}" has been ${verb}. Happy Helming!\n`,
  );
}

/** What an upgrade does with the values of the revision before, by Helm's flags. */
function reuseOf(flags: UpgradeFlags): ReuseValues {
  if (flags.resetValues) return "never";
  if (flags.reuseValues) return "always";
  return flags.resetThenReuseValues ? "merge" : "when-empty";
}

type Asked = Pick<DeployRequest, "name" | "upgrade" | "install" | "reuseValues" | "maxHistory"> & {
  readonly chart: string;
};

async function deploy(context: CliContext, flags: DeployFlags, asked: Asked): Promise<Release> {
  return await withTarget(context, flags, async (target) => {
    const [chart, values] = await Promise.all([
      chartFor(context, flags, asked.chart),
      valuesFrom(context, flags),
    ]);
    const request: DeployRequest = {
      ...asked,
      chart,
      values,
      namespace: target.namespace,
      // Helm makes a revision of every upgrade, whether anything has changed or not.
      force: true,
      atomic: flags.atomic || flags.rollbackOnFailure,
      createNamespace: flags.createNamespace,
      wait: flags.wait,
      waitForJobs: flags.waitForJobs,
      timeout: flags.timeout,
      noHooks: flags.noHooks,
      skipCrds: flags.skipCrds,
      skipSchemaValidation: flags.skipSchemaValidation,
      takeOwnership: flags.takeOwnership,
      ...applyOptions(flags),
      description: flags.description,
      labels: labelsOf(flags.labels),
      hookParallelism: flags.hookParallelism,
      hookSelection: flags.hookSelection,
      lockWait: flags.lockWait,
      recover: flags.recover,
    };
    const { release } = await runShown(
      context,
      { target, helmVersion: flags.helmVersion },
      (action) => planDeploy(request, action),
    );
    if (release === undefined) throw new CapstanError(`release ${asked.name} was not deployed`);
    return release;
  });
}

function print(context: CliContext, flags: DeployFlags, release: Release, before: string): void {
  const output = flags.output ?? "table";
  context.process.stdout.write(
    output === "table" ? before + describeRelease(release) : formatRelease(release, output),
  );
}

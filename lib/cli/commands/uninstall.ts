/**
 * `capstan uninstall`: removes releases.
 *
 * @module
 */
import { planUninstall } from "../../action/uninstall.ts";
import { withTarget } from "../connect.ts";
import type { CliContext } from "../context.ts";
import { warnOfDeprecated } from "../flag_checks.ts";
import type { UninstallFlags } from "../helm_commands.ts";
import { waitOptions } from "../flags.ts";
import { runShown } from "../operation.ts";

/** Removes the named releases, one after another as Helm does. */
export async function uninstall(
  this: CliContext,
  flags: UninstallFlags,
  ...names: string[]
): Promise<void> {
  warnOfDeprecated(flags, this.warn);
  await withTarget(this, flags, async (target) => {
    for (const name of names) {
      const { notice } = await runShown(
        this,
        { target, helmVersion: flags.helmVersion },
        (action) =>
          planUninstall({
            name,
            namespace: target.namespace,
            keepHistory: flags.keepHistory,
            ignoreNotFound: flags.ignoreNotFound,
            noHooks: flags.noHooks,
            dryRun: flags.dryRun,
            ...waitOptions(flags),
            timeout: flags.timeout,
            imagePullErrors: flags.imagePullErrors,
            propagation: propagationOf(flags.cascade),
            description: flags.description,
            hookParallelism: flags.hookParallelism,
            hookSelection: flags.hookSelection,
            lockWait: flags.lockWait,
            recover: flags.recover,
          }, action),
      );
      if (notice !== undefined) this.process.stdout.write(`${notice}\n`);
      this.process.stdout.write(`release "${name}" uninstalled\n`);
    }
  });
}

/** Helm's word for how dependents are deleted, as the API server has it. */
function propagationOf(
  cascade: UninstallFlags["cascade"],
): "Background" | "Foreground" | "Orphan" | undefined {
  return cascade === undefined
    ? undefined
    : ({ background: "Background", foreground: "Foreground", orphan: "Orphan" } as const)[cascade];
}

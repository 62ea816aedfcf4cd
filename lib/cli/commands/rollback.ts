/**
 * `capstan rollback`: brings an earlier revision back.
 *
 * @module
 */
import { planRollback } from "../../action/rollback.ts";
import { withTarget } from "../connect.ts";
import type { CliContext } from "../context.ts";
import type { RollbackFlags } from "../helm_commands.ts";
import { dryRunMode } from "../dry_run_mode.ts";
import { checkApplyFlags, warnOfDeprecated } from "../flag_checks.ts";
import { applyOptions, waitOptions } from "../flags.ts";
import { historyMax } from "../history_max.ts";
import { runShown } from "../operation.ts";

/** Makes a new revision of an earlier one. */
export async function rollback(
  this: CliContext,
  flags: RollbackFlags,
  name: string,
  revision?: number,
): Promise<void> {
  const { warn } = this;
  warnOfDeprecated(flags, warn);
  checkApplyFlags(flags);
  await withTarget(this, flags, async (target) => {
    const { dryRun: _, helmVersion, ...options } = flags;
    const dryRun = dryRunMode(flags, warn) !== "none";
    await runShown(
      this,
      { target, helmVersion },
      (action) =>
        planRollback(
          {
            ...options,
            ...applyOptions(flags),
            ...waitOptions(flags),
            dryRun,
            maxHistory: historyMax(this, flags),
            name,
            namespace: target.namespace,
            revision,
          },
          action,
        ),
    );
    this.process.stdout.write("Rollback was a success! Happy Helming!\n");
  });
}

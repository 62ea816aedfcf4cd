/**
 * `capstan rollback`: brings an earlier revision back.
 *
 * @module
 */
import { planRollback } from "../../action/rollback.ts";
import { withTarget } from "../connect.ts";
import type { CliContext } from "../context.ts";
import type { RollbackFlags } from "../helm_commands.ts";
import { applyOptions } from "../flags.ts";
import { runShown } from "../operation.ts";

/** Makes a new revision of an earlier one. */
export async function rollback(
  this: CliContext,
  flags: RollbackFlags,
  name: string,
  revision?: number,
): Promise<void> {
  await withTarget(this, flags, async (target) => {
    const { historyMax: maxHistory, ...options } = flags;
    await runShown(
      this,
      { target },
      (action) =>
        planRollback(
          {
            ...options,
            ...applyOptions(flags),
            maxHistory,
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

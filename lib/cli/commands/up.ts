/**
 * `capstan up`: installs or upgrades every release of a stack.
 *
 * @module
 */
import type { CliContext } from "../context.ts";
import type { UpFlags } from "../stack_commands.ts";
import { loadFor, runCommand } from "../stack_run.ts";

/** Runs the stack on the user's cluster. */
export async function up(this: CliContext, flags: UpFlags, path?: string): Promise<void> {
  await runCommand(this, { verb: "up", flags, loaded: await loadFor(this, flags, path) });
}

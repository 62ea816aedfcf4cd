/**
 * `capstan down`: uninstalls every release of a stack.
 *
 * @module
 */
import type { CliContext } from "../context.ts";
import type { ChangeFlags } from "../stack_commands.ts";
import { loadFor, runCommand } from "../stack_run.ts";

/** Uninstalls the stack's releases, each before what it needs. */
export async function down(this: CliContext, flags: ChangeFlags, path?: string): Promise<void> {
  await runCommand(this, { verb: "down", flags, loaded: await loadFor(this, flags, path) });
}

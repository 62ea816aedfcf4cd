/**
 * `capstan up`: installs or upgrades every release of a stack.
 *
 * @module
 */
import type { CliContext } from "../context.ts";
import { planKey, readPlan } from "../plan_file.ts";
import type { UpFlags } from "../stack_commands.ts";
import { loadFor, runCommand } from "../stack_run.ts";

/** Runs the stack on the user's cluster. */
export async function up(this: CliContext, flags: UpFlags, path?: string): Promise<void> {
  const plan = flags.plan === undefined ? undefined : await readPlan(flags.plan);
  const planKeyOf = plan === undefined ? {} : { plan, planKey: await planKey(this, "find") };
  // The environment that the plan was made for, unless another is asked for: then all has moved.
  const environment = flags.env ?? plan?.environment;
  const given = environment === undefined ? flags : { ...flags, env: environment };
  const loaded = await loadFor(this, given, path);
  await runCommand(this, { verb: "up", flags, loaded, ...planKeyOf });
}

/**
 * Commands that are put together when they are asked for: to check every flag of every command takes
 * longer than to list releases.
 *
 * @module
 */
import { buildCommand } from "@stricli/core";
import type { BaseArgs, Command, CommandBuilderArguments } from "@stricli/core";
import type { CliContext } from "./context.ts";

/** Puts a command together. */
export type LazyCommand = () => Command<CliContext>;

/** A command, described now and built later. */
export function lazyCommand<
  const FLAGS extends Readonly<Partial<Record<keyof FLAGS, unknown>>>,
  const ARGS extends BaseArgs,
>(description: CommandBuilderArguments<FLAGS, ARGS, CliContext>): LazyCommand {
  return () => buildCommand<FLAGS, ARGS, CliContext>(description);
}

/**
 * Commands that are put together when they are asked for: to check every flag of every command takes
 * longer than to list releases.
 *
 * @module
 */
import { buildCommand, buildRouteMap } from "@stricli/core";
import type { BaseArgs, Command, CommandBuilderArguments, RouteMap } from "@stricli/core";
import type { CliContext } from "./context.ts";

/** Puts a command, or a group of them, together. */
export type LazyCommand = () => Command<CliContext> | RouteMap<CliContext>;

/** A command, described now and built later. */
export function lazyCommand<
  const FLAGS extends Readonly<Partial<Record<keyof FLAGS, unknown>>>,
  const ARGS extends BaseArgs,
>(description: CommandBuilderArguments<FLAGS, ARGS, CliContext>): LazyCommand {
  return () => buildCommand<FLAGS, ARGS, CliContext>(description);
}

/** What a group of commands is for. */
export interface GroupDocs {
  readonly brief: string;
  /** Other names of its commands. */
  readonly aliases?: Readonly<Record<string, string>>;
}

/** A group of commands such as `repo add` and `repo list`. */
export function lazyGroup(
  commands: Readonly<Record<string, LazyCommand>>,
  { brief, aliases = {} }: GroupDocs,
): LazyCommand {
  return () =>
    buildRouteMap({
      routes: Object.fromEntries(Object.entries(commands).map(([name, make]) => [name, make()])),
      aliases: aliases as Record<string, never>,
      docs: { brief },
    });
}

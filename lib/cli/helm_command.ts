/**
 * Helm's own commands: each takes the flags that Helm takes everywhere, so that scripts which give them to
 * every call go on to work.
 *
 * @module
 */
import type { BaseArgs, CommandBuilderArguments } from "@stricli/core";
import type { CliContext } from "./context.ts";
import { HELM_FILES } from "./download_flags.ts";
import { flag, hidden, NAMESPACE } from "./flags.ts";
import { lazyCommand } from "./lazy_command.ts";
import type { LazyCommand } from "./lazy_command.ts";

/** A command of Helm's. Flags of every command that it has no use for are taken without effect. */
export function helmCommand<
  const FLAGS extends Readonly<Partial<Record<keyof FLAGS, unknown>>>,
  const ARGS extends BaseArgs,
>(description: CommandBuilderArguments<FLAGS, ARGS, CliContext>): LazyCommand {
  const { flags = {}, aliases = {}, ...parameters } = description.parameters as {
    readonly flags?: Readonly<Record<string, unknown>>;
    readonly aliases?: Readonly<Record<string, string>>;
  };
  const everywhere = { ...NAMESPACE, ...HELM_FILES, debug: flag("print stack traces with errors") };
  const unused = Object.entries(everywhere).filter(([name]) => !Object.hasOwn(flags, name));
  return lazyCommand({
    ...description,
    parameters: {
      ...parameters,
      flags: {
        ...flags,
        ...Object.fromEntries(unused.map(([name, each]) => [name, unheard(each)])),
      },
      aliases: { n: "namespace", ...aliases },
    },
  } as CommandBuilderArguments<FLAGS, ARGS, CliContext>);
}

function unheard(parameter: object): object {
  return hidden({ ...parameter, brief: "accepted, without effect" });
}

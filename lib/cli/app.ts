/**
 * Every command with its flags. What a command does is loaded when it is called, so that `--help`
 * costs nothing.
 *
 * @module
 */
import { buildApplication, buildRouteMap, text_en } from "@stricli/core";
import type { Application } from "@stricli/core";
import { usageError } from "./usage_error.ts";
import { ALIASES_OF_COMMANDS, commandOf, GROUPS } from "./command_groups.ts";
import type { CliContext } from "./context.ts";
import { exitCodeOf, formatError } from "./errors.ts";
import type { LazyCommand } from "./lazy_command.ts";

/** Options of {@linkcode buildApp}. */
export interface AppOptions {
  readonly version: string;
  /** With stack traces in error messages. */
  readonly debug: boolean;
  /** The first argument; where it names a command, the others are left out. @default all commands */
  readonly command?: string | undefined;
}

/** The whole command line. */
export async function buildApp(options: AppOptions): Promise<Application<CliContext>> {
  const print = (error: unknown) => formatError(error, options);
  const root = buildRouteMap({
    ...await routesFor(options),
    docs: {
      hideRoute: { __complete: true },
      brief: "Capstan runs many Helm releases as one graph, with an engine of its own.",
      fullDescription: [
        "Capstan runs many Helm releases as one graph, with an engine of its own: no helm binary.",
        "",
        "A stack is a TypeScript file. `capstan rehearse` runs it on an in-memory cluster,",
        "`capstan plan` shows what would change on a real one, `capstan up` does it.",
        "The other commands are Helm's, with Helm's flags and release records.",
      ].join("\n"),
    },
  });
  return buildApplication(root, {
    name: "capstan",
    versionInfo: { currentVersion: options.version },
    scanner: { caseStyle: "allow-kebab-for-camel", allowArgumentEscapeSequence: true },
    documentation: {
      caseStyle: "convert-camel-to-kebab",
      onlyRequiredInUsageLine: true,
      disableAnsiColor: true,
    },
    determineExitCode: exitCodeOf,
    localization: {
      text: {
        ...text_en,
        exceptionWhileParsingArguments: (error) => print(usageError(error)),
        exceptionWhileRunningCommand: print,
        exceptionWhileLoadingCommandFunction: print,
        exceptionWhileLoadingCommandContext: print,
        commandErrorResult: print,
        noCommandRegisteredForInput: ({ input, corrections }) =>
          `Error: unknown command "${input}" for "capstan"${
            corrections.length > 0
              ? `\n\nDid you mean this?\n${corrections.map((each) => `  ${each}`).join("\n")}`
              : ""
          }`,
      },
    },
  });
}

/** The command that is asked for, or all of them. */
async function routesFor({ command = "" }: AppOptions) {
  const { name, group } = commandOf(command);
  const groups = group === undefined ? GROUPS : [group];
  const tables = await Promise.all(groups.map((each) => each.load()));
  const all: Record<string, LazyCommand> = Object.assign({}, ...tables);
  const wanted = group === undefined ? Object.keys(all) : [name];
  return {
    routes: Object.fromEntries(wanted.map((each) => [each, all[each]!()])),
    aliases: Object.fromEntries(
      Object.entries(ALIASES_OF_COMMANDS).filter(([, target]) => wanted.includes(target)),
    ),
  };
}

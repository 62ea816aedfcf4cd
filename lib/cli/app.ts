/**
 * Every command with its flags. What a command does is loaded when it is called, so that `--help`
 * costs nothing.
 *
 * @module
 */
import {
  buildApplication,
  buildChoiceParser,
  buildCommand,
  buildRouteMap,
  text_en,
} from "@stricli/core";
import type { Application } from "@stricli/core";
import { AUTHOR_ROUTES } from "./author_commands.ts";
import { CHART_ROUTES } from "./chart_commands.ts";
import type { CliContext } from "./context.ts";
import { DEPENDENCY_ROUTES } from "./dependency_commands.ts";
import { exitCodeOf, formatError } from "./errors.ts";
import { HELM_ROUTES } from "./helm_commands.ts";
import { SHELLS } from "./shells.ts";
import { lazyCommand } from "./lazy_command.ts";
import type { LazyCommand } from "./lazy_command.ts";
import { READ_ROUTES } from "./read_commands.ts";
import { REGISTRY_ROUTES } from "./registry_commands.ts";
import { REPORT_ROUTES } from "./report_commands.ts";
import { RUN_ROUTES } from "./run_commands.ts";
import { STACK_ROUTES } from "./stack_commands.ts";

/** Options of {@linkcode buildApp}. */
export interface AppOptions {
  readonly version: string;
  /** With stack traces in error messages. */
  readonly debug: boolean;
  /** The first argument; where it names a command, the others are left out. @default all commands */
  readonly command?: string | undefined;
}

const ALIASES = {
  del: "uninstall",
  delete: "uninstall",
  fetch: "pull",
  hist: "history",
  inspect: "show",
  ls: "list",
  un: "uninstall",
  dep: "dependency",
  dependencies: "dependency",
} as const;

/** The whole command line. */
export function buildApp(options: AppOptions): Application<CliContext> {
  const print = (error: unknown) => formatError(error, options);
  const root = buildRouteMap({
    ...routesFor(options),
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
        exceptionWhileParsingArguments: (error) =>
          `Error: ${error instanceof Error ? error.message : error}`,
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
function routesFor({ command = "", version }: AppOptions) {
  const all: Record<string, LazyCommand> = {
    ...STACK_ROUTES,
    ...RUN_ROUTES,
    ...REPORT_ROUTES,
    ...AUTHOR_ROUTES,
    ...CHART_ROUTES,
    ...REGISTRY_ROUTES,
    ...DEPENDENCY_ROUTES,
    ...HELM_ROUTES,
    ...READ_ROUTES,
    completions: COMPLETIONS,
    __complete: COMPLETE,
    version: () => versionCommand(version),
  };
  const name = Object.hasOwn(ALIASES, command) ? ALIASES[command as keyof typeof ALIASES] : command;
  const wanted = Object.hasOwn(all, name) ? [name] : Object.keys(all);
  return {
    routes: Object.fromEntries(wanted.map((each) => [each, all[each]!()])),
    aliases: Object.fromEntries(
      Object.entries(ALIASES).filter(([, target]) => wanted.includes(target)),
    ),
  };
}

const COMPLETIONS = lazyCommand<Record<never, never>, [typeof SHELLS[number]]>({
  loader: async () => (await import("./commands/completions.ts")).completions,
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [{
        brief: "bash, zsh or fish",
        parse: buildChoiceParser(SHELLS),
        placeholder: "SHELL",
      }],
    },
  },
  docs: {
    brief: "print the script that completes command lines in a shell",
    fullDescription:
      "Completes commands, flags, and names of releases, namespaces, contexts, repositories and charts. Load it with `source <(capstan completions bash)`, the same with zsh, or `capstan completions fish | source`.",
  },
});

const COMPLETE = lazyCommand<Record<never, never>, string[]>({
  loader: async () => (await import("./commands/completions.ts")).complete,
  parameters: {
    positional: {
      kind: "array",
      parameter: { brief: "words", parse: String, placeholder: "word" },
    },
  },
  docs: { brief: "what the last word of a command line may be" },
});

function versionCommand(version: string) {
  return buildCommand<Record<never, never>, [], CliContext>({
    func() {
      this.process.stdout.write(
        `capstan ${version} (deno ${Deno.version.deno}, ${Deno.build.target})\n`,
      );
    },
    parameters: {},
    docs: { brief: "print the version" },
  });
}

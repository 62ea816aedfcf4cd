/**
 * What a command line means, without doing it: command, flags and arguments as the command would get them.
 *
 * @module
 */
import { buildApplication, buildRouteMap, run, text_en } from "@stricli/core";
import type { Command, RouteMap } from "@stricli/core";
import { CapstanError } from "../../errors.ts";
import { normalizeArguments } from "../arguments.ts";
import { commandOf } from "../command_groups.ts";
import type { CliContext } from "../context.ts";
import type { PermissionsFlags } from "../shell_commands.ts";
import { separateLetters } from "../short_flags.ts";
import { usageError } from "../usage_error.ts";

/** A command line, parsed. */
export interface Call {
  /** With its group: `repo add`. */
  readonly command: string;
  readonly flags: Readonly<Record<string, unknown>>;
  readonly args: readonly string[];
}

type Target = Command<CliContext> | RouteMap<CliContext>;

/** The words of the command that is asked about; a stack alone stands for `up`. */
export function commandLine(flags: PermissionsFlags, words: readonly string[]): string[] {
  const { for: command = "up", env, kubeconfig, kubeContext } = flags;
  const own = [
    ...option("--env", env),
    ...option("--kubeconfig", kubeconfig),
    ...option("--kube-context", kubeContext),
  ];
  const [first] = words;
  if (first !== undefined && isCommand(first)) {
    if (flags.for === undefined) return [...words, ...own];
    throw new CapstanError(`--for ${flags.for} and the command ${first} are one too many`, {
      code: "cli/flags",
      hint: "name a stack file with --for, or a whole command line without it",
    });
  }
  return [command, ...own, ...words];
}

function option(name: string, value: string | undefined): string[] {
  return value === undefined ? [] : [name, value];
}

/** Whether a word names a command. */
function isCommand(word: string): boolean {
  return word === "version" || commandOf(word).group !== undefined;
}

/** Parses a command line as the program does. @throws {CapstanError} When the command refuses it. */
export async function captureCall(words: readonly string[]): Promise<Call> {
  const [word = "", ...args] = normalizeArguments(words);
  const { name, group } = commandOf(word);
  // It is in no group: the program's own version is part of it.
  if (name === "version") return { command: name, flags: {}, args };
  if (group === undefined) {
    throw new CapstanError(`unknown command "${word}" for "capstan"`, { code: "usage" });
  }
  let call: Call | undefined;
  const target = (await group.load())[name]!();
  const app = buildApplication(
    buildRouteMap<string, CliContext>({
      routes: { [name]: listening(target, name, (heard) => call = heard) },
      docs: { brief: "" },
    }),
    {
      name: "capstan",
      scanner: { caseStyle: "allow-kebab-for-camel", allowArgumentEscapeSequence: true },
      localization: {
        text: {
          ...text_en,
          exceptionWhileParsingArguments: (error) => usageError(error).message,
        },
      },
    },
  );
  let said = "";
  const process = { stdout: { write: hear }, stderr: { write: hear } };
  function hear(text: string) {
    said += text;
  }
  // deno-lint-ignore no-explicit-any -- the function that is called takes nothing from its context
  await run(app, separateLetters(app.root, [name, ...args]), { process } as any);
  if (call !== undefined) return call;
  throw new CapstanError(
    `cannot tell what \`capstan ${words.join(" ")}\` needs: ${
      said.trim() || "it names no command"
    }`,
    { code: "permissions/call", hint: `\`capstan ${name} --help\` tells how it is called` },
  );
}

/** The same command or group with functions that tell how they are called. */
function listening(target: Target, name: string, tell: (call: Call) => void): Target {
  if (!("getAllEntries" in target)) {
    return {
      ...target,
      loader: () =>
        Promise.resolve(function (flags: Record<string, unknown>, ...args: readonly unknown[]) {
          tell({
            command: name,
            flags: given(flags),
            args: args.filter((each) => each !== undefined).map(String),
          });
        }),
    } as Command<CliContext>;
  }
  const entries = target.getAllEntries().map(({ name: { original }, target: inner }) =>
    [original, listening(inner, `${name} ${original}`, tell)] as const
  );
  const aliases = target.getAllEntries().flatMap(({ name: { original }, aliases }) =>
    aliases.map((alias) => [alias, original] as const)
  );
  return buildRouteMap<string, CliContext>({
    routes: Object.fromEntries(entries),
    aliases: Object.fromEntries(aliases) as Record<string, never>,
    docs: { brief: "" },
  });
}

/** Flags that are on the command line. */
function given(flags: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
}

/**
 * `capstan completions`, and `capstan __complete`, which the scripts ask.
 *
 * @module
 */
import { proposeCompletions } from "@stricli/core";
import { buildApp } from "../app.ts";
import { normalizeArguments } from "../arguments.ts";
import { proposeNames } from "../complete_names.ts";
import { SCRIPTS } from "../completion_scripts.ts";
import type { CliContext } from "../context.ts";
import type { CompletionsFlags, SHELLS } from "../shell_commands.ts";
import { VERSION } from "../version.ts";

/** Prints a shell's script. */
export function completions(
  this: CliContext,
  { noDescriptions }: CompletionsFlags,
  shell: typeof SHELLS[number],
): void {
  const script = SCRIPTS[shell];
  this.process.stdout.write(
    noDescriptions
      ? script.replaceAll("capstan __complete --", "capstan __complete --no-descriptions --")
      : script,
  );
}

/** Prints what the last word may be, a line each, with a tab and a description. Never fails. */
export async function complete(
  this: CliContext,
  { noDescriptions }: CompletionsFlags,
  ...words: string[]
): Promise<void> {
  const found = new Map<string, string>();
  try {
    const { prefix, apart } = flagsApart(words);
    for (const { completion, brief } of await propose(this, apart)) {
      found.set(`${prefix}${completion}`, brief);
    }
  } catch {
    // A half-written command line may be anything: then there is nothing to propose.
  }
  const lines = [...found].map(([word, brief]) =>
    noDescriptions ? `${word}\n` : `${word}\t${brief.split("\n")[0]}\n`
  );
  this.process.stdout.write(lines.join(""));
}

/**
 * A flag and its value as two words. `--output=j` is completed as a whole; bash breaks it at the `=`, and wants the
 * value only.
 */
function flagsApart(words: readonly string[]): { prefix: string; apart: string[] } {
  const isFlag = (word: string | undefined) => word !== undefined && /^--[\w-]+$/.test(word);
  const apart = words.filter((word, i) => word !== "=" || !isFlag(words[i - 1]));
  // Nothing has been written of the value yet.
  if (apart.length < words.length && words.at(-1) === "=") apart.push("");
  const [, flag, value] = /^(--[\w-]+)=(.*)$/.exec(apart.at(-1) ?? "") ?? [];
  if (flag === undefined) return { prefix: "", apart };
  return { prefix: `${flag}=`, apart: [...apart.slice(0, -1), flag, value!] };
}

async function propose(context: CliContext, words: readonly string[]) {
  const partial = words.at(-1) ?? "";
  const names = await proposeNames(context, words);
  if (names !== undefined) {
    return names.filter((name) => name.startsWith(partial)).map((completion) => ({
      completion,
      brief: "",
    }));
  }
  const [command, ...rest] = normalizeArguments(words.slice(0, -1));
  const inputs = command === undefined ? [partial] : [command, ...rest, partial];
  const app = await buildApp({
    version: VERSION,
    debug: false,
    command: words.length > 1 ? command : undefined,
  });
  return await proposeCompletions(app, inputs, {
    process: context.process,
    forCommand: () => context,
  });
}

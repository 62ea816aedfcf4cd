/**
 * The commands that shells use to complete command lines.
 *
 * @module
 */
import { buildChoiceParser } from "@stricli/core";
import { lazyCommand } from "./lazy_command.ts";

/** Shells that there is a script for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** Commands by name. */
export const SHELL_ROUTES = {
  completions: lazyCommand<Record<never, never>, [typeof SHELLS[number]]>({
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
  }),
  __complete: lazyCommand<Record<never, never>, string[]>({
    loader: async () => (await import("./commands/completions.ts")).complete,
    parameters: {
      positional: {
        kind: "array",
        parameter: { brief: "words", parse: String, placeholder: "word" },
      },
    },
    docs: { brief: "what the last word of a command line may be" },
  }),
};

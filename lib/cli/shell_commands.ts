/**
 * The commands about the shell that Capstan is called from: completion, environment, permissions.
 *
 * @module
 */
import { buildChoiceParser } from "@stricli/core";
import { choice, CLUSTER, flag, text } from "./flags.ts";
import type { ClusterFlags } from "./flags.ts";
import { lazyCommand } from "./lazy_command.ts";

/** Flags of `permissions`. */
export interface PermissionsFlags extends ClusterFlags {
  readonly for?: string;
  readonly env?: string;
  readonly optional?: boolean;
  readonly output?: "flags" | "table" | "json";
  readonly debug?: boolean;
}

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
  env: lazyCommand<Record<never, never>, [string?]>({
    loader: async () => (await import("./commands/env.ts")).env,
    parameters: {
      positional: {
        kind: "tuple",
        parameters: [{
          brief: "one variable, of which only the value is printed",
          parse: String,
          placeholder: "NAME",
          optional: true,
        }],
      },
    },
    docs: {
      brief: "print the variables that Capstan goes by, as `helm env` does",
      fullDescription:
        "Values are those in force: what the environment says, else the default. Helm's variables for plugins and rate limits mean nothing here and are left out; a token is shown as (set).",
    },
  }),
  permissions: lazyCommand<PermissionsFlags, string[]>({
    loader: async () => (await import("./commands/permissions.ts")).permissions,
    parameters: {
      flags: {
        ...CLUSTER,
        for: text("the command that is to be run on the stack (up)", "command"),
        env: text("environment, for a stack that is a function of it", "name"),
        optional: flag("print also what the command can do without: its journal, its cache"),
        output: choice(
          "flags: for `deno run $(…)`; table: with what each is for; json: a permission set of deno.json",
          ["flags", "table", "json"],
        ),
        debug: flag("print stack traces with errors"),
      },
      aliases: { o: "output" },
      positional: {
        kind: "array",
        parameter: {
          brief: "the stack file, ./stack.ts when left out; or a whole command line",
          parse: String,
          placeholder: "stack.ts|command line",
        },
      },
    },
    docs: {
      brief: "print the Deno permissions that a command needs, and no others",
      fullDescription:
        "For a stack: `capstan permissions stack.ts --for plan`. For any other command, its whole command line: `capstan permissions install web ./charts/web -n shop`. Reads the kubeconfig and loads the stack, and asks chart repositories where charts are; it never asks the cluster. Flags of `permissions` itself come first.",
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

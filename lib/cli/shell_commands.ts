/**
 * The commands about the shell that Capstan is called from: completion, environment, permissions, version.
 *
 * @module
 */
import { HELM_FILES } from "./download_flags.ts";
import type { HelmFileFlags } from "./download_flags.ts";
import { choice, CLUSTER, flag, NAMESPACE, oneOf, text } from "./flags.ts";
import type { ClusterFlags, NamespaceFlags } from "./flags.ts";
import { helmCommand } from "./helm_command.ts";
import { lazyCommand } from "./lazy_command.ts";

/** Flags of `permissions`. */
export interface PermissionsFlags extends ClusterFlags {
  readonly for?: string;
  readonly env?: string;
  readonly optional?: boolean;
  readonly output?: "flags" | "table" | "json";
  readonly debug?: boolean;
}

/** Flags of `completions`. */
export interface CompletionsFlags {
  readonly noDescriptions?: boolean;
}

/** Flags of `env`: what it prints is what they make of the environment. */
export interface EnvFlags extends NamespaceFlags, HelmFileFlags {
  readonly debug?: boolean;
}

/** Flags of `version`. */
export interface VersionFlags {
  readonly short?: boolean;
  readonly template?: string;
}

/** Shells that there is a script for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

const NO_DESCRIPTIONS = flag("propose words without saying what they are");

/** Commands by name. */
export const SHELL_ROUTES = {
  completions: helmCommand<CompletionsFlags, [typeof SHELLS[number]]>({
    loader: async () => (await import("./commands/completions.ts")).completions,
    parameters: {
      flags: { noDescriptions: NO_DESCRIPTIONS },
      positional: {
        kind: "tuple",
        parameters: [{
          brief: "bash, zsh or fish",
          parse: oneOf(SHELLS),
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
  env: helmCommand<EnvFlags, [string?]>({
    loader: async () => (await import("./commands/env.ts")).env,
    parameters: {
      flags: { ...NAMESPACE, ...HELM_FILES, debug: flag("show HELM_DEBUG as true") },
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
        "Values are those in force: what the flags say, else the environment, else the default. Helm's variables for plugins and rate limits mean nothing here and are left out; a token is shown as (set).",
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
  version: helmCommand<VersionFlags, []>({
    loader: async () => (await import("./commands/version.ts")).version,
    parameters: {
      flags: {
        short: flag("print the version and nothing else"),
        template: text("print this Go template, eg: {{.Version}}", "template"),
      },
    },
    docs: {
      brief: "print the version",
      fullDescription:
        "A template gets Helm's fields (.Version, .GitCommit, .GitTreeState, .GoVersion, .KubeClientVersion), of which those about Go and git are empty, and .Deno and .Target.",
    },
  }),
  __complete: lazyCommand<CompletionsFlags, string[]>({
    loader: async () => (await import("./commands/completions.ts")).complete,
    parameters: {
      flags: { noDescriptions: NO_DESCRIPTIONS },
      positional: {
        kind: "array",
        parameter: { brief: "words", parse: String, placeholder: "word" },
      },
    },
    docs: { brief: "what the last word of a command line may be" },
  }),
};

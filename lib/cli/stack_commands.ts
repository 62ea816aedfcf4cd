/**
 * The commands that work on a stack file: up, plan, down, rehearse.
 *
 * @module
 */
import { choice, CLUSTER, duration, flag, HOOKS, integer, text } from "./flags.ts";
import type { ClusterFlags, HookFlags } from "./flags.ts";
import { lazyCommand } from "./lazy_command.ts";

/** Flags of every command that loads a stack. */
export interface StackFlags extends ClusterFlags, HookFlags {
  readonly env?: string;
  readonly noCheck?: boolean;
  readonly parallelism?: number;
  readonly output?: "table" | "json";
  readonly quiet?: boolean;
  readonly debug?: boolean;
}

/** Flags of `up`. */
export interface UpFlags extends StackFlags {
  readonly force?: boolean;
}

/** Flags of `rehearse`. */
export interface RehearseFlags extends UpFlags {
  readonly delay?: number;
}

const STACK = {
  ...CLUSTER,
  ...HOOKS,
  env: text("environment, for a stack that is a function of it", "name"),
  noCheck: flag("do not type-check the stack file first"),
  parallelism: integer("releases in flight at once; overrides the stack's", 1),
  output: choice("table: for people; json: one event per line", ["table", "json"]),
  quiet: flag("print only the closing table"),
  debug: flag("print stack traces with errors"),
} as const;

const UP = { ...STACK, force: flag("deploy releases again that have not changed") } as const;

/** The stack file as a command's only argument. */
export const STACK_FILE = {
  kind: "tuple",
  parameters: [{
    brief: "the stack file; ./stack.ts when left out",
    parse: String,
    placeholder: "stack.ts",
    optional: true,
  }],
} as const;

const ALIAS = { o: "output", q: "quiet" } as const;

/** Commands by name. */
export const STACK_ROUTES = {
  up: lazyCommand<UpFlags, [string?]>({
    loader: async () => (await import("./commands/up.ts")).up,
    parameters: { flags: UP, aliases: ALIAS, positional: STACK_FILE },
    docs: {
      brief: "install or upgrade every release of a stack",
      fullDescription:
        "Loads the stack, renders what can be rendered, and only then changes the cluster: releases and hooks as one graph, each as soon as what it needs is done. A release that has not changed costs one read.",
    },
  }),
  plan: lazyCommand<StackFlags, [string?]>({
    loader: async () => (await import("./commands/plan.ts")).plan,
    parameters: { flags: STACK, aliases: ALIAS, positional: STACK_FILE },
    docs: { brief: "show what `up` would do, without doing it" },
  }),
  down: lazyCommand<StackFlags, [string?]>({
    loader: async () => (await import("./commands/down.ts")).down,
    parameters: { flags: STACK, aliases: ALIAS, positional: STACK_FILE },
    docs: { brief: "uninstall every release of a stack, in reverse order" },
  }),
  rehearse: lazyCommand<RehearseFlags, [string?]>({
    loader: async () => (await import("./commands/rehearse.ts")).rehearse,
    parameters: {
      flags: {
        ...UP,
        delay: duration("time that simulated workloads take to become ready or complete"),
      },
      aliases: ALIAS,
      positional: STACK_FILE,
    },
    docs: {
      brief: "run `up` against an in-memory cluster",
      fullDescription:
        "Starts an in-memory Kubernetes API server on loopback, deploys the stack to it over HTTP, and stops it. No cluster is needed.",
    },
  }),
};

/**
 * The commands that work on a stack file: up, plan, down, rehearse.
 *
 * @module
 */
import {
  choice,
  choiceOrFile,
  CLUSTER,
  duration,
  flag,
  HOOKS,
  integer,
  SELECT,
  text,
} from "./flags.ts";
import type { ClusterFlags, HookFlags, SelectFlags } from "./flags.ts";
import { lazyCommand } from "./lazy_command.ts";

/** Flags of every command that loads a stack. */
export interface StackFlags extends ClusterFlags, HookFlags, SelectFlags {
  readonly env?: string;
  readonly noCheck?: boolean;
  readonly sandbox?: boolean;
  readonly parallelism?: number;
  readonly output?: "table" | "json";
  readonly quiet?: boolean;
  readonly watch?: boolean;
  readonly frozen?: boolean;
  readonly offline?: boolean;
  readonly debug?: boolean;
}

/** Flags of `plan`. */
export interface PlanFlags extends Omit<StackFlags, "output" | "watch"> {
  /** A form of what is printed, or the file that the plan is frozen into. */
  readonly output?: string;
  readonly detailedExitcode?: boolean;
  readonly explain?: boolean;
  readonly dryRun?: "auto" | "server" | "client";
}

/** Flags of what changes a stack on a cluster. */
export interface ChangeFlags extends StackFlags {
  readonly lockWait?: number;
  readonly noLock?: boolean;
  readonly resume?: boolean;
}

/** Flags of `up`. */
export interface UpFlags extends ChangeFlags {
  readonly check?: boolean;
  readonly plan?: string;
  readonly onFailure?: "stop" | "continue" | "rollback";
  readonly rollbackTimeout?: number;
  readonly deadline?: number;
  readonly evidence?: string;
  readonly force?: boolean;
  readonly checkDrift?: boolean;
}

/** Flags of `lock` and `vendor`. */
export interface LockFlags {
  readonly env?: string;
  readonly debug?: boolean;
}

/** Flags of `rehearse`. */
export interface RehearseFlags extends StackFlags {
  readonly check?: boolean;
  readonly force?: boolean;
  readonly delay?: number;
}

const STACK = {
  ...CLUSTER,
  ...HOOKS,
  ...SELECT,
  env: text("environment, for a stack that is a function of it", "name"),
  noCheck: flag("do not type-check the stack file first"),
  sandbox: flag(
    "let the stack file read its own folder, and do nothing else itself; needs `deno run --unstable-worker-options`, which Capstan's own deno.json sets",
  ),
  parallelism: integer("releases in flight at once; overrides the stack's", 1),
  output: choice("table: for people; json: one event per line, as docs/events.md says", [
    "table",
    "json",
  ]),
  quiet: flag("print only the closing table"),
  frozen: flag("take only charts that capstan.lock names, by their digests"),
  offline: flag("take only charts that `capstan vendor` has brought"),
  debug: flag("print stack traces with errors"),
} as const;

/** `deno check` takes seconds and 200 MB: worth it for who has just edited the file, or reviews it. */
const CHECK = {
  check: flag("type-check the stack file first, as is done at a terminal and by `plan`"),
} as const;

const FORCE = { force: flag("deploy releases again that have not changed") } as const;

/** What changes a cluster. */
const RUN = {
  ...STACK,
  watch: flag("serve the page of the run on 127.0.0.1 while it goes on"),
} as const;

/** How a run keeps others away. */
const LOCK = {
  lockWait: duration("time to wait for another run of the stack to end"),
  noLock: flag("do not keep other runs of the stack away"),
} as const;

/** Whether a run goes on where another one ended. */
const RESUME = {
  resume: flag("go on with the last run, which died or failed, without repeating what it finished"),
} as const;

/** What a failure means. */
const FAILURE = {
  onFailure: choice(
    "stop: start nothing new; continue: skip only what needs it; rollback: undo all that the run has changed",
    ["stop", "continue", "rollback"],
  ),
  rollbackTimeout: duration("time for --on-failure rollback (10m)"),
  deadline: duration("time for the whole run; then what was begun is recorded as failed"),
  evidence: text(
    "folder for manifests, events and logs of what failed, saved before it is undone (.capstan/evidence)",
    "path",
  ),
} as const;

const UP = {
  ...RUN,
  ...FORCE,
  ...CHECK,
  ...LOCK,
  ...FAILURE,
  checkDrift: flag("deploy releases again whose objects were changed in the cluster"),
  plan: text(
    "do exactly what `plan -o` has frozen into this file, or refuse and name what has moved",
    "path",
  ),
  ...RESUME,
} as const;

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
  plan: lazyCommand<PlanFlags, [string?]>({
    loader: async () => (await import("./commands/plan.ts")).plan,
    parameters: {
      flags: {
        ...STACK,
        output: choiceOrFile(
          "table: for people; json, yaml: nodes and changes; markdown: for a pull request; a path such as plan.json: freeze the plan into it, for `up --plan`",
          ["table", "json", "yaml", "markdown"],
        ),
        explain: flag(
          "show instead where the time would go: critical path, slack, and other limits tried",
        ),
        detailedExitcode: flag("exit with 2 when there are changes, 0 when there are none"),
        dryRun: choice(
          "server: the cluster tries every change; client: render without a cluster; auto: server where one answers",
          ["auto", "server", "client"],
        ),
      },
      aliases: ALIAS,
      positional: STACK_FILE,
    },
    docs: {
      brief: "show what `up` would do, without doing it",
      fullDescription:
        "Renders every release, compares it with the last revision and with the cluster, and lets the cluster try each change by server-side dry run: what would be created, changed field by field, replaced and deleted, and which hooks would run in which order. Secrets are shown as digests. Ends with 1 when something would be refused. With `-o plan.json` the plan is frozen as well: manifests with secrets masked, order, digests, revisions and live objects seen. `up --plan plan.json` does exactly that, or refuses and names what has moved. Digests are made with CAPSTAN_PLAN_KEY, or the key of this machine's state folder.",
    },
  }),
  down: lazyCommand<ChangeFlags, [string?]>({
    loader: async () => (await import("./commands/down.ts")).down,
    parameters: { flags: { ...RUN, ...LOCK, ...RESUME }, aliases: ALIAS, positional: STACK_FILE },
    docs: {
      brief: "uninstall every release of a stack, in reverse order",
      fullDescription:
        "Uninstalls every release of the stack, each when all that needs it is gone. After a crash `down` does what is left, and runs hooks again that had run; `down --resume` does not.",
    },
  }),
  lock: lazyCommand<LockFlags, [string?]>({
    loader: async () => (await import("./commands/lock.ts")).lock,
    parameters: { flags: { env: STACK.env, debug: STACK.debug }, positional: STACK_FILE },
    docs: {
      brief: "write capstan.lock: the versions and digests of a stack's charts",
      fullDescription:
        "Finds out what every chart of the stack comes to now, and writes it to capstan.lock beside the stack. From then on `up` and `plan` take exactly these; a chart whose digest differs is refused.",
    },
  }),
  vendor: lazyCommand<LockFlags, [string?]>({
    loader: async () => (await import("./commands/lock.ts")).vendor,
    parameters: { flags: { env: STACK.env, debug: STACK.debug }, positional: STACK_FILE },
    docs: {
      brief: "write a stack's charts to capstan_vendor, for `up --offline`",
      fullDescription:
        "Does what `lock` does, and writes the archives of the charts to capstan_vendor beside the stack. `up --offline` then needs no network but the cluster's.",
    },
  }),
  rehearse: lazyCommand<RehearseFlags, [string?]>({
    loader: async () => (await import("./commands/rehearse.ts")).rehearse,
    parameters: {
      flags: {
        ...RUN,
        ...FORCE,
        ...CHECK,
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

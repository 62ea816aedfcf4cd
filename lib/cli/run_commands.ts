/**
 * The commands about runs that were: their list, and one of them again.
 *
 * @module
 */
import { choice, CLUSTER, flag, NAMESPACE, text } from "./flags.ts";
import type { ClusterFlags, NamespaceFlags } from "./flags.ts";
import { lazyCommand } from "./lazy_command.ts";
import { STACK_FILE } from "./stack_commands.ts";

/** Flags of `runs`. */
export interface RunsFlags extends NamespaceFlags {
  readonly stack?: string;
  readonly output?: "table" | "json" | "yaml";
  readonly debug?: boolean;
}

/** Flags of `drift`. */
export interface DriftFlags extends ClusterFlags {
  readonly env?: string;
  readonly output?: "table" | "json" | "yaml";
  readonly detailedExitcode?: boolean;
  readonly debug?: boolean;
}

/** Commands by name. */
export const RUN_ROUTES = {
  drift: lazyCommand<DriftFlags, [string?]>({
    loader: async () => (await import("./commands/drift.ts")).drift,
    parameters: {
      flags: {
        ...CLUSTER,
        env: text("environment, for a stack that is a function of it", "name"),
        output: choice("table: for people; json, yaml: releases with their objects", [
          "table",
          "json",
          "yaml",
        ]),
        detailedExitcode: flag("exit with 2 when something differs, 0 when nothing does"),
        debug: flag("print stack traces with errors"),
      },
      aliases: { o: "output" },
      positional: STACK_FILE,
    },
    docs: {
      brief: "show what has changed in the cluster behind a stack's back",
      fullDescription:
        "Compares the live objects of every deployed release with what was applied, by server-side dry run: objects that are gone, and fields that somebody has changed. Secrets are shown as digests. Changes nothing; `capstan up --check-drift` puts it back.",
    },
  }),
  runs: lazyCommand<RunsFlags, [string?, string?]>({
    loader: async () => (await import("./commands/runs.ts")).runs,
    parameters: {
      flags: {
        ...NAMESPACE,
        namespace: text("look also at the copies that the cluster keeps in this namespace", "name"),
        stack: text("only runs of this stack", "name"),
        output: choice(
          "table: for people; json: one run, or of one run one event, per line; yaml: a list of them",
          ["table", "json", "yaml"],
        ),
        debug: flag("print stack traces with errors"),
      },
      aliases: { o: "output", n: "namespace" },
      positional: {
        kind: "tuple",
        parameters: [
          {
            brief: "show, to see one run again",
            parse: String,
            placeholder: "show",
            optional: true,
          },
          {
            brief: "the run's id, or the beginning of it",
            parse: String,
            placeholder: "id",
            optional: true,
          },
        ],
      },
    },
    docs: {
      brief: "list runs of `up` and `down`, or show one again: runs show ID",
      fullDescription:
        "Lists the runs whose journals are on this machine, the latest first; with --namespace also those that the cluster keeps. `capstan runs show ID` tells what happened in a run and draws its closing table again.",
    },
  }),
};

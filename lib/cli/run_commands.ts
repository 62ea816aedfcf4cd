/**
 * The commands about runs that were: their list, and one of them again.
 *
 * @module
 */
import { choice, flag, NAMESPACE, text } from "./flags.ts";
import type { NamespaceFlags } from "./flags.ts";
import { lazyCommand } from "./lazy_command.ts";

/** Flags of `runs`. */
export interface RunsFlags extends NamespaceFlags {
  readonly stack?: string;
  readonly output?: "table" | "json";
  readonly debug?: boolean;
}

/** Commands by name. */
export const RUN_ROUTES = {
  runs: lazyCommand<RunsFlags, [string?, string?]>({
    loader: async () => (await import("./commands/runs.ts")).runs,
    parameters: {
      flags: {
        ...NAMESPACE,
        namespace: text("look also at the copies that the cluster keeps in this namespace", "name"),
        stack: text("only runs of this stack", "name"),
        output: choice("table: for people; json: one run, or of one run one event, per line", [
          "table",
          "json",
        ]),
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

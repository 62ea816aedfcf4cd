/**
 * The commands for people who write stack files.
 *
 * @module
 */
import { flag, text } from "./flags.ts";
import { CHART } from "./helm_commands.ts";
import type { ChartFlags } from "./helm_commands.ts";
import { lazyCommand } from "./lazy_command.ts";

/** Flags of `types`. */
export interface TypesFlags
  extends Pick<ChartFlags, "version" | "devel" | "repo" | "username" | "password" | "debug"> {
  readonly output?: string;
  readonly name?: string;
}

/** Flags of `init`. */
export interface InitFlags {
  readonly name?: string;
  readonly debug?: boolean;
}

const DEBUG = flag("print stack traces with errors");

/** Commands by name. */
export const AUTHOR_ROUTES = {
  init: lazyCommand<InitFlags, [string?]>({
    loader: async () => (await import("./commands/init.ts")).init,
    parameters: {
      flags: {
        name: text("name of the stack; the folder's when left out", "name"),
        debug: DEBUG,
      },
      positional: {
        kind: "tuple",
        parameters: [{
          brief: "folder to write to; this one when left out",
          parse: String,
          placeholder: "folder",
          optional: true,
        }],
      },
    },
    docs: {
      brief: "write a first stack with a chart of its own",
      fullDescription:
        "Writes stack.ts, deno.json with tasks that run it, a small chart, and types for its values. Files that are there already are not touched: then it writes nothing and says which.",
    },
  }),
  types: lazyCommand<TypesFlags, [string]>({
    loader: async () => (await import("./commands/types.ts")).types,
    parameters: {
      flags: {
        version: CHART.version,
        devel: CHART.devel,
        repo: CHART.repo,
        username: CHART.username,
        password: CHART.password,
        output: text("write to this file instead of printing", "file"),
        name: text("name of the type; made of the chart's name when left out", "name"),
        debug: DEBUG,
      },
      aliases: { o: "output" },
      positional: {
        kind: "tuple",
        parameters: [{ brief: "chart folder or archive", parse: String, placeholder: "CHART" }],
      },
    },
    docs: {
      brief: "write TypeScript types for a chart's values",
      fullDescription:
        "Reads values.schema.json where the chart has one, else values.yaml, its comments, what the templates read, and the subcharts. With the type, a wrong key in a stack is an error in the editor: `values: { … } satisfies WebValues`.",
    },
  }),
};

/**
 * The commands that draw: the graph of a stack, and the pages of its runs.
 *
 * @module
 */
import { choice, flag, integer, text } from "./flags.ts";
import { lazyCommand } from "./lazy_command.ts";
import { STACK_FILE } from "./stack_commands.ts";
import type { StackFlags } from "./stack_commands.ts";

/** Flags of `graph`. */
export interface GraphFlags extends Pick<StackFlags, "env" | "debug"> {
  readonly output?: "text" | "mermaid" | "dot" | "svg";
  readonly allEdges?: boolean;
}

/** Flags of `report`. */
export interface ReportFlags {
  readonly output?: string;
  readonly format?: "html" | "trace" | "otlp";
  readonly debug?: boolean;
}

/** Flags of `watch`. */
export interface WatchFlags {
  readonly port?: number;
  readonly debug?: boolean;
}

/** Where a report goes unless told otherwise. */
export const REPORT_NAMES = {
  html: "capstan-report.html",
  trace: "capstan-trace.json",
  otlp: "capstan-spans.json",
} as const;

/** Commands by name. */
export const REPORT_ROUTES = {
  graph: lazyCommand<GraphFlags, [string?]>({
    loader: async () => (await import("./commands/graph.ts")).graph,
    parameters: {
      flags: {
        env: text("environment, for a stack that is a function of it", "name"),
        output: choice("text: a table by level; mermaid, dot, svg: a picture", [
          "text",
          "mermaid",
          "dot",
          "svg",
        ]),
        allEdges: flag("also draw what follows from other edges"),
        debug: flag("print stack traces with errors"),
      },
      aliases: { o: "output" },
      positional: STACK_FILE,
    },
    docs: {
      brief: "draw a stack: what comes after what",
      fullDescription:
        "Draws the releases and hooks of a stack and what each waits for. Loads no chart and asks no cluster. An arrow that others imply is left out, unless --all-edges is given.",
    },
  }),
  report: lazyCommand<ReportFlags, [string?]>({
    loader: async () => (await import("./commands/report.ts")).report,
    parameters: {
      flags: {
        output: text("where to write it; - is standard output", "file"),
        format: choice(
          "html: a page; trace: for ui.perfetto.dev and chrome://tracing; otlp: OpenTelemetry spans",
          ["html", "trace", "otlp"],
        ),
        debug: flag("print stack traces with errors"),
      },
      aliases: { o: "output" },
      positional: {
        kind: "tuple",
        parameters: [{
          brief:
            "the id of a run, or a file of events as --output json prints them (- is standard input); the last run of this machine when left out",
          parse: String,
          placeholder: "run",
          optional: true,
        }],
      },
    },
    docs: {
      brief: "show where the time of a run went",
      fullDescription:
        "Writes one HTML file that needs nothing else: a timeline of every release and hook with the critical path, how full the limits were, what was waited for, and failures with their logs.",
    },
  }),
  watch: lazyCommand<WatchFlags, [string]>({
    loader: async () => (await import("./commands/watch.ts")).watch,
    parameters: {
      flags: {
        port: integer("port on 127.0.0.1; any that is free when left out", 1),
        debug: flag("print stack traces with errors"),
      },
      positional: {
        kind: "tuple",
        parameters: [{
          brief: "events of a run, as --output json writes them; - is standard input",
          parse: String,
          placeholder: "events.jsonl",
        }],
      },
    },
    docs: {
      brief: "serve the page of a run while it goes on",
      fullDescription:
        "Serves the page of `capstan report` on 127.0.0.1, at an address that cannot be guessed, and brings it up to date as events come, until it is interrupted. `capstan up --watch` does the same for its own run.",
    },
  }),
};

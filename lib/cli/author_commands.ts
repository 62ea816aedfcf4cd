/**
 * The commands for people who write stack files.
 *
 * @module
 */
import { flag, integer, NAMESPACE, text, texts } from "./flags.ts";
import type { NamespaceFlags } from "./flags.ts";
import { DOWNLOAD } from "./download_flags.ts";
import type { DownloadFlags } from "./download_flags.ts";
import { helmCommand } from "./helm_command.ts";
import { lazyCommand } from "./lazy_command.ts";

/** Flags of `types`. */
export interface TypesFlags extends DownloadFlags {
  readonly debug?: boolean;
  readonly output?: string;
  readonly name?: string;
}

/** Flags of `create`. */
export interface CreateFlags {
  readonly starter?: string;
}

/** Flags of `init`. */
export interface InitFlags {
  readonly name?: string;
  readonly debug?: boolean;
}

/** Flags of `adopt`. */
export interface AdoptFlags extends NamespaceFlags {
  readonly allNamespaces?: boolean;
  readonly filter?: string;
  readonly chart?: readonly string[];
  readonly name?: string;
  readonly debug?: boolean;
}

/** Flags of `import`. */
export interface ImportFlags {
  readonly output?: string;
  readonly environment?: readonly string[];
  readonly selector?: readonly string[];
  readonly concurrency?: number;
  readonly name?: string;
  readonly debug?: boolean;
}

const DEBUG = flag("print stack traces with errors");

/** The folder that a command writes to. */
const FOLDER = {
  kind: "tuple",
  parameters: [{
    brief: "folder to write to; this one when left out",
    parse: String,
    placeholder: "folder",
    optional: true,
  }],
} as const;

/** Commands by name. */
export const AUTHOR_ROUTES = {
  adopt: lazyCommand<AdoptFlags, [string?]>({
    loader: async () => (await import("./commands/adopt.ts")).adopt,
    parameters: {
      flags: {
        ...NAMESPACE,
        allNamespaces: flag("releases of all namespaces"),
        filter: text("only releases whose names fit this regular expression", "regexp"),
        chart: texts(
          "chart of a release, instead of its record's: RELEASE=CHART (can be repeated)",
        ),
        name: text("name of the stack; the folder's when left out", "name"),
        debug: DEBUG,
      },
      aliases: { n: "namespace", A: "allNamespaces" },
      positional: FOLDER,
    },
    docs: {
      brief: "write a stack file for releases that are in the cluster already",
      fullDescription:
        "Reads release records, of Helm's as well, and writes a stack with their values and with the charts that the records hold. Nothing in the cluster changes.",
    },
  }),
  create: helmCommand<CreateFlags, [string]>({
    loader: async () => (await import("./commands/create.ts")).create,
    parameters: {
      flags: {
        starter: text(
          "chart to start from: a name in Helm's starters/, or an absolute path",
          "name",
        ),
      },
      aliases: { p: "starter" },
      positional: {
        kind: "tuple",
        parameters: [{ brief: "folder of the chart", parse: String, placeholder: "NAME" }],
      },
    },
    docs: {
      brief: "write a new chart",
      fullDescription:
        "Writes a chart with a Deployment, a Service, a ServiceAccount, and an Ingress and an autoscaler that are off; its values go by the usual names. Of a starter, <CHARTNAME> in templates and values becomes the chart's name. Files that are there already are not touched: then it writes nothing and says which.",
    },
  }),
  init: lazyCommand<InitFlags, [string?]>({
    loader: async () => (await import("./commands/init.ts")).init,
    parameters: {
      flags: {
        name: text("name of the stack; the folder's when left out", "name"),
        debug: DEBUG,
      },
      positional: FOLDER,
    },
    docs: {
      brief: "write a first stack with a chart of its own",
      fullDescription:
        "Writes stack.ts, deno.json with tasks that run it, a small chart, and types for its values. Files that are there already are not touched: then it writes nothing and says which.",
    },
  }),
  import: lazyCommand<ImportFlags, [string?]>({
    loader: async () => (await import("./commands/import.ts")).importCommand,
    parameters: {
      flags: {
        output: text(
          "file to write, or - to print; stack.ts beside the helmfile when left out",
          "file",
        ),
        environment: texts("only this environment (can be repeated)", "name"),
        selector: texts("only releases that fit, as in helmfile (can be repeated)", "selector"),
        concurrency: integer(
          "releases in flight at once, as in helmfile; 0 is the default of stacks",
        ),
        name: text("name of the stack; the folder's when left out", "name"),
        debug: DEBUG,
      },
      aliases: { o: "output", e: "environment", l: "selector" },
      positional: {
        kind: "tuple",
        parameters: [{
          brief: "the helmfile; ./helmfile.yaml or ./helmfile.yaml.gotmpl when left out",
          parse: String,
          placeholder: "helmfile.yaml",
          optional: true,
        }],
      },
    },
    docs: {
      brief: "write a stack file from a helmfile",
      fullDescription:
        "Carries over releases, needs, values, hooks, environments and repositories, with bases and nested helmfiles. Templates are rendered now, environment variables are read when the stack runs. What cannot be carried over is listed, here and at the top of the stack file.",
    },
  }),
  types: lazyCommand<TypesFlags, [string]>({
    loader: async () => (await import("./commands/types.ts")).types,
    parameters: {
      flags: {
        ...DOWNLOAD,
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

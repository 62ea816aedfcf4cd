/**
 * The commands that print what is known of releases: list, status, history, get.
 *
 * @module
 */
import type { RecordPart } from "./commands/get.ts";
import {
  flag,
  HELM_VERSION,
  integer,
  NAMESPACE,
  ONE_NAME,
  oneOf,
  OUTPUT,
  RELEASE,
  text,
} from "./flags.ts";
import type { NamespaceFlags } from "./flags.ts";
import { helmCommand } from "./helm_command.ts";

/** Flags of every command here. */
interface ReadFlags extends NamespaceFlags {
  readonly output?: "table" | "json" | "yaml";
  readonly helmVersion?: "v3" | "v4";
  readonly debug?: boolean;
}

/** Flags of `get`. */
export interface GetFlags extends ReadFlags {
  readonly revision?: number;
  readonly all?: boolean;
  readonly template?: string;
}

/** Flags of `list`. */
export interface ListFlags extends ReadFlags {
  readonly allNamespaces?: boolean;
  readonly short?: boolean;
  readonly filter?: string;
  readonly selector?: string;
  readonly max?: number;
  readonly offset?: number;
  readonly date?: boolean;
  readonly reverse?: boolean;
  readonly noHeaders?: boolean;
  readonly timeFormat?: string;
  readonly all?: boolean;
  readonly deployed?: boolean;
  readonly failed?: boolean;
  readonly pending?: boolean;
  readonly superseded?: boolean;
  readonly uninstalled?: boolean;
  readonly uninstalling?: boolean;
}

/** Flags of `status`. */
export interface StatusFlags extends ReadFlags {
  readonly revision?: number;
  readonly showDesc?: boolean;
  readonly showResources?: boolean;
}

/** Flags of `history`. */
export interface HistoryFlags extends ReadFlags {
  readonly max?: number;
  readonly showRollbackRevision?: boolean;
}

const READ = {
  ...NAMESPACE,
  output: OUTPUT,
  helmVersion: HELM_VERSION,
  debug: flag("print stack traces with errors"),
} as const;

/** What `get` prints. */
export const PARTS = ["all", "hooks", "manifest", "metadata", "notes", "values"] as const;

/** Commands by name. */
export const READ_ROUTES = {
  get: helmCommand<GetFlags, [RecordPart, string]>({
    loader: async () => (await import("./commands/get.ts")).get,
    parameters: {
      flags: {
        ...READ,
        revision: integer("show this revision instead of the last (0)"),
        all: flag("values: the chart's as well, not only the user's"),
        template: text("all: Go template for what is printed, eg: {{.Release.Name}}", "template"),
      },
      aliases: { n: "namespace", o: "output", a: "all" },
      positional: {
        kind: "tuple",
        parameters: [{
          brief: "all, hooks, manifest, metadata, notes or values",
          parse: oneOf([...PARTS]),
          placeholder: "WHAT",
        }, RELEASE],
      },
    },
    docs: { brief: "print a part of a release's record" },
  }),
  list: helmCommand<ListFlags, []>({
    loader: async () => (await import("./commands/list.ts")).list,
    parameters: {
      flags: {
        ...READ,
        allNamespaces: flag("list releases of all namespaces"),
        short: flag("print names only"),
        filter: text("only names that match this regular expression", "regex"),
        selector: text(
          "only releases whose record has these labels: key=value,key!=value",
          "labels",
        ),
        max: integer("at most so many (256; 0 is no limit)"),
        offset: integer("leave out so many at the beginning (0)"),
        date: flag("sort by the time of the last change, oldest first"),
        reverse: flag("reverse the order"),
        noHeaders: flag("print no header"),
        timeFormat: text("Go layout of times, eg: 2006-01-02 15:04:05Z0700", "layout"),
        all: flag("releases in all states, as Helm 4 does anyway"),
        deployed: flag("deployed releases"),
        failed: flag("failed releases"),
        pending: flag("releases that are being installed, upgraded or rolled back"),
        superseded: flag("superseded revisions"),
        uninstalled: flag("uninstalled releases whose history was kept"),
        uninstalling: flag("releases that are being uninstalled"),
      },
      aliases: {
        n: "namespace",
        A: "allNamespaces",
        a: "all",
        d: "date",
        f: "filter",
        l: "selector",
        m: "max",
        o: "output",
        q: "short",
        r: "reverse",
      },
    },
    docs: { brief: "list releases" },
  }),
  status: helmCommand<StatusFlags, [string]>({
    loader: async () => (await import("./commands/status.ts")).status,
    parameters: {
      flags: {
        ...READ,
        revision: integer("show this revision instead of the last (0)"),
        showDesc: flag("with --helm-version v3: show the description too"),
        showResources: flag("with --helm-version v3: show the objects too"),
      },
      aliases: { n: "namespace", o: "output" },
      positional: ONE_NAME,
    },
    docs: { brief: "show a release and its objects" },
  }),
  history: helmCommand<HistoryFlags, [string]>({
    loader: async () => (await import("./commands/history.ts")).history,
    parameters: {
      flags: {
        ...READ,
        max: integer("at most so many (256)"),
        showRollbackRevision: flag("show a column with the revision that was rolled back to"),
      },
      aliases: { n: "namespace", o: "output" },
      positional: ONE_NAME,
    },
    docs: { brief: "show a release's revisions" },
  }),
};

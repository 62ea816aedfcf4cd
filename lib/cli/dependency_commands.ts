/**
 * The commands that work on a chart's dependencies and put it into an archive.
 *
 * @module
 */
import { ACCESS, HELM_FILES } from "./download_flags.ts";
import type { AccessFlags, HelmFileFlags } from "./download_flags.ts";
import { flag, integer, OUTPUT, text } from "./flags.ts";
import { helmCommand } from "./helm_command.ts";
import { lazyGroup } from "./lazy_command.ts";
import type { OutputFormat } from "./output.ts";

/** Flags of `dependency update` and `dependency build`. */
export interface DependencyFlags extends AccessFlags, HelmFileFlags {
  readonly skipRefresh?: boolean;
  readonly verify?: boolean;
  readonly keyring?: string;
  readonly debug?: boolean;
}

/** Flags of `dependency list`. */
export interface DependencyListFlags {
  readonly maxColWidth?: number;
  readonly output?: OutputFormat;
  readonly debug?: boolean;
}

/** Flags of `package`. */
export interface PackageFlags extends AccessFlags, HelmFileFlags {
  readonly destination?: string;
  readonly version?: string;
  readonly appVersion?: string;
  readonly dependencyUpdate?: boolean;
  readonly sign?: boolean;
  readonly key?: string;
  readonly keyring?: string;
  readonly passphraseFile?: string;
  readonly debug?: boolean;
}

const DEBUG = flag("print stack traces with errors");

const DEPENDENCY = {
  ...ACCESS,
  ...HELM_FILES,
  skipRefresh: flag("do not fetch the indexes of added repositories again"),
  verify: flag("check the signature of each archive before it is saved"),
  keyring: text("file of public keys to verify with; ~/.gnupg/pubring.gpg when left out", "path"),
  debug: DEBUG,
} as const;

const CHART = {
  kind: "tuple",
  parameters: [{
    brief: "the chart's folder; the current one when left out",
    parse: String,
    placeholder: "CHART",
    optional: true,
  }],
} as const;

/** Commands by name. */
export const DEPENDENCY_ROUTES = {
  dependency: lazyGroup({ update: update(), build: build(), list: list() }, {
    brief: "bring a chart's dependencies into its charts/ folder",
    aliases: { up: "update", ls: "list" },
  }),
  package: helmCommand<PackageFlags, string[]>({
    loader: async () => (await import("./commands/package.ts")).packageCharts,
    parameters: {
      flags: {
        ...ACCESS,
        ...HELM_FILES,
        destination: text("folder to write the archive to; the current one when left out", "path"),
        version: text("set the chart's version to this", "version"),
        appVersion: text("set the chart's appVersion to this", "version"),
        dependencyUpdate: flag("run `dependency update` on the chart first"),
        sign: flag("write a signed provenance file beside the archive"),
        key: text("part of the user id of the key to sign with", "name"),
        keyring: text(
          "file of private keys to sign with; ~/.gnupg/pubring.gpg when left out",
          "path",
        ),
        passphraseFile: text("file that holds the key's passphrase; - is standard input", "path"),
        debug: DEBUG,
      },
      aliases: { d: "destination", u: "dependencyUpdate" },
      positional: {
        kind: "array",
        parameter: { brief: "the chart's folder", parse: String, placeholder: "CHART" },
        minimum: 1,
      },
    },
    docs: { brief: "put charts into archives" },
  }),
};

function update() {
  return helmCommand<DependencyFlags, [string?]>({
    loader: async () => (await import("./commands/dependency.ts")).update,
    parameters: { flags: DEPENDENCY, positional: CHART },
    docs: {
      brief: "choose versions by Chart.yaml, fetch them, and write Chart.lock",
      fullDescription:
        "Chooses the newest version in range of each dependency that Chart.yaml declares, fetches the archives into charts/, removes outdated ones, and writes Chart.lock. Repositories need not be added first.",
    },
  });
}

function build() {
  return helmCommand<DependencyFlags, [string?]>({
    loader: async () => (await import("./commands/dependency.ts")).build,
    parameters: { flags: DEPENDENCY, positional: CHART },
    docs: {
      brief: "fetch the versions that Chart.lock names",
      fullDescription:
        "Fetches exactly the versions of Chart.lock into charts/, and refuses a lock that is of other dependencies than Chart.yaml's. Without a lock it does what `dependency update` does.",
    },
  });
}

function list() {
  return helmCommand<DependencyListFlags, [string?]>({
    loader: async () => (await import("./commands/dependency.ts")).list,
    parameters: {
      flags: {
        maxColWidth: integer("widest column of the table (80)", 4),
        output: OUTPUT,
        debug: DEBUG,
      },
      aliases: { o: "output" },
      positional: CHART,
    },
    docs: { brief: "list a chart's dependencies and whether they are in charts/" },
  });
}

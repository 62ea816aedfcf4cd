/**
 * The commands about where charts come from: repo, search, registry, pull, push, show, verify, cache.
 *
 * @module
 */
import { ACCESS, DOWNLOAD, HELM_FILES } from "./download_flags.ts";
import type { AccessFlags, DownloadFlags, HelmFileFlags } from "./download_flags.ts";
import { duration, flag, integer, OUTPUT, text, withoutEffect } from "./flags.ts";
import { helmCommand } from "./helm_command.ts";
import { lazyCommand, lazyGroup } from "./lazy_command.ts";
import type { OutputFormat } from "./output.ts";

/** Flags of `repo add`. */
export interface RepoAddFlags extends Omit<AccessFlags, "plainHttp">, HelmFileFlags {
  readonly allowDeprecatedRepos?: boolean;
  readonly noUpdate?: boolean;
  readonly passCredentials?: boolean;
  readonly passwordStdin?: boolean;
  readonly forceUpdate?: boolean;
  readonly timeout?: number;
  readonly debug?: boolean;
}

/** Flags of `repo list`. */
export interface RepoListFlags extends HelmFileFlags {
  readonly output?: "table" | "json" | "yaml";
  readonly noHeaders?: boolean;
  readonly debug?: boolean;
}

/** Flags of `repo update`. */
export interface RepoUpdateFlags extends HelmFileFlags {
  readonly failOnRepoUpdateFail?: boolean;
  readonly timeout?: number;
  readonly debug?: boolean;
}

/** Flags of `repo index`. */
export interface RepoIndexFlags {
  readonly url?: string;
  readonly merge?: string;
  readonly json?: boolean;
  readonly debug?: boolean;
}

/** Flags of `search repo`. */
export interface SearchFlags extends HelmFileFlags {
  readonly devel?: boolean;
  readonly version?: string;
  readonly versions?: boolean;
  readonly regexp?: boolean;
  readonly failOnNoResult?: boolean;
  readonly maxColWidth?: number;
  readonly output?: "table" | "json" | "yaml";
  readonly debug?: boolean;
}

/** Flags of `registry login`. */
export interface LoginFlags extends HelmFileFlags {
  readonly username?: string;
  readonly password?: string;
  readonly passwordStdin?: boolean;
  readonly insecure?: boolean;
  readonly plainHttp?: boolean;
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly debug?: boolean;
}

/** Flags of `pull`. */
export interface PullFlags extends DownloadFlags {
  readonly destination?: string;
  readonly untar?: boolean;
  readonly untardir?: string;
  readonly prov?: boolean;
  readonly debug?: boolean;
}

/** Flags of `push`. */
export interface PushFlags extends AccessFlags, HelmFileFlags {
  readonly debug?: boolean;
}

/** Flags of `show`. */
export interface ShowFlags extends DownloadFlags {
  readonly debug?: boolean;
}

/** Flags of `show values`. */
export interface ShowValuesFlags extends ShowFlags {
  readonly jsonpath?: string;
}

/** Flags of `verify`. */
export interface VerifyFlags {
  readonly keyring?: string;
  readonly debug?: boolean;
}

/** Flags of `cache`. */
export interface CacheFlags {
  readonly prune?: boolean;
  readonly maxBytes?: number;
  readonly output?: OutputFormat;
  readonly debug?: boolean;
}

const DEBUG = flag("print stack traces with errors");
const { plainHttp: _, ...TLS } = ACCESS;
const TIMEOUT = duration("time to wait for an index (default 2m)");

function one(placeholder: string, brief: string) {
  return { brief, parse: String, placeholder } as const;
}

function several(placeholder: string, brief: string, minimum = 0) {
  return { kind: "array", parameter: one(placeholder, brief), minimum } as const;
}

const REPO = lazyGroup({
  add: helmCommand<RepoAddFlags, [string, string]>({
    loader: async () => (await import("./commands/repo.ts")).repoAdd,
    parameters: {
      flags: {
        ...TLS,
        ...HELM_FILES,
        passCredentials: DOWNLOAD.passCredentials,
        passwordStdin: flag("read the password from standard input"),
        forceUpdate: flag("replace a repository of the same name"),
        ...withoutEffect("allowDeprecatedRepos", "noUpdate"),
        timeout: TIMEOUT,
        debug: DEBUG,
      },
      positional: {
        kind: "tuple",
        parameters: [one("NAME", "name of the repository"), one("URL", "its address")],
      },
    },
    docs: { brief: "add a chart repository" },
  }),
  list: helmCommand<RepoListFlags, []>({
    loader: async () => (await import("./commands/repo.ts")).repoList,
    parameters: {
      flags: {
        ...HELM_FILES,
        output: OUTPUT,
        noHeaders: flag("leave the headings out"),
        debug: DEBUG,
      },
      aliases: { o: "output" },
    },
    docs: { brief: "list the chart repositories that were added" },
  }),
  update: helmCommand<RepoUpdateFlags, string[]>({
    loader: async () => (await import("./commands/repo.ts")).repoUpdate,
    parameters: {
      flags: {
        ...HELM_FILES,
        timeout: TIMEOUT,
        ...withoutEffect("failOnRepoUpdateFail"),
        debug: DEBUG,
      },
      positional: several("REPO", "name of a repository; all when left out"),
    },
    docs: { brief: "fetch the indexes of chart repositories" },
  }),
  remove: helmCommand<HelmFileFlags & { readonly debug?: boolean }, string[]>({
    loader: async () => (await import("./commands/repo.ts")).repoRemove,
    parameters: {
      flags: { ...HELM_FILES, debug: DEBUG },
      positional: several("REPO", "name of a repository", 1),
    },
    docs: { brief: "remove chart repositories" },
  }),
  index: helmCommand<RepoIndexFlags, [string]>({
    loader: async () => (await import("./commands/repo_index.ts")).repoIndex,
    parameters: {
      flags: {
        url: text("address that the charts will be served at", "url"),
        merge: text("index to add the charts to", "path"),
        json: flag("write JSON"),
        debug: DEBUG,
      },
      positional: { kind: "tuple", parameters: [one("DIR", "folder of chart archives")] },
    },
    docs: { brief: "write the index of a folder of chart archives" },
  }),
}, {
  brief: "add, list, update, remove and index chart repositories",
  aliases: { ls: "list", rm: "remove", up: "update" },
});

const REGISTRY = lazyGroup({
  login: helmCommand<LoginFlags, [string]>({
    loader: async () => (await import("./commands/registry.ts")).registryLogin,
    parameters: {
      flags: {
        username: text("user name", "name"),
        password: text("password or identity token", "text"),
        passwordStdin: flag("read the password from standard input"),
        insecure: ACCESS.insecureSkipTlsVerify,
        plainHttp: ACCESS.plainHttp,
        caFile: ACCESS.caFile,
        certFile: ACCESS.certFile,
        keyFile: ACCESS.keyFile,
        ...HELM_FILES,
        debug: DEBUG,
      },
      aliases: { u: "username", p: "password" },
      positional: { kind: "tuple", parameters: [one("HOST", "the registry, with its port")] },
    },
    docs: { brief: "log in to a registry" },
  }),
  logout: helmCommand<HelmFileFlags & { readonly debug?: boolean }, [string]>({
    loader: async () => (await import("./commands/registry.ts")).registryLogout,
    parameters: {
      flags: { ...HELM_FILES, debug: DEBUG },
      positional: { kind: "tuple", parameters: [one("HOST", "the registry, with its port")] },
    },
    docs: { brief: "forget the login of a registry" },
  }),
}, { brief: "log in to and out of registries" });

function show(part: "all" | "chart" | "crds" | "readme", brief: string) {
  return helmCommand<ShowFlags, [string]>({
    loader: async () => (await import("./commands/show.ts")).show(part),
    parameters: {
      flags: { ...DOWNLOAD, debug: DEBUG },
      positional: { kind: "tuple", parameters: [one("CHART", "the chart")] },
    },
    docs: { brief },
  });
}

function showValues() {
  return helmCommand<ShowValuesFlags, [string]>({
    loader: async () => (await import("./commands/show.ts")).show("values"),
    parameters: {
      flags: {
        ...DOWNLOAD,
        jsonpath: text("print what a JSONPath template such as {.image.tag} picks", "template"),
        debug: DEBUG,
      },
      positional: { kind: "tuple", parameters: [one("CHART", "the chart")] },
    },
    docs: { brief: "show values.yaml" },
  });
}

/** Commands by name. */
export const REGISTRY_ROUTES = {
  repo: REPO,
  registry: REGISTRY,
  search: lazyGroup({
    repo: helmCommand<SearchFlags, string[]>({
      loader: async () => (await import("./commands/search.ts")).searchRepo,
      parameters: {
        flags: {
          ...HELM_FILES,
          devel: DOWNLOAD.devel,
          version: text("only versions in this range", "range"),
          versions: flag("show every version"),
          regexp: flag("the keyword is a regular expression"),
          failOnNoResult: flag("fail where nothing is found"),
          maxColWidth: integer("widest column of the table (default 50)"),
          output: OUTPUT,
          debug: DEBUG,
        },
        aliases: { l: "versions", r: "regexp", o: "output" },
        positional: several("keyword", "what to look for; all charts when left out"),
      },
      docs: { brief: "look for charts in the repositories that were added" },
    }),
  }, { brief: "look for charts" }),
  pull: helmCommand<PullFlags, string[]>({
    loader: async () => (await import("./commands/pull.ts")).pull,
    parameters: {
      flags: {
        ...DOWNLOAD,
        destination: text("folder to write to (default .)", "path"),
        untar: flag("unpack the chart"),
        untardir: text("with --untar, folder to unpack into (default .)", "path"),
        prov: flag("fetch the provenance file too, without checking it"),
        debug: DEBUG,
      },
      aliases: { d: "destination" },
      positional: several("CHART", "the chart", 1),
    },
    docs: { brief: "download charts, and unpack them where that is wanted" },
  }),
  push: helmCommand<PushFlags, [string, string]>({
    loader: async () => (await import("./commands/pull.ts")).push,
    parameters: {
      flags: { ...ACCESS, ...HELM_FILES, debug: DEBUG },
      positional: {
        kind: "tuple",
        parameters: [one("CHART", "archive of the chart"), one("REMOTE", "oci://host/path")],
      },
    },
    docs: { brief: "upload a chart to a registry" },
  }),
  show: lazyGroup({
    all: show("all", "show everything"),
    chart: show("chart", "show Chart.yaml"),
    crds: show("crds", "show the custom resource definitions"),
    readme: show("readme", "show the README"),
    values: showValues(),
  }, { brief: "show what a chart holds" }),
  verify: helmCommand<VerifyFlags, [string]>({
    loader: async () => (await import("./commands/verify.ts")).verify,
    parameters: {
      flags: { keyring: DOWNLOAD.keyring, debug: DEBUG },
      positional: { kind: "tuple", parameters: [one("PATH", "archive of the chart")] },
    },
    docs: { brief: "check the signature of a chart" },
  }),
  cache: lazyCommand<CacheFlags, []>({
    loader: async () => (await import("./commands/cache.ts")).cache,
    parameters: {
      flags: {
        prune: flag("remove what was not used for longest"),
        maxBytes: integer("with --prune, bytes to keep; all goes with 0 (default 2 GiB)"),
        output: OUTPUT,
        debug: DEBUG,
      },
      aliases: { o: "output" },
    },
    docs: { brief: "show, and prune, the cache of downloaded charts" },
  }),
};

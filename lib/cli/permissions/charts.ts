/**
 * What it takes to bring a chart: it is brought, and who is asked and which files lead there is written
 * down.
 *
 * @module
 */
import type { Access } from "../../registry/http.ts";
import { ChartLocator } from "../../registry/locate.ts";
import { readRepositories } from "../../registry/repositories_file.ts";
import { ChartSource, isRemote } from "../../stack/charts.ts";
import type { ChartReference } from "../../stack/charts.ts";
import type { LoadedStack } from "../../stack/load.ts";
import { isPath } from "../charts.ts";
import type { CliContext } from "../context.ts";
import { accessOf, versionOf } from "../download_flags.ts";
import type { DownloadFlags, HelmFileFlags } from "../download_flags.ts";
import { pathsFor } from "../locator.ts";
import { absolute, hostOf } from "./cluster.ts";
import { heard } from "./heard.ts";
import { needLogin } from "./logins.ts";
import { PermissionSet } from "./set.ts";

/** What is asked for beside the chart's reference. */
export interface ChartAsked {
  readonly ref: string;
  readonly flags: DownloadFlags;
  /** With its provenance file. @default what --verify says */
  readonly provenance?: boolean | undefined;
}

/** Adds what the chart of a command line takes. */
export async function needChart(
  need: PermissionSet,
  context: CliContext,
  { ref, flags, provenance = flags.verify ?? false }: ChartAsked,
): Promise<void> {
  if (flags.repo === undefined && await isPath(ref)) {
    await needFolder(need, ref, "the chart");
    if (flags.verify) need.add("read", `${absolute(ref)}.prov`, "the chart's signature");
    return;
  }
  // A name is first looked for in the working folder.
  if (flags.repo === undefined) {
    need.add("read", absolute(ref), "a chart of this name would be taken from here");
  }
  await needFetched(need, context, { ref, flags, provenance });
}

/** Adds a chart on this disk: a link to a folder is followed, and what is there read where it is. */
export async function needFolder(need: PermissionSet, path: string, reason: string): Promise<void> {
  need.add("read", absolute(path), reason);
  try {
    const real = await Deno.realPath(path);
    if ((await Deno.stat(real)).isDirectory) need.add("read", absolute(real), reason);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** The same of a chart that is not on this disk. */
export async function needFetched(
  need: PermissionSet,
  context: CliContext,
  { ref, flags, provenance = false }: ChartAsked,
): Promise<void> {
  needCertificates(need, flags);
  const options = { ownersOf: flags.repo === undefined ? ref : undefined };
  await withRecording(
    need,
    context,
    { flags, ...options },
    async (locator) =>
      await locator.fetch(ref, {
        repo: flags.repo,
        version: versionOf(flags),
        access: accessOf(flags),
        provenance,
        signal: context.abort,
      }),
  );
}

/** Adds the files that say whom to trust, and who we are. */
export function needCertificates(
  need: PermissionSet,
  { caFile, certFile, keyFile }: Pick<Access, "caFile" | "certFile" | "keyFile">,
): void {
  for (const path of [caFile, certFile, keyFile]) {
    if (path) need.add("read", absolute(path), "certificates");
  }
}

/** Adds what the charts of a stack take; of those on this disk only where they are `read`. */
export async function needStackCharts(
  need: PermissionSet,
  context: CliContext,
  { loaded: { stack, folder }, read }: { readonly loaded: LoadedStack; readonly read: boolean },
): Promise<void> {
  const remote: ChartReference[] = [];
  for (const { chart, version } of stack.releases) {
    if (typeof chart !== "string" || isRemote(chart)) remote.push({ chart, version });
    else if (read) {
      const path = /^([/\\]|[A-Za-z]:)/.test(chart) ? chart : `${folder}/${chart}`;
      await needFolder(need, path, "a chart");
    }
  }
  for (const each of remote) {
    const ownersOf = typeof each.chart === "string" ? each.chart : undefined;
    await withRecording(need, context, { flags: {}, ownersOf }, async (locator) => {
      await new ChartSource(folder, { locator }).fetch(each, context.abort);
    });
  }
}

/** Options of {@linkcode withRecording}. */
export interface RecordingOptions {
  readonly flags: HelmFileFlags;
  /** An address: repositories that were added matter only if one of them is where it is. */
  readonly ownersOf?: string | undefined;
}

/** Runs `use` with what finds charts; who is asked is added, and which files lead there. */
export async function withRecording(
  need: PermissionSet,
  context: CliContext,
  { flags, ownersOf }: RecordingOptions,
  use: (locator: ChartLocator) => Promise<unknown>,
): Promise<void> {
  const files = new PermissionSet();
  const registries = new Set<string>();
  const locator = new ChartLocator({
    paths: recordedPaths(files, context, flags),
    cached: false,
    fetch: listening(need, registries),
  });
  try {
    await use(locator);
  } finally {
    await locator.close();
  }
  const mattered = !/^https?:/i.test(ownersOf ?? "") ||
    await needsOwner(context, flags, ownersOf!);
  need.merge(files, { optional: !mattered });
  for (const host of registries) await needLogin(need, context, { flags, host });
  needKept(need, context, flags);
}

/** Paths that are added when they are asked for; logins only matter to registries that want one. */
function recordedPaths(need: PermissionSet, context: CliContext, flags: HelmFileFlags) {
  const paths = pathsFor(context, flags);
  const hearing = heard(need, context, { reason: "leads to Helm's files", optional: false });
  const noted = pathsFor(hearing, flags);
  const add = (path: string, reason: string) => {
    need.add("read", path, reason);
    return path;
  };
  return {
    get repositoryConfig() {
      return add(noted.repositoryConfig, "the repositories that were added");
    },
    get repositoryCache() {
      const path = add(noted.repositoryCache, "their indexes");
      need.add("write", path, "fetches indexes that are not there", { optional: true });
      return path;
    },
    get registryConfig() {
      return paths.registryConfig;
    },
    get dockerConfig() {
      return paths.dockerConfig;
    },
    cache: "",
  };
}

/** Whether an address is only to be had with what an added repository says. */
async function needsOwner(context: CliContext, flags: HelmFileFlags, url: string) {
  const all = await readRepositories(pathsFor(context, flags).repositoryConfig);
  const owner = all.find((each) => url.startsWith(`${each.url.replace(/\/+$/, "")}/`));
  return owner !== undefined &&
    [owner.username, owner.caFile, owner.certFile].some((each) => each !== undefined);
}

function needKept(need: PermissionSet, context: CliContext, flags: HelmFileFlags): void {
  const options = { optional: true };
  const { cache } = pathsFor(
    heard(need, context, { reason: "leads to the cache", ...options }),
    flags,
  );
  if (cache === "") return;
  for (const kind of ["read", "write"] as const) {
    need.add(kind, cache, "keeps downloaded charts", options);
  }
}

function listening(need: PermissionSet, registries: Set<string>): typeof fetch {
  return async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    need.add("net", hostOf(url), "where charts are");
    const response = await fetch(input, init);
    if (response.url !== "") need.add("net", hostOf(response.url), "where charts are");
    const { host, pathname } = new URL(url);
    if (response.status === 401 && pathname.startsWith("/v2/")) registries.add(host);
    return response;
  };
}

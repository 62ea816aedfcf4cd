/**
 * What it takes to bring a chart.
 *
 * @module
 */
import { exists } from "../../files.ts";
import { ChartLocator } from "../../registry/locate.ts";
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
import type { PermissionSet } from "./set.ts";

/** Adds what the chart of a command line takes. */
export async function needChart(
  need: PermissionSet,
  context: CliContext,
  { ref, flags }: { readonly ref: string; readonly flags: DownloadFlags },
): Promise<void> {
  if (flags.repo === undefined && await isPath(ref)) {
    need.add("read", await absolute(ref), "the chart");
    return;
  }
  // A name is first looked for in the working folder.
  if (flags.repo === undefined && !ref.includes("://")) {
    need.add("read", await absolute(ref), "a chart of this name would be taken from here");
  }
  for (const path of [flags.caFile, flags.certFile, flags.keyFile]) {
    if (path !== undefined) need.add("read", await absolute(path), "certificates");
  }
  const names = [flags.repo ?? ref];
  await withListening(need, context, { flags, names }, async (locator) =>
    await locator.fetch(ref, {
      repo: flags.repo,
      version: versionOf(flags),
      access: accessOf(flags),
      signal: context.abort,
    }));
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
      need.add("read", await absolute(path), "a chart");
    }
  }
  if (remote.length === 0) return;
  const names = remote.map(({ chart }) => typeof chart === "string" ? chart : chart.repository.url);
  await withListening(need, context, { flags: {}, names }, async (locator) => {
    const source = new ChartSource(folder, { locator });
    for (const each of remote) await source.fetch(each, context.abort);
  });
}

/** Runs `use` with what finds charts; who is asked is added, and which files lead there. */
async function withListening(
  need: PermissionSet,
  context: CliContext,
  { flags, names }: { readonly flags: HelmFileFlags; readonly names: readonly string[] },
  use: (locator: ChartLocator) => Promise<unknown>,
): Promise<void> {
  const added = names.some((name) => !/^(https?|oci):/i.test(name));
  const paths = pathsFor(
    heard(need, context, { reason: "leads to Helm's files", optional: !added }),
    flags,
  );
  if (added) {
    need.add("read", paths.repositoryConfig, "the repositories that were added");
    need.add("read", paths.repositoryCache, "their indexes");
  }
  for (const path of [paths.registryConfig, paths.dockerConfig]) {
    const asked = names.some((name) => /^oci:/i.test(name));
    if (asked && await exists(path)) need.add("read", path, "logins of registries");
  }
  for (const kind of paths.cache === "" ? [] : ["read", "write"] as const) {
    need.add(kind, paths.cache, "keeps downloaded charts", { optional: true });
  }
  const locator = new ChartLocator({ paths, cached: false, fetch: listening(need) });
  try {
    await use(locator);
  } finally {
    await locator.close();
  }
}

function listening(need: PermissionSet): typeof fetch {
  return async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    need.add("net", hostOf(url), "where charts are");
    const response = await fetch(input, init);
    if (response.url !== "") need.add("net", hostOf(response.url), "where charts are");
    return response;
  };
}

/**
 * Everything about a deployment that can be known before anything changes.
 *
 * @module
 */
import { CapstanError } from "../errors.ts";
import { type Chart, isLibrary } from "../chart/chart.ts";
import { missingDependencies } from "../chart/dependencies.ts";
import { coalesceTables, coalesceValues, copyValues } from "../chart/values.ts";
import type { Hook } from "../engine/hooks.ts";
import { renderChart, type RenderedChart } from "../engine/render_chart.ts";
import type { Release, ReleaseHook } from "../release/release.ts";
import type { RevisionEntry } from "../release/storage.ts";
import { chartOf, storeChart } from "../release/stored_chart.ts";
import { type GoMap, newMap } from "../template/value.ts";
import { withChartCrds } from "./cache.ts";
import { checkRequest, decide, type Decision } from "./decide.ts";
import type { DeployRequest } from "./deploy_request.ts";
import { compareDigest, digestInputs, sameContents } from "./digest.ts";
import { UpgradeError } from "./errors.ts";
import { clusterLookup } from "./lookup.ts";
import { type ManifestObject, parseManifest } from "./objects.ts";
import type { Operation } from "./operation.ts";

/** A deployment that changes something. */
export interface Change {
  readonly kind: "install" | "upgrade";
  /** The new revision, pending. */
  readonly release: Release;
  /** What an upgrade starts from. */
  readonly current: Release | undefined;
  /** All revisions there are, oldest first. */
  readonly history: readonly RevisionEntry[];
  /** Objects of the new revision, as the chart gives them. */
  readonly objects: readonly ManifestObject[];
  /** The chart's files under crds/. */
  readonly crds: RenderedChart["crds"];
}

/** What a deployment comes to. */
export type DeployPlan = Change | {
  readonly kind: "unchanged";
  /** The deployed revision, which stays. */
  readonly current: RevisionEntry;
};

/** Reads the history, renders the chart, and decides. Writes nothing. */
export async function prepareDeploy(
  operation: Operation,
  request: DeployRequest,
  { signal }: { readonly signal: AbortSignal },
): Promise<DeployPlan> {
  const { context, helmVersion, cache, name, namespace } = operation;
  checkRequest(request, helmVersion);
  const [history, chart, given, capabilities] = await Promise.all([
    context.storage.history({ name, namespace }, { signal }),
    typeof request.chart === "function" ? request.chart(signal) : request.chart,
    typeof request.values === "function" ? request.values(signal) : request.values ?? newMap(),
    cache.capabilities(context.api, { helmVersion, signal }),
  ]);
  checkChart(chart);
  const decision = decide(request, history, helmVersion);
  operation.verb = decision.verb;
  const reuse = request.reuseValues ?? "never";
  const before = reuse === "never" ? undefined : await currentOf(operation, decision, signal);
  const merged = before === undefined
    ? { chart, values: given }
    : reuseValues(before, { chart, values: given }, reuse);
  const digest = await digestInputs({
    ...merged,
    chartDigest: await cache.digestOf(merged.chart),
    capabilities: withChartCrds(capabilities, merged.chart),
    options: recordedOptions(request),
  });
  const { current, last } = decision;
  const settled = current !== undefined && current === last && current.status === "deployed";
  const likeness = settled && !request.force && !request.dryRun
    ? compareDigest(current.digest, digest)
    : "different";
  if (likeness === "same") return { kind: "unchanged", current: current! };
  const render = (revision: number, isUpgrade: boolean) =>
    renderChart(merged.chart, merged.values, {
      release: { name, namespace, revision, isUpgrade },
      helmVersion,
      capabilities: withChartCrds(capabilities, merged.chart),
      skipSchemaValidation: request.skipSchemaValidation,
      subNotes: request.subNotes,
      postRender: request.postRender,
      lookup: clusterLookup(context.api, { signal }),
      now: operation.now,
      warn: (message) => operation.warn(message),
      signal,
    });
  const stored = before ?? await currentOf(operation, decision, signal);
  if (likeness === "same-inputs") {
    // As it was rendered then: a template may say something else for an upgrade, or for a revision.
    const again = await render(stored!.revision, stored!.revision > 1);
    if (sameContents(again, stored!)) return { kind: "unchanged", current: current! };
  }
  const rendered = await render(decision.revision, decision.verb === "upgrade");
  const release = newRelease(operation, request, {
    decision,
    rendered,
    stored,
    values: merged.values,
    digest: digest.text,
  });
  // Or as its upgrade would be: what was made up at the install is then looked up.
  if (likeness === "same-inputs" && sameContents(release, stored!)) {
    return { kind: "unchanged", current: current! };
  }
  const objects = parseManifest(release.manifest);
  await context.storage.check(release);
  return {
    kind: decision.verb,
    release,
    current: stored,
    history,
    objects,
    crds: rendered.crds,
  };
}

/** Options of a request that make a revision another one. */
function recordedOptions(request: DeployRequest): Record<string, unknown> {
  const { labels, description, subNotes, noHooks } = request;
  return { labels, description, subNotes, noHooks };
}

async function currentOf(
  { context, name, namespace }: Operation,
  { current }: Decision,
  signal: AbortSignal,
): Promise<Release | undefined> {
  if (current === undefined) return undefined;
  const { revision } = current;
  const release = await context.storage.get({ name, namespace, revision }, { signal });
  if (release !== undefined) return release;
  throw new UpgradeError(`release: not found`, name, {
    code: "release/not-found",
    hint: `revision ${revision} was removed a moment ago; run again`,
  });
}

function checkChart(chart: Chart): void {
  if (isLibrary(chart)) {
    throw new CapstanError("library charts are not installable", {
      code: "chart/library",
      hint: "a library chart lends its templates to charts that depend on it",
    });
  }
  const missing = missingDependencies(chart);
  if (missing.length === 0) return;
  throw new CapstanError(
    "An error occurred while checking for chart dependencies. You may need to run `helm dependency " +
      `build\` to fetch missing dependencies: found in Chart.yaml, but missing in charts/ directory: ${
        missing.join(", ")
      }`,
    { code: "chart/missing-dependencies" },
  );
}

/** Values and chart of an upgrade that takes over values of the revision before. */
function reuseValues(
  before: Release,
  { chart, values }: { readonly chart: Chart; readonly values: GoMap },
  reuse: NonNullable<DeployRequest["reuseValues"]>,
): { readonly chart: Chart; readonly values: GoMap } {
  const old = before.config ?? newMap();
  if (reuse === "when-empty") {
    return { chart, values: Object.keys(values).length === 0 ? old : values };
  }
  const both = coalesceTables(copyValues(values) as GoMap, copyValues(old) as GoMap);
  if (reuse === "merge") return { chart, values: both };
  const { firstValues: _, ...rest } = chart;
  return {
    chart: { ...rest, values: coalesceValues(chartOf(before.chart), old) },
    values: both,
  };
}

interface NewRelease {
  readonly decision: Decision;
  readonly rendered: RenderedChart;
  readonly stored: Release | undefined;
  readonly values: GoMap;
  readonly digest: string;
}

/** The new revision, pending. */
function newRelease(
  operation: Operation,
  request: DeployRequest,
  { decision: { verb, revision, last }, rendered, stored, values, digest }: NewRelease,
): Release {
  const now = operation.timestamp();
  const install = verb === "install";
  return {
    name: operation.name,
    namespace: operation.namespace,
    revision,
    info: {
      firstDeployed: stored?.info.firstDeployed ?? now,
      lastDeployed: now,
      status: install ? "pending-install" : "pending-upgrade",
      description: install ? "Initial install underway" : "Preparing upgrade",
      notes: rendered.notes,
    },
    chart: storeChart(rendered.chart),
    config: Object.keys(values).length === 0 ? undefined : values,
    manifest: rendered.manifest,
    hooks: rendered.hooks.map(releaseHook),
    applyMethod: "ssa",
    labels: mergeLabels(install ? {} : last?.labels ?? {}, request.labels ?? {}),
    digest,
  };
}

function releaseHook({ annotations: _, ...hook }: Hook): ReleaseHook {
  return { ...hook, lastRun: { phase: "" } };
}

function mergeLabels(
  old: Readonly<Record<string, string>>,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries({ ...old, ...given }).filter(([, value]) => value !== "null"),
  );
}

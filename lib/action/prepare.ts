/**
 * Everything about a deployment that can be known before anything changes.
 *
 * @module
 */
import { CapstanError } from "../errors.ts";
import { type Chart, isLibrary } from "../chart/chart.ts";
import { missingDependencies } from "../chart/dependencies.ts";
import { coalesceTables, coalesceValues, copyValues } from "../chart/values.ts";
import { type Capabilities, offlineCapabilities } from "../engine/capabilities.ts";
import type { Hook } from "../engine/hooks.ts";
import { renderChart, type RenderedChart } from "../engine/render_chart.ts";
import type { Release, ReleaseHook } from "../release/release.ts";
import type { RevisionEntry } from "../release/storage.ts";
import { chartOf, storeChart } from "../release/stored_chart.ts";
import { type GoMap, newMap } from "../template/value.ts";
import { applyMethodFor } from "./apply_method.ts";
import { type Adopted, adoptRevision } from "./adopt.ts";
import { withChartCrds } from "./cache.ts";
import { checkRequest, decide, type Decision } from "./decide.ts";
import type { DeployRequest } from "./deploy_request.ts";
import { compareDigest, digestInputs, sameContents } from "./digest.ts";
import { driftOf } from "./diff/drift.ts";
import { UpgradeError } from "./errors.ts";
import { clusterLookup } from "./lookup.ts";
import { type ManifestObject, parseManifest } from "./objects.ts";
import type { Operation } from "./operation.ts";
import { checkParts } from "./parts.ts";
import { readHistory } from "./recovery.ts";
import { mayBeAsRecorded, saysAsRecorded } from "./recorded.ts";

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
  /** The revision is stored already, by a run that died. */
  readonly adopted?: Adopted | undefined;
  /** It puts back what others have changed, and so takes their fields. */
  readonly drifted?: boolean | undefined;
}

/** What a deployment comes to. */
export type DeployPlan = Change | {
  readonly kind: "unchanged";
  /** The deployed revision, which stays. */
  readonly current: RevisionEntry;
  /** What was done, where a run that died has done it. */
  readonly outcome?: "installed" | "upgraded" | undefined;
};

/** Reads the history, renders the chart, and decides. Writes nothing. */
export async function prepareDeploy(
  operation: Operation,
  request: DeployRequest,
  { signal }: { readonly signal: AbortSignal },
): Promise<DeployPlan> {
  checkRequest(request, operation.helmVersion);
  const plan = await planOf(operation, request, signal);
  await checkParts(operation, request, { plan, signal });
  return plan;
}

async function planOf(
  operation: Operation,
  request: DeployRequest,
  signal: AbortSignal,
): Promise<DeployPlan> {
  const adopted = await adoptRevision(operation, request, signal);
  if (adopted !== undefined) return adopted;
  const plan = await decideDeploy(operation, request, signal);
  if (plan.kind !== "unchanged" || !request.checkDrift) return plan;
  const drift = await driftOf(operation, request, { current: plan.current, signal });
  if (drift.length === 0) return plan;
  const names = drift.map(({ kind, name }) => `${kind} ${name}`).join(", ");
  operation.warn(`not as it was deployed: ${names}`);
  const putBack = await decideDeploy(operation, { ...request, force: true }, signal);
  return putBack.kind === "unchanged" ? putBack : { ...putBack, drifted: true };
}

/** Reads, renders and decides for what no run has begun. */
async function decideDeploy(
  operation: Operation,
  request: DeployRequest,
  signal: AbortSignal,
): Promise<DeployPlan> {
  const inputs = await readInputs(operation, request, signal);
  const { decision: { current }, likeness } = inputs;
  if (likeness === "same") return { kind: "unchanged", current: current! };
  const stored = inputs.before ?? await currentOf(operation, inputs.decision, signal);
  const known = likeness === "same-inputs";
  if (known || (likeness !== "incomparable" && mayBeAsRecorded(stored!, request, inputs))) {
    // As it was rendered then: a template may say something else for an upgrade, or for a revision.
    const { revision } = stored!;
    const again = await render(operation, request, { ...inputs, revision, signal });
    if (sameContents(again, stored!) && (known || saysAsRecorded(stored!, again))) {
      return { kind: "unchanged", current: current! };
    }
  }
  const { revision } = inputs.decision;
  const rendered = await render(operation, request, { ...inputs, revision, signal });
  const release = newRelease(operation, request, { ...inputs, rendered, stored });
  // Or as its upgrade would be: what was made up at the install is then looked up.
  if (known && sameContents(release, stored!)) {
    return { kind: "unchanged", current: current! };
  }
  const objects = parseManifest(release.manifest);
  await operation.context.storage.check(release);
  const { verb: kind } = inputs.decision;
  return { kind, release, current: stored, history: inputs.history, objects, crds: rendered.crds };
}

/** Whether a dry run asks the cluster nothing. */
export function isOffline(request: DeployRequest): boolean {
  return request.dryRun === "client" && isDryInstall(request);
}

/** As in Helm, every name is free for the dry run of an install, which is of a first revision. */
function isDryInstall({ dryRun = false, upgrade }: DeployRequest): boolean {
  return dryRun !== false && upgrade === false;
}

/** What is found of a name that is free. */
const NO_HISTORY = { history: [], abandoned: false } as const;

/** All that a revision is made from. */
interface Inputs {
  readonly history: readonly RevisionEntry[];
  readonly decision: Decision;
  readonly chart: Chart;
  readonly values: GoMap;
  readonly capabilities: Capabilities;
  /** The revision whose values are taken over. */
  readonly before: Release | undefined;
  readonly digest: string;
  /** How far the deployed revision is made from the same. */
  readonly likeness: ReturnType<typeof compareDigest> | "incomparable";
}

async function readInputs(
  operation: Operation,
  request: DeployRequest,
  signal: AbortSignal,
): Promise<Inputs> {
  const { context, helmVersion, cache } = operation;
  const offline = isOffline(request);
  const [{ history, abandoned }, chart, given, served] = await Promise.all([
    isDryInstall(request) ? NO_HISTORY : readHistory(operation, request, signal),
    typeof request.chart === "function" ? request.chart(signal) : request.chart,
    typeof request.values === "function" ? request.values(signal) : request.values ?? newMap(),
    offline
      ? offlineCapabilities(undefined, [], helmVersion)
      : cache.capabilities(context.api, { helmVersion, signal }),
  ]);
  checkChart(chart);
  const recover = abandoned || request.resume !== undefined;
  const decided = decide({ ...request, recover }, history, helmVersion);
  const dryInstall = request.dryRun && decided.verb === "install";
  const decision = dryInstall ? { ...decided, revision: 1 } : decided;
  operation.verb = decision.verb;
  const reuse = request.reuseValues ?? "never";
  const before = reuse === "never" ? undefined : await currentOf(operation, decision, signal);
  const merged = before === undefined
    ? { chart, values: given }
    : reuseValues(before, { chart, values: given }, reuse);
  const capabilities = withChartCrds(served, merged.chart);
  const digest = await digestInputs({
    ...merged,
    chartDigest: await cache.digestOf(merged.chart),
    capabilities,
    options: recordedOptions(request),
  });
  const { current, last } = decision;
  const comparable = current !== undefined && current === last && current.status === "deployed" &&
    !request.force && !request.dryRun;
  const alike = comparable ? compareDigest(current.digest, digest) : "incomparable";
  // No digest can tell what a function of the user's makes of the manifest.
  const likeness = alike === "same" && request.postRender !== undefined ? "same-inputs" : alike;
  return { history, decision, ...merged, capabilities, before, digest: digest.text, likeness };
}

async function render(
  operation: Operation,
  request: DeployRequest,
  { chart, values, capabilities, decision, revision, signal }:
    & Inputs
    & { readonly revision: number; readonly signal: AbortSignal },
): Promise<RenderedChart> {
  const { name, namespace, helmVersion, now } = operation;
  const { skipSchemaValidation, subNotes, postRender, hideSecrets } = request;
  const online = request.dryRun !== "client";
  // What is there was installed as its first revision, whatever is done to it next.
  const isUpgrade = revision === decision.revision ? decision.verb === "upgrade" : revision > 1;
  const run = (resolveHost?: (name: string) => string) =>
    renderChart(chart, values, {
      // To templates every install is of a first revision.
      release: { name, namespace, revision: isUpgrade ? revision : 1, isUpgrade },
      helmVersion,
      capabilities,
      skipSchemaValidation,
      subNotes,
      postRender,
      hideSecrets,
      resolveHost,
      lookup: online ? clusterLookup(operation.context.api, { signal }) : undefined,
      now,
      warn: (message) => operation.warn(message),
      signal,
    });
  return await (request.withHosts?.(run) ?? run());
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
      code: "chart/not-installable",
      hint: "a library chart lends its templates to others; make it a dependency of one",
    });
  }
  const missing = missingDependencies(chart);
  if (missing.length === 0) return;
  throw new CapstanError(
    "An error occurred while checking for chart dependencies. You may need to run `helm dependency " +
      `build\` to fetch missing dependencies: found in Chart.yaml, but missing in charts/ directory: ${
        missing.join(", ")
      }`,
    {
      code: "chart/missing-dependencies",
      hint: "fetch them with `capstan dependency build`, or with --dependency-update",
    },
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

interface NewRelease extends Inputs {
  readonly rendered: RenderedChart;
  readonly stored: Release | undefined;
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
    applyMethod: applyMethodFor(request, stored),
    labels: mergeLabels(install ? {} : last?.labels ?? {}, request.labels ?? {}),
    digest,
    lock: operation.lock.stamp,
    run: operation.context.run?.(),
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

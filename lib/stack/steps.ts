/**
 * The graph of a run: what each release and hook of a stack turns into.
 *
 * @module
 */
import type { PlannedOperation } from "../action/chain.ts";
import type { DeployInner } from "../action/deploy.ts";
import type { DeployRequest } from "../action/deploy_request.ts";
import type { HookSelection } from "../action/hook_plan.ts";
import type { DeployPart } from "../action/parts.ts";
import type { ActionStep } from "../action/steps.ts";
import { planUninstall } from "../action/uninstall.ts";
import type { Emit } from "../events.ts";
import type { NodeDigest } from "../journal/entries.ts";
import type { RunProgress } from "../journal/progress.ts";
import type { StepContext } from "../schedule/step.ts";
import { planRelease } from "./attempts.ts";
import type { ChartSource } from "./charts.ts";
import { mutexClaims, releaseClaims } from "./claims.ts";
import { stackCluster } from "./cluster.ts";
import type { RunClusters } from "./clusters.ts";
import { conditionSteps } from "./condition_step.ts";
import { parseDuration, timeoutOf } from "./duration.ts";
import { partsByRelease, wholeNeeds } from "./edges.ts";
import type { PartEdge } from "./edges.ts";
import type { GraphNode } from "./graph.ts";
import type { EvidenceFolder } from "./evidence_folder.ts";
import type { PlanGuard } from "./frozen/guard.ts";
import { hookStep } from "./hook_step.ts";
import type { Placed } from "./hook_step.ts";
import { inputDigest } from "./fingerprint.ts";
import { orderHooks } from "./order.ts";
import { isFinished, releaseProgress } from "./resume.ts";
import type { KnownSecrets } from "./secrets.ts";
import { retryOptions } from "./retry_policy.ts";
import type { ReleaseNode, Stack } from "./types.ts";
import { valueChecker, warningReview } from "./unknown_values.ts";
import { areStatic, releaseValues } from "./values.ts";

/** Something that must hold before the first change. */
export interface Precheck {
  /** What a person sees, e.g. `check types`. */
  readonly title: string;
  /** Throws when it does not hold. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

/** What the steps work with. */
export interface StepSources {
  readonly stack: Stack;
  readonly nodes: readonly GraphNode[];
  /** What relative paths start from. */
  readonly folder: string;
  readonly charts: ChartSource;
  readonly clusters: RunClusters;
  readonly emit: Emit;
  /** What the caller sets for the whole run. */
  readonly overrides: {
    readonly hookParallelism?: number | undefined;
    readonly hookSelection?: HookSelection | undefined;
    readonly force?: boolean | undefined;
    readonly parallelism?: number | undefined;
    readonly logs?: boolean | undefined;
    readonly checkDrift?: boolean | undefined;
    readonly warnUnknownValues?: boolean | undefined;
  };
  /** What a process that died has done of the run. @default nothing */
  readonly progress?: RunProgress | undefined;
  /** Told what each release is rendered from. */
  readonly onInputs?: ((owner: string, digest: NodeDigest) => void) | undefined;
  /** Told of secrets that are come across. @default nobody is */
  readonly secrets?: KnownSecrets | undefined;
  /** Keeps what is known of failures. @default nothing is kept */
  readonly evidence?: EvidenceFolder | undefined;
  /** Compares all that the run comes to with a plan that was frozen. @default nothing does */
  readonly guard?: PlanGuard | undefined;
  /** Aborted when requests shall end. @default never */
  readonly signal?: AbortSignal | undefined;
  /** Aborted when nothing new shall be begun. @default never */
  readonly halt?: AbortSignal | undefined;
}

/** A graph and the pools that its steps claim. */
export interface StackSteps {
  readonly steps: readonly ActionStep[];
  readonly pools: Readonly<Record<string, number>>;
  /** The operations on releases by the release's id, for their results. */
  readonly operations: ReadonlyMap<string, PlannedOperation>;
  /** The step by whose end each release and hook has finished, by its id. */
  readonly last: ReadonlyMap<string, string>;
  /** Releases of which only that last step says whether they failed: they are tried again, or may fail. */
  readonly tried: ReadonlySet<string>;
  /** Steps that wait for live objects, whose failure is not that of the operation. */
  readonly conditions: ReadonlySet<string>;
}

export { RELEASES } from "./claims.ts";

/** Owner of the steps that belong to the run as a whole. */
export const RUN = "run";
/** Nothing changes a cluster before this step has succeeded. */
export const GATE = `${RUN}/ready to change`;

/**
 * The steps of `up`. A gate stands between the checks, with every rendering that needs nothing of
 * the run itself, and the first change.
 */
export function upSteps(sources: StepSources, prechecks: readonly Precheck[]): StackSteps {
  const { stack, overrides } = sources;
  const nodes = sources.nodes.filter((node) => !isFinished(sources.progress, node));
  const hooks = orderHooks(nodes, overrides.hookParallelism ?? stack.hookParallelism);
  const checks = prechecks.map((check) => precheckStep(check));
  const early = nodes.filter(({ node }) => node.type === "release" && areStatic(node)).map((
    { id },
  ) => `${id}/render`);
  if (sources.guard !== undefined) checks.push(guardStep(sources.guard, early));
  const gate: ActionStep = {
    id: GATE,
    needs: [...checks.map(({ id }) => id), ...early],
    run: () => {},
    info: { kind: "render", owner: RUN, title: "everything renders" },
  };
  const last = lastSteps(nodes);
  const parts = partsOf(nodes);
  const operations = new Map<string, PlannedOperation>();
  const conditions: ActionStep[] = [];
  const check = valueChecker();
  const reviewOf = (each: GraphNode) => {
    const review = sources.guard?.reviewOf(each, { begun: isBegun(sources, each.id) });
    return overrides.warnUnknownValues ? warningReview(check, review) : review;
  };
  const work = nodes.flatMap((each): readonly ActionStep[] => {
    const { id, node } = each;
    const others = [GATE, ...stepsBefore(each, last)];
    const asked = conditionSteps(each, others, sources);
    conditions.push(...asked);
    const after = [...others, ...asked.map((step) => step.id)];
    if (node.type === "release") {
      const request = deployRequest({ id, node, after, parts: parts.get(id) }, sources);
      const operation = planRelease(request, sources.clusters.contextOf(node), {
        retry: retryOptions(node.retry),
        allowFailure: node.allowFailure ?? false,
        halt: sources.halt,
        inner: {
          review: reviewOf(each),
          beforeUndo: evidenceBefore({ id, node }, sources),
        },
      });
      operations.set(id, operation);
      return operation.steps;
    }
    const place = hooks.places.get(id);
    const before = (place?.needs ?? []).map((need) => last.get(need)!);
    return [{
      ...hookStep({ id, node, after: [...after, ...before] }, sources),
      claims: place?.claims ?? [],
      ...(node.mutex === undefined ? {} : { group: { key: id, claims: mutexClaims(node, stack) } }),
    }];
  });
  const tried = new Set(nodes.filter(({ node }) => isTried(node)).map(({ id }) => id));
  return {
    steps: [...checks, gate, ...conditions, ...work],
    pools: hooks.pools,
    operations,
    last,
    tried,
    conditions: new Set(conditions.map(({ id }) => id)),
  };
}

/** The steps of others that come before a node. What a process that died has finished is not waited for. */
function stepsBefore(node: GraphNode, last: ReadonlyMap<string, string>): string[] {
  return [
    ...wholeNeeds(node).flatMap((need) => last.get(need) ?? []),
    ...node.parts.flatMap((edge) => last.has(edge.on) ? [partStep(edge)] : []),
  ];
}

function partStep({ on, part, hook }: PartEdge): string {
  return `${on}/part ${hook === undefined ? part : `hook ${hook}`}`;
}

/** What others wait for of each release. */
export function partsOf(nodes: readonly GraphNode[]): Map<string, readonly DeployPart[]> {
  return new Map(
    [...partsByRelease(nodes)].map(([id, parts]) => [
      id,
      parts.map(({ edge, neededBy }) => ({
        step: partStep(edge),
        part: edge.part,
        hook: edge.hook,
        neededBy: neededBy.id,
        position: neededBy.node.declaredAt,
      })),
    ]),
  );
}

/** Keeps what is known of a release's failure, before it is undone. */
function evidenceBefore(
  { id, node }: { readonly id: string; readonly node: ReleaseNode },
  { evidence, signal }: StepSources,
): DeployInner["beforeUndo"] {
  if (evidence === undefined) return undefined;
  return (result) => evidence.saveOne({ id, node, result }, signal);
}

/** Whether a run that died has worked on a release. */
function isBegun({ progress }: StepSources, id: string): boolean {
  return progress !== undefined &&
    (progress.releases.has(id) || progress.done.has(`${id}/begin`) ||
      progress.inFlight.has(`${id}/begin`));
}

/** The steps of `down`: each release is removed when all that needed it is gone. */
export function downSteps(sources: StepSources): StackSteps {
  const { stack } = sources;
  const nodes = sources.nodes.filter((node) => !isFinished(sources.progress, node));
  const left = new Set(nodes.map(({ id }) => id));
  const dependents = dependentsOf(sources.nodes, (id) => left.has(id));
  const operations = new Map<string, PlannedOperation>();
  for (const { id, node } of nodes) {
    if (node.type === "hook") continue;
    const request = {
      name: node.name,
      namespace: node.namespace,
      owner: id,
      claims: releaseClaims(node, stack, sources.overrides.parallelism ?? stack.parallelism),
      needs: dependents.get(id)!.map((each) => `${each}/record`),
      ignoreNotFound: true,
      wait: true,
      resume: releaseProgress(sources.progress),
      ...timeoutOf(node.timeout),
      ...hookOptions(node, stack, sources),
    };
    operations.set(id, planUninstall(request, sources.clusters.contextOf(node)));
  }
  const steps = [...operations.values()].flatMap((operation) => operation.steps);
  const last = new Map([...operations.keys()].map((id) => [id, `${id}/record`]));
  return { steps, pools: {}, operations, last, tried: new Set(), conditions: new Set() };
}

/** Whether the failure of a release's deployment is perhaps not its own. */
function isTried(node: GraphNode["node"]): boolean {
  return node.type === "release" &&
    (node.allowFailure === true || retryOptions(node.retry).attempts > 1);
}

/** The step by whose end a node has finished. */
function lastSteps(nodes: readonly GraphNode[]): Map<string, string> {
  return new Map(
    nodes.map(({ id, node }) => {
      if (node.type === "hook") return [id, `${id}/run`];
      return [id, isTried(node) ? `${id}/end` : `${id}/record`];
    }),
  );
}

/** For each of some releases, the nearest of them that need it, through other nodes as well. */
export function dependentsOf(
  nodes: readonly GraphNode[],
  isAmong: (id: string) => boolean,
): Map<string, string[]> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const counts = ({ id, node }: GraphNode) => node.type === "release" && isAmong(id);
  const behind = (ids: readonly string[], seen: Set<string>): string[] =>
    ids.flatMap((id) => {
      if (seen.has(id)) return [];
      seen.add(id);
      const node = byId.get(id)!;
      return counts(node) ? [id] : behind(node.needs, seen);
    });
  const chosen = nodes.filter(counts);
  const dependents = new Map<string, string[]>(chosen.map(({ id }) => [id, []]));
  for (const { id, needs } of chosen) {
    for (const need of behind(needs, new Set())) dependents.get(need)!.push(id);
  }
  return dependents;
}

/** What a release of the stack asks of its deployment. */
export function deployRequest(
  { id, node, after, parts }: Placed<ReleaseNode> & {
    readonly parts?: readonly DeployPart[] | undefined;
  },
  sources: StepSources,
): DeployRequest & { readonly owner: string } {
  const { stack, charts, clusters, folder, overrides, progress, onInputs, secrets } = sources;
  const { api, cache } = clusters.contextOf(node);
  return {
    name: node.name,
    namespace: node.namespace,
    owner: id,
    claims: releaseClaims(node, stack, overrides.parallelism ?? stack.parallelism),
    needs: areStatic(node) ? [] : after,
    changeNeeds: after,
    chart: (signal) => charts.load(node, signal),
    values: async (signal) => {
      const cluster = stackCluster(api, signal, { secrets });
      const values = await releaseValues(node, { folder, context: { cluster, signal } });
      secrets?.noteValues(values);
      if (onInputs !== undefined) {
        const chart = await cache!.digestOf(await charts.load(node, signal));
        onInputs(id, inputDigest(chart, values));
      }
      return values;
    },
    force: overrides.force ?? false,
    checkDrift: overrides.checkDrift ?? false,
    resume: releaseProgress(progress),
    ...pick(node, DEPLOY_OPTIONS),
    parts,
    // Who needs it ready has it wait.
    ...(parts?.some(({ part }) => part === "ready") ? { wait: true } : {}),
    ...timeoutOf(node.timeout),
    timeLimit: node.deadline === undefined ? undefined : parseDuration(node.deadline),
    ...hookOptions(node, stack, sources),
  };
}

/** Options that mean the same in a stack and in a deployment. */
const DEPLOY_OPTIONS = [
  "createNamespace",
  "wait",
  "waitForJobs",
  "isReady",
  "imagePullErrors",
  "atomic",
  "cleanupOnFail",
  "noHooks",
  "postRender",
  "skipCrds",
  "skipFieldValidation",
  "skipSchemaValidation",
  "takeOwnership",
  "forceConflicts",
  "serverSide",
  "forceReplace",
  "maxHistory",
  "description",
  "labels",
] as const;

/** How the hooks of a release run. */
export function hookOptions(node: ReleaseNode, stack: Stack, { overrides }: StepSources) {
  return {
    hookLimits: stack.limits?.hookEvents,
    hookRetry: node.hookRetry === undefined ? undefined : retryOptions(node.hookRetry),
    hookParallelism: overrides.hookParallelism ?? node.hookParallelism ?? stack.hookParallelism,
    hookSelection: overrides.hookSelection ?? node.hookSelection ?? stack.hookSelection,
  };
}

function pick<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(
    keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]]),
  ) as Pick<T, K>;
}

/** Says all at once what is not as it was planned. */
function guardStep(guard: PlanGuard, early: readonly string[]): ActionStep {
  return {
    id: `${RUN}/as planned`,
    needs: early,
    runs: "settled",
    run: () => guard.check(),
    info: { kind: "render", owner: RUN, title: "compare with the plan" },
  };
}

function precheckStep({ title, run }: Precheck): ActionStep {
  return {
    id: `${RUN}/${title}`,
    needs: [],
    run: ({ signal }: StepContext) => run(signal),
    info: { kind: "render", owner: RUN, title },
  };
}

/**
 * What `up` would do, found out without doing it.
 *
 * @module
 */
import { type DeployChanges, deployChanges } from "../action/diff/changes.ts";
import { createMask, type Mask } from "../action/diff/mask.ts";
import { type ManifestObject, parseManifest } from "../action/objects.ts";
import { Operation } from "../action/operation.ts";
import type { DeployRequest } from "../action/deploy_request.ts";
import { type Change, type DeployPlan, prepareDeploy } from "../action/prepare.ts";
import type { UnknownKey } from "../chart/value_shape.ts";
import { CapstanError, CapstanErrors, isAbort, messageOf } from "../errors.ts";
import type { NodeDigest } from "../journal/entries.ts";
import { keyOf, refOf } from "../kube/resource.ts";
import { conditionLabel } from "./edges.ts";
import type { PartEdge } from "./edges.ts";
import type { GraphNode } from "./graph.ts";
import type { LoadedStack } from "./load.ts";
import type { RunOptions } from "./run.ts";
import { withSources } from "./sources.ts";
import { deployRequest, partsOf } from "./steps.ts";
import type { StepSources } from "./steps.ts";
import type { ReleaseNode } from "./types.ts";
import { type ValueChecker, valueChecker } from "./unknown_values.ts";
import { areStatic } from "./values.ts";

/** What would happen to one release or hook. */
export interface PlannedNode {
  /** The node's id in the graph. */
  readonly id: string;
  /** What must finish first. */
  readonly needs: readonly string[];
  /** The parts that must have, for those of `needs` that need not come to their end. */
  readonly parts?: readonly PartEdge[] | undefined;
  /** Live objects that are waited for, as `until Deployment shop/db`. */
  readonly conditions?: readonly string[] | undefined;
  /** `run` is a hook's; `unknown` where the values cannot be worked out yet. */
  readonly action: "install" | "upgrade" | "unchanged" | "run" | "unknown";
  /** Why an action is unknown. */
  readonly reason?: string | undefined;
  /** The change, for a release whose action is known. */
  readonly release?: PlannedRelease | undefined;
}

/** The change to a release. */
export interface PlannedRelease {
  /** The release's name. */
  readonly name: string;
  /** The release's namespace. */
  readonly namespace: string;
  /** The revision there would be, or that stays. */
  readonly revision: number;
  /** `name-version`; empty for a release that stays as it is. */
  readonly chart: string;
  /** Objects that the new revision adds, changes and drops, as `Kind/name`. */
  readonly added: readonly string[];
  /** See {@linkcode PlannedRelease.added}. */
  readonly changed: readonly string[];
  /** See {@linkcode PlannedRelease.added}. */
  readonly removed: readonly string[];
  /** Names of the hooks that would run, in Helm's order. */
  readonly hooks: readonly string[];
  /**
   * Keys of the given values that nothing in the chart knows: misspelt, most likely. Left out where
   * there are none; of a map that templates hand on as a whole, any key is right.
   */
  readonly unknownValues?: readonly UnknownKey[] | undefined;
  /** What would happen to each object and when hooks would run, where {@linkcode PlanOptions.diff} asks. */
  readonly changes?: DeployChanges | undefined;
}

/** Options of {@linkcode planStack}. */
export interface PlanOptions extends
  Pick<
    RunOptions,
    | "charts"
    | "select"
    | "connect"
    | "signal"
    | "force"
    | "prechecks"
    | "now"
    | "emit"
    | "hookParallelism"
    | "hookSelection"
  > {
  /**
   * Also compare every object with the cluster, field by field: `server` lets the server try each
   * change without storing it, `local` only reads. @default no comparison
   */
  readonly diff?: "server" | "local" | undefined;
}

/**
 * Renders every release of a stack and compares it with what is deployed. Writes nothing. The order
 * is that of the graph: each node after what it needs.
 *
 * A release whose values are a function is evaluated against the cluster as it is; where that fails,
 * because what the function reads is not there yet, its action is `unknown`.
 *
 * @throws {CapstanErrors} With everything that would stop `up` before its first change.
 *
 * @example Usage
 * ```ts
 * import { createApiServer, createKubeClient, defineStack, planStack, release, secretStorage } from "@capstan/capstan";
 *
 * const server = createApiServer().serve();
 * const stack = defineStack({
 *   name: "shop",
 *   releases: [release("cache", { chart: "./charts/redis", namespace: "shop" })],
 * });
 * const planned = await planStack({ stack, file: "stack.ts", folder: "examples/shop" }, {
 *   connect: () => {
 *     const api = createKubeClient({ server: server.url, namespace: "default" });
 *     return Promise.resolve({ api, storage: secretStorage(api) });
 *   },
 * });
 * await server.close();
 * if (planned[0]?.action !== "install") throw planned;
 * ```
 */
export async function planStack(loaded: LoadedStack, options: PlanOptions): Promise<PlannedNode[]> {
  return await withDrafts(loaded, options, async (drafting) => {
    const { drafts, sources } = drafting;
    return await noErrors(
      drafts.map((draft) => withChanges(draft, { ...drafting, diff: options.diff })),
      sources,
    );
  });
}

/** A plan before it is compared with the cluster. */
export interface Drafting {
  /** In the order of the graph. */
  readonly drafts: readonly Draft[];
  readonly sources: StepSources;
  readonly signal: AbortSignal;
  /** One for the whole plan, so that equal secrets of two releases look equal. */
  readonly mask: Mask;
}

/** Renders every release, and hands them on if all of them can go up. */
export async function withDrafts<T>(
  loaded: LoadedStack,
  options: PlanOptions & { readonly mask?: Mask | undefined },
  use: (drafting: Drafting) => Promise<T>,
): Promise<T> {
  const { now = Date.now, signal = new AbortController().signal, mask = createMask() } = options;
  return await withSources(loaded, { ...options, now, overrides: options }, async (sources) => {
    const checks = (options.prechecks ?? []).map(({ run }) =>
      run(signal).then(() => undefined, asError)
    );
    const unknownValues = valueChecker();
    const parts = partsOf(sources.nodes);
    const drafts = inOrder(sources.nodes).map((node) =>
      draftNode(node, sources, { signal, unknownValues, parts }).catch(asError)
    );
    // The cluster is asked to try only what as a whole can go up.
    const drafted = await noErrors([...checks, ...drafts], sources);
    return await use({ drafts: drafted, sources, signal, mask });
  });
}

/** The results that are there, once none is an error. */
export async function noErrors<T>(
  results: readonly (Promise<T | CapstanError | undefined>)[],
  { stack }: StepSources,
): Promise<T[]> {
  const settled = await Promise.all(results);
  const errors = settled.filter((result) => result instanceof CapstanError);
  if (errors.length > 0) throw new CapstanErrors(errors, `stack ${stack.name} cannot go up`);
  return settled.filter((result): result is Awaited<T> & T =>
    result !== undefined && !(result instanceof CapstanError)
  );
}

/** What goes wrong as a value, so that the rest is still looked at; an abort ends everything. */
function asError(error: unknown): CapstanError {
  if (isAbort(error)) throw error;
  return error instanceof CapstanError
    ? error
    : new CapstanError(messageOf(error), { cause: error });
}

/** A node whose change to the cluster is still to be found out. */
export interface Draft {
  readonly node: PlannedNode;
  /** Digests of what a release is rendered from. */
  readonly inputs?: NodeDigest | undefined;
  readonly change?: {
    readonly operation: Operation;
    readonly request: DeployRequest;
    readonly plan: Change;
  };
}

/** What every node is planned with. */
interface Means {
  readonly signal: AbortSignal;
  readonly unknownValues: ValueChecker;
  readonly parts: ReturnType<typeof partsOf>;
}

/** What a node waits for beside others as a whole; nothing where there is nothing. */
function waitsOf(
  { parts, conditions }: Pick<GraphNode, "parts" | "conditions">,
): Pick<PlannedNode, "parts" | "conditions"> {
  return {
    ...(parts.length === 0 ? {} : { parts }),
    ...(conditions.length === 0 ? {} : { conditions: conditions.map(conditionLabel) }),
  };
}

async function draftNode(
  { id, node, needs, ...edges }: GraphNode,
  sources: StepSources,
  { signal, unknownValues, parts }: Means,
): Promise<Draft> {
  const waits = waitsOf(edges);
  if (node.type === "hook") return { node: { id, needs, ...waits, action: "run" } };
  let inputs: NodeDigest | undefined;
  const onInputs = (_: string, digest: NodeDigest) => void (inputs = digest);
  const placed = { id, node, after: [], parts: parts.get(id) };
  const request = deployRequest(placed, { ...sources, onInputs });
  const operation = new Operation(request, sources.clusters.contextOf(node));
  try {
    const plan = await prepareDeploy(operation, request, { signal });
    const release = plannedRelease(node, plan);
    const planned = { id, needs, ...waits, action: plan.kind };
    if (plan.kind === "unchanged") return { inputs, node: { ...planned, release } };
    const unknown = await unknownValues(request, plan.release.config, signal);
    return {
      inputs,
      node: {
        ...planned,
        release: unknown.length === 0 ? release : { ...release, unknownValues: unknown },
      },
      change: { operation, request, plan },
    };
  } catch (error) {
    if (areStatic(node) || isAbort(error)) throw inRelease(id, error);
    return { node: { id, needs, ...waits, action: "unknown", reason: messageOf(error) } };
  }
}

/** The node with what changes in the cluster, where that is asked for. */
export async function withChanges(
  { node, change }: Draft,
  { diff, signal, mask }: Pick<PlanOptions, "diff"> & {
    readonly signal: AbortSignal;
    readonly mask: Mask;
  },
): Promise<PlannedNode | CapstanError> {
  if (change === undefined || diff === undefined) return node;
  const { operation, request, plan } = change;
  const dryRun = diff === "server";
  try {
    const changes = await deployChanges(operation, request, { change: plan, signal, dryRun, mask });
    return { ...node, release: { ...node.release!, changes } };
  } catch (error) {
    return asError(inRelease(node.id, error));
  }
}

function inRelease(id: string, error: unknown): unknown {
  if (isAbort(error)) return error;
  const { code, hint, position, excerpt } = error instanceof CapstanError ? error : {};
  return new CapstanError(`${id}: ${messageOf(error)}`, {
    code,
    hint,
    position,
    excerpt,
    cause: error,
  });
}

function plannedRelease({ name, namespace }: ReleaseNode, plan: DeployPlan): PlannedRelease {
  if (plan.kind === "unchanged") {
    return {
      name,
      namespace,
      revision: plan.current.revision,
      chart: "",
      added: [],
      changed: [],
      removed: [],
      hooks: [],
    };
  }
  const { release, current, objects, kind } = plan;
  const { metadata } = release.chart;
  const before = current === undefined || kind === "install" ? [] : parseManifest(current.manifest);
  return {
    name,
    namespace,
    revision: release.revision,
    chart: `${metadata.name}-${metadata.version}`,
    ...compare(before, objects),
    hooks: release.hooks.filter(({ events }) => events.some((event) => event.endsWith(`-${kind}`)))
      .map((hook) => hook.name),
  };
}

function compare(
  before: readonly ManifestObject[],
  after: readonly ManifestObject[],
): Pick<PlannedRelease, "added" | "changed" | "removed"> {
  const was = new Map(before.map((each) => [key(each), JSON.stringify(each.object)]));
  const is = new Set(after.map(key));
  return {
    added: after.filter((each) => !was.has(key(each))).map(label),
    changed: after.filter((each) =>
      (was.get(key(each)) ?? JSON.stringify(each.object)) !== JSON.stringify(each.object)
    ).map(label),
    removed: before.filter((each) => !is.has(key(each))).map(label),
  };
}

function key({ object }: ManifestObject): string {
  return keyOf(refOf(object));
}

function label({ object }: ManifestObject): string {
  return `${object.kind}/${object.metadata.name}`;
}

/** The nodes with each after what it needs, otherwise as they were declared. */
function inOrder(nodes: readonly GraphNode[]): GraphNode[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const done = new Set<string>();
  const order: GraphNode[] = [];
  const open = nodes.toReversed();
  while (open.length > 0) {
    const node = open.at(-1)!;
    const missing = done.has(node.id) ? [] : node.needs.filter((need) => !done.has(need));
    if (missing.length > 0) {
      open.push(...missing.toReversed().map((need) => byId.get(need)!));
      continue;
    }
    open.pop();
    if (!done.has(node.id)) order.push(node);
    done.add(node.id);
  }
  return order;
}

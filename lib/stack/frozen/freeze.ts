/**
 * Freezing a plan, so that what was reviewed is what is done.
 *
 * @module
 */
import { prepareDeploy } from "../../action/prepare.ts";
import { CapstanError, isAbort } from "../../errors.ts";
import { edgeLabels } from "../edges.ts";
import type { GraphNode } from "../graph.ts";
import { declaredDigests } from "../fingerprint.ts";
import type { LoadedStack } from "../load.ts";
import { noErrors, withChanges, withDrafts } from "../plan.ts";
import type { Draft, Drafting, PlannedNode, PlanOptions } from "../plan.ts";
import type { StepSources } from "../steps.ts";
import { describeChange, frozenObjects, liveObjects, refsBefore } from "./describe.ts";
import type { Described, Seen } from "./describe.ts";
import { PLAN_VERSION, signPlan } from "./format.ts";
import type { FrozenCluster, FrozenNode, FrozenPlan, FrozenRelease } from "./format.ts";
import { sealedContents, varying } from "./varying.ts";
import { PlanSeal } from "./seal.ts";

/** Options of {@linkcode freezePlan}. */
export interface FreezeOptions extends Omit<PlanOptions, "diff"> {
  /** What the plan's digests are made with, and asked for again when it is carried out: at least 16 characters, random. */
  readonly key: string;
  /** Name of the environment that the stack was loaded for, to be noted. @default none */
  readonly environment?: string | undefined;
}

/** What {@linkcode freezePlan} comes to. */
export interface Frozen {
  /** The plan as {@linkcode planStack} tells it. */
  readonly nodes: readonly PlannedNode[];
  /** What can be carried out later, as JSON; absent where `refused` says why not. */
  readonly plan?: FrozenPlan | undefined;
  /** Why this plan cannot be frozen. */
  readonly refused?: CapstanError | undefined;
}

/**
 * Plans a stack as {@linkcode planStack} does, comparing every object with the cluster, and freezes
 * the result: `runStack` with it as `plan` does exactly that, or refuses and names what has moved.
 *
 * A plan cannot be frozen while the values of a release are not known, or when something would be refused.
 *
 * @throws {CapstanErrors} With everything that would stop `up` before its first change.
 *
 * @example Usage
 * ```ts
 * import { createApiServer, createKubeClient, defineStack, freezePlan, release, runStack, secretStorage } from "@capstan/capstan";
 *
 * const server = createApiServer().serve();
 * const connect = () => {
 *   const api = createKubeClient({ server: server.url, namespace: "default" });
 *   return Promise.resolve({ api, storage: secretStorage(api) });
 * };
 * const stack = defineStack({
 *   name: "shop",
 *   releases: [release("cache", { chart: "./charts/redis", namespace: "shop", createNamespace: true })],
 * });
 * const loaded = { stack, file: "stack.ts", folder: "examples/shop" };
 * const key = "a long text of which nobody knows";
 * const { plan } = await freezePlan(loaded, { connect, key });
 * const text = JSON.stringify(plan); // To a file, to be reviewed.
 * const { ok } = await runStack(loaded, { connect, plan: JSON.parse(text), planKey: key });
 * await server.close();
 * if (!ok) throw plan;
 * ```
 */
export async function freezePlan(loaded: LoadedStack, options: FreezeOptions): Promise<Frozen> {
  const salt = crypto.getRandomValues(new Uint8Array(16)).toHex();
  const seal = new PlanSeal(options.key, salt);
  return await withDrafts(loaded, { ...options, mask: seal.mask }, async (drafting) => {
    const { sources } = drafting;
    const freezer = new Freezer(drafting, seal);
    // What is seen before it is compared is never newer than the comparison.
    await freezer.look();
    const nodes = await noErrors(
      drafting.drafts.map((draft) => withChanges(draft, { ...drafting, diff: "server" })),
      sources,
    );
    const refused = whyNot(nodes);
    if (refused !== undefined) return { nodes, refused };
    const { hookParallelism, hookSelection, force, select = {}, environment } = options;
    const plan = signPlan({
      type: "capstan-plan",
      version: PLAN_VERSION,
      stack: loaded.stack.name,
      environment,
      at: new Date((options.now ?? Date.now)()).toISOString(),
      select,
      options: { hookParallelism, hookSelection, force },
      clusters: await clustersOf(sources, drafting.signal),
      nodes: await freezer.freeze(nodes),
      salt,
      key: seal.keyId,
    }, seal);
    return { nodes, plan };
  });
}

function whyNot(nodes: readonly PlannedNode[]): CapstanError | undefined {
  const unknown = nodes.filter(({ action }) => action === "unknown").map(({ id }) => id);
  if (unknown.length > 0) {
    return new CapstanError(
      `cannot freeze the plan: the values of ${unknown.join(", ")} are not known yet`,
      {
        code: "plan/unknown",
        hint: "plan and apply in two parts: first with --skip for these, and then all of it",
      },
    );
  }
  const refused = nodes.filter(({ release }) =>
    release?.changes?.objects.some(({ problem }) => problem !== undefined)
  ).map(({ id }) => id);
  if (refused.length === 0) return undefined;
  return new CapstanError(
    `cannot freeze the plan: objects of ${refused.join(", ")} would be refused`,
    { code: "plan/refused", hint: "the plan says which and why" },
  );
}

/** The clusters of a run, each with what names it whatever its address. */
export async function clustersOf(
  { clusters, nodes }: Pick<StepSources, "clusters" | "nodes">,
  signal: AbortSignal,
): Promise<FrozenCluster[]> {
  const byContext = new Map(nodes.map(({ node }) => [node.cluster?.name, node]));
  const found = [...byContext].map(async ([context, node]): Promise<FrozenCluster> => {
    const { api } = clusters.contextOf(node);
    const namespace = { apiVersion: "v1", kind: "Namespace", name: "kube-system" };
    const seen = await api.get(namespace, { signal }).catch((error: unknown) => {
      if (isAbort(error)) throw error;
      return undefined; // Not everybody may read it.
    });
    return { context, server: api.server, uid: seen?.metadata.uid };
  });
  return await Promise.all(found);
}

/** Digests of a node's parts: as the stack declares them, and of what a release is rendered from. */
export function partsOf(
  node: GraphNode,
  inputs: Readonly<Record<string, string>> | undefined,
  seal: PlanSeal,
): Record<string, string> {
  const { options, function: source, needs, after } = declaredDigests([node])[node.id]!;
  const parts = { options, function: source, needs: needs ?? after, ...inputs };
  return Object.fromEntries(
    Object.entries(parts).flatMap(([name, digest]) =>
      digest === undefined ? [] : [[name, seal.digest(digest)]]
    ),
  );
}

/** Turns drafts into what a plan says of them. */
class Freezer {
  readonly #drafting: Drafting;
  readonly #seal: PlanSeal;
  /** What each change comes to, and the live objects it was seen with. */
  readonly #described = new Map<
    Draft,
    { readonly what: Described; readonly live: Map<string, Seen> }
  >();

  constructor(drafting: Drafting, seal: PlanSeal) {
    this.#drafting = drafting;
    this.#seal = seal;
  }

  /** Describes what changes and looks at the live objects. */
  async look(): Promise<void> {
    const { drafts, signal } = this.#drafting;
    await Promise.all(drafts.map(async (draft) => {
      if (draft.change === undefined) return;
      const { operation, request, plan } = draft.change;
      const means = { operation, request, seal: this.#seal, signal };
      const what = await describeChange(plan, means);
      const refs = [...what.objects, ...await refsBefore(plan, means)];
      const live = await liveObjects(operation.context.api, refs, signal);
      this.#described.set(draft, { what, live });
    }));
  }

  /** The nodes as the plan has them, once they were compared with the cluster. */
  async freeze(nodes: readonly PlannedNode[]): Promise<FrozenNode[]> {
    const { drafts, sources } = this.#drafting;
    const graph = new Map(sources.nodes.map((one) => [one.id, one]));
    return await Promise.all(nodes.map(async (planned, i): Promise<FrozenNode> => {
      const draft = drafts[i]!;
      const { id, action } = planned;
      const one = graph.get(id)!;
      return {
        id,
        needs: edgeLabels(one).sort(),
        action: action as FrozenNode["action"],
        parts: partsOf(one, draft.inputs, this.#seal),
        release: await this.#release(planned, draft),
      };
    }));
  }

  async #release(
    { action, release }: PlannedNode,
    draft: Draft,
  ): Promise<FrozenRelease | undefined> {
    if (release === undefined) return undefined;
    const { name, namespace, revision, changes } = release;
    const described = this.#described.get(draft);
    if (described === undefined || draft.change === undefined) {
      const last = action === "unchanged" ? `${revision} deployed` : "";
      const none = { chart: "", objects: [], hooks: [], order: [], crds: {} };
      return { name, namespace, revision, last, ...none };
    }
    const { operation, request, plan } = draft.change;
    const { what, live } = described;
    const { signal } = this.#drafting;
    const again = await prepareDeploy(operation, request, { signal });
    const varies = again.kind === "unchanged" ? [] : varying(
      what,
      await describeChange(again, { operation, request, seal: this.#seal, signal }),
    );
    return {
      name,
      namespace,
      ...what,
      objects: frozenObjects(what, changes?.objects ?? [], live),
      ...(varies.length === 0
        ? {}
        : { varies, sealed: await this.#seal.seal(sealedContents(plan.release)) }),
    };
  }
}

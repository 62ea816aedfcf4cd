/**
 * Carrying out a frozen plan: every release comes to what the plan says, or nothing is done.
 *
 * @module
 */
import type { Review, ReviewMeans } from "../../action/deploy.ts";
import type { DeployPlan } from "../../action/prepare.ts";
import { CapstanError } from "../../errors.ts";
import type { NodeDigest } from "../../journal/entries.ts";
import { edgeLabels } from "../edges.ts";
import type { GraphNode } from "../graph.ts";
import type { StepSources } from "../steps.ts";
import { areStatic } from "../values.ts";
import { describeChange, lastRevision } from "./describe.ts";
import { compareContents, compareLive } from "./compare.ts";
import type { Tell } from "./compare.ts";
import type { Described } from "./describe.ts";
import { openPlan } from "./format.ts";
import type { FrozenCluster, FrozenNode, FrozenPlan } from "./format.ts";
import { clustersOf, partsOf } from "./freeze.ts";
import { PlanMovedError } from "./moved.ts";
import type { Moved } from "./moved.ts";
import type { PlanSeal } from "./seal.ts";
import { withContents } from "./varying.ts";

/** Compares a run with a frozen plan. */
export class PlanGuard {
  readonly #plan: FrozenPlan;
  readonly #seal: PlanSeal;
  readonly #nodes: ReadonlyMap<string, FrozenNode>;
  readonly #moved: Moved[] = [];
  readonly #inputs = new Map<string, NodeDigest>();
  /** Releases that were compared with the cluster: what comes later is this run's work. */
  readonly #reviewed = new Set<string>();

  /** @throws {CapstanError} When the plan cannot be opened with the key. */
  constructor(plan: FrozenPlan, key: string) {
    this.#plan = plan;
    this.#seal = openPlan(plan, key);
    this.#nodes = new Map(plan.nodes.map((node) => [node.id, node]));
  }

  /** Notes what a release is rendered from. */
  readonly onInputs = (owner: string, digest: NodeDigest): void => {
    this.#inputs.set(owner, digest);
  };

  /**
   * Compares stack, clusters and graph with the plan's.
   *
   * @throws {CapstanError} When the plan is of something else altogether.
   */
  async begin({ stack, nodes, clusters }: StepSources, signal: AbortSignal): Promise<void> {
    if (stack.name !== this.#plan.stack) {
      throw elsewhere(`it is of stack ${this.#plan.stack}, and this is ${stack.name}`);
    }
    const found = await clustersOf({ nodes, clusters }, signal);
    for (const cluster of this.#plan.clusters) checkCluster(cluster, found);
    const graph = new Map(nodes.map((one) => [one.id, one]));
    for (const id of this.#nodes.keys()) {
      if (!graph.has(id)) this.#tell(id, "node", "is not in the stack any more");
    }
    for (const one of nodes) this.#compareNode(one);
  }

  /** Throws what has moved, if anything has. */
  check(): void {
    if (this.#moved.length === 0) return;
    const order = [...this.#nodes.keys()];
    const sorted = this.#moved.toSorted((a, b) => order.indexOf(a.node) - order.indexOf(b.node));
    throw new PlanMovedError(sorted, { at: this.#plan.at });
  }

  /** The review of a release's deployment; `begun` where a run that died has worked on it. */
  reviewOf({ id, node }: GraphNode, { begun }: { readonly begun: boolean }): Review {
    const early = node.type === "release" && areStatic(node);
    return async (plan, means) => {
      const again = begun || this.#reviewed.has(id);
      this.#reviewed.add(id);
      // What the gate does not wait for must say for itself that it has moved.
      const found: Moved[] = [];
      const tell = (what: string, how: string) => void found.push({ node: id, what, how });
      const planned = await this.#review(id, plan, { ...means, again, tell });
      if (found.length === 0) return planned;
      if (!early || again) throw new PlanMovedError(found, { at: this.#plan.at, running: true });
      this.#moved.push(...found);
      return planned;
    };
  }

  #tell(node: string, what: string, how: string): void {
    this.#moved.push({ node, what, how });
  }

  #compareNode(node: GraphNode): void {
    const { id } = node;
    const frozen = this.#nodes.get(id);
    if (frozen === undefined) return this.#tell(id, "node", "is new in the stack");
    const [now, before] = [edgeLabels(node).sort().join(", "), frozen.needs.join(", ")];
    if (now !== before) {
      this.#tell(id, "needs", `${now || "nothing"}; planned: ${before || "nothing"}`);
    }
    for (const [name, digest] of Object.entries(partsOf(node, undefined, this.#seal))) {
      if (frozen.parts[name] === digest || (name === "needs" && now !== before)) continue;
      this.#tell(id, name, "changed");
    }
  }

  async #review(id: string, plan: DeployPlan, reviewing: Reviewing): Promise<DeployPlan> {
    const { again, tell } = reviewing;
    const node = this.#nodes.get(id);
    // What a run that died had stored already was compared when it began.
    if (node?.release === undefined || (plan.kind !== "unchanged" && plan.adopted)) return plan;
    const { release } = node;
    if (!again) this.#compareDecision(node, plan, tell);
    if (plan.kind === "unchanged") return plan;
    const means = { ...reviewing, seal: this.#seal };
    const now = await describeChange(plan, means);
    this.#compareInputs(node, now, tell);
    // Of what was to stay, the plan has no contents.
    if (node.action !== "unchanged") compareContents(release, now, tell);
    const change = release.sealed === undefined
      ? plan
      : withContents(plan, await this.#seal.open(release.sealed));
    if (!again && node.action === plan.kind) {
      const what = change === plan ? now : await describeChange(change, means);
      await compareLive(release, { ...means, change, what });
    }
    return change;
  }

  #compareDecision({ action, release }: FrozenNode, plan: DeployPlan, tell: Tell): void {
    if (plan.kind !== action) tell("action", `${plan.kind}; planned: ${action}`);
    const last = lastRevision(plan);
    if (last !== release!.last) {
      tell("revision", `the last is ${last || "gone"}; planned: ${release!.last || "none"}`);
    }
  }

  #compareInputs({ id, parts, release }: FrozenNode, now: Described, tell: Tell): void {
    const inputs = this.#inputs.get(id) ?? {};
    for (const [name, digest] of Object.entries(inputs)) {
      if (parts[name] === undefined || parts[name] === this.#seal.digest(digest)) continue;
      const other = release!.chart === "" || now.chart === release!.chart;
      tell(
        name,
        name === "chart" && !other ? `${now.chart}; planned: ${release!.chart}` : "changed",
      );
    }
  }
}

interface Reviewing extends ReviewMeans {
  /** Not for the first time: live objects and revisions are what this run has made of them. */
  readonly again: boolean;
  readonly tell: Tell;
}

function elsewhere(why: string): CapstanError {
  return new CapstanError(`cannot do what was planned: ${why}`, {
    code: "plan/elsewhere",
    hint: "use the plan with the stack and the clusters that it was made for",
  });
}

function checkCluster(planned: FrozenCluster, found: readonly FrozenCluster[]): void {
  const { context, server, uid } = planned;
  const now = found.find((one) => one.context === context);
  if (now === undefined) return; // The nodes that went there are gone: that is said of them.
  const same = uid !== undefined && now.uid !== undefined ? uid === now.uid : server === now.server;
  if (same) return;
  const where = context === undefined ? "the cluster" : `cluster ${context}`;
  throw elsewhere(
    server === now.server
      ? `${where} at ${server} is another one than the plan was made for`
      : `it was made for ${server}, and ${where} is ${now.server}`,
  );
}

/**
 * The graph while it runs: nodes, edges, groups and priorities, and every mistake found before
 * anything of it starts.
 *
 * @module
 */
import { CapstanError, CapstanErrors } from "../errors.ts";
import { closest } from "../text.ts";
import { type Batch, connect, countEdge, Group, Node } from "./node.ts";
import { sortNew } from "./order.ts";
import type { Claim, Step } from "./step.ts";

/** What the graph asks of the pools: why claims can never be met. */
export type ClaimCheck = (
  claims: readonly Claim[],
  holder: "step" | "group",
) => string | undefined;

/** What happens to nodes that were there before, when others join. */
export interface GraphListener {
  /** The priority of a node rose while it is in a queue. */
  raised(node: Node): void;
  /** A node that was ready has to wait again. */
  heldBack(node: Node): void;
}

/** All steps of a run. */
export class Graph {
  readonly nodes = new Map<string, Node>();
  readonly #groups = new Map<string, Group>();
  readonly #batches = new Map<string, Batch>();
  readonly #checkClaims: ClaimCheck;
  #sequence = 0;
  #walks = 0;

  constructor(checkClaims: ClaimCheck) {
    this.#checkClaims = checkClaims;
  }

  /**
   * Adds steps and returns their nodes, or throws a {@linkcode CapstanErrors} with every mistake and
   * changes nothing.
   */
  add(steps: readonly Step[], listener: GraphListener): Node[] {
    const problems: CapstanError[] = [];
    const walk = ++this.#walks;
    const added = this.#create(steps, { walk, problems });
    for (const node of added) this.#link(node, added, problems);
    const { order, cycles } = sortNew(added, {
      joined: walk,
      all: this.nodes.values(),
      nextWalk: () => ++this.#walks,
    });
    for (const cycle of cycles) problems.push(cycleError(cycle));
    if (problems.length > 0) {
      this.#withdraw(added);
      throw new CapstanErrors(problems);
    }
    commit(added, walk, listener);
    setPriorities(order, walk, listener);
    return added;
  }

  /** Makes the nodes and puts them into the graph, from which {@linkcode Graph.#withdraw} takes them. */
  #create(
    steps: readonly Step[],
    { walk, problems }: { readonly walk: number; readonly problems: CapstanError[] },
  ): Node[] {
    const added: Node[] = [];
    for (const step of steps) {
      if (this.nodes.has(step.id)) {
        problems.push(
          new CapstanError(`step ${step.id} is there twice`, { code: "schedule/duplicate" }),
        );
        continue;
      }
      const unmet = step.claims === undefined ? undefined : this.#checkClaims(step.claims, "step");
      if (unmet !== undefined) problems.push(claimError(`step ${step.id}`, unmet));
      const group = this.#groupOf(step, problems);
      const node = new Node(step, this.#sequence++, walk, group, this.#batchOf(step));
      node.group?.members.push(node);
      node.batch?.members.push(node);
      added.push(node);
      this.nodes.set(step.id, node);
    }
    return added;
  }

  #groupOf({ group, id }: Step, problems: CapstanError[]): Group | undefined {
    if (group === undefined) return undefined;
    const known = this.#groups.get(group.key);
    if (known !== undefined) {
      if (sameClaims(known.claims, group.claims)) return known;
      problems.push(claimError(`step ${id}`, `group ${group.key} has other claims`));
      return known;
    }
    const unmet = this.#checkClaims(group.claims, "group");
    if (unmet !== undefined) problems.push(claimError(`group ${group.key}`, unmet));
    const made = new Group(group.key, group.claims, this.#sequence++);
    this.#groups.set(group.key, made);
    return made;
  }

  #batchOf({ batch }: Step): Batch | undefined {
    if (batch === undefined) return undefined;
    let known = this.#batches.get(batch);
    if (known === undefined) this.#batches.set(batch, known = { members: [], failed: undefined });
    return known;
  }

  /** Draws the edges of a new node. */
  #link(node: Node, added: readonly Node[], problems: CapstanError[]): void {
    const { id, needs, precedes } = node.step;
    for (const need of once(needs)) {
      const found = this.nodes.get(need);
      if (found !== undefined) connect(found, node);
      else problems.push(this.#unknown(`step ${id} needs ${need}`, need, added));
    }
    for (const target of once(precedes ?? [])) {
      const found = this.nodes.get(target);
      if (found === undefined) {
        problems.push(this.#unknown(`step ${id} precedes ${target}`, target, added));
      } else if (found.state === "waiting" || found.state === "ready") connect(node, found);
      else {
        problems.push(
          new CapstanError(`step ${id} precedes ${target}, which has started already`, {
            code: "schedule/late",
          }),
        );
      }
    }
  }

  #unknown(what: string, id: string, added: readonly Node[]): CapstanError {
    const near = closest(
      id,
      added.length > 1 ? added.map(({ step }) => step.id) : this.#others(added),
    );
    return new CapstanError(`${what}, which is not in the graph`, {
      code: "schedule/unknown",
      hint: near === undefined ? undefined : `did you mean ${near}?`,
    });
  }

  #others([own]: readonly Node[]): string[] {
    return [...this.nodes.keys()].filter((id) => id !== own?.id);
  }

  /** Takes back edges and memberships of nodes that were not accepted; they are the latest of their lists. */
  #withdraw(added: readonly Node[]): void {
    const gone = new Set(added);
    const keep = (node: Node) => !gone.has(node);
    for (const node of gone) {
      this.nodes.delete(node.id);
      for (const other of node.before) if (keep(other)) other.after = other.after.filter(keep);
      for (const other of node.after) if (keep(other)) other.before = other.before.filter(keep);
      if (node.group !== undefined) {
        retain(node.group.members, keep);
        if (node.group.members.length === 0) this.#groups.delete(node.group.key);
      }
      if (node.batch !== undefined) {
        retain(node.batch.members, keep);
        if (node.batch.members.length === 0) this.#batches.delete(node.step.batch!);
      }
    }
  }
}

/** A list without repetitions. Most are too short to have any. */
function once(ids: readonly string[]): Iterable<string> {
  if (ids.length < 2 || (ids.length === 2 && ids[0] !== ids[1])) return ids;
  return new Set(ids);
}

/** Counts what the new nodes wait for. */
function commit(added: readonly Node[], walk: number, listener: GraphListener): void {
  for (const node of added) {
    if (node.group !== undefined) node.group.unsettled++;
    for (const need of node.before) if (!need.told) countEdge(need, node, 1);
    for (const later of node.after) {
      if (later.joined === walk) continue;
      countEdge(node, later, 1);
      if (later.state === "ready") listener.heldBack(later);
    }
  }
}

function retain<T>(list: T[], keep: (item: T) => boolean): void {
  let kept = 0;
  for (const item of list) if (keep(item)) list[kept++] = item;
  list.length = kept;
}

/**
 * Longest remaining path, the node included. `order` has needs first. Nodes that were there before
 * are raised where a longer path hangs on them now.
 */
function setPriorities(order: readonly Node[], walk: number, listener: GraphListener): void {
  const raise: { readonly node: Node; readonly below: number }[] = [];
  const visit = (node: Node) => {
    for (const need of node.before) {
      if (need.joined !== walk) raise.push({ node: need, below: node.priority });
    }
  };
  for (let at = order.length - 1; at >= 0; at--) {
    const node = order[at]!;
    node.priority = estimateOf(node) + longest(node.after);
    visit(node);
  }
  while (raise.length > 0) {
    const { node, below } = raise.pop()!;
    const priority = estimateOf(node) + below;
    if (node.state === "settled" || priority <= node.priority) continue;
    node.priority = priority;
    if (node.queue !== undefined) listener.raised(node);
    visit(node);
  }
}

function estimateOf(node: Node): number {
  return node.step.estimate ?? 1;
}

function longest(nodes: readonly Node[]): number {
  let most = 0;
  for (const { priority } of nodes) if (priority > most) most = priority;
  return most;
}

function sameClaims(a: readonly Claim[], b: readonly Claim[]): boolean {
  return a.length === b.length &&
    a.every((claim, i) =>
      claim.pool === b[i]!.pool && claim.slots === b[i]!.slots && claim.limit === b[i]!.limit
    );
}

function claimError(what: string, why: string): CapstanError {
  return new CapstanError(`${what} could never start: ${why}`, { code: "schedule/claim" });
}

function cycleError(path: readonly string[]): CapstanError {
  return new CapstanError(`these wait for one another: ${path.join(" → ")}`, {
    code: "schedule/cycle",
  });
}

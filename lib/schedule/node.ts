/**
 * What the graph is made of while it runs.
 *
 * @module
 */
import type { Heap, Queued } from "./heap.ts";
import type { Claim, Outcome, Step } from "./step.ts";

/** A step in the graph. */
export class Node implements Queued {
  /** What comes first; replaced as it grows, see {@linkcode connect}. */
  before: readonly Node[] = NO_NODES;
  after: readonly Node[] = NO_NODES;
  /** Needs that have not settled. */
  pending = 0;
  state: "waiting" | "ready" | "running" | "settled" = "waiting";
  outcome: Outcome | undefined;
  /** Whether what hangs on it has been told that it settled. */
  told = false;
  started: number | undefined;
  priority = 0;
  queue: Heap<Queued> | undefined;
  place = 0;
  /** Marks of the last walk over the graph that came to it, and that was done with it. */
  seen = 0;
  left = 0;

  /** Higher than that of all that comes first; see order.ts. */
  rank = 0;
  readonly id: string;

  constructor(
    /** Let go of when it has settled, with all that its work holds on to. */
    public step: Step,
    readonly sequence: number,
    /** The walk that looked at it first. */
    readonly joined: number,
    readonly group: Group | undefined,
    readonly batch: Batch | undefined,
  ) {
    this.id = step.id;
  }

  /** Settles it. */
  end(outcome: Outcome): void {
    this.state = "settled";
    this.outcome = outcome;
    this.step = SETTLED;
  }

  get claims(): readonly Claim[] {
    return this.step.claims ?? NO_CLAIMS;
  }
}

/** Steps that hold a share of a pool together. */
export class Group implements Queued {
  readonly members: Node[] = [];
  /** Members that are ready and wait for the group to be held. */
  readonly idle = new Set<Node>();
  /** Needs of members outside the group that have not settled. */
  pending = 0;
  unsettled = 0;
  running = 0;
  held = false;
  /** Whether any step of it has started: such a group goes on when a stop is asked for. */
  begun = false;
  priority = 0;
  queue: Heap<Queued> | undefined;
  place = 0;
  seen = 0;
  left = 0;

  constructor(readonly key: string, readonly claims: readonly Claim[], readonly sequence: number) {}
}

/** Steps that share a fate. */
export interface Batch {
  readonly members: Node[];
  /** The step that failed first. */
  failed: string | undefined;
}

/** Counts an edge whose first node has not settled in, or (with -1) out. */
export function countEdge(from: Node, to: Node, by: 1 | -1): void {
  to.pending += by;
  if (to.group !== undefined && to.group !== from.group) to.group.pending += by;
}

/** Draws an edge. */
export function connect(from: Node, to: Node): void {
  from.after = appended(from.after, to);
  to.before = appended(to.before, from);
}

/**
 * A list with one more. Most nodes have few edges, and a list that is pushed to takes room for sixteen
 * at once: short ones are made anew.
 */
function appended(list: readonly Node[], node: Node): readonly Node[] {
  switch (list.length) {
    case 0:
      return [node];
    case 1:
      return [list[0]!, node];
    case 2:
      return [list[0]!, list[1]!, node];
    case 3:
      return [list[0]!, list[1]!, list[2]!, node];
    default:
      // Nobody else has it: it was made here.
      (list as Node[]).push(node);
      return list;
  }
}

/** What is left of a step that has settled. */
const SETTLED: Step = Object.freeze({ id: "", needs: [], run() {} });
const NO_NODES: readonly Node[] = Object.freeze([]);
const NO_CLAIMS: readonly Claim[] = [];

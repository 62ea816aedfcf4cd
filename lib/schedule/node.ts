/**
 * What the graph is made of while it runs.
 *
 * @module
 */
import type { Heap, Queued } from "./heap.ts";
import type { Claim, Outcome, Step } from "./step.ts";

/** A step in the graph. */
export class Node implements Queued {
  readonly before: Node[] = [];
  readonly after: Node[] = [];
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
  /** Mark of the last walk over the graph that saw it. */
  seen = 0;

  constructor(
    readonly step: Step,
    readonly sequence: number,
    readonly group: Group | undefined,
    readonly batch: Batch | undefined,
  ) {}

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

const NO_CLAIMS: readonly Claim[] = [];

/**
 * The one loop: start what is ready, wait for whatever settles next, unblock what hangs on it.
 *
 * @module
 */
import { CapstanError, isAbort } from "../errors.ts";
import { Graph } from "./graph.ts";
import { Heap } from "./heap.ts";
import { countEdge, Group, type Node } from "./node.ts";
import { Pools } from "./pool.ts";
import { type Outcome, Skip, type Step, type StepContext } from "./step.ts";

/** Options of {@linkcode runSteps}. */
export interface RunStepsOptions {
  /** Limits of the pools by name: positive integers, or Infinity. @default {{}} */
  readonly pools?: Readonly<Record<string, number>> | undefined;
  /**
   * Stops now: running steps see it as their own signal, those not started are settled as aborted,
   * and only steps that run `"settled"` still start.
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * Starts nothing new and lets what runs finish: groups that have begun go on to their end, of all
   * else only steps that run `"settled"` still start, the others are settled as aborted.
   */
  readonly stop?: AbortSignal | undefined;
  /** Called when steps join the graph, those given at the start included. Must not throw. */
  readonly onAdd?: ((steps: readonly Step[]) => void) | undefined;
  /** Called just before a step runs. Must not throw. */
  readonly onStart?: ((step: Step) => void) | undefined;
  /** Called when a step has settled, before what it unblocks starts. Must not throw. */
  readonly onSettle?: ((step: Step, outcome: Outcome) => void) | undefined;
  /** The clock, in milliseconds. @default {Date.now} */
  readonly now?: (() => number) | undefined;
}

/**
 * Runs a graph of steps to its end and returns how each ended. It rejects only for mistakes in the
 * graph, before anything has run, with a {@linkcode CapstanErrors} that names them all; a step that
 * fails is an outcome.
 *
 * Of the steps that are ready, the one with the longest path behind it starts first.
 *
 * @example Usage
 * ```ts
 * import { runSteps } from "@capstan/capstan";
 *
 * const done: string[] = [];
 * const outcomes = await runSteps([
 *   { id: "db", needs: [], run: () => void done.push("db") },
 *   { id: "web", needs: ["db"], run: () => void done.push("web") },
 * ]);
 * if (done.join() !== "db,web" || outcomes.get("web")?.status !== "succeeded") throw outcomes;
 * ```
 */
export function runSteps(
  steps: readonly Step[],
  options: RunStepsOptions = {},
): Promise<ReadonlyMap<string, Outcome>> {
  return new Scheduler(options).run(steps);
}

class Scheduler {
  readonly #options: RunStepsOptions;
  readonly #now: () => number;
  readonly #pools: Pools<Node | Group>;
  readonly #graph: Graph;
  readonly #ready = new Heap<Node | Group>();
  /** Nodes that are settled but whose dependents do not know yet. */
  readonly #settled: Node[] = [];
  /** Groups of which a step has settled. */
  readonly #touched = new Set<Group>();
  readonly #abort = new AbortController();
  readonly #never = new AbortController().signal;
  #unsettled = 0;
  #running = 0;
  #wake: (() => void) | undefined;
  #fault: { readonly error: unknown } | undefined;

  constructor(options: RunStepsOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#pools = new Pools(options.pools ?? {});
    this.#graph = new Graph((claims, holder) => this.#pools.problemOf(claims, holder));
  }

  async run(steps: readonly Step[]): Promise<ReadonlyMap<string, Outcome>> {
    const { signal, stop } = this.#options;
    const onSignal = () => this.#abort.abort(signal!.reason);
    const onStop = () => this.#halt();
    this.#add(steps);
    this.#abort.signal.addEventListener("abort", onStop);
    signal?.addEventListener("abort", onSignal);
    stop?.addEventListener("abort", onStop);
    try {
      if (signal?.aborted) onSignal();
      if (stop?.aborted) onStop();
      await this.#loop();
      return this.#outcomes();
    } catch (error) {
      this.#abort.abort(error);
      throw error;
    } finally {
      this.#abort.signal.removeEventListener("abort", onStop);
      signal?.removeEventListener("abort", onSignal);
      stop?.removeEventListener("abort", onStop);
    }
  }

  async #loop(): Promise<void> {
    for (;;) {
      this.#startReady();
      if (this.#fault !== undefined) throw this.#fault.error;
      if (this.#unsettled === 0) return;
      if (this.#running === 0) throw this.#stalled();
      await new Promise<void>((resolve) => this.#wake = resolve);
      this.#wake = undefined;
    }
  }

  #add(steps: readonly Step[]): void {
    this.#unblock();
    const nodes = this.#graph.add(steps, {
      raised: (node) => {
        node.queue!.raised(node);
        this.#pools.eased(node.claims);
      },
      heldBack: (node) => {
        this.#leave(node);
        node.state = "waiting";
      },
    });
    this.#unsettled += nodes.length;
    this.#tell(() => this.#options.onAdd?.(steps));
    for (const node of nodes) {
      if (node.pending === 0) this.#becomeReady(node);
      if (node.group !== undefined) this.#letGo(node.group);
      for (const { group } of node.after) if (group !== undefined) this.#letGo(group);
    }
    this.#wake?.();
  }

  /** A node whose needs have all settled: queue it, or settle it at once if it shall not run. */
  #becomeReady(node: Node): void {
    node.state = "ready";
    const verdict = this.#verdict(node);
    if (verdict !== undefined) this.#settle(node, verdict);
    else if (node.group === undefined || this.#mayStart(node.group)) this.#ready.push(node);
    else this.#idle(node, node.group);
  }

  /** Why a ready node shall not run; `undefined` when it shall. */
  #verdict(node: Node): Outcome | undefined {
    if (node.batch?.failed !== undefined) {
      return { status: "skipped", blockedBy: node.batch.failed };
    }
    if (node.step.runs === "settled") return undefined;
    for (const need of node.before) {
      const { status, blockedBy } = need.outcome!;
      if (status !== "succeeded") {
        return { status: "skipped", blockedBy: blockedBy ?? need.id };
      }
    }
    const { stop } = this.#options;
    if (this.#abort.signal.aborted) return { status: "aborted", error: this.#abort.signal.reason };
    return stop?.aborted && !node.group?.begun
      ? { status: "aborted", error: stop.reason }
      : undefined;
  }

  #mayStart(group: Group): boolean {
    return group.held && group.pending === 0;
  }

  /** Lets a ready node wait for its group. */
  #idle(node: Node, group: Group): void {
    group.idle.add(node);
    if (group.pending > 0) return;
    if (group.queue === undefined) {
      group.priority = node.priority;
      this.#ready.push(group);
    } else if (node.priority > group.priority) {
      group.priority = node.priority;
      group.queue.raised(group);
      this.#pools.eased(group.claims);
    }
  }

  #startReady(): void {
    for (;;) {
      this.#unblock();
      const next = this.#ready.pop() ?? this.#pools.next((item) => item.claims);
      if (next === undefined) return;
      if (next instanceof Group) this.#hold(next);
      else if (next.group !== undefined && !this.#mayStart(next.group)) {
        this.#pools.left(next, next.claims);
        this.#idle(next, next.group);
      } else if (this.#pools.take(next, next.claims)) this.#start(next);
    }
  }

  #hold(group: Group): void {
    if (group.pending > 0 || group.idle.size === 0) return this.#pools.left(group, group.claims);
    if (!group.held && !this.#pools.take(group, group.claims)) return;
    group.held = true;
    for (const node of group.idle) this.#ready.push(node);
    group.idle.clear();
  }

  #start(node: Node): void {
    const { step } = node;
    node.state = "running";
    node.started = this.#now();
    this.#running++;
    if (node.group !== undefined) {
      node.group.running++;
      node.group.begun = true;
    }
    this.#tell(() => this.#options.onStart?.(step));
    let result: Promise<void> | void;
    try {
      result = step.run(this.#contextOf(step));
    } catch (error) {
      return this.#finish(node, this.#failure(node, error));
    }
    if (typeof result?.then !== "function") return this.#finish(node, this.#success(node));
    result.then(
      () => this.#finish(node, this.#success(node)),
      (error) => this.#finish(node, this.#failure(node, error)),
    );
  }

  #contextOf(step: Step): StepContext {
    return {
      id: step.id,
      signal: step.runs === "settled" ? this.#never : this.#abort.signal,
      add: this.#addLater,
      outcomeOf: this.#outcomeOf,
    };
  }

  readonly #addLater = (steps: readonly Step[]): void => {
    if (this.#running === 0) {
      throw new CapstanError("cannot add steps: the run is over", {
        code: "schedule/late",
        hint: "add them while a step runs",
      });
    }
    this.#add(steps);
  };

  readonly #outcomeOf = (id: string): Outcome | undefined => this.#graph.nodes.get(id)?.outcome;

  #success({ started }: Node): Outcome {
    return { status: "succeeded", started, finished: this.#now() };
  }

  #failure({ started }: Node, error: unknown): Outcome {
    const finished = this.#now();
    if (error instanceof Skip) {
      return { status: "skipped", blockedBy: error.blockedBy, started, finished };
    }
    const { signal } = this.#abort;
    const aborted = signal.aborted && (error === signal.reason || isAbort(error));
    return { status: aborted ? "aborted" : "failed", error, started, finished };
  }

  /** A running node has ended. */
  #finish(node: Node, outcome: Outcome): void {
    this.#running--;
    this.#pools.give(node.claims);
    if (node.group !== undefined) node.group.running--;
    if (node.batch !== undefined && outcome.status !== "succeeded") {
      this.#failBatch(node.batch.members, node, outcome);
    }
    this.#settle(node, outcome);
    this.#wake?.();
  }

  #failBatch(members: readonly Node[], node: Node, outcome: Outcome): void {
    if (outcome.status === "skipped" || node.batch!.failed !== undefined) return;
    node.batch!.failed = node.step.id;
    for (const member of members) this.#reconsider(member);
  }

  /** Settles a node that is ready but shall not run any more. */
  #reconsider(node: Node): void {
    if (node.state !== "ready") return;
    const verdict = this.#verdict(node);
    if (verdict === undefined) return;
    this.#leave(node);
    this.#settle(node, verdict);
  }

  /** Takes a ready node out of wherever it waits for its turn. */
  #leave(node: Node): void {
    node.group?.idle.delete(node);
    if (node.queue === undefined) return;
    node.queue.remove(node);
    this.#pools.left(node, node.claims);
  }

  /** After a stop or an abort. */
  #halt(): void {
    for (const node of this.#graph.nodes.values()) this.#reconsider(node);
    this.#wake?.();
  }

  #settle(node: Node, outcome: Outcome): void {
    const { step } = node;
    node.end(outcome);
    this.#unsettled--;
    this.#tell(() => this.#options.onSettle?.(step, outcome));
    this.#settled.push(node);
  }

  /** Tells dependents and groups what has settled, and what settles because of that. */
  #unblock(): void {
    for (let node = this.#settled.pop(); node !== undefined; node = this.#settled.pop()) {
      const { group } = node;
      node.told = true;
      if (group !== undefined) {
        group.unsettled--;
        this.#touched.add(group);
      }
      // Steps that join meanwhile do not wait for this one, so they are not told of it.
      const { after } = node;
      for (let i = 0, { length } = after; i < length; i++) {
        const next = after[i]!;
        countEdge(node, next, -1);
        if (next.pending === 0) this.#becomeReady(next);
        if (next.group !== undefined && next.group !== group) this.#outsideSettled(next.group);
      }
    }
    // Only when all is told: a group may seem to wait for what has settled a moment ago.
    for (const group of this.#touched) this.#letGo(group);
    this.#touched.clear();
  }

  /** Gives a group's share back when it is over, or has to wait for something outside. */
  #letGo(group: Group): void {
    if (!group.held || group.running > 0) return;
    if (group.unsettled > 0 && group.pending === 0) return;
    group.held = false;
    this.#pools.give(group.claims);
  }

  /** A need of the group from outside has settled: its ready members may be able to start. */
  #outsideSettled(group: Group): void {
    if (group.pending > 0 || group.idle.size === 0 || group.queue !== undefined) return;
    group.priority = 0;
    for (const { priority } of group.idle) group.priority = Math.max(group.priority, priority);
    this.#ready.push(group);
  }

  /** Calls a listener; what it throws ends the run, from the loop. */
  #tell(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#fault ??= { error };
    }
  }

  #outcomes(): ReadonlyMap<string, Outcome> {
    const outcomes = new Map<string, Outcome>();
    for (const [id, node] of this.#graph.nodes) outcomes.set(id, node.outcome!);
    return outcomes;
  }

  #stalled(): CapstanError {
    const left = [...this.#graph.nodes.values()].filter(({ state }) => state !== "settled");
    const names = left.slice(0, 5).map(({ step }) => step.id).join(", ");
    return new CapstanError(`the run stands still with ${left.length} steps left: ${names}`, {
      code: "schedule/stalled",
    });
  }
}

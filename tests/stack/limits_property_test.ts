/**
 * Every limit at once: random stacks as a run makes their steps, on a virtual clock. What holds is
 * asked of releases and hooks as their stack declares them, not of the claims of their steps.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { ActionCache } from "../../lib/action/cache.ts";
import { changeSteps } from "../../lib/action/deploy.ts";
import { Operation } from "../../lib/action/operation.ts";
import type { Change } from "../../lib/action/prepare.ts";
import type { ActionStep } from "../../lib/action/steps.ts";
import type { ActionContext } from "../../lib/action/types.ts";
import type { ReleaseHook } from "../../lib/release/release.ts";
import { runSteps } from "../../lib/schedule/scheduler.ts";
import { onVirtualClock } from "../../lib/schedule/simulate.ts";
import type { Step } from "../../lib/schedule/step.ts";
import { RELEASES } from "../../lib/stack/claims.ts";
import { resolveGraph } from "../../lib/stack/graph.ts";
import type { GraphNode } from "../../lib/stack/graph.ts";
import { defineStack, hook, kubeContext, release } from "../../lib/stack/stack.ts";
import { deployRequest, partsOf, upSteps } from "../../lib/stack/steps.ts";
import type { StepSources } from "../../lib/stack/steps.ts";
import type { HookNode, Reference, ReleaseNode, Stack } from "../../lib/stack/types.ts";

/** A hook of a chart. */
interface HookPlan {
  readonly event: "pre-install" | "post-install";
  readonly weight: number;
}

/** A release, or a hook of the stack. What it needs comes before it in the list. */
interface NodePlan {
  readonly isHook: boolean;
  readonly needs: readonly { readonly on: number; readonly part: number }[];
  readonly slots: number;
  readonly mutex: readonly string[];
  readonly namespace: string;
  readonly cluster: boolean;
  readonly wait: boolean;
  readonly hookParallelism: number;
  readonly hooks: readonly HookPlan[];
}

const few = (max: number) => fc.integer({ min: 1, max });

const nodePlan = (at: number): fc.Arbitrary<NodePlan> =>
  fc.record({
    isHook: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
    needs: at === 0
      ? fc.constant([])
      : fc.array(fc.record({ on: fc.nat(at - 1), part: fc.nat(4) }), { maxLength: 3 }),
    slots: few(6),
    mutex: fc.subarray(["m", "n"]),
    namespace: fc.constantFrom("a", "b"),
    cluster: fc.boolean(),
    wait: fc.boolean(),
    hookParallelism: few(3),
    hooks: fc.array(
      fc.record({
        event: fc.constantFrom("pre-install" as const, "post-install" as const),
        weight: fc.integer({ min: -1, max: 1 }),
      }),
      { maxLength: 5 },
    ),
  });

const stackPlan = fc.record({
  nodes: fc.integer({ min: 1, max: 16 }).chain((count) =>
    fc.tuple(...Array.from({ length: count }, (_, at) => nodePlan(at)))
  ),
  parallelism: few(5),
  perCluster: fc.option(few(4), { nil: undefined }),
  perNamespace: fc.option(few(3), { nil: undefined }),
  preInstall: fc.option(few(3), { nil: undefined }),
  mutexM: fc.option(few(2), { nil: undefined }),
  durations: fc.infiniteStream(fc.nat(20)),
});
type StackPlan = typeof stackPlan extends fc.Arbitrary<infer T> ? T : never;

function stackOf(plan: StackPlan): Stack {
  const nodes: (ReleaseNode | HookNode)[] = [];
  plan.nodes.forEach((own, at) => {
    const needs = own.needs.map(({ on, part }) => reference(nodes[on]!, plan.nodes[on]!, part));
    const cluster = own.cluster ? kubeContext("eu") : undefined;
    const { mutex, slots, wait, namespace, hookParallelism } = own;
    nodes.push(
      own.isHook ? hook(`n${at}`, { after: needs, mutex, run: () => {} }) : release(`n${at}`, {
        ...{ chart: "./c", needs, cluster, mutex, slots, wait, namespace, hookParallelism },
      }),
    );
  });
  const { perCluster, perNamespace, preInstall, mutexM } = plan;
  return defineStack({
    name: "random",
    releases: nodes.filter((node) => node.type === "release"),
    hooks: nodes.filter((node) => node.type === "hook"),
    parallelism: plan.parallelism,
    limits: {
      perCluster,
      perNamespace,
      hookEvents: preInstall === undefined ? {} : { "pre-install": preInstall },
      mutexes: mutexM === undefined ? {} : { m: mutexM },
    },
  });
}

/** The whole of a node, or one of its parts. */
function reference(node: ReleaseNode | HookNode, { hooks }: NodePlan, part: number): Reference {
  if (node.type === "hook" || part === 0) return node;
  return part === 1 || hooks.length === 0 ? node.ready : node.hook(`h${part % hooks.length}`);
}

/** Steps of the run that `upSteps` makes of a stack; what takes time sleeps instead. */
function stepsOf(stack: Stack, plan: StackPlan, sleep: () => Promise<void>) {
  const nodes = resolveGraph(stack).nodes;
  const context = { api: {}, storage: {}, cache: new ActionCache() } as unknown as ActionContext;
  const sources = {
    ...{ stack, nodes, folder: ".", charts: {}, overrides: {}, emit: () => {} },
    clusters: { contextOf: () => context },
  } as unknown as StepSources;
  const parts = partsOf(nodes);
  const change = ({ id, node }: GraphNode): ActionStep[] => {
    const after = planned.steps.find((step) => step.id === `${id}/record`)!.needs
      .filter((need) => need !== `${id}/render`);
    const request = deployRequest(
      { id, node: node as ReleaseNode, after, parts: parts.get(id) },
      sources,
    );
    const operation = new Operation(request, context);
    const hooks = plan.nodes[Number(id.slice(1))]!.hooks.map(chartHook);
    const made = { kind: "install", release: { hooks }, objects: [], crds: [] };
    return changeSteps({ operation, request }, made as unknown as Change);
  };
  const planned = upSteps(sources, []);
  const timed = (step: ActionStep): ActionStep => {
    if (step.info.owner === "run" || step.info.title.startsWith("part")) return step;
    const node = nodes.find(({ id }) => step.id === `${id}/render`);
    return {
      ...step,
      run: async ({ add }) => {
        await sleep();
        if (node !== undefined) add(change(node).map(timed));
      },
    };
  };
  return { steps: planned.steps.map(timed), pools: planned.pools, nodes };
}

function chartHook({ event, weight }: HookPlan, at: number): ReleaseHook {
  return {
    ...{ name: `h${at}`, kind: "Job", path: "h.yaml", manifest: "", events: [event], weight },
    ...{ deletePolicies: [], outputLogPolicies: [], lastRun: { phase: "" } },
  };
}

/** What happens in a run, as the stack's author sees it. */
class Watch {
  readonly running = new Set<string>();
  readonly done = new Set<string>();
  /** Releases from their first change to their record. */
  readonly inFlight = new Set<string>();
  readonly #plan: StackPlan;
  readonly #ids: ReadonlyMap<string, NodePlan>;
  readonly #steps = new Map<string, Step>();

  constructor(plan: StackPlan, nodes: readonly GraphNode[]) {
    this.#plan = plan;
    this.#ids = new Map(nodes.map(({ id }) => [id, plan.nodes[Number(id.slice(1))]!]));
  }

  add(steps: readonly Step[]): void {
    for (const step of steps) this.#steps.set(step.id, step);
  }

  start({ id, group }: Step): void {
    this.running.add(id);
    const [owner] = id.split("/");
    if (this.#ids.get(owner!)?.isHook === false && group !== undefined) {
      if (!this.inFlight.has(owner!)) this.#checkEdges(owner!);
      this.inFlight.add(owner!);
    }
    this.#checkLimits();
    this.#checkHooks(owner!);
  }

  settle({ id }: Step): void {
    this.running.delete(id);
    this.done.add(id);
    if (id.endsWith("/record")) this.inFlight.delete(id.split("/")[0]!);
  }

  /** What a release needs is there when its first change begins. */
  #checkEdges(owner: string): void {
    const { needs } = this.#ids.get(owner)!;
    for (const { on, part } of needs) {
      const target = this.#plan.nodes[on]!;
      const step = target.isHook
        ? `n${on}/run`
        : part === 0
        ? `n${on}/record`
        : part === 1 || target.hooks.length === 0
        ? `n${on}/ready`
        : this.#hookStep(on, part % target.hooks.length);
      // Who needs a part and the whole waits for the whole.
      const there = this.done.has(step) || this.done.has(`n${on}/record`);
      assert(there, `${owner} began before ${step}`);
    }
  }

  #hookStep(on: number, at: number): string {
    return `n${on}/hook ${this.#plan.nodes[on]!.hooks[at]!.event} Job/h${at}`;
  }

  #checkLimits(): void {
    const { parallelism, perCluster = Infinity, perNamespace = Infinity, mutexM = 1 } = this.#plan;
    const used = new Map<string, number>();
    const take = (what: string, slots: number, limit: number) => {
      // Heavier than all there is counts as all there is.
      const sum = (used.get(what) ?? 0) + Math.min(slots, limit);
      used.set(what, sum);
      assert(sum <= limit, `${what}: ${sum} of ${limit}`);
    };
    for (const id of this.inFlight) {
      const { slots, cluster, namespace } = this.#ids.get(id)!;
      take("run", slots, parallelism);
      take(`cluster ${cluster}`, slots, perCluster);
      take(`namespace ${namespace} of ${cluster}`, slots, perNamespace);
    }
    const hooks = [...this.running].filter((id) => id.endsWith("/run")).map((id) =>
      id.split("/")[0]!
    );
    for (const id of [...this.inFlight, ...hooks.filter((id) => this.#ids.has(id))]) {
      for (const name of this.#ids.get(id)!.mutex) {
        take(`mutex ${name}`, 1, name === "m" ? mutexM : 1);
      }
    }
    const { preInstall = Infinity } = this.#plan;
    for (const id of this.running) {
      if (id.includes("/hook pre-install ")) take("event", 1, preInstall);
    }
  }

  /** Of one release only hooks of one event and weight run at once, and no more than it lets. */
  #checkHooks(owner: string): void {
    const running = [...this.running].filter((id) => id.startsWith(`${owner}/hook `));
    const { hooks, hookParallelism } = this.#ids.get(owner) ?? { hooks: [], hookParallelism: 0 };
    if (running.length === 0) return;
    assert(running.length <= Math.max(1, hookParallelism), `${running}`);
    const kinds = running.map((id) => {
      const { event, weight } = hooks[Number(id.slice(id.lastIndexOf("h") + 1))]!;
      return `${event} ${weight}`;
    });
    assert.equal(new Set(kinds).size, 1);
  }
}

Deno.test("no limit is ever exceeded, every edge holds, and every stack comes to its end", async () => {
  await fc.assert(
    fc.asyncProperty(stackPlan, async (plan) => {
      const stack = stackOf(plan);
      const durations = plan.durations[Symbol.iterator]();
      await onVirtualClock(async (clock) => {
        const sleep = () => clock.sleep(durations.next().value ?? 0);
        const { steps, pools, nodes } = stepsOf(stack, plan, sleep);
        const watch = new Watch(plan, nodes);
        const outcomes = await runSteps(steps, {
          pools: { [RELEASES]: stack.parallelism, ...pools },
          now: () => clock.now,
          onAdd: (added) => watch.add(added),
          onStart: (step) => watch.start(step),
          onSettle: (step) => watch.settle(step),
        });
        const bad = [...outcomes].filter(([, { status }]) => status !== "succeeded");
        assert.deepEqual(bad, []);
        assert.equal(watch.inFlight.size, 0);
      });
    }),
    { numRuns: 400 },
  );
});

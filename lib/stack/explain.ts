/**
 * Where the time of a run will go: the critical path, how long each release could be late, and how
 * long the run takes with other limits. The graph is that of the plan, its times are those of the
 * last run, and what happens with other limits is found out by the scheduler itself on a virtual clock.
 *
 * @module
 */
import { waitsForReady } from "../action/deploy_request.ts";
import { ESTIMATES } from "../action/operation.ts";
import type { StepKind } from "../events.ts";
import { simulate } from "../schedule/simulate.ts";
import type { TimedStep } from "../schedule/simulate.ts";
import { releaseClaims, RELEASES } from "./claims.ts";
import type { PartEdge } from "./edges.ts";
import { resolveGraph } from "./graph.ts";
import type { PlannedNode } from "./plan.ts";
import { GATE } from "./steps.ts";
import type { ReleaseNode, Stack } from "./types.ts";

/** Options of {@linkcode explainPlan}. */
export interface ExplainOptions {
  /** Milliseconds that steps took, by their ids; others are estimated. */
  readonly durations: ReadonlyMap<string, number>;
  /** Releases in flight at once. */
  readonly parallelism: number;
  /** Hooks of one weight in flight at once, whatever stack and releases say. @default what they say */
  readonly hookParallelism?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A step of the critical path. */
export interface PathStep {
  readonly id: string;
  /** Milliseconds. */
  readonly duration: number;
}

/** How long a run takes with these limits. */
export interface Prediction {
  readonly parallelism: number;
  /** Absent: as stack and releases declare, where these differ. */
  readonly hookParallelism?: number | undefined;
  /** Milliseconds. */
  readonly duration: number;
}

/** Where the time of a run will go. */
export interface Explanation {
  /** The chain of steps that no limit can make shorter, in its order. */
  readonly path: readonly PathStep[];
  /** Milliseconds of the path. */
  readonly length: number;
  /** By node: milliseconds of its own path, and how many of them it could be late. */
  readonly nodes: readonly {
    readonly id: string;
    readonly duration: number;
    readonly slack: number;
  }[];
  readonly predictions: readonly Prediction[];
  /** How many steps there are, and of how many the last run tells the time. */
  readonly steps: number;
  readonly known: number;
}

/** Explains a plan whose nodes were compared with the cluster, with hooks that may all overlap. */
export async function explainPlan(
  nodes: readonly PlannedNode[],
  stack: Stack,
  options: ExplainOptions,
): Promise<Explanation> {
  const { parallelism, signal } = options;
  const declared = declaredBy(stack);
  const hookParallelism = options.hookParallelism ?? commonParallelism(nodes, declared);
  const graph = (limits: Limits) =>
    new PlanGraph(nodes, declared, { ...options, ...limits }).steps();
  const steps = graph({ parallelism, hookParallelism });
  const times = longestPaths(steps);
  const predictions: Prediction[] = [];
  for (const limits of whatIf(nodes, { parallelism, hookParallelism })) {
    const pools = { [RELEASES]: limits.parallelism };
    predictions.push({ ...limits, duration: await simulate(graph(limits), { pools, signal }) });
  }
  return {
    path: times.path,
    length: times.length,
    nodes: nodes.map(({ id }) => ({ id, ...times.of(id) })),
    predictions,
    steps: steps.length,
    known: steps.filter(({ id }) => options.durations.has(id)).length,
  };
}

/** A stack with its releases by the ids of their nodes. */
interface Declared {
  readonly stack: Stack;
  readonly releases: ReadonlyMap<string, ReleaseNode>;
}

function declaredBy(stack: Stack): Declared {
  const releases = resolveGraph(stack).nodes.flatMap(({ id, node }): [string, ReleaseNode][] =>
    node.type === "release" ? [[id, node]] : []
  );
  return { stack, releases: new Map(releases) };
}

/** What hooks of every release of the plan may do at once; nothing where that is not the same for all. */
function commonParallelism(
  nodes: readonly PlannedNode[],
  { stack, releases }: Declared,
): number | undefined {
  const own = nodes.flatMap(({ id }) => {
    const node = releases.get(id);
    return node === undefined ? [] : [node.hookParallelism ?? stack.hookParallelism];
  });
  const all = new Set(own.length === 0 ? [stack.hookParallelism] : own);
  return all.size === 1 ? [...all][0] : undefined;
}

interface Limits {
  readonly parallelism: number;
  /** As each release declares, where it is absent. */
  readonly hookParallelism?: number | undefined;
}

/** Limits that are worth a thought, the ones in force among them. */
function whatIf(nodes: readonly PlannedNode[], own: Limits): Limits[] {
  const releases = nodes.filter(({ release }) => release !== undefined).length;
  const widest = Math.max(
    1,
    ...nodes.flatMap(({ release }) => {
      const waves = Map.groupBy(
        release?.changes?.hooks ?? [],
        ({ event, wave }) => `${event} ${wave}`,
      );
      return [...waves.values()].map(({ length }) => length);
    }),
  );
  const up = (most: number, mine: readonly number[]) =>
    [...new Set([...[1, 2, 4, 8, 16, 32].filter((n) => n < most), most, ...mine])].sort((a, b) =>
      a - b
    );
  const { hookParallelism: mine } = own;
  const hooks = mine === undefined ? [undefined, ...up(widest, [])] : up(widest, [mine]);
  return up(releases, [own.parallelism]).flatMap((parallelism) =>
    hooks.map((hookParallelism) => ({ parallelism, hookParallelism }))
  );
}

/** The steps that a plan comes to, as a run makes them. */
class PlanGraph {
  readonly #steps: TimedStep[] = [];
  readonly #last = new Map<string, string>();
  /** Ids of the steps of each release. */
  readonly #own = new Map<string, Set<string>>();

  /** Releases that others need ready. */
  readonly #waits: ReadonlySet<string>;

  constructor(
    private readonly nodes: readonly PlannedNode[],
    private readonly declared: Declared,
    private readonly options: ExplainOptions,
  ) {
    const parts = nodes.flatMap(({ parts = [] }) => parts);
    this.#waits = new Set(parts.filter(({ part }) => part === "ready").map(({ on }) => on));
  }

  steps(): TimedStep[] {
    for (const node of this.nodes) {
      this.#last.set(node.id, `${node.id}/${node.action === "run" ? "run" : "record"}`);
    }
    const renders = this.nodes.filter(({ action }) => action !== "run").map(({ id }) =>
      this.#add(`${id}/render`, "render", [])
    );
    this.#steps.push({ id: GATE, needs: renders, duration: 0 });
    for (const node of this.nodes) {
      const others = [GATE, ...this.#before(node)];
      const asked = (node.conditions ?? []).map((label) =>
        this.#add(`${node.id}/${label}`, "run", others)
      );
      const needs = [...others, ...asked];
      if (node.action === "run") this.#add(`${node.id}/run`, "run", needs);
      else this.#release(node, needs);
    }
    return this.#steps;
  }

  /** The steps of others that come before a node: their ends, or the parts that it needs. */
  #before({ needs, parts = [] }: PlannedNode): string[] {
    return needs.flatMap((need) => {
      const of = parts.filter(({ on }) => on === need);
      const end = this.#last.get(need) ?? GATE;
      return of.length === 0 ? [end] : of.flatMap((edge) => this.#partOf(edge) ?? [end]);
    });
  }

  /** The steps that a part is made of, of a release that comes before in the plan. */
  #partOf({ on, part, hook }: PartEdge): readonly string[] | undefined {
    const own = this.#own.get(on);
    if (own === undefined) return undefined;
    if (part !== "hook") {
      const step = `${on}/${part === "ready" ? "ready" : "apply"}`;
      return own.has(step) ? [step] : undefined;
    }
    const meant = [...own].filter((id) =>
      id.startsWith(`${on}/hook `) && (id.endsWith(`/${hook}`) || id.endsWith(`-${hook}`))
    );
    return meant.length === 0 ? undefined : meant;
  }

  #release({ id, action, release }: PlannedNode, needs: readonly string[]): void {
    const node = this.declared.releases.get(id);
    const inGroup = node === undefined ? {} : {
      group: {
        key: id,
        claims: releaseClaims(node, this.declared.stack, this.options.parallelism),
      },
    };
    const add = (
      name: string,
      kind: StepKind,
      after: readonly string[],
      claims: TimedStep["claims"] = [],
    ) => this.#add(`${id}/${name}`, kind, after, { ...inGroup, claims });
    if (action === "unchanged") {
      this.#add(`${id}/record`, "record", needs);
      return;
    }
    let last = [add("begin", "record", needs)];
    last = this.#hooks(id, "pre", release, last, add);
    last = [add("apply", "apply", last)];
    if (this.#waits.has(id) || (node !== undefined && waitsForReady(node))) {
      last = [add("ready", "ready", last)];
    }
    last = this.#hooks(id, "post", release, last, add);
    add("record", "record", last);
  }

  #hooks(
    id: string,
    when: "pre" | "post",
    release: PlannedNode["release"],
    after: readonly string[],
    add: (
      name: string,
      kind: "hook",
      after: readonly string[],
      claims: TimedStep["claims"],
    ) => string,
  ): string[] {
    let last = [...after];
    const hooks = (release?.changes?.hooks ?? []).filter(({ event }) =>
      event.startsWith(`${when}-`)
    );
    const { stack, releases } = this.declared;
    const hookParallelism = this.options.hookParallelism ??
      releases.get(id)?.hookParallelism ?? stack.hookParallelism;
    const serial = hookParallelism <= 1;
    for (const wave of Map.groupBy(hooks, ({ wave }) => wave).values()) {
      const shared = stack.limits?.hookEvents?.[wave[0]!.event];
      const claims = [
        { pool: `hooks:${id}:${when}`, limit: Math.max(1, hookParallelism) },
        ...(shared === undefined ? [] : [{ pool: `hooks ${wave[0]!.event}`, limit: shared }]),
      ];
      const before = last;
      last = [];
      for (const { event, kind, name } of wave) {
        const needs = serial && last.length > 0 ? last : before;
        const step = add(`hook ${event} ${kind}/${name}`, "hook", needs, claims);
        last = serial ? [step] : [...last, step];
      }
    }
    return last;
  }

  #add(
    id: string,
    kind: StepKind,
    needs: readonly string[],
    more: Pick<TimedStep, "claims" | "group"> = {},
  ): string {
    const duration = this.options.durations.get(id) ?? ESTIMATES[kind];
    this.#steps.push({ id, needs, duration, estimate: duration, ...more });
    if (more.group !== undefined) {
      const { key } = more.group;
      this.#own.set(key, (this.#own.get(key) ?? new Set()).add(id));
    }
    return id;
  }
}

/**
 * The longest path through the steps, and for each owner its share of it and its slack. The nodes of a
 * plan, and so their steps, come after what they need.
 */
function longestPaths(steps: readonly TimedStep[]) {
  const ends = new Map<string, number>();
  const from = new Map<string, string | undefined>();
  for (const { id, needs, duration } of steps) {
    let begin = 0, before: string | undefined;
    for (const need of needs) {
      if (ends.get(need)! > begin) [begin, before] = [ends.get(need)!, need];
    }
    ends.set(id, begin + duration);
    from.set(id, before);
  }
  const length = Math.max(0, ...ends.values());
  const latest = latestEnds(steps, length);
  const duration = new Map(steps.map((step) => [step.id, step.duration]));
  const path: PathStep[] = [];
  let at = [...ends].find(([, end]) => end === length)?.[0];
  for (; at !== undefined; at = from.get(at)) {
    if (duration.get(at)! > 0) path.unshift({ id: at, duration: duration.get(at)! });
  }
  return {
    path,
    length,
    of(owner: string) {
      const own = steps.filter(({ id }) => id.startsWith(`${owner}/`) && !id.endsWith("/render"));
      return {
        duration: own.reduce((sum, step) => sum + step.duration, 0),
        slack: Math.min(...own.map(({ id }) => latest.get(id)! - ends.get(id)!)),
      };
    },
  };
}

/** When each step must have ended so that the whole takes no longer. */
function latestEnds(steps: readonly TimedStep[], length: number): Map<string, number> {
  const latest = new Map(steps.map(({ id }) => [id, length]));
  for (const { id, needs, duration } of steps.toReversed()) {
    const begin = latest.get(id)! - duration;
    for (const need of needs) latest.set(need, Math.min(latest.get(need)!, begin));
  }
  return latest;
}

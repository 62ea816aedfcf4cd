/**
 * A stack's nodes and what each waits for, with references resolved and every mistake collected.
 *
 * @module
 */
import { CapstanError } from "../errors.ts";
import { closest } from "../text.ts";
import { conditionProblem, isCondition, isPart, partLabel, partProblem } from "./edges.ts";
import type { PartEdge } from "./edges.ts";
import type { Condition, HookNode, Reference, ReleaseNode, StackDefinition } from "./types.ts";

/** One release or hook of the stack. */
export interface GraphNode {
  /** Unique in the stack and the shortest that is: `web`, else `shop/web`, else `eu-1/shop/web`. */
  readonly id: string;
  readonly node: ReleaseNode | HookNode;
  /** Ids of the nodes that must finish first, or of which parts must. */
  readonly needs: readonly string[];
  /** The parts, for those of `needs` that need not come to their end. */
  readonly parts: readonly PartEdge[];
  /** Live objects that must be in some state. */
  readonly conditions: readonly Condition[];
}

/** The nodes of a stack in the order of declaration: releases, then hooks. */
export interface StackGraph {
  readonly nodes: readonly GraphNode[];
  readonly errors: readonly CapstanError[];
}

/** Resolves what a definition's nodes name in `needs` and `after`. */
export function resolveGraph(definition: Pick<StackDefinition, "releases" | "hooks">): StackGraph {
  const declared = [...definition.releases, ...(definition.hooks ?? [])];
  const index = nodeIndex(declared);
  const ids = new Map(declared.map((node) => [node, nodeId(node, index)]));
  const errors: CapstanError[] = [];
  const nodes = declared.map((node): GraphNode => {
    return { id: ids.get(node)!, node, ...edgesOf(node, { index, ids, errors }) };
  });
  const cycle = findCycle(nodes);
  if (cycle !== undefined) {
    errors.push(
      new CapstanError(`these wait for one another: ${cyclePath(cycle, nodes)}`, {
        code: "stack/cycle",
        hint: "remove one of the edges from `needs` or `after`",
        position: nodes.find((node) => node.id === cycle[0])!.node.declaredAt,
      }),
    );
  }
  return { nodes, errors };
}

interface Known {
  readonly index: NodeIndex;
  readonly ids: ReadonlyMap<ReleaseNode | HookNode, string>;
  readonly errors: CapstanError[];
}

function edgesOf(
  node: ReleaseNode | HookNode,
  { index, ids, errors }: Known,
): Pick<GraphNode, "needs" | "parts" | "conditions"> {
  const needs = new Set<string>();
  const whole = new Set<string>();
  const parts = new Map<string, PartEdge>();
  const conditions = new Set<Condition>();
  const isWrong = (problem: CapstanError | undefined) =>
    problem !== undefined && errors.push(problem) > 0;
  for (const reference of referencesOf(node)) {
    if (isCondition(reference)) {
      if (!isWrong(conditionProblem(reference, node))) conditions.add(reference);
      continue;
    }
    const target = resolve(isPart(reference) ? reference.release : reference, index, node);
    if (target instanceof CapstanError) {
      errors.push(target);
      continue;
    }
    const on = ids.get(target)!;
    needs.add(on);
    if (!isPart(reference)) whole.add(on);
    else if (!isWrong(partProblem(reference, target, node))) {
      const { part, hook } = reference;
      const edge = { on, part, ...(hook === undefined ? {} : { hook }) };
      parts.set(partLabel(edge), edge);
    }
  }
  return {
    needs: [...needs],
    // Who waits for the end waits for every part.
    parts: [...parts.values()].filter(({ on }) => !whole.has(on)),
    conditions: [...conditions],
  };
}

/** Everything that names a node, longest last. */
export function namesOf(node: ReleaseNode | HookNode): string[] {
  if (node.type === "hook") return [node.name];
  const qualified = `${node.namespace}/${node.name}`;
  const names = [node.name, qualified];
  return node.cluster === undefined ? names : [...names, `${node.cluster.name}/${qualified}`];
}

type NodeIndex = ReadonlyMap<string, readonly (ReleaseNode | HookNode)[]>;

/** The nodes that each name stands for. */
function nodeIndex(nodes: readonly (ReleaseNode | HookNode)[]): NodeIndex {
  const index = new Map<string, (ReleaseNode | HookNode)[]>();
  for (const node of nodes) {
    for (const name of namesOf(node)) {
      const named = index.get(name);
      if (named === undefined) index.set(name, [node]);
      else named.push(node);
    }
  }
  return index;
}

function nodeId(node: ReleaseNode | HookNode, index: NodeIndex): string {
  const names = namesOf(node);
  return names.find((name) => index.get(name)!.length === 1) ?? names.at(-1)!;
}

function resolve(
  reference: ReleaseNode | HookNode | string,
  index: NodeIndex,
  from: ReleaseNode | HookNode,
): ReleaseNode | HookNode | CapstanError {
  const field = from.type === "release" ? "needs" : "after";
  if (typeof reference !== "string") {
    return index.get(reference?.name)?.includes(reference) ? reference : new CapstanError(
      `${from.type} ${from.name} ${field} ${describe(reference)}, which is not in the stack`,
      {
        code: "stack/unknown-reference",
        hint: "add it to the stack's `releases` or `hooks`",
        position: from.declaredAt,
      },
    );
  }
  const found = index.get(reference) ?? [];
  if (found.length === 1) return found[0]!;
  if (found.length > 1) {
    return new CapstanError(
      `${from.type} ${from.name} ${field} "${reference}", which names ${found.length} nodes of the stack`,
      {
        code: "stack/ambiguous-reference",
        hint: `write one of ${found.map((node) => `"${namesOf(node).at(-1)}"`).join(", ")}`,
        position: from.declaredAt,
      },
    );
  }
  const near = closest(reference, index.keys());
  return new CapstanError(
    `${from.type} ${from.name} ${field} "${reference}", which the stack does not have`,
    {
      code: "stack/unknown-reference",
      hint: near === undefined ? undefined : `did you mean "${near}"?`,
      position: from.declaredAt,
    },
  );
}

/** What a node hangs on; nothing where the user gave something that is no list, which is reported elsewhere. */
function referencesOf(node: ReleaseNode | HookNode): readonly Reference[] {
  const references: unknown = node.type === "release" ? node.needs : node.after;
  return Array.isArray(references) ? references : [];
}

function describe(reference: unknown): string {
  if (typeof reference !== "object" || reference === null) return String(reference);
  const { type, name } = reference as { type?: unknown; name?: unknown };
  return `${type === "hook" ? "hook" : "release"} ${name}`;
}

/** `web → db.ready → web`: what each waits for of the next. */
function cyclePath(cycle: readonly string[], nodes: readonly GraphNode[]): string {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const steps = cycle.slice(1).map((id, i) => {
    const part = byId.get(cycle[i]!)!.parts.find(({ on }) => on === id);
    return part === undefined ? id : partLabel(part);
  });
  return [cycle[0], ...steps].join(" → ");
}

/** A path of ids that ends where it starts, `["web", "db", "web"]`: web needs db, db needs web. */
function findCycle(nodes: readonly GraphNode[]): string[] | undefined {
  const needs = new Map(nodes.map((node) => [node.id, node.needs]));
  const done = new Set<string>();
  for (const { id } of nodes) {
    const cycle = walk(id, needs, done);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

/** Depth first with a stack of its own, since a stack may be a chain of thousands. */
function walk(start: string, needs: ReadonlyMap<string, readonly string[]>, done: Set<string>) {
  const path: { id: string; next: number }[] = [{ id: start, next: 0 }];
  const onPath = new Set([start]);
  while (path.length > 0) {
    const top = path.at(-1)!;
    const next = done.has(top.id) ? undefined : needs.get(top.id)![top.next++];
    if (next === undefined) {
      done.add(top.id);
      onPath.delete(top.id);
      path.pop();
    } else if (onPath.has(next)) {
      return [...path.slice(path.findIndex(({ id }) => id === next)).map(({ id }) => id), next];
    } else {
      onPath.add(next);
      path.push({ id: next, next: 0 });
    }
  }
  return undefined;
}

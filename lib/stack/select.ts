/**
 * Working on a part of a stack: which nodes are taken, and what comes after what among them.
 *
 * @module
 */
import { CapstanError } from "../errors.ts";
import { closest } from "../text.ts";
import { type GraphNode, namesOf } from "./graph.ts";

/**
 * A part of a stack. A pattern is a name, `namespace/name` or `cluster/namespace/name`; `*` stands for
 * any text without a slash, `?` for one character.
 */
export interface Selection {
  /** Only what one of these patterns names. @default everything */
  readonly only?: readonly string[] | undefined;
  /** Not what one of these patterns names. @default nothing */
  readonly skip?: readonly string[] | undefined;
  /** Only releases whose `labels` have all of these, as `key=value` or `key!=value`. @default all */
  readonly labels?: readonly string[] | undefined;
  /** Only what one of these patterns names, and all that comes after it. @default everything */
  readonly from?: readonly string[] | undefined;
  /** Also all that the selected needs, but not what `skip` names. @default {false} */
  readonly withNeeds?: boolean | undefined;
}

/**
 * The selected nodes, in their order. One that needs another through nodes that are left out comes
 * after it all the same.
 *
 * @throws {CapstanError} When a pattern names nothing, or nothing is left.
 */
export function selectNodes(
  nodes: readonly GraphNode[],
  selection: Selection = {},
): readonly GraphNode[] {
  const { only, skip, labels, from, withNeeds = false } = selection;
  if ([only, skip, labels, from].every((list) => list === undefined)) return nodes;
  const chosen = new Set(nodes.map(({ id }) => id));
  const keep = (ids: ReadonlySet<string>) => {
    for (const id of chosen) if (!ids.has(id)) chosen.delete(id);
  };
  if (only !== undefined) keep(named(nodes, only, "--only"));
  if (from !== undefined) keep(withDependents(nodes, named(nodes, from, "--from")));
  if (labels !== undefined) keep(labelled(nodes, labels));
  const skipped = skip === undefined ? new Set<string>() : named(nodes, skip, "--skip");
  for (const id of skipped) chosen.delete(id);
  const selected = withNeeds ? withAllNeeds(nodes, chosen) : chosen;
  for (const id of skipped) selected.delete(id);
  if (selected.size === 0) {
    throw new CapstanError("nothing of the stack is selected", {
      code: "select/nothing",
      hint: "the selection excludes everything; `capstan graph` shows what there is",
    });
  }
  return rewired(nodes, selected);
}

/** Ids of the nodes that patterns name. */
function named(nodes: readonly GraphNode[], patterns: readonly string[], flag: string) {
  const found = new Set<string>();
  for (const pattern of patterns) {
    const expression = toExpression(pattern);
    const hits = nodes.filter(({ id, node }) =>
      [id, ...namesOf(node)].some((name) => expression.test(name))
    );
    if (hits.length === 0) throw unknownPattern(nodes, pattern, flag);
    for (const { id } of hits) found.add(id);
  }
  return found;
}

function unknownPattern(nodes: readonly GraphNode[], pattern: string, flag: string): CapstanError {
  const near = closest(pattern, nodes.map(({ id }) => id));
  return new CapstanError(`${flag} ${pattern} names nothing of the stack`, {
    code: "select/unknown",
    hint: near === undefined
      ? "`capstan graph` shows what there is; * stands for any text without a slash"
      : `did you mean ${near}?`,
  });
}

function toExpression(pattern: string): RegExp {
  const parts = pattern.split(/([*?])/).map((part) =>
    part === "*" ? "[^/]*" : part === "?" ? "[^/]" : part.replace(/[\\^$.|+()[\]{}]/g, "\\$&")
  );
  return new RegExp(`^${parts.join("")}$`);
}

/** Ids of the releases whose labels fit. */
function labelled(nodes: readonly GraphNode[], wanted: readonly string[]): ReadonlySet<string> {
  const terms = wanted.flatMap((text) => text.split(",")).map((text) => {
    const [, key, not, value] = /^([^=!]+)(!?)={1,2}(.*)$/.exec(text.trim()) ?? [];
    if (key !== undefined) return { key: key.trim(), not: not === "!", value: value!.trim() };
    throw new CapstanError(`bad label selector ${JSON.stringify(text)}`, {
      code: "select/label",
      hint: "write key=value or key!=value",
    });
  });
  return new Set(nodes.flatMap(({ id, node }) => {
    if (node.type !== "release") return [];
    const fits = terms.every(({ key, not, value }) => (node.labels?.[key] === value) !== not);
    return fits ? [id] : [];
  }));
}

function withDependents(nodes: readonly GraphNode[], ids: ReadonlySet<string>): Set<string> {
  const dependents = new Map<string, string[]>();
  for (const { id, needs } of nodes) {
    for (const need of needs) dependents.set(need, [...(dependents.get(need) ?? []), id]);
  }
  return reachable(ids, (id) => dependents.get(id) ?? []);
}

function withAllNeeds(nodes: readonly GraphNode[], ids: ReadonlySet<string>): Set<string> {
  const needs = new Map(nodes.map((node) => [node.id, node.needs]));
  return reachable(ids, (id) => needs.get(id)!);
}

function reachable(from: ReadonlySet<string>, next: (id: string) => readonly string[]) {
  const seen = new Set(from);
  const open = [...from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const each of next(id)) {
      if (seen.has(each)) continue;
      seen.add(each);
      open.push(each);
    }
  }
  return seen;
}

/** The selected nodes, each with the nearest selected ones that it needs. */
function rewired(nodes: readonly GraphNode[], selected: ReadonlySet<string>): GraphNode[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  return nodes.filter(({ id }) => selected.has(id)).map((node) => {
    if (node.needs.every((need) => selected.has(need))) return node;
    const needs = new Set<string>();
    const seen = new Set<string>();
    const partly = new Set(node.parts.map(({ on }) => on).filter((on) => selected.has(on)));
    const open = node.needs.filter((need) => !partly.has(need));
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (seen.has(id)) continue;
      seen.add(id);
      if (selected.has(id)) needs.add(id);
      else open.push(...byId.get(id)!.needs);
    }
    return {
      ...node,
      needs: nodes.flatMap(({ id }) => needs.has(id) || partly.has(id) ? [id] : []),
      // What is reached through others must come to its end.
      parts: node.parts.filter(({ on }) => partly.has(on) && !needs.has(on)),
    };
  });
}

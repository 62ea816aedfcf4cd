/**
 * What a stack is made of, as digests, so that a later run can name what has changed.
 *
 * @module
 */
import type { NodeDigest } from "../journal/entries.ts";
import { goJSON } from "../release/codec.ts";
import { sha256 } from "../sprig/hash.ts";
import { edgeLabels } from "./edges.ts";
import type { GraphNode } from "./graph.ts";
import type { HookNode, ReleaseNode } from "./types.ts";

/** Digests of each release and hook as the stack file declares it, by id. */
export function declaredDigests(nodes: readonly GraphNode[]): Record<string, NodeDigest> {
  return Object.fromEntries(
    nodes.map((each) => {
      const { id, node } = each;
      const edges = edgesDigest(each);
      return [id, node.type === "release" ? releaseDigest(node, edges) : hookDigest(node, edges)];
    }),
  );
}

/** Of what a node waits for; a condition counts by its predicate's source, not by its patience. */
function edgesDigest(node: GraphNode): string {
  const labels = edgeLabels(node).sort();
  if (node.conditions.length === 0) return digestOf(labels);
  const asked = node.conditions.map(({ cluster, ref, predicate }) => ({ cluster, ref, predicate }));
  return digestOf([labels, asked]);
}

/** Fields that have a part of their own, or say nothing about what is done. */
const APART: ReadonlySet<string> = new Set([
  "type",
  "name",
  "chart",
  "values",
  "set",
  "needs",
  "declaredAt",
]);

function releaseDigest(node: ReleaseNode, needs: string): NodeDigest {
  const options = Object.entries(node).filter(([name]) => !APART.has(name));
  return {
    chart: digestOf(node.chart),
    values: digestOf([node.values, node.set]),
    needs,
    options: digestOf(Object.fromEntries(options)),
  };
}

function hookDigest({ run, weight, timeout, cluster }: HookNode, after: string) {
  return {
    function: digestOf(run),
    after,
    options: digestOf({ weight, timeout, cluster }),
  };
}

/** Digests of what a release is rendered from, once chart (its own digest) and values are there. */
export function inputDigest(chartDigest: string, values: unknown): NodeDigest {
  return { chart: chartDigest.slice(0, 12), values: digestOf(values) };
}

/** A short digest of plain data; a function counts by its source. */
export function digestOf(value: unknown): string {
  const text = goJSON(normal(value)) ?? "undefined";
  return sha256(new TextEncoder().encode(text)).toHex().slice(0, 12);
}

/** With keys in order and functions as their source; values of the template engine stay. */
export function normal(value: unknown): unknown {
  if (typeof value === "function") return { function: String(value) };
  if (Array.isArray(value)) return value.map(normal);
  if (typeof value !== "object" || value === null) return value;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([key, item]) => [
      key,
      normal(item),
    ]),
  );
}

/** What differs between two stacks, a line each: `release web: its values are others`. */
export function differences(
  before: Readonly<Record<string, NodeDigest>>,
  after: Readonly<Record<string, NodeDigest>>,
): string[] {
  const lines: string[] = [];
  for (const [id, digest] of Object.entries(before)) {
    const now = after[id];
    if (now === undefined) lines.push(`${id} is not in the stack any more`);
    else lines.push(...partsChanged(id, digest, now));
  }
  for (const id of Object.keys(after)) {
    if (before[id] === undefined) lines.push(`${id} is new`);
  }
  return lines;
}

/** `web: its values and needs have changed`, or nothing. */
export function partsChanged(id: string, before: NodeDigest, after: NodeDigest): string[] {
  const parts = Object.keys({ ...before, ...after }).filter((part) => before[part] !== after[part]);
  if (parts.length === 0) return [];
  return [`${id}: its ${parts.join(" and ")} changed`];
}

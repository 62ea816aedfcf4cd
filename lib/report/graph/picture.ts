/**
 * A graph to draw: nodes, and who comes after whom. What is drawn of a stack and of a run alike.
 *
 * @module
 */

/** One box of the picture. */
export interface PictureNode {
  /** Unique in the picture. */
  readonly id: string;
  readonly kind: "release" | "hook";
  /** A second, quieter line, e.g. the chart; empty for none. */
  readonly detail: string;
  /** Ids of the nodes that come first. */
  readonly needs: readonly string[];
  /** For those of `needs` of which only a part comes first: which, e.g. `ready`. */
  readonly parts?: ReadonlyMap<string, string> | undefined;
  /** What else it waits for, e.g. `until Deployment shop/db`. */
  readonly waits?: readonly string[] | undefined;
  /** Ids of nodes that come first only by the weights of hooks. */
  readonly ordered: readonly string[];
}

/** A graph to draw. Every id that a node names is in it, and there is no cycle. */
export interface Picture {
  readonly name: string;
  readonly nodes: readonly PictureNode[];
}

/** One arrow of the picture. */
export interface PictureEdge {
  readonly from: string;
  readonly to: string;
  /** By the weights of hooks rather than by a need. */
  readonly ordered: boolean;
  /** The part of `from` that comes first, where that is not all of it. */
  readonly part?: string | undefined;
}

/** Every edge, in the order of the nodes that they lead to. */
export function edgesOf({ nodes }: Picture): PictureEdge[] {
  return nodes.flatMap(({ id, needs, ordered, parts }) => [
    ...needs.map((from) => ({ from, to: id, ordered: false, part: parts?.get(from) })),
    ...ordered.filter((from) => !needs.includes(from))
      .map((from) => ({ from, to: id, ordered: true })),
  ]);
}

/** The second line of a node: its detail, and what else it waits for. */
export function secondLine({ detail, waits = [] }: PictureNode): string {
  return [...(detail === "" ? [] : [detail]), ...waits].join(" · ");
}

/**
 * The level of each node: 0 for one that waits for nothing, else one more than the highest of those
 * it waits for. Nodes of one level can all be at work at once.
 */
export function levelsOf(picture: Picture): ReadonlyMap<string, number> {
  const before = new Map(
    picture.nodes.map(({ id, needs, ordered }) => [id, [...needs, ...ordered]]),
  );
  const levels = new Map<string, number>();
  // A stack may be a chain of thousands: no recursion.
  for (const { id } of picture.nodes) {
    const open = [id];
    while (open.length > 0) {
      const top = open.at(-1)!;
      const missing = before.get(top)!.filter((need) => !levels.has(need));
      if (!levels.has(top) && missing.length > 0) {
        open.push(...missing);
        continue;
      }
      levels.set(top, Math.max(-1, ...before.get(top)!.map((need) => levels.get(need)!)) + 1);
      open.pop();
    }
  }
  return levels;
}

/**
 * The picture without edges that others imply: where web waits for api and api for db, that web also
 * waits for db says nothing new. A wait for a part of db implies none for the whole of it.
 */
export function withoutImplied(picture: Picture): Picture {
  const before = new Map(
    picture.nodes.map(({ id, needs, ordered }) => [id, [...needs, ...ordered]]),
  );
  const parts = new Map(picture.nodes.map((node) => [node.id, node.parts]));
  const levels = levelsOf(picture);
  const needed = (id: string) => {
    const direct = before.get(id)!;
    const lowest = Math.min(...direct.map((need) => levels.get(need)!));
    const [implied, seen] = [new Set<string>(), new Set(direct)];
    const open = [...direct];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const need of before.get(next)!) {
        if (levels.get(need)! < lowest) continue;
        if (!parts.get(next)?.has(need)) implied.add(need);
        if (seen.has(need)) continue;
        seen.add(need);
        open.push(need);
      }
    }
    return implied;
  };
  return {
    ...picture,
    nodes: picture.nodes.map((node) => {
      if (node.needs.length + node.ordered.length < 2) return node;
      const implied = needed(node.id);
      return {
        ...node,
        needs: node.needs.filter((id) => !implied.has(id)),
        ordered: node.ordered.filter((id) => !implied.has(id)),
      };
    }),
  };
}

/**
 * Finds cycles, and an order in which every need comes first.
 *
 * A group waits as a whole for what its steps need outside of it, so it is a stop on the way: member
 * → group → outside needs.
 *
 * Every node has a rank, higher than the ranks of all that it waits for. Where there is room for new
 * nodes between the highest rank that they wait for and the lowest that waits for them, they close no
 * cycle with those that were there, and only they are walked over. So a run whose every release adds its
 * steps behind a gate that waits for every release does not walk over all of it for each.
 *
 * @module
 */
import { Group, type Node } from "./node.ts";

type Stop = Node | Group;

interface Frame {
  readonly stop: Stop;
  readonly before: readonly Stop[];
  next: number;
}

/**
 * Sorts new nodes, needs first, gives them their ranks, and names each cycle they close as ids, the
 * first again at the end. `nextWalk` gives numbers that no walk before had; the nodes have joined with
 * the walk `joined`. What has settled is not looked at.
 */
export function sortNew(
  added: readonly Node[],
  { joined, all, nextWalk }: {
    readonly joined: number;
    /** The whole graph, with the new ones. */
    readonly all: Iterable<Node>;
    readonly nextWalk: () => number;
  },
): { readonly order: Node[]; readonly cycles: string[][] } {
  const isNew = (stop: Stop) => stop instanceof Group || stop.joined === joined;
  const near = sort(added, joined, isNew);
  if (near.cycles.length > 0) return near;
  const gap = gapFor(added, joined);
  if (gap !== undefined && fill(near.order, gap)) return near;
  const far = sort(added, nextWalk(), () => true);
  if (far.cycles.length > 0) return far;
  const whole = sort(all, nextWalk(), () => true);
  fill(whole.order, { above: 0, below: Infinity });
  return { order: far.order.filter(isNew), cycles: [] };
}

interface Gap {
  readonly above: number;
  readonly below: number;
}

/** The ranks that new nodes may have; `undefined` where they perhaps close a cycle with others. */
function gapFor(added: readonly Node[], joined: number): Gap | undefined {
  let above = 0, below = Infinity;
  const groups = new Set<Group>();
  for (const node of added) {
    if (node.group !== undefined) groups.add(node.group);
    for (const need of node.before) {
      if (need.joined !== joined && !isSettled(need)) above = Math.max(above, need.rank);
    }
    for (const later of node.after) {
      if (later.joined === joined) continue;
      below = Math.min(below, later.rank);
      // Who precedes a member from outside precedes all of its group.
      if (later.group !== undefined && later.group !== node.group) {
        below = Math.min(below, lowestOf(later.group, joined));
      }
    }
  }
  for (const group of groups) {
    // What a new member needs outside, the others wait for as well.
    const lowest = lowestOf(group, joined);
    for (const need of outsideNeeds(group)) {
      if (need.joined === joined) below = Math.min(below, lowest);
      else if (!isSettled(need)) {
        if (need.rank >= lowest) return undefined;
        above = Math.max(above, need.rank);
      }
    }
  }
  return above < below ? { above, below } : undefined;
}

/** The lowest rank among those of a group that were there and have not settled. */
function lowestOf(group: Group, joined: number): number {
  let lowest = Infinity;
  for (const member of group.members) {
    if (member.joined !== joined && !isSettled(member)) lowest = Math.min(lowest, member.rank);
  }
  return lowest;
}

/** Gives ranks in a gap; `false` where it is too narrow for numbers. */
function fill(order: readonly Node[], { above, below }: Gap): boolean {
  const pace = below === Infinity ? 1 : (below - above) / (order.length + 1);
  if (order.length > 0 && (above + pace <= above || above + order.length * pace >= below)) {
    return false;
  }
  if (above + pace * 2 === above + pace) return false;
  order.forEach((node, i) => node.rank = above + (i + 1) * pace);
  return true;
}

/** One walk from some nodes over those that `enters` lets in. */
function sort(
  from: Iterable<Node>,
  walk: number,
  enters: (stop: Stop) => boolean,
): { readonly order: Node[]; readonly cycles: string[][] } {
  const order: Node[] = [];
  const cycles: string[][] = [];
  const inCycle = new Set<Stop>();
  const path: Frame[] = [];
  const enter = (stop: Stop) => {
    stop.seen = walk;
    path.push({ stop, before: before(stop), next: 0 });
  };
  for (const start of from) {
    if (start.seen !== walk && !isSettled(start)) enter(start);
    while (path.length > 0) {
      const top = path.at(-1)!;
      const need = top.before[top.next++];
      if (need === undefined) {
        path.pop();
        top.stop.left = walk;
        if (!(top.stop instanceof Group)) order.push(top.stop);
      } else if (need.seen === walk && need.left !== walk) {
        const stops = path.slice(path.findIndex(({ stop }) => stop === need)).map((f) => f.stop);
        if (stops.some((stop) => inCycle.has(stop))) continue;
        for (const stop of stops) inCycle.add(stop);
        cycles.push([...stops, need].map(nameOf));
      } else if (need.seen !== walk && !isSettled(need) && enters(need)) enter(need);
    }
  }
  return { order, cycles };
}

function before(stop: Stop): readonly Stop[] {
  if (stop instanceof Group) return outsideNeeds(stop);
  const { group } = stop;
  if (group === undefined) return stop.before;
  const inside: Stop[] = stop.before.filter((need) => need.group === group);
  inside.push(group);
  return inside;
}

function outsideNeeds(group: Group): Node[] {
  const needs: Node[] = [];
  for (const member of group.members) {
    if (isSettled(member)) continue;
    for (const need of member.before) if (need.group !== group) needs.push(need);
  }
  return needs;
}

function isSettled(stop: Stop): boolean {
  return !(stop instanceof Group) && stop.state === "settled";
}

function nameOf(stop: Stop): string {
  return stop instanceof Group ? `group ${stop.key}` : stop.id;
}

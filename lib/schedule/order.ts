/**
 * One walk over the graph that finds cycles and an order in which every need comes first.
 *
 * A group waits as a whole for what its steps need outside of it, so it is a stop on the way: member
 * → group → outside needs.
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
 * Sorts new nodes, needs first, and names each cycle they close as ids, the first again at the end.
 * `walk` is a number that no walk before had. What has settled is not looked at.
 */
export function sortNew(
  added: Iterable<Node>,
  walk: number,
): { readonly order: Node[]; readonly cycles: string[][] } {
  const order: Node[] = [];
  const cycles: string[][] = [];
  const inCycle = new Set<Stop>();
  const path: Frame[] = [];
  const enter = (stop: Stop) => {
    stop.seen = walk;
    path.push({ stop, before: before(stop), next: 0 });
  };
  for (const start of added) {
    if (start.seen !== walk) enter(start);
    while (path.length > 0) {
      const top = path.at(-1)!;
      const need = top.before[top.next++];
      if (need === undefined) {
        path.pop();
        top.stop.left = walk;
        if (!(top.stop instanceof Group) && top.stop.joined === walk) order.push(top.stop);
      } else if (need.seen === walk && need.left !== walk) {
        const stops = path.slice(path.findIndex(({ stop }) => stop === need)).map((f) => f.stop);
        if (stops.some((stop) => inCycle.has(stop))) continue;
        for (const stop of stops) inCycle.add(stop);
        cycles.push([...stops, need].map(nameOf));
      } else if (need.seen !== walk && !isSettled(need)) enter(need);
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

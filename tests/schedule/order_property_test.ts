/** Steps that join in the middle of a graph: cycles are found exactly where there are any. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { CapstanErrors } from "../../lib/errors.ts";
import { Graph } from "../../lib/schedule/graph.ts";
import type { Step } from "../../lib/schedule/step.ts";

/** Steps that join together, by numbers that are taken modulo what there is. */
const batch = fc.array(
  fc.record({
    needs: fc.array(fc.nat(), { maxLength: 3 }),
    precedes: fc.array(fc.nat(), { maxLength: 2 }),
    group: fc.option(fc.nat(3), { nil: undefined }),
  }),
  { minLength: 1, maxLength: 5 },
);

/** Whether these wait for one another, a group as a whole for what its steps need outside of it. */
function isCyclic(steps: readonly Step[]): boolean {
  const groupOf = new Map(steps.map(({ id, group }) => [id, group?.key]));
  const before = new Map<string, Set<string>>();
  const edge = (from: string, to: string) =>
    void (before.get(to) ?? before.set(to, new Set()).get(to)!).add(from);
  const connect = (from: string, to: string) => {
    edge(from, to);
    const group = groupOf.get(to);
    if (group !== undefined && group !== groupOf.get(from)) edge(from, `group ${group}`);
  };
  for (const { id, needs, precedes = [], group } of steps) {
    if (group !== undefined) edge(`group ${group.key}`, id);
    for (const need of needs) connect(need, id);
    for (const later of precedes) connect(id, later);
  }
  const state = new Map<string, "open" | "done">();
  const visit = (id: string): boolean => {
    if (state.has(id)) return state.get(id) === "open";
    state.set(id, "open");
    const found = [...before.get(id) ?? []].some(visit);
    state.set(id, "done");
    return found;
  };
  return steps.some(({ id }) => visit(id));
}

Deno.test("a graph refuses steps that join exactly when they close a cycle, and keeps its ranks", async () => {
  let refused = 0, accepted = 0;
  await fc.assert(
    fc.property(fc.array(batch, { minLength: 1, maxLength: 12 }), (batches) => {
      const graph = new Graph(() => undefined);
      let there: Step[] = [];
      batches.forEach((plans, at) => {
        const ids = plans.map((_, i) => `${at}-${i}`);
        const steps = plans.map(({ needs, precedes, group }, i): Step => {
          const all = [...there.map(({ id }) => id), ...ids];
          const picked = (
            list: readonly number[],
          ) => [...new Set(list.map((n) => all[n % all.length]!))];
          return {
            id: ids[i]!,
            // Mostly what was there before, so that cycles are no rule.
            needs: picked(needs).filter((id) => id !== ids[i]),
            precedes: picked(precedes).filter((id) => !ids.includes(id)),
            ...(group === undefined ? {} : { group: { key: `g${group}`, claims: [] } }),
            run: () => {},
          };
        });
        const cyclic = isCyclic([...there, ...steps]);
        const add = () => graph.add(steps, { raised() {}, heldBack() {} });
        if (cyclic) {
          refused++;
          assert.throws(add, (error) => {
            assert(error instanceof CapstanErrors);
            return error.errors.every(({ code }) => code === "schedule/cycle");
          });
        } else {
          accepted++;
          add();
          there = [...there, ...steps];
        }
        for (const node of graph.nodes.values()) {
          for (const need of node.before) assert(need.rank < node.rank, `${need.id} ${node.id}`);
        }
      });
      assert.equal(graph.nodes.size, there.length);
    }),
    { numRuns: 1_000 },
  );
  // Both happen often enough to tell.
  assert(refused > 500 && accepted > 500, `${refused} ${accepted}`);
});

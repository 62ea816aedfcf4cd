/** The steps of random hooks, run with random durations and failures. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { hookSteps } from "../../lib/action/hooks.ts";
import { Operation } from "../../lib/action/operation.ts";
import type { ActionStep } from "../../lib/action/steps.ts";
import type { KubeApi } from "../../lib/kube/types.ts";
import { memoryStorage } from "../../lib/release/memory_storage.ts";
import type { ReleaseHook } from "../../lib/release/release.ts";
import { runSteps } from "../../lib/schedule/scheduler.ts";
import { buildHook } from "../release/builders.ts";

interface Plan {
  readonly hook: ReleaseHook;
  readonly rounds: number;
  readonly fails: boolean;
}

const plans = fc.array(
  fc.record({
    name: fc.constantFrom(..."abcdefgh"),
    kind: fc.constantFrom("Job", "Pod", "ConfigMap"),
    weight: fc.integer({ min: -2, max: 2 }),
    parallel: fc.boolean(),
    rounds: fc.nat(9),
    fails: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  }).map(({ name, kind, weight, parallel, rounds, fails }): Plan => ({
    rounds,
    fails,
    hook: buildHook({
      name,
      kind,
      weight,
      manifest: parallel ? 'metadata: {annotations: {helm.sh/hook-parallel: "true"}}\n' : "a: b\n",
    }),
  })),
  { maxLength: 16 },
);

/** Steps whose work is replaced by waiting a little. */
function stepsOf(list: readonly Plan[], options: Partial<Parameters<typeof hookSteps>[2]>) {
  const context = { api: undefined as unknown as KubeApi, storage: memoryStorage() };
  const operation = new Operation({ name: "web", namespace: "shop" }, context);
  const hooks = list.map(({ hook }) => hook);
  const { steps } = hookSteps(operation, hooks, { event: "pre-install", needs: [], ...options });
  // Each step stands for the next hook in the order in which the steps were made.
  const byTitle = new Map<string, Plan[]>();
  for (const plan of list) {
    const key = `${plan.hook.kind}/${plan.hook.name}`;
    byTitle.set(key, [...byTitle.get(key) ?? [], plan]);
  }
  for (const same of byTitle.values()) same.sort((a, b) => a.hook.weight - b.hook.weight);
  return steps.map((step) => {
    const key = step.id.replace("shop/web/hook pre-install ", "").replace(/ #\d+$/, "");
    return { step, plan: byTitle.get(key)!.shift()! };
  });
}

async function play(made: readonly { readonly step: ActionStep; readonly plan: Plan }[]) {
  const running = new Set<Plan>();
  const overlaps: Plan[][] = [];
  const order: Plan[] = [];
  let failed = false;
  const startedAfterFailure: Plan[] = [];
  const outcomes = await runSteps(
    made.map(({ step, plan }) => ({
      ...step,
      run: async () => {
        if (failed) startedAfterFailure.push(plan);
        order.push(plan);
        running.add(plan);
        overlaps.push([...running]);
        for (let i = 0; i < plan.rounds; i++) await Promise.resolve();
        running.delete(plan);
        if (plan.fails) throw new Error("broken");
      },
    })),
    {
      // What a hook throws is a failure from when the scheduler has heard of it.
      onSettle: (_, { status }) => void (failed ||= status === "failed"),
    },
  );
  return { overlaps, order, outcomes, startedAfterFailure };
}

Deno.test("hookSteps() keeps weights apart and the limit, whatever hooks take or do", async () => {
  await fc.assert(
    fc.asyncProperty(
      plans,
      fc.integer({ min: 0, max: 5 }),
      fc.constantFrom("all" as const, "annotated" as const),
      async (list, hookParallelism, hookSelection) => {
        const made = stepsOf(list, { hookParallelism, hookSelection });
        assert.equal(made.length, list.length);
        const { overlaps, order, outcomes, startedAfterFailure } = await play(made);
        for (const together of overlaps) {
          assert.ok(together.length <= Math.max(1, hookParallelism), "over the limit");
          assert.equal(new Set(together.map(({ hook }) => hook.weight)).size, 1, "weights overlap");
          if (together.length > 1) {
            assert.ok(together.every(({ hook }) => hook.kind !== "ConfigMap"));
            if (hookSelection === "annotated") {
              assert.ok(together.every(({ hook }) => hook.manifest.includes("parallel")));
            }
          }
        }
        order.forEach(({ hook }, i) =>
          assert.ok(i === 0 || order[i - 1]!.hook.weight <= hook.weight, "weights rise")
        );
        assert.deepEqual(startedAfterFailure, [], "no queued hook starts after a failure");
        const anyFails = order.some(({ fails }) => fails);
        const ran = [...outcomes.values()].filter(({ started }) => started !== undefined).length;
        assert.ok(anyFails || ran === list.length, "all run when none fails");
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("hookSteps() that is serial runs in exactly Helm's order", async () => {
  await fc.assert(
    fc.asyncProperty(plans, fc.constantFrom(undefined, 0, 1), async (list, hookParallelism) => {
      const well = list.map((plan) => ({ ...plan, fails: false }));
      const { order } = await play(stepsOf(well, { hookParallelism }));
      const names = order.map(({ hook }) => `${hook.weight} ${hook.name}`);
      const expected = well.map(({ hook }) => hook)
        .toSorted((a, b) => a.weight - b.weight || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
        .map((hook) => `${hook.weight} ${hook.name}`);
      assert.deepEqual(names, expected);
    }),
    { numRuns: 200 },
  );
});

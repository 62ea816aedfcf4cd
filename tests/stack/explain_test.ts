/** Where the time of a run will go: a graph of known times, and other limits tried on a virtual clock. */
import assert from "node:assert/strict";
import { simulate } from "../../lib/schedule/simulate.ts";
import { explainPlan } from "../../lib/stack/explain.ts";
import type { PlannedNode } from "../../lib/stack/plan.ts";
import { defineStack, hook, release } from "../../lib/stack/stack.ts";

function node(
  id: string,
  needs: readonly string[],
  hooks: readonly [string, number][],
): PlannedNode {
  return {
    id,
    needs,
    action: "install",
    release: {
      name: id,
      namespace: "default",
      revision: 1,
      chart: "c-1.0.0",
      added: [],
      changed: [],
      removed: [],
      hooks: [],
      changes: {
        objects: [],
        hooks: hooks.map(([name, wave]) => ({
          event: "pre-install",
          name,
          kind: "Job",
          weight: wave,
          wave,
          replaces: false,
        })),
      },
    },
  };
}

Deno.test("explainPlan() finds the critical path, the slack, and what other limits bring", async () => {
  const db = release("db", { chart: "./c", wait: true });
  const web = release("web", { chart: "./c", needs: [db] });
  const cache = release("cache", { chart: "./c" });
  const seed = hook("seed", { after: [db], run: () => {} });
  const stack = defineStack({ name: "s", releases: [db, web, cache], hooks: [seed] });
  const nodes = [
    node("db", [], [["a", 1], ["b", 1], ["c", 1], ["last", 2]]),
    { id: "seed", needs: ["db"], action: "run" } as const,
    node("web", ["db"], []),
    node("cache", [], []),
  ];
  const times: Record<string, number> = {
    "db/hook pre-install Job/a": 100,
    "db/hook pre-install Job/b": 200,
    "db/hook pre-install Job/c": 300,
    "db/hook pre-install Job/last": 50,
    "db/ready": 1000,
    "seed/run": 40,
    "web/apply": 500,
    "cache/apply": 700,
  };
  const ids = ["db", "web", "cache"].flatMap((id) =>
    ["render", "begin", "apply", "record"].map((step) => `${id}/${step}`)
  );
  const durations = new Map(ids.map((id) => [id, 0]));
  for (const [id, time] of Object.entries(times)) durations.set(id, time);
  const explained = await explainPlan(nodes, stack, {
    durations,
    parallelism: 2,
    hookParallelism: 3,
  });

  assert.deepEqual(explained.path.map(({ id, duration }) => [id, duration]), [
    ["db/hook pre-install Job/c", 300],
    ["db/hook pre-install Job/last", 50],
    ["db/ready", 1000],
    ["web/apply", 500],
  ]);
  assert.equal(explained.length, 1850);
  assert.deepEqual(explained.nodes.map(({ id, slack }) => [id, slack]), [
    ["db", 0],
    ["seed", 460],
    ["web", 0],
    ["cache", 1150],
  ]);
  assert.deepEqual([explained.known, explained.steps], [18, 19]);
  const predicted = (parallelism: number, hookParallelism: number) =>
    explained.predictions.find((each) =>
      each.parallelism === parallelism && each.hookParallelism === hookParallelism
    )?.duration;
  // One release at a time: cache waits, or is waited for; hooks one by one: 600 instead of 300.
  assert.equal(predicted(1, 3), 2550);
  assert.equal(predicted(1, 1), 2850);
  assert.equal(predicted(2, 1), 2150);
  // The longest first: the other two take as long as it, one after the other.
  assert.equal(predicted(2, 2), 1850);
  assert.equal(predicted(2, 3), 1850);
});

Deno.test("explainPlan() lets each release's hooks overlap as it declares, and within its stack's limits", async () => {
  const hooks = [["a", 1], ["b", 1], ["c", 1], ["d", 1]] as const;
  const durations = new Map<string, number>();
  for (const id of ["one", "two"]) {
    for (const step of ["render", "begin", "apply", "record"]) durations.set(`${id}/${step}`, 0);
    for (const [name] of hooks) durations.set(`${id}/hook pre-install Job/${name}`, 100);
  }
  const nodes = ["one", "two"].map((id) => node(id, [], hooks.map(([name, wave]) => [name, wave])));
  const predicted = async (limits: { hookEvents?: Record<string, number> }) => {
    const stack = defineStack({
      name: "s",
      releases: [
        release("one", { chart: "./c", hookParallelism: 4 }),
        release("two", { chart: "./c", hookParallelism: 2 }),
      ],
      limits,
    });
    const { predictions } = await explainPlan(nodes, stack, { durations, parallelism: 2 });
    return Object.fromEntries(
      predictions.filter(({ parallelism }) => parallelism === 2).map((each) => [
        each.hookParallelism ?? "declared",
        each.duration,
      ]),
    );
  };
  assert.deepEqual(await predicted({}), { declared: 200, 1: 400, 2: 200, 4: 100 });
  const limited = await predicted({ hookEvents: { "pre-install": 2 } });
  assert.deepEqual(limited, { declared: 400, 1: 400, 2: 400, 4: 400 });
});

Deno.test("explainPlan() waits where a deployment does: for wait, waitForJobs and atomic", async () => {
  const options = { durations: new Map<string, number>(), parallelism: 1, hookParallelism: 1 };
  const rows = [[{}, false], [{ wait: true }, true], [{ waitForJobs: true }, true], [
    { atomic: true },
    true,
  ]] as const;
  for (const [waiting, waits] of rows) {
    const stack = defineStack({
      name: "s",
      releases: [release("a", { chart: "./c", ...waiting })],
    });
    const { path } = await explainPlan([node("a", [], [])], stack, options);
    assert.equal(path.some(({ id }) => id === "a/ready"), waits, JSON.stringify(waiting));
  }
});

Deno.test("simulate() takes as long as the scheduler would, without waiting", async () => {
  const begun = performance.now();
  const step = (id: string, needs: string[], duration: number, claims = [{ pool: "p" }]) => ({
    id,
    needs,
    duration,
    estimate: duration,
    claims,
  });
  const steps = [
    step("a", [], 3_600_000),
    step("b", [], 7_200_000),
    step("c", ["a"], 60_000),
    step("d", [], 1_000, []),
  ];
  assert.equal(await simulate(steps, { pools: { p: 1 } }), 3_600_000 + 7_200_000 + 60_000);
  assert.equal(await simulate(steps, { pools: { p: 2 } }), 7_200_000);
  assert.ok(performance.now() - begun < 60_000);
});

/** Random graphs under random limits, failures, stops, aborts and late additions. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { runSteps } from "../../lib/schedule/scheduler.ts";
import { type Outcome, Skip, type Step } from "../../lib/schedule/step.ts";

/** A random step. It needs only steps of lower number, so there are no cycles. */
interface Plan {
  readonly needs: readonly number[];
  readonly settled: boolean;
  readonly claims: readonly number[];
  readonly group: boolean;
  readonly batch: number;
  readonly fate: "ok" | "ok-later" | "fail" | "fail-later" | "skip";
  readonly rounds: number;
  readonly estimate: number;
  /** Whether the step before adds it while it runs, and puts it before the last one. */
  readonly late: boolean;
}

const SLOTS = 3;
/** Steps in a row that may form a group. */
const BLOCK = 4;

const planOf = (at: number): fc.Arbitrary<Plan> =>
  fc.record({
    needs: at === 0 ? fc.constant([]) : fc.uniqueArray(fc.nat(at - 1), { maxLength: 4 }),
    settled: fc.boolean(),
    claims: fc.array(fc.nat(SLOTS), { minLength: 3, maxLength: 3 }),
    group: fc.boolean(),
    batch: fc.nat(5),
    fate: fc.constantFrom("ok", "ok-later", "ok", "ok-later", "ok", "fail", "fail-later", "skip"),
    rounds: fc.nat(12),
    estimate: fc.nat(20),
    late: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
  });

const plans = fc.integer({ min: 1, max: 40 }).chain((count) =>
  fc.tuple(...Array.from({ length: count }, (_, at) => planOf(at)))
);
const limits = fc.record({
  a: fc.integer({ min: SLOTS, max: 5 }),
  b: fc.integer({ min: SLOTS, max: 5 }),
  c: fc.integer({ min: SLOTS, max: 5 }),
  releases: fc.integer({ min: 1, max: 3 }),
});

/** Watches a run and fails at the first rule that is broken. */
class Watch {
  readonly running = new Set<string>();
  readonly settled = new Map<string, Outcome>();
  readonly steps = new Map<string, Step>();
  readonly used = new Map<string, number>();
  readonly held = new Set<string>();
  readonly begun = new Set<string>();
  readonly failedBatches = new Set<string>();
  stopped = false;
  aborted = false;
  readonly #limits: Readonly<Record<string, number>>;

  constructor(limits: Readonly<Record<string, number>>) {
    this.#limits = limits;
  }

  add(steps: readonly Step[]): void {
    for (const step of steps) this.steps.set(step.id, step);
    // A group that now waits for something outside gives its share back when none of it runs.
    for (const key of this.held) this.#letGo(key);
  }

  start(step: Step): void {
    assert.ok(!this.running.has(step.id) && !this.settled.has(step.id), "runs once");
    for (const id of this.needsOf(step)) {
      const need = this.settled.get(id);
      assert.ok(need !== undefined, `${step.id} started before ${id} settled`);
      if (step.runs !== "settled") assert.equal(need.status, "succeeded");
    }
    if (step.batch !== undefined) assert.ok(!this.failedBatches.has(step.batch));
    if (step.runs !== "settled") {
      assert.ok(!this.aborted, `${step.id} started after an abort`);
      if (this.stopped) assert.ok(this.begun.has(step.group!.key), "only begun groups go on");
    }
    this.running.add(step.id);
    if (step.group !== undefined) this.begun.add(step.group.key);
    this.#take(step.claims ?? []);
    if (step.group !== undefined && !this.held.has(step.group.key)) {
      this.held.add(step.group.key);
      this.#take(step.group.claims);
    }
    if (step.group !== undefined) {
      assert.deepEqual(
        this.outside(step.group.key),
        [],
        `${step.id} started before its group could`,
      );
    }
  }

  settle(step: Step, outcome: Outcome): void {
    assert.ok(!this.settled.has(step.id), "settles once");
    for (const id of this.needsOf(step)) {
      // A ready step may be skipped or aborted, but only when all it needs has settled.
      assert.ok(this.settled.has(id), `${step.id} settled before ${id}`);
    }
    this.settled.set(step.id, outcome);
    if (this.running.delete(step.id)) this.#give(step.claims ?? []);
    if (step.batch !== undefined && ["failed", "aborted"].includes(outcome.status)) {
      if (outcome.started !== undefined) this.failedBatches.add(step.batch);
    }
    if (step.group !== undefined) this.#letGo(step.group.key);
  }

  needsOf(step: Step): string[] {
    const before = [...this.steps.values()].filter(({ precedes }) => precedes?.includes(step.id));
    return [...step.needs, ...before.map(({ id }) => id)];
  }

  outside(key: string): string[] {
    const open = this.#members(key).flatMap((step) =>
      this.needsOf(step).filter((id) => this.steps.get(id)!.group?.key !== key)
    );
    return open.filter((id) => !this.settled.has(id));
  }

  #members(key: string): Step[] {
    return [...this.steps.values()].filter(({ group }) => group?.key === key);
  }

  #letGo(key: string): void {
    const members = this.#members(key);
    if (members.some(({ id }) => this.running.has(id))) return;
    const over = members.every(({ id }) => this.settled.has(id));
    if ((over || this.outside(key).length > 0) && this.held.delete(key)) {
      this.#give(members[0]!.group!.claims);
    }
  }

  #take(claims: NonNullable<Step["claims"]>): void {
    for (const { pool, slots = 1 } of claims) {
      const used = (this.used.get(pool) ?? 0) + slots;
      assert.ok(used <= this.#limits[pool]!, `${pool} over its limit`);
      this.used.set(pool, used);
    }
  }

  #give(claims: NonNullable<Step["claims"]>): void {
    for (const { pool, slots = 1 } of claims) this.used.set(pool, this.used.get(pool)! - slots);
  }
}

async function rounds(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await Promise.resolve();
}

/** The steps of these plans; `late` ones are added by the nearest step before that is not late. */
function build(plans: readonly Plan[], withGroups: boolean, watch: Watch): Step[] {
  const last = `s${plans.length - 1}`;
  const late = plans.map((plan, at) => plan.late && at > 0 && at < plans.length - 1);
  const host = (at: number): number => late[at] ? host(at - 1) : at;
  const all = plans.map((plan, at): Step => {
    const guests = () => all.filter((_, other) => late[other] && host(other) === at);
    const lastCanWait = () => !watch.running.has(last) && !watch.settled.has(last);
    const block = Math.floor(at / BLOCK);
    return {
      id: `s${at}`,
      needs: plan.needs.filter((need) => late[at] || !late[need]).map((need) => `s${need}`),
      runs: plan.settled ? "settled" : "succeeded",
      claims: plan.claims.flatMap((slots, i) => slots === 0 ? [] : [{ pool: "abc"[i]!, slots }]),
      ...(withGroups && plans[block * BLOCK]!.group
        ? { group: { key: `g${block}`, claims: [{ pool: "releases" }] } }
        : {}),
      ...(plan.batch < 3 ? { batch: `b${plan.batch}` } : {}),
      estimate: plan.estimate,
      run: async ({ add, signal }) => {
        if (plan.fate.endsWith("later")) await rounds(plan.rounds);
        // Each guest on its own, since one may need steps that nobody has added yet.
        for (const guest of guests()) {
          if (guest.needs.every((id) => watch.steps.has(id))) {
            add([lastCanWait() ? { ...guest, precedes: [last] } : guest]);
          }
        }
        await rounds(plan.rounds);
        signal.throwIfAborted();
        if (plan.fate.startsWith("fail")) throw new Error(`s${at} broke`);
        if (plan.fate === "skip") throw new Skip(`s${at}`);
      },
    };
  });
  return all.filter((_, at) => !late[at]);
}

/** Runs plans under a watch and checks what must hold at the end. */
async function play(
  plans: readonly Plan[],
  limits: Readonly<Record<string, number>>,
  options: { groups: boolean; stopAt?: number; abortAt?: number },
): Promise<void> {
  const watch = new Watch(limits);
  const stop = new AbortController(), abort = new AbortController();
  let started = 0;
  const outcomes = await runSteps(build(plans, options.groups, watch), {
    pools: limits,
    stop: stop.signal,
    signal: abort.signal,
    onAdd: (steps) => watch.add(steps),
    onStart: (step) => {
      watch.start(step);
      started++;
      if (started === options.stopAt) {
        watch.stopped = true;
        stop.abort("stopped");
      }
      if (started === options.abortAt) {
        watch.aborted = true;
        abort.abort("aborted");
      }
    },
    onSettle: (step, outcome) => watch.settle(step, outcome),
  });
  assert.equal(outcomes.size, watch.steps.size, "every step has an outcome");
  assert.deepEqual([...watch.running], []);
  for (const [pool, used] of watch.used) assert.equal(used, 0, `${pool} given back`);
  for (const [id, step] of watch.steps) checkOutcome(watch, step, outcomes.get(id)!);
}

/** Whether an outcome is what the outcomes of its needs allow. */
function checkOutcome(watch: Watch, step: Step, outcome: Outcome): void {
  const bad = watch.needsOf(step).filter((id) => watch.settled.get(id)!.status !== "succeeded");
  const ran = outcome.started !== undefined;
  if (ran) return;
  const why = outcome.status === "skipped" ? outcome.blockedBy : undefined;
  if (step.runs !== "settled" && bad.length > 0) {
    assert.equal(outcome.status, "skipped");
  } else if (outcome.status === "skipped") {
    assert.ok(watch.failedBatches.has(step.batch!), `${step.id} was skipped for no reason`);
  } else {
    assert.equal(outcome.status, "aborted");
    assert.ok(step.runs !== "settled" && (watch.stopped || watch.aborted), `${step.id} must run`);
  }
  if (why !== undefined) {
    const root = watch.settled.get(why)!;
    assert.ok(root.started !== undefined || root.status === "aborted", "the root is at the root");
  }
}

const graph = fc.record({ plans, limits, groups: fc.boolean() });

Deno.test("runSteps() keeps order and limits, and runs all that can run, on random graphs", async () => {
  await fc.assert(
    fc.asyncProperty(graph, ({ plans, limits, groups }) => play(plans, limits, { groups })),
    { numRuns: 500 },
  );
});

Deno.test("runSteps() keeps the rules on random graphs that are stopped", async () => {
  await fc.assert(
    fc.asyncProperty(
      graph,
      fc.integer({ min: 1, max: 25 }),
      ({ plans, limits, groups }, stopAt) => play(plans, limits, { groups, stopAt }),
    ),
    { numRuns: 500 },
  );
});

Deno.test("runSteps() keeps the rules on random graphs that are aborted", async () => {
  await fc.assert(
    fc.asyncProperty(
      graph,
      fc.integer({ min: 1, max: 25 }),
      ({ plans, limits, groups }, abortAt) => play(plans, limits, { groups, abortAt }),
    ),
    { numRuns: 500 },
  );
});

Deno.test("runSteps() is work-conserving: what is ready runs while there is room", async () => {
  // Without claims nothing may ever wait for anything but its needs.
  await fc.assert(
    fc.asyncProperty(plans, async (plans) => {
      const free = plans.map((plan) => ({ ...plan, claims: [0, 0, 0], late: false, batch: 9 }));
      const watch = new Watch({});
      let idle: string | undefined;
      await runSteps(build(free, false, watch), {
        onAdd: (steps) => watch.add(steps),
        onStart: (step) => watch.start(step),
        onSettle: (step, outcome) => {
          watch.settle(step, outcome);
          const free = [...watch.steps.values()].filter(({ needs }) =>
            needs.every((id) => watch.settled.has(id))
          );
          // Two rounds of microtasks later all of these have started or settled.
          rounds(2).then(() => {
            for (const { id } of free) {
              if (!watch.running.has(id) && !watch.settled.has(id)) idle ??= id;
            }
          });
        },
      });
      assert.equal(idle, undefined);
    }),
    { numRuns: 500 },
  );
});

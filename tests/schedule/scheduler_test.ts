import assert from "node:assert/strict";
import { CapstanErrors } from "../../lib/errors.ts";
import { runSteps, type RunStepsOptions } from "../../lib/schedule/scheduler.ts";
import { type Outcome, Skip, type Step } from "../../lib/schedule/step.ts";

type Row = Partial<Step> & { readonly id: string };

/** Steps that note their start in `log`; those without `run` do nothing more. */
function steps(log: string[], rows: readonly Row[]): Step[] {
  return rows.map((row) => ({
    needs: [],
    ...row,
    run: (context) => {
      log.push(row.id);
      return row.run?.(context);
    },
  }));
}

async function play(rows: readonly Row[], options: RunStepsOptions = {}) {
  const log: string[] = [];
  const outcomes = await runSteps(steps(log, rows), { now: () => 0, ...options });
  return { log: log.join(" "), outcomes, ended: ended(outcomes) };
}

/** `a=succeeded b=skipped(a)` */
function ended(outcomes: ReadonlyMap<string, Outcome>): string {
  return [...outcomes].map(([id, { status, blockedBy }]) =>
    `${id}=${status}${blockedBy === undefined ? "" : `(${blockedBy})`}`
  ).join(" ");
}

function fail(): never {
  throw new Error("broken");
}

/** Lets `count` rounds of microtasks pass. */
async function ticks(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await Promise.resolve();
}

async function problems(rows: readonly Row[], options: RunStepsOptions = {}): Promise<string[]> {
  const started: string[] = [];
  const error = await runSteps(steps(started, rows), options).catch((error) => error);
  assert.ok(error instanceof CapstanErrors, String(error));
  assert.deepEqual(started, [], "nothing may start");
  return error.errors.map(({ message, hint }) =>
    hint === undefined ? message : `${message}; ${hint}`
  );
}

Deno.test("runSteps() starts a step when all it needs has succeeded", async () => {
  const { log, ended } = await play([
    { id: "web", needs: ["seed", "cache"] },
    { id: "seed", needs: ["db"], run: () => ticks(3) },
    { id: "cache" },
    { id: "db", run: () => ticks(1) },
  ]);
  assert.equal(log, "db cache seed web");
  assert.equal(ended, "web=succeeded seed=succeeded cache=succeeded db=succeeded");
});

Deno.test("runSteps() of nothing ends at once", async () => {
  assert.equal((await runSteps([])).size, 0);
});

Deno.test("runSteps() skips what needs a failed step and names the one at the root", async () => {
  const { log, ended, outcomes } = await play([
    { id: "a", run: fail },
    { id: "b", needs: ["a"] },
    { id: "c", needs: ["b"] },
    { id: "d" },
  ]);
  assert.equal(log, "a d");
  assert.equal(ended, "a=failed b=skipped(a) c=skipped(a) d=succeeded");
  assert.match(String(outcomes.get("a")!.error), /broken/);
});

Deno.test("runSteps() skips a step only when the last of its needs has settled", async () => {
  const settled: string[] = [];
  await play([
    { id: "a", run: fail },
    { id: "slow", run: () => ticks(20) },
    { id: "b", needs: ["a", "slow"] },
    { id: "record", needs: ["b"], runs: "settled" },
  ], { onSettle: ({ id }) => settled.push(id) });
  assert.deepEqual(settled, ["a", "slow", "b", "record"]);
});

Deno.test("runSteps() runs a step that waits for an end of any kind, and goes on after it", async () => {
  const { ended } = await play([
    { id: "a", run: fail },
    { id: "record", needs: ["a"], runs: "settled" },
    { id: "b", needs: ["record"] },
  ]);
  assert.equal(ended, "a=failed record=succeeded b=succeeded");
});

Deno.test("runSteps() settles a step that throws Skip as skipped, with its root", async () => {
  const { ended } = await play([
    { id: "a", run: fail },
    {
      id: "record",
      needs: ["a"],
      runs: "settled",
      run: () => {
        throw new Skip("a");
      },
    },
    { id: "b", needs: ["record"] },
  ]);
  assert.equal(ended, "a=failed record=skipped(a) b=skipped(a)");
});

Deno.test("runSteps() starts the step with the longest path behind it first", async () => {
  const claims = [{ pool: "p" }];
  const { log } = await play([
    { id: "short", claims },
    { id: "end", claims, needs: ["long"], estimate: 5 },
    { id: "long", claims },
    { id: "middling", claims, estimate: 4 },
  ], { pools: { p: 1 } });
  assert.equal(log, "long end middling short");
});

Deno.test("runSteps() keeps priorities right when steps join", async () => {
  const claims = [{ pool: "p" }];
  const { log } = await play([
    {
      id: "planner",
      run: async ({ add }) => {
        await ticks(1);
        add(steps([], [{ id: "tail", needs: ["late"], estimate: 9 }]));
      },
    },
    { id: "holder", claims, estimate: 3, run: () => ticks(5) },
    { id: "early", claims, estimate: 2 },
    { id: "late", claims, estimate: 1 },
  ], { pools: { p: 1 } });
  assert.equal(log, "holder planner late early");
});

Deno.test("runSteps() puts steps that join before one that was there, if they ask for it", async () => {
  const log: string[] = [];
  await runSteps(steps(log, [
    {
      id: "render",
      run: ({ add }) =>
        add(steps(log, [
          { id: "apply", run: () => ticks(4) },
          { id: "ready", needs: ["apply"], precedes: ["record"] },
        ])),
    },
    { id: "record", needs: ["render"], runs: "settled" },
  ]));
  assert.deepEqual(log, ["render", "apply", "ready", "record"]);
});

Deno.test("runSteps() lets a step that joins need one that has settled already", async () => {
  const { ended } = await play([
    { id: "a" },
    { id: "bad", run: fail },
    {
      id: "b",
      needs: ["a"],
      run: ({ add, outcomeOf }) => {
        assert.equal(outcomeOf("a")?.status, "succeeded");
        assert.equal(outcomeOf("b"), undefined);
        add(steps([], [{ id: "c", needs: ["a", "b"] }, { id: "d", needs: ["bad", "a"] }]));
      },
    },
  ]);
  assert.equal(
    ended,
    "a=succeeded bad=failed b=succeeded c=succeeded d=skipped(bad)",
  );
});

Deno.test("runSteps() fails the step that adds a mistake, and adds none of its steps", async () => {
  const { outcomes } = await play([
    {
      id: "a",
      run: ({ add }) =>
        add(steps([], [{ id: "x" }, { id: "y", needs: ["nope"], precedes: ["b"] }])),
    },
    { id: "b", needs: ["c"] },
    { id: "c" },
  ]);
  assert.deepEqual([...outcomes.keys()], ["a", "b", "c"]);
  assert.match(String(outcomes.get("a")!.error), /step y needs nope, which is not in the graph/);
  assert.equal(outcomes.get("b")!.status, "succeeded");
});

Deno.test("runSteps() reports every mistake at once and starts nothing", async () => {
  assert.deepEqual(
    await problems([
      { id: "web", needs: ["seed"] },
      { id: "seed", needs: ["db"] },
      { id: "db", needs: ["web"] },
      { id: "self", needs: ["self"] },
      { id: "lost", needs: ["seeed"] },
      { id: "seed" },
      { id: "wide", claims: [{ pool: "p", slots: 3 }] },
      { id: "twice", claims: [{ pool: "p" }, { pool: "p" }] },
      { id: "odd", claims: [{ pool: "q", slots: 0 }] },
    ], { pools: { p: 2 } }),
    [
      "step seed is there twice",
      "step wide could never start: it claims 3 of p, whose limit is 2",
      "step twice could never start: it claims p twice",
      "step odd could never start: slots of q must be a positive integer: got 0",
      "step lost needs seeed, which is not in the graph; did you mean seed?",
      "these wait for one another: web → seed → db → web",
      "these wait for one another: self → self",
    ],
  );
});

Deno.test("runSteps() refuses a group that waits for itself through an outside step", async () => {
  const group = { key: "web", claims: [{ pool: "releases" }] };
  assert.deepEqual(
    await problems([
      { id: "web/apply", group },
      { id: "outside", needs: ["web/apply"] },
      { id: "web/ready", needs: ["outside"], group },
    ]),
    ["these wait for one another: web/apply → group web → outside → web/apply"],
  );
});

Deno.test("runSteps() refuses a pool claimed by groups and by steps", async () => {
  assert.deepEqual(
    await problems([
      { id: "a", group: { key: "g", claims: [{ pool: "p" }] }, claims: [{ pool: "p" }] },
    ]),
    [
      "group g could never start: p is claimed by steps and by groups, which could wait for one another for ever",
    ],
  );
});

Deno.test("runSteps() refuses limits that make no sense", async () => {
  for (const limit of [0, -1, 1.5, NaN]) {
    await assert.rejects(
      async () => await runSteps([], { pools: { p: limit } }),
      new RegExp(`the limit of p must be a positive integer: got ${limit}`),
    );
  }
});

Deno.test("runSteps() refuses a step before one that has started", async () => {
  const { outcomes } = await play([
    { id: "a", run: ({ add }) => add(steps([], [{ id: "b", precedes: ["a"] }])) },
  ]);
  assert.match(String(outcomes.get("a")!.error), /step b precedes a, which has started already/);
});

Deno.test("runSteps() takes the limit of a pool it was not given from the claim", async () => {
  let running = 0, most = 0;
  const run = async () => {
    most = Math.max(most, ++running);
    await ticks(3);
    running--;
  };
  const claims = [{ pool: "hooks:web", limit: 2 }];
  await play(Array.from({ length: 7 }, (_, i) => ({ id: `h${i}`, claims, run })));
  assert.equal(most, 2);
});

Deno.test("runSteps() does not starve a claim for many slots", async () => {
  const one = (id: string) => ({
    id,
    claims: [{ pool: "p" }],
    estimate: 2,
    run: () => ticks(2 + id.length),
  });
  const { log } = await play([
    one("a"),
    one("bb"),
    { id: "wide", claims: [{ pool: "p", slots: 2 }], estimate: 1.5 },
    { ...one("c"), estimate: 1 },
    { ...one("d"), estimate: 1 },
  ], { pools: { p: 2 } });
  assert.equal(log, "a bb wide c d");
});

Deno.test("runSteps() skips the rest of a batch once one has failed, and lets those in flight end", async () => {
  const batch = "w0", claims = [{ pool: "p" }];
  const { log, ended } = await play([
    { id: "a", batch, claims, estimate: 3, run: () => ticks(1).then(fail) },
    { id: "b", batch, claims, estimate: 2, run: () => ticks(9) },
    { id: "c", batch, claims },
    { id: "d", batch, needs: ["b"] },
    { id: "other" },
  ], { pools: { p: 2 } });
  assert.equal(log, "a b other");
  assert.equal(ended, "a=failed b=succeeded c=skipped(a) d=skipped(a) other=succeeded");
});

Deno.test("runSteps() holds a group's share from its first step to its last", async () => {
  const events: string[] = [];
  const release = (name: string): Row[] => {
    const group = { key: name, claims: [{ pool: "releases" }] };
    return [
      { id: `${name}/apply`, group, run: () => ticks(2) },
      { id: `${name}/ready`, needs: [`${name}/apply`], group, run: () => ticks(2) },
      { id: `${name}/record`, needs: [`${name}/ready`], group, runs: "settled" },
    ];
  };
  await play([...release("a"), ...release("b"), ...release("c")], {
    pools: { releases: 1 },
    onStart: ({ id }) => events.push(id),
  });
  assert.equal(
    events.join(" "),
    "a/apply a/ready a/record b/apply b/ready b/record c/apply c/ready c/record",
  );
});

Deno.test("runSteps() gives a group's share to others while it waits for something outside", async () => {
  const group = (key: string) => ({ key, claims: [{ pool: "releases" }] });
  const { log, ended } = await play([
    {
      id: "a/apply",
      group: group("a"),
      estimate: 9,
      run: ({ add }) => add(steps([], [{ id: "a/late", needs: ["b/record"], group: group("a") }])),
    },
    { id: "b/record", group: group("b") },
  ], { pools: { releases: 1 } });
  assert.equal(log, "a/apply b/record");
  assert.equal(ended, "a/apply=succeeded b/record=succeeded a/late=succeeded");
});

Deno.test("runSteps() takes a group's share only when all it needs outside has settled", async () => {
  const group = (key: string) => ({ key, claims: [{ pool: "releases" }] });
  const { log } = await play([
    { id: "web/crds", group: group("web"), estimate: 99 },
    { id: "web/apply", needs: ["web/crds", "db/record"], group: group("web") },
    { id: "db/record", group: group("db"), run: () => ticks(3) },
  ], { pools: { releases: 1 } });
  assert.equal(log, "db/record web/crds web/apply");
});

Deno.test("runSteps() after a stop starts nothing but groups that have begun and settled-steps", async () => {
  const stop = new AbortController();
  const begun = { key: "begun", claims: [] };
  const fresh = { key: "fresh", claims: [] };
  const { log, ended, outcomes } = await play([
    { id: "begun/apply", group: begun, run: () => ticks(1).then(() => stop.abort("ctrl-c")) },
    { id: "begun/ready", needs: ["begun/apply"], group: begun },
    { id: "running", run: () => ticks(5) },
    { id: "loose", needs: ["running"] },
    { id: "fresh/apply", needs: ["running"], group: fresh },
    { id: "fresh/record", needs: ["fresh/apply"], group: fresh, runs: "settled" },
  ], { stop: stop.signal });
  assert.equal(log, "running begun/apply begun/ready fresh/record");
  assert.equal(
    ended,
    "begun/apply=succeeded begun/ready=succeeded running=succeeded loose=aborted " +
      "fresh/apply=aborted fresh/record=succeeded",
  );
  assert.equal(outcomes.get("loose")!.error, "ctrl-c");
});

Deno.test("runSteps() after an abort tells running steps and starts nothing but settled-steps", async () => {
  const abort = new AbortController();
  const reason = new Error("now");
  let recorded: boolean | undefined;
  const { log, ended } = await play([
    {
      id: "apply",
      run: ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
          queueMicrotask(() => abort.abort(reason));
        }),
    },
    { id: "ready", needs: ["apply"] },
    { id: "other", claims: [{ pool: "p" }] },
    { id: "third", claims: [{ pool: "p" }], needs: ["other"] },
    {
      id: "record",
      needs: ["ready"],
      runs: "settled",
      run: ({ signal }) => void (recorded = !signal.aborted),
    },
  ], { signal: abort.signal, pools: { p: 1 } });
  assert.equal(log, "apply other third record");
  assert.equal(
    ended,
    "apply=aborted ready=skipped(apply) other=succeeded third=succeeded record=succeeded",
  );
  assert.equal(recorded, true, "a record must still be written");
});

Deno.test("runSteps() with a signal that is aborted already runs only settled-steps", async () => {
  const { ended } = await play([
    { id: "a" },
    { id: "b", needs: ["a"] },
    { id: "c", needs: ["a"], runs: "settled" },
  ], { signal: AbortSignal.abort("gone") });
  assert.equal(ended, "a=aborted b=skipped(a) c=succeeded");
});

Deno.test("runSteps() waits for what runs when it is aborted", async () => {
  const abort = new AbortController();
  let finished = false;
  await play([
    { id: "stubborn", run: () => ticks(9).then(() => void (finished = true)) },
    { id: "killer", run: () => abort.abort() },
  ], { signal: abort.signal });
  assert.equal(finished, true);
});

Deno.test("runSteps() measures steps with its clock", async () => {
  let time = 100;
  const { outcomes } = await play([{ id: "a", run: () => void (time += 7) }], { now: () => time });
  assert.deepEqual(outcomes.get("a"), { status: "succeeded", started: 100, finished: 107 });
});

Deno.test("runSteps() tells of steps that join, before they start", async () => {
  const told: string[] = [];
  await play([{ id: "a", run: ({ add }) => add(steps([], [{ id: "b" }])) }], {
    onAdd: (added) => told.push(`add ${added.map(({ id }) => id)}`),
    onStart: ({ id }) => told.push(`start ${id}`),
    onSettle: ({ id }) => told.push(`settle ${id}`),
  });
  assert.deepEqual(told, ["add a", "start a", "add b", "settle a", "start b", "settle b"]);
});

Deno.test("runSteps() rejects when a listener throws", async () => {
  await assert.rejects(play([{ id: "a" }], { onSettle: fail }), /broken/);
});

Deno.test("runSteps() refuses steps added after the run", async () => {
  let add: ((steps: readonly Step[]) => void) | undefined;
  await play([{ id: "a", run: (context) => void (add = context.add) }]);
  assert.throws(() => add!([{ id: "b", needs: [], run: () => {} }]), /the run is over/);
});

Deno.test("runSteps() manages a chain and a star of 100,000 steps", async () => {
  const count = 100_000;
  let ran = 0;
  const run = () => void ran++;
  await runSteps(
    Array.from(
      { length: count },
      (_, i) => ({ id: `${i}`, needs: i === 0 ? [] : [`${i - 1}`], run }),
    ),
  );
  const middle = Array.from(
    { length: count - 2 },
    (_, i) => ({ id: `${i}`, needs: ["root"], run }),
  );
  await runSteps([
    { id: "root", needs: [], run },
    ...middle,
    { id: "sink", needs: middle.map(({ id }) => id), run },
  ]);
  assert.equal(ran, 2 * count);
});

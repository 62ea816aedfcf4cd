import assert from "node:assert/strict";
import type { RunEvent, StepInfo, StepKind } from "../../lib/events.ts";
import { eventLine } from "../../lib/report/lines.ts";
import { ownerTime, RunFold, stepTime } from "../../lib/report/state.ts";
import { closingTable, summary } from "../../lib/report/summary.ts";
import { renderFrame } from "../../lib/report/terminal.ts";
import { width } from "../../lib/report/text.ts";

const PLAIN = { color: false };

function step(owner: string, title: string, kind: StepKind = "apply"): StepInfo {
  return { id: `${owner}/${title}`, kind, owner, title, needs: [] };
}

/** A small run: db is deployed, its hook runs, web fails, cart is skipped. */
const EVENTS: readonly RunEvent[] = [
  { at: 1000, type: "run-started", run: "r1", stack: "shop", verb: "up", releases: 3 },
  { at: 1000, type: "step-planned", step: step("db", "apply") },
  { at: 1000, type: "step-planned", step: step("web", "hook pre-install migrate", "hook") },
  { at: 1000, type: "step-planned", step: step("cart", "apply") },
  { at: 1100, type: "step-started", id: "db/apply" },
  { at: 1200, type: "step-started", id: "web/hook pre-install migrate" },
  {
    at: 1200,
    type: "step-progress",
    id: "web/hook pre-install migrate",
    message: "0 of 1 pods done",
  },
  { at: 1600, type: "step-finished", id: "db/apply", status: "succeeded" },
  {
    at: 1600,
    type: "release-finished",
    owner: "db",
    release: "db",
    namespace: "data",
    outcome: "installed",
    revision: 1,
    status: "deployed",
    hooks: 0,
  },
  {
    at: 2200,
    type: "step-finished",
    id: "web/hook pre-install migrate",
    status: "failed",
    reason: "job migrate failed: BackoffLimitExceeded",
  },
  {
    at: 2200,
    type: "release-finished",
    owner: "web",
    release: "web",
    namespace: "shop",
    outcome: "failed",
    revision: 1,
    status: "failed",
    hooks: 1,
    reason: "failed pre-install: job migrate failed",
  },
  { at: 2200, type: "step-finished", id: "cart/apply", status: "skipped", reason: "web failed" },
  {
    at: 2200,
    type: "release-finished",
    owner: "cart",
    release: "cart",
    namespace: "shop",
    outcome: "skipped",
    revision: 0,
    status: "-",
    hooks: 0,
    reason: "web failed",
  },
  { at: 2300, type: "run-finished", ok: false },
];

function folded(events: readonly RunEvent[]): RunFold {
  const fold = new RunFold();
  events.forEach((event) => fold.add(event));
  return fold;
}

Deno.test("RunFold knows what runs, what is done, and how long it took", () => {
  const { state } = folded(EVENTS);
  assert.equal(state.ok, false);
  assert.deepEqual([...state.owners.keys()], ["db", "web", "cart"]);
  assert.equal(stepTime(state), 500 + 1000);
  assert.equal(ownerTime(state, "web"), 1000);
  assert.equal(ownerTime(state, "cart"), 0);
  const running = folded(EVENTS.slice(0, 7)).state.steps.get("web/hook pre-install migrate");
  assert.deepEqual([running?.status, running?.progress], ["running", "0 of 1 pods done"]);
});

Deno.test("RunFold times what has no run around it from its first event", () => {
  assert.equal(folded(EVENTS.slice(4)).state.started, 1100);
});

Deno.test("closingTable() leaves the failures to whoever has the errors, and says why others were skipped", () => {
  assert.deepEqual(closingTable(folded(EVENTS).state, PLAIN).slice(-2), [
    "failed: 1 installed, 1 failed, 1 skipped in 1.30s (steps one after another: 1.50s)",
    "skipped cart: web failed",
  ]);
  const skip = (owner: string, reason: string): RunEvent => ({
    at: 0,
    type: "release-finished",
    owner,
    release: owner,
    namespace: "x",
    outcome: "skipped",
    revision: 0,
    status: "",
    hooks: 0,
    reason,
  });
  const names = ["a", "b", "c", "d", "e", "f", "g"];
  const { state } = folded([
    ...names.map((name) => skip(name, "skipped because of db/record: db\x1b[2J is\naway")),
    skip("late", "skipped because of late/begin: stopped after db/record failed"),
    skip("x", "skipped because of x/begin: interrupted"),
    skip("y", "skipped because of y/begin: interrupted"),
  ]);
  assert.deepEqual(closingTable(state, PLAIN).slice(-3), [
    "skipped a, b, c, d, e and 2 more: because of db/record: db is away",
    "skipped late: stopped after db/record failed",
    "skipped x, y: interrupted",
  ]);
});

Deno.test("closingTable() tells a run that was interrupted from one that failed", () => {
  const reason = "skipped because of cart/apply: interrupted";
  const rows: [web: "failed" | "installed", expected: RegExp][] = [
    ["installed", /^interrupted: 2 installed, 1 skipped in /],
    ["failed", /^failed: 1 installed, 1 failed, 1 skipped in /],
  ];
  for (const [outcome, expected] of rows) {
    const events = EVENTS.map((event): RunEvent =>
      event.type === "release-finished"
        ? event.owner === "web"
          ? { ...event, outcome }
          : event.owner === "cart"
          ? { ...event, reason }
          : event
        : event.type === "step-finished" && event.status === "failed"
        ? { ...event, status: "succeeded" }
        : event
    );
    const lines = closingTable(folded(events).state, PLAIN);
    assert.match(lines.at(-2)!, expected);
    assert.equal(lines.at(-1), "skipped cart: interrupted");
  }
});

Deno.test("closingTable() is no wider than its terminal", () => {
  const { state } = folded(EVENTS);
  const fits = (columns: number, color: boolean) =>
    closingTable(state, { color, columns }).map((line) => width(line));
  for (let columns = 20; columns < 120; columns++) {
    for (const color of [false, true]) {
      assert(Math.max(...fits(columns, color)) <= columns, `${columns}: ${fits(columns, color)}`);
    }
  }
  assert.deepEqual(closingTable(state, { color: false, columns: 60 }), [
    "RELEASE  NAMESPACE  REVISION  STATUS    DURATION",
    "db       data       1         deployed  0.50s     installed",
    "web      shop       1         failed    1.00s     failed",
    "cart     shop       -         -         0.00s     skipped",
    "",
    "failed: 1 installed, 1 failed, 1 skipped in 1.30s (steps one",
    "after another: 1.50s)",
    "skipped cart: web failed",
  ]);
  const long = folded(
    EVENTS.map((event) =>
      event.type === "release-finished" && event.release === "db"
        ? { ...event, release: "データベース-of-the-shop-in-the-north" }
        : event
    ),
  ).state;
  assert.deepEqual(closingTable(long, { color: false, columns: 30 }).slice(0, 2), [
    "RELEASE",
    "データベ…the-north  installed",
  ]);
});

Deno.test("summary() ends a run with a table, the time, and every failure with its reason", () => {
  assert.deepEqual(summary(folded(EVENTS).state, PLAIN), [
    "RELEASE  NAMESPACE  REVISION  STATUS    HOOKS  DURATION",
    "db       data       1         deployed  0      0.50s     installed",
    "web      shop       1         failed    1      1.00s     failed",
    "cart     shop       -         -         0      0.00s     skipped",
    "",
    "failed: 1 installed, 1 failed, 1 skipped in 1.30s (steps one after another: 1.50s)",
    "",
    "failed web: failed pre-install: job migrate failed",
    "skipped cart: web failed",
  ]);
});

Deno.test("summary() says when nothing changed", () => {
  const { state } = folded([
    { at: 0, type: "run-started", run: "r2", stack: "shop", verb: "up", releases: 1 },
    { at: 0, type: "step-planned", step: step("db", "render", "render") },
    {
      at: 40,
      type: "release-finished",
      owner: "db",
      release: "db",
      namespace: "data",
      outcome: "unchanged",
      revision: 3,
      status: "deployed",
      hooks: 0,
    },
    { at: 50, type: "run-finished", ok: true },
  ]);
  assert.equal(
    summary(state, PLAIN).at(-1),
    "done: 1 unchanged; nothing changed in 0.05s (steps one after another: 0.00s)",
  );
});

Deno.test("eventLine() has a line for what a log should keep", () => {
  const fold = new RunFold();
  const lines = EVENTS.flatMap((event) => {
    fold.add(event);
    return eventLine(event, fold.state, PLAIN) ?? [];
  });
  assert.deepEqual(lines, [
    "  0.00s  up shop: 3 releases",
    "  0.60s  installed db revision 1",
    "  1.20s  failed web hook pre-install migrate: job migrate failed: BackoffLimitExceeded",
    "  1.20s  failed web: failed pre-install: job migrate failed",
    "  1.20s  skipped cart: web failed",
  ]);
});

Deno.test("eventLine() says of every line of a log whose it is, and lets none command the terminal", () => {
  const step: StepInfo = { id: "seed/run", kind: "run", owner: "seed", title: "run", needs: [] };
  const fold = new RunFold();
  fold.add({ at: 0, type: "step-planned", step });
  const log = (line: string, color: boolean) => {
    const event: RunEvent = { at: 2_250, type: "step-log", id: step.id, line };
    return eventLine(event, fold.state, { color })!.replaceAll("\x1b[2m", "").replaceAll(
      "\x1b[22m",
      "",
    );
  };
  assert.equal(
    log("up \x1b[10A\x1b[?25l0\rback\nsecond\n", false),
    [
      "  2.25s  seed | up 0 back",
      "         seed | second",
    ].join("\n"),
  );
  assert.equal(log("\x1b[32mgood\x1b[39m", true), "  2.25s  seed | \x1b[32mgood\x1b[39m\x1b[0m");
  const warning: RunEvent = { at: 0, type: "warning", message: "it said \x1b]0;hello\x07no" };
  assert.equal(eventLine(warning, fold.state, { color: false }), "  0.00s  warning it said no");
});

Deno.test("renderFrame() shows what is at work, its time, and a bar", () => {
  const frame = renderFrame(folded(EVENTS.slice(0, 7)).state, {
    columns: 60,
    rows: 20,
    now: 1500,
    color: false,
  });
  assert.deepEqual(frame, [
    "● db    apply                                            0s",
    "● web   hook pre-install migrate: 0 of 1 pods done       0s",
    "○ cart  waits for its turn",
    "────────────────────────────── 0/3 steps  0/3 releases  0s",
  ]);
});

Deno.test("renderFrame() never wraps and never outgrows the terminal", () => {
  const events: RunEvent[] = [{
    at: 0,
    type: "run-started",
    run: "r",
    stack: "big",
    verb: "up",
    releases: 200,
  }];
  for (let i = 0; i < 200; i++) {
    const info = step(`release-with-a-long-name-${i}-日本語`, "ready");
    events.push({ at: 0, type: "step-planned", step: info }, {
      at: 1,
      type: "step-started",
      id: info.id,
    });
    events.push({
      at: 2,
      type: "step-progress",
      id: info.id,
      message: "2 of 3 pods ready: web-7c9d ImagePullBackOff ".repeat(3),
    });
  }
  const { state } = folded(events);
  for (const columns of [20, 40, 60, 80, 160]) {
    for (const rows of [4, 24, 50]) {
      const lines = renderFrame(state, { columns, rows, now: 5000, color: true });
      assert(lines.length < rows, `${lines.length} lines in ${rows} rows`);
      for (const line of lines) {
        assert(width(line) <= columns, `${width(line)} columns in ${columns}: ${line}`);
      }
    }
  }
});

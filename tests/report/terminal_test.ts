import assert from "node:assert/strict";
import type { RunEvent, StepKind, StepStatus } from "../../lib/events.ts";
import { Progress } from "../../lib/report/progress.ts";
import { Screen } from "../../lib/report/screen.ts";
import { RunFold } from "../../lib/report/state.ts";
import { renderFrame } from "../../lib/report/terminal.ts";
import { width } from "../../lib/report/text.ts";
import { Emulator } from "./emulator.ts";
import { runEvents } from "./frames.ts";

/** The frame of a run at a moment. */
function frameAt(events: readonly RunEvent[], at: number, columns: number, rows = 24): string[] {
  const fold = new RunFold();
  for (const event of events) if (event.at <= at) fold.add(event);
  return renderFrame(fold.state, { columns, rows, now: at, color: false });
}

Deno.test("the frame of one release", () => {
  const events = runEvents({ releases: 1 });
  assert.deepEqual(frameAt(events, 1_400, 60), [
    "● release-0  hook pre-install h0                         0s",
    "             └ hook pre-install h0: migrating table 2 o… 0s",
    "━━━━━━━━──────────────────── 2/7 steps  1s  about 11s left",
  ]);
  assert.deepEqual(frameAt(events, 3_300, 80), [
    "● release-0  wait: Deployment …: 1 of 3 pods ready: …-7c9…: ImagePullBackOff 0s",
    "━━━━━━━━━━━━━━━━━━━━━───────── 5/7 steps  3s  about 9s left",
  ]);
  assert.deepEqual(frameAt(events, 9_000, 160), [
    "✓ release-0  installed revision 1".padEnd(157) + "3s",
    "━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 7/7 steps  9s",
  ]);
});

Deno.test("the frame of twelve releases keeps each in its place", () => {
  const events = runEvents({ releases: 12, chain: 4, fails: 6, hooks: 1 });
  assert.deepEqual(frameAt(events, 5_000, 80), FRAME_OF_12);
});

const FRAME_OF_12: readonly string[] = [
  "✓ release-0   installed revision 1                                           2s",
  "✓ release-1   installed revision 1                                           2s",
  "✓ release-2   installed revision 1                                           2s",
  "✓ release-3   installed revision 1                                           2s",
  "● release-4   wait                                                           0s",
  "● release-5   apply                                                          0s",
  "● release-6   apply                                                          0s",
  "● release-7   hook pre-install h0                                            0s",
  "              └ hook pre-install h0: migrating table 2 of release-7          0s",
  "○ release-8   waits for release-4",
  "○ release-9   waits for release-5",
  "○ release-10  waits for release-6",
  "○ release-11  waits for release-7",
  "━━━━━━━━━━━━━━━━────────────── 40/72 steps  4/12 releases  5s  about 8s left",
];

Deno.test("the frame of 200 releases folds what is done and what waits", () => {
  const events = runEvents({ releases: 200, parallelism: 6 });
  assert.deepEqual(frameAt(events, 30_000, 80, 16), FRAME_OF_200);
});

const FRAME_OF_200: readonly string[] = [
  "● release-46  record                                                         0s",
  "● release-47  record                                                         0s",
  "● release-48  apply                                                          0s",
  "● release-49  hook pre-install h1                                            0s",
  "              └ hook pre-install h1: migrating table 3 of release-49         0s",
  "● release-50  begin                                                          0s",
  "● release-51  begin                                                          0s",
  "○ 148 wait: 148 for one of 6 places in releases",
  "✓ 46 done: 46 installed",
  "━━━━━━━━─────────────── 491/1400 steps  46/200 releases  30s  about 1m34s left",
];

Deno.test("the frame of running hooks has the last lines of their logs below them", () => {
  const events: RunEvent[] = [];
  for (const name of ["migrate", "seed"]) {
    const id = `web/hook pre-install Job/${name}`, title = `hook pre-install ${name}`;
    events.push(
      { at: 0, type: "step-planned", step: { id, kind: "hook", owner: "web", title, needs: [] } },
      { at: 0, type: "step-started", id },
    );
  }
  const of = (name: string) => `web/hook pre-install Job/${name}`;
  const tail = (name: string, ...lines: string[]): RunEvent => {
    return { at: 1_000, type: "step-tail", id: of(name), lines };
  };
  events.push(tail("migrate", "table 1", "table 2", "table 3 of 80, which has a name of its own"));
  const one = [...events, { at: 900, type: "step-finished", id: of("seed"), status: "succeeded" }];
  assert.deepEqual(frameAt(one as RunEvent[], 2_000, 60).slice(0, -1), [
    "● web  hook pre-install migrate                          2s",
    "       └ hook pre-install migrate: table 3 of 80, which… 2s",
    "         │ table 1",
    "         │ table 2",
  ]);
  events.push(tail("seed", "row 1", "row 2"));
  assert.deepEqual(frameAt(events, 2_000, 60).slice(0, -1), [
    "● web  2 hooks at once                                   2s",
    "       ├ hook pre-install migrate: table 3 of 80, which… 2s",
    "       └ hook pre-install seed: row 2                    2s",
    "         │ migrate: table 1",
    "         │ migrate: table 2",
    "         │ seed: row 1",
  ]);
  // Where there is no room each hook still has its line; one that has ended has no lines any more.
  assert.equal(frameAt(events, 2_000, 60, 6).length, 4);
  const ended: RunEvent = { at: 1_500, type: "step-finished", id: of("migrate"), status: "failed" };
  assert.deepEqual(frameAt([...events, ended], 2_000, 60).slice(0, -1), [
    "● web  hook pre-install seed                             2s",
    "       └ hook pre-install seed: row 2                    2s",
    "         │ row 1",
  ]);
});

Deno.test("a long name that begins a line makes room for what is said in it", () => {
  const owner = "payments-gateway-of-the-north", id = `${owner}/hook`;
  const title = `hook pre-install ${owner}-migrate`;
  const events: RunEvent[] = [
    { at: 0, type: "step-planned", step: { id, kind: "hook", owner, title, needs: [] } },
    { at: 0, type: "step-started", id },
    { at: 0, type: "step-progress", id, message: `Job ${owner}-migrate: ImagePullBackOff` },
  ];
  const frame = () => frameAt(events, 1_000, 70).slice(0, -1);
  assert.deepEqual(frame(), [
    "● payments-ga…f-the-north  hook pre-install …-m…: ImagePullBackOff 1s",
  ]);
  events.push({ at: 500, type: "step-log", id, line: "table 17 of 80" });
  assert.deepEqual(
    frame()[1],
    "                           └ hook pre-ins…l …-migrate: table 17 o… 1s",
  );
  // A short one may be part of a word, and nothing is left out where there is room.
  const short = JSON.parse(
    JSON.stringify(events.slice(0, 3)).replaceAll(owner, "re"),
  ) as RunEvent[];
  assert.match(frameAt(short, 1_000, 50)[0]!, /hook pre-install re-m…: ImagePullBackOff 1s$/);
  assert.match(
    frameAt(events.slice(0, 3), 1_000, 160)[0]!,
    /Job payments-gateway-of-the-north-mig/,
  );
});

Deno.test("what a release waits for is named by both ends of a long name", () => {
  const long = "payments-gateway-of-the-north-by-the-sea";
  const events = ["1", "2"].map((n, i): RunEvent => ({
    at: 0,
    type: "step-planned",
    step: {
      id: `${long}-${n}/apply`,
      kind: "apply",
      owner: `${long}-${n}`,
      title: "apply",
      needs: i === 0 ? [] : [`${long}-1/apply`],
    },
  }));
  assert.deepEqual(
    frameAt(events, 0, 80)[1],
    "○ payments-gate…by-the-sea-2  waits for payments-gatew…-by-the-sea-1",
  );
});

Deno.test("where there is little room, what is at work and the bar come first", () => {
  const events = runEvents({ releases: 200, parallelism: 6, hooks: 0 });
  assert.deepEqual(frameAt(events, 30_000, 20, 5), [
    "● rel…71  record 0s",
    "… and 5 more at wo…",
    "━── 491/1000  ~52s",
  ]);
  for (const rows of [4, 5, 6, 7]) {
    // The cursor has a line of its own below.
    assert(frameAt(events, 30_000, 20, rows).length < rows, `${rows} rows`);
  }
});

Deno.test("no line of a frame is wider than the terminal, and none moves its cursor", () => {
  for (const releases of [1, 12, 200]) {
    const events = runEvents({ releases, chain: 3, fails: 7 });
    const line = "\x1b[2J日本語\r\n👩‍💻 migrating\x07\x1b]0;title\x07𠀀\x9b2J\u202e";
    const nasty = events.flatMap((event): RunEvent[] =>
      event.type !== "step-log" ? [event] : [
        { ...event, line },
        { at: event.at, type: "step-tail", id: event.id, lines: [line, line, line] },
      ]
    ).map((event): RunEvent =>
      // Owners of two columns a character, and of marks that take none.
      releases === 12 ? event : JSON.parse(JSON.stringify(event).replaceAll("release-", "公開é-"))
    );
    const end = events.at(-1)!.at;
    for (const columns of [20, 60, 80, 160]) {
      for (const part of [0, 0.1, 0.5, 0.9, 1.1]) {
        for (const line of frameAt(nasty, end * part, columns)) {
          assert(width(line) < columns + 1, `${width(line)} columns in ${columns}: ${line}`);
          // deno-lint-ignore no-control-regex -- they are what must not be there
          assert.doesNotMatch(line, /[\x00-\x1f\x7f-\x9f\u202e]|title/);
        }
      }
    }
  }
});

Deno.test("Screen leaves nothing behind, whatever comes after what", () => {
  const terminal = new Emulator(20);
  const screen = new Screen((text) => terminal.write(text));
  const size = { columns: 20, rows: 10 };
  screen.draw(["one", "two"], size);
  screen.draw(["one", "2", "three"], size);
  assert.deepEqual(terminal.lines, ["one", "2", "three", ""]);
  screen.print("stays", size);
  screen.draw(["one", "2"], size);
  assert.deepEqual(terminal.lines, ["stays", "one", "2", ""]);
  screen.draw(["1"], size);
  assert.deepEqual(terminal.lines, ["stays", "1", ""]);
  screen.clear(size);
  assert.deepEqual(terminal.lines, ["stays", ""]);
});

Deno.test("Screen writes only what differs", () => {
  const written: string[] = [];
  const screen = new Screen((text) => written.push(text));
  const size = { columns: 20, rows: 10 };
  screen.draw(["a", "b", "c"], size);
  screen.draw(["a", "b", "c"], size);
  assert.equal(written.length, 1);
  screen.draw(["a", "B", "c"], size);
  assert.equal(written[1], "\x1b[?2026h\x1b[2A\rB\x1b[K\n\n\x1b[?2026l");
});

Deno.test("Screen finds its place again after a resize", () => {
  for (const columns of [7, 12, 40]) {
    const terminal = new Emulator(20);
    const screen = new Screen((text) => terminal.write(text));
    screen.print("before", { columns: 20, rows: 10 });
    screen.draw(["a line of 18 chars", "short"], { columns: 20, rows: 10 });
    terminal.resize(columns);
    screen.draw(["now", "this"], { columns, rows: 10 });
    assert.deepEqual(terminal.lines, ["before", "now", "this", ""]);
  }
});

Deno.test("Progress on a terminal that changes its size shows whole frames and keeps failures", async () => {
  const terminal = new Emulator(80);
  let columns = 80, now = 0;
  const progress = new Progress({
    write: (text) => terminal.write(text),
    color: true,
    size: () => ({ columns, rows: 24 }),
    now: () => now,
  });
  const events = runEvents({ releases: 12, fails: 6, hooks: 0 });
  for (const [i, event] of events.entries()) {
    now = event.at;
    progress.add(event);
    if (i % 40 !== 39) continue;
    let last: string | undefined;
    for (let wait = 0; wait < 50 && !/steps .* releases/.test(last ?? ""); wait++) {
      await new Promise((resolve) => setTimeout(resolve, 60));
      last = terminal.lines.findLast((line) => line !== "");
    }
    assert.match(last!, /steps .* releases/);
    columns = columns === 80 ? 60 : 80;
    terminal.resize(columns);
  }
  progress.close();
  assert.deepEqual(terminal.lines.filter((line) => line !== "").map((line) => line.slice(9)), [
    "failed release-5: Deployment release-5 is invalid",
    "failed release-11: Deployment release-11 is invalid",
  ]);
  assert.equal(terminal.wrapped, 0);
});

Deno.test("Progress in GitHub Actions folds each release and marks failures", () => {
  const lines: string[] = [];
  const progress = new Progress({
    write: (text) => lines.push(text),
    color: false,
    now: () => 0,
    actions: true,
  });
  const events = runEvents({ releases: 2, fails: 2, hooks: 1 });
  for (const event of events) progress.add(event);
  progress.add({ at: 0, type: "warning", message: "100% of\nit", owner: "a:b" });
  progress.close();
  assert.deepEqual(lines.join("").split("\n"), [
    "  0.00s  up big: 2 releases",
    "::group::installed release-0 revision 1",
    "  0.03s  succeeded render in 0.03s",
    "  1.29s  succeeded begin in 0.29s",
    "  1.31s  | migrating table 2 of release-0",
    "  1.67s  succeeded hook pre-install h0 in 0.38s",
    "  2.15s  succeeded apply in 0.47s",
    "  2.71s  succeeded wait in 0.56s",
    "  3.37s  succeeded record in 0.66s",
    "::endgroup::",
    "::group::failed release-1 revision 1",
    "  0.03s  succeeded render in 0.03s",
    "  1.33s  succeeded begin in 0.33s",
    "  1.35s  | migrating table 2 of release-1",
    "  1.75s  succeeded hook pre-install h0 in 0.42s",
    "  2.26s  failed apply in 0.51s: Deployment release-1 is invalid",
    "  2.86s  succeeded wait in 0.60s",
    "  3.55s  succeeded record in 0.69s",
    "::endgroup::",
    "::error title=release-1 failed::Deployment release-1 is invalid",
    "::warning title=a%3Ab::100%25 of%0Ait",
    "",
  ]);
});

Deno.test("a fold in GitHub Actions is all there is of a release, and what went well of the run needs none", () => {
  const lines: string[] = [];
  const write = (text: string) => lines.push(text);
  const progress = new Progress({ write, color: false, now: () => 0, actions: true });
  const plan = (owner: string, kind: StepKind): RunEvent => ({
    at: 0,
    type: "step-planned",
    step: { id: `${owner}/${kind}`, kind, owner, title: kind, needs: [] },
  });
  const step = (id: string, at: number, status: StepStatus): RunEvent[] => [
    { at, type: "step-started", id },
    { at: at + 10, type: "step-finished", id, status },
  ];
  const ends: RunEvent = {
    at: 30,
    type: "release-finished",
    owner: "web",
    release: "web",
    namespace: "default",
    outcome: "installed",
    revision: 1,
    status: "deployed",
    hooks: 0,
  };
  const [began, recorded] = step("web/record", 20, "succeeded");
  const events: RunEvent[] = [
    { at: 0, type: "run-started", run: "r", stack: "s", verb: "up", releases: 1 },
    plan("run", "render"),
    plan("web", "apply"),
    plan("web", "record"),
    ...step("run/render", 0, "succeeded"),
    ...step("web/apply", 10, "succeeded"),
    // A release has come to its end while its record is written.
    began!,
    ends,
    recorded!,
  ];
  for (const event of events) progress.add(event);
  progress.close();
  assert.deepEqual(lines.join("").split("\n"), [
    "  0.00s  up s: 1 release",
    "::group::installed web revision 1",
    "  0.02s  succeeded apply in 0.01s",
    "::endgroup::",
    "",
  ]);
});

Deno.test("no log line or message is a command to GitHub Actions, whoever wrote it", () => {
  const lines: string[] = [];
  const write = (text: string) => lines.push(text);
  const progress = new Progress({ write, color: false, now: () => 0, actions: true });
  const evil = "::error::a\r  ::add-mask::b\n::stop-commands::c\r\n##[group]d\x1b[2J\x1b[31mred";
  const events = runEvents({ releases: 2, fails: 2, hooks: 1 }).map((event): RunEvent =>
    event.type === "step-log"
      ? { ...event, line: evil }
      : event.type === "step-finished"
      ? { ...event, reason: evil }
      : event.type === "release-finished"
      ? { ...event, outcome: event.owner === "release-0" ? "skipped" : "failed", reason: evil }
      : event
  );
  for (const event of events) progress.add(event);
  progress.add({ at: 0, type: "warning", message: evil });
  progress.close();
  const commands = lines.join("").split(/[\r\n]/).filter((line) => /^\s*::|##\[/.test(line));
  assert.deepEqual(commands.map((line) => line.slice(0, 60)), [
    "::group::failed release-1 revision 1",
    "::endgroup::",
    "::error title=release-1 failed::::error::a   ::add-mask::b%0",
    "::warning title=big::::error::a   ::add-mask::b%0A::stop-com",
  ]);
  assert(!lines.join("").includes("\x1b[2J"));
});

import assert from "node:assert/strict";
import type { RunEvent, StepInfo } from "../../lib/events.ts";
import { chromeTrace } from "../../lib/report/chrome_trace.ts";
import { parseEvents } from "../../lib/report/events_file.ts";
import { otlpSpans, sendSpans } from "../../lib/report/otlp.ts";
import { reportPage } from "../../lib/report/page/page.ts";
import { type Timeline, TimelineBuilder } from "../../lib/report/timeline.ts";
import { atWork } from "../cli/cluster.ts";
import { chartFiles, hookJob } from "../harness.ts";
import { runEvents } from "./frames.ts";

function timelineOf(events: readonly RunEvent[]): Timeline {
  const builder = new TimelineBuilder();
  for (const event of events) builder.add(event);
  return builder.build();
}

interface Ran extends Partial<StepInfo> {
  readonly from: number;
  readonly to: number;
}

/** A run of these steps, each its own owner, told of in the order given. */
function runOf(
  steps: Readonly<Record<string, Ran>>,
  pools: Record<string, number> = {},
): RunEvent[] {
  const planned = Object.entries(steps).map(([id, { from: _, to: __, ...info }]): RunEvent => ({
    at: 1000,
    type: "step-planned",
    step: { id, kind: "apply", owner: id, title: id, needs: [], ...info },
  }));
  const ran = Object.entries(steps).flatMap(([id, { from, to }]): RunEvent[] => [
    { at: 1000 + from, type: "step-started", id },
    { at: 1000 + to, type: "step-finished", id, status: "succeeded" },
  ]);
  return [
    { at: 1000, type: "run-started", run: "r", stack: "s", verb: "up", releases: 1, pools },
    ...planned,
    ...ran.sort((a, b) => a.at - b.at),
    {
      at: 1000 + Math.max(...Object.values(steps).map(({ to }) => to)),
      type: "run-finished",
      ok: true,
    },
  ];
}

const criticalOf = ({ steps }: Timeline) =>
  steps.filter(({ critical }) => critical).map(({ id }) => id);

Deno.test("the critical path goes back from the last step over what ended last before each", () => {
  const timeline = timelineOf(runOf({
    // Told of before what it needs, as the gate of a run is.
    d: { needs: ["b", "c"], from: 50, to: 90 },
    a: { from: 0, to: 20 },
    b: { needs: ["a"], from: 20, to: 30 },
    c: { needs: ["a"], from: 20, to: 50 },
    other: { from: 0, to: 80 },
  }));
  assert.deepEqual(criticalOf(timeline), ["d", "a", "c"]);
  assert.deepEqual(timeline.length, 90);
});

Deno.test("the critical path goes through what failed, not around what was skipped because of it", () => {
  const steps: Record<string, Ran> = {
    a: { from: 0, to: 20 },
    hook: { needs: ["a"], from: 20, to: 70 },
    apply: { needs: ["hook"], from: 70, to: 70 },
    ready: { needs: ["apply"], from: 70, to: 70 },
    record: { needs: ["a", "ready"], from: 70, to: 90 },
  };
  const events = runOf(steps).filter((event) =>
    event.type !== "step-started" || !["apply", "ready"].includes(event.id)
  );
  assert.deepEqual(criticalOf(timelineOf(events)), ["a", "hook", "record"]);
});

Deno.test("the critical path of a run that was cut off leads to what was at work", () => {
  const events = runOf({
    a: { from: 0, to: 20 },
    hook: { needs: ["a"], from: 20, to: 90 },
    other: { from: 10, to: 60 },
  }).filter(({ at }) => at < 1090);
  assert.deepEqual(criticalOf(timelineOf(events)), ["a", "hook"]);
});

Deno.test("the critical path goes through the step that gave a place back", () => {
  const claims = [{ pool: "releases" }];
  const timeline = timelineOf(runOf({
    a: { from: 0, to: 60, claims },
    b: { from: 0, to: 10 },
    c: { needs: ["b"], from: 61, to: 100, claims },
  }, { releases: 1 }));
  assert.deepEqual(criticalOf(timeline), ["a", "c"]);
  const c = timeline.steps[2]!;
  assert.deepEqual([c.ready, c.started, c.pool], [10, 61, "releases"]);
});

Deno.test("a step that is added before another is in its needs", () => {
  const timeline = timelineOf(runOf({
    record: { from: 40, to: 50 },
    apply: { from: 0, to: 40, precedes: ["record"] },
  }));
  assert.deepEqual(criticalOf(timeline), ["record", "apply"]);
});

Deno.test("the occupancy of a limit is a staircase; groups hold their place between their steps", () => {
  const share = (group: string) => [{ pool: "releases", group }];
  const timeline = timelineOf(runOf({
    a1: { from: 0, to: 10, claims: share("a") },
    a2: { from: 30, to: 40, claims: share("a") },
    b: { from: 20, to: 50, claims: share("b") },
    h: { from: 0, to: 5, claims: [{ pool: "hooks", slots: 2, limit: 3 }] },
  }, { releases: 2 }));
  assert.deepEqual(timeline.pools, [
    { pool: "releases", limit: 2, taken: [[0, 1], [20, 2], [40, 1], [50, 0]], most: 2, full: 20 },
    { pool: "hooks", limit: 3, taken: [[0, 2], [5, 0]], most: 2, full: 0 },
  ]);
});

Deno.test("a timeline can be built while the run goes on, and again when it was resumed", () => {
  const events = runOf({ a: { from: 0, to: 20 }, b: { needs: ["a"], from: 20, to: 90 } });
  const builder = new TimelineBuilder();
  for (const event of events.slice(0, 5)) builder.add(event);
  const early = structuredClone(builder.build());
  assert.deepEqual([early.ok, early.steps[0]!.status, early.steps[1]!.status], [
    undefined,
    "succeeded",
    "waiting",
  ]);
  builder.add({ ...events[0]!, at: 3000 });
  for (const event of events.slice(5)) builder.add({ ...event, at: event.at + 2000 });
  const whole = builder.build();
  assert.deepEqual([whole.ok, whole.length, whole.steps[1]!.started], [true, 2090, 2020]);
});

Deno.test("chromeTrace() puts steps that overlap into threads of their own", () => {
  const trace = JSON.parse(chromeTrace(timelineOf(runOf({
    a: { from: 0, to: 20, owner: "web" },
    b: { from: 10, to: 90, owner: "web", title: "hook b", kind: "hook" },
    c: { from: 20, to: 30, owner: "web", claims: [{ pool: "p" }] },
  }))));
  const of = (ph: string) => trace.traceEvents.filter((event: { ph: string }) => event.ph === ph);
  assert.deepEqual(
    of("X").map(({ name, tid, ts, dur }: Record<string, unknown>) => [name, tid, ts, dur]),
    [["a", 1, 0, 20_000], ["hook b", 2, 10_000, 80_000], ["c", 1, 20_000, 10_000]],
  );
  assert.deepEqual(of("C").map(({ ts, args }: { ts: number; args: object }) => [ts, args]), [
    [20_000, { taken: 1 }],
    [30_000, { taken: 0 }],
  ]);
});

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status: { readonly code?: number; readonly message?: string };
}

function spansOf(body: unknown): Span[] {
  return (body as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] })
    .resourceSpans[0]!.scopeSpans[0]!.spans;
}

Deno.test("otlpSpans() makes a tree of run, releases and steps, within the trace that it is part of", () => {
  const timeline = timelineOf(runEvents({ releases: 2, fails: 2, hooks: 1 }));
  const parent = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
  const spans = spansOf(otlpSpans(timeline, { parent }));
  assert.equal(spans.length, 1 + 2 + 12);
  assert.equal(new Set(spans.map(({ spanId }) => spanId)).size, spans.length);
  const [run] = spans;
  assert.deepEqual([run!.traceId, run!.parentSpanId], ["a".repeat(32), "b".repeat(16)]);
  for (const span of spans) {
    assert.match(span.spanId, /^[0-9a-f]{16}$/);
    assert(BigInt(span.endTimeUnixNano) >= BigInt(span.startTimeUnixNano));
    if (span !== run) assert(spans.some(({ spanId }) => spanId === span.parentSpanId));
  }
  const failed = spans.filter(({ status }) => status.code === 2).map(({ name }) => name);
  assert.deepEqual(failed, ["up big", "release-1", "apply"]);
  assert.deepEqual(otlpSpans(timeline), otlpSpans(timeline));
});

Deno.test("reportPage() asks no host for anything, and its data cannot end its script", () => {
  const events = runEvents({ releases: 3 });
  events.splice(-1, 0, { at: 1, type: "warning", message: "</script><script>alert(1)</script>" });
  const page = reportPage(timelineOf(events));
  assert(!page.includes("alert(1)</script>"));
  assert.doesNotMatch(page.replaceAll("http://www.w3.org/2000/svg", ""), /https?:\/\//);
  assert.doesNotMatch(page, /^(?:import|export) /m);
});

Deno.test("parseEvents() passes over what it does not know, and says what it cannot read", async (t) => {
  const line = '{"at":1,"type":"run-started","run":"r","stack":"s","verb":"up","releases":1}';
  const rows: [why: string, text: string, result: number | RegExp][] = [
    ["other types", `{"type":"journal"}\n${line}\n{"at":1,"type":"later"}\n`, 1],
    ["a line that was cut off", `${line}\n{"at":2,"ty`, 1],
    ["blank lines", `\n${line}\n\n`, 1],
    ["nothing", "", /x: it holds no events of a run/],
    ["a table", "RELEASE NAMESPACE\n", /line 1 is no JSON/],
    ["a later version", line.replace("1}", '1,"version":9}\n'), /of version 9, and this is 1/],
  ];
  for (const [why, text, result] of rows) {
    await t.step(why, () => {
      if (typeof result === "number") assert.equal(parseEvents(text, "x").length, result);
      else assert.throws(() => parseEvents(text, "x"), { message: result });
    });
  }
});

Deno.test("capstan report writes a page, a trace and spans of a run's events", async () => {
  const files = {
    ...chartFiles("web", { "hook.yaml": hookJob("migrate", "pre-install") }),
    "stack.ts": `
import { defineStack, release } from "${new URL("../../mod.ts", import.meta.url)}";
export default defineStack({ name: "shop", releases: [release("web", { chart: "./web" })] });`,
  };
  await atWork(files, async ({ capstan, folder }) => {
    const run = await capstan("rehearse", "--no-check", "--output", "json");
    await Deno.writeTextFile(`${folder}/events.jsonl`, run.stdout);
    assert.equal((await capstan("report", "events.jsonl")).stdout, "capstan-report.html\n");
    const page = await Deno.readTextFile(`${folder}/capstan-report.html`);
    assert.match(page, /<title>up shop – Capstan<\/title>/);
    assert.match(page, /"title":"hook pre-install migrate"/);
    const trace = await capstan("report", "events.jsonl", "--format", "trace", "-o", "-");
    assert(JSON.parse(trace.stdout).traceEvents.length > 5);
    const missing = await capstan("report", "nowhere.jsonl");
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /^Error: cannot report on nowhere\.jsonl: .*\n {2}hint: /s);
  });
});

Deno.test("capstan report shows the last run, a rehearsal too, or one by its id", async () => {
  const stack = {
    ...chartFiles("web", { "hook.yaml": hookJob("migrate", "pre-install") }),
    "stack.ts": `
import { defineStack, hook, release } from "${new URL("../../mod.ts", import.meta.url)}";
const web = release("web", { chart: "./web" });
export default defineStack({
  name: "shop",
  releases: [web],
  hooks: [hook("seed", { after: [web], run: ({ log }) => log("sown") })],
});`,
  };
  await atWork(stack, async ({ capstan, folder }) => {
    const none = await capstan("report");
    assert.equal(none.code, 1);
    assert.match(
      none.stderr,
      /^Error: cannot report on the last run: there was none on this machine\n/,
    );
    assert.equal((await capstan("rehearse", "--no-check")).code, 0);
    const spans = async (...args: string[]) =>
      spansOf(JSON.parse((await capstan("report", "--format", "otlp", "-o", "-", ...args)).stdout));
    assert.equal((await spans())[0]!.name, "up shop");
    assert.match((await capstan("report", "-o", "-")).stdout, /"log":\["sown"\]/);
    const file = await Deno.stat(`${folder}/state/last/events.jsonl`);
    assert.equal(file.mode! & 0o777, 0o600);
    assert.equal((await capstan("up", "--no-check")).code, 0);
    assert.equal((await capstan("down", "--no-check")).code, 0);
    assert.equal((await spans())[0]!.name, "down shop");
    const runs = await Array.fromAsync(Deno.readDir(`${folder}/state/runs/shop`));
    const names = await Promise.all(
      runs.map(async ({ name }) => (await spans(name.replace(".jsonl", "")))[0]!.name),
    );
    assert.deepEqual(names.sort(), ["down shop", "up shop"]);
    const kept = await Array.fromAsync(Deno.readDir(`${folder}/state/last/runs`));
    assert.equal(kept.length, 3);
    // A run by its id has its logs: rehearsal and up have the hook, down has none.
    const pages = await Promise.all(kept.map(async ({ name }) => {
      const id = name.slice(name.indexOf("_") + 1, -".jsonl".length);
      return (await capstan("report", "-o", "-", id.slice(0, 20))).stdout;
    }));
    assert.equal(pages.filter((page) => page.includes('"log":["sown"]')).length, 2);
    assert.match((await capstan("report", "0badc0de")).stderr, /hint: name the id of a run/);
  });
});

Deno.test("sendSpans() says that a collector does not answer", async () => {
  const over = Promise.withResolvers<Response>();
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => over.promise,
  );
  const endpoint = `http://127.0.0.1:${server.addr.port}/`;
  await assert.rejects(sendSpans({}, { endpoint, timeout: 500 }), {
    message: `cannot send spans to ${endpoint}v1/traces: no answer within 0.5 s`,
  });
  over.resolve(new Response());
});

Deno.test("a run sends its spans to the collector that the environment names", async () => {
  const requests: { url: string; auth: string | null; body: unknown }[] = [];
  const collector = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      requests.push({
        url: new URL(request.url).pathname,
        auth: request.headers.get("authorization"),
        body: await request.json(),
      });
      return new Response("{}");
    },
  );
  const files = {
    ...chartFiles("web", { "hook.yaml": hookJob("migrate", "pre-install") }),
    "stack.ts": `
import { defineStack, release } from "${new URL("../../mod.ts", import.meta.url)}";
export default defineStack({ name: "shop", releases: [release("web", { chart: "./web" })] });`,
  };
  const cli = new URL("../../cli.ts", import.meta.url).pathname;
  await atWork(files, async ({ folder }) => {
    const run = async (endpoint: string) =>
      await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", cli, "rehearse", "--no-check", "--quiet"],
        cwd: folder,
        env: {
          CAPSTAN_STATE_HOME: `${folder}/state`,
          OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
          OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20x",
        },
      }).output();
    const { code } = await run(`http://127.0.0.1:${collector.addr.port}`);
    assert.equal(code, 0);
    assert.deepEqual(requests.map(({ url, auth }) => [url, auth]), [["/v1/traces", "Bearer x"]]);
    assert(spansOf(requests[0]!.body).some(({ name }) => name === "hook pre-install migrate"));
    await collector.shutdown();
    const away = await run("http://127.0.0.1:1");
    assert.equal(away.code, 0, "a collector that is away must not fail the run");
    assert.match(
      new TextDecoder().decode(away.stderr),
      /warning: cannot send spans to http:\/\/127\.0\.0\.1:1\/v1\/traces: /,
    );
  });
});

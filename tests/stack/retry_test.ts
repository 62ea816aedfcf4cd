import assert from "node:assert/strict";
import { CapstanError } from "../../lib/errors.ts";
import type { RunEvent } from "../../lib/events.ts";
import { ApiError } from "../../lib/kube/errors.ts";
import { matches } from "../../lib/stack/retry_policy.ts";
import { hook, release } from "../../lib/stack/stack.ts";
import type { ErrorMatch } from "../../lib/stack/types.ts";
import { chartFiles, CONFIG, hookJob, rehearse } from "../harness.ts";

const WEB = chartFiles("web", { "config.yaml": CONFIG });
const FAILING = chartFiles("failing", {
  "config.yaml": CONFIG +
    hookJob("{{ .Release.Name }}-pre", "pre-install,pre-upgrade", { fail: true }),
});
const SLOW = chartFiles("slow", {
  "config.yaml": CONFIG + hookJob("{{ .Release.Name }}-pre", "pre-install", { delay: "30s" }),
});
const DENIED = { method: "PATCH", path: /configmaps/, status: 403, message: "not now" };

function retries(events: readonly RunEvent[]) {
  return events.flatMap((event) =>
    event.type === "retry" ? [`${event.id ?? event.owner} ${event.attempt}/${event.attempts}`] : []
  );
}

Deno.test("a release is tried again until it succeeds; what needs it waits; one end is told", async () => {
  await rehearse(WEB, async ({ run, server, storage }) => {
    server.inject({ ...DENIED, times: 2 });
    const { ok, events, ended, failures } = await run({
      releases: [
        release("a", { chart: "./web", retry: { attempts: 3, delay: 20 } }),
        release("b", { chart: "./web", needs: ["a"] }),
      ],
    });
    assert.deepEqual([ok, failures], [true, []]);
    assert.deepEqual(retries(events), ["a 1/3", "a 2/3"]);
    const ends = events.filter((event) => event.type === "release-finished" && event.owner === "a");
    assert.equal(ends.length, 1);
    assert.match(ended["a"]!, /^(installed|upgraded)$/);
    const history = await storage.history({ name: "a", namespace: "default" });
    assert.deepEqual(history.map(({ status }) => status).at(-1), "deployed");
    const order = events.flatMap((event) => event.type === "step-started" ? [event.id] : []);
    assert(order.indexOf("b/apply") > order.indexOf("a/attempt 3/record"));
  });
});

Deno.test("a release that fails at every try fails once, after all of them", async () => {
  await rehearse(FAILING, async ({ run }) => {
    const { ok, events, failures, ended } = await run({
      releases: [release("a", { chart: "./failing", retry: { attempts: 2, delay: 1 } })],
    });
    assert.deepEqual([ok, failures.length, retries(events)], [false, 1, ["a 1/2"]]);
    assert.match(ended["a"]!, /^failed: .*pre-/);
  });
});

Deno.test("an atomic release is undone before it is tried again", async () => {
  await rehearse(WEB, async ({ run, server, storage }) => {
    server.inject({ ...DENIED, times: 1 });
    const { ok, events, ended } = await run({
      releases: [release("a", { chart: "./web", atomic: true, retry: { attempts: 2, delay: 1 } })],
    });
    assert(ok, JSON.stringify(ended));
    const order = events.flatMap((event) => event.type === "step-started" ? [event.id] : []);
    assert(order.indexOf("a/uninstall/record") > 0);
    assert(order.indexOf("a/attempt 2/render") > order.indexOf("a/uninstall/record"));
    assert.equal(ended["a"], "installed");
    assert.equal((await storage.history({ name: "a", namespace: "default" })).length, 1);
  });
});

Deno.test("only errors that the policy names are tried again, and none after a stop", async () => {
  await rehearse(WEB, async ({ run, server }) => {
    server.inject(DENIED);
    for (const [on, tries] of [["kube/not-found", 0], ["kube/forbidden", 1]] as const) {
      const { events } = await run({
        releases: [release("a", { chart: "./web", retry: { attempts: 2, delay: 1, on } })],
      });
      assert.equal(retries(events).length, tries, on);
    }
    const stop = new AbortController();
    const { ok, events } = await run({
      releases: [release("a", { chart: "./web", retry: { attempts: 5, delay: "1h" } })],
    }, {
      stop: stop.signal,
      emit: (event) => event.type === "retry" && stop.abort(),
    });
    assert.deepEqual([ok, retries(events)], [false, ["a 1/5"]]);
  });
});

const CAUSED = new Error("outer", { cause: new CapstanError("inner", { code: "kube/forbidden" }) });
const MATCHES: readonly [string, unknown, ErrorMatch | readonly ErrorMatch[], boolean][] = [
  ["a code", CAUSED, "kube/forbidden", true],
  ["the part before the slash", CAUSED, "kube", true],
  ["half of a part", CAUSED, "kub", false],
  ["another code", CAUSED, "kube/conflict", false],
  ["a class", new TypeError("x"), TypeError, true],
  ["a class of a cause", CAUSED, CapstanError, true],
  ["another class", CAUSED, ApiError, false],
  ["the base class", new TypeError("x"), Error, true],
  ["a function", new Error("busy"), (error) => /busy/.test(String(error)), true],
  ["one of a list", new Error("busy"), [TypeError, (error) => /busy/.test(String(error))], true],
  ["none of a list", new Error("busy"), [], false],
];

for (const [what, error, on, expected] of MATCHES) {
  Deno.test(
    `retry on ${what}`,
    async () => assert.equal(await matches(error, on), expected),
  );
}

Deno.test("retry on a function that answers later", async () => {
  const busy = (error: unknown) => Promise.resolve((error as Error).message === "busy");
  assert.equal(await matches(new Error("busy"), busy), true);
  assert.equal(await matches(new Error("idle"), [busy]), false);
});

Deno.test("hooks are tried again: a stack's function and a chart's Job", async () => {
  await rehearse({ ...WEB, ...FAILING }, async ({ run }) => {
    let calls = 0;
    const { ok, events } = await run({
      releases: [],
      hooks: [hook("flaky", {
        retry: { attempts: 3, delay: 1 },
        run: () => {
          if (++calls < 3) throw new Error("busy");
        },
      })],
    });
    assert.deepEqual([ok, calls, retries(events)], [true, 3, ["flaky/run 1/3", "flaky/run 2/3"]]);
    const chart = await run({
      releases: [release("a", { chart: "./failing", hookRetry: { attempts: 2, delay: 1 } })],
    });
    assert.deepEqual(retries(chart.events), ["a/hook pre-install Job/a-pre 1/2"]);
    assert.equal(chart.ok, false);
  });
});

Deno.test("a release's deadline ends it, recorded as failed; it can be deployed again", async () => {
  await rehearse({ ...WEB, ...SLOW }, async ({ run, storage }) => {
    const { ok, ended } = await run({
      releases: [
        release("a", { chart: "./slow", deadline: 200, retry: { attempts: 9, delay: 1 } }),
      ],
    });
    assert.equal(ok, false);
    assert.match(ended["a"]!, /^failed: .*did not come to its end within its deadline of 0\.\d+ s/);
    const [first] = await storage.history({ name: "a", namespace: "default" });
    assert.equal(first!.status, "failed");
    assert((await run({ releases: [release("a", { chart: "./web" })] })).ok);
  });
});

Deno.test("the run's deadline ends all that runs, recorded as failed, and starts nothing new", async () => {
  await rehearse({ ...WEB, ...SLOW }, async ({ run, storage }) => {
    const { ok, failures, ended } = await run({
      releases: [
        release("a", { chart: "./slow" }),
        release("b", { chart: "./web", needs: ["a"] }),
      ],
      deadline: "300ms",
    });
    assert.equal(ok, false);
    assert.match(
      String(failures[0]!.error),
      /the run did not come to its end within its deadline of 0.3 s/,
    );
    assert.match(ended["b"]!, /^skipped/);
    const [first] = await storage.history({ name: "a", namespace: "default" });
    assert.equal(first!.status, "failed");
  });
});

import assert from "node:assert/strict";
import { CapstanErrors } from "../../lib/errors.ts";
import type { RunEvent } from "../../lib/events.ts";
import { defineStack, hook, release } from "../../lib/stack/stack.ts";
import type { ReleaseOptions, StackDefinition } from "../../lib/stack/types.ts";
import { chartFiles, CONFIG, hookJob, rehearse } from "../harness.ts";

const SLOW = chartFiles("slow", {
  "config.yaml": CONFIG + hookJob("{{ .Release.Name }}-pre", "pre-install", { delay: "60ms" }),
});

function slow(name: string, options: Partial<ReleaseOptions> = {}) {
  return release(name, { chart: "./slow", createNamespace: true, ...options });
}

/** Most steps at once of those that `counts` takes. */
function most(events: readonly RunEvent[], counts: (id: string) => boolean): number {
  let now = 0, top = 0;
  for (const event of events) {
    if (!("id" in event) || event.id === undefined || !counts(event.id)) continue;
    if (event.type === "step-started") top = Math.max(top, ++now);
    if (event.type === "step-finished") now--;
  }
  return top;
}

const six = (options: (i: number) => Partial<ReleaseOptions>) =>
  Array.from({ length: 6 }, (_, i) => slow(`r${i}`, options(i)));
const isHook = (id: string) => id.includes("/hook ");

const ROWS: readonly [string, Omit<StackDefinition, "name">, number][] = [
  ["no limit but the run's", { releases: six(() => ({})), parallelism: 6 }, 6],
  ["a cluster's limit", { releases: six(() => ({})), limits: { perCluster: 2 } }, 2],
  ["a namespace's limit", {
    releases: six((i) => ({ namespace: i < 3 ? "a" : "b" })),
    limits: { perNamespace: 1 },
  }, 2],
  ["a hook event's limit", {
    releases: six(() => ({})),
    limits: { hookEvents: { "pre-install": 3 } },
  }, 3],
  ["another event's limit", {
    releases: six(() => ({})),
    limits: { hookEvents: { "post-install": 1 } },
  }, 6],
  ["heavy releases", { releases: six(() => ({ slots: 3 })), parallelism: 6 }, 2],
  ["releases heavier than all", { releases: six(() => ({ slots: 100 })), parallelism: 6 }, 1],
  ["a mutex", { releases: six(() => ({ mutex: "license" })) }, 1],
  ["two mutexes", { releases: six((i) => ({ mutex: i % 2 ? ["x", "y"] : ["y", "z"] })) }, 1],
  ["a mutex of three", {
    releases: six(() => ({ mutex: ["license"] })),
    limits: { mutexes: { license: 3 } },
  }, 3],
];

for (const [what, stack, expected] of ROWS) {
  Deno.test(`${what}: at most ${expected} hooks at once`, async () => {
    await rehearse(SLOW, async ({ run }) => {
      const { ok, events } = await run(stack);
      assert.deepEqual([ok, most(events, isHook)], [true, expected]);
    });
  });
}

Deno.test("a stack hook and a release share a mutex", async () => {
  await rehearse(SLOW, async ({ run }) => {
    const { ok, events } = await run({
      releases: [slow("a", { mutex: "m" }), slow("b", { mutex: "m" })],
      hooks: [
        hook("h", { mutex: "m", run: () => new Promise((resolve) => setTimeout(resolve, 60)) }),
      ],
    });
    assert(ok);
    assert.equal(most(events, (id) => isHook(id) || id === "h/run"), 1);
  });
});

Deno.test("limits that make no sense are all told at once", () => {
  assert.throws(() =>
    defineStack({
      name: "x",
      releases: [slow("a", { slots: 0, mutex: "" })],
      limits: { perCluster: 0.5, mutexes: { m: -1 }, perPod: 1 } as never,
    }), (error) => {
    assert(error instanceof CapstanErrors);
    assert.deepEqual(error.errors.map(({ message }) => message).sort(), [
      "bad limits.mutexes.m: -1",
      "bad limits.perCluster: 0.5",
      'bad mutex of release a: ""',
      "bad slots of release a: 0",
      "limits of the stack have an unknown option `perPod`",
    ]);
    return true;
  });
});

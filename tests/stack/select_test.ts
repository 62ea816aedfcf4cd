import assert from "node:assert/strict";
import { CapstanError } from "../../lib/errors.ts";
import { resolveGraph } from "../../lib/stack/graph.ts";
import { type Selection, selectNodes } from "../../lib/stack/select.ts";
import { hook, release } from "../../lib/stack/stack.ts";
import { chartFiles, CONFIG, hookJob, rehearse } from "../harness.ts";

function node(name: string, needs: string[] = [], tier = "app", namespace = "shop") {
  return release(name, { chart: "./web", namespace, needs, labels: { tier } });
}

const NODES = resolveGraph({
  releases: [
    node("db", [], "data", "data"),
    node("cache", [], "data", "data"),
    node("api", ["seed"]),
    node("web", ["api", "cache"]),
    node("web-admin", ["api"]),
  ],
  hooks: [hook("seed", { after: ["db"], run: () => {} })],
}).nodes;

/** Each node as `id` or `id<needs`. */
function shown(selection: Selection): string {
  return selectNodes(NODES, selection).map(({ id, needs }) =>
    needs.length === 0 ? id : `${id}<${needs.join("+")}`
  ).join(" ");
}

const ROWS: readonly [Selection, string][] = [
  [{}, "db cache api<seed web<api+cache web-admin<api seed<db"],
  [{ only: ["web"] }, "web"],
  [{ only: ["web*"] }, "web web-admin"],
  [{ only: ["data/*"] }, "db cache"],
  [{ only: ["we?"] }, "web"],
  [{ only: ["web", "db"] }, "db web<db"],
  [{ only: ["web"], withNeeds: true }, "db cache api<seed web<api+cache seed<db"],
  [{ only: ["web"], withNeeds: true, skip: ["seed"] }, "db cache api<db web<api+cache"],
  [{ skip: ["api"] }, "db cache web<cache+seed web-admin<seed seed<db"],
  [{ from: ["api"] }, "api web<api web-admin<api"],
  [{ from: ["seed"], skip: ["web-*"] }, "api<seed web<api seed"],
  [{ labels: ["tier=data"] }, "db cache"],
  [{ labels: ["tier!=data"] }, "api web<api web-admin<api"],
  [{ labels: ["tier=app"], only: ["web"] }, "web"],
];

for (const [selection, expected] of ROWS) {
  Deno.test(`selectNodes(${JSON.stringify(selection)}) is ${expected}`, () => {
    assert.equal(shown(selection), expected);
  });
}

const WRONG: readonly [Selection, RegExp, RegExp][] = [
  [{ only: ["wbe"] }, /^--only wbe names nothing of the stack$/, /did you mean web\?/],
  [{ skip: ["x/*"] }, /^--skip x\/\* names nothing of the stack$/, /capstan graph/],
  [{ only: ["web"], skip: ["web"] }, /^nothing of the stack is selected$/, /excludes everything/],
  [{ labels: ["tier"] }, /^bad label selector "tier"$/, /key=value/],
];

for (const [selection, message, hint] of WRONG) {
  Deno.test(`selectNodes(${JSON.stringify(selection)}) says what is wrong`, () => {
    assert.throws(() => selectNodes(NODES, selection), (error) => {
      assert(error instanceof CapstanError);
      assert.match(error.message, message);
      assert.match(error.hint!, hint);
      return true;
    });
  });
}

const WEB = chartFiles("web", {
  "config.yaml": CONFIG + hookJob("{{ .Release.Name }}-test-a", "test", { delay: "300ms" }) +
    hookJob("{{ .Release.Name }}-test-b", "test", { delay: "300ms" }),
});
const BROKEN = chartFiles("broken", {
  "config.yaml": CONFIG + hookJob("{{ .Release.Name }}-test", "test", { fail: true }),
});

Deno.test("up and down take the selected part, in order, and leave the rest", async () => {
  await rehearse(WEB, async ({ run, names }) => {
    const stack = {
      releases: ["a", "b", "c"].map((name, i, all) =>
        release(name, { chart: "./web", needs: i === 0 ? [] : [all[i - 1]!] })
      ),
    };
    assert((await run(stack, { select: { skip: ["b"] } })).ok);
    assert.deepEqual(await names("v1", "ConfigMap"), ["a", "c"]);
    assert((await run(stack)).ok);
    const { events, ended } = await run(stack, { verb: "down", select: { skip: ["b"] } });
    assert.deepEqual(ended, { a: "uninstalled", c: "uninstalled" });
    const order = events.flatMap((event) =>
      event.type === "step-started" && event.id.endsWith("/delete") ? [event.id] : []
    );
    assert.deepEqual(order, ["c/delete", "a/delete"]);
    assert.deepEqual(await names("v1", "ConfigMap"), ["b"]);
  });
});

Deno.test("test runs the tests of all releases at once, and reports every failure", async () => {
  await rehearse({ ...WEB, ...BROKEN }, async ({ run }) => {
    const stack = {
      releases: [
        release("a", { chart: "./web" }),
        release("bad", { chart: "./broken", needs: ["a"] }),
        release("worse", { chart: "./broken" }),
        release("b", { chart: "./web", needs: ["bad"] }),
      ],
      onFailure: "rollback" as const,
    };
    assert((await run(stack)).ok);
    const { ok, failures, events, rollback } = await run(stack, {
      verb: "test",
      hookParallelism: 2,
    });
    assert.deepEqual([ok, rollback], [false, undefined]);
    assert.deepEqual(failures.map(({ owner }) => owner).sort(), ["bad", "worse"]);
    let running = 0, most = 0;
    for (const event of events) {
      if (!("id" in event) || !/^[ab]\/test\/hook test Job/.test(event.id ?? "")) continue;
      if (event.type === "step-started") most = Math.max(most, ++running);
      if (event.type === "step-finished") running--;
    }
    assert.equal(most, 4);
    const some = await run(stack, { verb: "test", select: { only: ["a", "b"] } });
    assert(some.ok);
  });
});

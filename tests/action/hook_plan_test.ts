import assert from "node:assert/strict";
import fc from "fast-check";
import { hooksOf, planHooks } from "../../lib/action/hook_plan.ts";
import type { ReleaseHook } from "../../lib/release/release.ts";
import { buildHook } from "../release/builders.ts";

/** `name[!kind][@weight][+]`: kinds are Job unless named, `+` means annotated. */
function hooks(text: string): ReleaseHook[] {
  return text.split(" ").map((word) => {
    const [, name, kind = "Job", weight = "0", plus] = /^(\w+)(?:!(\w+))?(?:@(-?\d+))?(\+)?$/.exec(
      word,
    )!;
    return buildHook({
      name: name!,
      kind,
      weight: Number(weight),
      manifest: plus === undefined ? "" : "annotated",
    });
  });
}

function isAnnotated({ manifest }: ReleaseHook): boolean {
  return manifest === "annotated";
}

/** `a,b | c`: waves, hooks of one wave by comma. */
function plan(text: string, parallelism: number | undefined, selection: "all" | "annotated") {
  return planHooks(hooks(text), "pre-install", { parallelism, selection, isAnnotated })
    .map((wave) => wave.map(({ name }) => name).join())
    .join(" | ");
}

Deno.test("planHooks() keeps Helm's order when it is serial, whatever the selection", () => {
  const rows: [string, string][] = [
    ["b a", "a | b"],
    ["a@1 b@0 c@-1", "c | b | a"],
    ["b@0 a@0 z@-5 y@10", "z | a | b | y"],
    // Kinds do not count: by name alone.
    ["b!ConfigMap a!Job", "a | b"],
    ["B a", "B | a"],
  ];
  for (const [text, expected] of rows) {
    for (const parallelism of [undefined, 0, 1]) {
      assert.equal(plan(text, parallelism, "all"), expected, text);
      assert.equal(plan(text, parallelism, "annotated"), expected, text);
    }
  }
});

Deno.test("planHooks() lets all hooks of one weight overlap (HIP-0019)", () => {
  const rows: [string, string][] = [
    ["b a", "a,b"],
    ["a b c@1 d@1 e@-1", "e | a,b | c,d"],
    ["a b!ConfigMap c d!Secret", "b | d | a,c"],
    ["a!ConfigMap b!Secret", "a | b"],
    ["a!Pod b!Job c!Pod", "a,b,c"],
  ];
  for (const [text, expected] of rows) assert.equal(plan(text, 4, "all"), expected, text);
});

Deno.test("planHooks() lets only annotated hooks overlap, others are barriers (HIP-9999)", () => {
  const rows: [string, string][] = [
    ["a b", "a | b"],
    ["a+ b+", "a,b"],
    ["a+ b+ c d+ e+", "a,b | c | d,e"],
    ["a b+ c", "a | b | c"],
    ["a@0+ b@1+", "a | b"],
    ["a+ b!ConfigMap+ c+", "b | a,c"],
    ["a+ b!ConfigMap c+", "a | b | c"],
  ];
  for (const [text, expected] of rows) assert.equal(plan(text, 4, "annotated"), expected, text);
});

Deno.test("planHooks() takes only hooks of the event", () => {
  const list = [
    buildHook({ name: "a", events: ["post-install"] }),
    buildHook({ name: "b", events: ["post-install", "pre-install"] }),
  ];
  const waves = planHooks(list, "pre-install", { isAnnotated });
  assert.deepEqual(waves.flat().map(({ name }) => name), ["b"]);
});

Deno.test("planHooks() refuses a parallelism that cannot be meant", () => {
  for (const parallelism of [-1, 1.5, NaN, Infinity, 1025]) {
    assert.throws(
      () => plan("a", parallelism, "all"),
      new RegExp(`must be an integer from 0 to 1024: got ${parallelism}`),
    );
  }
  assert.equal(plan("a b", 1024, "all"), "a,b");
});

const anyHooks = fc.array(
  fc.record({
    name: fc.constantFrom("a", "b", "c", "d", "e"),
    kind: fc.constantFrom("Job", "Pod", "ConfigMap", "ServiceAccount"),
    weight: fc.integer({ min: -2, max: 2 }),
    annotated: fc.boolean(),
  }).map(({ name, kind, weight, annotated }) =>
    buildHook({ name, kind, weight, manifest: annotated ? "annotated" : "" })
  ),
  { maxLength: 20 },
);

Deno.test("planHooks() never lets weights, other kinds or unannotated hooks overlap", () => {
  fc.assert(
    fc.property(
      anyHooks,
      fc.integer({ min: 0, max: 8 }),
      fc.constantFrom("all" as const, "annotated" as const),
      (list, parallelism, selection) => {
        const waves = planHooks(list, "pre-install", { parallelism, selection, isAnnotated });
        const order = waves.flat();
        assert.equal(order.length, list.length);
        assert.equal(new Set(order).size, list.length, "each hook once");
        order.forEach(({ weight }, i) =>
          assert.ok(i === 0 || order[i - 1]!.weight <= weight, "weights rise")
        );
        for (const wave of waves.filter(({ length }) => length > 1)) {
          assert.ok(parallelism > 1);
          assert.equal(new Set(wave.map(({ weight }) => weight)).size, 1);
          assert.ok(wave.every(({ kind }) => kind === "Job" || kind === "Pod"));
          if (selection === "annotated") assert.ok(wave.every(isAnnotated));
        }
        if (parallelism <= 1) assert.deepEqual(order, hooksOf(list, "pre-install"));
      },
    ),
  );
});

Deno.test("planHooks() runs a hook without the annotation exactly in its Helm position", () => {
  fc.assert(
    fc.property(anyHooks, (list) => {
      const serial = hooksOf(list, "pre-install");
      const waves = planHooks(list, "pre-install", {
        parallelism: 4,
        selection: "annotated",
        isAnnotated,
      });
      const order = waves.flat();
      for (const hook of serial.filter((hook) => !isAnnotated(hook))) {
        const at = serial.indexOf(hook);
        assert.deepEqual(
          new Set(order.slice(0, order.indexOf(hook))),
          new Set(serial.slice(0, at)),
          "the same hooks come before it",
        );
      }
    }),
  );
});

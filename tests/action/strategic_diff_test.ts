import assert from "node:assert/strict";
import { mergeDiff, strategicDiff } from "../../lib/action/strategic_diff.ts";
import { TypeTable } from "../../lib/apiserver/schema.ts";
import { strategicPatch } from "../../lib/apiserver/strategic.ts";

const POD = new TypeTable().get("PodSpec");

interface Row {
  readonly name: string;
  readonly before: Record<string, unknown>;
  readonly after: Record<string, unknown>;
  readonly live: Record<string, unknown>;
  readonly patch: Record<string, unknown>;
  /** What the server makes of it. */
  readonly result: Record<string, unknown>;
}

const A = { name: "a", image: "a:1" };
const B = { name: "b", image: "b:1" };
const SIDE = { name: "side", image: "side:1" };

const ROWS: readonly Row[] = [
  {
    name: "what is as it shall be needs no patch",
    before: { hostNetwork: true },
    after: { hostNetwork: true, containers: [A] },
    live: { containers: [{ ...A, imagePullPolicy: "Always" }], hostNetwork: true },
    patch: {},
    result: { containers: [{ ...A, imagePullPolicy: "Always" }], hostNetwork: true },
  },
  {
    name: "a field that the chart dropped goes, one that others have set stays",
    before: { hostNetwork: true, hostPID: true },
    after: { hostPID: true },
    live: { hostNetwork: true, hostPID: true, nodeName: "n" },
    patch: { hostNetwork: null },
    result: { hostPID: true, nodeName: "n" },
  },
  {
    name: "what was changed by hand is put back",
    before: { containers: [A] },
    after: { containers: [A] },
    live: { containers: [{ ...A, image: "a:hand" }] },
    patch: {
      containers: [{ image: "a:1", name: "a" }],
      "$setElementOrder/containers": [{ name: "a" }],
    },
    result: { containers: [A] },
  },
  {
    name: "items are known by their key: one goes, one comes, a stranger stays",
    before: { containers: [A] },
    after: { containers: [B] },
    live: { containers: [A, SIDE] },
    patch: {
      containers: [B, { $patch: "delete", name: "a" }],
      "$setElementOrder/containers": [{ name: "b" }],
    },
    result: { containers: [SIDE, B] },
  },
  {
    name: "a new order is an order",
    before: { containers: [A, B] },
    after: { containers: [B, A] },
    live: { containers: [A, B] },
    patch: { "$setElementOrder/containers": [{ name: "b" }, { name: "a" }] },
    result: { containers: [B, A] },
  },
  {
    name: "a field of an item goes",
    before: { containers: [{ ...A, workingDir: "/x" }] },
    after: { containers: [A] },
    live: { containers: [{ ...A, workingDir: "/x", imagePullPolicy: "Always" }] },
    patch: {
      containers: [{ workingDir: null, name: "a" }],
      "$setElementOrder/containers": [{ name: "a" }],
    },
    result: { containers: [{ ...A, imagePullPolicy: "Always" }] },
  },
  {
    name: "one kind of volume takes the place of another",
    before: { volumes: [{ name: "v", emptyDir: {} }] },
    after: { volumes: [{ name: "v", configMap: { name: "c" } }] },
    live: { volumes: [{ name: "v", emptyDir: {} }] },
    patch: {
      volumes: [{ configMap: { name: "c" }, emptyDir: null, name: "v" }],
      "$setElementOrder/volumes": [{ name: "v" }],
    },
    result: { volumes: [{ name: "v", configMap: { name: "c" } }] },
  },
  {
    name: "a list without a key is replaced",
    before: { nodeSelector: { a: "1" }, containers: [{ name: "a", args: ["x"] }] },
    after: { nodeSelector: { b: "1" }, containers: [{ name: "a", args: ["y", "z"] }] },
    live: { nodeSelector: { a: "1", c: "1" }, containers: [{ name: "a", args: ["x"] }] },
    patch: {
      nodeSelector: { b: "1", a: null },
      containers: [{ args: ["y", "z"], name: "a" }],
      "$setElementOrder/containers": [{ name: "a" }],
    },
    result: { nodeSelector: { c: "1", b: "1" }, containers: [{ name: "a", args: ["y", "z"] }] },
  },
];

Deno.test("strategicDiff() and what a server makes of it", () => {
  for (const { name, patch, result, ...sides } of ROWS) {
    const found = strategicDiff(POD, sides);
    assert.deepEqual(found, patch, name);
    assert.deepEqual(strategicPatch(POD, sides.live, found as never), result, name);
    // Once it is so, there is nothing left to do.
    const again = { before: sides.after, after: sides.after, live: result };
    assert.deepEqual(strategicDiff(POD, again), {}, name);
  }
});

Deno.test("strategicDiff() of plain values that several add to", () => {
  const meta = new TypeTable().get("ObjectMeta");
  const patch = strategicDiff(meta, {
    before: { finalizers: ["a", "b"] },
    after: { finalizers: ["b", "c"] },
    live: { finalizers: ["a", "b", "theirs"] },
  });
  assert.deepEqual(patch, {
    finalizers: ["c"],
    "$setElementOrder/finalizers": ["b", "c"],
    "$deleteFromPrimitiveList/finalizers": ["a"],
  });
  assert.deepEqual(
    (strategicPatch(meta, { finalizers: ["a", "b", "theirs"] }, patch as never) as {
      finalizers: string[];
    }).finalizers.toSorted(),
    ["b", "c", "theirs"],
  );
});

Deno.test("mergeDiff() says what changed between two revisions", () => {
  assert.deepEqual(
    mergeDiff(
      { spec: { size: 1, gone: true, list: [1], same: { a: [1] } }, top: 1 },
      { spec: { size: 2, list: [1, 2], same: { a: [1] } }, fresh: {} },
    ),
    { spec: { size: 2, list: [1, 2], gone: null }, fresh: {}, top: null },
  );
});

import { deepStrictEqual, throws } from "node:assert/strict";
import { jsonPatch, mergePatch } from "../../lib/apiserver/patch.ts";

// The examples of RFC 7386, appendix A.
const MERGES: readonly (readonly [target: unknown, patch: unknown, result: unknown])[] = [
  [{ a: "b" }, { a: "c" }, { a: "c" }],
  [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
  [{ a: "b" }, { a: null }, {}],
  [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
  [{ a: ["b"] }, { a: "c" }, { a: "c" }],
  [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
  [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
  [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
  [["a", "b"], ["c", "d"], ["c", "d"]],
  [{ a: "b" }, ["c"], ["c"]],
  [{ a: "foo" }, null, null],
  [{ a: "foo" }, "bar", "bar"],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: "b", c: null }, { a: "b" }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];

Deno.test("mergePatch() does what RFC 7386 says", () => {
  for (const [target, patch, result] of MERGES) {
    const before = structuredClone(target);
    deepStrictEqual(mergePatch(target, patch), result, JSON.stringify(patch));
    deepStrictEqual(target, before);
  }
});

type Row = readonly [target: Record<string, unknown>, patch: unknown, result: unknown];

const PATCHES: readonly Row[] = [
  [{ a: 1 }, [{ op: "add", path: "/b", value: 2 }], { a: 1, b: 2 }],
  [{ a: [1, 3] }, [{ op: "add", path: "/a/1", value: 2 }], { a: [1, 2, 3] }],
  [{ a: [1] }, [{ op: "add", path: "/a/-", value: 2 }], { a: [1, 2] }],
  [{ a: 1, b: 2 }, [{ op: "remove", path: "/a" }], { b: 2 }],
  [{ a: [1, 2] }, [{ op: "remove", path: "/a/0" }], { a: [2] }],
  [{ a: 1 }, [{ op: "replace", path: "/a", value: { b: 1 } }], { a: { b: 1 } }],
  [{ a: [1, 2] }, [{ op: "replace", path: "/a/0", value: 9 }], { a: [9, 2] }],
  [{ a: { b: 1 } }, [{ op: "move", from: "/a/b", path: "/c" }], { a: {}, c: 1 }],
  [{ a: { b: 1 } }, [{ op: "copy", from: "/a", path: "/c" }], { a: { b: 1 }, c: { b: 1 } }],
  [{ "a/b": 1, "c~d": 2 }, [{ op: "remove", path: "/a~1b" }, { op: "remove", path: "/c~0d" }], {}],
  [{ a: 1 }, [{ op: "test", path: "/a", value: 1 }], { a: 1 }],
  [{ a: 1 }, [{ op: "test", path: "/b", value: null }], { a: 1 }],
];

Deno.test("jsonPatch() does what RFC 6902 says", () => {
  for (const [target, patch, result] of PATCHES) {
    const before = structuredClone(target);
    deepStrictEqual(jsonPatch(target, patch), result, JSON.stringify(patch));
    deepStrictEqual(target, before);
  }
});

Deno.test("jsonPatch() refuses what cannot be done", () => {
  for (
    const operation of [
      { op: "remove", path: "/x" },
      { op: "replace", path: "/x", value: 1 },
      { op: "add", path: "/a/5", value: 1 },
      { op: "add", path: "/x/y", value: 1 },
      { op: "test", path: "/a", value: [2] },
      { op: "move", from: "/x", path: "/y" },
      { op: "jump", path: "/a" },
      { op: "add", path: "a", value: 1 },
      { op: "add", path: "/a/01", value: 1 },
    ]
  ) {
    throws(() => jsonPatch({ a: [1] }, [operation]), { code: 422 }, JSON.stringify(operation));
  }
});

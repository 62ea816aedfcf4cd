import { equal } from "node:assert/strict";
import { covers } from "../../lib/kube/covers.ts";
import type { KubeObject } from "../../lib/kube/types.ts";

function config(
  fields: Record<string, unknown>,
  metadata: Record<string, unknown> = {},
): KubeObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", ...metadata }, ...fields };
}

Deno.test("covers() says whether a live object is the one that was sent", () => {
  const live = config(
    { data: { a: "1", b: "2" }, list: [{ x: 1, defaulted: true }], status: { ok: true } },
    { uid: "u", resourceVersion: "7", labels: { l: "1" } },
  );
  const rows: [string, KubeObject, boolean][] = [
    ["less than is there", config({ data: { a: "1" } }), true],
    ["defaults inside a list", config({ list: [{ x: 1 }] }), true],
    ["nothing where nothing is", config({ other: null, more: {} }), true],
    [
      "its own bookkeeping",
      config({ status: { ok: false } }, { resourceVersion: "3", creationTimestamp: null }),
      true,
    ],
    ["another value", config({ data: { a: "2" } }), false],
    ["a field more", config({ data: { c: "3" } }), false],
    ["a shorter list", config({ list: [] }), false],
    ["another label", config({}, { labels: { l: "2" } }), false],
    ["text for a mapping", config({ data: "1" }), false],
    ["null for a value", config({ data: null }), false],
  ];
  for (const [name, sent, expected] of rows) equal(covers(live, sent), expected, name);
});

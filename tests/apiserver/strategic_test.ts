import { deepStrictEqual } from "node:assert/strict";
import { TypeTable } from "../../lib/apiserver/schema.ts";
import { strategicPatch } from "../../lib/apiserver/strategic.ts";

type Row = readonly [
  what: string,
  type: string,
  target: unknown,
  patch: Record<string, unknown>,
  result: unknown,
];

const ROWS: readonly Row[] = [
  [
    "lists merge by their key",
    "PodSpec",
    { containers: [{ name: "a", image: "1" }, { name: "b", image: "1" }] },
    { containers: [{ name: "b", image: "2" }, { name: "c", image: "3" }] },
    {
      containers: [{ name: "a", image: "1" }, { name: "b", image: "2" }, { name: "c", image: "3" }],
    },
  ],
  [
    "items are deleted by directive",
    "PodSpec",
    { containers: [{ name: "a" }, { name: "b" }] },
    { containers: [{ name: "a", $patch: "delete" }] },
    { containers: [{ name: "b" }] },
  ],
  [
    "a list is replaced by directive",
    "PodSpec",
    { containers: [{ name: "a" }, { name: "b" }] },
    { containers: [{ $patch: "replace" }, { name: "c" }] },
    { containers: [{ name: "c" }] },
  ],
  [
    "ports merge by number, also of a service",
    "ServiceSpec",
    { ports: [{ port: 80, name: "http" }] },
    { ports: [{ port: 80, targetPort: 8080 }, { port: 443 }] },
    { ports: [{ port: 80, name: "http", targetPort: 8080 }, { port: 443 }] },
  ],
  [
    "plain lists are replaced",
    "Container",
    { args: ["a", "b"] },
    { args: ["c"] },
    { args: ["c"] },
  ],
  [
    "lists of values that merge are unions",
    "ObjectMeta",
    { finalizers: ["a", "b"] },
    { finalizers: ["b", "c"] },
    { finalizers: ["a", "b", "c"] },
  ],
  [
    "values are taken out of such lists",
    "ObjectMeta",
    { finalizers: ["a", "b"] },
    { "$deleteFromPrimitiveList/finalizers": ["a"], finalizers: ["c"] },
    { finalizers: ["b", "c"] },
  ],
  [
    "retainKeys drops what is not named",
    "DeploymentSpec",
    { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1 } } },
    { strategy: { $retainKeys: ["type"], type: "Recreate" } },
    { strategy: { type: "Recreate" } },
  ],
  [
    "null removes, maps merge",
    "ObjectMeta",
    { labels: { a: "1", b: "2" }, annotations: { x: "y" } },
    { labels: { a: null, c: "3" }, annotations: null },
    { labels: { b: "2", c: "3" } },
  ],
  [
    "a map is replaced by directive",
    "ObjectMeta",
    { labels: { a: "1" } },
    { labels: { $patch: "replace", b: "2" } },
    { labels: { b: "2" } },
  ],
  [
    "setElementOrder orders what it names; others follow their predecessor",
    "PodSpec",
    { containers: [{ name: "a" }, { name: "x" }, { name: "b" }] },
    {
      "$setElementOrder/containers": [{ name: "b" }, { name: "a" }],
      containers: [{ name: "b", image: "1" }],
    },
    { containers: [{ name: "b", image: "1" }, { name: "a" }, { name: "x" }] },
  ],
  [
    "directives are not stored where there is nothing to merge with",
    "PodSpec",
    {},
    { containers: [{ name: "a", env: [{ name: "E", $patch: "delete" }] }] },
    { containers: [{ name: "a", env: [] }] },
  ],
];

Deno.test("strategicPatch() merges as the API server does", () => {
  const types = new TypeTable();
  for (const [what, type, target, patch, result] of ROWS) {
    const before = structuredClone(target);
    deepStrictEqual(strategicPatch(types.get(type), target, patch), result, what);
    deepStrictEqual(target, before, what);
  }
});

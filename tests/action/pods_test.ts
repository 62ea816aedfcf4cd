import { deepEqual } from "node:assert/strict";
import { selectorOf } from "../../lib/action/pods.ts";

Deno.test("selectorOf() finds the pods of each kind, and never all of a namespace", () => {
  const rows: [kind: string, spec: unknown, selector: unknown][] = [
    ["Pod", {}, { fieldSelector: "metadata.name=x" }],
    ["Job", {}, { labelSelector: "job-name=x" }],
    ["Deployment", { selector: { matchLabels: { a: "b", c: "d" } } }, { labelSelector: "a=b,c=d" }],
    ["ReplicationController", { selector: { a: "b" } }, { labelSelector: "a=b" }],
    [
      "StatefulSet",
      {
        selector: {
          matchLabels: { a: "b" },
          matchExpressions: [
            { key: "t", operator: "In", values: ["x", "y"] },
            { key: "u", operator: "NotIn", values: ["z"] },
            { key: "v", operator: "Exists" },
            { key: "w", operator: "DoesNotExist" },
          ],
        },
      },
      { labelSelector: "a=b,t in (x,y),u notin (z),v,!w" },
    ],
    ["DaemonSet", { selector: {} }, undefined],
    ["ReplicaSet", {}, undefined],
    ["ReplicationController", {}, undefined],
    ["ConfigMap", { selector: { matchLabels: { a: "b" } } }, undefined],
  ];
  for (const [kind, spec, selector] of rows) {
    const object = { apiVersion: "v1", kind, metadata: { name: "x" }, spec };
    deepEqual(selectorOf(object as Parameters<typeof selectorOf>[0]), selector, kind);
  }
});

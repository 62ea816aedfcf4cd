import { equal } from "node:assert/strict";
import { legacyReadiness } from "../../lib/kube/ready_legacy.ts";
import { hookReadinessOf, isAwaitedHook } from "../../lib/kube/ready.ts";
import type { KubeObject } from "../../lib/kube/types.ts";

function object(type: string, spec: unknown, status: unknown, generation = 0): KubeObject {
  const [, apiVersion, kind] = /^(.*)\/(\w+)$/.exec(type)!;
  return {
    apiVersion: apiVersion!,
    kind: kind!,
    metadata: { name: "x", namespace: "n", generation },
    spec,
    status,
  };
}

type Row = [name: string, object: KubeObject, expected: string];

function check(rows: readonly Row[], options: Parameters<typeof legacyReadiness>[1] = {}): void {
  for (const [name, object, expected] of rows) {
    const { status, message } = legacyReadiness(object, options);
    equal(`${status}: ${message}`, expected, name);
  }
}

Deno.test("legacyReadiness() of kinds without a rule, Pods, claims and CRDs", () => {
  const crd = "apiextensions.k8s.io/v1/CustomResourceDefinition";
  check([
    [
      "any",
      object("example.com/v1/Widget", {}, { conditions: [{ type: "Ready", status: "False" }] }),
      "Current: exists",
    ],
    ["pod", object("v1/Pod", {}, { phase: "Succeeded" }), "InProgress: pod is not ready"],
    [
      "ready pod",
      object("v1/Pod", {}, { conditions: [{ type: "Ready", status: "True" }] }),
      "Current: pod is ready",
    ],
    [
      "claim",
      object("v1/PersistentVolumeClaim", {}, { phase: "Pending" }),
      "InProgress: claim is not bound",
    ],
    ["bound claim", object("v1/PersistentVolumeClaim", {}, { phase: "Bound" }), "Current: bound"],
    ["crd", object(crd, {}, {}), "InProgress: not yet established"],
    [
      "established",
      object(crd, {}, { conditions: [{ type: "Established", status: "True" }] }),
      "Current: established",
    ],
    [
      "name taken",
      object(crd, {}, { conditions: [{ type: "NamesAccepted", status: "False" }] }),
      "Current: established",
    ],
  ]);
});

Deno.test("legacyReadiness() of a Job counts only when asked", () => {
  const type = "batch/v1/Job";
  check([["not asked", object(type, { completions: 1 }, {}), "Current: exists"]]);
  check([
    [
      "running",
      object(type, { completions: 2, backoffLimit: 6 }, { succeeded: 1 }),
      "InProgress: 1 of 2 completions",
    ],
    [
      "done",
      object(type, { completions: 2, backoffLimit: 6 }, { succeeded: 2 }),
      "Current: job is completed",
    ],
    ["no completions", object(type, { backoffLimit: 6 }, {}), "Current: job is completed"],
    [
      "retrying",
      object(type, { completions: 1, backoffLimit: 1 }, { failed: 1 }),
      "InProgress: 0 of 1 completions",
    ],
    [
      "failed",
      object(type, { completions: 1, backoffLimit: 1 }, { failed: 2 }),
      "Failed: job is failed: n/x",
    ],
    [
      "past its deadline",
      object(type, { completions: 1, backoffLimit: 6 }, {
        failed: 1,
        conditions: [{ type: "Failed", status: "True", reason: "DeadlineExceeded" }],
      }),
      "Failed: job is failed: n/x",
    ],
  ], { jobs: true });
});

Deno.test("legacyReadiness() of a Deployment lets maxUnavailable pods be missing", () => {
  const type = "apps/v1/Deployment";
  function rolling(replicas: number, maxUnavailable: unknown, maxSurge: unknown = 1) {
    return {
      replicas,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable, maxSurge } },
    };
  }
  function ready(readyReplicas: number, replicas = 4, updatedReplicas = replicas) {
    return { observedGeneration: 1, replicas, updatedReplicas, readyReplicas };
  }
  check([
    [
      "unseen",
      object(type, rolling(4, 1), {}, 1),
      "InProgress: generation 1 is not yet observed (0 is)",
    ],
    ["all but one", object(type, rolling(4, 1), ready(3), 1), "Current: enough pods are ready"],
    ["too few", object(type, rolling(4, 1), ready(2), 1), "InProgress: 2 of 3 pods are ready"],
    [
      "percent, rounded down",
      object(type, rolling(5, "25%"), ready(3, 5), 1),
      "InProgress: 3 of 4 pods are ready",
    ],
    [
      "nothing may be missing",
      object(type, rolling(1, "25%", "25%"), ready(0, 1), 1),
      "InProgress: 0 of 1 pods are ready",
    ],
    ["both zero", object(type, rolling(2, 0, 0), ready(1, 2), 1), "Current: enough pods are ready"],
    [
      "recreate",
      object(type, { replicas: 2, strategy: { type: "Recreate" } }, ready(1, 2), 1),
      "InProgress: 1 of 2 pods are ready",
    ],
    [
      "old pods do not count",
      object(type, rolling(4, 0), ready(4, 5, 1), 1),
      "InProgress: 0 of 4 pods are ready",
    ],
    ["no replicas", object(type, rolling(0, 1), ready(0, 0), 1), "Current: enough pods are ready"],
    ["paused", object(type, { paused: true }, ready(4), 1), "InProgress: paused"],
  ]);
  check([["paused", object(type, { paused: true }, {}), "Current: paused"]], {
    pausedAsReady: true,
  });
});

Deno.test("legacyReadiness() of a Service", () => {
  const type = "v1/Service";
  check([
    ["external", object(type, { type: "ExternalName" }, {}), "Current: external"],
    [
      "no address",
      object(type, { type: "ClusterIP" }, {}),
      "InProgress: service has no cluster IP",
    ],
    ["headless", object(type, { clusterIP: "None" }, {}), "Current: service has an address"],
    [
      "balancer",
      object(type, { type: "LoadBalancer", clusterIP: "1" }, { loadBalancer: {} }),
      "InProgress: service has no load balancer ingress",
    ],
    [
      "external IPs",
      object(type, { type: "LoadBalancer", clusterIP: "1", externalIPs: ["2"] }, {}),
      "Current: service has an address",
    ],
    [
      "ingress",
      object(type, { type: "LoadBalancer", clusterIP: "1" }, {
        loadBalancer: { ingress: [{ ip: "2" }] },
      }),
      "Current: service has an address",
    ],
  ]);
});

Deno.test("legacyReadiness() of a DaemonSet, a StatefulSet and a ReplicaSet", () => {
  const daemon = "apps/v1/DaemonSet", stateful = "apps/v1/StatefulSet", set = "apps/v1/ReplicaSet";
  const rolling = {
    updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "10%" } },
  };
  const counts = { desiredNumberScheduled: 5, updatedNumberScheduled: 5, numberReady: 4 };
  const state = { updatedReplicas: 2, readyReplicas: 2, currentRevision: "a", updateRevision: "a" };
  const roll = { replicas: 2, updateStrategy: { type: "RollingUpdate" } };
  const part = {
    replicas: 2,
    updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 1 } },
  };
  check([
    [
      "unseen",
      object(daemon, rolling, counts, 1),
      "InProgress: generation 1 is not yet observed (0 is)",
    ],
    [
      "on delete",
      object(daemon, { updateStrategy: { type: "OnDelete" } }, {}),
      "Current: not updated by rolling",
    ],
    ["percent, rounded up", object(daemon, rolling, counts), "Current: enough pods are ready"],
    [
      "too few",
      object(daemon, rolling, { ...counts, numberReady: 3 }),
      "InProgress: 3 of 4 pods are ready",
    ],
    [
      "not scheduled",
      object(daemon, rolling, { ...counts, updatedNumberScheduled: 1 }),
      "InProgress: 1 of 5 pods are scheduled",
    ],
    [
      "on delete",
      object(stateful, { updateStrategy: { type: "OnDelete" } }, {}),
      "Current: not updated by rolling",
    ],
    ["ready", object(stateful, roll, state), "Current: all pods are ready"],
    [
      "not updated",
      object(stateful, roll, { ...state, updatedReplicas: 1 }),
      "InProgress: 1 of 2 pods are scheduled",
    ],
    [
      "not ready",
      object(stateful, roll, { ...state, readyReplicas: 1 }),
      "InProgress: 1 of 2 pods are ready",
    ],
    [
      "revision",
      object(stateful, roll, { ...state, updateRevision: "b" }),
      "InProgress: the current revision is not yet the updated one",
    ],
    [
      "partition",
      object(stateful, part, { ...state, updatedReplicas: 1, updateRevision: "b" }),
      "Current: all pods are ready",
    ],
    ["no pods", object(set, { replicas: 0 }, {}), "Current: all pods are ready"],
    [
      "some",
      object(set, {}, { replicas: 2, readyReplicas: 1 }),
      "InProgress: 1 of 2 pods are ready",
    ],
    [
      "controller",
      object("v1/ReplicationController", {}, { replicas: 1, readyReplicas: 1 }),
      "Current: all pods are ready",
    ],
  ]);
});

Deno.test("hookReadinessOf() waits for the end of Jobs and Pods, and for nothing else", () => {
  const failedJob = {
    failed: 1,
    conditions: [{ type: "Failed", status: "True", reason: "BackoffLimitExceeded" }],
  };
  const rows: [string, KubeObject, string, string][] = [
    [
      "started job",
      object("batch/v1/Job", {}, { startTime: "t" }),
      "InProgress: Job in progress",
      "InProgress: Job in progress",
    ],
    [
      "job",
      object("batch/v1/Job", {}, {
        succeeded: 1,
        conditions: [{ type: "Complete", status: "True" }],
      }),
      "Current: Job Completed. succeeded: 1/1",
      "Current: Job Completed. succeeded: 1/1",
    ],
    [
      "failed job",
      object("batch/v1/Job", {}, failedJob),
      "Failed: Job Failed. failed: 1/1",
      "Failed: job x failed: BackoffLimitExceeded",
    ],
    [
      "pod",
      object("v1/Pod", {}, { phase: "Running" }),
      "InProgress: Pod in progress",
      "InProgress: Pod in progress",
    ],
    [
      "ended pod",
      object("v1/Pod", {}, { phase: "Succeeded" }),
      "Current: pod x succeeded",
      "Current: pod x succeeded",
    ],
    [
      "failed pod",
      object("v1/Pod", {}, { phase: "Failed" }),
      "Failed: pod x failed",
      "Failed: pod x failed",
    ],
    [
      "config",
      object("v1/ConfigMap", {}, {}),
      "Current: Resource is current",
      "Current: Resource is current",
    ],
    [
      "deployment",
      object("apps/v1/Deployment", {}, {}),
      "Current: Resource is current",
      "Current: Resource is current",
    ],
  ];
  for (const [name, hook, watcher, legacy] of rows) {
    const byWatcher = hookReadinessOf(hook);
    const byLegacy = hookReadinessOf(hook, { rules: "legacy" });
    equal(`${byWatcher.status}: ${byWatcher.message}`, watcher, name);
    equal(`${byLegacy.status}: ${byLegacy.message}`, legacy, name);
    equal(isAwaitedHook(hook), ["Job", "Pod"].includes(hook.kind), name);
  }
});

import { deepEqual, equal } from "node:assert/strict";
import { watcherReadiness } from "../../lib/kube/ready_watcher.ts";
import { readinessOf } from "../../lib/kube/ready.ts";
import type { KubeObject } from "../../lib/kube/types.ts";

type Fields = Record<string, unknown>;

function object(
  type: string,
  fields: { metadata?: Fields; spec?: unknown; status?: unknown },
): KubeObject {
  const [, apiVersion, kind] = /^(.*)\/(\w+)$/.exec(type)!;
  const { metadata, ...rest } = fields;
  return {
    apiVersion: apiVersion!,
    kind: kind!,
    ...rest,
    metadata: { name: "x", namespace: "n", ...metadata },
  };
}

function condition(type: string, status: string, reason = "", message = ""): Fields {
  return { type, status, reason, message };
}

type Row = [type: string, fields: Parameters<typeof object>[1], expected: string];

function check(rows: readonly Row[]): void {
  for (const [type, fields, expected] of rows) {
    const { status, message } = watcherReadiness(object(type, fields), 0);
    equal(`${status}: ${message}`, expected, `${type} ${JSON.stringify(fields)}`);
  }
}

Deno.test("watcherReadiness() of any kind: deletion, generation, standard conditions, Ready", () => {
  const type = "example.com/v1/Widget";
  check([
    [type, {}, "Current: Resource is current"],
    [
      type,
      { metadata: { deletionTimestamp: "t" } },
      "Terminating: Resource scheduled for deletion",
    ],
    [
      type,
      { metadata: { generation: 2 }, status: { observedGeneration: 1 } },
      "InProgress: Widget generation is 2, but latest observed generation is 1",
    ],
    [type, { metadata: { generation: 2 }, status: {} }, "Current: Resource is current"],
    [
      type,
      { status: { conditions: [condition("Reconciling", "True", "R", "working")] } },
      "InProgress: working",
    ],
    [
      type,
      { status: { conditions: [condition("Stalled", "True", "R", "stuck")] } },
      "Failed: stuck",
    ],
    [
      type,
      { status: { conditions: [condition("Stalled", "False", "R", "fine")] } },
      "Current: Resource is current",
    ],
    [type, { status: { conditions: [condition("Ready", "True")] } }, "Current: Resource is Ready"],
    [
      type,
      { status: { conditions: [condition("Ready", "False", "R", "not yet")] } },
      "InProgress: not yet",
    ],
    [
      type,
      { status: { conditions: [condition("Ready", "Unknown", "R", "who knows")] } },
      "InProgress: who knows",
    ],
    [type, { status: { conditions: "odd" } }, "Current: Resource is current"],
    [
      type,
      { status: { conditions: [null, condition("Ready", "Odd")] } },
      "Current: Resource is current",
    ],
    ["v1/ConfigMap", {}, "Current: Resource is always ready"],
    ["v1/Secret", {}, "Current: Resource is always ready"],
    ["batch/v1/CronJob", {}, "Current: Resource is always ready"],
    ["policy/v1/PodDisruptionBudget", {}, "Current: AllowedDisruptions has been computed."],
    ["other.example.com/v1/Deployment", {}, "Current: Resource is current"],
  ]);
});

const rolledOut = [
  condition("Progressing", "True", "NewReplicaSetAvailable"),
  condition("Available", "True"),
];
const full = { replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 };

Deno.test("watcherReadiness() of a Deployment", () => {
  const type = "apps/v1/Deployment";
  const spec = { replicas: 2, progressDeadlineSeconds: 600 };
  check([
    [type, {}, "InProgress: Replicas: 0/1"],
    [type, { spec, status: { ...full, replicas: 1 } }, "InProgress: Replicas: 1/2"],
    [type, { spec, status: { ...full, updatedReplicas: 1 } }, "InProgress: Updated: 1/2"],
    [type, { spec, status: { ...full, replicas: 3 } }, "InProgress: Pending termination: 1"],
    [type, { spec, status: { ...full, availableReplicas: 1 } }, "InProgress: Available: 1/2"],
    [type, { spec, status: { ...full, readyReplicas: 1 } }, "InProgress: Ready: 1/2"],
    [type, { spec, status: full }, "InProgress: ReplicaSet not Available"],
    [
      type,
      { spec, status: { ...full, conditions: [rolledOut[0]] } },
      "InProgress: Deployment not Available",
    ],
    [
      type,
      { spec, status: { ...full, conditions: rolledOut } },
      "Current: Deployment is available. Replicas: 2",
    ],
    [
      type,
      { spec: { replicas: 2 }, status: { ...full, conditions: [rolledOut[1]] } },
      "Current: Deployment is available. Replicas: 2",
    ],
    [type, {
      spec,
      status: { conditions: [condition("Progressing", "False", "ProgressDeadlineExceeded")] },
    }, "Failed: Progress deadline exceeded"],
    ["extensions/v1beta1/Deployment", {}, "InProgress: Replicas: 0/1"],
  ]);
});

Deno.test("watcherReadiness() of a StatefulSet", () => {
  const type = "apps/v1/StatefulSet";
  const status = {
    replicas: 2,
    readyReplicas: 2,
    currentReplicas: 2,
    updatedReplicas: 2,
    currentRevision: "a",
    updateRevision: "a",
  };
  const spec = { replicas: 2 };
  const partition = { replicas: 2, updateStrategy: { rollingUpdate: { partition: 1 } } };
  check([
    [
      type,
      { spec: { updateStrategy: { type: "OnDelete" } } },
      "Current: StatefulSet is using the ondelete update strategy",
    ],
    [type, { spec, status: { ...status, replicas: 1 } }, "InProgress: Replicas: 1/2"],
    [type, { spec, status: { ...status, readyReplicas: 0 } }, "InProgress: Ready: 0/2"],
    [type, { spec, status: { ...status, replicas: 3 } }, "InProgress: Pending termination: 1"],
    [
      type,
      { spec: partition, status: { ...status, updatedReplicas: 0 } },
      "InProgress: updated: 0/1",
    ],
    [
      type,
      { spec: partition, status: { ...status, updatedReplicas: 1, currentReplicas: 1 } },
      "Current: Partition rollout complete. updated: 1",
    ],
    [type, { spec, status: { ...status, currentReplicas: 1 } }, "InProgress: current: 1/2"],
    [
      type,
      { spec, status: { ...status, updateRevision: "b" } },
      "InProgress: Waiting for updated revision to match current",
    ],
    [type, { spec, status }, "Current: All replicas scheduled as expected. Replicas: 2"],
  ]);
});

Deno.test("watcherReadiness() of a DaemonSet and a ReplicaSet", () => {
  const type = "apps/v1/DaemonSet";
  const metadata = { generation: 1 };
  const status = {
    observedGeneration: 1,
    desiredNumberScheduled: 2,
    currentNumberScheduled: 2,
    updatedNumberScheduled: 2,
    numberAvailable: 2,
    numberReady: 2,
  };
  const { desiredNumberScheduled: _, ...unplanned } = status;
  const set = { fullyLabeledReplicas: 1, availableReplicas: 1, readyReplicas: 1, replicas: 1 };
  check([
    [type, {}, "InProgress: DaemonSet metadata.generation not found"],
    [type, { metadata }, "InProgress: DaemonSet status.observedGeneration not found"],
    [type, { metadata, status: unplanned }, "InProgress: Missing .status.desiredNumberScheduled"],
    [
      type,
      { metadata, status: { ...status, currentNumberScheduled: 1 } },
      "InProgress: Current: 1/2",
    ],
    [
      type,
      { metadata, status: { ...status, updatedNumberScheduled: 1 } },
      "InProgress: Updated: 1/2",
    ],
    [type, { metadata, status: { ...status, numberAvailable: 1 } }, "InProgress: Available: 1/2"],
    [type, { metadata, status: { ...status, numberReady: 1 } }, "InProgress: Ready: 1/2"],
    [type, { metadata, status }, "Current: All replicas scheduled as expected. Replicas: 2"],
    [
      "apps/v1/ReplicaSet",
      { status: { conditions: [condition("ReplicaFailure", "True")] } },
      "InProgress: Replica Failure condition. Check Pods",
    ],
    ["apps/v1/ReplicaSet", {}, "InProgress: Labelled: 0/1"],
    [
      "apps/v1/ReplicaSet",
      { status: { ...set, availableReplicas: 0 } },
      "InProgress: Available: 0/1",
    ],
    ["apps/v1/ReplicaSet", { status: { ...set, readyReplicas: 0 } }, "InProgress: Ready: 0/1"],
    [
      "apps/v1/ReplicaSet",
      { status: { ...set, replicas: 2 } },
      "InProgress: Pending termination: 1",
    ],
    ["apps/v1/ReplicaSet", { status: set }, "Current: ReplicaSet is available. Replicas: 1"],
  ]);
});

Deno.test("watcherReadiness() of a Pod", () => {
  const type = "v1/Pod";
  const crashing = [{ name: "a", state: { waiting: { reason: "CrashLoopBackOff" } } }, {
    name: "b",
    state: { running: {} },
  }, null];
  check([
    [type, {}, "InProgress: Pod phase not available"],
    [type, { status: { phase: "Pending" } }, "InProgress: Pod is in the Pending phase"],
    [type, { status: { phase: "Running" } }, "InProgress: Pod is running but is not Ready"],
    [
      type,
      { status: { phase: "Running", containerStatuses: crashing } },
      "Failed: Containers in CrashLoop state: a",
    ],
    [type, {
      status: {
        phase: "Running",
        conditions: [condition("Ready", "True")],
        containerStatuses: crashing,
      },
    }, "Current: Pod is Ready"],
    [type, { status: { phase: "Succeeded" } }, "Current: Pod has completed successfully"],
    [type, { status: { phase: "Failed" } }, "Current: Pod has completed, but not successfully"],
    [type, { status: { phase: "Odd" } }, "Unknown: unknown phase Odd"],
  ]);
});

Deno.test("watcherReadiness() gives a pod 15 seconds to find a node", () => {
  const created = Date.parse("2026-01-01T00:00:00Z");
  const pod = object("v1/Pod", {
    metadata: { creationTimestamp: "2026-01-01T00:00:00Z" },
    status: { phase: "Pending", conditions: [condition("PodScheduled", "False", "Unschedulable")] },
  });
  deepEqual(watcherReadiness(pod, created + 5_000), {
    status: "InProgress",
    message: "Pod has not been scheduled",
    again: 10_000,
  });
  deepEqual(watcherReadiness(pod, created + 15_000), {
    status: "Failed",
    message: "Pod could not be scheduled",
  });
});

Deno.test("watcherReadiness() of a Job, a claim, a Service and a CRD", () => {
  const crd = "apiextensions.k8s.io/v1/CustomResourceDefinition";
  check([
    ["batch/v1/Job", {}, "InProgress: Job not started"],
    [
      "batch/v1/Job",
      { status: { startTime: "t", active: 1, failed: 2 } },
      "Current: Job in progress. success:0, active: 1, failed: 2",
    ],
    ["batch/v1/Job", {
      spec: { completions: 3 },
      status: { succeeded: 3, conditions: [condition("Complete", "True")] },
    }, "Current: Job Completed. succeeded: 3/3"],
    ["batch/v1/Job", {
      spec: { parallelism: 2 },
      status: {
        failed: 1,
        conditions: [condition("Complete", "False"), condition("Failed", "True")],
      },
    }, "Failed: Job Failed. failed: 1/2"],
    ["v1/PersistentVolumeClaim", {}, "InProgress: PVC is not Bound. phase: unknown"],
    ["v1/PersistentVolumeClaim", { status: { phase: "Bound" } }, "Current: PVC is Bound"],
    ["v1/Service", {}, "Current: Service is ready"],
    [
      "v1/Service",
      { spec: { type: "LoadBalancer" } },
      "InProgress: ClusterIP not set. Service type: LoadBalancer",
    ],
    [
      "v1/Service",
      { spec: { type: "LoadBalancer", clusterIP: "10.0.0.1" } },
      "Current: Service is ready",
    ],
    [crd, {}, "InProgress: Install in progress"],
    [
      crd,
      { status: { conditions: [condition("Established", "False", "Installing")] } },
      "InProgress: Install in progress",
    ],
    [
      crd,
      { status: { conditions: [condition("Established", "False", "Broken", "why")] } },
      "Failed: why",
    ],
    [crd, {
      status: { conditions: [condition("NamesAccepted", "False", "Taken", "foo is taken")] },
    }, "Failed: foo is taken"],
    [crd, {
      status: {
        conditions: [condition("NamesAccepted", "True"), condition("Established", "True")],
      },
    }, "Current: CRD is established"],
  ]);
});

Deno.test("readinessOf() waits for a Job's end when asked, and not for a paused Deployment", () => {
  const job = object("batch/v1/Job", { status: { startTime: "t" } });
  equal(readinessOf(job, { now: 0 }).status, "Current");
  deepEqual(readinessOf(job, { now: 0, jobs: true }), {
    status: "InProgress",
    message: "Job in progress",
  });
  const paused = object("apps/v1/Deployment", { spec: { paused: true } });
  equal(readinessOf(paused, { now: 0 }).status, "Current");
  equal(readinessOf(paused, { now: 0, rules: "legacy" }).status, "InProgress");
});

/**
 * Every kind that Helm 3 (pkg/kube/ready.go) and kstatus, which Helm 4 waits by (legacyTypes of
 * fluxcd/cli-utils' pkg/kstatus/status/core.go), have a rule for: as it is when it was just created,
 * and when it is done. The rules' details are in ready_legacy_test.ts and ready_watcher_test.ts.
 */
import { equal } from "node:assert/strict";
import { readinessOf, type ReadyRules } from "../../lib/kube/ready.ts";
import type { KubeObject } from "../../lib/kube/types.ts";

type Parts = Readonly<Record<string, unknown>>;

/** `YES` is ready, `NO` is not yet. */
type Verdict = "YES" | "NO";

interface Row {
  readonly kind: string;
  readonly apis: readonly string[];
  readonly spec?: Parts;
  /** Status as it is in the end. */
  readonly done: Parts;
  /** Verdicts on a new one: of Helm 3, of Helm 4. */
  readonly fresh: readonly [Verdict, Verdict];
}

const GENERATION = { observedGeneration: 1 };
const SELECTOR = { matchLabels: { app: "a" } };

const condition = (type: string, reason = "") => ({
  conditions: [{ type, status: "True", reason }],
});

const ROWS: readonly Row[] = [
  {
    kind: "Pod",
    apis: ["v1"],
    done: { phase: "Running", ...condition("Ready") },
    fresh: ["NO", "NO"],
  },
  {
    kind: "Job",
    apis: ["batch/v1"],
    spec: { completions: 1 },
    done: { succeeded: 1, startTime: "2026-01-01T00:00:00Z", ...condition("Complete") },
    fresh: ["NO", "NO"],
  },
  {
    kind: "Deployment",
    apis: ["apps/v1", "extensions/v1beta1"],
    spec: { replicas: 1, selector: SELECTOR },
    done: {
      ...GENERATION,
      ...{ replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 },
      ...condition("Available"),
    },
    fresh: ["NO", "NO"],
  },
  {
    kind: "StatefulSet",
    apis: ["apps/v1"],
    spec: { replicas: 1, selector: SELECTOR, updateStrategy: { type: "RollingUpdate" } },
    done: { ...GENERATION, replicas: 1, updatedReplicas: 1, readyReplicas: 1, currentReplicas: 1 },
    fresh: ["NO", "NO"],
  },
  {
    kind: "DaemonSet",
    apis: ["apps/v1", "extensions/v1beta1"],
    spec: {
      selector: SELECTOR,
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
    },
    done: {
      ...GENERATION,
      ...{ desiredNumberScheduled: 1, currentNumberScheduled: 1, updatedNumberScheduled: 1 },
      ...{ numberAvailable: 1, numberReady: 1 },
    },
    fresh: ["NO", "NO"],
  },
  {
    kind: "ReplicaSet",
    apis: ["apps/v1", "extensions/v1beta1"],
    spec: { replicas: 1, selector: SELECTOR },
    done: {
      ...GENERATION,
      ...{ replicas: 1, fullyLabeledReplicas: 1, readyReplicas: 1, availableReplicas: 1 },
    },
    fresh: ["NO", "NO"],
  },
  {
    // Helm 4 has no rule for it: there the generation decides, where a status names one.
    kind: "ReplicationController",
    apis: ["v1"],
    spec: { replicas: 1, selector: { app: "a" } },
    done: { ...GENERATION, replicas: 1, readyReplicas: 1 },
    fresh: ["NO", "YES"],
  },
  {
    kind: "PersistentVolumeClaim",
    apis: ["v1"],
    done: { phase: "Bound" },
    fresh: ["NO", "NO"],
  },
  {
    kind: "CustomResourceDefinition",
    apis: ["apiextensions.k8s.io/v1", "apiextensions.k8s.io/v1beta1"],
    done: condition("Established"),
    fresh: ["NO", "NO"],
  },
  // Kinds that are ready as soon as they are there.
  { kind: "Secret", apis: ["v1"], done: {}, fresh: ["YES", "YES"] },
  { kind: "ConfigMap", apis: ["v1"], done: {}, fresh: ["YES", "YES"] },
  { kind: "CronJob", apis: ["batch/v1"], done: {}, fresh: ["YES", "YES"] },
  { kind: "PodDisruptionBudget", apis: ["policy/v1"], done: {}, fresh: ["YES", "YES"] },
];

function verdict(object: KubeObject, rules: ReadyRules): string {
  const { status } = readinessOf(object, { rules, jobs: true, now: 0 });
  return status === "Current" ? "YES" : status === "InProgress" ? "NO" : status;
}

for (const { kind, apis, spec, done, fresh } of ROWS) {
  Deno.test(`a ${kind} is ready when both Helms say so`, () => {
    for (const apiVersion of apis) {
      const metadata = { name: "a", namespace: "n", generation: 1 };
      const made = { apiVersion, kind, metadata, ...(spec === undefined ? {} : { spec }) };
      for (const [i, rules] of (["legacy", "watcher"] as const).entries()) {
        equal(verdict(made, rules), fresh[i], `new ${apiVersion} ${kind} by ${rules}`);
        equal(
          verdict({ ...made, status: done }, rules),
          "YES",
          `${apiVersion} ${kind} by ${rules}`,
        );
      }
    }
  });
}

Deno.test("a Service is ready when it has an address: for Helm 3 also that of its load balancer", () => {
  const service = (spec: Parts, status: Parts = {}): KubeObject => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "a", namespace: "n" },
    spec,
    status,
  });
  const balancer = { type: "LoadBalancer", clusterIP: "10.0.0.1" };
  const rows: [KubeObject, Verdict, Verdict][] = [
    [service({ type: "ClusterIP", clusterIP: "10.0.0.1" }), "YES", "YES"],
    [service({ type: "ExternalName", externalName: "x" }), "YES", "YES"],
    [service({ ...balancer, clusterIP: "" }), "NO", "NO"],
    [service(balancer), "NO", "YES"],
    [service(balancer, { loadBalancer: { ingress: [{ ip: "1.2.3.4" }] } }), "YES", "YES"],
  ];
  for (const [object, legacy, watcher] of rows) {
    equal(verdict(object, "legacy"), legacy, JSON.stringify(object));
    equal(verdict(object, "watcher"), watcher, JSON.stringify(object));
  }
});

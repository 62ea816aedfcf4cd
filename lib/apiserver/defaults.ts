/**
 * The values that the API server fills in where an object leaves them open.
 *
 * @module
 */
import { defaultPodSpec, defaultPodTemplate, defaultRequests, fill } from "./defaults_pod.ts";
import { at, type Draft, ensure, isObject, type JsonObject, listAt, stringAt } from "./json.ts";
import type { Resource } from "./kinds.ts";

type Rule = (object: Draft) => void;

/** Fills in the defaults of an object's kind. */
export function applyDefaults(resource: Resource, object: Draft): void {
  if (resource.custom) return;
  if (Object.hasOwn(RULES, resource.kind)) RULES[resource.kind]!(object);
}

const RULES: Readonly<Record<string, Rule>> = {
  Namespace: (object) => {
    ensure(object.metadata, "labels")["kubernetes.io/metadata.name"] = object.metadata.name;
  },
  Pod: (object) => {
    defaultPodSpec(ensure(object, "spec"));
    defaultRequests(ensure(object, "spec"));
  },
  PodTemplate: (object) => defaultPodTemplate(object),
  Deployment: defaultDeployment,
  ReplicaSet: defaultReplicas,
  ReplicationController: defaultReplicas,
  StatefulSet: defaultStatefulSet,
  DaemonSet: defaultDaemonSet,
  Job: (object) => defaultJobSpec(ensure(object, "spec")),
  CronJob: defaultCronJob,
  Service: defaultService,
  Secret: defaultSecret,
  PersistentVolumeClaim: defaultClaim,
  PersistentVolume: defaultVolume,
  StorageClass: defaultStorageClass,
  HorizontalPodAutoscaler: defaultAutoscaler,
  NetworkPolicy: defaultNetworkPolicy,
  RoleBinding: defaultBinding,
  ClusterRoleBinding: defaultBinding,
  MutatingWebhookConfiguration: defaultWebhooks,
  ValidatingWebhookConfiguration: defaultWebhooks,
  CustomResourceDefinition: defaultDefinition,
  PriorityClass: (object) => fill(object, { preemptionPolicy: "PreemptLowerPriority" }),
  APIService: defaultApiService,
  EndpointSlice: (object) => {
    for (const port of listAt(object, "ports")) fill(port, { name: "", protocol: "TCP" });
  },
};

function defaultDeployment(object: Draft): void {
  const spec = ensure(object, "spec");
  fill(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
  const strategy = ensure(spec, "strategy");
  fill(strategy, { type: "RollingUpdate" });
  if (strategy.type === "RollingUpdate") {
    fill(ensure(strategy, "rollingUpdate"), { maxUnavailable: "25%", maxSurge: "25%" });
  }
  defaultPodTemplate(spec);
}

function defaultReplicas(object: Draft): void {
  const spec = ensure(object, "spec");
  fill(spec, { replicas: 1 });
  defaultPodTemplate(spec);
}

function defaultStatefulSet(object: Draft): void {
  const spec = ensure(object, "spec");
  fill(spec, { replicas: 1, podManagementPolicy: "OrderedReady", revisionHistoryLimit: 10 });
  const strategy = ensure(spec, "updateStrategy");
  fill(strategy, { type: "RollingUpdate" });
  if (strategy.type === "RollingUpdate") fill(ensure(strategy, "rollingUpdate"), { partition: 0 });
  fill(ensure(spec, "persistentVolumeClaimRetentionPolicy"), {
    whenDeleted: "Retain",
    whenScaled: "Retain",
  });
  for (const claim of listAt(spec, "volumeClaimTemplates")) {
    fill(claim, { apiVersion: "v1", kind: "PersistentVolumeClaim", status: { phase: "Pending" } });
    fill(ensure(claim, "spec"), { volumeMode: "Filesystem" });
  }
  defaultPodTemplate(spec);
}

function defaultDaemonSet(object: Draft): void {
  const annotations = ensure(object.metadata, "annotations");
  fill(annotations, { "deprecated.daemonset.template.generation": "1" });
  const spec = ensure(object, "spec");
  fill(spec, { revisionHistoryLimit: 10 });
  const strategy = ensure(spec, "updateStrategy");
  fill(strategy, { type: "RollingUpdate" });
  if (strategy.type === "RollingUpdate") {
    fill(ensure(strategy, "rollingUpdate"), { maxUnavailable: 1, maxSurge: 0 });
  }
  defaultPodTemplate(spec);
}

function defaultJobSpec(spec: JsonObject): void {
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  fill(spec, {
    parallelism: 1,
    backoffLimit: 6,
    completionMode: "NonIndexed",
    suspend: false,
    manualSelector: false,
    podReplacementPolicy: spec.podFailurePolicy === undefined ? "TerminatingOrFailed" : "Failed",
  });
  defaultPodTemplate(spec);
}

function defaultCronJob(object: Draft): void {
  const spec = ensure(object, "spec");
  fill(spec, {
    concurrencyPolicy: "Allow",
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
  });
  const template = ensure(spec, "jobTemplate");
  fill(template, { metadata: {} });
  defaultPodTemplate(ensure(template, "spec"));
}

function defaultService(object: Draft): void {
  const spec = ensure(object, "spec");
  fill(spec, { type: "ClusterIP", sessionAffinity: "None" });
  for (const port of listAt(spec, "ports")) fill(port, { protocol: "TCP" });
  if (spec.sessionAffinity === "ClientIP") {
    fill(ensure(ensure(spec, "sessionAffinityConfig"), "clientIP"), { timeoutSeconds: 10800 });
  }
  if (spec.type === "ExternalName") return;
  for (const port of listAt(spec, "ports")) fill(port, { targetPort: port.port });
  fill(spec, { internalTrafficPolicy: "Cluster" });
  if (spec.type === "ClusterIP") return;
  fill(spec, { externalTrafficPolicy: "Cluster" });
  if (spec.type === "LoadBalancer") fill(spec, { allocateLoadBalancerNodePorts: true });
}

function defaultSecret(object: Draft): void {
  fill(object, { type: "Opaque" });
  if (!isObject(object.stringData)) return;
  const data = ensure(object, "data");
  for (const [key, value] of Object.entries(object.stringData)) data[key] = base64(String(value));
  delete object.stringData;
}

function base64(text: string): string {
  return new TextEncoder().encode(text).toBase64();
}

function defaultClaim(object: Draft): void {
  fill(ensure(object, "spec"), { volumeMode: "Filesystem" });
}

function defaultVolume(object: Draft): void {
  fill(ensure(object, "spec"), {
    persistentVolumeReclaimPolicy: "Retain",
    volumeMode: "Filesystem",
  });
}

function defaultStorageClass(object: Draft): void {
  fill(object, { reclaimPolicy: "Delete", volumeBindingMode: "Immediate" });
}

function defaultAutoscaler(object: Draft): void {
  const spec = ensure(object, "spec");
  fill(spec, { minReplicas: 1 });
  if (object.apiVersion !== "autoscaling/v2") return;
  if (listAt(spec, "metrics").length > 0) return;
  const target = { type: "Utilization", averageUtilization: 80 };
  spec.metrics = [{ type: "Resource", resource: { name: "cpu", target } }];
}

function defaultNetworkPolicy(object: Draft): void {
  const spec = ensure(object, "spec");
  const types = listAt(spec, "egress").length > 0 ? ["Ingress", "Egress"] : ["Ingress"];
  fill(spec, { policyTypes: types });
  for (const rule of [...listAt(spec, "ingress"), ...listAt(spec, "egress")]) {
    for (const port of listAt(rule, "ports")) fill(port, { protocol: "TCP" });
  }
}

const RBAC = "rbac.authorization.k8s.io";

function defaultBinding(object: Draft): void {
  if (isObject(object.roleRef)) fill(object.roleRef, { apiGroup: RBAC });
  for (const subject of listAt(object, "subjects")) {
    if (subject.kind !== "ServiceAccount") fill(subject, { apiGroup: RBAC });
  }
}

function defaultWebhooks(object: Draft): void {
  for (const webhook of listAt(object, "webhooks")) {
    fill(webhook, {
      failurePolicy: "Fail",
      matchPolicy: "Equivalent",
      namespaceSelector: {},
      objectSelector: {},
      timeoutSeconds: 10,
    });
    if (object.kind === "MutatingWebhookConfiguration") {
      fill(webhook, { reinvocationPolicy: "Never" });
    }
    const service = at(webhook, "clientConfig", "service");
    if (isObject(service)) fill(service, { port: 443 });
    for (const rule of listAt(webhook, "rules")) fill(rule, { scope: "*" });
  }
}

function defaultDefinition(object: Draft): void {
  const spec = ensure(object, "spec");
  const names = ensure(spec, "names");
  const kind = stringAt(names, "kind");
  fill(names, { singular: kind.toLowerCase(), listKind: `${kind}List` });
  fill(spec, { conversion: { strategy: "None" } });
  const service = at(spec, "conversion", "webhook", "clientConfig", "service");
  if (isObject(service)) fill(service, { port: 443 });
}

function defaultApiService(object: Draft): void {
  const service = at(object, "spec", "service");
  if (isObject(service)) fill(service, { port: 443 });
}

/**
 * What the API server adds to an object of a kind when it is created or changed, beyond defaults:
 * addresses, ports, labels, first status.
 *
 * @module
 */
import type { KubeObject } from "../kube/types.ts";
import { fill } from "./defaults_pod.ts";
import type { Env } from "./env.ts";
import { clone, type Draft, ensure, isObject, listAt, objectAt, stringAt } from "./json.ts";
import type { Resource } from "./kinds.ts";
import type { Store } from "./store.ts";

/** What the rules below may ask. */
export interface StrategyContext {
  readonly env: Env;
  readonly store: Store;
}

type Rule = (object: Draft, context: StrategyContext, before?: KubeObject) => void;

/** Prepares an object for being stored; `before` is the one that it replaces. */
export function prepare(
  resource: Resource,
  object: Draft,
  context: StrategyContext & { readonly before?: KubeObject | undefined },
): void {
  const { before } = context;
  if (before === undefined) setFirstStatus(resource, object);
  if (resource.custom) return;
  if (Object.hasOwn(RULES, resource.kind)) RULES[resource.kind]!(object, context, before);
}

const FIRST_STATUS: Readonly<Record<string, unknown>> = {
  Namespace: { phase: "Active" },
  Pod: { phase: "Pending" },
  PersistentVolumeClaim: { phase: "Pending" },
  PersistentVolume: { phase: "Pending" },
  Deployment: {},
  ReplicaSet: { replicas: 0 },
  ReplicationController: { replicas: 0 },
  StatefulSet: { replicas: 0, availableReplicas: 0 },
  DaemonSet: {
    currentNumberScheduled: 0,
    numberMisscheduled: 0,
    desiredNumberScheduled: 0,
    numberReady: 0,
  },
  Job: {},
  CronJob: {},
  Service: { loadBalancer: {} },
  Ingress: { loadBalancer: {} },
  HorizontalPodAutoscaler: { desiredReplicas: 0, currentMetrics: null },
  PodDisruptionBudget: {
    disruptionsAllowed: 0,
    currentHealthy: 0,
    desiredHealthy: 0,
    expectedPods: 0,
  },
};

function setFirstStatus(resource: Resource, object: Draft): void {
  if (!resource.subresources.includes("status")) return;
  delete object.status;
  const first = resource.custom ? undefined : FIRST_STATUS[resource.kind];
  if (first !== undefined) object.status = clone(first);
}

const RULES: Readonly<Record<string, Rule>> = {
  Namespace: prepareNamespace,
  Pod: preparePod,
  Job: prepareJob,
  Service: prepareService,
  PersistentVolumeClaim: prepareClaim,
  CustomResourceDefinition: prepareDefinition,
};

function prepareNamespace(object: Draft): void {
  fill(ensure(object, "spec"), { finalizers: ["kubernetes"] });
}

function preparePod(object: Draft, _: StrategyContext, before?: KubeObject): void {
  if (before !== undefined) return;
  const tolerations = ["not-ready", "unreachable"].map((why) => ({
    key: `node.kubernetes.io/${why}`,
    operator: "Exists",
    effect: "NoExecute",
    tolerationSeconds: 300,
  }));
  const spec = ensure(object, "spec");
  const account = stringAt(spec, "serviceAccountName") || "default";
  Object.assign(spec, { serviceAccountName: account, serviceAccount: account });
  fill(spec, {
    tolerations,
    priority: 0,
    enableServiceLinks: true,
    preemptionPolicy: "PreemptLowerPriority",
  });
}

/** Unless told otherwise a Job finds its pods by labels made from its uid. */
function prepareJob(object: Draft, _: StrategyContext, before?: KubeObject): void {
  const spec = ensure(object, "spec");
  if (before !== undefined) {
    // Clients send the template as they wrote it; the labels that the server added stay.
    const labels = objectAt(before, "spec", "template", "metadata", "labels");
    const template = ensure(ensure(spec, "template"), "metadata");
    if (Object.keys(labels).length > 0) {
      template.labels = { ...labels, ...objectAt(template, "labels") };
    }
    fill(spec, { selector: objectAt(before, "spec").selector });
    return;
  }
  if (spec.manualSelector === true) return;
  const { uid, name } = object.metadata;
  const labels = {
    "batch.kubernetes.io/controller-uid": uid!,
    "batch.kubernetes.io/job-name": name,
    "controller-uid": uid!,
    "job-name": name,
  };
  const template = ensure(ensure(spec, "template"), "metadata");
  template.labels = { ...objectAt(template, "labels"), ...labels };
  fill(object.metadata, { labels: template.labels });
  spec.selector = { matchLabels: { "batch.kubernetes.io/controller-uid": uid } };
}

function prepareService(object: Draft, { env }: StrategyContext, before?: KubeObject): void {
  const spec = ensure(object, "spec");
  if (spec.type === "ExternalName") {
    for (const field of ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"]) {
      delete spec[field];
    }
    return;
  }
  const old = objectAt(before, "spec");
  const address = stringAt(spec, "clusterIP") || stringAt(old, "clusterIP") ||
    env.serviceAddress();
  spec.clusterIP = address;
  if (!Array.isArray(spec.clusterIPs) || spec.clusterIPs[0] !== address) {
    spec.clusterIPs = [address];
  }
  const open = address === "None" && Object.keys(objectAt(spec, "selector")).length === 0;
  const families = open ? ["IPv4", "IPv6"] : ["IPv4"];
  fill(spec, {
    ipFamilies: old.ipFamilies ?? families,
    ipFamilyPolicy: old.ipFamilyPolicy ?? (open ? "RequireDualStack" : "SingleStack"),
  });
  if (spec.type !== "NodePort" && spec.type !== "LoadBalancer") return;
  if (spec.allocateLoadBalancerNodePorts === false) return;
  for (const port of listAt(spec, "ports")) {
    const known = listAt(old, "ports").find((other) =>
      other.port === port.port && other.protocol === port.protocol
    );
    if (port.nodePort === undefined || port.nodePort === 0) {
      port.nodePort = known?.nodePort ?? env.nodePort();
    }
  }
}

const DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class";

function prepareClaim(object: Draft, { store }: StrategyContext, before?: KubeObject): void {
  const spec = ensure(object, "spec");
  const old = objectAt(before, "spec");
  if (old.volumeName !== undefined) fill(spec, { volumeName: old.volumeName });
  if (spec.storageClassName !== undefined) return;
  if (old.storageClassName !== undefined) spec.storageClassName = old.storageClassName;
  else {
    const classes = store.list("storage.k8s.io/storageclasses", undefined);
    const chosen = classes.find(({ metadata }) => metadata.annotations?.[DEFAULT_CLASS] === "true");
    if (chosen !== undefined) spec.storageClassName = chosen.metadata.name;
  }
}

function prepareDefinition(object: Draft, _: StrategyContext, before?: KubeObject): void {
  if (before !== undefined) return;
  const stored = listAt(object, "spec", "versions").filter(({ storage }) => storage === true);
  object.status = {
    conditions: [],
    acceptedNames: { plural: "", kind: "" },
    storedVersions: stored.map(({ name }) => name),
  };
}

/** An object in another version of its kind. */
export function convertTo(apiVersion: string, object: KubeObject): KubeObject {
  if (object.apiVersion === apiVersion) return object;
  const converted = { ...object, apiVersion };
  if (object.kind !== "HorizontalPodAutoscaler" || !isObject(object.spec)) return converted;
  return { ...converted, spec: convertAutoscaler(apiVersion, object.spec) };
}

/** autoscaling/v1 knows one metric only: the average CPU utilization. */
function convertAutoscaler(apiVersion: string, spec: Record<string, unknown>): unknown {
  if (apiVersion === "autoscaling/v2") {
    const { targetCPUUtilizationPercentage: averageUtilization, ...rest } = spec;
    if (averageUtilization === undefined) return rest;
    const target = { type: "Utilization", averageUtilization };
    return { ...rest, metrics: [{ type: "Resource", resource: { name: "cpu", target } }] };
  }
  const { metrics: _, behavior: __, ...rest } = spec;
  const cpu = listAt(spec, "metrics").find((metric) =>
    stringAt(metric, "resource", "name") === "cpu"
  );
  const value = objectAt(cpu, "resource", "target").averageUtilization;
  return value === undefined ? rest : { ...rest, targetCPUUtilizationPercentage: value };
}

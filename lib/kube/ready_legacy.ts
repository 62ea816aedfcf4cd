/**
 * Readiness by the rules of Helm 3 (Helm 4's `--wait=legacy`): one function for each kind.
 *
 * Two of Helm 3's rules look at other objects. Here they are read from the object's own status:
 * - Deployment: Helm wants `replicas - maxUnavailable` ready pods of the newest ReplicaSet. The status
 *   counts ready pods of all of them, so those that may belong to an old one are not counted: never
 *   ready sooner than with Helm, at times a little later.
 * - ReplicaSet, ReplicationController: Helm wants every pod that the selector matches to be ready; here
 *   every pod that the status counts.
 *
 * @module
 */

import { conditionsOf, conditionWith, listAt, numberAt, textAt, valueAt } from "./fields.ts";
import { current, failed, inProgress, type Readiness } from "./readiness.ts";
import { parseApiVersion } from "./resource.ts";
import type { KubeObject } from "./types.ts";

/** Options for {@linkcode legacyReadiness}. */
export interface LegacyOptions {
  /** Whether a Job must have completed. @default {false} */
  readonly jobs?: boolean | undefined;
  /** Whether a paused Deployment counts as ready. Helm never says so when it waits. @default {false} */
  readonly pausedAsReady?: boolean | undefined;
}

/** Readiness of any object. Kinds without a rule are ready once they exist. */
export function legacyReadiness(object: KubeObject, options: LegacyOptions = {}): Readiness {
  const { group } = parseApiVersion(object.apiVersion);
  const rule = RULES.get(group === "" ? object.kind : `${group}/${object.kind}`);
  return rule === undefined ? current("exists") : rule(object, options);
}

type Rule = (object: KubeObject, options: LegacyOptions) => Readiness;

const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ["Pod", pod],
  ["batch/Job", job],
  ["apps/Deployment", deployment],
  ["extensions/Deployment", deployment],
  ["PersistentVolumeClaim", claim],
  ["Service", service],
  ["apps/DaemonSet", daemonSet],
  ["extensions/DaemonSet", daemonSet],
  ["apiextensions.k8s.io/CustomResourceDefinition", definition],
  ["apps/StatefulSet", statefulSet],
  ["ReplicationController", replicas],
  ["apps/ReplicaSet", replicas],
  ["extensions/ReplicaSet", replicas],
]);

function pod(object: KubeObject): Readiness {
  return conditionWith(object, "Ready", "True") === undefined
    ? inProgress("pod is not ready")
    : current("pod is ready");
}

function job(object: KubeObject, { jobs }: LegacyOptions): Readiness {
  if (!jobs) return current("exists");
  const { name, namespace } = object.metadata;
  // A deadline or a policy for pods ends a Job that has failed less often, which Helm 3 does not see.
  const ended = conditionWith(object, "Failed", "True") !== undefined;
  if (ended || numberAt(object, "status.failed") > numberAt(object, "spec.backoffLimit", 6)) {
    return failed(`job is failed: ${namespace}/${name}`);
  }
  const wanted = numberAt(object, "spec.completions", 0);
  const succeeded = numberAt(object, "status.succeeded");
  return succeeded < wanted
    ? inProgress(`${succeeded} of ${wanted} completions`)
    : current("job is completed");
}

function deployment(object: KubeObject, { pausedAsReady }: LegacyOptions): Readiness {
  if (valueAt(object, "spec.paused") === true) {
    return pausedAsReady ? current("paused") : inProgress("paused");
  }
  const unseen = generationUnseen(object);
  if (unseen !== undefined) return unseen;
  const wanted = numberAt(object, "spec.replicas", 1) - deploymentSlack(object);
  const old = numberAt(object, "status.replicas") - numberAt(object, "status.updatedReplicas");
  const ready = Math.max(0, numberAt(object, "status.readyReplicas") - old);
  return ready < wanted ? podsReady(ready, wanted) : current("enough pods are ready");
}

/** Pods that may be missing while a deployment rolls. As its controller: surge rounds up, the rest down. */
function deploymentSlack(object: KubeObject): number {
  const wanted = numberAt(object, "spec.replicas", 1);
  if (textAt(object, "spec.strategy.type") !== "RollingUpdate" || wanted === 0) return 0;
  const rolling = "spec.strategy.rollingUpdate";
  const surge = scaled(valueAt(object, `${rolling}.maxSurge`), wanted, Math.ceil) ?? 0;
  const missing = scaled(valueAt(object, `${rolling}.maxUnavailable`), wanted, Math.floor) ?? 0;
  // Both at zero could never roll, so the controller then lets one be missing.
  return Math.min(wanted, surge === 0 && missing === 0 ? 1 : missing);
}

function claim(object: KubeObject): Readiness {
  const phase = textAt(object, "status.phase");
  return phase === "Bound" ? current("bound") : inProgress("claim is not bound");
}

function service(object: KubeObject): Readiness {
  const type = textAt(object, "spec.type", "ClusterIP");
  if (type === "ExternalName") return current("external");
  if (textAt(object, "spec.clusterIP") === "") return inProgress("service has no cluster IP");
  if (type !== "LoadBalancer" || listAt(object, "spec.externalIPs").length > 0) {
    return current("service has an address");
  }
  return valueAt(object, "status.loadBalancer.ingress") === undefined
    ? inProgress("service has no load balancer ingress")
    : current("service has an address");
}

function daemonSet(object: KubeObject): Readiness {
  const unseen = generationUnseen(object);
  if (unseen !== undefined) return unseen;
  if (textAt(object, "spec.updateStrategy.type") !== "RollingUpdate") {
    return current("not updated by rolling");
  }
  const desired = numberAt(object, "status.desiredNumberScheduled");
  const updated = numberAt(object, "status.updatedNumberScheduled");
  if (updated !== desired) return inProgress(`${updated} of ${desired} pods are scheduled`);
  const slack = valueAt(object, "spec.updateStrategy.rollingUpdate.maxUnavailable");
  const wanted = desired - (scaled(slack, desired, Math.ceil) ?? desired);
  const ready = numberAt(object, "status.numberReady");
  return ready < wanted ? podsReady(ready, wanted) : current("enough pods are ready");
}

function statefulSet(object: KubeObject): Readiness {
  const unseen = generationUnseen(object);
  if (unseen !== undefined) return unseen;
  if (textAt(object, "spec.updateStrategy.type") !== "RollingUpdate") {
    return current("not updated by rolling");
  }
  const wanted = numberAt(object, "spec.replicas", 1);
  const partition = numberAt(object, "spec.updateStrategy.rollingUpdate.partition");
  const updated = numberAt(object, "status.updatedReplicas");
  if (updated < wanted - partition) {
    return inProgress(`${updated} of ${wanted - partition} pods are scheduled`);
  }
  const ready = numberAt(object, "status.readyReplicas");
  if (ready !== wanted) return podsReady(ready, wanted);
  const revisions = ["status.currentRevision", "status.updateRevision"]
    .map((path) => textAt(object, path));
  return partition === 0 && revisions[0] !== revisions[1]
    ? inProgress("the current revision is not yet the updated one")
    : current("all pods are ready");
}

function replicas(object: KubeObject): Readiness {
  const unseen = generationUnseen(object);
  if (unseen !== undefined) return unseen;
  const wanted = numberAt(object, "status.replicas");
  const ready = numberAt(object, "status.readyReplicas");
  return ready < wanted ? podsReady(ready, wanted) : current("all pods are ready");
}

/** A conflict of names counts as done: it is not for the wait to judge. */
function definition(object: KubeObject): Readiness {
  const done = conditionsOf(object).some(({ type, status }) =>
    (type === "Established" && status === "True") ||
    (type === "NamesAccepted" && status === "False")
  );
  return done ? current("established") : inProgress("not yet established");
}

function generationUnseen(object: KubeObject): Readiness | undefined {
  const { generation = 0 } = object.metadata;
  const observed = numberAt(object, "status.observedGeneration");
  if (observed === generation) return undefined;
  return inProgress(`generation ${generation} is not yet observed (${observed} is)`);
}

function podsReady(ready: number, wanted: number): Readiness {
  return inProgress(`${ready} of ${wanted} pods are ready`);
}

/** `2` or `"25%"` of a whole; `undefined` for anything else. */
function scaled(
  value: unknown,
  whole: number,
  round: (value: number) => number,
): number | undefined {
  if (typeof value === "number") return value;
  const percent = typeof value === "string" ? /^(\d+)%$/.exec(value) : null;
  return percent === null ? undefined : round(Number(percent[1]) * whole / 100);
}

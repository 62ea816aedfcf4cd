/**
 * Readiness by the rules of kstatus, which Helm 4 waits by (`--wait=watcher`): one function for each
 * kind, from what the object itself says. Messages are those that Helm prints.
 *
 * kstatus also looks at the pods of a StatefulSet or ReplicaSet that is not ready, and calls it
 * failed when one of them crash-loops; it does not do so for other kinds. What crashes may recover,
 * so here no kind gives up on that.
 *
 * @module
 */

import { conditionsOf, conditionWith, listAt, numberAt, textAt, valueAt } from "./fields.ts";
import { current, failed, inProgress, type Readiness } from "./readiness.ts";
import { parseApiVersion } from "./resource.ts";
import type { KubeObject } from "./types.ts";

/** Says how far an object has come. `now` is milliseconds since the epoch. */
export type Rule = (object: KubeObject, now: number) => Readiness;

/** Readiness of any object, by what holds for all kinds and then by its kind. */
export function watcherReadiness(object: KubeObject, now: number): Readiness {
  return generic(object) ?? (ruleOf(object) ?? byReadyCondition)(object, now);
}

function ruleOf({ apiVersion, kind }: KubeObject): Rule | undefined {
  const { group } = parseApiVersion(apiVersion);
  return RULES.get(group === "" ? kind : `${group}/${kind}`);
}

const RULES: ReadonlyMap<string, Rule> = new Map([
  ["Service", service],
  ["Pod", pod],
  ["Secret", alwaysReady],
  ["ConfigMap", alwaysReady],
  ["PersistentVolumeClaim", claim],
  ["apps/StatefulSet", statefulSet],
  ["apps/DaemonSet", daemonSet],
  ["extensions/DaemonSet", daemonSet],
  ["apps/Deployment", deployment],
  ["extensions/Deployment", deployment],
  ["apps/ReplicaSet", replicaSet],
  ["extensions/ReplicaSet", replicaSet],
  ["policy/PodDisruptionBudget", disruptionBudget],
  ["batch/CronJob", alwaysReady],
  ["batch/Job", job],
  ["apiextensions.k8s.io/CustomResourceDefinition", definition],
]);

/** Deletion, a generation not yet seen, and the standard conditions decide before any kind does. */
function generic(object: KubeObject): Readiness | undefined {
  const { deletionTimestamp, generation } = object.metadata;
  if (deletionTimestamp) {
    return { status: "Terminating", message: "Resource scheduled for deletion" };
  }
  const observed = valueAt(object, "status.observedGeneration");
  if (generation !== undefined && typeof observed === "number" && observed !== generation) {
    return inProgress(
      `${object.kind} generation is ${generation}, but latest observed generation is ${observed}`,
    );
  }
  for (const { type, status, message } of conditionsOf(object)) {
    if (status !== "True") continue;
    if (type === "Reconciling") return inProgress(message);
    if (type === "Stalled") return failed(message);
  }
  return undefined;
}

/** Kinds with no rule: a `Ready` condition counts where there is one. */
function byReadyCondition(object: KubeObject): Readiness {
  const ready = conditionsOf(object).find(({ type, status }) =>
    type === "Ready" && ["True", "False", "Unknown"].includes(status)
  );
  if (ready === undefined) return current("Resource is current");
  return ready.status === "True" ? current("Resource is Ready") : inProgress(ready.message);
}

function alwaysReady(): Readiness {
  return current("Resource is always ready");
}

function disruptionBudget(): Readiness {
  return current("AllowedDisruptions has been computed.");
}

function deployment(object: KubeObject): Readiness {
  const conditions = conditionsOf(object);
  if (conditions.some(({ type, reason }) => type === "Progressing" && reason === EXCEEDED)) {
    return failed("Progress deadline exceeded");
  }
  const wanted = numberAt(object, "spec.replicas", 1);
  const replicas = numberAt(object, "status.replicas");
  const updated = numberAt(object, "status.updatedReplicas");
  const available = numberAt(object, "status.availableReplicas");
  const ready = numberAt(object, "status.readyReplicas");
  if (replicas < wanted) return inProgress(`Replicas: ${replicas}/${wanted}`);
  if (updated < wanted) return inProgress(`Updated: ${updated}/${wanted}`);
  if (replicas > wanted) return inProgress(`Pending termination: ${replicas - wanted}`);
  if (available < updated) return inProgress(`Available: ${available}/${updated}`);
  if (ready < wanted) return inProgress(`Ready: ${ready}/${wanted}`);
  if (!hasProgressed(object)) return inProgress("ReplicaSet not Available");
  if (conditionWith(object, "Available", "True") === undefined) {
    return inProgress("Deployment not Available");
  }
  return current(`Deployment is available. Replicas: ${replicas}`);
}

const EXCEEDED = "ProgressDeadlineExceeded";

/** Without a deadline (2^31-1 means none) the controller keeps no `Progressing` condition. */
function hasProgressed(object: KubeObject): boolean {
  const none = 2 ** 31 - 1;
  if (numberAt(object, "spec.progressDeadlineSeconds", none) === none) return true;
  return conditionWith(object, "Progressing", "True")?.reason === "NewReplicaSetAvailable";
}

function statefulSet(object: KubeObject): Readiness {
  if (textAt(object, "spec.updateStrategy.type") === "OnDelete") {
    return current("StatefulSet is using the ondelete update strategy");
  }
  const wanted = numberAt(object, "spec.replicas", 1);
  const replicas = numberAt(object, "status.replicas");
  const ready = numberAt(object, "status.readyReplicas");
  const updated = numberAt(object, "status.updatedReplicas");
  const partition = numberAt(object, "spec.updateStrategy.rollingUpdate.partition", -1);
  if (replicas < wanted) return inProgress(`Replicas: ${replicas}/${wanted}`);
  if (ready < wanted) return inProgress(`Ready: ${ready}/${wanted}`);
  if (replicas > wanted) return inProgress(`Pending termination: ${replicas - wanted}`);
  if (partition !== -1) {
    return updated < wanted - partition
      ? inProgress(`updated: ${updated}/${wanted - partition}`)
      : current(`Partition rollout complete. updated: ${updated}`);
  }
  const atCurrent = numberAt(object, "status.currentReplicas");
  if (atCurrent < wanted) return inProgress(`current: ${atCurrent}/${wanted}`);
  if (textAt(object, "status.currentRevision") !== textAt(object, "status.updateRevision")) {
    return inProgress("Waiting for updated revision to match current");
  }
  return current(`All replicas scheduled as expected. Replicas: ${replicas}`);
}

function daemonSet(object: KubeObject): Readiness {
  if (object.metadata.generation === undefined) {
    return inProgress(`${object.kind} metadata.generation not found`);
  }
  if (valueAt(object, "status.observedGeneration") === undefined) {
    return inProgress(`${object.kind} status.observedGeneration not found`);
  }
  const wanted = numberAt(object, "status.desiredNumberScheduled", -1);
  if (wanted === -1) return inProgress("Missing .status.desiredNumberScheduled");
  const counts = [
    ["Current", "status.currentNumberScheduled"],
    ["Updated", "status.updatedNumberScheduled"],
    ["Available", "status.numberAvailable"],
    ["Ready", "status.numberReady"],
  ] as const;
  for (const [label, path] of counts) {
    const count = numberAt(object, path);
    if (count < wanted) return inProgress(`${label}: ${count}/${wanted}`);
  }
  return current(`All replicas scheduled as expected. Replicas: ${wanted}`);
}

function replicaSet(object: KubeObject): Readiness {
  if (conditionWith(object, "ReplicaFailure", "True") !== undefined) {
    return inProgress("Replica Failure condition. Check Pods");
  }
  const wanted = numberAt(object, "spec.replicas", 1);
  const counts = [
    ["Labelled", "status.fullyLabeledReplicas"],
    ["Available", "status.availableReplicas"],
    ["Ready", "status.readyReplicas"],
  ] as const;
  for (const [label, path] of counts) {
    const count = numberAt(object, path);
    if (count < wanted) return inProgress(`${label}: ${count}/${wanted}`);
  }
  const replicas = numberAt(object, "status.replicas");
  if (replicas > wanted) return inProgress(`Pending termination: ${replicas - wanted}`);
  return current(`ReplicaSet is available. Replicas: ${replicas}`);
}

function claim(object: KubeObject): Readiness {
  const phase = textAt(object, "status.phase", "unknown");
  return phase === "Bound"
    ? current("PVC is Bound")
    : inProgress(`PVC is not Bound. phase: ${phase}`);
}

function service(object: KubeObject): Readiness {
  const balanced = textAt(object, "spec.type", "ClusterIP") === "LoadBalancer";
  return balanced && textAt(object, "spec.clusterIP") === ""
    ? inProgress("ClusterIP not set. Service type: LoadBalancer")
    : current("Service is ready");
}

/** How long a pod may stay without a node before that counts as failure, in milliseconds. */
const SCHEDULE_WINDOW = 15_000;

function pod(object: KubeObject, now: number): Readiness {
  const phase = textAt(object, "status.phase");
  switch (phase) {
    case "Succeeded":
      return current("Pod has completed successfully");
    case "Failed":
      return current("Pod has completed, but not successfully");
    case "Running":
      return runningPod(object);
    case "Pending":
      return pendingPod(object, now);
    case "":
      return inProgress("Pod phase not available");
    default:
      return { status: "Unknown", message: `unknown phase ${phase}` };
  }
}

function runningPod(object: KubeObject): Readiness {
  if (conditionWith(object, "Ready", "True") !== undefined) return current("Pod is Ready");
  const crashing = listAt(object, "status.containerStatuses").flatMap((item) => {
    const { name, state } = (item ?? {}) as {
      name?: string;
      state?: { waiting?: { reason?: string } };
    };
    return state?.waiting?.reason === "CrashLoopBackOff" ? [name ?? ""] : [];
  });
  return crashing.length > 0
    ? failed(`Containers in CrashLoop state: ${crashing.join(",")}`)
    : inProgress("Pod is running but is not Ready");
}

function pendingPod(object: KubeObject, now: number): Readiness {
  const scheduled = conditionWith(object, "PodScheduled", "False");
  if (scheduled?.reason !== "Unschedulable") return inProgress("Pod is in the Pending phase");
  const created = Date.parse(object.metadata.creationTimestamp ?? "");
  const left = (Number.isNaN(created) ? 0 : created) + SCHEDULE_WINDOW - now;
  return left > 0
    ? inProgress("Pod has not been scheduled", left)
    : failed("Pod could not be scheduled");
}

function job(object: KubeObject): Readiness {
  const finished = jobEnd(object);
  if (finished !== undefined) return finished;
  if (textAt(object, "status.startTime") === "") return inProgress("Job not started");
  const [succeeded, active, failures] = ["succeeded", "active", "failed"].map((name) =>
    numberAt(object, `status.${name}`)
  );
  return current(
    `Job in progress. success:${succeeded}, active: ${active}, failed: ${failures}`,
  );
}

/** How a job ended; `undefined` while it runs. */
export function jobEnd(object: KubeObject): Readiness | undefined {
  const wanted = numberAt(object, "spec.completions", numberAt(object, "spec.parallelism", 1));
  for (const { type, status } of conditionsOf(object)) {
    if (status !== "True") continue;
    if (type === "Complete") {
      return current(`Job Completed. succeeded: ${numberAt(object, "status.succeeded")}/${wanted}`);
    }
    if (type === "Failed") {
      return failed(`Job Failed. failed: ${numberAt(object, "status.failed")}/${wanted}`);
    }
  }
  return undefined;
}

function definition(object: KubeObject): Readiness {
  for (const { type, status, reason, message } of conditionsOf(object)) {
    if (type === "NamesAccepted" && status === "False") return failed(message);
    if (type !== "Established") continue;
    if (status === "False" && reason !== "Installing") return failed(message);
    if (status === "True") return current("CRD is established");
  }
  return inProgress("Install in progress");
}

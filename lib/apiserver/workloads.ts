/**
 * ReplicaSets and Deployments.
 *
 * @module
 */
import type { KubeObject } from "../kube/types.ts";
import type { Control } from "./controllers.ts";
import { shortHash } from "./env.ts";
import {
  at,
  clone,
  type DraftMeta,
  type JsonObject,
  listAt,
  numberAt,
  objectAt,
  stringAt,
} from "./json.ts";
import {
  createPod,
  isReady,
  mergeConditions,
  ownerReference,
  phaseOf,
  podsOf,
  withLabels,
} from "./pods.ts";

/** Makes or removes pods until there are as many as asked for, and counts them. */
export function reconcileReplicaSet(control: Control, set: KubeObject): void {
  if (set.metadata.deletionTimestamp !== undefined) return;
  const wanted = numberAt(set, ["spec", "replicas"], 1);
  const active = podsOf(control, set).filter((pod) => !isEnded(pod));
  for (let i = active.length; i < wanted; i++) {
    const generateName = `${set.metadata.name}-`;
    const name = generateName + control.objects.env.suffix();
    createPod(control, {
      owner: set,
      template: objectAt(set, "spec", "template"),
      name,
      generateName,
    });
  }
  // Pods that are not ready are the first to go.
  const surplus = active.toSorted((a, b) => Number(isReady(a)) - Number(isReady(b)))
    .slice(0, Math.max(0, active.length - wanted));
  for (const pod of surplus) control.remove(pod);
  const pods = podsOf(control, set).filter((pod) => !isEnded(pod));
  const ready = pods.filter(isReady).length;
  control.setStatus(set, {
    replicas: pods.length,
    ...(pods.length > 0 && { fullyLabeledReplicas: pods.length }),
    ...(ready > 0 && { readyReplicas: ready, availableReplicas: ready }),
    observedGeneration: set.metadata.generation ?? 1,
  });
}

function isEnded(pod: KubeObject): boolean {
  return phaseOf(pod) === "Failed" || phaseOf(pod) === "Succeeded";
}

const REVISION = "deployment.kubernetes.io/revision";
const HASH = "pod-template-hash";

/** Rolls a Deployment out: a ReplicaSet for each template, the newest one takes over when ready. */
export function reconcileDeployment(control: Control, deployment: KubeObject): void {
  if (deployment.metadata.deletionTimestamp !== undefined) return;
  const wanted = numberAt(deployment, ["spec", "replicas"], 1);
  const sets = replicaSetsOf(control, deployment);
  const name = `${deployment.metadata.name}-${shortHash(objectAt(deployment, "spec", "template"))}`;
  const paused = at(deployment, "spec", "paused") === true;
  let current = sets.find(({ metadata }) => metadata.name === name);
  const old = sets.filter((set) => set !== current);
  const recreate = at(deployment, "spec", "strategy", "type") === "Recreate";
  if (recreate && !paused && old.some((set) => count(set, "replicas") > 0)) {
    for (const set of old) scale(control, set, 0);
    return setDeploymentStatus(control, deployment, current);
  }
  if (current === undefined && !paused) current = createReplicaSet(control, deployment, name, sets);
  if (current !== undefined) {
    current = markRevision(control, deployment, current, sets);
    current = scale(control, current, wanted);
  }
  const taken = current !== undefined && count(current, "readyReplicas") >= wanted &&
    numberAt(current, ["status", "observedGeneration"], 0) >= (current.metadata.generation ?? 0);
  if (taken && !paused) { for (const set of old) scale(control, set, 0); }
  if (taken) pruneHistory(control, deployment, old);
  setDeploymentStatus(control, deployment, current);
}

function replicaSetsOf({ store }: Control, deployment: KubeObject): KubeObject[] {
  return store.dependents(deployment.metadata.uid!).flatMap((location) => {
    const set = location.storage === "apps/replicasets" ? store.get(location) : undefined;
    return set === undefined || set.metadata.deletionTimestamp !== undefined ? [] : [set];
  });
}

function revisionOf(object: KubeObject): number {
  return Number(object.metadata.annotations?.[REVISION] ?? 0);
}

function count(object: KubeObject, field: string): number {
  return numberAt(object, ["status", field], 0);
}

function scale(control: Control, set: KubeObject, replicas: number): KubeObject {
  if (numberAt(set, ["spec", "replicas"], -1) === replicas) return set;
  return control.update(set, (next) => {
    (next.spec as JsonObject).replicas = replicas;
    next.metadata.generation = (next.metadata.generation ?? 0) + 1;
  });
}

function createReplicaSet(
  control: Control,
  deployment: KubeObject,
  name: string,
  sets: readonly KubeObject[],
): KubeObject {
  const { env } = control.objects;
  const hash = name.slice(name.lastIndexOf("-") + 1);
  const template = withLabels(objectAt(deployment, "spec", "template"), { [HASH]: hash });
  const selector = clone(objectAt(deployment, "spec", "selector"));
  const { annotations } = deployment.metadata;
  const revision = String(1 + Math.max(0, ...sets.map(revisionOf)));
  const { "kubectl.kubernetes.io/last-applied-configuration": _, ...copied } = annotations ?? {};
  const metadata = {
    name,
    namespace: deployment.metadata.namespace,
    uid: env.uid(),
    creationTimestamp: env.timestamp(),
    generation: 1,
    labels: objectAt(template, "metadata", "labels"),
    annotations: { ...copied, [REVISION]: revision },
    ownerReferences: [ownerReference(deployment)],
  };
  return control.store.put("apps/replicasets", {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: metadata as unknown as DraftMeta,
    spec: {
      replicas: 0,
      selector: {
        ...selector,
        matchLabels: { ...objectAt(selector, "matchLabels"), [HASH]: hash },
      },
      template,
    },
    status: { replicas: 0 },
  });
}

/** The newest ReplicaSet has the highest revision, and the Deployment says which that is. */
function markRevision(
  control: Control,
  deployment: KubeObject,
  current: KubeObject,
  sets: readonly KubeObject[],
): KubeObject {
  const others = sets.filter(({ metadata }) => metadata.uid !== current.metadata.uid);
  const revision = Math.max(revisionOf(current), 1 + Math.max(0, ...others.map(revisionOf)));
  const text = String(revision);
  const annotate = (object: KubeObject) =>
    control.update(object, ({ metadata }) => {
      metadata.annotations = { ...metadata.annotations, [REVISION]: text };
    });
  annotate(control.store.find(deployment.metadata.uid!) ?? deployment);
  return annotate(current);
}

function pruneHistory(control: Control, deployment: KubeObject, old: readonly KubeObject[]): void {
  const limit = numberAt(deployment, ["spec", "revisionHistoryLimit"], 10);
  const idle = old.filter((set) => count(set, "replicas") === 0)
    .toSorted((a, b) => revisionOf(a) - revisionOf(b));
  for (const set of idle.slice(0, Math.max(0, idle.length - limit))) control.remove(set);
}

/** A number or a percentage of the replicas. */
function portion(value: unknown, replicas: number): number {
  if (typeof value === "number") return value;
  const percent = typeof value === "string" ? Number.parseFloat(value) : 0;
  return Math.floor(replicas * percent / 100);
}

function setDeploymentStatus(
  control: Control,
  known: KubeObject,
  current: KubeObject | undefined,
): void {
  const deployment = control.store.find(known.metadata.uid!);
  if (deployment === undefined) return;
  const wanted = numberAt(deployment, ["spec", "replicas"], 1);
  const sets = replicaSetsOf(control, deployment);
  const sum = (field: string) => sets.reduce((total, set) => total + count(set, field), 0);
  const [replicas, ready, available] = [
    sum("replicas"),
    sum("readyReplicas"),
    sum("availableReplicas"),
  ];
  const updated = current === undefined ? 0 : count(current, "replicas");
  const unavailable = Math.max(0, wanted - available);
  const complete = updated === wanted && replicas === wanted && available >= wanted;
  const status = {
    observedGeneration: deployment.metadata.generation ?? 1,
    ...(replicas > 0 && { replicas }),
    ...(updated > 0 && { updatedReplicas: updated }),
    ...(ready > 0 && { readyReplicas: ready }),
    ...(available > 0 && { availableReplicas: available }),
    ...(unavailable > 0 && { unavailableReplicas: unavailable }),
    terminatingReplicas: 0,
    conditions: mergeConditions(
      listAt(deployment, "status", "conditions"),
      [
        availableCondition(deployment, wanted, available),
        progress(control, deployment, current, complete),
      ],
      control.objects.env.timestamp(),
    ),
  };
  control.setStatus(deployment, status);
}

function availableCondition(deployment: KubeObject, wanted: number, available: number): JsonObject {
  const allowed = portion(
    at(deployment, "spec", "strategy", "rollingUpdate", "maxUnavailable"),
    wanted,
  );
  const enough = available >= wanted - allowed;
  return {
    type: "Available",
    status: enough ? "True" : "False",
    lastUpdateTime: "",
    reason: enough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
    message: enough
      ? "Deployment has minimum availability."
      : "Deployment does not have minimum availability.",
  };
}

function progress(
  control: Control,
  deployment: KubeObject,
  current: KubeObject | undefined,
  complete: boolean,
): JsonObject {
  const base = { type: "Progressing", lastUpdateTime: "" };
  const name = JSON.stringify(current?.metadata.name ?? deployment.metadata.name);
  if (at(deployment, "spec", "paused") === true) {
    const message = "Deployment is paused";
    return { ...base, status: "Unknown", reason: "DeploymentPaused", message };
  }
  if (complete) {
    const message = `ReplicaSet ${name} has successfully progressed.`;
    return { ...base, status: "True", reason: "NewReplicaSetAvailable", message };
  }
  const deadline = numberAt(deployment, ["spec", "progressDeadlineSeconds"], 600) * 1000;
  const stage = `progress ${current?.metadata.uid}`;
  const before = listAt(deployment, "status", "conditions").find((one) =>
    one.type === "Progressing"
  );
  const known = stringAt(before, "reason") === "ProgressDeadlineExceeded" &&
    stringAt(before, "message").includes(name);
  if (known || control.elapsed(deployment, stage, deadline)) {
    const message = `ReplicaSet ${name} has timed out progressing.`;
    return { ...base, status: "False", reason: "ProgressDeadlineExceeded", message };
  }
  const message = `ReplicaSet ${name} is progressing.`;
  return { ...base, status: "True", reason: "ReplicaSetUpdated", message };
}

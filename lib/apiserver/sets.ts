/**
 * StatefulSets and DaemonSets.
 *
 * @module
 */
import type { KubeObject } from "../kube/types.ts";
import type { Control } from "./controllers.ts";
import { shortHash } from "./env.ts";
import { at, clone, type JsonObject, listAt, numberAt, objectAt, stringAt } from "./json.ts";
import { createPod, isReady, podsOf } from "./pods.ts";

const HASH = "controller-revision-hash";

function revisionOf(set: KubeObject): string {
  return `${set.metadata.name}-${shortHash(objectAt(set, "spec", "template"))}`;
}

/** Runs the pods of a StatefulSet, in order unless it asks for parallel pods. */
export function reconcileStatefulSet(control: Control, set: KubeObject): void {
  if (set.metadata.deletionTimestamp !== undefined) return;
  const wanted = numberAt(set, ["spec", "replicas"], 1);
  const start = numberAt(set, ["spec", "ordinals", "start"], 0);
  const ordered = at(set, "spec", "podManagementPolicy") !== "Parallel";
  const update = revisionOf(set);
  const current = stringAt(set, "status", "currentRevision") || update;
  const pods = new Map(podsOf(control, set).map((pod) => [pod.metadata.name, pod]));
  const names = Array.from({ length: wanted }, (_, i) => `${set.metadata.name}-${start + i}`);
  for (const [i, name] of names.entries()) {
    const pod = pods.get(name);
    if (pod === undefined) startPod(control, set, { name, ordinal: start + i, revision: update });
    if (ordered && (pod === undefined || !isReady(pod))) break;
  }
  const surplus = [...pods].filter(([name]) => !names.includes(name)).map(([, pod]) => pod);
  for (const pod of surplus) control.remove(pod);
  replaceOutdated(control, set, names, update);
  setStatefulStatus(control, set, { wanted, update, current });
}

interface PodPlace {
  readonly name: string;
  readonly ordinal: number;
  readonly revision: string;
}

function startPod(control: Control, set: KubeObject, { name, ordinal, revision }: PodPlace): void {
  const { namespace = "" } = set.metadata;
  // The pod's predecessor may still be on its way out.
  if (control.store.get({ storage: "/pods", namespace, name }) !== undefined) return;
  const template = clone(objectAt(set, "spec", "template"));
  const spec = objectAt(template, "spec");
  spec.hostname = name;
  const service = stringAt(set, "spec", "serviceName");
  if (service !== "") spec.subdomain = service;
  for (const claim of listAt(set, "spec", "volumeClaimTemplates")) {
    const claimName = `${stringAt(claim, "metadata", "name")}-${name}`;
    createClaim(control, set, claim, claimName);
    const volumes = Array.isArray(spec.volumes) ? spec.volumes : [];
    const volume = { name: stringAt(claim, "metadata", "name") };
    spec.volumes = [...volumes, { ...volume, persistentVolumeClaim: { claimName } }];
  }
  createPod(control, {
    owner: set,
    template,
    name,
    generateName: `${set.metadata.name}-`,
    labels: {
      "apps.kubernetes.io/pod-index": String(ordinal),
      [HASH]: revision,
      "statefulset.kubernetes.io/pod-name": name,
    },
  });
}

/** Claims outlive their pods, and are found again by name. */
function createClaim(control: Control, set: KubeObject, claim: JsonObject, name: string): void {
  const { namespace = "" } = set.metadata;
  const storage = "/persistentvolumeclaims";
  if (control.store.get({ storage, namespace, name }) !== undefined) return;
  const { env, kinds } = control.objects;
  const labels = {
    ...objectAt(claim, "metadata", "labels"),
    ...objectAt(set, "spec", "selector", "matchLabels"),
  };
  const request = {
    resource: kinds.find("", "v1", "persistentvolumeclaims")!,
    namespace,
    name: "",
    manager: "kube-controller-manager",
    dryRun: false,
    validation: "Ignore",
    subresource: "",
  } as const;
  const metadata: JsonObject = { ...objectAt(claim, "metadata"), name, labels };
  metadata.creationTimestamp = env.timestamp();
  control.objects.create(request, { metadata, spec: clone(claim.spec) });
}

/** Rolls an update out from the highest ordinal down, one pod at a time. */
function replaceOutdated(
  control: Control,
  set: KubeObject,
  names: readonly string[],
  update: string,
): void {
  if (at(set, "spec", "updateStrategy", "type") === "OnDelete") return;
  const partition = numberAt(set, ["spec", "updateStrategy", "rollingUpdate", "partition"], 0);
  const pods = new Map(podsOf(control, set).map((pod) => [pod.metadata.name, pod]));
  for (const name of names.slice(partition).reverse()) {
    const pod = pods.get(name);
    if (pod === undefined) return;
    if (pod.metadata.labels?.[HASH] !== update) return control.remove(pod);
    if (!isReady(pod)) return;
  }
}

function setStatefulStatus(
  control: Control,
  set: KubeObject,
  { wanted, update, current }: { wanted: number; update: string; current: string },
): void {
  const pods = podsOf(control, set);
  const ready = pods.filter(isReady).length;
  const updated = pods.filter(({ metadata }) => metadata.labels?.[HASH] === update).length;
  const done = updated === wanted && ready === wanted && pods.length === wanted;
  const now = done ? update : current;
  const currents = pods.filter(({ metadata }) => metadata.labels?.[HASH] === now).length;
  control.setStatus(set, {
    observedGeneration: set.metadata.generation ?? 1,
    replicas: pods.length,
    ...(ready > 0 && { readyReplicas: ready }),
    ...(currents > 0 && { currentReplicas: currents }),
    ...(updated > 0 && { updatedReplicas: updated }),
    currentRevision: now,
    updateRevision: update,
    collisionCount: 0,
    availableReplicas: ready,
  });
}

/** Runs a pod of a DaemonSet on every node. */
export function reconcileDaemonSet(control: Control, set: KubeObject): void {
  if (set.metadata.deletionTimestamp !== undefined) return;
  const nodes = control.store.list("/nodes", undefined)
    .filter((node) => fits(node, objectAt(set, "spec", "template", "spec", "nodeSelector")));
  const revision = shortHash(objectAt(set, "spec", "template"));
  const byNode = new Map(podsOf(control, set).map((pod) => [at(pod, "spec", "nodeName"), pod]));
  const manual = at(set, "spec", "updateStrategy", "type") === "OnDelete";
  let replacing = false;
  for (const { metadata } of nodes) {
    const pod = byNode.get(metadata.name);
    if (pod === undefined) startDaemon(control, set, metadata.name, revision);
    else if (!manual && !replacing && pod.metadata.labels?.[HASH] !== revision) {
      control.remove(pod);
      replacing = true;
    } else if (!isReady(pod)) replacing = true;
  }
  const pods = podsOf(control, set);
  const ready = pods.filter(isReady).length;
  const updated = pods.filter(({ metadata }) => metadata.labels?.[HASH] === revision).length;
  const missing = nodes.length - ready;
  control.setStatus(set, {
    currentNumberScheduled: pods.length,
    numberMisscheduled: 0,
    desiredNumberScheduled: nodes.length,
    numberReady: ready,
    observedGeneration: set.metadata.generation ?? 1,
    ...(updated > 0 && { updatedNumberScheduled: updated }),
    ...(ready > 0 && { numberAvailable: ready }),
    ...(missing > 0 && { numberUnavailable: missing }),
  });
}

function fits(node: KubeObject, selector: JsonObject): boolean {
  return Object.entries(selector).every(([key, value]) => node.metadata.labels?.[key] === value);
}

function startDaemon(control: Control, set: KubeObject, node: string, revision: string): void {
  const generateName = `${set.metadata.name}-`;
  createPod(control, {
    owner: set,
    template: objectAt(set, "spec", "template"),
    name: generateName + control.objects.env.suffix(),
    generateName,
    labels: { [HASH]: revision, "pod-template-generation": "1" },
    node,
  });
}

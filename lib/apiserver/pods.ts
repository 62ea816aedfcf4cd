/**
 * Pods: how they are made from templates, how they run, what they log. Annotations of a pod, or of
 * the workload that makes it, steer it:
 *
 * | annotation                    | meaning                                                         |
 * | ----------------------------- | --------------------------------------------------------------- |
 * | `capstan.dev/rehearse-delay`  | time until it is ready or has run, such as `500ms` or `3s`      |
 * | `capstan.dev/rehearse-fail`   | `true`: it never becomes ready, or exits 1; a number: as many of a Job's pods fail; `image`: its image cannot be pulled; `image-name`: no image can have its name |
 * | `capstan.dev/rehearse-log`    | what its containers log                                         |
 *
 * `testbed/delay` and `testbed/fail` mean the same.
 *
 * @module
 */
import type { KubeObject } from "../kube/types.ts";
import type { Control, Delays } from "./controllers.ts";
import { defaultRequests } from "./defaults_pod.ts";
import type { Env } from "./env.ts";
import {
  at,
  clone,
  type Draft,
  type DraftMeta,
  isObject,
  type JsonObject,
  listAt,
  objectAt,
  stringAt,
} from "./json.ts";
import { badRequest } from "./status.ts";

const DELAY = ["capstan.dev/rehearse-delay", "testbed/delay"];
const FAIL = ["capstan.dev/rehearse-fail", "testbed/fail"];
const LOG = ["capstan.dev/rehearse-log"];
const STEERING = [...DELAY, ...FAIL, ...LOG];

/** Annotations that steer a pod, from the workload that makes it. */
export function steering(owner: KubeObject): Record<string, string> {
  const entries = Object.entries(owner.metadata.annotations ?? {});
  return Object.fromEntries(entries.filter(([key]) => STEERING.includes(key)));
}

function annotation(object: KubeObject, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = object.metadata.annotations?.[name];
    if (value !== undefined) return value;
  }
  return undefined;
}

/** How often the pods of an object fail: 0 never, Infinity always. */
export function failures(object: KubeObject): number {
  const text = annotation(object, FAIL);
  if (text === "true") return Infinity;
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : 0;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a duration such as `1m30s` or `500ms`; `undefined` where it is none. */
export function parseDuration(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.map(([part]) => part).join("") !== text || text === "") return undefined;
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * UNITS[unit!]!, 0);
}

const DELAYS_BY_OWNER: Readonly<Record<string, keyof Delays>> = {
  Deployment: "deployment",
  ReplicaSet: "deployment",
  StatefulSet: "statefulSet",
  DaemonSet: "daemonSet",
  Job: "job",
};

function delayOf({ delays }: Control, pod: KubeObject): number {
  const text = annotation(pod, DELAY);
  const told = text === undefined ? undefined : parseDuration(text);
  if (told !== undefined) return told;
  const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true);
  const name = owner && DELAYS_BY_OWNER[owner.kind];
  return (name && delays[name]) ?? delays.pod ?? 0;
}

/** What a pod is made from. */
export interface PodPlan {
  readonly owner: KubeObject;
  readonly template: JsonObject;
  readonly name: string;
  readonly generateName?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly node?: string;
}

/** Creates a pod of a workload. */
export function createPod(control: Control, plan: PodPlan): void {
  const { owner, template, name, generateName, node = "node-0" } = plan;
  const { env } = control.objects;
  const labels = { ...objectAt(template, "metadata", "labels"), ...plan.labels };
  const annotations = {
    ...steering(owner),
    ...objectAt(template, "metadata", "annotations"),
    ...plan.annotations,
  };
  const metadata: JsonObject = {
    name,
    ...(generateName !== undefined && { generateName }),
    namespace: owner.metadata.namespace,
    uid: env.uid(),
    creationTimestamp: env.timestamp(),
    generation: 1,
    ...(Object.keys(labels).length > 0 && { labels }),
    ...(Object.keys(annotations).length > 0 && { annotations }),
    ownerReferences: [ownerReference(owner)],
  };
  const spec = clone(objectAt(template, "spec"));
  const account = stringAt(spec, "serviceAccountName") || "default";
  Object.assign(spec, { serviceAccountName: account, serviceAccount: account, nodeName: node });
  defaultRequests(spec);
  control.store.put("/pods", {
    apiVersion: "v1",
    kind: "Pod",
    metadata: metadata as DraftMeta,
    spec,
    status: { phase: "Pending" },
  });
}

/** The reference of a controller's dependents to it. */
export function ownerReference({ apiVersion, kind, metadata }: KubeObject): JsonObject {
  const { name, uid } = metadata;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}

/** The pods that a workload controls, those being deleted left out. */
export function podsOf({ store }: Control, owner: KubeObject): KubeObject[] {
  return store.dependents(owner.metadata.uid!).flatMap((location) => {
    const pod = location.storage === "/pods" ? store.get(location) : undefined;
    return pod === undefined || pod.metadata.deletionTimestamp !== undefined ? [] : [pod];
  });
}

/** Whether a pod's Ready condition is true. */
export function isReady(pod: KubeObject): boolean {
  return listAt(pod, "status", "conditions")
    .some(({ type, status }) => type === "Ready" && status === "True");
}

/** A pod's phase. */
export function phaseOf(pod: KubeObject): string {
  return stringAt(pod, "status", "phase");
}

/** Moves a pod on: Pending, Running, and with a restart policy other than Always to its end. */
export function reconcilePod(control: Control, pod: KubeObject): void {
  if (pod.metadata.deletionTimestamp !== undefined) {
    if ((pod.metadata.finalizers ?? []).length === 0) control.remove(pod, { now: true });
    return;
  }
  const phase = phaseOf(pod);
  if (phase === "Succeeded" || phase === "Failed") return;
  if (withoutImages(pod)) {
    if (listAt(pod, "status", "containerStatuses").length > 0) return;
    return control.setStatus(pod, withoutImage(pod, control.objects.env.timestamp()));
  }
  const forever = at(pod, "spec", "restartPolicy") === "Always";
  const { env } = control.objects;
  if (forever) {
    if (phase !== "Pending" || !control.elapsed(pod, "ready", delayOf(control, pod))) return;
    return control.setStatus(pod, runningStatus(pod, env, failures(pod) > 0));
  }
  if (phase === "Pending") return control.setStatus(pod, runningStatus(pod, env, false));
  if (control.elapsed(pod, "end", delayOf(control, pod))) {
    control.setStatus(pod, endedStatus(pod, env, failures(pod) > 0));
  }
}

function runningStatus(pod: KubeObject, env: Env, crashing: boolean): JsonObject {
  const now = env.timestamp();
  const ready = crashing ? "False" : "True";
  const podIP = env.podAddress();
  return {
    phase: "Running",
    conditions: [
      condition("Initialized", "True", now),
      condition("Ready", ready, now),
      condition("ContainersReady", ready, now),
      condition("PodScheduled", "True", now),
    ],
    hostIP: "127.0.0.1",
    podIP,
    podIPs: [{ ip: podIP }],
    startTime: now,
    ...initStatuses(pod, now),
    containerStatuses: containers(pod).map((container) => ({
      ...containerBase(container),
      ...(crashing ? crashed(now) : {
        ready: true,
        started: true,
        restartCount: 0,
        state: { running: { startedAt: now } },
        lastState: {},
      }),
    })),
    qosClass: "BestEffort",
  };
}

function withoutImages(pod: KubeObject): boolean {
  const fail = annotation(pod, FAIL);
  return fail === "image" || fail === "image-name";
}

function withoutImage(pod: KubeObject, now: string): JsonObject {
  const invalid = annotation(pod, FAIL) === "image-name";
  const problem = invalid ? "InvalidImageName" : "ImagePullBackOff";
  const reason = "ContainersNotReady";
  return {
    phase: "Pending",
    conditions: [
      condition("Initialized", "True", now),
      { ...condition("Ready", "False", now), reason },
      { ...condition("ContainersReady", "False", now), reason },
      condition("PodScheduled", "True", now),
    ],
    startTime: now,
    containerStatuses: containers(pod).map((container) => {
      const said = invalid ? "Failed to apply default image tag" : "Back-off pulling image";
      const message = `${said} "${container.image}", as the rehearsal was told`;
      return {
        ...containerBase(container),
        ready: false,
        started: false,
        restartCount: 0,
        state: { waiting: { reason: problem, message } },
        lastState: {},
      };
    }),
  };
}

function crashed(now: string): JsonObject {
  const terminated = { exitCode: 1, reason: "Error", startedAt: now, finishedAt: now };
  const message = "back-off restarting failed container, as the rehearsal was told";
  return {
    ready: false,
    started: false,
    restartCount: 1,
    state: { waiting: { reason: "CrashLoopBackOff", message } },
    lastState: { terminated },
  };
}

function endedStatus(pod: KubeObject, env: Env, failed: boolean): JsonObject {
  const now = env.timestamp();
  const status = objectAt(pod, "status");
  const reason = "PodCompleted";
  const startedAt = stringAt(status, "startTime");
  const exitCode = failed ? 1 : 0;
  return {
    ...status,
    phase: failed ? "Failed" : "Succeeded",
    conditions: [
      { ...condition("Initialized", "True", now), reason },
      { ...condition("Ready", "False", now), reason },
      { ...condition("ContainersReady", "False", now), reason },
      condition("PodScheduled", "True", now),
    ],
    containerStatuses: containers(pod).map((container) => ({
      ...containerBase(container),
      ready: false,
      started: false,
      restartCount: 0,
      state: {
        terminated: {
          exitCode,
          reason: failed ? "Error" : "Completed",
          startedAt,
          finishedAt: now,
        },
      },
      lastState: {},
    })),
  };
}

function condition(type: string, status: string, now: string): JsonObject {
  return { type, status, lastProbeTime: null, lastTransitionTime: now };
}

function initStatuses(pod: KubeObject, now: string): JsonObject {
  const list = listAt(pod, "spec", "initContainers");
  if (list.length === 0) return {};
  return {
    initContainerStatuses: list.map((container) => ({
      ...containerBase(container),
      ready: true,
      restartCount: 0,
      ...(container.restartPolicy === "Always"
        ? { started: true, state: { running: { startedAt: now } } }
        : {
          started: false,
          state: {
            terminated: { exitCode: 0, reason: "Completed", startedAt: now, finishedAt: now },
          },
        }),
      lastState: {},
    })),
  };
}

function containerBase(container: JsonObject): JsonObject {
  return { name: container.name, image: container.image, imageID: "" };
}

function containers(pod: KubeObject): readonly JsonObject[] {
  return listAt(pod, "spec", "containers");
}

/** What a container has logged. Throws a 400 StatusError as the API server does. */
export function podLogs(
  pod: KubeObject,
  query: URLSearchParams,
  scripted: ((pod: string, container: string) => string | undefined) | undefined,
): string {
  const { name } = pod.metadata;
  const names = [...listAt(pod, "spec", "initContainers"), ...containers(pod)]
    .map((container) => String(container.name));
  const asked = query.get("container");
  const mains = containers(pod).map((container) => String(container.name));
  if (asked === null && mains.length > 1) {
    throw badRequest(
      `a container name must be specified for pod ${name}, choose one of: [${mains.join(" ")}]`,
    );
  }
  const container = asked ?? mains[0] ?? "";
  if (!names.includes(container)) {
    throw badRequest(`container ${container} is not valid for pod ${name}`);
  }
  if (phaseOf(pod) === "Pending") {
    throw badRequest(
      `container "${container}" in pod "${name}" is waiting to start: ContainerCreating`,
    );
  }
  const text = scripted?.(name, container) ?? annotation(pod, LOG) ?? defaultLog(pod, container);
  return tail(text === "" || text.endsWith("\n") ? text : `${text}\n`, query.get("tailLines"));
}

function defaultLog(pod: KubeObject, container: string): string {
  switch (phaseOf(pod)) {
    case "Succeeded":
      return `${container}: done`;
    case "Failed":
      return `${container}: failed, as the rehearsal was told`;
    default:
      return `${container}: running`;
  }
}

function tail(text: string, lines: string | null): string {
  if (lines === null || !/^\d+$/.test(lines)) return text;
  const all = text.split("\n").slice(0, -1);
  const count = Number(lines);
  const kept = count === 0 ? [] : all.slice(-count);
  return kept.map((line) => `${line}\n`).join("");
}

/** Keeps the times of conditions that did not change. */
export function mergeConditions(
  known: readonly JsonObject[],
  wanted: readonly JsonObject[],
  now: string,
): JsonObject[] {
  return wanted.map((next) => {
    const old = known.find(({ type }) => type === next.type);
    const same = old !== undefined && old.status === next.status;
    const unchanged = same && old.reason === next.reason && old.message === next.message;
    return {
      type: next.type,
      status: next.status,
      ...("lastUpdateTime" in next && { lastUpdateTime: unchanged ? old.lastUpdateTime : now }),
      lastTransitionTime: same ? old.lastTransitionTime : now,
      reason: next.reason,
      message: next.message,
    };
  });
}

/** A pod template with more labels. */
export function withLabels(template: unknown, labels: Readonly<Record<string, string>>): Draft {
  const copy = clone(isObject(template) ? template : {});
  const metadata = isObject(copy.metadata) ? copy.metadata : copy.metadata = {} as JsonObject;
  (metadata as JsonObject).labels = { ...objectAt(metadata, "labels"), ...labels };
  return copy as Draft;
}

/**
 * What moves by itself: workloads make pods, pods become ready, Jobs complete, owners take their
 * dependents with them. Every change of an object puts it, and what depends on it, into a queue;
 * the queue is worked off at the end of the turn. Nothing polls.
 *
 * @module
 */
import type { KubeObject } from "../kube/types.ts";
import { collectGarbage } from "./gc.ts";
import { type Draft, draft, equal, type JsonObject } from "./json.ts";
import { reconcileJob } from "./jobs.ts";
import {
  announceApiService,
  bindClaim,
  exposeService,
  fillNamespace,
  serveDefinition,
} from "./lifecycle.ts";
import type { Objects } from "./objects.ts";
import { podLogs, reconcilePod } from "./pods.ts";
import type { TypeTable } from "./schema.ts";
import { reconcileDaemonSet, reconcileStatefulSet } from "./sets.ts";
import type { Change, Location, Store } from "./store.ts";
import { reconcileDeployment, reconcileReplicaSet } from "./workloads.ts";

/** Milliseconds until something is ready; 0 where nothing is said. */
export interface Delays {
  /** Pods that nothing owns, and those of owners not named here. */
  readonly pod?: number | undefined;
  /** Each pod of a Deployment, from its creation. */
  readonly deployment?: number | undefined;
  /** Each pod of a StatefulSet. */
  readonly statefulSet?: number | undefined;
  /** Each pod of a DaemonSet. */
  readonly daemonSet?: number | undefined;
  /** Each pod of a Job, until it has run. */
  readonly job?: number | undefined;
  /** Between a failed pod of a Job and the next one. */
  readonly jobBackoff?: number | undefined;
  /** A claim, until it is bound. */
  readonly persistentVolumeClaim?: number | undefined;
  /** A service of type LoadBalancer, until it has an address. */
  readonly service?: number | undefined;
}

/** Options of {@linkcode Controllers}. */
export interface ControllerOptions {
  readonly delays: Delays;
  readonly logs: ((pod: string, container: string) => string | undefined) | undefined;
}

/** What a reconciler may do. */
export interface Control {
  readonly objects: Objects;
  readonly store: Store;
  readonly types: TypeTable;
  readonly delays: Delays;
  /** Looks at an object again at the end of the turn. */
  enqueue(location: Location): void;
  /**
   * Whether a stage of an object has lasted some milliseconds. The first question starts the
   * time; when it is over, the object is looked at again.
   */
  elapsed(object: KubeObject, stage: string, milliseconds: number): boolean;
  /** Writes a new state, unless nothing changes. */
  update(object: KubeObject, change: (next: Draft) => void): KubeObject;
  /** Writes a new status, unless it is the same. */
  setStatus(object: KubeObject, status: JsonObject): void;
  /** Deletes an object; one that is gone is no error. */
  remove(object: KubeObject, options?: { readonly now?: boolean }): void;
}

const DEFINITIONS = "apiextensions.k8s.io/customresourcedefinitions";

type Reconciler = (control: Control, object: KubeObject) => void;

const RECONCILERS: Readonly<Record<string, Reconciler>> = {
  "/pods": reconcilePod,
  "/namespaces": fillNamespace,
  "/persistentvolumeclaims": bindClaim,
  "/services": exposeService,
  "apps/deployments": reconcileDeployment,
  "apps/replicasets": reconcileReplicaSet,
  "apps/statefulsets": reconcileStatefulSet,
  "apps/daemonsets": reconcileDaemonSet,
  "batch/jobs": reconcileJob,
  [DEFINITIONS]: serveDefinition,
  "apiregistration.k8s.io/apiservices": announceApiService,
};

/** Storage of an object. */
export function locate(objects: Objects, object: KubeObject): Location {
  const { apiVersion, kind, metadata } = object;
  const { storage } = objects.kinds.ofObject(apiVersion, kind)!;
  return { storage, namespace: metadata.namespace ?? "", name: metadata.name };
}

/** Runs the reconcilers of one cluster. */
export class Controllers implements Control {
  readonly objects: Objects;
  readonly store: Store;
  readonly types: TypeTable;
  readonly delays: Delays;
  readonly #logs: ControllerOptions["logs"];
  readonly #queue = new Map<string, Location>();
  /** When stages end, by uid and stage. */
  readonly #due = new Map<string, Map<string, number>>();
  readonly #timers = new Set<() => void>();
  /** Who follows the log of a pod, by its uid. */
  readonly #ended = new Map<string, Set<(pod: KubeObject) => void>>();
  #scheduled = false;
  #closed = false;

  constructor(objects: Objects, types: TypeTable, { delays, logs }: ControllerOptions) {
    this.objects = objects;
    this.store = objects.store;
    this.types = types;
    this.delays = delays;
    this.#logs = logs;
    this.store.subscribe((change) => this.#observe(change));
  }

  /** Cancels every timer; nothing moves any more. */
  close(): void {
    this.#closed = true;
    this.#queue.clear();
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    for (const [uid, waiting] of this.#ended) {
      const pod = this.store.find(uid);
      if (pod !== undefined) { for (const callback of waiting) callback(pod); }
    }
    this.#ended.clear();
  }

  /**
   * Log of a pod's container; with `follow` what is known comes at once, and the rest when the
   * container has ended.
   */
  logs(pod: KubeObject, query: URLSearchParams): string | ReadableStream<Uint8Array> {
    const text = podLogs(pod, query, this.#logs);
    if (query.get("follow") !== "true" || !isRunning(pod)) return text;
    let leave = () => {};
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        const tell = (part: string) => {
          if (part !== "") controller.enqueue(new TextEncoder().encode(part));
        };
        tell(text);
        leave = this.#onEnd(pod, (ended) => {
          // What a container says by default at its end is another text than while it runs.
          const whole = podLogs(ended, query, this.#logs);
          tell(whole.startsWith(text) ? whole.slice(text.length) : whole);
          controller.close();
        });
      },
      cancel: () => leave(),
    });
  }

  enqueue(location: Location): void {
    if (this.#closed) return;
    this.#queue.set(`${location.storage}/${location.namespace}/${location.name}`, location);
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => this.#work());
  }

  elapsed(object: KubeObject, stage: string, milliseconds: number): boolean {
    if (milliseconds <= 0) return true;
    const uid = object.metadata.uid!;
    const now = this.objects.env.clock.now();
    const stages = this.#due.get(uid) ?? new Map<string, number>();
    const due = stages.get(stage);
    if (due !== undefined) return now >= due;
    this.#due.set(uid, stages.set(stage, now + milliseconds));
    const location = locate(this.objects, object);
    const cancel = this.objects.env.clock.after(milliseconds, () => {
      this.#timers.delete(cancel);
      this.enqueue(location);
    });
    this.#timers.add(cancel);
    return false;
  }

  update(object: KubeObject, change: (next: Draft) => void): KubeObject {
    const next = draft(object);
    change(next);
    if (equal(next, object)) return object;
    return this.objects.write(object, change);
  }

  setStatus(object: KubeObject, status: JsonObject): void {
    if (equal(object.status, status)) return;
    this.objects.write(object, (next) => {
      next.status = status;
    });
  }

  remove(object: KubeObject, { now = false }: { readonly now?: boolean } = {}): void {
    const location = locate(this.objects, object);
    const live = this.store.get(location);
    if (live === undefined || live.metadata.uid !== object.metadata.uid) return;
    const resource = this.objects.kinds.ofObject(object.apiVersion, object.kind)!;
    if (live.metadata.deletionTimestamp !== undefined && !now) return;
    const removal = { propagation: "Background" as const };
    this.objects.remove(resource, location, now ? { ...removal, gracePeriodSeconds: 0 } : removal);
  }

  #observe({ type, storage, object }: Change): void {
    const { namespace = "", name, uid = "", ownerReferences = [] } = object.metadata;
    this.enqueue({ storage, namespace, name });
    for (const owner of ownerReferences) {
      const location = this.store.locate(owner.uid);
      if (location !== undefined) this.enqueue(location);
    }
    if (storage === "/pods") this.#observeEnd(object, type === "DELETED");
    if (type !== "DELETED") return;
    this.#due.delete(uid);
    for (const dependent of this.store.dependents(uid)) this.enqueue(dependent);
    const [group, plural] = storage.split("/");
    this.#observeEmptying("/namespaces", namespace);
    this.#observeEmptying(DEFINITIONS, `${plural}.${group}`);
  }

  /** A namespace or definition that is being deleted waits for its last object. */
  #observeEmptying(storage: string, name: string): void {
    const location = { storage, namespace: "", name };
    if (this.store.get(location)?.metadata.deletionTimestamp !== undefined) this.enqueue(location);
  }

  #work(): void {
    while (this.#queue.size > 0) {
      const [key, location] = this.#queue.entries().next().value!;
      this.#queue.delete(key);
      collectGarbage(this, location);
      const object = this.store.get(location);
      if (object !== undefined) RECONCILERS[location.storage]?.(this, object);
    }
    this.#scheduled = false;
  }

  /** Calls back once when a pod has ended, with its last state; the result stops waiting. */
  #onEnd(pod: KubeObject, callback: (ended: KubeObject) => void): () => void {
    const uid = pod.metadata.uid!;
    const waiting = this.#ended.get(uid) ?? new Set();
    this.#ended.set(uid, waiting.add(callback));
    return () => waiting.delete(callback);
  }

  #observeEnd(object: KubeObject, gone: boolean): void {
    const waiting = this.#ended.get(object.metadata.uid!);
    if (waiting === undefined || (isRunning(object) && !gone)) return;
    this.#ended.delete(object.metadata.uid!);
    for (const callback of waiting) callback(object);
  }
}

function isRunning(pod: KubeObject): boolean {
  const { phase } = (pod.status ?? {}) as JsonObject;
  return phase === "Pending" || phase === "Running";
}

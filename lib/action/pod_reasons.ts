/**
 * Why pods keep their owner waiting: `web-7c9d: ImagePullBackOff` beside `Available: 2/3`.
 *
 * Whether something is ready is told by watches; this only explains what takes long. It looks at the
 * pods a while after the last word of their owner, and then less and less often.
 *
 * @module
 */
import { isForbidden } from "../kube/errors.ts";
import type { KubeApi, KubeObject, ObjectRef } from "../kube/types.ts";

/** Options of {@linkcode PodReasons}. */
export interface PodReasonsOptions {
  readonly api: KubeApi;
  /** Told what is waited for. */
  readonly tell: (message: string) => void;
  readonly signal: AbortSignal;
  /** Milliseconds until the first look; each further one is twice as late. @default {2_000} */
  readonly first?: number | undefined;
}

/** Longest time between two looks, in milliseconds. */
const MOST = 60_000;

/** Adds to what is told of workloads why their pods are not ready. Call {@linkcode PodReasons.end}. */
export class PodReasons {
  readonly #options: PodReasonsOptions;
  readonly #selectors: ReadonlyMap<string, string>;
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #over = new AbortController();

  /** @param objects What is waited for; of those that have pods the reasons are told. */
  constructor(objects: readonly KubeObject[], options: PodReasonsOptions) {
    this.#options = options;
    this.#selectors = new Map(objects.flatMap((object) => {
      const selector = selectorOf(object);
      const { kind, metadata: { namespace, name } } = object;
      return selector === undefined ? [] : [[keyOf({ kind, namespace, name }), selector] as const];
    }));
  }

  /** Tells a word of an object, and why its pods make it wait once it has been so for a while. */
  progress(ref: Pick<ObjectRef, "kind" | "namespace" | "name">, message: string): void {
    this.#options.tell(message);
    const key = keyOf(ref);
    clearTimeout(this.#timers.get(key));
    if (this.#selectors.has(key)) this.#lookLater(ref, message, this.#options.first ?? 2_000);
  }

  /** Stops looking. */
  end(): void {
    this.#over.abort();
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  #lookLater(ref: Pick<ObjectRef, "kind" | "namespace" | "name">, message: string, ms: number) {
    const key = keyOf(ref);
    const timer = setTimeout(async () => {
      const reason = await this.#reasonOf(key, ref.namespace);
      if (this.#over.signal.aborted || this.#timers.get(key) !== timer || reason === false) return;
      if (reason !== undefined) this.#options.tell(`${message}: ${reason}`);
      this.#lookLater(ref, message, Math.min(2 * ms, MOST));
    }, ms);
    this.#timers.set(key, timer);
  }

  /** Why the pods are not ready; `false` where nobody may look. */
  async #reasonOf(key: string, namespace?: string): Promise<string | undefined | false> {
    const signal = AbortSignal.any([this.#options.signal, this.#over.signal]);
    try {
      const { items } = await this.#options.api.list({ apiVersion: "v1", kind: "Pod" }, {
        namespace,
        labelSelector: this.#selectors.get(key)!,
        signal,
      });
      return podsReason(items);
    } catch (error) {
      // It is only an explanation: the wait itself says what is wrong with the cluster.
      return isForbidden(error) ? false : undefined;
    }
  }
}

function keyOf({ kind, namespace, name }: Pick<ObjectRef, "kind" | "namespace" | "name">): string {
  return `${kind}/${namespace ?? ""}/${name}`;
}

/** The labels of an object's pods as kubectl's `--selector`; `undefined` for one without pods. */
function selectorOf({ kind, metadata, spec }: KubeObject): string | undefined {
  if (kind === "Job") return `job-name=${metadata.name}`;
  if (!["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"].includes(kind)) return undefined;
  const { matchLabels } = (spec as { selector?: { matchLabels?: Record<string, string> } })
    ?.selector ?? {};
  if (matchLabels === undefined) return undefined;
  return Object.entries(matchLabels).map(([name, value]) => `${name}=${value}`).join(",");
}

interface ContainerStatus {
  readonly ready?: boolean;
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly terminated?: { readonly reason?: string; readonly exitCode?: number };
  };
}

/** Why the first of the pods that are not ready is not, and how many others there are. */
export function podsReason(pods: readonly KubeObject[]): string | undefined {
  const reasons = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .flatMap((pod) => {
      const reason = podReason(pod);
      return reason === undefined ? [] : [`${pod.metadata.name}: ${reason}`];
    });
  if (reasons.length === 0) return undefined;
  return reasons.length === 1 ? reasons[0] : `${reasons[0]}, and ${reasons.length - 1} more`;
}

/** Words that say no more than that it goes on. */
const USUAL = new Set(["ContainerCreating", "PodInitializing"]);

function podReason({ status }: KubeObject): string | undefined {
  const { phase, conditions = [], initContainerStatuses = [], containerStatuses = [] } =
    (status ?? {}) as {
      readonly phase?: string;
      readonly conditions?: readonly {
        readonly type: string;
        readonly status: string;
        readonly reason?: string;
        readonly message?: string;
      }[];
      readonly initContainerStatuses?: readonly ContainerStatus[];
      readonly containerStatuses?: readonly ContainerStatus[];
    };
  if (phase === "Succeeded") return undefined;
  const unscheduled = conditions.find(({ type, status }) =>
    type === "PodScheduled" && status === "False"
  );
  if (unscheduled !== undefined) return unscheduled.message ?? unscheduled.reason;
  for (const { state, ready } of [...initContainerStatuses, ...containerStatuses]) {
    const { waiting, terminated } = state ?? {};
    if (waiting?.reason !== undefined && !USUAL.has(waiting.reason)) return waiting.reason;
    if (terminated !== undefined && terminated.exitCode !== 0 && !ready) {
      return `${terminated.reason ?? "Error"} (exit code ${terminated.exitCode})`;
    }
  }
  return undefined;
}

/**
 * The pods of a hook or a workload, and their containers.
 *
 * @module
 */
import type { KubeApi, KubeObject, ListOptions } from "../kube/types.ts";

/** Which pods are meant. */
type Selector = Pick<ListOptions, "labelSelector" | "fieldSelector">;

/** How an object's pods are found; `undefined` for one without pods. */
export function selectorOf({ kind, metadata, spec }: KubeObject): Selector | undefined {
  if (kind === "Pod") return { fieldSelector: `metadata.name=${metadata.name}` };
  if (kind === "Job") return { labelSelector: `job-name=${metadata.name}` };
  if (!["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"].includes(kind)) return undefined;
  const { matchLabels } = (spec as { selector?: { matchLabels?: Record<string, string> } })
    ?.selector ?? {};
  if (matchLabels === undefined) return undefined;
  const labels = Object.entries(matchLabels).map(([name, value]) => `${name}=${value}`);
  return { labelSelector: labels.join(",") };
}

/** Whether an object does its work and ends, as hooks do. */
export function isTask({ kind }: KubeObject): boolean {
  return kind === "Job" || kind === "Pod";
}

/** The pods of an object, in its namespace; none where the kind has none. */
export async function podsOf(
  api: KubeApi,
  object: KubeObject,
  { namespace = object.metadata.namespace, signal }: {
    readonly namespace?: string | undefined;
    readonly signal: AbortSignal;
  },
): Promise<readonly KubeObject[]> {
  const selector = selectorOf(object);
  if (selector === undefined) return [];
  const pods = { apiVersion: "v1", kind: "Pod" };
  return (await api.list(pods, { namespace, signal, ...selector })).items;
}

/** What the cluster says of a container, as far as it is read here. */
export interface ContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly state?: {
    readonly running?: unknown;
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly terminated?: Terminated;
  };
  readonly lastState?: { readonly terminated?: Terminated };
}

interface Terminated {
  readonly exitCode?: number;
  readonly reason?: string;
}

/** The containers of a pod in the order in which they run, those that prepare it first. */
export function containerStatuses({ status }: KubeObject): readonly ContainerStatus[] {
  const { initContainerStatuses = [], containerStatuses = [] } = (status ?? {}) as {
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
  return [...initContainerStatuses, ...containerStatuses];
}

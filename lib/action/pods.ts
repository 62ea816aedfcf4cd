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
  const { selector } = (spec ?? {}) as { readonly selector?: unknown };
  if (kind === "ReplicationController") return selected({ matchLabels: selector as Labels });
  if (!["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"].includes(kind)) return undefined;
  return selected(selector as LabelSelector | undefined);
}

type Labels = Readonly<Record<string, string>>;

interface LabelSelector {
  readonly matchLabels?: Labels | undefined;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/** As a query has it; `undefined` for one that is empty, which would be every pod. */
function selected(selector: LabelSelector | undefined): Selector | undefined {
  const { matchLabels, matchExpressions } = selector ?? {};
  const labels = Object.entries(matchLabels ?? {}).map(([name, value]) => `${name}=${value}`);
  const expressions = (matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    if (operator === "Exists") return key;
    if (operator === "DoesNotExist") return `!${key}`;
    return `${key} ${operator.toLowerCase()} (${values.join(",")})`;
  });
  const labelSelector = [...labels, ...expressions].join(",");
  return labelSelector === "" ? undefined : { labelSelector };
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
  readonly restartCount?: number;
  readonly state?: {
    readonly running?: unknown;
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly terminated?: Terminated;
  };
  readonly lastState?: { readonly terminated?: Terminated };
}

/** How a container ended. */
export interface Terminated {
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

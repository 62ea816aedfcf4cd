/**
 * What a release's objects are like now: for `status`.
 *
 * @module
 */
import { isMap } from "../template/value.ts";
import type {
  KubeApi,
  KubeObject,
  ObjectMeta,
  ObjectRef,
  ObjectTable,
  RequestOptions,
} from "../kube/types.ts";
import { parseApiVersion, refOf } from "../kube/resource.ts";
import type { Release } from "../release/release.ts";
import { BUILD_PROBLEM, parseManifest, resolveObjects } from "./objects.ts";

/** Live objects by Helm's headings, such as `v1/ConfigMap` and `v1/Pod(related)`. */
export type Resources<T> = ReadonlyMap<string, readonly T[]>;

/** Pods that another object selects are told below this heading. */
const RELATED = "v1/Pod(related)";

/**
 * The objects of a revision that are there, in the order of its manifest, and the pods that they
 * select (pkg/kube/client.go, Get).
 */
export async function releaseObjects(
  api: KubeApi,
  release: Release,
  { signal }: RequestOptions = {},
): Promise<Resources<KubeObject>> {
  return await collect(api, release, {
    signal,
    one: (ref) => api.get(ref, { signal }),
    pods: async ({ namespace, labelSelector }) => {
      const { items, resourceVersion } = await api.list(POD, { namespace, labelSelector, signal });
      const metadata = { resourceVersion } as ObjectMeta;
      return { apiVersion: "v1", kind: "PodList", metadata, items };
    },
  });
}

/** The same as tables that the server makes for people. */
export async function releaseTables(
  api: KubeApi,
  release: Release,
  { signal }: RequestOptions = {},
): Promise<Resources<ObjectTable>> {
  return await collect(api, release, {
    signal,
    one: (ref) => api.table({ ...ref, signal }),
    pods: ({ namespace, labelSelector }) => api.table({ ...POD, namespace, labelSelector, signal }),
  });
}

const POD = { apiVersion: "v1", kind: "Pod" } as const;

interface Selection {
  readonly namespace: string | undefined;
  readonly labelSelector: string;
}

interface CollectOptions<T> extends RequestOptions {
  one(ref: ObjectRef): Promise<T | undefined>;
  /** All that are selected, as one. */
  pods(selection: Selection): Promise<T | undefined>;
}

async function collect<T>(
  api: KubeApi,
  { manifest, namespace }: Release,
  { one, pods, signal }: CollectOptions<T>,
): Promise<Resources<T>> {
  const objects = await resolveObjects(api, parseManifest(manifest), {
    namespace,
    problem: BUILD_PROBLEM,
    signal,
  });
  const found = await Promise.all(objects.map(({ object }) => one(refOf(object))));
  const selections = new Map<string, Selection>();
  const result = new Map<string, T[]>();
  for (const [i, live] of found.entries()) {
    if (live === undefined) continue;
    const { object } = objects[i]!;
    const heading = `${parseApiVersion(object.apiVersion).version}/${object.kind}`;
    result.set(heading, [...result.get(heading) ?? [], live]);
    const labelSelector = podSelector(object);
    // Pods that two objects select are told once.
    if (labelSelector !== undefined && !selections.has(labelSelector)) {
      selections.set(labelSelector, { namespace: object.metadata.namespace, labelSelector });
    }
  }
  const related = (await Promise.all([...selections.values()].map(pods)))
    .filter((each) => each !== undefined);
  if (related.length > 0) result.set(RELATED, related);
  return result;
}

/** The pods that an object of a chart says are its own. */
function podSelector({ kind, spec }: KubeObject): string | undefined {
  const selector = isMap(spec) ? spec["selector"] : undefined;
  if (!isMap(selector)) return undefined;
  const labels = kind === "ReplicationController"
    ? selector
    : ["ReplicaSet", "Deployment", "StatefulSet", "DaemonSet", "Job"].includes(kind)
    ? selector["matchLabels"]
    : undefined;
  if (!isMap(labels)) return undefined;
  return Object.entries(labels).map(([name, value]) => `${name}=${value}`).sort().join(",");
}

/**
 * The view of a cluster that a stack's functions get: reads and applies, by short names.
 *
 * @module
 */
import { CapstanError } from "../errors.ts";
import type { KubeApi, KubeObject, ObjectRef } from "../kube/types.ts";
import type { KnownSecrets } from "./secrets.ts";

/** Labels, annotations and what else every object's metadata has. */
export type { ObjectMeta } from "../kube/types.ts";

/** A Service, as far as stacks usually read it. */
export interface ServiceObject extends KubeObject {
  /** What was asked for, with what the cluster assigned. */
  readonly spec: {
    readonly type?: string;
    readonly clusterIP: string;
    readonly ports?: readonly {
      readonly name?: string;
      readonly port: number;
      readonly nodePort?: number;
    }[];
    readonly selector?: Readonly<Record<string, string>>;
  };
  /** What the cluster says of it. */
  readonly status?: {
    readonly loadBalancer?: {
      readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[];
    };
  };
}

/** A ConfigMap. */
export interface ConfigMapObject extends KubeObject {
  /** Texts by key. */
  readonly data: Readonly<Record<string, string>>;
}

/** A Secret; the values of `data` are base64. */
export interface SecretObject extends KubeObject {
  /** E.g. `kubernetes.io/tls`. */
  readonly type?: string;
  /** Base64 texts by key. */
  readonly data: Readonly<Record<string, string>>;
}

/** A Deployment or StatefulSet, as far as stacks usually read it. */
export interface WorkloadObject extends KubeObject {
  /** What was asked for. */
  readonly spec: { readonly replicas: number; readonly [field: string]: unknown };
  /** How far its pods have come. */
  readonly status: {
    readonly replicas?: number;
    readonly readyReplicas?: number;
    readonly updatedReplicas?: number;
    readonly [field: string]: unknown;
  };
}

/** The kinds whose fields {@linkcode StackCluster.get} knows. */
export interface KnownKinds {
  /** In `v1`. */
  Service: ServiceObject;
  /** In `v1`. */
  ConfigMap: ConfigMapObject;
  /** In `v1`. */
  Secret: SecretObject;
  /** In `apps/v1`. */
  Deployment: WorkloadObject;
  /** In `apps/v1`. */
  StatefulSet: WorkloadObject;
}

/** An object of the kind `K`; of a kind not in {@linkcode KnownKinds}, with fields of unknown type. */
export type ObjectOf<K extends string> = K extends keyof KnownKinds ? KnownKinds[K] : KubeObject;

/** What a stack's functions may do with a cluster. Every method throws the API server's own words. */
export interface StackCluster {
  /**
   * Reads one object. `name` is `namespace/name`, or the bare name of a cluster-scoped object.
   *
   * @throws {CapstanError} When there is no such object; see {@linkcode StackCluster.find}.
   */
  get<K extends string>(apiVersion: string, kind: K, name: string): Promise<ObjectOf<K>>;
  /** As {@linkcode StackCluster.get}, but `undefined` when there is no such object. */
  find<K extends string>(
    apiVersion: string,
    kind: K,
    name: string,
  ): Promise<ObjectOf<K> | undefined>;
  /** Lists a kind, in one namespace or in all. */
  list<K extends string>(
    apiVersion: string,
    kind: K,
    options?: { readonly namespace?: string; readonly labelSelector?: string },
  ): Promise<readonly ObjectOf<K>[]>;
  /** Server-side apply, as field manager `capstan`. */
  apply(object: KubeObject): Promise<KubeObject>;
  /** Deletes an object; `false` when there was none. */
  delete(apiVersion: string, kind: string, name: string): Promise<boolean>;
}

/** The stack's view of a cluster; every request ends when `signal` is aborted. */
export function stackCluster(
  api: KubeApi,
  signal: AbortSignal,
  { secrets }: { readonly secrets?: KnownSecrets | undefined } = {},
): StackCluster {
  async function find<K extends string>(apiVersion: string, kind: K, name: string) {
    const object = await api.get(refOf(apiVersion, kind, name), { signal });
    if (object !== undefined) secrets?.noteObject(object);
    return object as ObjectOf<K> | undefined;
  }
  return {
    find,
    async get(apiVersion, kind, name) {
      const object = await find(apiVersion, kind, name);
      if (object !== undefined) return object;
      throw new CapstanError(`there is no ${kind} ${name} in the cluster`, {
        code: "cluster/not-found",
        hint:
          "add the release that makes it to `needs` or `after`, or use find() where it may be missing",
      });
    },
    async list<K extends string>(apiVersion: string, kind: K, options = {}) {
      const { items } = await api.list({ apiVersion, kind }, { ...options, signal });
      if (secrets !== undefined) { for (const object of items) secrets.noteObject(object); }
      return items as ObjectOf<K>[];
    },
    apply(object) {
      secrets?.noteObject(object);
      return api.apply(object, { fieldManager: "capstan", signal });
    },
    delete: (apiVersion, kind, name) => api.delete(refOf(apiVersion, kind, name), { signal }),
  };
}

function refOf(apiVersion: string, kind: string, name: string): ObjectRef {
  const slash = name.indexOf("/");
  if (slash < 0) return { apiVersion, kind, name };
  return { apiVersion, kind, namespace: name.slice(0, slash), name: name.slice(slash + 1) };
}

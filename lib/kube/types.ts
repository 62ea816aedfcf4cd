/**
 * Kubernetes objects as the rest of Capstan sees them, and what can be asked of a cluster.
 *
 * @module
 */

/** An object of any kind. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

/** The part of every object's metadata that Capstan reads. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly {
    readonly uid: string;
    readonly kind: string;
    readonly name: string;
    readonly controller?: boolean;
  }[];
  readonly managedFields?: readonly unknown[];
}

/** Names one object. A cluster-scoped one has no namespace. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
}

/** A kind that the cluster serves, from discovery. */
export interface ApiResource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** As in the URL, e.g. `deployments`. */
  readonly plural: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

/** Options that every request takes. */
export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface ListOptions extends RequestOptions {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Ask for metadata only (PartialObjectMetadataList). */
  readonly metadataOnly?: boolean | undefined;
}

export interface WriteOptions extends RequestOptions {
  readonly dryRun?: boolean | undefined;
  /** Refuse unknown and duplicate fields. */
  readonly strict?: boolean | undefined;
  readonly fieldManager?: string | undefined;
}

export interface ApplyOptions extends WriteOptions {
  /** Take fields over from other managers. */
  readonly force?: boolean | undefined;
}

export interface DeleteOptions extends RequestOptions {
  /** @default {"Background"} */
  readonly propagation?: "Background" | "Foreground" | "Orphan" | undefined;
  /** Only if the live object has this uid. */
  readonly uid?: string | undefined;
}

export type PatchType =
  | "application/json-patch+json"
  | "application/merge-patch+json"
  | "application/strategic-merge-patch+json";

/**
 * What can be asked of one cluster.
 *
 * Every method throws `ApiError` with the API server's words, or the signal's reason. Passing
 * failures (429, 5xx, lost connections) are retried below it. A kind that the cluster does not serve
 * is an `ApiError` with reason `NoKindMatch`. An object of a namespaced kind that names no namespace
 * is in the connection's; for a cluster-scoped kind the namespace is not looked at.
 */
export interface KubeApi {
  /** Host and port, for messages. */
  readonly server: string;
  /** `/version` of the API server. */
  version(
    options?: RequestOptions,
  ): Promise<{ readonly gitVersion: string; readonly major: string; readonly minor: string }>;
  /** Every kind the cluster serves; fetched once and shared, again after {@linkcode KubeApi.forgetDiscovery}. */
  resources(options?: RequestOptions): Promise<readonly ApiResource[]>;
  /**
   * The served resource of a kind; `undefined` when the cluster does not know it. A kind that is
   * not known is looked for once more, as its CRD may be new.
   */
  resourceFor(
    apiVersion: string,
    kind: string,
    options?: RequestOptions,
  ): Promise<ApiResource | undefined>;
  /** `group/version` and `group/version/Kind` of all that is served, for `.Capabilities.APIVersions`. */
  apiVersions(options?: RequestOptions): Promise<readonly string[]>;
  /** Drops what is known of the served kinds, after a CRD was created. */
  forgetDiscovery(): void;
  /** The object, or `undefined` when there is none. */
  get(ref: ObjectRef, options?: RequestOptions): Promise<KubeObject | undefined>;
  list(
    kind: { readonly apiVersion: string; readonly kind: string },
    options?: ListOptions,
  ): Promise<{ readonly items: readonly KubeObject[]; readonly resourceVersion: string }>;
  create(object: KubeObject, options?: WriteOptions): Promise<KubeObject>;
  replace(object: KubeObject, options?: WriteOptions): Promise<KubeObject>;
  /** Server-side apply. */
  apply(object: KubeObject, options?: ApplyOptions): Promise<KubeObject>;
  patch(
    ref: ObjectRef,
    type: PatchType,
    body: unknown,
    options?: WriteOptions,
  ): Promise<KubeObject>;
  /** Deletes it; `false` when there was none. */
  delete(ref: ObjectRef, options?: DeleteOptions): Promise<boolean>;
  /** Log lines of a pod, most recent `tail` lines. */
  logs(
    ref: { readonly namespace: string; readonly pod: string; readonly container?: string },
    options?: RequestOptions & { readonly tail?: number },
  ): Promise<string>;
  /**
   * Waits, by a watch shared with every other waiter of that kind and namespace, until `check` says
   * the object is done. `check` sees `undefined` when there is no such object. Throws what `check`
   * throws, and the signal's reason when aborted.
   */
  until<T>(
    ref: ObjectRef,
    check: (object: KubeObject | undefined) => T | undefined,
    options?: RequestOptions,
  ): Promise<T>;
  /** Closes connections and watches. */
  close(): void;
}

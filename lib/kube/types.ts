/**
 * Kubernetes objects as the rest of Capstan sees them, and what can be asked of a cluster.
 *
 * @module
 */

/** An object of any kind. */
export interface KubeObject {
  /** Group and version, e.g. `apps/v1`. */
  readonly apiVersion: string;
  /** In singular and camel case, e.g. `Deployment`. */
  readonly kind: string;
  /** Name, namespace, labels and the like. */
  readonly metadata: ObjectMeta;
  /** What else the kind has: `spec`, `data`, `status`, … */
  readonly [field: string]: unknown;
}

/** The part of every object's metadata that Capstan reads. */
export interface ObjectMeta {
  /** Unique for the kind in its namespace. */
  readonly name: string;
  /** Absent for a cluster-scoped object. */
  readonly namespace?: string;
  /** Set by the server; another object of the same name has another one. */
  readonly uid?: string;
  /** Changes with every write; only good for comparing. */
  readonly resourceVersion?: string;
  /** Counts the changes to the spec. */
  readonly generation?: number;
  /** When it was made, as RFC 3339 text. */
  readonly creationTimestamp?: string;
  /** Set while it is being deleted, as RFC 3339 text. */
  readonly deletionTimestamp?: string;
  /** What selectors match. */
  readonly labels?: Readonly<Record<string, string>>;
  /** What other programs keep with it. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Names of those who must agree before it is gone. */
  readonly finalizers?: readonly string[];
  /** Objects whose end is its end. */
  readonly ownerReferences?: readonly {
    readonly uid: string;
    readonly kind: string;
    readonly name: string;
    readonly controller?: boolean;
  }[];
  /** Who owns which field, kept by the server. */
  readonly managedFields?: readonly unknown[];
}

/** Names one object. A cluster-scoped one has no namespace. */
export interface ObjectRef {
  /** Group and version, e.g. `apps/v1`. */
  readonly apiVersion: string;
  /** In singular and camel case, e.g. `Deployment`. */
  readonly kind: string;
  /** The object's name. */
  readonly name: string;
  /** Absent: the connection's. */
  readonly namespace?: string | undefined;
}

/** A kind that the cluster serves, from discovery. */
export interface ApiResource {
  /** Empty for the core group. */
  readonly group: string;
  /** E.g. `v1`. */
  readonly version: string;
  /** E.g. `Deployment`. */
  readonly kind: string;
  /** As in the URL, e.g. `deployments`. */
  readonly plural: string;
  /** Whether its objects live in namespaces. */
  readonly namespaced: boolean;
  /** What can be done with it, e.g. `list`, `patch`. */
  readonly verbs: readonly string[];
}

/** Options that every request takes. */
export interface RequestOptions {
  /** Ends the request; its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** What {@linkcode KubeApi.list} shall find. */
export interface ListOptions extends RequestOptions {
  /** One namespace. @default all */
  readonly namespace?: string | undefined;
  /** As kubectl's `--selector`. @default all */
  readonly labelSelector?: string | undefined;
  /** As kubectl's `--field-selector`. @default all */
  readonly fieldSelector?: string | undefined;
  /** Ask for metadata only (PartialObjectMetadataList). */
  readonly metadataOnly?: boolean | undefined;
  /** Objects read at once. @default {500} */
  readonly pageSize?: number | undefined;
  /**
   * Takes each page as it comes, before the next is asked for. Then the result has no items: lists of
   * large objects need not be held as a whole.
   */
  readonly onPage?: ((items: readonly KubeObject[]) => Promise<void> | void) | undefined;
}

/** Which objects {@linkcode KubeApi.table} shall describe: one, or those of a kind. */
export interface TableQuery extends Omit<ListOptions, "metadataOnly"> {
  /** Group and version, e.g. `apps/v1`. */
  readonly apiVersion: string;
  /** In singular and camel case, e.g. `Deployment`. */
  readonly kind: string;
  /** One object. @default all of the kind */
  readonly name?: string | undefined;
}

/** Objects as the server describes them to people, a row each (meta.k8s.io/v1, Table). */
export interface ObjectTable {
  /** What the cells of a row are; those with a priority other than 0 are for wide tables. */
  readonly columnDefinitions: readonly { readonly name: string; readonly priority: number }[];
  /** One for each object. */
  readonly rows: readonly { readonly cells: readonly unknown[] }[];
}

/** Options of requests that write. */
export interface WriteOptions extends RequestOptions {
  /** Let the server check the request and store nothing. @default {false} */
  readonly dryRun?: boolean | undefined;
  /** Refuse unknown and duplicate fields. */
  readonly strict?: boolean | undefined;
  /** Who owns the fields that are written. @default the client's */
  readonly fieldManager?: string | undefined;
}

/** Options of {@linkcode KubeApi.apply}. */
export interface ApplyOptions extends WriteOptions {
  /** Take fields over from other managers. */
  readonly force?: boolean | undefined;
}

/** Options of {@linkcode KubeApi.delete}. */
export interface DeleteOptions extends RequestOptions {
  /** When its dependents go: after it, before it, or never. @default {"Background"} */
  readonly propagation?: "Background" | "Foreground" | "Orphan" | undefined;
  /** Only if the live object has this uid. */
  readonly uid?: string | undefined;
  /** Only if the live object is in this state. */
  readonly resourceVersion?: string | undefined;
}

/** How the body of {@linkcode KubeApi.patch} is to be read. */
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
  /** Who owns fields that are applied, unless a request says otherwise. @default it is not known */
  readonly fieldManager?: string | undefined;
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
  /** All objects of a kind, read page by page. */
  list(
    kind: { readonly apiVersion: string; readonly kind: string },
    options?: ListOptions,
  ): Promise<{ readonly items: readonly KubeObject[]; readonly resourceVersion: string }>;
  /** What the server tells people of objects; `undefined` when the one that is asked for is not there. */
  table(query: TableQuery): Promise<ObjectTable | undefined>;
  /** Adds an object, and returns it as the server stored it. */
  create(object: KubeObject, options?: WriteOptions): Promise<KubeObject>;
  /** Puts an object in the place of the one that is there (PUT). */
  replace(object: KubeObject, options?: WriteOptions): Promise<KubeObject>;
  /** Server-side apply. */
  apply(object: KubeObject, options?: ApplyOptions): Promise<KubeObject>;
  /** Changes parts of an object. */
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
   * Lines of a container's log as they are written, until the container ends; the `tail` last ones of
   * what there is come first. Leaving the loop, or the signal, closes the connection. One try only.
   */
  followLogs(
    ref: { readonly namespace: string; readonly pod: string; readonly container?: string },
    options?: RequestOptions & { readonly tail?: number },
  ): AsyncIterable<string>;
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

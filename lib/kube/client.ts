/**
 * A cluster as {@linkcode KubeApi}, over HTTP.
 *
 * @module
 */

import type { Connection } from "./connection.ts";
import { Discovery } from "./discovery.ts";
import { covers } from "./covers.ts";
import { type ApiError, isAlreadyExists, isConflict, noSuchKind } from "./errors.ts";
import { logLines } from "./log_lines.ts";
import { collectionPath, objectPath, type Query, refOf } from "./resource.ts";
import { DEFAULT_RETRY } from "./retry.ts";
import { type ApiRequest, Transport, type TransportOptions } from "./transport.ts";
import type {
  ApiResource,
  ApplyOptions,
  DeleteOptions,
  KubeApi,
  KubeObject,
  ListOptions,
  ObjectRef,
  ObjectTable,
  PatchType,
  RequestOptions,
  TableQuery,
  WriteOptions,
} from "./types.ts";
import { until } from "./until.ts";
import { WatchHub } from "./watch.ts";

/** Options for {@linkcode createKubeClient}. */
export interface KubeClientOptions extends TransportOptions {
  /** Who owns the fields that are written, unless a request says otherwise. @default {"helm"} */
  readonly fieldManager?: string | undefined;
  /** Milliseconds a watch stays open when nobody waits any more. @default {2_000} */
  readonly watchLinger?: number | undefined;
}

/**
 * A client for one cluster. Nothing is sent until something is asked; close it when done.
 *
 * Requests share one connection, and at most 64 are in flight, fewer when the server answers 429.
 * Watches have connections of their own, one watch for each kind and namespace.
 *
 * @example Usage
 * ```ts
 * import { createKubeClient, loadConnection } from "@capstan/capstan";
 *
 * async function replicas(name: string): Promise<unknown> {
 *   const cluster = createKubeClient(await loadConnection());
 *   try {
 *     const web = await cluster.get({ apiVersion: "apps/v1", kind: "Deployment", name });
 *     return web?.spec;
 *   } finally {
 *     cluster.close();
 *   }
 * }
 * ```
 *
 * @example Any fetch will do, so a program can be tested without a cluster
 * ```ts
 * import { createKubeClient } from "@capstan/capstan";
 *
 * const cluster = createKubeClient({ server: "http://nowhere.test", namespace: "default" }, {
 *   fetch: () => Promise.resolve(Response.json({ gitVersion: "v1.36.0", major: "1", minor: "36" })),
 * });
 * const { gitVersion } = await cluster.version();
 * cluster.close();
 * if (gitVersion !== "v1.36.0") throw new Error(gitVersion);
 * ```
 */
export function createKubeClient(connection: Connection, options: KubeClientOptions = {}): KubeApi {
  return new KubeClient(connection, options);
}

/** {@linkcode KubeApi} over a {@linkcode Transport}. */
class KubeClient implements KubeApi {
  readonly server: string;
  readonly #namespace: string;
  readonly fieldManager: string;
  readonly #transport: Transport;
  readonly #discovery: Discovery;
  readonly #hub: WatchHub;

  constructor(connection: Connection, options: KubeClientOptions) {
    const transport = new Transport(connection, options);
    this.server = connection.server.replace(/^https?:\/\//, "");
    this.#namespace = connection.namespace;
    this.fieldManager = options.fieldManager ?? "helm";
    this.#transport = transport;
    this.#discovery = new Discovery((request) => transport.send(request));
    this.#hub = new WatchHub(transport, {
      linger: options.watchLinger,
      retry: { ...DEFAULT_RETRY, ...options.retry },
      random: options.random ?? Math.random,
      now: options.now ?? (() => performance.now()),
    });
  }

  version(
    { signal }: RequestOptions = {},
  ): Promise<{ gitVersion: string; major: string; minor: string }> {
    return this.#transport.json({ method: "GET", path: "/version", signal });
  }

  async resources({ signal }: RequestOptions = {}): Promise<readonly ApiResource[]> {
    return (await this.#discovery.served(signal)).resources;
  }

  async apiVersions({ signal }: RequestOptions = {}): Promise<readonly string[]> {
    return (await this.#discovery.served(signal)).apiVersions;
  }

  resourceFor(
    apiVersion: string,
    kind: string,
    { signal }: RequestOptions = {},
  ): Promise<ApiResource | undefined> {
    return this.#discovery.resourceFor(apiVersion, kind, signal);
  }

  forgetDiscovery(): void {
    this.#discovery.forget();
  }

  async get(ref: ObjectRef, { signal }: RequestOptions = {}): Promise<KubeObject | undefined> {
    const path = await this.#path(ref, signal);
    return await this.#read(path, signal);
  }

  async list(
    kind: { readonly apiVersion: string; readonly kind: string },
    options: ListOptions = {},
  ): Promise<{ items: readonly KubeObject[]; resourceVersion: string }> {
    const { signal, namespace, labelSelector, fieldSelector, pageSize, onPage } = options;
    const resource = await this.#resource(kind, signal);
    const request: ApiRequest = {
      method: "GET",
      path: collectionPath(resource, namespace),
      headers: options.metadataOnly ? { accept: METADATA_ONLY } : undefined,
      signal,
    };
    const { apiVersion } = kind;
    const items: KubeObject[] = [];
    let page: Page | undefined;
    do {
      const next: string | undefined = page?.metadata.continue;
      const query = { labelSelector, fieldSelector, limit: pageSize ?? 500, continue: next };
      page = await this.#transport.json<Page>({ ...request, query });
      // Items of built-in kinds leave out what the list says of all of them.
      const typed = (page.items ?? []).map((item) => ({ ...item, apiVersion, kind: kind.kind }));
      if (onPage === undefined) { for (const item of typed) items.push(item); }
      else await onPage(typed);
    } while (page.metadata.continue);
    return { items, resourceVersion: page.metadata.resourceVersion };
  }

  async table(query: TableQuery): Promise<ObjectTable | undefined> {
    const { apiVersion, kind, name, labelSelector, fieldSelector, signal } = query;
    const resource = await this.#resource({ apiVersion, kind }, signal);
    const path = name === undefined
      ? collectionPath(resource, query.namespace)
      : objectPath(resource, { apiVersion, kind, name }, query.namespace || this.#namespace);
    const answer = await this.#transport.send({
      method: "GET",
      path,
      query: { labelSelector, fieldSelector },
      headers: { accept: AS_TABLE },
      signal,
      accept: [404],
    });
    return answer.status === 404 ? undefined : tableOf(JSON.parse(answer.body));
  }

  async create(object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    const { signal } = options;
    const ref = refOf(object);
    const resource = await this.#resource(ref, signal);
    return await this.#write(object, {
      method: "POST",
      path: collectionPath(resource, this.#namespaceOf(ref)),
      query: this.#writeQuery(options),
      // Where the server would pick the name, a second try could make a second object.
      repeatable: Boolean(ref.name),
      signal,
    }, objectPath(resource, ref, this.#namespaceOf(ref)));
  }

  async replace(object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    const { signal } = options;
    const path = await this.#path(refOf(object), signal);
    const query = this.#writeQuery(options);
    return await this.#write(object, { method: "PUT", path, query, signal }, path);
  }

  async apply(object: KubeObject, options: ApplyOptions = {}): Promise<KubeObject> {
    const { signal, force } = options;
    const path = await this.#path(refOf(object), signal);
    const query = { ...this.#writeQuery(options), force };
    const applied = await this.#transport.json<KubeObject>({
      method: "PATCH",
      path,
      query,
      contentType: "application/apply-patch+yaml", // JSON is YAML
      body: withoutManagedFields(object),
      signal,
    });
    return this.#written(applied, query);
  }

  async patch(
    ref: ObjectRef,
    type: PatchType,
    body: unknown,
    options: WriteOptions = {},
  ): Promise<KubeObject> {
    const { signal } = options;
    const path = await this.#path(ref, signal);
    const query = this.#writeQuery(options);
    // A JSON patch may append to a list, which must not happen twice.
    const repeatable = type !== "application/json-patch+json";
    const patched = await this.#transport.json<KubeObject>({
      method: "PATCH",
      path,
      query,
      contentType: type,
      body,
      repeatable,
      signal,
    });
    return this.#written(patched, query);
  }

  async delete(ref: ObjectRef, options: DeleteOptions = {}): Promise<boolean> {
    const { signal, propagation = "Background", uid, resourceVersion } = options;
    const path = await this.#path(ref, signal);
    const body = {
      apiVersion: "v1",
      kind: "DeleteOptions",
      propagationPolicy: propagation,
      ...(uid ?? resourceVersion ? { preconditions: { uid, resourceVersion } } : undefined),
    };
    let unsure = false;
    const onRepeat = (error: ApiError) => unsure ||= !error.refused;
    const request = { method: "DELETE", path, body, signal, onRepeat, accept: [404] } as const;
    const answer = await this.#transport.send(request);
    this.#discovery.promised.deleted(ref);
    return answer.status !== 404 || unsure;
  }

  async logs(
    { namespace, pod, container }: {
      readonly namespace: string;
      readonly pod: string;
      readonly container?: string;
    },
    { signal, tail }: RequestOptions & { readonly tail?: number } = {},
  ): Promise<string> {
    const path = logPath(namespace, pod);
    const query = { container, tailLines: tail };
    const headers = { accept: "text/plain, application/json" };
    return (await this.#transport.send({ method: "GET", path, query, headers, signal })).body;
  }

  async *followLogs(
    { namespace, pod, container }: {
      readonly namespace: string;
      readonly pod: string;
      readonly container?: string;
    },
    { signal, tail }: RequestOptions & { readonly tail?: number } = {},
  ): AsyncGenerator<string, void> {
    const stream = await this.#transport.stream({
      method: "GET",
      path: logPath(namespace, pod),
      query: { container, tailLines: tail, follow: true },
      headers: { accept: "text/plain, application/json" },
      signal,
    });
    try {
      yield* logLines(stream.body);
    } finally {
      stream.close();
    }
  }

  async until<T>(
    ref: ObjectRef,
    check: (object: KubeObject | undefined) => T | undefined,
    { signal }: RequestOptions = {},
  ): Promise<T> {
    const resource = await this.#resource(ref, signal);
    const namespace = this.#namespaceOf(ref);
    const path = objectPath(resource, ref, namespace);
    return await until({
      hub: this.#hub,
      resource,
      namespace: resource.namespaced ? namespace : undefined,
      name: ref.name,
      get: () => this.#read(path, signal),
      check,
      signal,
    });
  }

  close(): void {
    this.#hub.close();
    this.#transport.close();
  }

  async #read(path: string, signal: AbortSignal | undefined): Promise<KubeObject | undefined> {
    const answer = await this.#transport.send({ method: "GET", path, signal, accept: [404] });
    return answer.status === 404 ? undefined : JSON.parse(answer.body);
  }

  /**
   * Sends an object. When the answer to a try was lost, the next one may meet the object that the
   * first has made: then that object is the answer.
   */
  async #write(object: KubeObject, request: ApiRequest, path: string): Promise<KubeObject> {
    let unsure = false;
    const onRepeat = (error: ApiError) => unsure ||= !error.refused;
    try {
      return this.#written(
        await this.#transport.json({ ...request, body: object, onRepeat }),
        request.query,
      );
    } catch (error) {
      if (!unsure || !(isAlreadyExists(error) || isConflict(error))) throw error;
      const live = await this.#read(path, request.signal);
      if (live === undefined || !covers(live, object)) throw error;
      return this.#written(live, request.query);
    }
  }

  #written(object: KubeObject, query: Query | undefined): KubeObject {
    if (query?.["dryRun"] === undefined) this.#discovery.promised.written(object);
    return object;
  }

  async #resource(
    kind: { readonly apiVersion: string; readonly kind: string },
    signal: AbortSignal | undefined,
  ): Promise<ApiResource> {
    const resource = await this.#discovery.resourceFor(kind.apiVersion, kind.kind, signal);
    if (resource === undefined) throw noSuchKind(kind.apiVersion, kind.kind);
    return resource;
  }

  async #path(ref: ObjectRef, signal: AbortSignal | undefined): Promise<string> {
    return objectPath(await this.#resource(ref, signal), ref, this.#namespaceOf(ref));
  }

  #namespaceOf(ref: ObjectRef): string {
    return ref.namespace || this.#namespace;
  }

  #writeQuery({ dryRun, strict, fieldManager }: WriteOptions): Query {
    return {
      fieldManager: fieldManager ?? this.fieldManager,
      dryRun: dryRun ? "All" : undefined,
      fieldValidation: strict ? "Strict" : undefined,
    };
  }
}

function logPath(namespace: string, pod: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log`;
}

const METADATA_ONLY =
  "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

const AS_TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

/** A server that makes no tables gives the objects; the columns are then those of its default. */
function tableOf(answer: KubeObject & Partial<ObjectTable> & Partial<Page>): ObjectTable {
  if (answer.kind === "Table") {
    return { columnDefinitions: answer.columnDefinitions ?? [], rows: answer.rows ?? [] };
  }
  const objects = answer.items ?? [answer];
  return {
    columnDefinitions: ["Name", "Created At"].map((name) => ({ name, priority: 0 })),
    rows: objects.map(({ metadata: { name, creationTimestamp = "" } }) => ({
      cells: [name, creationTimestamp],
    })),
  };
}

interface Page {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items?: readonly KubeObject[];
}

/** Server-side apply refuses an object that still carries its bookkeeping. */
function withoutManagedFields(object: KubeObject): KubeObject {
  if (object.metadata.managedFields === undefined) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

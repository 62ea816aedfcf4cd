/**
 * Release records in Secrets or ConfigMaps, as Helm keeps them.
 *
 * @module
 */
import { CapstanError } from "../errors.ts";
import { isAlreadyExists } from "../kube/errors.ts";
import type { KubeApi, KubeObject, ObjectRef, RequestOptions } from "../kube/types.ts";
import { decodeRelease, encodeRelease } from "./codec.ts";
import {
  isReleaseName,
  recordName,
  type Release,
  type ReleaseStatus,
  type RevisionKey,
} from "./release.ts";
import { Together } from "../kube/together.ts";
import {
  alreadyExists,
  checkSize,
  DIGEST_ANNOTATION,
  entryOf,
  type ListQuery,
  LOCK_ANNOTATION,
  recordAnnotations,
  recordLabels,
  type RevisionEntry,
  RUN_ANNOTATION,
  sortRevisions,
  type Storage,
  userLabels,
} from "./storage.ts";

/** Options of {@linkcode secretStorage} and {@linkcode configMapStorage}. */
export interface KubeStorageOptions {
  /** The clock, in milliseconds since the epoch. @default {Date.now} */
  readonly now?: (() => number) | undefined;
}

/**
 * Keeps records in Secrets `sh.helm.release.v1.NAME.vREVISION`, Helm's default.
 *
 * @example Usage
 * ```ts
 * import { createApiServer, createKubeClient, secretStorage } from "@capstan/capstan";
 *
 * const cluster = createApiServer().serve();
 * const api = createKubeClient({ server: cluster.url, namespace: "default" });
 * const revisions = await secretStorage(api).list();
 * api.close();
 * await cluster.close();
 * if (revisions.length !== 0) throw revisions;
 * ```
 */
export function secretStorage(api: KubeApi, options: KubeStorageOptions = {}): Storage {
  return new KubeStorage(api, "Secret", options.now ?? Date.now);
}

/**
 * Keeps records in ConfigMaps, as Helm does with `HELM_DRIVER=configmap`.
 *
 * @example Usage
 * ```ts
 * import { configMapStorage, createApiServer, createKubeClient } from "@capstan/capstan";
 *
 * const cluster = createApiServer().serve();
 * const api = createKubeClient({ server: cluster.url, namespace: "default" });
 * const history = await configMapStorage(api).history({ namespace: "default", name: "web" });
 * api.close();
 * await cluster.close();
 * if (history.length !== 0) throw history;
 * ```
 */
export function configMapStorage(api: KubeApi, options: KubeStorageOptions = {}): Storage {
  return new KubeStorage(api, "ConfigMap", options.now ?? Date.now);
}

class KubeStorage implements Storage {
  readonly #api: KubeApi;
  readonly #kind: "Secret" | "ConfigMap";
  readonly #now: () => number;
  /** Histories by namespace: the releases of a run are asked for together. */
  readonly #histories = new Map<string, Together<RevisionEntry[]>>();
  /** Records by namespace and revision, likewise. */
  readonly #records = new Map<string, Together<KubeObject>>();
  /** Settles when the last record that was begun is encoded. */
  #encoding: Promise<unknown> = Promise.resolve();
  /** Texts of releases that were checked and are not stored yet. */
  readonly #checked = new WeakMap<Release, string>();

  constructor(api: KubeApi, kind: "Secret" | "ConfigMap", now: () => number) {
    this.#api = api;
    this.#kind = kind;
    this.#now = now;
  }

  async get(key: RevisionKey, options?: RequestOptions): Promise<Release | undefined> {
    // What is asked for by a label that the server refuses must not spoil the question of others.
    const object = isReleaseName(key.name)
      ? await this.#recordsOf(key).ask(key.name, options?.signal)
      : await this.#api.get(this.#ref(key), options);
    return object === undefined ? undefined : await readRecord(object);
  }

  #recordsOf({ namespace, revision }: RevisionKey): Together<KubeObject> {
    const where = `${namespace}/${revision}`;
    let together = this.#records.get(where);
    if (together === undefined) {
      together = new Together((names, signal) =>
        this.#readTogether({ namespace, revision, names, signal })
      );
      this.#records.set(where, together);
    }
    return together;
  }

  /** Records of one revision number, by name: many by a list, and each that it does not hold by itself. */
  async #readTogether({ namespace, revision, names, signal }: {
    readonly namespace: string;
    readonly revision: number;
    readonly names: readonly string[];
    readonly signal: AbortSignal;
  }): Promise<ReadonlyMap<string, KubeObject>> {
    const found = new Map<string, KubeObject>();
    if (names.length >= WORTH_A_LIST) {
      await this.#api.list({ apiVersion: "v1", kind: this.#kind }, {
        namespace,
        signal,
        labelSelector: `owner=helm,version=${revision},name in (${names.join()})`,
        pageSize: PAGE,
        onPage: (items) => {
          for (const item of items) {
            const name = item.metadata.labels?.["name"];
            if (
              name !== undefined && item.metadata.name === recordName({ name, revision })
            ) {
              found.set(name, item);
            }
          }
        },
      });
    }
    await Promise.all(
      names.filter((name) => !found.has(name)).map(async (name) => {
        const object = await this.#api.get(this.#ref({ name, namespace, revision }), { signal });
        if (object !== undefined) found.set(name, object);
      }),
    );
    return found;
  }

  async each(
    { namespace, selector, statuses, signal }: ListQuery & {
      readonly statuses: readonly ReleaseStatus[];
    },
    take: (release: Release) => void,
  ): Promise<void> {
    const states = `owner=helm,status in (${statuses.join()})`;
    await this.#api.list({ apiVersion: "v1", kind: this.#kind }, {
      namespace,
      signal,
      labelSelector: selector ? `${states},${selector}` : states,
      pageSize: PAGE,
      onPage: async (items) => {
        for (const item of items) {
          const release = await readRecord(item).catch(() => undefined);
          // A damaged one is named by whoever asks for it alone.
          if (release !== undefined) take(release);
        }
      },
    });
  }

  async history(
    { namespace, name }: { readonly namespace: string; readonly name: string },
    { signal }: RequestOptions = {},
  ): Promise<readonly RevisionEntry[]> {
    // What the server refuses must not spoil the question of others.
    if (!isReleaseName(name)) {
      return sortRevisions(await this.#list(`owner=helm,name=${name}`, { namespace, signal }));
    }
    let together = this.#histories.get(namespace);
    if (together === undefined) {
      together = new Together((names, signal) => this.#historiesOf(namespace, names, signal));
      this.#histories.set(namespace, together);
    }
    return sortRevisions(await together.ask(name, signal) ?? []);
  }

  async #historiesOf(
    namespace: string,
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, RevisionEntry[]>> {
    const which = names.length === 1 ? `name=${names[0]}` : `name in (${names.join()})`;
    const entries = await this.#list(`owner=helm,${which}`, { namespace, signal });
    return Map.groupBy(entries, ({ name }) => name);
  }

  list({ selector, ...query }: ListQuery = {}): Promise<readonly RevisionEntry[]> {
    return this.#list(selector ? `owner=helm,${selector}` : "owner=helm", query);
  }

  async #list(labelSelector: string, query: ListQuery): Promise<RevisionEntry[]> {
    const { namespace, signal } = query;
    const { items } = await this.#api.list(
      { apiVersion: "v1", kind: this.#kind },
      { namespace, signal, labelSelector, metadataOnly: true },
    );
    return items.flatMap(({ metadata }) => entryOf(metadata) ?? []);
  }

  async create(release: Release, options?: RequestOptions): Promise<void> {
    const stamp = { createdAt: this.#seconds() };
    try {
      await this.#api.create(await this.#object(release, recordLabels(release, stamp)), options);
    } catch (error) {
      throw isAlreadyExists(error) ? alreadyExists(release, error) : error;
    }
  }

  async update(release: Release, options?: RequestOptions): Promise<void> {
    const stamp = { modifiedAt: this.#seconds() };
    await this.#api.replace(await this.#object(release, recordLabels(release, stamp)), options);
  }

  delete(key: RevisionKey, options?: RequestOptions): Promise<boolean> {
    return this.#api.delete(this.#ref(key), options);
  }

  async check(release: Release): Promise<void> {
    const text = await this.#encode(release);
    // Later states of the record add times and phases of hooks, and descriptions of failures.
    checkSize(release, text, 4096 + 64 * release.hooks.length);
    this.#checked.set(release, text);
  }

  async #object(release: Release, labels: Record<string, string>): Promise<KubeObject> {
    const text = this.#checked.get(release) ?? await this.#encode(release);
    checkSize(release, text);
    const { namespace } = release;
    const secret = this.#kind === "Secret";
    return {
      apiVersion: "v1",
      kind: this.#kind,
      metadata: {
        name: recordName(release),
        namespace,
        labels,
        ...recordAnnotations(release),
      },
      ...(secret ? { type: "helm.sh/release.v1" } : {}),
      data: { release: secret ? btoa(text) : text },
    };
  }

  /** One after another: each compression takes a third of a megabyte, and a run begins hundreds at once. */
  #encode(release: Release): Promise<string> {
    const text = this.#encoding.then(() => encodeRelease(release));
    this.#encoding = text.then(() => {}, () => {});
    return text;
  }

  #ref(key: RevisionKey): ObjectRef {
    return {
      apiVersion: "v1",
      kind: this.#kind,
      namespace: key.namespace,
      name: recordName(key),
    };
  }

  #seconds(): number {
    return Math.floor(this.#now() / 1000);
  }
}

/** Records read at once. Each may be a megabyte. */
const PAGE = 100;

/** From so many records on, one list is cheaper than reading each. */
const WORTH_A_LIST = 8;

/** Says which object it is that keeps a text which is no release. */
function damaged({ kind, metadata: { name, namespace } }: KubeObject, error: unknown): unknown {
  if (!(error instanceof CapstanError)) return error;
  return new CapstanError(`${error.message}, in ${kind} ${namespace}/${name}`, {
    code: error.code,
    hint: error.hint,
    cause: error,
  });
}

/** The release that an object keeps. */
async function readRecord(object: KubeObject): Promise<Release> {
  const { kind, metadata, data } = object;
  const { release = "" } = (data ?? {}) as { readonly release?: string };
  const { labels = {}, annotations = {}, namespace = "" } = metadata;
  return {
    ...await decodeRelease(kind === "Secret" ? atob(release) : release).catch((error) => {
      throw damaged(object, error);
    }),
    namespace,
    labels: userLabels(labels),
    digest: annotations[DIGEST_ANNOTATION],
    lock: annotations[LOCK_ANNOTATION],
    run: annotations[RUN_ANNOTATION],
  };
}

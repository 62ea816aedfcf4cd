/**
 * The objects of the rehearsal cluster, their versions, and what changed since when.
 *
 * Objects are found by storage (`apps/deployments`), namespace and name without a search, and by
 * label once a selector has asked for that label.
 *
 * @module
 */
import type { KubeObject } from "../kube/types.ts";
import { type Draft, finish } from "./json.ts";
import type { LabelRequirement } from "./selectors.ts";

/** One write. */
export interface Change {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly storage: string;
  readonly version: number;
  readonly object: KubeObject;
  /** The object before the write. */
  readonly before: KubeObject | undefined;
}

/** Where an object is. */
export interface Location {
  readonly storage: string;
  readonly namespace: string;
  readonly name: string;
}

/** Options of {@linkcode Store}. */
export interface StoreOptions {
  /** Changes kept per storage, for watches that start in the past. @default {2000} */
  readonly history?: number;
}

/** The objects and their history. */
export class Store {
  readonly #tables = new Map<string, Table>();
  readonly #byUid = new Map<string, Location>();
  readonly #dependents = new Map<string, Map<string, Location>>();
  readonly #listeners = new Set<(change: Change) => void>();
  readonly #history: number;
  #version = 1;

  constructor({ history = 2_000 }: StoreOptions = {}) {
    this.#history = history;
  }

  /** Version of the newest write. */
  get version(): number {
    return this.#version;
  }

  /** Calls the listener after every write, before the writer goes on. */
  subscribe(listener: (change: Change) => void): void {
    this.#listeners.add(listener);
  }

  get({ storage, namespace, name }: Location): KubeObject | undefined {
    return this.#tables.get(storage)?.get(namespace, name);
  }

  /** The object with this uid, if it lives. */
  find(uid: string): KubeObject | undefined {
    const location = this.#byUid.get(uid);
    return location && this.get(location);
  }

  /** Where the object with this uid is. */
  locate(uid: string): Location | undefined {
    return this.#byUid.get(uid);
  }

  /** Objects whose owner references name this uid. */
  dependents(uid: string): Location[] {
    return [...this.#dependents.get(uid)?.values() ?? []];
  }

  /** Objects sorted by namespace and name; `labels` only narrows down what is looked at. */
  list(
    storage: string,
    namespace: string | undefined,
    labels: readonly LabelRequirement[] = [],
  ): KubeObject[] {
    return this.#tables.get(storage)?.list(namespace, labels) ?? [];
  }

  /** Number of objects of a storage. */
  count(storage: string): number {
    return this.#tables.get(storage)?.size ?? 0;
  }

  /** Stores a new object or a new state of one, under a new version. Takes the draft over. */
  put(storage: string, next: Draft): KubeObject {
    next.metadata.resourceVersion = String(++this.#version);
    const object = finish(next);
    const table = this.#table(storage);
    const before = table.put(object);
    this.#index(storage, before, object);
    this.#tell(table, {
      type: before === undefined ? "ADDED" : "MODIFIED",
      storage,
      version: this.#version,
      object,
      before,
    });
    return object;
  }

  /** Removes an object; the change carries its last state under the version of the removal. */
  remove(location: Location): KubeObject | undefined {
    const table = this.#tables.get(location.storage);
    const before = table?.remove(location.namespace, location.name);
    if (table === undefined || before === undefined) return undefined;
    const version = ++this.#version;
    const object = {
      ...before,
      metadata: { ...before.metadata, resourceVersion: String(version) },
    };
    this.#index(location.storage, before, undefined);
    this.#tell(table, { type: "DELETED", storage: location.storage, version, object, before });
    return object;
  }

  /** Changes after a version, oldest first; `undefined` where they are no longer all known. */
  since(storage: string, version: number): readonly Change[] | undefined {
    return this.#table(storage).since(version);
  }

  /** Forgets the changes up to now, so that older watches are told to start over. */
  compact(): void {
    for (const table of this.#tables.values()) table.compact(this.#version);
  }

  #table(storage: string): Table {
    let table = this.#tables.get(storage);
    if (table === undefined) this.#tables.set(storage, table = new Table(this.#history));
    return table;
  }

  #index(storage: string, before: KubeObject | undefined, after: KubeObject | undefined): void {
    const { namespace = "", name, uid = "" } = (after ?? before!).metadata;
    const location = { storage, namespace, name };
    if (after === undefined) this.#byUid.delete(uid);
    else if (before === undefined) this.#byUid.set(uid, location);
    const old = before?.metadata.ownerReferences;
    const now = after?.metadata.ownerReferences;
    if (old === now) return;
    for (const owner of old ?? []) {
      const known = this.#dependents.get(owner.uid);
      known?.delete(uid);
      if (known?.size === 0) this.#dependents.delete(owner.uid);
    }
    for (const owner of now ?? []) {
      const known = this.#dependents.get(owner.uid) ?? new Map<string, Location>();
      this.#dependents.set(owner.uid, known.set(uid, location));
    }
  }

  #tell(table: Table, change: Change): void {
    table.record(change);
    for (const listener of this.#listeners) listener(change);
  }
}

/** The objects of one storage. */
class Table {
  readonly #buckets = new Map<string, Bucket>();
  readonly #limit: number;
  #changes: Change[] = [];
  #forgotten = 0;
  size = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(namespace: string, name: string): KubeObject | undefined {
    return this.#buckets.get(namespace)?.objects.get(name);
  }

  put(object: KubeObject): KubeObject | undefined {
    const { namespace = "" } = object.metadata;
    let bucket = this.#buckets.get(namespace);
    if (bucket === undefined) this.#buckets.set(namespace, bucket = new Bucket());
    const before = bucket.put(object);
    if (before === undefined) this.size++;
    return before;
  }

  remove(namespace: string, name: string): KubeObject | undefined {
    const bucket = this.#buckets.get(namespace);
    const before = bucket?.remove(name);
    if (before === undefined) return undefined;
    this.size--;
    if (bucket!.objects.size === 0) this.#buckets.delete(namespace);
    return before;
  }

  list(namespace: string | undefined, labels: readonly LabelRequirement[]): KubeObject[] {
    if (namespace !== undefined) return this.#buckets.get(namespace)?.list(labels) ?? [];
    return [...this.#buckets.keys()].sort().flatMap((key) => this.#buckets.get(key)!.list(labels));
  }

  record(change: Change): void {
    this.#changes.push(change);
    // Dropping a half at a time keeps the cost per change constant.
    if (this.#changes.length < 2 * this.#limit) return;
    const dropped = this.#changes.splice(0, this.#changes.length - this.#limit);
    this.#forgotten = dropped.at(-1)!.version;
  }

  since(version: number): readonly Change[] | undefined {
    if (version < this.#forgotten) return undefined;
    let [low, high] = [0, this.#changes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#changes[middle]!.version <= version) low = middle + 1;
      else high = middle;
    }
    return this.#changes.slice(low);
  }

  compact(version: number): void {
    this.#changes = [];
    this.#forgotten = version;
  }
}

/** The objects of one namespace, or all of a cluster-scoped kind. */
class Bucket {
  readonly objects = new Map<string, KubeObject>();
  /** Names by label key and value, for the keys that a selector has used. */
  readonly #index = new Map<string, Map<string, Set<string>>>();

  put(object: KubeObject): KubeObject | undefined {
    const { name } = object.metadata;
    const before = this.objects.get(name);
    this.objects.set(name, object);
    for (const [key, values] of this.#index) {
      const [old, now] = [before?.metadata.labels?.[key], object.metadata.labels?.[key]];
      if (before !== undefined && old === now) continue;
      if (old !== undefined) values.get(old)?.delete(name);
      if (now !== undefined) namesOf(values, now).add(name);
    }
    return before;
  }

  remove(name: string): KubeObject | undefined {
    const before = this.objects.get(name);
    if (before === undefined) return undefined;
    this.objects.delete(name);
    for (const [key, values] of this.#index) {
      const old = before.metadata.labels?.[key];
      if (old !== undefined) values.get(old)?.delete(name);
    }
    return before;
  }

  list(labels: readonly LabelRequirement[]): KubeObject[] {
    return [...this.#candidates(labels)].sort().map((name) => this.objects.get(name)!);
  }

  /** Names that may meet the requirements: the smallest set that an equality gives. */
  #candidates(labels: readonly LabelRequirement[]): Iterable<string> {
    let best: ReadonlySet<string> | undefined;
    for (const { key, operator, values } of labels) {
      if (operator !== "=") continue;
      const names = this.#indexed(key).get(values[0]!) ?? new Set<string>();
      if (best === undefined || names.size < best.size) best = names;
    }
    return best ?? this.objects.keys();
  }

  #indexed(key: string): Map<string, Set<string>> {
    const known = this.#index.get(key);
    if (known !== undefined) return known;
    const values = new Map<string, Set<string>>();
    for (const [name, object] of this.objects) {
      const value = object.metadata.labels?.[key];
      if (value !== undefined) namesOf(values, value).add(name);
    }
    this.#index.set(key, values);
    return values;
  }
}

function namesOf(values: Map<string, Set<string>>, value: string): Set<string> {
  let names = values.get(value);
  if (names === undefined) values.set(value, names = new Set());
  return names;
}

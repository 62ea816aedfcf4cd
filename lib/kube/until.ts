/**
 * Waiting for one object to be in a state.
 *
 * @module
 */

import { isNewer } from "./resource.ts";
import type { ApiResource, KubeObject } from "./types.ts";
import type { Listener, WatchHub } from "./watch.ts";

/** What {@linkcode until} waits for. */
export interface UntilOptions<T> {
  readonly hub: WatchHub;
  readonly resource: ApiResource;
  /** Of the object; `undefined` for a cluster-scoped one. */
  readonly namespace: string | undefined;
  readonly name: string;
  /** The object as it is at this moment. */
  readonly get: () => Promise<KubeObject | undefined>;
  /** What is waited for, or `undefined` when that is not yet. */
  readonly check: (object: KubeObject | undefined) => T | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Resolves to what `check` returns for the first state that it accepts.
 *
 * The state is read once, which often is enough, and only then watched. The listener joins before
 * that read: a watch that others keep open goes on meanwhile, and what it tells in between would
 * else be missed. States older than one already seen are passed over.
 */
export async function until<T>(options: UntilOptions<T>): Promise<T> {
  const { hub, resource, namespace, signal } = options;
  signal?.throwIfAborted();
  const waiter = new Waiter(options.name, options.check);
  const subscription = hub.join(resource, namespace, waiter);
  const aborted = () => waiter.failed(signal!.reason);
  signal?.addEventListener("abort", aborted, { once: true });
  try {
    const object = await options.get();
    waiter.begin(object);
    if (!waiter.settled) subscription.start();
    return await waiter.done;
  } finally {
    signal?.removeEventListener("abort", aborted);
    subscription.leave();
  }
}

/** Checks states in order, and keeps back those told before the first was read. */
class Waiter<T> implements Listener {
  readonly name: string;
  readonly done: Promise<T>;
  settled = false;
  readonly #check: (object: KubeObject | undefined) => T | undefined;
  readonly #settle: PromiseWithResolvers<T>;
  #early: { object: KubeObject | undefined; version: string | undefined }[] | undefined = [];
  #version: string | undefined;
  #absent = false;

  constructor(name: string, check: (object: KubeObject | undefined) => T | undefined) {
    this.name = name;
    this.#check = check;
    this.#settle = Promise.withResolvers();
    this.done = this.#settle.promise;
    // It may fail while the first read is still awaited, which then throws as well.
    this.done.catch(() => {});
  }

  begin(object: KubeObject | undefined): void {
    this.#accept(object, object?.metadata.resourceVersion);
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const { object, version } of early) this.seen(object, version);
  }

  seen(object: KubeObject | undefined, version: string | undefined): void {
    if (this.#early !== undefined) {
      this.#early.push({ object, version });
      return;
    }
    if (!isNewer(version, this.#version)) return;
    // That there still is no object is no new state.
    if (object === undefined && this.#absent) this.#version = version ?? this.#version;
    else this.#accept(object, version);
  }

  failed(error: unknown): void {
    this.settled = true;
    this.#settle.reject(error);
  }

  #accept(object: KubeObject | undefined, version: string | undefined): void {
    if (this.settled) return;
    this.#version = version ?? this.#version;
    this.#absent = object === undefined;
    try {
      const result = this.#check(object);
      if (result === undefined) return;
      this.settled = true;
      this.#settle.resolve(result);
    } catch (error) {
      this.failed(error);
    }
  }
}

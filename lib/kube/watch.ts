/**
 * One watch for each kind and namespace, shared by all who wait for something in it.
 *
 * @module
 */

import { ApiError, errorOfStatus, isNotFound } from "./errors.ts";
import { collectionPath, formatApiVersion } from "./resource.ts";
import { backoff, pause, type RetryPolicy } from "./retry.ts";
import type { Transport } from "./transport.ts";
import type { ApiResource, KubeObject } from "./types.ts";
import { type WatchEvent, watchEvents } from "./watch_lines.ts";

/** Told of the states of one object. */
export interface Listener {
  readonly name: string;
  /**
   * A state of the object, `undefined` when there is none. `version` orders states of one object;
   * a listener may be told of one that is older than what it knows.
   */
  seen(object: KubeObject | undefined, version: string | undefined): void;
  /** The watch cannot go on: there will be no more states. */
  failed(error: unknown): void;
}

/** A listener's place in a watch. */
export interface Subscription {
  /** Makes sure that the watch runs. Until then only a watch that others started is heard. */
  start(): void;
  /** Leaves. The last to leave lets the watch close. */
  leave(): void;
}

/** Options for {@linkcode WatchHub}. */
export interface WatchOptions {
  /** Milliseconds a watch stays open when nobody listens, for the next hook of a series. @default {2_000} */
  readonly linger?: number | undefined;
  /** Seconds after which the server ends a watch, and it is opened again. @default {290} */
  readonly seconds?: number | undefined;
  /** Waits between reconnects. */
  readonly retry: RetryPolicy;
  readonly random: () => number;
  /** Milliseconds since any fixed time. */
  readonly now: () => number;
}

/** All watches of one API server. */
export class WatchHub {
  readonly #transport: Transport;
  readonly #options: WatchOptions;
  readonly #watches = new Map<string, KindWatch>();

  constructor(transport: Transport, options: WatchOptions) {
    this.#transport = transport;
    this.#options = options;
  }

  /** How many watches are open or about to be. */
  get size(): number {
    return this.#watches.size;
  }

  /** Joins the watch of a kind in a namespace; without one, of cluster-scoped objects. */
  join(resource: ApiResource, namespace: string | undefined, listener: Listener): Subscription {
    const path = collectionPath(resource, namespace);
    let watch = this.#watches.get(path);
    if (watch === undefined) {
      const { group, version, kind } = resource;
      const type = { apiVersion: formatApiVersion(group, version), kind };
      const fresh = new KindWatch({ path, type }, this.#transport, {
        ...this.#options,
        ended: () => {
          if (this.#watches.get(path) === fresh) this.#watches.delete(path);
        },
      });
      this.#watches.set(path, fresh);
      watch = fresh;
    }
    return watch.join(listener);
  }

  /** Ends all watches. Listeners are told that the connection was closed. */
  close(): void {
    for (const watch of [...this.#watches.values()]) watch.close();
  }
}

/** What one watch is of. */
interface Target {
  readonly path: string;
  /** Which the items of a list leave out. */
  readonly type: { readonly apiVersion: string; readonly kind: string };
}

/** A page of a list. */
interface Page {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items?: readonly KubeObject[];
}

/** Thrown inside a watch whose position the server no longer knows. */
class Expired extends Error {}

/**
 * List once, then watch from there; again from the last position when the connection ends, and from
 * a new list when the server has forgotten that position (410). It runs as long as someone listens.
 *
 * Objects nobody listens for are dropped as they are read, so a namespace of thousands costs no memory.
 */
class KindWatch {
  readonly #target: Target;
  readonly #transport: Transport;
  readonly #options: WatchOptions & { readonly ended: () => void };
  readonly #listeners = new Map<string, Set<Listener>>();
  #running: AbortController | undefined;
  #lingering: ReturnType<typeof setTimeout> | undefined;
  #ended = false;
  #position: string | undefined;

  constructor(
    target: Target,
    transport: Transport,
    options: WatchOptions & { readonly ended: () => void },
  ) {
    this.#target = target;
    this.#transport = transport;
    this.#options = options;
  }

  join(listener: Listener): Subscription {
    const { name } = listener;
    const peers = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, peers.add(listener));
    clearTimeout(this.#lingering);
    return {
      start: () => this.#start(),
      leave: () => {
        peers.delete(listener);
        if (peers.size === 0 && this.#listeners.get(name) === peers) this.#listeners.delete(name);
        if (this.#listeners.size === 0) this.#idle();
      },
    };
  }

  close(): void {
    this.#stop();
    this.#fail(new DOMException("the connection to the cluster was closed", "AbortError"));
  }

  #start(): void {
    if (this.#running !== undefined) return;
    const controller = new AbortController();
    this.#running = controller;
    this.#run(controller.signal).catch((error) => {
      if (controller.signal.aborted) return;
      this.#stop();
      this.#fail(error);
    });
  }

  #idle(): void {
    if (this.#ended) return;
    clearTimeout(this.#lingering);
    const linger = this.#options.linger ?? 2_000;
    if (this.#running === undefined || linger === 0) return this.#stop();
    this.#lingering = setTimeout(() => this.#stop(), linger);
    // A program that has nothing else to do need not wait for this.
    Deno.unrefTimer(Number(this.#lingering));
  }

  #stop(): void {
    this.#ended = true;
    clearTimeout(this.#lingering);
    this.#running?.abort();
    this.#options.ended();
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { retry, random, now } = this.#options;
    for (let failures = 0;; failures++) {
      signal.throwIfAborted();
      const began = now();
      try {
        if (this.#position === undefined) await this.#list(signal);
        await this.#watch(signal);
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof Expired) this.#position = undefined;
        else if (!(error instanceof ApiError) || !error.retryable) throw this.#last(error);
        else if (error.retryAfter !== undefined) await pause(error.retryAfter, signal);
      }
      // A connection that lasted is opened again at once; one that keeps ending, ever later.
      if (now() - began > 1_000) failures = 0;
      if (failures > 0) await pause(backoff(failures, retry, random), signal);
    }
  }

  /** A kind that is served no more has no objects: that is a last state before the failure. */
  #last(error: unknown): unknown {
    if (isNotFound(error)) {
      for (const name of [...this.#listeners.keys()]) this.#tell(name, undefined, undefined);
    }
    return error;
  }

  async #list(signal: AbortSignal): Promise<void> {
    const missing = new Set(this.#listeners.keys());
    let version: string | undefined;
    let next: string | undefined;
    do {
      const query = { limit: 500, continue: next };
      const request = { method: "GET", path: this.#target.path, query, signal } as const;
      const page: Page = await this.#transport.json<Page>(request).catch(expire);
      version = page.metadata.resourceVersion;
      next = page.metadata.continue;
      for (const item of page.items ?? []) {
        const { name, resourceVersion } = item.metadata;
        if (!this.#listeners.has(name)) continue;
        missing.delete(name);
        this.#tell(name, { ...item, ...this.#target.type }, resourceVersion);
      }
    } while (next);
    for (const name of missing) this.#tell(name, undefined, version);
    this.#position = version;
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const seconds = this.#options.seconds ?? 290;
    const stream = await this.#transport.stream({
      method: "GET",
      path: this.#target.path,
      query: {
        watch: true,
        allowWatchBookmarks: true,
        resourceVersion: this.#position,
        timeoutSeconds: seconds,
      },
      signal,
    }).catch(expire);
    // The server ends a watch by itself; a connection that died unnoticed would never end.
    const guard = setTimeout(() => stream.close(), (seconds + 30) * 1000);
    Deno.unrefTimer(Number(guard));
    try {
      for await (const event of watchEvents(stream.body)) this.#receive(event);
    } catch (error) {
      if (error instanceof Expired || error instanceof ApiError) throw error;
      // Cut off in the middle: go on from the last position.
      signal.throwIfAborted();
    } finally {
      clearTimeout(guard);
      stream.close();
    }
  }

  #receive({ type, object }: WatchEvent): void {
    if (type === "ERROR") {
      const error = errorOfStatus(object);
      throw error.status === 410 ? new Expired() : error;
    }
    const { name, resourceVersion } = object.metadata;
    this.#position = resourceVersion ?? this.#position;
    if (type === "BOOKMARK") return;
    this.#tell(name, type === "DELETED" ? undefined : object, resourceVersion);
  }

  #tell(name: string, object: KubeObject | undefined, version: string | undefined): void {
    for (const listener of [...this.#listeners.get(name) ?? []]) listener.seen(object, version);
  }

  #fail(error: unknown): void {
    const all = [...this.#listeners.values()].flatMap((peers) => [...peers]);
    this.#listeners.clear();
    for (const listener of all) listener.failed(error);
  }
}

/** A position that the server has forgotten (410) is no failure: there is a way on. */
function expire(error: unknown): never {
  throw error instanceof ApiError && error.status === 410 ? new Expired() : error;
}

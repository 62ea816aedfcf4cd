/**
 * Watches: who wants to hear of which changes, and the streams that tell them.
 *
 * @module
 */
import type { KubeObject } from "../kube/types.ts";
import type { Clock } from "./env.ts";
import type { JsonObject } from "./json.ts";
import { apiVersionOf, type Resource } from "./kinds.ts";
import { metadataOnly } from "./objects.ts";
import { type Selector, selects } from "./selectors.ts";
import { expired, type StatusError } from "./status.ts";
import type { Change, Store } from "./store.ts";
import { convertTo } from "./strategy.ts";

/** What is watched, and how it is told. */
export interface WatchRequest {
  readonly resource: Resource;
  /** `undefined`: all namespaces. */
  readonly namespace: string | undefined;
  readonly selector: Selector;
  /** Version after which to start; `undefined`: begin with what there is. */
  readonly since: number | undefined;
  readonly bookmarks: boolean;
  readonly metadataOnly: boolean;
  readonly timeoutSeconds: number | undefined;
  /** Ends the stream after so many events, as a broken connection would. */
  readonly cutAfter?: number | undefined;
}

const BOOKMARK_MILLISECONDS = 60_000;
const encoder = new TextEncoder();

/** Every open watch of one cluster. */
export class Watches {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #open = new Map<string, Set<Watch>>();

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    store.subscribe((change) => this.#tell(change));
  }

  /** Number of open watches. */
  get size(): number {
    let size = 0;
    for (const set of this.#open.values()) size += set.size;
    return size;
  }

  /** Starts a watch: a stream of JSON lines. */
  open(request: WatchRequest): ReadableStream<Uint8Array> {
    const watch = new Watch(request, this.#clock, () => this.#forget(watch));
    const stream = watch.stream;
    const missed = request.since === undefined
      ? undefined
      : this.#store.since(request.resource.storage, request.since);
    if (request.since !== undefined && missed === undefined) {
      const oldest = this.#store.version;
      watch.fail(expired(`too old resource version: ${request.since} (${oldest})`));
      return stream;
    }
    if (missed === undefined) this.#sendPresent(watch);
    else for (const change of missed) if (watch.wants(change)) watch.send(change, new Map());
    if (watch.closed) return stream;
    const { storage } = request.resource;
    const set = this.#open.get(storage) ?? new Set();
    this.#open.set(storage, set.add(watch));
    return stream;
  }

  /** Ends every watch, as a server that goes down does. */
  close(): void {
    for (const set of this.#open.values()) for (const watch of [...set]) watch.end();
  }

  #sendPresent(watch: Watch): void {
    const { resource, namespace, selector, bookmarks } = watch.request;
    for (const object of this.#store.list(resource.storage, namespace, selector.labels)) {
      if (selects(selector, object)) watch.write("ADDED", object);
    }
    if (bookmarks) watch.bookmark(this.#store.version, { "k8s.io/initial-events-end": "true" });
  }

  #tell(change: Change): void {
    const set = this.#open.get(change.storage);
    if (set === undefined) return;
    const lines = new Map<string, Uint8Array>();
    for (const watch of [...set]) {
      if (watch.wants(change)) watch.send(change, lines);
      watch.version = change.version;
    }
  }

  #forget(watch: Watch): void {
    const { storage } = watch.request.resource;
    const set = this.#open.get(storage);
    set?.delete(watch);
    if (set?.size === 0) this.#open.delete(storage);
  }
}

/** One open watch. */
class Watch {
  readonly request: WatchRequest;
  readonly stream: ReadableStream<Uint8Array>;
  /** Version of the newest change of the storage. */
  version = 0;
  closed = false;
  readonly #apiVersion: string;
  readonly #forget: () => void;
  readonly #cancels: (() => void)[] = [];
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #sent = 0;

  constructor(request: WatchRequest, clock: Clock, forget: () => void) {
    this.request = request;
    this.#apiVersion = apiVersionOf(request.resource);
    this.#forget = forget;
    this.stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
      },
      cancel: () => this.#release(),
    });
    const { timeoutSeconds, bookmarks } = request;
    if (timeoutSeconds !== undefined && timeoutSeconds > 0) {
      this.#cancels.push(clock.after(timeoutSeconds * 1000, () => this.end()));
    }
    if (bookmarks) this.#scheduleBookmark(clock);
  }

  /** Whether a change touches what is watched, before selectors. */
  wants({ object }: Change): boolean {
    const { namespace } = this.request;
    return namespace === undefined || (object.metadata.namespace ?? "") === namespace;
  }

  /** Tells of a change, seen through the selectors; lines that others wrote are reused. */
  send(change: Change, lines: Map<string, Uint8Array>): void {
    const { selector } = this.request;
    const is = change.type !== "DELETED" && selects(selector, change.object);
    const was = change.before !== undefined && selects(selector, change.before);
    if (!is && !was) return;
    const type = is ? was ? "MODIFIED" : "ADDED" : "DELETED";
    const key = `${type} ${this.#apiVersion} ${this.request.metadataOnly}`;
    let line = lines.get(key);
    if (line === undefined) lines.set(key, line = this.#line(type, change.object));
    this.#push(line);
  }

  /** Writes one event. */
  write(type: "ADDED", object: KubeObject): void {
    this.#push(this.#line(type, object));
  }

  /** Says up to which version everything was told. */
  bookmark(version: number, annotations?: Record<string, string>): void {
    const metadata = { resourceVersion: String(version), ...(annotations && { annotations }) };
    const kind = this.request.resource.kind;
    const object = { kind, apiVersion: this.#apiVersion, metadata };
    this.#enqueue(encode({ type: "BOOKMARK", object }));
  }

  /** Ends with an error event. */
  fail(error: StatusError): void {
    this.#enqueue(encode({ type: "ERROR", object: error.toJSON() }));
    this.end();
  }

  /** Ends the stream. */
  end(): void {
    if (this.closed) return;
    this.#release();
    this.#controller.close();
  }

  #release(): void {
    this.closed = true;
    for (const cancel of this.#cancels.splice(0)) cancel();
    this.#forget();
  }

  #line(type: string, object: KubeObject): Uint8Array {
    const shown = this.request.metadataOnly
      ? metadataOnly(object)
      : convertTo(this.#apiVersion, object);
    return encode({ type, object: shown });
  }

  #push(line: Uint8Array): void {
    this.#enqueue(line);
    if (++this.#sent === this.request.cutAfter) this.end();
  }

  #enqueue(line: Uint8Array): void {
    if (!this.closed) this.#controller.enqueue(line);
  }

  #scheduleBookmark(clock: Clock): void {
    const again = () => {
      if (this.closed) return;
      this.#cancels.pop();
      if (this.version > 0) this.bookmark(this.version);
      this.#cancels.push(clock.after(BOOKMARK_MILLISECONDS, again));
    };
    this.#cancels.push(clock.after(BOOKMARK_MILLISECONDS, again));
  }
}

function encode(event: JsonObject): Uint8Array {
  return encoder.encode(JSON.stringify(event) + "\n");
}

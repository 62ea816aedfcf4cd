/** The pods of one namespace behind a `fetch`, with every misfortune that can befall a watch. */
import type { Fetch } from "../../lib/kube/transport.ts";
import { Transport } from "../../lib/kube/transport.ts";
import type { ApiResource, KubeObject } from "../../lib/kube/types.ts";
import { WatchHub, type WatchOptions } from "../../lib/kube/watch.ts";
import { until } from "../../lib/kube/until.ts";
import { IMPATIENT, status } from "./serve.ts";

export const PODS: ApiResource = {
  group: "",
  version: "v1",
  kind: "Pod",
  plural: "pods",
  namespaced: true,
  verbs: ["get", "list", "watch"],
};

const PATH = "/api/v1/namespaces/default/pods";
const encoder = new TextEncoder();

interface OpenWatch {
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  readonly end: () => void;
}

export class FakePods implements AsyncDisposable {
  /** `get NAME`, `list`, `watch FROM`, in order. */
  readonly requests: string[] = [];
  readonly transport: Transport;
  readonly hub: WatchHub;
  /** Answers to give in place of the next ones, by the first word of the request. */
  readonly instead: Record<string, (() => Response | Promise<Response>)[]> = {};
  readonly #objects = new Map<string, KubeObject>();
  readonly #watches = new Set<OpenWatch>();
  #version = 100;

  constructor(options: Partial<WatchOptions> = {}) {
    this.transport = new Transport({ server: "http://fake", namespace: "default" }, {
      fetch: this.#fetch,
      retry: IMPATIENT,
    });
    this.hub = new WatchHub(this.transport, {
      retry: { ...IMPATIENT, attempts: 100 },
      random: Math.random,
      now: () => performance.now(),
      ...options,
    });
  }

  get watches(): number {
    return this.#watches.size;
  }

  put(name: string, phase: string): KubeObject {
    const type = this.#objects.has(name) ? "MODIFIED" : "ADDED";
    const object = this.#pod(name, phase, ++this.#version);
    this.#objects.set(name, object);
    this.event(type, object);
    return object;
  }

  remove(name: string): void {
    const object = this.#pod(name, "Gone", ++this.#version);
    this.#objects.delete(name);
    this.event("DELETED", object);
  }

  /** Says something to all watches, true or not. */
  event(type: string, object: unknown): void {
    const line = encoder.encode(JSON.stringify({ type, object }) + "\n");
    for (const { controller } of this.#watches) controller.enqueue(line);
  }

  stale(type: string, name: string, phase: string, version: number): void {
    this.event(type, this.#pod(name, phase, version));
  }

  /** Ends all watches, as a server does after a while. */
  end(): void {
    for (const { controller, end } of [...this.#watches]) {
      controller.close();
      end();
    }
  }

  /** Breaks all watches in the middle of a line. */
  cut(): void {
    for (const { controller, end } of [...this.#watches]) {
      controller.enqueue(encoder.encode('{"type":"MODI'));
      controller.error(new TypeError("connection reset"));
      end();
    }
  }

  async opened(count = 1): Promise<void> {
    while (this.watches < count) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  /** Waits by {@linkcode until} for a pod's phase; `"none"` is that there is no such pod. */
  until(name: string, phase: string, signal?: AbortSignal, seen: string[] = []): Promise<string> {
    return until({
      hub: this.hub,
      resource: PODS,
      namespace: "default",
      name,
      get: async () => {
        const request = { method: "GET", path: `${PATH}/${name}`, accept: [404], signal } as const;
        const answer = await this.transport.send(request);
        return answer.status === 404 ? undefined : JSON.parse(answer.body);
      },
      check: (object) => {
        const found = object === undefined ? "none" : phaseOf(object);
        seen.push(found);
        return found === phase ? `${object?.apiVersion ?? ""} ${found}` : undefined;
      },
      signal,
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.hub.close();
    this.transport.close();
    return Promise.resolve();
  }

  #pod(name: string, phase: string, version: number): KubeObject {
    const metadata = { name, namespace: "default", resourceVersion: String(version) };
    return { apiVersion: "v1", kind: "Pod", metadata, status: { phase } };
  }

  readonly #fetch: Fetch = async (url, init) => {
    const { pathname, searchParams } = new URL(url);
    const name = pathname.slice(PATH.length + 1);
    const word = name !== "" ? "get" : searchParams.has("watch") ? "watch" : "list";
    const from = searchParams.get("resourceVersion");
    this.requests.push([word, name || from].filter(Boolean).join(" "));
    const instead = this.instead[word]?.shift();
    if (instead !== undefined) return await instead();
    if (word === "get") return this.#get(name);
    return word === "list" ? this.#list() : this.#watch(Number(from), init.signal!);
  };

  #get(name: string): Response {
    const object = this.#objects.get(name);
    return object === undefined ? status(404, { reason: "NotFound" }) : Response.json(object);
  }

  #list(): Response {
    const items = [...this.#objects.values()].map(({ apiVersion: _, kind: __, ...rest }) => rest);
    return Response.json({ metadata: { resourceVersion: String(this.#version) }, items });
  }

  /** From its position on: what is newer comes first. */
  #watch(from: number, signal: AbortSignal): Response {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        const end = () => this.#watches.delete(watch);
        const watch: OpenWatch = { controller, end };
        signal.addEventListener("abort", () => {
          if (this.#watches.has(watch)) controller.error(signal.reason);
          end();
        }, { once: true });
        for (const object of this.#objects.values()) {
          if (Number(object.metadata.resourceVersion) <= from) continue;
          controller.enqueue(encoder.encode(JSON.stringify({ type: "MODIFIED", object }) + "\n"));
        }
        this.#watches.add(watch);
      },
    });
    return new Response(body);
  }
}

function phaseOf(object: KubeObject): string {
  return (object["status"] as { readonly phase: string }).phase;
}

/** A rehearsal cluster with short words for requests, and a clock that tests move by hand. */
import type { Clock } from "../../lib/apiserver/env.ts";
import {
  type ApiServer,
  type ApiServerOptions,
  createApiServer,
} from "../../lib/apiserver/server.ts";

// deno-lint-ignore no-explicit-any -- JSON answers are looked at field by field
export type Json = any;

/** A cluster that listens. */
export interface Cluster {
  readonly server: ApiServer;
  readonly url: string;
  /** Sends a request and parses its answer. */
  ask(method: string, path: string, body?: unknown, type?: string): Promise<Json>;
  get(path: string): Promise<Json>;
  create(path: string, body: unknown): Promise<Json>;
  apply(path: string, body: unknown): Promise<Json>;
  remove(path: string): Promise<Json>;
  watch(path: string): Promise<Events>;
}

/** Runs a test against a cluster, which is closed afterwards. */
export async function withCluster(
  options: ApiServerOptions,
  test: (cluster: Cluster) => Promise<void>,
): Promise<void> {
  const server = createApiServer(options);
  const { url, close } = server.serve();
  const watches: Events[] = [];
  const ask = async (method: string, path: string, body?: unknown, type = "application/json") => {
    const init = body === undefined ? {} : {
      body: JSON.stringify(body),
      headers: { "content-type": type },
    };
    const response = await fetch(url + path, { method, ...init });
    return { code: response.status, ...await response.json() };
  };
  try {
    await test({
      server,
      url,
      ask,
      get: (path) => ask("GET", path),
      create: (path, body) => ask("POST", path, body),
      apply: (path, body) =>
        ask("PATCH", `${path}?fieldManager=test`, body, "application/apply-patch+yaml"),
      remove: (path) => ask("DELETE", path),
      watch: async (path) => {
        const events = new Events(await fetch(url + path));
        watches.push(events);
        return events;
      },
    });
  } finally {
    for (const events of watches) await events.close();
    await close();
  }
}

/** Events of one watch, read one at a time. */
export class Events {
  readonly status: number;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #rest = "";

  constructor(response: Response) {
    this.status = response.status;
    this.#reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** The next event; `undefined` at the end of the stream. */
  async next(): Promise<Json | undefined> {
    while (!this.#rest.includes("\n")) {
      const { value, done } = await this.#reader.read();
      if (done) return undefined;
      this.#rest += value;
    }
    const end = this.#rest.indexOf("\n");
    const line = this.#rest.slice(0, end);
    this.#rest = this.#rest.slice(end + 1);
    return JSON.parse(line);
  }

  /** The next events as `TYPE name`. */
  async take(count: number): Promise<string[]> {
    const found: string[] = [];
    for (let i = 0; i < count; i++) {
      const { type, object } = await this.next();
      found.push(`${type} ${object.metadata?.name ?? object.message ?? ""}`.trim());
    }
    return found;
  }

  async close(): Promise<void> {
    await this.#reader.cancel().catch(() => {});
  }
}

/** A clock that stands still until it is moved. */
export class ManualClock implements Clock {
  #now = Date.UTC(2030, 0, 1);
  #timers: { readonly due: number; readonly callback: () => void }[] = [];

  get pending(): number {
    return this.#timers.length;
  }

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, callback: () => void): () => void {
    const timer = { due: this.#now + milliseconds, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  /** Moves on, calling timers in the order in which they are due. */
  async move(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    for (;;) {
      const next = this.#timers.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((one) => one !== next);
      this.#now = next.due;
      next.callback();
      await Promise.resolve();
    }
    this.#now = end;
    await Promise.resolve();
  }
}

/** A workload of one container. */
export function workload(kind: string, name: string, spec: object = {}, template: object = {}) {
  const apiVersion = kind === "Job" ? "batch/v1" : "apps/v1";
  const labels = { app: name };
  return {
    apiVersion,
    kind,
    metadata: { name },
    spec: {
      ...(kind === "Job" ? {} : { selector: { matchLabels: labels } }),
      template: {
        metadata: { labels, ...template },
        spec: {
          containers: [{ name: "main", image: "main:1" }],
          ...(kind === "Job" ? { restartPolicy: "Never" } : {}),
        },
      },
      ...spec,
    },
  };
}

/** Paths in the namespace `default`. */
export const PATHS = {
  pods: "/api/v1/namespaces/default/pods",
  configMaps: "/api/v1/namespaces/default/configmaps",
  claims: "/api/v1/namespaces/default/persistentvolumeclaims",
  services: "/api/v1/namespaces/default/services",
  deployments: "/apis/apps/v1/namespaces/default/deployments",
  replicaSets: "/apis/apps/v1/namespaces/default/replicasets",
  statefulSets: "/apis/apps/v1/namespaces/default/statefulsets",
  daemonSets: "/apis/apps/v1/namespaces/default/daemonsets",
  jobs: "/apis/batch/v1/namespaces/default/jobs",
} as const;

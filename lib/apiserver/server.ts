/**
 * The rehearsal cluster: a Kubernetes API server in memory, as a function from Request to
 * Response. Pods become ready and Jobs complete by themselves, at speeds and with failures that
 * the user sets.
 *
 * @module
 */
import { Controllers, type Delays } from "./controllers.ts";
import { type Clock, Env, SYSTEM_CLOCK } from "./env.ts";
import { type Fault, faultError, Faults, type Verdict } from "./faults.ts";
import { Kinds } from "./kinds.ts";
import { Objects } from "./objects.ts";
import { errorResponse, PageNotFound, type Routes } from "./answer.ts";
import { route } from "./routes.ts";
import { TypeTable } from "./schema.ts";
import { seed } from "./seed.ts";
import { listen, type ServedApi, type ServeOptions } from "./serve.ts";
import { Store } from "./store.ts";
import { Watches } from "./watch.ts";

export type { Clock, Delays, Fault, ServedApi, ServeOptions };

/** Options of {@linkcode createApiServer}. */
export interface ApiServerOptions {
  /** How long things take to become ready. @default nothing takes time */
  readonly delays?: Delays | undefined;
  /** Requests that go wrong. @default {[]} */
  readonly faults?: readonly Fault[] | undefined;
  /** Nodes, on each of which a DaemonSet runs a pod. @default {1} */
  readonly nodes?: number | undefined;
  /** Lines that containers log. @default one line that says how the container ended */
  readonly logs?: ((pod: string, container: string) => string | undefined) | undefined;
  /** Changes kept for watches that start in the past; older ones get 410. @default {2000} */
  readonly history?: number | undefined;
  /** Time and timers. @default the machine's */
  readonly clock?: Clock | undefined;
  /** Random numbers between 0 and 1, for uids and generated names. @default Math.random */
  readonly random?: (() => number) | undefined;
}

/** One request that was answered. */
export interface RequestRecord {
  /** HTTP method, e.g. `PATCH`. */
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Status of the answer; 0 where the connection was broken instead. */
  readonly status: number;
}

/** A rehearsal cluster. */
export interface ApiServer {
  /** Answers one request. Never throws; a scripted reset breaks the body of the answer. */
  handle(request: Request): Promise<Response>;
  /** Listens on loopback until closed or aborted. */
  serve(options?: ServeOptions): ServedApi;
  /** Adds a failure while the cluster runs; the returned function takes it away. */
  inject(fault: Fault): () => void;
  /** Forgets past changes, so that watches that start before now are answered 410. */
  compact(): void;
  /** The last requests, up to 100,000, oldest first. */
  readonly requests: readonly RequestRecord[];
  /** Number of open watches. */
  readonly watches: number;
  /** Ends watches and timers. Requests that come later are still answered, but nothing moves. */
  close(): void;
}

const RECORDS = 100_000;

/**
 * Makes a rehearsal cluster. Nothing listens until {@linkcode ApiServer.serve} is called.
 *
 * @example Usage
 * ```ts
 * import { createApiServer } from "@capstan/capstan";
 *
 * const cluster = createApiServer({ delays: { deployment: 20 } });
 * const { url, close } = cluster.serve();
 * const answer = await fetch(`${url}/api/v1/namespaces/default`);
 * const { status } = await answer.json();
 * await close();
 * if (status.phase !== "Active") throw new Error(status.phase);
 * ```
 */
export function createApiServer(options: ApiServerOptions = {}): ApiServer {
  return new Server(options);
}

class Server implements ApiServer {
  readonly #routes: Routes;
  readonly #faults: Faults;
  readonly #controllers: Controllers;
  readonly #clock: Clock;
  readonly #sleeping = new Set<() => void>();
  #requests: RequestRecord[] = [];

  constructor(options: ApiServerOptions) {
    const { clock = SYSTEM_CLOCK, random = Math.random, faults = [], nodes = 1 } = options;
    const { history = 2_000, delays = {}, logs } = options;
    const env = new Env(clock, random);
    const types = new TypeTable();
    const store = new Store({ history });
    const objects = new Objects({ store, kinds: new Kinds(types), env });
    const watches = new Watches(store, clock);
    this.#controllers = new Controllers(objects, types, { delays, logs });
    this.#routes = {
      objects,
      watches,
      logs: (pod, query) => this.#controllers.logs(pod, query),
    };
    this.#faults = new Faults(faults);
    this.#clock = clock;
    seed(objects, nodes);
  }

  get requests(): readonly RequestRecord[] {
    return this.#requests;
  }

  get watches(): number {
    return this.#routes.watches.size;
  }

  async handle(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const path = url.pathname + url.search;
    const verdict = this.#faults.judge(request.method, path);
    const response = await this.#answer(request, url, verdict);
    const reset = verdict?.reset === true;
    this.#record({ method: request.method, path, status: reset ? 0 : response.status });
    return response;
  }

  serve(options: ServeOptions = {}): ServedApi {
    return listen(this, options);
  }

  inject(fault: Fault): () => void {
    return this.#faults.add(fault);
  }

  compact(): void {
    this.#routes.objects.store.compact();
  }

  close(): void {
    this.#controllers.close();
    this.#routes.watches.close();
    for (const wake of [...this.#sleeping]) wake();
  }

  async #answer(request: Request, url: URL, verdict: Verdict | undefined): Promise<Response> {
    try {
      if (verdict?.delay !== undefined) await this.#sleep(verdict.delay);
      if (verdict !== undefined && verdict.afterwards !== true) {
        const failed = fail(verdict);
        if (failed !== undefined) return failed;
      }
      const response = await route(this.#routes, request, { url, verdict });
      const failed = verdict && fail(verdict);
      if (failed === undefined) return response;
      await response.body?.cancel();
      return failed;
    } catch (error) {
      if (!(error instanceof PageNotFound)) return errorResponse(error);
      return new Response("404 page not found\n", { status: 404 });
    }
  }

  #sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        cancel();
        this.#sleeping.delete(wake);
        resolve();
      };
      const cancel = this.#clock.after(milliseconds, wake);
      this.#sleeping.add(wake);
    });
  }

  #record(record: RequestRecord): void {
    this.#requests.push(record);
    if (this.#requests.length >= 2 * RECORDS) this.#requests = this.#requests.slice(-RECORDS);
  }
}

/** The answer that a verdict puts in the place of the true one. */
function fail(verdict: Verdict): Response | undefined {
  if (verdict.reset === true) return brokenResponse();
  return verdict.status === undefined ? undefined : errorResponse(faultError(verdict));
}

/** An answer that breaks off before its announced end: all of a reset that a Response can say. */
function brokenResponse(): Response {
  const headers = { "content-type": "application/json", "content-length": "4096" };
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode("{"));
      controller.close();
    },
  });
  return new Response(body, { headers });
}

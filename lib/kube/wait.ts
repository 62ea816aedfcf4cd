/**
 * Waiting for objects to be ready, for hooks to end, and for objects to be gone.
 *
 * @module
 */

import { CapstanError } from "../errors.ts";
import { orAborted } from "../schedule/retry.ts";
import { ApiError } from "./errors.ts";
import { NOT_FOUND, type Readiness } from "./readiness.ts";
import {
  answeredReadiness,
  hookReadinessOf,
  isAwaitedHook,
  readinessOf,
  type ReadyPredicate,
  type ReadyRules,
} from "./ready.ts";
import { describeRef, refOf } from "./resource.ts";
import type { KubeApi, KubeObject, ObjectRef } from "./types.ts";

/** Options that every wait takes. */
export interface WaitOptions {
  /** Milliseconds after which the wait fails. @default {no limit} */
  readonly timeout?: number | undefined;
  /** Told when what an object is waited for for changes. */
  readonly onProgress?: ((ref: ObjectRef, message: string) => void) | undefined;
  /** Ends the wait; its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds since the epoch. @default {Date.now} */
  readonly now?: (() => number) | undefined;
}

/** Options for {@linkcode waitReady}. */
export interface WaitReadyOptions extends WaitOptions {
  /** Whose rules say what is ready. @default {"watcher"} */
  readonly rules?: ReadyRules | undefined;
  /** Wait for Jobs to complete. @default {false} */
  readonly jobs?: boolean | undefined;
  /** Asked of each state of each object before the rules are. @default none */
  readonly isReady?: ReadyPredicate | undefined;
  /**
   * End at the first object that failed. Otherwise, as in Helm 4, when every other one is ready or has
   * failed, since a failed one may yet recover meanwhile. @default {false; always with legacy rules}
   */
  readonly failFast?: boolean | undefined;
}

/** One object that is not as it should be. */
export interface Unready {
  /** The object that was waited for. */
  readonly ref: ObjectRef;
  /** How far it came. */
  readonly readiness: Readiness;
}

/**
 * A wait that did not end well: some objects failed, or time ran out.
 *
 * @example Usage
 * ```ts
 * import { createApiServer, createKubeClient, WaitError, waitReady } from "@capstan/capstan";
 *
 * const cluster = createApiServer().serve();
 * const api = createKubeClient({ server: cluster.url, namespace: "default" });
 * const missing = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "web" } };
 * const error = await waitReady(api, [missing], { timeout: 20 }).catch((thrown: unknown) => thrown);
 * api.close();
 * await cluster.close();
 * if (!(error instanceof WaitError) || !error.timedOut) throw error;
 * ```
 */
export class WaitError extends CapstanError {
  /** Tells it from other Capstan errors. */
  override readonly name = "WaitError";
  /** Whether time ran out. */
  readonly timedOut: boolean;

  /** The code is `wait/timeout` or `wait/failed`. */
  constructor(
    message: string,
    /** Those that were waited for in vain. */
    readonly unready: readonly Unready[],
    { timedOut, hint, excerpt }: {
      readonly timedOut: boolean;
      readonly hint?: string | undefined;
      /** What there is to see of them, as lines. */
      readonly excerpt?: string | undefined;
    },
  ) {
    const look = timedOut && unready.length > 0
      ? `look at ${unready.slice(0, 3).map(({ ref }) => describeRef(ref)).join(", ")}`
      : undefined;
    super(message, {
      code: timedOut ? "wait/timeout" : "wait/failed",
      hint: hint ?? look,
      excerpt,
    });
    this.timedOut = timedOut;
  }
}

/**
 * Waits until all objects are ready. Those that are so as given (an apply returns the live object)
 * cost no request; the others one, and then a shared watch.
 *
 * @throws {WaitError} When objects failed or the timeout passed, in the words of the Helm whose rules apply.
 *
 * @example Usage
 * ```ts
 * import { createApiServer, createKubeClient, waitReady } from "@capstan/capstan";
 *
 * const cluster = createApiServer({ delays: { deployment: 20 } }).serve();
 * const api = createKubeClient({ server: cluster.url, namespace: "default" });
 * const labels = { app: "web" };
 * const web = await api.apply({
 *   apiVersion: "apps/v1",
 *   kind: "Deployment",
 *   metadata: { name: "web" },
 *   spec: {
 *     selector: { matchLabels: labels },
 *     template: { metadata: { labels }, spec: { containers: [{ name: "web", image: "nginx" }] } },
 *   },
 * });
 * await waitReady(api, [web], { timeout: 10_000 });
 * api.close();
 * await cluster.close();
 * ```
 */
export async function waitReady(
  api: KubeApi,
  objects: readonly KubeObject[],
  options: WaitReadyOptions = {},
): Promise<void> {
  const { rules = "watcher", jobs, isReady, now = Date.now } = options;
  const failFast = options.failFast ?? rules === "legacy";
  function judge(
    object: KubeObject | undefined,
    signal: AbortSignal,
  ): Readiness | Promise<Readiness> {
    if (object === undefined) return rules === "legacy" ? MISSING : NOT_FOUND;
    const byRules = () => readinessOf(object, { rules, jobs, now: now() });
    const answer = isReady?.(object, { signal });
    return answer instanceof Promise
      ? answer.then((word) => answeredReadiness(word) ?? byRules())
      : answeredReadiness(answer) ?? byRules();
  }
  const watched = objects.map((given) => ({ ref: refOf(given), judge, given }));
  const group = new WaitGroup(watched, { ...options, failFast });
  const outcome = await group.run(api);
  if (outcome.unready.length === 0) return;
  throw new WaitError(readyMessage(outcome, rules), outcome.unready, outcome);
}

/**
 * Waits until a hook's object has done its work: a Job completed, a Pod succeeded. Other kinds are
 * ready as they are. With legacy rules an object that is deleted meanwhile counts as done.
 *
 * @throws {WaitError} When it failed or the timeout passed.
 *
 * @example Usage
 * ```ts
 * import { createApiServer, createKubeClient, waitHook } from "@capstan/capstan";
 *
 * const cluster = createApiServer().serve();
 * const api = createKubeClient({ server: cluster.url, namespace: "default" });
 * const job = await api.create({
 *   apiVersion: "batch/v1",
 *   kind: "Job",
 *   metadata: { name: "migrate" },
 *   spec: {
 *     template: {
 *       spec: { containers: [{ name: "main", image: "migrate" }], restartPolicy: "Never" },
 *     },
 *   },
 * });
 * await waitHook(api, job, { timeout: 10_000 });
 * api.close();
 * await cluster.close();
 * ```
 */
export async function waitHook(
  api: KubeApi,
  object: KubeObject,
  options: WaitOptions & { readonly rules?: ReadyRules | undefined } = {},
): Promise<void> {
  if (!isAwaitedHook(object)) return;
  const { rules = "watcher" } = options;
  function judge(live: KubeObject | undefined): Readiness {
    if (live !== undefined) return hookReadinessOf(live, { rules });
    return rules === "legacy" ? { status: "Current", message: "deleted" } : NOT_FOUND;
  }
  const group = new WaitGroup([{ ref: refOf(object), judge }], { ...options, failFast: true });
  const outcome = await group.run(api);
  if (outcome.unready.length === 0) return;
  throw new WaitError(readyMessage(outcome, rules), outcome.unready, outcome);
}

/**
 * Waits until none of the objects is there any more. One that is there again under another uid than
 * the one given counts as gone.
 *
 * @throws {WaitError} When the timeout passed.
 *
 * @example Usage
 * ```ts
 * import { createApiServer, createKubeClient, waitDeleted } from "@capstan/capstan";
 *
 * const cluster = createApiServer().serve();
 * const api = createKubeClient({ server: cluster.url, namespace: "default" });
 * const ref = { apiVersion: "v1", kind: "ConfigMap", name: "web" };
 * await api.apply({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "web" } });
 * await api.delete(ref);
 * await waitDeleted(api, [ref], { timeout: 10_000 });
 * api.close();
 * await cluster.close();
 * ```
 */
export async function waitDeleted(
  api: KubeApi,
  refs: readonly (ObjectRef & { readonly uid?: string | undefined })[],
  options: WaitOptions & { readonly rules?: ReadyRules | undefined } = {},
): Promise<void> {
  const { now = Date.now } = options;
  const watched = refs.map((ref) => ({
    ref,
    judge(object: KubeObject | undefined): Readiness {
      const gone = object === undefined ||
        (ref.uid !== undefined && object.metadata.uid !== ref.uid);
      if (gone) return { status: "Current", message: "deleted" };
      const readiness = readinessOf(object, { now: now() });
      // Whatever it is, it is not gone.
      return { ...readiness, status: readiness.status === "Failed" ? "InProgress" : "Terminating" };
    },
  }));
  const { unready, timedOut } = await new WaitGroup(watched, options).run(api);
  if (unready.length === 0) return;
  const lines = unready.map(({ ref, readiness }) =>
    `resource ${
      identify(ref)
    } still exists. status: ${readiness.status}, message: ${readiness.message}`
  );
  const message = options.rules === "legacy" ? DEADLINE : [...lines, DEADLINE].join("\n");
  throw new WaitError(message, unready, { timedOut });
}

/** What Go says when time has run out, and so Helm. */
const DEADLINE = "context deadline exceeded";

/** Helm 3 gives up on an object that is not there; Helm 4 waits for it to appear. */
const MISSING: Readiness = { status: "Failed", message: "not found" };

/** Whether it was read from the cluster, rather than from a manifest. */
function isLive({ metadata }: KubeObject): boolean {
  return metadata.uid !== undefined && metadata.resourceVersion !== undefined;
}

function readyMessage({ unready, timedOut }: Outcome, rules: ReadyRules): string {
  if (rules === "legacy") {
    const failures = unready.filter(({ readiness }) => readiness.status === "Failed");
    if (failures.length === 0) return DEADLINE;
    return failures.map(({ ref, readiness }) =>
      readiness === MISSING ? `${describeRef(ref)} not found` : readiness.message
    ).join(" && ");
  }
  const lines = unready.map(({ ref, readiness: { status, message } }) =>
    `resource ${identify(ref)} not ready. status: ${status}, message: ${message}`
  );
  return (timedOut ? [...lines, DEADLINE] : lines).join("\n");
}

function identify({ kind, namespace, name }: ObjectRef): string {
  return `${kind}/${namespace ?? ""}/${name}`;
}

/** One object and how to judge its states. */
interface Watched {
  readonly ref: ObjectRef;
  readonly judge: (
    object: KubeObject | undefined,
    signal: AbortSignal,
  ) => Readiness | Promise<Readiness>;
  /** As it was when the wait began; one that is ready by then is not asked for. */
  readonly given?: KubeObject | undefined;
}

interface Outcome {
  readonly unready: readonly Unready[];
  readonly timedOut: boolean;
}

/** Judges several objects until each is ready or has failed. A ready one is not looked at again. */
class WaitGroup {
  readonly #watched: readonly Watched[];
  readonly #options: WaitOptions & { readonly failFast?: boolean | undefined };
  readonly #readiness: (Readiness | undefined)[];
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();
  /** Objects that are being judged, with the last state that came meanwhile. */
  readonly #asked = new Map<number, { latest?: KubeObject | undefined; again: boolean }>();
  /** Aborted when nothing is left to wait for. */
  readonly #over = new AbortController();
  #timedOut = false;
  #error: unknown;

  constructor(
    watched: readonly Watched[],
    options: WaitOptions & { readonly failFast?: boolean | undefined },
  ) {
    this.#watched = watched;
    this.#options = options;
    this.#readiness = watched.map(() => undefined);
  }

  async run(api: KubeApi): Promise<Outcome> {
    const { signal, timeout } = this.#options;
    signal?.throwIfAborted();
    if (this.#watched.length === 0) return { unready: [], timedOut: false };
    const aborted = () => this.#over.abort();
    signal?.addEventListener("abort", aborted, { once: true });
    const deadline = timeout === undefined ? undefined : setTimeout(() => {
      this.#timedOut = true;
      this.#over.abort();
    }, timeout);
    try {
      // Nobody throws before all have ended, so that nothing outlives the wait.
      await Promise.all(this.#watched.map((_, index) => this.#follow(api, index)));
    } finally {
      this.#over.abort();
      clearTimeout(deadline);
      for (const timer of this.#timers.values()) clearTimeout(timer);
      signal?.removeEventListener("abort", aborted);
    }
    signal?.throwIfAborted();
    if (this.#error !== undefined) throw this.#error;
    return { unready: this.#unready(), timedOut: this.#timedOut };
  }

  async #follow(api: KubeApi, index: number): Promise<void> {
    const { ref } = this.#watched[index]!;
    const { signal } = this.#over;
    try {
      if (await this.#isReadyAsGiven(index)) return;
      await api.until(ref, (object) => this.#see(index, object) || undefined, { signal });
    } catch (error) {
      // The group's own end is not an error: what is known by then is the outcome.
      if (signal.aborted) return;
      // Of a kind that is not served, or no longer, there are no objects.
      const isGone = error instanceof ApiError && error.reason === "NoKindMatch";
      if (isGone && this.#see(index, undefined)) return;
      this.#error = error;
      this.#over.abort();
    }
  }

  async #isReadyAsGiven(index: number): Promise<boolean> {
    const { judge, given } = this.#watched[index]!;
    if (given === undefined || !isLive(given)) return false;
    const { signal } = this.#over;
    const judged = judge(given, signal);
    const readiness = judged instanceof Promise ? await orAborted(judged, signal) : judged;
    if (readiness.status !== "Current") return false;
    this.#readiness[index] = readiness;
    if (this.#isOver(readiness)) this.#over.abort();
    return true;
  }

  /** Whether the object is known to be ready. */
  #see(index: number, object: KubeObject | undefined): boolean {
    if (this.#readiness[index]?.status === "Current") return true;
    const asked = this.#asked.get(index);
    if (asked !== undefined) {
      asked.latest = object;
      asked.again = true;
      return false;
    }
    const judged = this.#watched[index]!.judge(object, this.#over.signal);
    if (!(judged instanceof Promise)) return this.#take(index, object, judged);
    this.#asked.set(index, { again: false });
    judged.then((readiness) => this.#hear(index, object, readiness), (error) => {
      if (this.#over.signal.aborted) return;
      this.#error = error;
      this.#over.abort();
    });
    return false;
  }

  /** Takes an answer that was waited for, and asks of what has come meanwhile. */
  #hear(index: number, object: KubeObject | undefined, readiness: Readiness): void {
    const { latest, again } = this.#asked.get(index)!;
    this.#asked.delete(index);
    if (this.#over.signal.aborted) return;
    if (this.#take(index, object, readiness) || !again) return;
    try {
      this.#see(index, latest);
    } catch (error) {
      this.#error = error;
      this.#over.abort();
    }
  }

  #take(index: number, object: KubeObject | undefined, readiness: Readiness): boolean {
    const { ref } = this.#watched[index]!;
    const before = this.#readiness[index];
    this.#readiness[index] = readiness;
    clearTimeout(this.#timers.get(index));
    if (
      before?.message !== readiness.message || before.status !== readiness.status ||
      before.why !== readiness.why
    ) {
      const { message, why } = readiness;
      this.#options.onProgress?.(ref, why === undefined ? message : `${message}: ${why}`);
    }
    if (readiness.again !== undefined) {
      const again = setTimeout(() => this.#see(index, object), readiness.again);
      this.#timers.set(index, again);
    }
    if (this.#isOver(readiness)) this.#over.abort();
    return readiness.status === "Current";
  }

  #isOver(latest: Readiness): boolean {
    if (this.#options.failFast && latest.status === "Failed") return true;
    return this.#readiness.every((one) => one?.status === "Current" || one?.status === "Failed");
  }

  #unready(): Unready[] {
    return this.#watched.flatMap(({ ref }, index) => {
      const readiness = this.#readiness[index] ?? UNSEEN;
      return readiness.status === "Current" ? [] : [{ ref, readiness }];
    });
  }
}

const UNSEEN: Readiness = { status: "Unknown", message: "" };

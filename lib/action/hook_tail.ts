/**
 * The last lines that a running hook's pod logs, told while it runs.
 *
 * Only for someone who looks on: nothing is decided by it, and trouble with it does no harm.
 *
 * @module
 */
import { isForbidden } from "../kube/errors.ts";
import { pause } from "../kube/retry.ts";
import type { KubeObject } from "../kube/types.ts";
import type { LogMask } from "./log_mask.ts";
import type { Operation } from "./operation.ts";
import { containerStatuses, podsOf } from "./pods.ts";

/** Logs that a run reads at once, one for each hook that runs. */
export class LogStreams {
  readonly #most: number;
  #open = 0;

  /** @param most Streams at once; hooks beyond them are shown without their lines. */
  constructor(most = 16) {
    this.#most = most;
  }

  /** How many are open. */
  get open(): number {
    return this.#open;
  }

  /** Takes a place; `false` where there is none. */
  take(): boolean {
    if (this.#open >= this.#most) return false;
    this.#open++;
    return true;
  }

  /** Gives a place back. */
  free(): void {
    this.#open--;
  }
}

/** Lines that are told, and milliseconds between two times that they are. */
const LINES = 3, EVERY = 500;
/** Lines asked for of those that are there already: some may be blank. */
const FIRST_LINES = 10;
/** Milliseconds until the first look for a pod, and the longest between two: most hooks are done before. */
const FIRST_LOOK = 400, LAST_LOOK = 5_000;

/** What {@linkcode HookTail} needs beside the operation. */
export interface HookTailOptions {
  readonly stepId: string;
  readonly signal: AbortSignal;
  readonly mask: LogMask;
}

/** Follows one hook's log. Call {@linkcode HookTail.end}, whatever happens. */
export class HookTail {
  readonly #operation: Operation;
  readonly #object: KubeObject;
  readonly #options: HookTailOptions;
  readonly #over = new AbortController();
  readonly #signal: AbortSignal;
  /** Containers whose log has been read to its end. */
  readonly #read = new Set<string>();
  readonly #done: Promise<void>;
  #lines: string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #told = -Infinity;

  constructor(operation: Operation, object: KubeObject, options: HookTailOptions) {
    this.#operation = operation;
    this.#object = object;
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#over.signal]);
    this.#done = this.#follow().catch(() => {});
  }

  /** Stops, and resolves when nothing is open any more. */
  async end(): Promise<void> {
    this.#over.abort();
    clearTimeout(this.#timer);
    await this.#done;
  }

  async #follow(): Promise<void> {
    for (let wait = FIRST_LOOK;; wait = Math.min(2 * wait, LAST_LOOK)) {
      await pause(wait, this.#signal);
      const streams = this.#operation.context.liveLogs!;
      if (!streams.take()) continue;
      try {
        const found = await this.#runningContainer();
        if (found !== undefined) {
          await this.#readLog(found);
          wait = FIRST_LOOK / 2;
        }
      } catch (error) {
        if (this.#signal.aborted || isForbidden(error)) return;
      } finally {
        streams.free();
      }
    }
  }

  async #runningContainer(): Promise<Container | undefined> {
    const { namespace = this.#operation.namespace } = this.#object.metadata;
    const pods = await podsOf(this.#operation.context.api, this.#object, {
      namespace,
      signal: this.#signal,
    });
    const found = pods.flatMap(containersOf);
    return found.find(({ uid, container }) => !this.#read.has(`${uid}/${container}`));
  }

  async #readLog({ uid, pod, container }: Container): Promise<void> {
    const { namespace = this.#operation.namespace } = this.#object.metadata;
    const lines = this.#operation.context.api.followLogs(
      { namespace, pod, container },
      { signal: this.#signal, tail: FIRST_LINES },
    );
    for await (const line of lines) this.#add(line);
    this.#read.add(`${uid}/${container}`);
  }

  #add(line: string): void {
    if (line.trim() === "") return;
    this.#lines = [...this.#lines, this.#options.mask(line)].slice(-LINES);
    if (this.#timer !== undefined || this.#signal.aborted) return;
    const wait = this.#told + EVERY - performance.now();
    if (wait <= 0) this.#tell();
    else this.#timer = setTimeout(() => this.#tell(), wait);
  }

  #tell(): void {
    this.#timer = undefined;
    this.#told = performance.now();
    if (this.#signal.aborted) return;
    const { stepId: id } = this.#options;
    this.#operation.emit({ type: "step-tail", id, lines: this.#lines });
  }
}

interface Container {
  readonly uid: string;
  readonly pod: string;
  readonly container: string;
}

/** The containers of a pod that run now, or of one that says nothing of them, the first. */
function containersOf(pod: KubeObject): Container[] {
  const { metadata: { uid = "", name }, spec, status } = pod;
  const statuses = containerStatuses(pod);
  const running = statuses.filter(({ state }) => state?.running !== undefined);
  if (running.length > 0) {
    return running.map(({ name: container }) => ({ uid, pod: name, container }));
  }
  const { phase } = (status ?? {}) as { readonly phase?: string };
  if (phase !== "Running" || statuses.length > 0) return [];
  const { containers = [] } = (spec ?? {}) as { readonly containers?: readonly { name: string }[] };
  return containers.slice(0, 1).map(({ name: container }) => ({ uid, pod: name, container }));
}

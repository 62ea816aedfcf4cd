/**
 * Why pods keep their owner waiting: `web-7c9d: ImagePullBackOff` beside `Available: 2/3`.
 *
 * Whether something is ready is told by watches; this only explains what takes long. It looks at the
 * pods a while after the last word of their owner, and then less and less often.
 *
 * @module
 */
import { isForbidden } from "../kube/errors.ts";
import type { KubeApi, KubeObject, ObjectRef } from "../kube/types.ts";
import { WaitError } from "../kube/wait.ts";
import { containerStatuses, podsOf, selectorOf } from "./pods.ts";

/** Options of {@linkcode PodReasons}. */
export interface PodReasonsOptions {
  readonly api: KubeApi;
  /** Told what is waited for. */
  readonly tell: (message: string) => void;
  readonly signal: AbortSignal;
  /** Milliseconds until the first look; each further one is twice as late. @default {2_000} */
  readonly first?: number | undefined;
  /** Told when an image cannot be pulled; it is looked for at least every five seconds. @default none */
  readonly onImageError?: ((ref: PodOwner, reason: string) => void) | undefined;
}

/** What pods belong to, or a pod. */
type PodOwner = Pick<ObjectRef, "kind" | "namespace" | "name">;

/** Longest time between two looks, in milliseconds: to tell people, and to give up soon. */
const MOST = { telling: 60_000, failing: 5_000 };

/** Adds to what is told of workloads why their pods are not ready. Call {@linkcode PodReasons.end}. */
export class PodReasons {
  readonly #options: PodReasonsOptions;
  /** Those that have pods. */
  readonly #owners: ReadonlyMap<string, KubeObject>;
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #over = new AbortController();

  /** @param objects What is waited for; of those that have pods the reasons are told. */
  constructor(objects: readonly KubeObject[], options: PodReasonsOptions) {
    this.#options = options;
    const owners = objects.filter((object) => selectorOf(object) !== undefined);
    this.#owners = new Map(
      owners.map((object) => [keyOf({ ...object.metadata, kind: object.kind }), object]),
    );
  }

  /** Tells a word of an object, and why its pods make it wait once it has been so for a while. */
  progress(ref: PodOwner, message: string): void {
    this.#options.tell(message);
    const key = keyOf(ref);
    clearTimeout(this.#timers.get(key));
    if (this.#owners.has(key)) this.#lookLater(ref, message, this.#options.first ?? 2_000);
  }

  /** Why the pods of these are not ready, at this moment: of the first few that have a reason. */
  async explain(refs: readonly PodOwner[]): Promise<string | undefined> {
    const asked = refs.filter((ref) => this.#owners.has(keyOf(ref))).slice(0, 3);
    const reasons = await Promise.all(asked.map(async (ref) => {
      const pods = await this.#podsOf(keyOf(ref), ref.namespace);
      const reason = pods && podsReason(pods);
      return reason === undefined ? [] : [`${ref.kind} ${ref.name}: ${reason}`];
    }));
    return reasons.flat().join("; ") || undefined;
  }

  /** Stops looking. */
  end(): void {
    this.#over.abort();
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  #lookLater(ref: PodOwner, message: string, ms: number) {
    const key = keyOf(ref);
    const { onImageError, tell } = this.#options;
    const timer = setTimeout(async () => {
      const pods = await this.#podsOf(key, ref.namespace);
      if (this.#over.signal.aborted || this.#timers.get(key) !== timer || pods === false) return;
      const reason = podsReason(pods ?? []);
      if (reason !== undefined) tell(`${message}: ${reason}`);
      const image = pods?.map(imageProblem).find((problem) => problem !== undefined);
      if (image !== undefined) onImageError?.(ref, image);
      const most = onImageError === undefined ? MOST.telling : MOST.failing;
      this.#lookLater(ref, message, Math.min(2 * ms, most));
    }, ms);
    this.#timers.set(key, timer);
  }

  /** An object's pods; `false` where nobody may look. */
  async #podsOf(
    key: string,
    namespace?: string,
  ): Promise<readonly KubeObject[] | undefined | false> {
    const signal = AbortSignal.any([this.#options.signal, this.#over.signal]);
    try {
      return await podsOf(this.#options.api, this.#owners.get(key)!, { namespace, signal });
    } catch (error) {
      // It is only an explanation: the wait itself says what is wrong with the cluster.
      return isForbidden(error) ? false : undefined;
    }
  }
}

function keyOf({ kind, namespace, name }: PodOwner): string {
  return `${kind}/${namespace ?? ""}/${name}`;
}

/** Why the first of the pods that are not ready is not, and how many others there are. */
export function podsReason(pods: readonly KubeObject[]): string | undefined {
  const reasons = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .flatMap((pod) => {
      const reason = podReason(pod);
      return reason === undefined ? [] : [`${pod.metadata.name}: ${reason}`];
    });
  if (reasons.length === 0) return undefined;
  return reasons.length === 1 ? reasons[0] : `${reasons[0]}, and ${reasons.length - 1} more`;
}

/** Words that say no more than that it goes on. */
const USUAL = new Set(["ContainerCreating", "PodInitializing"]);

/** Words for an image that is not there, or cannot be had: tried once and again, or never to be. */
const IMAGE_PROBLEMS = new Set(["ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName"]);

/** Which image a pod lacks, as the cluster says it. */
function imageProblem(pod: KubeObject): string | undefined {
  if (pod.metadata.deletionTimestamp !== undefined) return undefined;
  for (const { state } of containerStatuses(pod)) {
    const { reason = "", message } = state?.waiting ?? {};
    if (!IMAGE_PROBLEMS.has(reason)) continue;
    return `${pod.metadata.name}: ${reason}${message === undefined ? "" : `: ${message}`}`;
  }
  return undefined;
}

function podReason(pod: KubeObject): string | undefined {
  const { phase, conditions = [] } = (pod.status ?? {}) as {
    readonly phase?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
  if (phase === "Succeeded") return undefined;
  const unscheduled = conditions.find(({ type, status }) =>
    type === "PodScheduled" && status === "False"
  );
  if (unscheduled !== undefined) return unscheduled.message ?? unscheduled.reason;
  for (const { state, ready } of containerStatuses(pod)) {
    const { waiting, terminated } = state ?? {};
    if (waiting?.reason !== undefined && !USUAL.has(waiting.reason)) return waiting.reason;
    if (terminated !== undefined && terminated.exitCode !== 0 && !ready) {
      return `${terminated.reason ?? "Error"} (exit code ${terminated.exitCode})`;
    }
  }
  return undefined;
}

/** What {@linkcode explained} waits for. */
export interface ExplainedWait extends Omit<PodReasonsOptions, "first" | "onImageError"> {
  /** Give up, or wait on, where an image cannot be pulled. @default {"wait"} */
  readonly imagePullErrors?: "wait" | "fail" | undefined;
}

/**
 * Waits for objects, telling meanwhile why their pods keep them waiting. A wait that fails says so in
 * its hint.
 *
 * @throws {WaitError} What `wait` throws, or that an image cannot be pulled.
 */
export async function explained(
  objects: readonly KubeObject[],
  options: ExplainedWait,
  wait: (means: { readonly signal: AbortSignal; readonly reasons: PodReasons }) => Promise<void>,
): Promise<void> {
  const failing = new AbortController();
  const onImageError = ({ kind, namespace = "", name }: PodOwner, message: string) => {
    const readiness = { status: "Failed", message } as const;
    const text =
      `resource ${kind}/${namespace}/${name} not ready. status: Failed, message: ${message}`;
    const { apiVersion = "" } = objects.find((object) => object.kind === kind) ?? {};
    const unready = [{ ref: { apiVersion, kind, namespace, name }, readiness }];
    failing.abort(new WaitError(text, unready, { timedOut: false, hint: IMAGE_HINT }));
  };
  const fails = options.imagePullErrors === "fail";
  const reasons = new PodReasons(objects, { ...options, ...(fails ? { onImageError } : {}) });
  try {
    await wait({ signal: AbortSignal.any([options.signal, failing.signal]), reasons });
  } catch (error) {
    if (!(error instanceof WaitError) || failing.signal.aborted) throw error;
    const hint = await reasons.explain(error.unready.map(({ ref }) => ref));
    if (hint === undefined) throw error;
    throw new WaitError(error.message, error.unready, { timedOut: error.timedOut, hint });
  } finally {
    reasons.end();
  }
}

const IMAGE_HINT =
  'correct the image or what may pull it; imagePullErrors: "wait" (--image-pull-errors wait) waits on';

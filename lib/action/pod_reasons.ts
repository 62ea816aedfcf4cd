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
import { type Unready, WaitError } from "../kube/wait.ts";
import { containerStatuses, podsOf, selectorOf, type Terminated } from "./pods.ts";

/** Options of {@linkcode PodReasons}. */
export interface PodReasonsOptions {
  readonly api: KubeApi;
  /** Told what is waited for. */
  readonly tell: (message: string) => void;
  readonly signal: AbortSignal;
  /** Milliseconds until the first look; each further one is twice as late. @default {2_000} */
  readonly first?: number | undefined;
  /**
   * Told when a pod will not come up by itself: two looks have seen the same, so that it is no pod of before
   * that is about to go.
   */
  readonly onHopeless?: ((ref: PodOwner, problem: PodProblem) => void) | undefined;
  /** Whether an image that cannot be pulled is hopeless; then the looks are more frequent. @default {false} */
  readonly imagesMatter?: boolean | undefined;
}

/** Why a pod will not come up by itself. */
export interface PodProblem {
  /** The pod, and what the cluster says. */
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
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
  /** What the look before saw, by owner. */
  readonly #problems = new Map<string, string>();

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
  async explain(unready: readonly Unready[]): Promise<string | undefined> {
    const asked = unready.filter(({ ref }) => this.#owners.has(keyOf(ref))).slice(0, 3);
    const reasons = await Promise.all(asked.map(async ({ ref, readiness }) => {
      const pods = await this.#podsOf(keyOf(ref), ref.namespace);
      const reason = (pods && podsReason(pods)) || readiness.why;
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
    const { tell } = this.#options;
    const timer = setTimeout(async () => {
      const pods = await this.#podsOf(key, ref.namespace);
      if (this.#over.signal.aborted || this.#timers.get(key) !== timer || pods === false) return;
      const reason = podsReason(pods ?? []);
      if (reason !== undefined) tell(`${message}: ${reason}`);
      this.#judge(ref, pods ?? []);
      const most = this.#options.imagesMatter ? MOST.failing : MOST.telling;
      this.#lookLater(ref, message, Math.min(2 * ms, most));
    }, ms);
    this.#timers.set(key, timer);
  }

  /** Tells of a pod that will not come up once it was seen twice. */
  #judge(ref: PodOwner, pods: readonly KubeObject[]): void {
    const key = keyOf(ref);
    const { imagesMatter = false, onHopeless } = this.#options;
    const found = pods.flatMap((pod) => {
      const problem = problemOf(pod, imagesMatter);
      return problem === undefined ? [] : [{ pod: pod.metadata.name, ...problem }];
    });
    const again = found.find(({ pod }) => pod === this.#problems.get(key));
    this.#problems.set(key, found[0]?.pod ?? "");
    if (again !== undefined) onHopeless?.(ref, again);
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

/** Words for an image that is not there, or cannot be had: tried once and again. */
const IMAGE_PROBLEMS = new Set(["ImagePullBackOff", "ErrImageNeverPull"]);

/**
 * Words for what no waiting mends. `CrashLoopBackOff` is not one of them: a program that comes up before its
 * database recovers; nor is `CreateContainerConfigError`: a Secret that is missing may come.
 */
const HOPELESS = new Set(["InvalidImageName"]);

function problemOf(pod: KubeObject, imagesMatter: boolean): PodProblem | undefined {
  if (pod.metadata.deletionTimestamp !== undefined) return undefined;
  for (const { state } of containerStatuses(pod)) {
    const { reason = "", message } = state?.waiting ?? {};
    const image = imagesMatter && IMAGE_PROBLEMS.has(reason);
    if (!image && !HOPELESS.has(reason)) continue;
    const said = `${pod.metadata.name}: ${reason}${message === undefined ? "" : `: ${message}`}`;
    return { message: said, hint: image ? IMAGE_HINT : NAME_HINT };
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
  for (const { state, lastState, ready } of containerStatuses(pod)) {
    const { waiting, terminated } = state ?? {};
    if (waiting?.reason !== undefined && !USUAL.has(waiting.reason)) {
      return waitingReason(waiting, lastState?.terminated);
    }
    if (terminated !== undefined && terminated.exitCode !== 0 && !ready) {
      return `${terminated.reason ?? "Error"} (exit code ${terminated.exitCode})`;
    }
  }
  return undefined;
}

/** Words whose message says no more. */
const PLAIN = new Set(["ImagePullBackOff", "ErrImagePull"]);

/** The cluster's word, and what there is to know of it: how the container ended, or what is missing. */
function waitingReason(
  { reason, message }: { readonly reason?: string; readonly message?: string },
  last: Terminated | undefined,
): string {
  if (last?.exitCode !== undefined) {
    const how = last.reason && last.reason !== "Error" ? `, ${last.reason}` : "";
    return `${reason} (exit code ${last.exitCode}${how})`;
  }
  return message === undefined || PLAIN.has(reason!) ? reason! : `${reason}: ${message}`;
}

/** What {@linkcode explained} waits for. */
export interface ExplainedWait
  extends Omit<PodReasonsOptions, "first" | "onHopeless" | "imagesMatter"> {
  /** Give up, or wait on, where an image cannot be pulled. @default {"wait"} */
  readonly imagePullErrors?: "wait" | "fail" | undefined;
}

/**
 * Waits for objects, telling meanwhile why their pods keep them waiting. A wait that fails says so in
 * its hint.
 *
 * @throws {WaitError} What `wait` throws, or that a pod will not come up.
 */
export async function explained(
  objects: readonly KubeObject[],
  options: ExplainedWait,
  wait: (means: { readonly signal: AbortSignal; readonly reasons: PodReasons }) => Promise<void>,
): Promise<void> {
  const failing = new AbortController();
  const onHopeless = ({ kind, namespace = "", name }: PodOwner, problem: PodProblem) => {
    const { message, hint } = problem;
    const readiness = { status: "Failed", message } as const;
    const text =
      `resource ${kind}/${namespace}/${name} not ready. status: Failed, message: ${message}`;
    const { apiVersion = "" } = objects.find((object) => object.kind === kind) ?? {};
    const unready = [{ ref: { apiVersion, kind, namespace, name }, readiness }];
    failing.abort(new WaitError(text, unready, { timedOut: false, hint }));
  };
  const imagesMatter = options.imagePullErrors === "fail";
  const reasons = new PodReasons(objects, { ...options, onHopeless, imagesMatter });
  try {
    await wait({ signal: AbortSignal.any([options.signal, failing.signal]), reasons });
  } catch (error) {
    if (!(error instanceof WaitError) || failing.signal.aborted) throw error;
    const hint = await reasons.explain(error.unready);
    if (hint === undefined) throw error;
    throw new WaitError(error.message, error.unready, { timedOut: error.timedOut, hint });
  } finally {
    reasons.end();
  }
}

const IMAGE_HINT =
  'correct the image or what may pull it; imagePullErrors: "wait" (--image-pull-errors wait) waits on';

const NAME_HINT = "no image can have that name; correct it";

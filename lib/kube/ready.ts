/**
 * Whether objects are ready, by the rules of either Helm.
 *
 * @module
 */

import { conditionWith, textAt, valueAt } from "./fields.ts";
import { current, failed, inProgress, type Readiness } from "./readiness.ts";
import { legacyReadiness } from "./ready_legacy.ts";
import { jobEnd, watcherReadiness } from "./ready_watcher.ts";
import { parseApiVersion } from "./resource.ts";
import type { KubeObject } from "./types.ts";

/** Whose rules: `watcher` is Helm 4's, `legacy` Helm 3's. */
export type ReadyRules = "watcher" | "legacy";

/**
 * A user's own word on whether an object is ready: `true`; `false`, or a text that says what is still
 * missing; `{ failed }` when it will not become ready, and why; `undefined` to leave it to the rules.
 */
export type ReadyAnswer = boolean | string | { readonly failed: string } | undefined;

/** What a {@linkcode ReadyPredicate} is given beside the object. */
export interface ReadyContext {
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/**
 * Says whether an object is ready, at once or by a promise. It is asked of one state of an object at a
 * time: of those that come while it thinks, of the last.
 */
export type ReadyPredicate = (
  object: KubeObject,
  context: ReadyContext,
) => ReadyAnswer | Promise<ReadyAnswer>;

/** Options for {@linkcode readinessOf}. */
export interface ReadyOptions {
  /** @default {"watcher"} */
  readonly rules?: ReadyRules | undefined;
  /** Whether a Job must have completed (`--wait-for-jobs`), not merely started. @default {false} */
  readonly jobs?: boolean | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * How far an object of a release has come.
 *
 * Under `watcher` a paused Deployment is ready, as nothing will happen to it.
 */
export function readinessOf(object: KubeObject, options: ReadyOptions): Readiness {
  return explained(object, byRules(object, options));
}

/** With why no pods are made, which only a condition tells: the events are those of a ReplicaSet. */
function explained(object: KubeObject, readiness: Readiness): Readiness {
  if (readiness.status !== "InProgress" && readiness.status !== "Failed") return readiness;
  if (parseApiVersion(object.apiVersion).group !== "apps") return readiness;
  const why = conditionWith(object, "ReplicaFailure", "True")?.message;
  return why ? { ...readiness, why } : readiness;
}

function byRules(object: KubeObject, options: ReadyOptions): Readiness {
  const { rules = "watcher", jobs, now } = options;
  if (rules === "legacy") return legacyReadiness(object, { jobs });
  if (jobs && isKind(object, "batch", "Job")) {
    return jobEnd(object) ?? inProgress("Job in progress");
  }
  if (isKind(object, "apps", "Deployment") && valueAt(object, "spec.paused") === true) {
    return current("Deployment is paused");
  }
  return watcherReadiness(object, now);
}

/** What a user's word means; `undefined` where it leaves it to the rules. */
export function answeredReadiness(answer: ReadyAnswer): Readiness | undefined {
  if (answer === undefined) return undefined;
  if (answer === true) return current("it is ready");
  if (answer === false) return inProgress("it is not ready yet");
  return typeof answer === "string" ? inProgress(answer) : failed(answer.failed);
}

/**
 * How far a hook has come: a Job until it has completed or failed, a Pod until it has ended. Any
 * other kind is ready as soon as it exists.
 */
export function hookReadinessOf(
  object: KubeObject,
  { rules = "watcher" }: { readonly rules?: ReadyRules | undefined } = {},
): Readiness {
  if (isKind(object, "batch", "Job")) return hookJob(object, rules);
  if (isKind(object, "", "Pod")) return hookPod(object);
  return current("Resource is current");
}

/** Whether a hook of that kind has anything to wait for. */
export function isAwaitedHook(object: KubeObject): boolean {
  return isKind(object, "batch", "Job") || isKind(object, "", "Pod");
}

function hookJob(object: KubeObject, rules: ReadyRules): Readiness {
  const end = jobEnd(object);
  if (end === undefined) return inProgress("Job in progress");
  if (rules === "watcher" || end.status !== "Failed") return end;
  return failed(`job ${object.metadata.name} failed: ${failureReason(object)}`);
}

function failureReason(object: KubeObject): string {
  const conditions = valueAt(object, "status.conditions") as readonly {
    readonly type: string;
    readonly reason?: string;
  }[];
  return conditions.find(({ type }) => type === "Failed")?.reason ?? "";
}

function hookPod(object: KubeObject): Readiness {
  const { name } = object.metadata;
  const phase = textAt(object, "status.phase");
  if (phase === "Succeeded") return current(`pod ${name} succeeded`);
  if (phase === "Failed") return failed(`pod ${name} failed`);
  return inProgress("Pod in progress");
}

function isKind(object: KubeObject, group: string, kind: string): boolean {
  return object.kind === kind && parseApiVersion(object.apiVersion).group === group;
}

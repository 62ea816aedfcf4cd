/**
 * Jobs: pods until enough have succeeded or too many failed.
 *
 * @module
 */
import type { KubeObject } from "../kube/types.ts";
import type { Control } from "./controllers.ts";
import { at, type JsonObject, listAt, numberAt, objectAt, stringAt } from "./json.ts";
import { createPod, failures, isReady, phaseOf, podsOf } from "./pods.ts";

/** Runs a Job's pods and says when it is complete or has failed. */
export function reconcileJob(control: Control, job: KubeObject): void {
  if (job.metadata.deletionTimestamp !== undefined) return;
  if (isFinished(job)) return expire(control, job);
  const pods = podsOf(control, job);
  const succeeded = pods.filter((pod) => phaseOf(pod) === "Succeeded").length;
  const failed = pods.filter((pod) => phaseOf(pod) === "Failed").length;
  const active = pods.filter((pod) => phaseOf(pod) === "Pending" || phaseOf(pod) === "Running");
  const suspended = at(job, "spec", "suspend") === true;
  const end = outcome(control, job, { succeeded, failed, active: active.length });
  if (end !== undefined || suspended) { for (const pod of active) control.remove(pod); }
  if (end === undefined && !suspended) {
    startPods(control, job, { succeeded, failed, active: active.length });
  }
  setJobStatus(control, job, end);
}

interface Counts {
  readonly succeeded: number;
  readonly failed: number;
  readonly active: number;
}

interface Outcome {
  readonly type: "Complete" | "Failed";
  readonly reason: string;
  readonly message: string;
}

function isFinished(job: KubeObject): boolean {
  return listAt(job, "status", "conditions").some(({ type, status }) =>
    status === "True" && (type === "Complete" || type === "Failed")
  );
}

/** Completions asked for; a work queue is done when one pod has succeeded and none runs. */
function completionsOf(job: KubeObject): number | undefined {
  const completions = at(job, "spec", "completions");
  return typeof completions === "number" ? completions : undefined;
}

function outcome(control: Control, job: KubeObject, counts: Counts): Outcome | undefined {
  const limit = numberAt(job, ["spec", "backoffLimit"], 6);
  if (counts.failed > limit) {
    const message = "Job has reached the specified backoff limit";
    return { type: "Failed", reason: "BackoffLimitExceeded", message };
  }
  const completions = completionsOf(job);
  const done = completions === undefined
    ? counts.succeeded > 0 && counts.active === 0
    : counts.succeeded >= completions;
  if (done) {
    const message = "Reached expected number of succeeded pods";
    return { type: "Complete", reason: "CompletionsReached", message };
  }
  const deadline = numberAt(job, ["spec", "activeDeadlineSeconds"], 0) * 1000;
  if (deadline > 0 && control.elapsed(job, "deadline", deadline)) {
    const message = "Job was active longer than specified deadline";
    return { type: "Failed", reason: "DeadlineExceeded", message };
  }
  return undefined;
}

function startPods(control: Control, job: KubeObject, counts: Counts): void {
  const parallelism = numberAt(job, ["spec", "parallelism"], 1);
  const completions = completionsOf(job);
  const missing = completions === undefined
    ? counts.succeeded > 0 ? 0 : parallelism
    : Math.min(parallelism, completions - counts.succeeded);
  const wanted = missing - counts.active;
  const { failed } = counts;
  const backoff = control.delays.jobBackoff ?? 0;
  if (wanted <= 0) return;
  if (failed > 0 && !control.elapsed(job, `backoff ${failed}`, backoff)) return;
  const fails = failures(job) || failures(templateOf(job));
  for (let i = 0; i < wanted; i++) {
    const generateName = `${job.metadata.name}-`;
    createPod(control, {
      owner: job,
      template: objectAt(job, "spec", "template"),
      name: generateName + control.objects.env.suffix(),
      generateName,
      annotations: fails > 0 ? { [FAIL]: String(failed + i < fails) } : {},
    });
  }
}

const FAIL = "capstan.dev/rehearse-fail";

/** The template as an object with metadata. */
function templateOf(job: KubeObject): KubeObject {
  const metadata = objectAt(job, "spec", "template", "metadata");
  return { apiVersion: "v1", kind: "Pod", metadata: { name: "", ...metadata } };
}

function setJobStatus(control: Control, job: KubeObject, end: Outcome | undefined): void {
  const now = control.objects.env.timestamp();
  const pods = podsOf(control, job);
  const number = (phase: string) => pods.filter((pod) => phaseOf(pod) === phase).length;
  const active = number("Pending") + number("Running");
  const [succeeded, failed] = [number("Succeeded"), number("Failed")];
  const suspended = at(job, "spec", "suspend") === true;
  control.setStatus(job, {
    ...conditionsOf(end, now),
    ...(!suspended && { startTime: stringAt(job, "status", "startTime") || now }),
    ...(end?.type === "Complete" && { completionTime: now }),
    ...(active > 0 && { active }),
    ...(succeeded > 0 && { succeeded }),
    ...(failed > 0 && { failed }),
    terminating: 0,
    uncountedTerminatedPods: {},
    ready: pods.filter(isReady).length,
  });
}

/** A Job first says that it will end, then that it has. */
function conditionsOf(end: Outcome | undefined, now: string): JsonObject {
  if (end === undefined) return {};
  const { type, reason, message } = end;
  const times = { lastProbeTime: now, lastTransitionTime: now };
  const first = type === "Complete" ? "SuccessCriteriaMet" : "FailureTarget";
  const conditions = [first, type].map((name) => ({
    type: name,
    status: "True",
    ...times,
    reason,
    message,
  }));
  return { conditions };
}

/** A finished Job goes when its time to live is over. */
function expire(control: Control, job: KubeObject): void {
  const ttl = at(job, "spec", "ttlSecondsAfterFinished");
  if (typeof ttl === "number" && control.elapsed(job, "ttl", ttl * 1000)) control.remove(job);
}

/**
 * What there is to see of a hook: log lines, exit codes, events.
 *
 * @module
 */
import { CapstanError, HelmError, messageOf } from "../errors.ts";
import { refOf } from "../kube/resource.ts";
import type { KubeObject, ObjectRef } from "../kube/types.ts";
import type { ReleaseHook } from "../release/release.ts";
import { type LogMask, logMask } from "./log_mask.ts";
import type { ManifestObject } from "./objects.ts";
import type { Operation } from "./operation.ts";
import { containerStatuses, isTask, podsOf } from "./pods.ts";

/** Last log lines of one container. */
export interface HookLog {
  /** The pod's name. */
  readonly pod: string;
  /** The container's name. */
  readonly container: string;
  /** Oldest first. */
  readonly lines: readonly string[];
}

/** How one container ended. */
export interface HookExit {
  /** The pod's name. */
  readonly pod: string;
  /** The container's name. */
  readonly container: string;
  /** The program's exit code. */
  readonly exitCode: number;
  /** Kubernetes' word for it, e.g. `OOMKilled`; may be empty. */
  readonly reason: string;
}

/** What there is to see of a hook that failed. */
export interface HookEvidence {
  /** Log lines, the last ones of each container. */
  readonly logs: readonly HookLog[];
  /** Containers that have ended badly. */
  readonly exits: readonly HookExit[];
  /** Warnings of the cluster's about the hook's objects and pods, e.g. `BackOff: …`. */
  readonly events: readonly string[];
}

/**
 * A chart's hook that failed, with what there is to see of it. It is the cause of the error of the
 * operation.
 *
 * @example Usage
 * ```ts
 * import { HookError } from "@capstan/capstan";
 *
 * const evidence = {
 *   logs: [{ pod: "migrate-x", container: "main", lines: ["no such table"] }],
 *   exits: [{ pod: "migrate-x", container: "main", exitCode: 3, reason: "Error" }],
 *   events: [],
 * };
 * const error = new HookError("Job Failed", { hook: "migrate", evidence });
 * if (!error.excerpt?.includes("exit code 3")) throw error;
 * ```
 */
export class HookError extends HelmError {
  /** `"HookError"`. */
  override readonly name: string = "HookError";
  /** The hook's name. */
  readonly hook: string;
  /** Logs, exit codes and events. */
  readonly evidence: HookEvidence;

  /** The message is that of what went wrong with the hook. */
  constructor(
    message: string,
    { hook, evidence, cause }: {
      readonly hook: string;
      readonly evidence: HookEvidence;
      readonly cause?: unknown;
    },
  ) {
    const { code = "hook/failed", hint } = cause instanceof CapstanError ? cause : {};
    super(message, { code, hint, cause, excerpt: excerptOf(evidence) });
    this.hook = hook;
    this.evidence = evidence;
  }
}

/** Log lines of each container that the printed error shows. */
const SHOWN_LINES = 10;

/** The lines that an error shows; `undefined` where there are none. */
export function excerptOf({ logs, exits, events }: HookEvidence): string | undefined {
  const lines = [
    ...exits.map(({ pod, container, exitCode, reason }) =>
      `pod ${pod}, container ${container}: exit code ${exitCode}${reason && ` (${reason})`}`
    ),
    ...events.map((event) => `event: ${event}`),
    ...logs.flatMap(({ pod, container, lines }) =>
      lines.length === 0 ? [] : [
        `last lines of pod ${pod}, container ${container}:`,
        ...lines.slice(-SHOWN_LINES).map((line) => `  ${line}`),
      ]
    ),
  ];
  return lines.length === 0 ? undefined : lines.join("\n");
}

/** Lines of a failed hook's log that are told though no policy asks for them. */
const LAST_LINES = 20;

/** What {@linkcode readLogs} and {@linkcode readEvidence} need beside the operation. */
export interface EvidenceOptions {
  readonly on: "hook-failed" | "hook-succeeded";
  readonly stepId: string;
  readonly signal: AbortSignal;
  readonly tellLogs?: boolean | undefined;
}

/**
 * Tells the log lines of a hook's pods, and returns them: all if its policy asks for that, else the
 * last ones of a hook that failed. Trouble with it does no harm.
 */
export async function readLogs(
  operation: Operation,
  hook: ReleaseHook,
  objects: readonly ManifestObject[],
  { on, stepId, signal, tellLogs = false }: EvidenceOptions,
): Promise<HookLog[]> {
  const all = tellLogs || hook.outputLogPolicies.includes(on);
  const logs: HookLog[] = [];
  if (!all && on === "hook-succeeded") return logs;
  const mask = logMask(operation);
  try {
    for (const pod of await podsOfAll(operation, objects, signal)) {
      for (const container of containersOf(pod)) {
        const { name, namespace = operation.namespace } = pod.metadata;
        const text = await operation.context.api.logs(
          { namespace, pod: name, container },
          all ? { signal } : { signal, tail: LAST_LINES },
        );
        const lines = mask(text).trimEnd().split("\n");
        for (const line of lines) operation.emit({ type: "step-log", id: stepId, line });
        logs.push({ pod: name, container, lines: lines.slice(-LAST_LINES) });
      }
    }
  } catch (error) {
    operation.warn(`cannot read the logs of hook ${hook.name}: ${messageOf(error)}`);
  }
  return logs;
}

/** The last lines of each container of a pod; of one that has not begun there are none. */
export async function lastLogs(
  operation: Operation,
  pod: KubeObject,
  { signal, mask }: { readonly signal: AbortSignal; readonly mask: LogMask },
): Promise<HookLog[]> {
  const { name, namespace = operation.namespace } = pod.metadata;
  const logs = await Promise.all(
    containersOf(pod).map(async (container) => {
      const text = await operation.context.api.logs(
        { namespace, pod: name, container },
        { signal, tail: LAST_LINES },
      ).catch(() => "");
      const lines = mask(text).trimEnd();
      return lines === "" ? [] : [{ pod: name, container, lines: lines.split("\n") }];
    }),
  );
  return logs.flat();
}

/** What there is to see of a hook that failed; its log lines are told on the way. */
export async function readEvidence(
  operation: Operation,
  hook: ReleaseHook,
  objects: readonly ManifestObject[],
  options: Omit<EvidenceOptions, "on">,
): Promise<HookEvidence> {
  const logs = await readLogs(operation, hook, objects, { ...options, on: "hook-failed" });
  try {
    const { signal } = options;
    const pods = await podsOfAll(operation, objects, signal);
    const about = [...objects.map(({ object }) => refOf(object)), ...pods.map(refOf)];
    const events = await Promise.all(about.map((ref) => warningsOf(operation, ref, signal)));
    return { logs, exits: pods.flatMap(exitsOf), events: [...new Set(events.flat())] };
  } catch {
    // Who may not read pods or events is told of the failure itself all the same.
    return { logs, exits: [], events: [] };
  }
}

async function podsOfAll(
  operation: Operation,
  objects: readonly ManifestObject[],
  signal: AbortSignal,
): Promise<KubeObject[]> {
  const pods: KubeObject[] = [];
  for (const { object } of objects) {
    if (isTask(object)) pods.push(...await podsOf(operation.context.api, object, { signal }));
  }
  return pods;
}

function containersOf(pod: KubeObject): string[] {
  const { initContainers = [], containers = [] } = (pod["spec"] ?? {}) as {
    readonly initContainers?: readonly { readonly name: string }[];
    readonly containers?: readonly { readonly name: string }[];
  };
  return [...initContainers, ...containers].map(({ name }) => name);
}

/** Containers of a pod that ended badly. */
export function exitsOf(pod: KubeObject): HookExit[] {
  return containerStatuses(pod).flatMap(({ name, state, lastState }) => {
    const { exitCode = 0, reason = "" } = state?.terminated ?? lastState?.terminated ?? {};
    if (exitCode === 0) return [];
    return [{ pod: pod.metadata.name, container: name, exitCode, reason }];
  });
}

/** Warnings that are told of each object, the newest ones. */
const LAST_EVENTS = 5;

/** The cluster's warnings about an object. */
export async function warningsOf(
  { context: { api } }: Operation,
  { kind, name, namespace }: ObjectRef,
  signal: AbortSignal,
): Promise<string[]> {
  const { items } = await api.list({ apiVersion: "v1", kind: "Event" }, {
    namespace,
    fieldSelector: `involvedObject.kind=${kind},involvedObject.name=${name}`,
    signal,
  });
  return items.filter((event) => event["type"] === "Warning").slice(-LAST_EVENTS)
    .map((event) => `${kind} ${name}: ${event["reason"]}: ${event["message"]}`);
}

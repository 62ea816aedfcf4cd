/**
 * What there is to see of objects that did not become ready: their pods' exit codes, the cluster's
 * warnings, last log lines.
 *
 * @module
 */
import { keyOf } from "../kube/resource.ts";
import type { KubeObject } from "../kube/types.ts";
import { WaitError } from "../kube/wait.ts";
import { excerptOf, exitsOf, lastLogs, warningsOf } from "./hook_evidence.ts";
import { logMask } from "./log_mask.ts";
import { bounded, type Operation } from "./operation.ts";
import { podsOf } from "./pods.ts";

/** Objects, and pods of each, that are looked at: of many that fail the first few tell enough. */
const OBJECTS = 3, PODS = 2;
/** Milliseconds that looking may take: the failure is known, and others wait to hear of it. */
const TIME = 5_000;

/** The error with what there is to see, or as it is where there is nothing. */
export async function withEvidence(
  operation: Operation,
  objects: readonly KubeObject[],
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof WaitError)) return error;
  try {
    const excerpt = await bounded(TIME, (signal) => lookAt(operation, objects, { error, signal }));
    if (excerpt === undefined) return error;
    const { message, unready, timedOut, hint } = error;
    return new WaitError(message, unready, { timedOut, hint, excerpt });
  } catch {
    return error; // Who may not read pods or events is told of the failure itself all the same.
  }
}

interface Look {
  readonly error: WaitError;
  readonly signal: AbortSignal;
}

async function lookAt(
  operation: Operation,
  objects: readonly KubeObject[],
  { error, signal }: Look,
): Promise<string | undefined> {
  const events: string[] = [];
  const pods = new Map<string, KubeObject>();
  for (const { ref } of error.unready.slice(0, OBJECTS)) {
    events.push(...await warningsOf(operation, ref, signal));
    const object = objects.find(({ kind, metadata: { name, namespace } }) =>
      kind === ref.kind && name === ref.name && (namespace ?? "") === (ref.namespace ?? "")
    );
    if (object === undefined) continue;
    const found = await podsOf(operation.context.api, object, { namespace: ref.namespace, signal });
    for (const pod of found.filter(isUnready).slice(0, PODS)) {
      pods.set(keyOf({ apiVersion: "v1", kind: "Pod", ...pod.metadata }), pod);
    }
  }
  const mask = logMask(operation);
  const logs = [];
  for (const pod of pods.values()) {
    const about = { apiVersion: "v1", kind: "Pod", ...pod.metadata };
    events.push(...await warningsOf(operation, about, signal));
    logs.push(...await lastLogs(operation, pod, { signal, mask }));
  }
  const exits = [...pods.values()].flatMap(exitsOf);
  return excerptOf({ logs, exits, events: [...new Set(events)] });
}

function isUnready({ status, metadata }: KubeObject): boolean {
  const { conditions = [] } = (status ?? {}) as {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
  return metadata.deletionTimestamp === undefined &&
    !conditions.some(({ type, status }) => type === "Ready" && status === "True");
}

/**
 * Running one hook: what was there before is removed, the object created and waited for, its logs
 * told, and each turn noted in the record (pkg/action/hooks.go).
 *
 * @module
 */
import { CapstanError, messageOf } from "../errors.ts";
import type { KubeObject } from "../kube/types.ts";
import { refOf } from "../kube/resource.ts";
import { waitDeleted, waitHook } from "../kube/wait.ts";
import type { ReleaseHook } from "../release/release.ts";
import type { Adopted } from "./adopt.ts";
import { HookError, readEvidence, readLogs } from "./hook_evidence.ts";
import { HookTail } from "./hook_tail.ts";
import { logMask } from "./log_mask.ts";
import { type ManifestObject, parseObjects, resolveObjects } from "./objects.ts";
import type { Operation } from "./operation.ts";
import { explained } from "./pod_reasons.ts";
import { isTask } from "./pods.ts";
import type { WaitingOptions } from "./types.ts";
import { DEFAULT_TIMEOUT } from "./types.ts";

/** A hook with its place in the record. */
export interface PlacedHook {
  readonly hook: ReleaseHook;
  readonly place: number;
}

/** What running a hook needs beside the operation. */
export interface HookRun extends WaitingOptions {
  readonly event: string;
  readonly stepId: string;
  readonly signal: AbortSignal;
  /** Tell log lines whatever the hook's policy. @default {false} */
  readonly tellLogs?: boolean | undefined;
  /** What a run that died has done of the operation's hooks. @default nothing */
  readonly adopted?: Adopted | undefined;
}

/** Runs a hook to its end. */
export async function runHook(
  operation: Operation,
  { hook, place }: PlacedHook,
  run: HookRun,
): Promise<void> {
  const { event, signal } = run;
  const objects = await hookObjects(operation, hook, {
    signal,
    problem: `unable to build kubernetes object for ${event} hook ${hook.path}`,
  });
  const left = await leftObjects(operation, objects, run);
  const running = left.length === objects.length && isRunOnce(hook, event) &&
    left.every((object) => isSurelyLeft(object, run.adopted!));
  if (!running && (left.length > 0 || hasPolicy(hook, "before-hook-creation"))) {
    await removeHook(operation, hook, objects, run);
  }
  const startedAt = operation.timestamp();
  const note = (phase: "Running" | "Succeeded" | "Failed") =>
    operation.recorder?.hookRan(place, {
      startedAt,
      ...(phase === "Running" ? {} : { completedAt: operation.timestamp() }),
      phase,
    });
  note("Running");
  operation.hooksRun++;
  try {
    const live = running ? left : await createHook(operation, hook, objects, run);
    for (const object of live) await shownHook(operation, object, run);
  } catch (error) {
    note("Failed");
    if (signal.aborted) throw error;
    const evidence = await readEvidence(operation, hook, objects, run);
    throw new HookError(messageOf(error), { hook: hook.name, evidence, cause: error });
  }
  note("Succeeded");
  await readLogs(operation, hook, objects, { ...run, on: "hook-succeeded" });
}

/**
 * Objects of a hook that a run which died has created, and whose end it did not see: they may well be
 * at work, or done. What is older than the revision is left from an earlier one.
 */
async function leftObjects(
  { context: { api } }: Operation,
  objects: readonly ManifestObject[],
  { adopted, stepId, signal }: HookRun,
): Promise<KubeObject[]> {
  const { created, inFlight } = adopted ?? {};
  if (created === undefined || inFlight?.has(stepId) === false) return [];
  const live = await Promise.all(
    objects.map(({ object }) =>
      object.metadata.name ? api.get(refOf(object), { signal }) : undefined
    ),
  );
  return live.filter((object) =>
    object !== undefined &&
    Date.parse(object.metadata.creationTimestamp ?? "") >= Date.parse(created)
  ) as KubeObject[];
}

/**
 * Whether an object can be waited for: it stays, and is no leftover of the revision before. Servers
 * tell times in whole seconds, so what was created in the revision's first second may be one.
 */
function isSurelyLeft({ metadata }: KubeObject, { created, fresh }: Adopted): boolean {
  if (metadata.deletionTimestamp !== undefined) return false;
  return fresh || Date.parse(metadata.creationTimestamp!) > Date.parse(created!);
}

/** Whether an operation runs the hook at one moment only, so that its objects tell of that. */
function isRunOnce({ events }: ReleaseHook, event: string): boolean {
  const [, verb] = event.split("-");
  return events.filter((each) => each.endsWith(`-${verb}`)).length === 1;
}

/** The objects that a hook's document makes. */
export async function hookObjects(
  { context, namespace }: Operation,
  hook: ReleaseHook,
  { problem, signal }: { readonly problem: string; readonly signal: AbortSignal },
): Promise<ManifestObject[]> {
  const parsed = parseObjects(hook.manifest, hook.path, problem);
  return await resolveObjects(context.api, parsed, { namespace, problem, signal });
}

/** Whether a hook is deleted at that moment; without any policy before its next run. */
export function hasPolicy({ deletePolicies }: ReleaseHook, policy: string): boolean {
  return deletePolicies.length === 0
    ? policy === "before-hook-creation"
    : deletePolicies.includes(policy);
}

/** Deletes a hook's objects and waits until they are gone. Definitions of kinds are never deleted. */
export async function removeHook(
  { context: { api }, now }: Operation,
  hook: ReleaseHook,
  objects: readonly ManifestObject[],
  { signal, timeout = DEFAULT_TIMEOUT }: Pick<HookRun, "signal" | "timeout">,
): Promise<void> {
  if (hook.kind === "CustomResourceDefinition") return;
  for (const { object } of objects) {
    if (!object.metadata.name) continue;
    const ref = refOf(object);
    if (await api.delete(ref, { signal })) {
      await waitDeleted(api, [ref], { timeout, signal, now });
    }
  }
}

/** How the client puts an object in place, where the release's objects are put by it. */
async function putterOf({ context: { api }, recorder }: Operation, signal: AbortSignal) {
  if (recorder!.release.applyMethod === "ssa") return undefined;
  const { ClientApply } = await import("./client_apply.ts");
  const client = new ClientApply(api);
  return (object: KubeObject) => client.put(object, { before: undefined, signal });
}

async function createHook(
  operation: Operation,
  hook: ReleaseHook,
  objects: readonly ManifestObject[],
  { event, signal }: HookRun,
): Promise<KubeObject[]> {
  const { api } = operation.context;
  const put = await putterOf(operation, signal);
  // Helm's clients are warned of unknown fields where they do not ask the server to apply.
  const strict = put === undefined;
  const live: KubeObject[] = [];
  try {
    for (const { object } of objects) {
      // What runs is created anew, since an old one that has ended would tell of its own end. What
      // only has to be there may be there already.
      const anew = isTask(object) || !object.metadata.name;
      live.push(
        anew
          ? await api.create(object, { strict, signal })
          : await (put?.(object) ?? api.apply(object, { strict, signal })),
      );
    }
    return live;
  } catch (error) {
    if (signal.aborted) throw error;
    const { hint } = error instanceof CapstanError ? error : { hint: undefined };
    throw new CapstanError(`warning: Hook ${event} ${hook.path} failed: ${messageOf(error)}`, {
      code: "hook/create",
      hint,
      cause: error,
    });
  }
}

/** Waits for a hook's object; who looks on sees meanwhile what its pod logs. */
async function shownHook(operation: Operation, object: KubeObject, run: HookRun): Promise<void> {
  const { stepId, signal } = run;
  if (operation.context.liveLogs === undefined || !isTask(object)) {
    return await awaitHook(operation, object, run);
  }
  const tail = new HookTail(operation, object, { stepId, signal, mask: logMask(operation) });
  try {
    await awaitHook(operation, object, run);
  } finally {
    await tail.end();
  }
}

async function awaitHook(operation: Operation, object: KubeObject, run: HookRun): Promise<void> {
  const { timeout = DEFAULT_TIMEOUT, readyRules = operation.readyRules, stepId } = run;
  const { api } = operation.context;
  const tell = (message: string) => operation.emit({ type: "step-progress", id: stepId, message });
  const { signal, imagePullErrors } = run;
  await explained(
    [object],
    { api, signal, tell, imagePullErrors },
    ({ signal, reasons }) =>
      waitHook(api, object, {
        timeout,
        rules: readyRules,
        signal,
        now: operation.now,
        onProgress: (ref, message) => reasons.progress(ref, message),
      }),
  );
}

/**
 * The hooks of one event as steps: one for each hook, waves one after another, and one that honours
 * delete policies when all is over.
 *
 * @module
 */
import { messageOf } from "../errors.ts";
import { readHead } from "../engine/manifests.ts";
import type { ReleaseHook } from "../release/release.ts";
import { Skip, type StepContext } from "../schedule/step.ts";
import type { Adopted } from "./adopt.ts";
import { PARALLEL_ANNOTATION, planHooks } from "./hook_plan.ts";
import { runTried } from "./hook_retry.ts";
import { hasPolicy, hookObjects, type PlacedHook, removeHook } from "./hook_run.ts";
import { bounded, type Operation } from "./operation.ts";
import type { ActionStep } from "./steps.ts";
import { DEFAULT_TIMEOUT, type HookRunOptions, type WaitingOptions } from "./types.ts";

/** What {@linkcode hookSteps} needs beside the operation. */
export interface HookStepsOptions extends HookRunOptions, WaitingOptions {
  readonly event: string;
  /** Steps that come before the first hook. */
  readonly needs: readonly string[];
  /** Only these of the event's hooks. @default all */
  readonly only?: ((hook: ReleaseHook) => boolean) | undefined;
  /** Tell the log lines of all hooks, whatever their policies. @default {false} */
  readonly tellLogs?: boolean | undefined;
  /** Put before what the first failure says. @default nothing */
  readonly failurePrefix?: string | undefined;
  /** What a run that died has done of these hooks. @default nothing */
  readonly adopted?: Adopted | undefined;
}

/** Steps, and the ids of those that must succeed for the whole to have succeeded. */
export interface HookSteps {
  readonly steps: readonly ActionStep[];
  readonly last: readonly string[];
}

/** Steps that run the hooks of one event. Without hooks there are none, and `last` is `needs`. */
export function hookSteps(
  operation: Operation,
  hooks: readonly ReleaseHook[],
  options: HookStepsOptions,
): HookSteps {
  const { event, needs, noHooks, only = () => true } = options;
  if (noHooks) return { steps: [], last: needs };
  const waves = planHooks(hooks.filter(only), event, {
    parallelism: options.hookParallelism,
    selection: options.hookSelection,
    isAnnotated,
  });
  const ran: HookStep[] = [];
  const places = new Map(hooks.map((hook, place) => [hook, place]));
  const ids = new Set<string>();
  let last = needs;
  for (const wave of waves) {
    const made = wave.map((hook): HookStep => {
      const id = unused(`hook ${event} ${hook.kind}/${hook.name}`, ids);
      if (options.adopted?.done.has(operation.id(id))) return { hook };
      const place = { hook, place: places.get(hook)! };
      const parallel = wave.length > 1;
      return { hook, step: hookStep(operation, place, { ...options, needs: last, id, parallel }) };
    });
    ran.push(...made);
    const left = made.flatMap(({ step }) => step === undefined ? [] : [step.id]);
    if (left.length > 0) last = left;
  }
  const steps = ran.flatMap(({ step }) => step ?? []);
  const end = cleanUpStep(operation, ran, { ...options, needs: last });
  return end === undefined ? { steps, last } : { steps: [...steps, end], last: [end.id] };
}

/** A hook with the step that runs it; without one where it has run already. */
interface HookStep {
  readonly hook: ReleaseHook;
  readonly step?: ActionStep | undefined;
}

/** Whether a hook lets itself overlap with others. */
export function isAnnotated({ manifest, path }: ReleaseHook): boolean {
  return readHead(manifest, path).annotations[PARALLEL_ANNOTATION]?.trim() === "true";
}

/** Hooks of one kind and name in several namespaces, or twice in one chart, need ids of their own. */
function unused(id: string, taken: Set<string>): string {
  let free = id;
  for (let n = 2; taken.has(free); n++) free = `${id} #${n}`;
  taken.add(free);
  return free;
}

interface HookStepOptions extends HookStepsOptions {
  readonly id: string;
  readonly parallel: boolean;
}

function hookStep(
  operation: Operation,
  placed: PlacedHook,
  options: HookStepOptions,
): ActionStep {
  const { event, needs, id, parallel, hookParallelism = 1, failurePrefix } = options;
  const { hook } = placed;
  const pool = `hooks:${operation.prefix}:${event}`;
  const shared = options.hookLimits?.[event];
  const step: ActionStep = operation.step({
    id,
    kind: "hook",
    title: `hook ${event} ${hook.name}`,
    needs,
    batch: pool,
    claims: [
      ...(parallel ? [{ pool, limit: hookParallelism }] : []),
      ...(shared === undefined ? [] : [{ pool: `hooks ${event}`, limit: shared }]),
    ],
    failurePrefix,
    run: ({ signal }) =>
      runTried(operation, placed, { ...options, event, stepId: step.id, signal }),
  });
  return step;
}

/**
 * Deletes hooks whose policy says so once they have run, last first; none when no hook has such a
 * policy. When a hook failed this step is skipped on its behalf after its work, so that what comes
 * next is skipped as well.
 */
function cleanUpStep(
  operation: Operation,
  ran: readonly HookStep[],
  options: HookStepsOptions,
): ActionStep | undefined {
  const removable = ran.some(({ hook }) =>
    hasPolicy(hook, "hook-succeeded") || hasPolicy(hook, "hook-failed")
  );
  if (!removable) return undefined;
  const { event, timeout = DEFAULT_TIMEOUT } = options;
  if (options.adopted?.done.has(operation.id(`hooks ${event}`))) return undefined;
  const steps = ran.flatMap(({ step }) => step ?? []);
  return operation.step({
    id: `hooks ${event}`,
    kind: "delete",
    title: `hooks ${event}: delete by policy`,
    needs: steps.length === 0 ? options.needs : steps.map(({ id }) => id),
    runs: steps.length === 0 ? "succeeded" : "settled",
    failurePrefix: options.failurePrefix,
    run: async (context) => {
      const bad = steps.find(({ id }) => context.outcomeOf(id)!.status !== "succeeded");
      await bounded(timeout, async (signal) => {
        for (const { hook, step } of ran.toReversed()) {
          const policy = step === undefined ? "hook-succeeded" : policyAfter(context, step.id);
          if (policy === undefined || !hasPolicy(hook, policy)) continue;
          await cleanUp(operation, hook, {
            event,
            signal,
            timeout,
            strict: bad === undefined,
          });
        }
      });
      if (bad === undefined) return;
      throw new Skip(context.outcomeOf(bad.id)!.blockedBy ?? bad.id);
    },
  });
}

/** The delete policy that a hook's end calls for. */
function policyAfter(context: StepContext, id: string): string | undefined {
  const { status, started } = context.outcomeOf(id)!;
  if (started === undefined) return undefined;
  return status === "succeeded" ? "hook-succeeded" : "hook-failed";
}

interface CleanUpOptions {
  readonly event: string;
  readonly signal: AbortSignal;
  readonly timeout: number;
  /** Whether failing to delete is a failure, as it is when all hooks succeeded. */
  readonly strict: boolean;
}

async function cleanUp(
  operation: Operation,
  hook: ReleaseHook,
  { signal, timeout, strict }: CleanUpOptions,
): Promise<void> {
  try {
    const objects = await hookObjects(operation, hook, {
      signal,
      problem: `unable to build kubernetes object for deleting hook ${hook.path}`,
    });
    await removeHook(operation, hook, objects, { signal, timeout });
  } catch (error) {
    if (strict) throw error;
    operation.warn(`error deleting hook ${hook.name}: ${messageOf(error)}`);
  }
}

/**
 * Running a hook again that failed.
 *
 * @module
 */
import { messageOf } from "../errors.ts";
import { retry } from "../schedule/retry.ts";
import { hookObjects, type HookRun, type PlacedHook, removeHook, runHook } from "./hook_run.ts";
import type { Operation } from "./operation.ts";
import type { HookRunOptions } from "./types.ts";

/** Runs a hook as often as it may be tried; what a try has left is deleted before the next. */
export async function runTried(
  operation: Operation,
  placed: PlacedHook,
  run: HookRun & Pick<HookRunOptions, "hookRetry">,
): Promise<void> {
  const { hookRetry, event, signal, stepId } = run;
  if (hookRetry === undefined) return await runHook(operation, placed, run);
  const { hook } = placed;
  const { attempts = 1 } = hookRetry;
  await retry(async (attempt) => {
    if (attempt > 1) {
      const problem = `unable to build kubernetes object for ${event} hook ${hook.path}`;
      const objects = await hookObjects(operation, hook, { signal, problem });
      await removeHook(operation, hook, objects, run);
      operation.hooksRun--; // One hook, however often it is tried.
    }
    await runHook(operation, placed, run);
  }, {
    ...hookRetry,
    attempts,
    signal,
    onRetry: (error, attempt, pause) =>
      operation.emit({
        type: "retry",
        owner: operation.owner,
        id: stepId,
        attempt,
        attempts,
        pause: Math.round(pause),
        reason: messageOf(error),
      }),
  });
}

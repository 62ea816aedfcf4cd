/**
 * The step that runs a stack hook's function.
 *
 * @module
 */
import { orAborted } from "../abort.ts";
import type { ActionStep } from "../action/steps.ts";
import { CapstanError, isAbort, messageOf } from "../errors.ts";
import type { Emit } from "../events.ts";
import { stackCluster } from "./cluster.ts";
import type { RunClusters } from "./clusters.ts";
import { retry } from "../schedule/retry.ts";
import { timeoutOf } from "./duration.ts";
import { retryOptions } from "./retry_policy.ts";
import type { KnownSecrets } from "./secrets.ts";
import type { Duration, HookContext, HookNode } from "./types.ts";

/** A node with its place in the graph. */
export interface Placed<N> {
  readonly id: string;
  readonly node: N;
  /** The steps that come before its first change. */
  readonly after: readonly string[];
}

/** What hooks work with. */
export interface HookSources {
  readonly clusters: RunClusters;
  readonly emit: Emit;
  readonly secrets?: KnownSecrets | undefined;
}

/** The step of a stack hook. */
export function hookStep(
  { id, node, after }: Placed<HookNode>,
  { clusters, emit, secrets }: HookSources,
): ActionStep {
  const stepId = `${id}/run`;
  const context = clusters.contextOf(node);
  return {
    id: stepId,
    needs: after,
    info: { kind: "run", owner: id, title: "hook" },
    estimate: context.estimateOf?.(stepId) ?? 1_000,
    run: async ({ signal }) => {
      const policy = retryOptions(node.retry);
      await retry(() =>
        callHook(node, withTimeout(signal, node.timeout), (runSignal) => ({
          cluster: stackCluster(context.api, runSignal, { secrets }),
          log: (line) => emit({ type: "step-log", id: stepId, line }),
          signal: runSignal,
        })), {
        ...policy,
        signal,
        onRetry: (error, attempt, pause) =>
          emit({
            type: "retry",
            owner: id,
            id: stepId,
            attempt,
            attempts: policy.attempts,
            pause: Math.round(pause),
            reason: messageOf(error),
          }),
      });
      await context.checkpoint?.(stepId);
    },
  };
}

async function callHook(
  node: HookNode,
  signal: AbortSignal,
  contextOf: (signal: AbortSignal) => HookContext,
): Promise<void> {
  try {
    await orAborted(node.run(contextOf(signal)), signal);
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new CapstanError(`hook ${node.name}: ${messageOf(error)}`, {
      code: "stack/hook",
      hint: error instanceof CapstanError ? error.hint : undefined,
      position: node.declaredAt,
      cause: error,
    });
  }
}

function withTimeout(signal: AbortSignal, timeout: Duration | undefined): AbortSignal {
  const { timeout: ms } = timeoutOf(timeout);
  return ms === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(ms)]);
}

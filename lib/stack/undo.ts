/**
 * Undoing what a run has changed.
 *
 * @module
 */
import type { PlannedOperation } from "../action/chain.ts";
import { Deadline } from "../action/deadline.ts";
import { planRollback } from "../action/rollback.ts";
import { stepEvents } from "../action/steps.ts";
import type { ActionStep } from "../action/steps.ts";
import type { OperationResult } from "../action/types.ts";
import { planUninstall } from "../action/uninstall.ts";
import { CapstanError, messageOf } from "../errors.ts";
import { runSteps } from "../schedule/scheduler.ts";
import { timeoutOf } from "./duration.ts";
import type { RunFailure } from "./failures.ts";
import type { GraphNode } from "./graph.ts";
import { dependentsOf, hookOptions, RELEASES } from "./steps.ts";
import type { StackSteps, StepSources } from "./steps.ts";
import { anyOf } from "./supervise.ts";
import type { ReleaseNode } from "./types.ts";

/** What the undoing is bounded by. */
export interface UndoOptions {
  readonly pools: Readonly<Record<string, number>>;
  readonly now: () => number;
  /** Milliseconds for all of it. */
  readonly timeout: number;
  /** Starts nothing new. */
  readonly stop?: AbortSignal | undefined;
  /** Aborts requests. */
  readonly signal?: AbortSignal | undefined;
}

/** A release that the run has changed. */
export interface Changed {
  readonly id: string;
  readonly node: ReleaseNode;
  readonly result: OperationResult;
}

/** How the undoing ended. */
export interface UndoResult {
  /** Owners of the releases that are as they were. */
  readonly undone: readonly string[];
  /** What could not be undone. */
  readonly failures: readonly RunFailure[];
}

/** Releases that are not as the run found them, in the order of the stack. */
export function changedBy(nodes: readonly GraphNode[], { operations }: StackSteps): Changed[] {
  return nodes.flatMap(({ id, node }): Changed[] => {
    const operation = operations.get(id);
    if (node.type !== "release" || operation === undefined) return [];
    const result = operation.result();
    return isChange(result) ? [{ id, node, result }] : [];
  });
}

/** A release that its own `atomic` has undone already is as it was. */
function isChange({ outcome, revision, status }: OperationResult): boolean {
  if (outcome === "installed" || outcome === "upgraded") return true;
  return outcome === "failed" && revision > 0 && status !== "uninstalled";
}

/**
 * Brings releases back to the revision that they had, or removes those that were not there: each when
 * what needs it has been undone. What cannot be undone does not keep the rest from it.
 */
export async function undo(
  changed: readonly Changed[],
  sources: StepSources,
  options: UndoOptions,
): Promise<UndoResult> {
  const { clusters, emit, nodes } = sources;
  const operations = new Map<string, PlannedOperation>();
  const failures: RunFailure[] = [];
  const before = dependentsAmong(changed, nodes);
  const steps: ActionStep[] = [];
  for (const { id, node, result } of changed) {
    if (result.previous === undefined) {
      failures.push({ owner: id, error: nothingBefore(node) });
      continue;
    }
    const after = `${id}/undo/after`;
    const request = {
      name: node.name,
      namespace: node.namespace,
      owner: id,
      claims: [{ pool: RELEASES }],
      needs: [after],
      wait: true,
      ...timeoutOf(node.timeout),
      ...hookOptions(node, sources.stack, sources),
      noHooks: node.noHooks,
    };
    const context = clusters.contextOf(node);
    const inner = { prefix: `${id}/undo` };
    const operation = result.previous === 0
      ? planUninstall({ ...request, ignoreNotFound: true }, context, inner)
      : planRollback(
        { ...request, revision: result.previous, forceConflicts: node.forceConflicts },
        context,
        inner,
      );
    operations.set(id, operation);
    steps.push(waitStep(id, after, before.get(id)!), ...operation.steps);
  }
  await runWithin(steps, { ...options, emit });
  for (const [owner, operation] of operations) {
    const { outcome, error } = operation.result();
    if (outcome !== "failed" && outcome !== "skipped") continue;
    failures.push({
      owner,
      error: new CapstanError(`cannot be undone: ${messageOf(error)}`, {
        code: "stack/undo",
        cause: error,
      }),
    });
  }
  const failed = new Set(failures.map(({ owner }) => owner));
  return { undone: [...operations.keys()].filter((id) => !failed.has(id)), failures };
}

/** Waits for the undoing of what needs a release, however that ends. */
function waitStep(owner: string, id: string, dependents: readonly string[]): ActionStep {
  return {
    id,
    needs: dependents.map((each) => `${each}/undo/record`),
    runs: "settled",
    info: { kind: "rollback", owner, title: "undo: after what needs it" },
    run: () => {},
  };
}

async function runWithin(
  steps: readonly ActionStep[],
  { pools, now, timeout, stop, signal, emit }: UndoOptions & Pick<StepSources, "emit">,
): Promise<void> {
  const deadline = new Deadline(timeout, "the rollback");
  try {
    await runSteps(steps, {
      ...stepEvents(emit),
      pools,
      now,
      stop,
      signal: anyOf(signal, deadline.begin()),
    });
  } finally {
    deadline.end();
  }
}

/** For each changed release, the nearest changed ones that need it, through others as well. */
function dependentsAmong(
  changed: readonly Changed[],
  nodes: readonly GraphNode[],
): Map<string, string[]> {
  const among = new Set(
    changed.filter(({ result }) => result.previous !== undefined).map(({ id }) => id),
  );
  return dependentsOf(nodes, (id) => among.has(id));
}

function nothingBefore({ name, declaredAt }: ReleaseNode): CapstanError {
  return new CapstanError(
    `cannot undo release ${name}: it has no earlier revision that was deployed`,
    { code: "stack/undo", position: declaredAt },
  );
}

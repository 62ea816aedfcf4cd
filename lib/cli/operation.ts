/**
 * Runs the steps of one release and shows them: what install, upgrade and uninstall have in common.
 *
 * @module
 */
import { stepEvents } from "../action/steps.ts";
import type { ActionStep } from "../action/steps.ts";
import type { ActionContext, OperationResult } from "../action/types.ts";
import type { RunEvent } from "../events.ts";
import { Progress } from "../report/progress.ts";
import { runSteps } from "../schedule/scheduler.ts";
import type { CliContext } from "./context.ts";
import type { Target } from "./connect.ts";
import type { HelmVersion } from "../chart/chart.ts";

/** Steps, and what they came to. */
export interface ShownOperation {
  readonly steps: readonly ActionStep[];
  readonly result: () => OperationResult;
}

/** Options of {@linkcode runShown}. */
export interface ShownOptions {
  readonly target: Target;
  readonly helmVersion?: HelmVersion | undefined;
}

/**
 * Runs an operation with progress on standard error while it waits.
 *
 * @throws What the operation failed with.
 */
export async function runShown(
  context: CliContext,
  { target, helmVersion }: ShownOptions,
  plan: (action: ActionContext) => ShownOperation,
): Promise<OperationResult> {
  const { now } = context;
  const progress = new Progress({
    color: context.color,
    size: context.size,
    now,
    write: (text) => context.process.stderr.write(text),
  });
  const emit: NonNullable<ActionContext["emit"]> = (event) =>
    progress.add({ at: now(), ...event } as RunEvent);
  const { steps, result } = plan({ ...target, emit, now, helmVersion });
  try {
    await runSteps(steps, { ...stepEvents(emit), stop: context.stop, signal: context.abort, now });
  } finally {
    progress.close();
  }
  const ended = result();
  if (ended.error !== undefined) throw ended.error;
  return ended;
}

/**
 * Runs one operation on one release and shows it while it goes.
 *
 * @module
 */
import type { PlannedOperation } from "../action/chain.ts";
import { LogStreams } from "../action/hook_tail.ts";
import { runOperation } from "../action/run.ts";
import type { ActionContext, OperationResult } from "../action/types.ts";
import type { HelmVersion } from "../chart/chart.ts";
import type { RunEvent } from "../events.ts";
import { isPictured, Progress } from "../report/progress.ts";
import type { CliContext } from "./context.ts";
import { progressTarget } from "./progress_target.ts";
import { STOPPING } from "./signals.ts";
import type { Target } from "./connect.ts";

/** Options of {@linkcode runShown}. */
export interface ShownOptions {
  readonly target: Target;
  readonly helmVersion?: HelmVersion | undefined;
}

/**
 * Runs an operation with progress on standard error.
 *
 * @throws What the operation failed with.
 */
export async function runShown(
  context: CliContext,
  { target, helmVersion }: ShownOptions,
  plan: (action: ActionContext) => PlannedOperation,
): Promise<OperationResult> {
  const { now, stop, abort: signal } = context;
  const shown = progressTarget(context);
  const progress = new Progress(shown);
  const action: ActionContext = {
    ...target,
    now,
    helmVersion,
    liveLogs: isPictured(shown) ? new LogStreams() : undefined,
    emit(event) {
      // How the release ended is the command's own result or error.
      if (event.type !== "release-finished") progress.add({ at: now(), ...event } as RunEvent);
    },
  };
  const tellStop = () => progress.add({ at: now(), type: "warning", message: STOPPING });
  stop.addEventListener("abort", tellStop, { once: true });
  try {
    const run = () => runOperation(plan(action), action, { stop, signal });
    const warn = (message: string) => progress.add({ at: now(), type: "warning", message });
    return await (target.warnings?.toldBy(warn, run) ?? run());
  } finally {
    stop.removeEventListener("abort", tellStop);
    progress.close();
  }
}

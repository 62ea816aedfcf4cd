/**
 * The steps of one operation in the order in which they come.
 *
 * @module
 */
import type { KubeObject } from "../kube/types.ts";
import { waitReady } from "../kube/wait.ts";
import type { ReleaseHook } from "../release/release.ts";
import type { StepContext } from "../schedule/step.ts";
import { hookSteps, type HookStepsOptions } from "./hooks.ts";
import type { Operation, StepParts } from "./operation.ts";
import { explained } from "./pod_reasons.ts";
import { withEvidence } from "./unready_evidence.ts";
import type { ActionStep } from "./steps.ts";
import { DEFAULT_TIMEOUT, type OperationResult, type WaitingOptions } from "./types.ts";

/** Steps, and what they came to once they have run. */
export interface PlannedOperation {
  readonly steps: readonly ActionStep[];
  /** Throws while the steps have not run. */
  readonly result: () => OperationResult;
}

/** Strings steps together, each after the one before. */
export class Chain {
  readonly #operation: Operation;
  readonly #steps: ActionStep[] = [];
  #last: readonly string[];

  /** @param needs What comes before the first step. */
  constructor(operation: Operation, needs: readonly string[]) {
    this.#operation = operation;
    this.#last = needs;
  }

  /** Adds one step. */
  then(parts: Omit<StepParts, "needs">): void {
    const step = this.#operation.step({ ...parts, needs: this.#last });
    this.#steps.push(step);
    this.#last = [step.id];
  }

  /** Adds the hooks of one event. */
  hooks(hooks: readonly ReleaseHook[], options: Omit<HookStepsOptions, "needs">): void {
    const { steps, last } = hookSteps(this.#operation, hooks, { ...options, needs: this.#last });
    this.#steps.push(...steps);
    this.#last = last;
  }

  /** The steps, the last of them put before the operation's record, which they decide. */
  end(): ActionStep[] {
    const last = this.#steps.length === 0 ? [] : this.#last;
    this.#operation.lastSteps = last;
    const record = this.#operation.id("record");
    return this.#steps.map((step) =>
      last.includes(step.id) ? { ...step, precedes: [record] } : step
    );
  }
}

/** Waits until applied objects are ready, and tells what is waited for. */
export async function awaitReady(
  operation: Operation,
  objects: readonly KubeObject[],
  {
    id,
    signal,
    timeout = DEFAULT_TIMEOUT,
    waitForJobs,
    isReady,
    readyRules = operation.readyRules,
    imagePullErrors,
  }:
    & Pick<StepContext, "id" | "signal">
    & Omit<WaitingOptions, "wait">,
): Promise<void> {
  const { api } = operation.context;
  const tell = (message: string) => operation.emit({ type: "step-progress", id, message });
  const options = { api, signal, tell, imagePullErrors };
  const wait = explained(objects, options, ({ signal, reasons }) =>
    waitReady(api, objects, {
      timeout,
      jobs: waitForJobs,
      isReady,
      rules: readyRules,
      now: operation.now,
      signal,
      onProgress: (ref, message) => reasons.progress(ref, `${ref.kind} ${ref.name}: ${message}`),
    }));
  try {
    await wait;
  } catch (error) {
    throw signal.aborted ? error : await withEvidence(operation, objects, error);
  }
}

/** Counts objects that are done and tells how many of them are. */
export function progress(operation: Operation, id: string, total: number): () => void {
  let count = 0;
  return () => {
    count++;
    operation.emit({ type: "step-progress", id, message: `${count} of ${total} objects` });
  };
}

/**
 * The deployment of a release that may be tried again, or may fail.
 *
 * Each try is an operation of its own, made when the one before has failed. `OWNER/end` waits for the
 * last of them, and is what others wait for:
 *
 * ```text
 * render ─ … ─ record ─ retry 1 ┈ attempt 2/render ─ … ─ attempt 2/record ─ retry 2 ─ end
 * ```
 *
 * @module
 */
import type { PlannedOperation } from "../action/chain.ts";
import { planDeploy } from "../action/deploy.ts";
import type { DeployInner } from "../action/deploy.ts";
import type { DeployRequest } from "../action/deploy_request.ts";
import { releaseFinished } from "../action/operation.ts";
import type { DeployPart } from "../action/parts.ts";
import type { ActionStep } from "../action/steps.ts";
import type { ActionContext, OperationResult } from "../action/types.ts";
import { messageOf } from "../errors.ts";
import type { RetryOptions } from "../schedule/retry.ts";
import { pauseBefore, sleepFor } from "../schedule/retry.ts";
import { Skip } from "../schedule/step.ts";
import type { StepContext } from "../schedule/step.ts";

/** How a release is tried. */
export interface AttemptOptions {
  /** Try again after a failure. */
  readonly retry: RetryOptions & { readonly attempts: number };
  /** Let what needs the release go on when it failed. */
  readonly allowFailure: boolean;
  /** Aborted when nothing new shall be begun. */
  readonly halt: AbortSignal | undefined;
  /** Who looks at what each try comes to, and at what it leaves behind. @default nobody does */
  readonly inner?: Pick<DeployInner, "review" | "beforeUndo"> | undefined;
}

/** A release's steps, and the one by whose end it has finished. */
export interface PlannedRelease extends PlannedOperation {
  readonly last: string;
}

/** The steps of a deployment; plain ones where it is tried once and must succeed. */
export function planRelease(
  request: DeployRequest & { readonly owner: string },
  context: ActionContext,
  options: AttemptOptions,
): PlannedRelease {
  if (options.retry.attempts === 1 && !options.allowFailure) {
    return { ...planDeploy(request, context, options.inner), last: `${request.owner}/record` };
  }
  const attempts = new Attempts(request, context, options);
  return { steps: attempts.first(), result: () => attempts.result(), last: attempts.end };
}

class Attempts {
  /** Id of the step by whose end the release has finished. */
  readonly end: string;
  readonly #request: DeployRequest & { readonly owner: string };
  readonly #context: ActionContext;
  readonly #options: AttemptOptions;
  #last: PlannedOperation | undefined;
  /** What stood before the first try that changed anything. */
  #previous: number | undefined;
  #began: number | undefined;

  constructor(
    request: DeployRequest & { readonly owner: string },
    context: ActionContext,
    options: AttemptOptions,
  ) {
    this.#request = request;
    this.#context = context;
    this.#options = options;
    this.end = `${request.owner}/end`;
  }

  result(): OperationResult {
    const result = this.#last!.result();
    return this.#previous === undefined ? result : { ...result, previous: this.#previous };
  }

  first(): ActionStep[] {
    const { parts = [] } = this.#request;
    const attempt = this.#attempt(1, parts.map((part) => ({ ...part, step: firstTry(part) })));
    const end: ActionStep = {
      id: this.end,
      needs: [attempt.at(-1)!.id],
      runs: "settled",
      info: { kind: "record", owner: this.#request.owner, title: "end" },
      run: () => this.#finish(),
    };
    return [...attempt, end, ...parts.flatMap((part) => this.#partSteps(part))];
  }

  /**
   * A part is done when the first try has done it, or else when the release has come to its end: what a
   * later try does may be undone by yet another.
   */
  #partSteps(part: DeployPart): ActionStep[] {
    const { owner } = this.#request;
    const [first, otherwise] = [firstTry(part), `${part.step} (otherwise)`];
    const info = (title: string) => ({ kind: "ready", owner, title }) as const;
    const isDone = (step: StepContext) => step.outcomeOf(first)!.status === "succeeded";
    return [{
      id: otherwise,
      needs: [first],
      runs: "settled",
      estimate: 0,
      info: info(`part: ${part.part}?`),
      run: (step) => {
        if (isDone(step)) return;
        const atEnd: ActionStep = {
          id: `${part.step} (end)`,
          needs: [this.end],
          runs: "settled",
          estimate: 0,
          precedes: [part.step],
          info: info("part: at the end"),
          run: () => {},
        };
        step.add([atEnd]);
      },
    }, {
      id: part.step,
      needs: [otherwise],
      runs: "settled",
      estimate: 0,
      info: info(`part: ${part.part}`),
      run: (step) => {
        if (isDone(step)) return;
        const { status, blockedBy = this.end } = step.outcomeOf(this.end)!;
        if (status !== "succeeded") throw new Skip(blockedBy);
      },
    }];
  }

  /** The steps of one try, and one after it that sees whether there shall be another. */
  #attempt(number: number, parts?: readonly DeployPart[]): ActionStep[] {
    const { owner, timeLimit } = this.#request;
    const after = `${owner}/retry ${number}`;
    const left = timeLimit === undefined || this.#began === undefined
      ? timeLimit
      : Math.max(1, timeLimit - (this.#now() - this.#began));
    const planned = planDeploy(
      { ...this.#request, parts, precedes: [after], timeLimit: left },
      this.#context,
      {
        onFinish: () => {},
        ...this.#options.inner,
        ...(number === 1 ? {} : { prefix: `${owner}/attempt ${number}` }),
      },
    );
    this.#last = planned;
    const record = planned.steps.at(-1)!;
    const next: ActionStep = {
      id: after,
      needs: [record.id],
      runs: "settled",
      ...(number === 1 ? {} : { precedes: [this.end] }),
      info: { kind: "record", owner, title: "again?" },
      run: (step) => this.#again(number, step),
    };
    return [...planned.steps.map((step) => this.#timed(step)), next];
  }

  /** Notes when the first change begins, from which the deadline of all tries counts. */
  #timed(step: ActionStep): ActionStep {
    if (step.info.kind !== "render") return step;
    return {
      ...step,
      run: async (context) => {
        await step.run(context);
        this.#began ??= this.#now();
      },
    };
  }

  async #again(number: number, step: StepContext): Promise<void> {
    const { retry, halt } = this.#options;
    const { outcome, error, previous } = this.#last!.result();
    this.#previous ??= previous;
    if (!hasFailed(outcome) || number >= retry.attempts || halt?.aborted || this.#isLate()) return;
    const pause = await pauseBefore(error, number, { ...retry, signal: halt })
      .catch((thrown) => {
        if (halt?.aborted) return undefined; // What failed stays failed.
        throw thrown;
      });
    if (pause === undefined || this.#isLate()) return;
    this.#context.emit?.({
      type: "retry",
      owner: this.#request.owner,
      attempt: number,
      attempts: retry.attempts,
      pause: Math.round(pause),
      reason: messageOf(error),
    });
    try {
      await sleepFor(pause, halt);
    } catch {
      return; // What failed stays failed.
    }
    if (!this.#isLate()) step.add(this.#attempt(number + 1));
  }

  #isLate(): boolean {
    const { timeLimit } = this.#request;
    if (timeLimit === undefined || this.#began === undefined) return false;
    return this.#now() - this.#began >= timeLimit;
  }

  #finish(): void {
    const { owner, name, namespace } = this.#request;
    const result = this.result();
    this.#context.emit?.(releaseFinished({ owner, name, namespace }, result));
    const { outcome, error } = result;
    if (outcome === "skipped") throw error;
    if (!hasFailed(outcome)) return;
    if (!this.#options.allowFailure) throw error;
    const message = `release ${name} failed, which is allowed: ${messageOf(error)}`;
    this.#context.emit?.({ type: "warning", owner, message });
  }

  #now(): number {
    return (this.#context.now ?? Date.now)();
  }
}

/** The step that stands for a part of the first try. */
function firstTry({ step }: DeployPart): string {
  return `${step} (first try)`;
}

function hasFailed(outcome: OperationResult["outcome"]): boolean {
  return outcome === "failed" || outcome === "rolled-back";
}

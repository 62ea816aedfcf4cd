/**
 * Steps that say what they are, and the events of a run made of them.
 *
 * @module
 */
import { CapstanError, messageOf } from "../errors.ts";
import type { Emit, StepClaim, StepInfo, StepKind } from "../events.ts";
import type { RunStepsOptions } from "../schedule/scheduler.ts";
import type { Claim, Outcome, Step } from "../schedule/step.ts";

/** A step with what a person sees of it. */
export interface ActionStep extends Step {
  readonly info: { readonly kind: StepKind; readonly owner: string; readonly title: string };
}

/** What a step is; `undefined` for one that does not say. */
export function stepInfo(step: Step): StepInfo | undefined {
  const { info } = step as Partial<ActionStep>;
  if (info === undefined) return undefined;
  const { id, needs, precedes, estimate, group } = step;
  const claims = [
    ...(step.claims ?? []).map(plainClaim),
    ...(group?.claims ?? []).map((claim) => ({ ...plainClaim(claim), group: group!.key })),
  ];
  return {
    id,
    needs,
    ...info,
    ...(precedes === undefined ? {} : { precedes }),
    ...(claims.length === 0 ? {} : { claims }),
    ...(estimate === undefined ? {} : { estimate }),
  };
}

function plainClaim({ pool, slots, limit }: Claim): StepClaim {
  return {
    pool,
    ...(slots === undefined ? {} : { slots }),
    ...(limit === undefined ? {} : { limit }),
  };
}

/** Listeners for `runSteps` that tell of steps that are planned, start and finish. */
export function stepEvents(
  emit: Emit,
): Required<Pick<RunStepsOptions, "onAdd" | "onStart" | "onSettle">> {
  return {
    onAdd(steps) {
      for (const step of steps) {
        const info = stepInfo(step);
        if (info !== undefined) emit({ type: "step-planned", step: info });
      }
    },
    onStart: ({ id }) => emit({ type: "step-started", id }),
    onSettle({ id }, outcome) {
      const reason = reasonOf(outcome);
      emit({
        type: "step-finished",
        id,
        status: outcome.status,
        ...(reason === undefined ? {} : { reason }),
        ...detailsOf(outcome),
      });
    },
  };
}

/** What the error of a failure shows beside its message. */
function detailsOf({ status, error }: Outcome): { readonly details?: string } {
  return status === "failed" && error instanceof CapstanError && error.excerpt !== undefined
    ? { details: error.excerpt }
    : {};
}

/** Why a step did not succeed. */
export function reasonOf({ status, error, blockedBy }: Outcome): string | undefined {
  if (status === "succeeded") return undefined;
  return status === "skipped" ? `because of ${blockedBy}` : messageOf(error);
}

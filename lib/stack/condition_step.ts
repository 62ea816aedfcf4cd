/**
 * The steps that wait for live objects before a release or hook begins.
 *
 * @module
 */
import type { ActionStep } from "../action/steps.ts";
import { CapstanError, messageOf } from "../errors.ts";
import type { Emit } from "../events.ts";
import { ApiError } from "../kube/errors.ts";
import type { KubeApi, KubeObject } from "../kube/types.ts";
import { sleepFor } from "../schedule/retry.ts";
import type { RunClusters } from "./clusters.ts";
import { timeoutOf } from "./duration.ts";
import { conditionLabel } from "./edges.ts";
import type { GraphNode } from "./graph.ts";
import type { Condition } from "./types.ts";

/** What the steps work with. */
export interface ConditionSources {
  readonly clusters: RunClusters;
  readonly emit: Emit;
}

/** Milliseconds, as for other waits. */
const TIMEOUT = 300_000;
/** Discovery cannot be watched: milliseconds until it is asked again for a kind that is not served. */
const DISCOVERY_PAUSE = 2_000;

/** A step for each condition of a node, all at once after the steps that come before. */
export function conditionSteps(
  { id, conditions }: Pick<GraphNode, "id" | "conditions">,
  needs: readonly string[],
  { clusters, emit }: ConditionSources,
): ActionStep[] {
  const taken = new Map<string, number>();
  return conditions.map((condition): ActionStep => {
    const label = conditionLabel(condition);
    const number = (taken.get(label) ?? 0) + 1;
    taken.set(label, number);
    const stepId = `${id}/${label}${number === 1 ? "" : ` #${number}`}`;
    const { api, estimateOf } = clusters.contextOf(condition);
    return {
      id: stepId,
      needs,
      estimate: estimateOf?.(stepId) ?? 1_000,
      info: { kind: "ready", owner: id, title: label },
      run: async ({ signal }) => {
        const tell = (message: string) => emit({ type: "step-progress", id: stepId, message });
        await hold(condition, { api, signal, tell });
      },
    };
  });
}

interface Watching {
  readonly api: KubeApi;
  readonly signal: AbortSignal;
  readonly tell: (message: string) => void;
}

/** Waits for one condition. */
async function hold(condition: Condition, { api, signal, tell }: Watching): Promise<void> {
  const { timeout = TIMEOUT } = timeoutOf(condition.timeout);
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeout);
  let last = "it was not seen";
  const note = (state: string) => {
    if (state !== last) tell(state);
    last = state;
  };
  try {
    await met(condition, { api, note, signal: AbortSignal.any([signal, late.signal]) });
  } catch (error) {
    if (signal.aborted || !late.signal.aborted) throw error;
    const what = conditionLabel(condition).replace("until ", "");
    throw new CapstanError(
      `${what} is not as it is waited for after ${timeout / 1000} s: ${last}`,
      {
        code: "stack/until",
        hint: "look at the object and at what makes it; `timeout` of until() gives it more time",
        position: condition.declaredAt,
      },
    );
  } finally {
    clearTimeout(timer);
  }
}

interface Noting {
  readonly api: KubeApi;
  readonly note: (state: string) => void;
  readonly signal: AbortSignal;
}

/** Asks the predicate of each state; where the kind is not served yet, until it is. */
async function met(condition: Condition, { api, note, signal }: Noting): Promise<void> {
  const check = (object: KubeObject | undefined) => {
    const verdict = ask(condition, object);
    if (verdict === true) return true;
    note(typeof verdict === "string" ? verdict : stateOf(object));
    return undefined;
  };
  for (;;) {
    try {
      await api.until(condition.ref, check, { signal });
      return;
    } catch (error) {
      if (!(error instanceof ApiError) || error.reason !== "NoKindMatch") throw error;
      note(error.message);
      await sleepFor(DISCOVERY_PAUSE, signal);
      api.forgetDiscovery();
    }
  }
}

function ask({ predicate, declaredAt }: Condition, object: KubeObject | undefined) {
  let verdict: unknown;
  try {
    verdict = predicate(object);
  } catch (error) {
    throw new CapstanError(`the predicate of until() fails: ${messageOf(error)}`, {
      code: "stack/condition",
      hint: object === undefined
        ? "it is asked before there is such an object as well, and gets undefined: write object?.status"
        : "it returns true, false, or what is missing as a text",
      position: declaredAt,
      cause: error,
    });
  }
  if (typeof verdict === "object" && verdict !== null && "then" in verdict) {
    throw new CapstanError("the predicate of until() returns a promise", {
      code: "stack/condition",
      hint: "it is asked of each state at once: return true, false, or what is missing",
      position: declaredAt,
    });
  }
  return verdict;
}

/** What an object says of itself, in one line. Nothing but its status, which holds no secrets. */
function stateOf(object: KubeObject | undefined): string {
  if (object === undefined) return "there is no such object";
  const { status } = object;
  if (typeof status !== "object" || status === null) return "it is there, without a status";
  const { conditions } = status as { readonly conditions?: unknown };
  if (Array.isArray(conditions) && conditions.length > 0) {
    return conditions.map(({ type, status, reason }) =>
      `${type}=${status}${reason ? ` (${reason})` : ""}`
    ).join(", ");
  }
  const text = JSON.stringify(status);
  return `its status is ${text.length > 200 ? `${text.slice(0, 200)}…` : text}`;
}

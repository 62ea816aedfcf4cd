/**
 * Runs a stack: its releases and hooks as one graph.
 *
 * @module
 */
import type { HookSelection } from "../action/hook_plan.ts";
import { LogStreams } from "../action/hook_tail.ts";
import { messageOf } from "../errors.ts";
import { EVENTS_VERSION } from "../events.ts";
import type { RunEvent } from "../events.ts";
import type { NodeDigest } from "../journal/entries.ts";
import type { Outcome } from "../schedule/step.ts";
import type { Connect } from "./clusters.ts";
import { runPlanned } from "./ending.ts";
import type { LoadedStack } from "./load.ts";
import type { RunFailure } from "./failures.ts";
import type { ChartSettings } from "./charts.ts";
import type { StackLockOptions } from "./lock.ts";
import type { FrozenPlan } from "./frozen/format.ts";
import { PlanGuard } from "./frozen/guard.ts";
import { optionsOf } from "./frozen/options.ts";
import { EvidenceFolder } from "./evidence_folder.ts";
import { isFinished } from "./resume.ts";
import { RunSession } from "./session.ts";
import type { JournalOptions } from "./session.ts";
import { withSources } from "./sources.ts";
import { anyOf } from "./supervise.ts";
import { downSteps, RELEASES, RUN, upSteps } from "./steps.ts";
import type { Precheck, StepSources } from "./steps.ts";
import type { Selection } from "./select.ts";
import { testSteps } from "./test_steps.ts";
import type { UndoResult } from "./undo.ts";
import type { Duration, FailurePolicy } from "./types.ts";

export type { Connect, RunCluster } from "./clusters.ts";
export type { RunFailure } from "./failures.ts";
export type { StackLockOptions } from "./lock.ts";
export type { JournalOptions } from "./session.ts";
export type { Precheck } from "./steps.ts";
export type { Selection } from "./select.ts";
export type { UndoResult } from "./undo.ts";

/** What can be done to a stack. */
export type StackVerb = "up" | "down" | "test";

/** Options of {@linkcode runStack}. */
export interface RunOptions {
  /** The cluster behind a kubeconfig context, or the default one. Called once for each; the run closes it. */
  readonly connect: Connect;
  /** Bring the stack up, take it down, or run the tests of its releases. @default {"up"} */
  readonly verb?: StackVerb | undefined;
  /** The part of the stack that is worked on. @default all of it */
  readonly select?: Selection | undefined;
  /** Told everything that happens, in order. */
  readonly emit?: ((event: RunEvent) => void) | undefined;
  /** First wish to stop: start nothing new, finish or unwind what runs. */
  readonly stop?: AbortSignal | undefined;
  /** Abort now; records are still written. */
  readonly signal?: AbortSignal | undefined;
  /** Overrides the stack's. */
  readonly parallelism?: number | undefined;
  /** Overrides the stack's and every release's. */
  readonly hookParallelism?: number | undefined;
  /** Overrides the stack's and every release's. */
  readonly hookSelection?: HookSelection | undefined;
  /** Tell the log lines of every test, not only of those whose policy asks for it. @default {false} */
  readonly logs?: boolean | undefined;
  /**
   * Tell the last lines that running hooks log, as `step-tail`: for someone who looks on. At most 16
   * logs are read at once.
   *
   * @default {false}
   */
  readonly liveLogs?: boolean | undefined;
  /** Deploy releases again that have not changed. @default {false} */
  readonly force?: boolean | undefined;
  /** Deploy releases again whose objects are not as they were applied, also from other managers. @default {false} */
  readonly checkDrift?: boolean | undefined;
  /** Warn of values that a release gives and its chart does not know, as plans tell them. @default {false} */
  readonly warnUnknownValues?: boolean | undefined;
  /** Keeps other runs from the same stack on the same clusters meanwhile. @default no lock */
  readonly lock?: StackLockOptions | undefined;
  /** Where to write down what happens, for {@linkcode RunOptions.resume}. @default nowhere */
  readonly journal?: JournalOptions | undefined;
  /**
   * Goes on with the stack's last run, whose process has died or which has failed, as its journal
   * tells: without repeating finished steps or hooks. @default {false}
   */
  readonly resume?: boolean | undefined;
  /**
   * Does exactly what `freezePlan` has planned, or refuses before the first change. The plan
   * says which part of the stack is worked on and how hooks overlap; neither goes together with it.
   * @default what the stack comes to now is done
   */
  readonly plan?: FrozenPlan | undefined;
  /** The key that the plan was made with. */
  readonly planKey?: string | undefined;
  /** Overrides the stack's, every release's and every hook's. */
  readonly onFailure?: FailurePolicy | undefined;
  /** Overrides the stack's. */
  readonly rollbackTimeout?: Duration | undefined;
  /** Overrides the stack's. */
  readonly deadline?: Duration | undefined;
  /**
   * Folder for what is known of releases that failed, saved before they are undone (`atomic` of their
   * own, or `onFailure`), in a folder of the run's own. @default nothing is saved
   */
  readonly evidence?: string | undefined;
  /** What must hold before the first change, besides every rendering. @default {[]} */
  readonly prechecks?: readonly Precheck[] | undefined;
  /** How charts are found that are not in a folder. @default without a cache, and without added repositories */
  readonly charts?: ChartSettings | undefined;
  /** The clock, in milliseconds since the epoch. @default {Date.now} */
  readonly now?: (() => number) | undefined;
}

/** How a run ended. */
export interface RunResult {
  /** Whether every step succeeded. */
  readonly ok: boolean;
  /** How each step ended, by its id. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** What went wrong by itself: not what was skipped or stopped because of it. */
  readonly failures: readonly RunFailure[];
  /** What was undone, where a failure asked for that. */
  readonly rollback?: UndoResult | undefined;
  /** The folder with what is known of the failures, where it was saved. */
  readonly evidence?: string | undefined;
}

/**
 * Installs or upgrades every release of a stack, uninstalls them in reverse order, or tests them.
 *
 * Everything that can be rendered before the first change is rendered before it. When something
 * fails, `onFailure` says what becomes of the rest; the failure is in the outcomes and the events,
 * not thrown.
 *
 * @throws {CapstanError} When there is no way to a cluster, before anything has run.
 *
 * @example Usage
 * ```ts
 * import { createApiServer, createKubeClient, defineStack, runStack, secretStorage } from "@capstan/capstan";
 *
 * const server = createApiServer().serve();
 * const stack = defineStack({ name: "empty", releases: [] });
 * const result = await runStack({ stack, file: "stack.ts", folder: "." }, {
 *   connect: () => {
 *     const api = createKubeClient({ server: server.url, namespace: "default" });
 *     return Promise.resolve({ api, storage: secretStorage(api) });
 *   },
 * });
 * await server.close();
 * if (!result.ok) throw new Error("an empty stack cannot fail");
 * ```
 */
export async function runStack(loaded: LoadedStack, given: RunOptions): Promise<RunResult> {
  const { verb = "up", now = Date.now, plan } = given;
  const guard = plan === undefined ? undefined : new PlanGuard(plan, given.planKey ?? "");
  const options = plan === undefined ? given : { ...given, ...optionsOf(plan, { ...given, verb }) };
  const session = new RunSession({ ...options, verb, now });
  const { run, checkpoint, estimateOf, onInputs, lock, secrets } = session;
  const liveLogs = given.liveLogs ? new LogStreams() : undefined;
  const action = { run, checkpoint, estimateOf, lock, liveLogs };
  const means = { ...options, now, overrides: options, emit: session.emit, action, secrets };
  return await withSources(loaded, means, async (found) => {
    try {
      await session.open(found);
      const { progress, lost } = session;
      const sources = {
        ...found,
        progress,
        guard,
        onInputs(owner: string, digest: NodeDigest) {
          guard?.onInputs(owner, digest);
          onInputs(owner, digest);
        },
      };
      await guard?.begin(sources, options.signal ?? new AbortController().signal);
      return await runSession(sources, { ...options, verb, now, lost, run: run() });
    } finally {
      await session.close();
    }
  });
}

interface SessionRun extends RunOptions {
  readonly verb: StackVerb;
  readonly now: () => number;
  readonly run: string;
  /** Aborted when somebody else may work on the stack. */
  readonly lost: AbortSignal | undefined;
}

/** The run between its lock and the end of its journal. */
async function runSession(sources: StepSources, options: SessionRun): Promise<RunResult> {
  const { verb, now, run, lost } = options;
  const { stack, emit } = sources;
  const signal = anyOf(options.signal, lost);
  const failure = new AbortController();
  const evidence = options.evidence === undefined
    ? undefined
    : new EvidenceFolder({ ...sources, path: `${options.evidence}/${run}` });
  const halted = {
    ...sources,
    evidence,
    signal,
    halt: anyOf(options.stop, signal, failure.signal),
  };
  const planned = verb === "up"
    ? upSteps(halted, options.prechecks ?? [])
    : verb === "down"
    ? downSteps(halted)
    : testSteps(halted);
  const limits = { [RELEASES]: options.parallelism ?? stack.parallelism, ...planned.pools };
  emit({
    type: "run-started",
    version: EVENTS_VERSION,
    run,
    stack: stack.name,
    verb,
    releases: sources.nodes.filter(({ node }) => node.type === "release").length,
    pools: limits,
  });
  tellResumed(sources, verb);
  // One failed test says nothing of the others.
  const onFailure = verb === "test" ? "continue" : options.onFailure;
  const given = { ...options, now, signal, failure, limits, onFailure };
  const result = await runPlanned(planned, halted, given);
  if (lost?.aborted) emit({ type: "warning", message: messageOf(lost.reason) });
  emit({ type: "run-finished", ok: result.ok });
  return lost?.aborted ? { ...result, failures: [{ owner: RUN, error: lost.reason }] } : result;
}

/** Tells of what is done already, so that the run's account is whole. */
function tellResumed({ progress, emit, nodes: all }: StepSources, verb: StackVerb): void {
  if (progress === undefined) return;
  const nodes = verb === "up" ? all : all.filter(({ node }) => node.type === "release");
  const done = nodes.filter((node) => isFinished(progress, node));
  const what = verb === "up" ? "releases and hooks" : "releases";
  emit({
    type: "warning",
    message: `resuming run ${progress.run}: ${done.length} of ${nodes.length} ${what} are done`,
  });
  for (const { id, node } of nodes) {
    if (node.type !== "hook" || !progress.inFlight.has(`${id}/run`)) continue;
    emit({ type: "warning", message: `hook ${id} was in flight, and runs again` });
  }
  for (const { id } of done) {
    const end = progress.releases.get(id);
    if (end !== undefined) {
      const { at: _, ...body } = end;
      emit(body);
    }
  }
}

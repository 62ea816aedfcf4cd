/**
 * The unit of work that the scheduler runs, and what it takes and gives.
 *
 * @module
 */

/** A share of a named limit. */
export interface Claim {
  /** Name of the pool, as given to the scheduler. A name it does not know is no limit. */
  readonly pool: string;
  /** Slots taken while the step runs. @default {1} */
  readonly slots?: number | undefined;
  /** Limit of the pool, for one that the scheduler was not given: the first claim makes it. */
  readonly limit?: number | undefined;
}

/**
 * One node of the graph. It becomes ready when all of `needs` have settled well (or, with
 * `runs: "settled"`, in whatever way), and starts when its claims can all be met.
 */
export interface Step {
  /** Unique in the graph, e.g. `shop/web/apply`. */
  readonly id: string;
  /** Steps that come first. Every id must be in the graph when the step is added. */
  readonly needs: readonly string[];
  /**
   * `"succeeded"`: only if every need succeeded, else the step is skipped and names the step
   * that blocked it. `"settled"`: always, e.g. to write down a failure; also after a stop or an
   * abort, so its own signal is not the run's, and it must bound its time itself.
   * In both cases a step settles only after all its needs have.
   * @default {"succeeded"}
   */
  readonly runs?: "succeeded" | "settled" | undefined;
  /** Limits held while this step runs, taken all at once or not at all. */
  readonly claims?: readonly Claim[] | undefined;
  /**
   * A share of a pool held from the first start of any step of the group until all its steps have
   * settled (a release counts against `releases` from its first change to its record). It is
   * taken only when every need that the group's steps have outside the group has settled, so
   * groups never wait for one another while holding a slot: no step of the group starts before,
   * and a need from the group to itself through an outside step is a cycle. Where a step added
   * later brings a new outside need, the share is given back until that has settled.
   * A pool that groups claim cannot be claimed by steps.
   */
  readonly group?: { readonly key: string; readonly claims: readonly Claim[] } | undefined;
  /** Steps with the same batch share a fate: once one fails, those not yet started are skipped. */
  readonly batch?: string | undefined;
  /**
   * Steps already in the graph and not yet started that must wait for this one too: how a step that
   * plans others puts them before a step that was there from the beginning.
   */
  readonly precedes?: readonly string[] | undefined;
  /** Expected duration in milliseconds, for the critical path. @default {1} */
  readonly estimate?: number | undefined;
  /**
   * The work. May add steps to the graph; those may need this step or any other. Throwing
   * {@linkcode Skip} settles the step as skipped, anything else as failed (or aborted, when the
   * signal's own reason is thrown).
   */
  readonly run: (context: StepContext) => Promise<void> | void;
}

/** What a running step is given. */
export interface StepContext {
  /** The step's own id. */
  readonly id: string;
  /** Aborted when the run must stop now; never for a step that runs `"settled"`. */
  readonly signal: AbortSignal;
  /** Adds steps to the running graph. Throws when an id repeats, a need is unknown, or a cycle arises. */
  add(steps: readonly Step[]): void;
  /** How another step ended; `undefined` while it has not. */
  outcomeOf(id: string): Outcome | undefined;
}

/** How a step ended. Times are those of the scheduler's clock, in milliseconds. */
export interface Outcome {
  /** How it ended; `aborted` by the run's signal. */
  readonly status: "succeeded" | "failed" | "skipped" | "aborted";
  /** What was thrown, for `failed` and `aborted`. */
  readonly error?: unknown;
  /** For `skipped`: the step that failed or was aborted first, at the root of it. */
  readonly blockedBy?: string | undefined;
  /** When it began; absent when it never did. */
  readonly started?: number | undefined;
  /** When it was settled. */
  readonly finished?: number | undefined;
}

/**
 * Thrown by a step that finds that it has nothing to do because another step did not succeed.
 *
 * @example Usage
 * ```ts
 * import { runSteps, Skip } from "@capstan/capstan";
 *
 * const outcomes = await runSteps([
 *   { id: "build", needs: [], run: () => Promise.reject(new Error("no disk")) },
 *   {
 *     id: "report",
 *     needs: ["build"],
 *     runs: "settled",
 *     run: ({ outcomeOf }) => {
 *       if (outcomeOf("build")?.status !== "succeeded") throw new Skip("build");
 *     },
 *   },
 * ]);
 * if (outcomes.get("report")?.status !== "skipped") throw outcomes;
 * ```
 */
export class Skip extends Error {
  /** Tells it from other errors. */
  override readonly name = "Skip";

  /** The message names the step. */
  constructor(
    /** The step at the root of it. */
    readonly blockedBy: string,
    /** What went wrong there. */
    why?: string,
  ) {
    super(`skipped because of ${blockedBy}${why === undefined ? "" : `: ${why}`}`);
  }
}

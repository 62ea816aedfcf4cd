/**
 * What every operation on a release takes and gives.
 *
 * @module
 */
import type { HelmVersion } from "../chart/chart.ts";
import type { Emit, ReleaseOutcome } from "../events.ts";
import type { KubeApi } from "../kube/types.ts";
import type { ReadyPredicate, ReadyRules } from "../kube/ready.ts";
import type { Release } from "../release/release.ts";
import type { Storage } from "../release/storage.ts";
import type { RetryOptions } from "../schedule/retry.ts";
import type { Claim } from "../schedule/step.ts";
import type { ActionCache } from "./cache.ts";
import type { HookSelection } from "./hook_plan.ts";
import type { LockSettings } from "./lock.ts";

/** What operations work with. One for each cluster; operations on it may run at once. */
export interface ActionContext {
  /** The cluster. Whoever made it closes it. */
  readonly api: KubeApi;
  /** Where the release records are kept. */
  readonly storage: Storage;
  /** Where it tells what it does. @default nowhere */
  readonly emit?: Emit | undefined;
  /** The clock, in milliseconds since the epoch. @default {Date.now} */
  readonly now?: (() => number) | undefined;
  /** Whose words and rules to follow where the two differ. @default {"v4"} */
  readonly helmVersion?: HelmVersion | undefined;
  /** What operations share, such as the cluster's capabilities. @default one for each operation */
  readonly cache?: ActionCache | undefined;
  /** Id of the stack's run, kept with each revision that it makes. @default none */
  readonly run?: (() => string) | undefined;
  /** Awaited when a hook has run, before anything that comes after it: it is never to run again. */
  readonly checkpoint?: ((stepId: string) => Promise<void>) | undefined;
  /** Expected duration of a step in milliseconds, from an earlier run. */
  readonly estimateOf?: ((stepId: string) => number | undefined) | undefined;
  /** Milliseconds between writes of the record while hooks run. @default {2_000} */
  readonly recordInterval?: number | undefined;
  /** Follow the logs of running hooks, with a place in here each. @default they are not followed */
  readonly liveLogs?:
    | {
      /** Takes a place; `false` where there is none. */
      take(): boolean;
      /** Gives it back. */
      free(): void;
    }
    | undefined;
  /** How operations keep others away from their release. @default a Lease for each operation */
  readonly lock?: LockSettings | undefined;
  /** Milliseconds that writing down an end may take, also after an abort. @default {30_000} */
  readonly recordTimeout?: number | undefined;
}

/** What names the release, and where its steps stand in a larger graph. */
export interface ReleaseRequest {
  /** The release's name. */
  readonly name: string;
  /** Where its record is, and objects that name no namespace. */
  readonly namespace: string;
  /** Prefix of the steps' ids, and the owner in events. @default {`${namespace}/${name}`} */
  readonly owner?: string | undefined;
  /** Limits held from the first change to the record. @default none */
  readonly claims?: readonly Claim[] | undefined;
  /** Ids of steps that come before the first step. @default {[]} */
  readonly needs?: readonly string[] | undefined;
  /** Ids of steps that wait until all is over, the undoing of an atomic release included. @default {[]} */
  readonly precedes?: readonly string[] | undefined;
  /** Milliseconds from the first change to the record; then the operation fails. @default none */
  readonly timeLimit?: number | undefined;
}

/** Options about hooks. */
export interface HookRunOptions {
  /** Run no hooks. @default {false} */
  readonly noHooks?: boolean | undefined;
  /** Hooks of one weight that run at once; 0 and 1 are serial. @default {1} */
  readonly hookParallelism?: number | undefined;
  /** Which hooks of one weight may overlap. @default {"all"} */
  readonly hookSelection?: HookSelection | undefined;
  /** Hooks of an event that run at once, all operations of a run together. @default no limit */
  readonly hookLimits?: Readonly<Record<string, number>> | undefined;
  /** How often a hook that failed is run again. @default once */
  readonly hookRetry?: RetryOptions | undefined;
}

/** Options about waiting. */
export interface WaitingOptions {
  /** Wait until every object is ready. @default {false} */
  readonly wait?: boolean | undefined;
  /** Wait also until every Job has completed; implies `wait`. @default {false} */
  readonly waitForJobs?: boolean | undefined;
  /** Milliseconds for each wait: readiness, and each hook. @default {300_000} */
  readonly timeout?: number | undefined;
  /** What counts as ready: Helm 4's rules, or Helm 3's. @default those of the context's `helmVersion` */
  readonly readyRules?: ReadyRules | undefined;
  /** With `wait`: the user's own word on objects, asked before the rules. @default none */
  readonly isReady?: ReadyPredicate | undefined;
  /**
   * Whether a wait gives up as soon as an image cannot be pulled (`ImagePullBackOff`,
   * `ErrImageNeverPull`, `InvalidImageName`), or waits on, since the image may yet come. @default {"wait"}
   */
  readonly imagePullErrors?: "wait" | "fail" | undefined;
}

/** How an operation ended. */
export interface OperationResult {
  /** What was done. */
  readonly outcome: ReleaseOutcome;
  /** The revision that the operation made or found. */
  readonly release?: Release | undefined;
  /** Number of that revision; 0 when there is none. */
  readonly revision: number;
  /** Status of that revision. */
  readonly status: string;
  /** The revision that stood before and can be gone back to; 0 where the release was not there. */
  readonly previous?: number | undefined;
  /** Number of hooks that ran. */
  readonly hooks: number;
  /** Why it failed or was skipped. */
  readonly error?: unknown;
  /** What Helm prints beside, such as objects that were kept. */
  readonly notice?: string | undefined;
}

/** Default of {@linkcode WaitingOptions.timeout}. */
export const DEFAULT_TIMEOUT = 300_000;

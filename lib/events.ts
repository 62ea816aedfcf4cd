/**
 * The run's event stream: the one way in which an operation tells what it does. Journal,
 * terminal, JSON lines and the timeline page all read these and nothing else.
 *
 * @module
 */

/** Kinds of step in the graph. `run` is a stack hook's own function. */
export type StepKind =
  | "render"
  | "crds"
  | "hook"
  | "apply"
  | "ready"
  | "delete"
  | "record"
  | "run"
  | "rollback";

/** How a step ended. */
export type StepStatus = "succeeded" | "failed" | "skipped" | "aborted";

/** What was done to a release. */
export type ReleaseOutcome =
  | "installed"
  | "upgraded"
  | "unchanged"
  | "uninstalled"
  | "rolled-back"
  | "failed"
  | "skipped";

/** What a step of the run is, known before it starts. */
export interface StepInfo {
  /** Unique in the run, e.g. `shop/web/apply`. */
  readonly id: string;
  /** What kind of work it is. */
  readonly kind: StepKind;
  /** The release or stack hook that the step belongs to; a release as `cluster/namespace/name` ids do not repeat. */
  readonly owner: string;
  /** What a person sees, e.g. `hook pre-install migrate`. */
  readonly title: string;
  /** Ids of the steps that come first. */
  readonly needs: readonly string[];
  /** Ids of steps told of before that come after this one, beside those that need it. @default {[]} */
  readonly precedes?: readonly string[];
  /** The limits that it counts against. @default {[]} */
  readonly claims?: readonly StepClaim[];
  /** Milliseconds that it is expected to take. */
  readonly estimate?: number;
}

/** A share of a limit that a step takes. */
export interface StepClaim {
  /** Name of the limit, e.g. `releases`. */
  readonly pool: string;
  /** Places that it takes. @default {1} */
  readonly slots?: number;
  /** Places that there are, where no `run-started` says so. */
  readonly limit?: number;
  /**
   * Steps of one group hold one share together, from the first start of any to the last end.
   * @default the step holds it alone, while it runs
   */
  readonly group?: string;
}

/** Version of the event schema: counts up when a reader of the last one could go wrong. */
export const EVENTS_VERSION = 1;

/** Any event. `at` is milliseconds since the epoch, on the run's own clock. */
export type RunEvent =
  & { readonly at: number }
  & (
    | {
      readonly type: "run-started";
      readonly run: string;
      readonly stack: string;
      readonly verb: string;
      readonly releases: number;
      /** {@linkcode EVENTS_VERSION} of the program that runs. */
      readonly version?: number;
      /** Places in each limit that is known from the start. */
      readonly pools?: Readonly<Record<string, number>>;
    }
    | { readonly type: "step-planned"; readonly step: StepInfo }
    | { readonly type: "step-started"; readonly id: string }
    | { readonly type: "step-progress"; readonly id: string; readonly message: string }
    | { readonly type: "step-log"; readonly id: string; readonly line: string }
    | {
      /** The last lines that a running hook has logged so far; told only where someone looks on. */
      readonly type: "step-tail";
      readonly id: string;
      /** Oldest first. */
      readonly lines: readonly string[];
    }
    | {
      readonly type: "step-finished";
      readonly id: string;
      readonly status: StepStatus;
      /** Message of the failure, or why it was skipped. */
      readonly reason?: string;
      /** What else there is to see of a failure, as lines: exit codes, the cluster's events, logs. */
      readonly details?: string;
    }
    | {
      readonly type: "release-finished";
      readonly owner: string;
      readonly release: string;
      readonly namespace: string;
      readonly outcome: ReleaseOutcome;
      readonly revision: number;
      readonly status: string;
      readonly hooks: number;
      readonly reason?: string;
    }
    | {
      /** A try has failed, and there will be another. */
      readonly type: "retry";
      /** The release or stack hook. */
      readonly owner: string;
      /** The step that is tried again; absent when it is the whole release. */
      readonly id?: string;
      /** The try that has failed, from 1. */
      readonly attempt: number;
      /** Tries there can be. */
      readonly attempts: number;
      /** Milliseconds until the next. */
      readonly pause: number;
      readonly reason: string;
    }
    | {
      /** What the run has changed is undone from here on. */
      readonly type: "rollback-started";
      /** Owners of what is undone. */
      readonly releases: readonly string[];
      /** The folder with what is known of the failures. */
      readonly evidence?: string;
    }
    | { readonly type: "warning"; readonly message: string; readonly owner?: string }
    | { readonly type: "run-finished"; readonly ok: boolean; readonly reason?: string }
  );

/** A {@linkcode RunEvent} without its time, which whoever emits it adds. */
export type RunEventBody = RunEvent extends infer E ? E extends RunEvent ? Omit<E, "at"> : never
  : never;

/** Where events go. */
export type Emit = (event: RunEventBody) => void;

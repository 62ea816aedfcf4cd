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
}

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
    }
    | { readonly type: "step-planned"; readonly step: StepInfo }
    | { readonly type: "step-started"; readonly id: string }
    | { readonly type: "step-progress"; readonly id: string; readonly message: string }
    | { readonly type: "step-log"; readonly id: string; readonly line: string }
    | {
      readonly type: "step-finished";
      readonly id: string;
      readonly status: StepStatus;
      /** Message of the failure, or why it was skipped. */
      readonly reason?: string;
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
    | { readonly type: "warning"; readonly message: string; readonly owner?: string }
    | { readonly type: "run-finished"; readonly ok: boolean; readonly reason?: string }
  );

/** A {@linkcode RunEvent} without its time, which whoever emits it adds. */
export type RunEventBody = RunEvent extends infer E ? E extends RunEvent ? Omit<E, "at"> : never
  : never;

/** Where events go. */
export type Emit = (event: RunEventBody) => void;

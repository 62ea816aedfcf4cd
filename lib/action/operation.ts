/**
 * One operation on one release while it runs: what its steps share, and how it ends.
 *
 * @module
 */
import { CapstanError, messageOf } from "../errors.ts";
import type { RunEventBody, StepKind } from "../events.ts";
import type { HelmVersion } from "../chart/chart.ts";
import type { ReadyRules } from "../kube/ready.ts";
import type { Release } from "../release/release.ts";
import { Skip, type Step, type StepContext } from "../schedule/step.ts";
import { ActionCache } from "./cache.ts";
import { Deadline } from "./deadline.ts";
import { ReleaseLock } from "./lock.ts";
import { Recorder } from "./recorder.ts";
import type { ActionStep } from "./steps.ts";
import type { ActionContext, OperationResult, ReleaseRequest } from "./types.ts";

/** What a step of an operation is made of. */
export interface StepParts {
  /** After the operation's prefix and a slash. */
  readonly id: string;
  readonly kind: StepKind;
  readonly title: string;
  /** Whole ids. */
  readonly needs: readonly string[];
  readonly run: (context: StepContext) => Promise<void> | void;
  readonly runs?: Step["runs"];
  readonly claims?: Step["claims"];
  readonly batch?: string | undefined;
  /** Put before what its failure says of the operation, e.g. `failed pre-install`. */
  readonly failurePrefix?: string | undefined;
  /** Whether it counts against the release's limits. @default {true} */
  readonly grouped?: boolean | undefined;
}

/** Typical durations in milliseconds, for steps that never ran before. */
export const ESTIMATES: Readonly<Record<StepKind, number>> = {
  render: 30,
  crds: 1_000,
  hook: 3_000,
  apply: 300,
  ready: 10_000,
  delete: 300,
  record: 30,
  run: 1_000,
  rollback: 5_000,
};

/** What is done to a release. */
export type OperationVerb = "install" | "upgrade" | "rollback" | "uninstall" | "test";

/** State that the steps of one operation share. */
export class Operation {
  /** First part of the ids of its steps. */
  readonly prefix: string;
  /** The release in events. */
  readonly owner: string;
  readonly name: string;
  readonly namespace: string;
  readonly context: ActionContext;
  readonly cache: ActionCache;
  readonly helmVersion: HelmVersion;
  readonly now: () => number;
  /** What counts as ready unless a request says otherwise. */
  readonly readyRules: ReadyRules;
  /** Keeps others away from the release. */
  readonly lock: ReleaseLock;
  /** An operation inside this one lets go of the lock in its place. */
  lockPassedOn = false;
  /** What steps have thrown, in order. */
  readonly failures: StepFailure[] = [];
  /** What it is, once that is known. */
  verb: OperationVerb | undefined;
  /** Number of hooks that ran. */
  hooksRun = 0;
  /** The record it writes, once there is one. */
  recorder: Recorder | undefined;
  /** The steps that all must succeed at last for the operation to have succeeded. */
  lastSteps: readonly string[] = [];
  /** What Helm prints beside the result. */
  notice: string | undefined;
  /** The revision that stood before, see {@linkcode OperationResult.previous}. */
  previous: number | undefined;
  #result: OperationResult | undefined;
  readonly #claims: ReleaseRequest["claims"];
  readonly #deadline: Deadline;
  readonly #onFinish: ((result: OperationResult) => void) | undefined;

  /** @param onFinish Told of the end instead of the event stream, for an operation inside another. */
  constructor(
    request: ReleaseRequest,
    context: ActionContext,
    { prefix, onFinish, lock }: {
      readonly prefix?: string | undefined;
      readonly lock?: ReleaseLock | undefined;
      readonly onFinish?: ((result: OperationResult) => void) | undefined;
    } = {},
  ) {
    this.name = request.name;
    this.namespace = request.namespace;
    this.owner = request.owner ?? `${request.namespace}/${request.name}`;
    this.prefix = prefix ?? this.owner;
    this.context = context;
    this.cache = context.cache ?? new ActionCache();
    this.helmVersion = context.helmVersion ?? "v4";
    this.now = context.now ?? Date.now;
    this.readyRules = this.helmVersion === "v3" ? "legacy" : "watcher";
    this.lock = lock ?? new ReleaseLock(this);
    this.#claims = request.claims;
    this.#deadline = new Deadline(request.timeLimit, `release ${request.name}`);
    this.#onFinish = onFinish;
  }

  /** How it ended; throws while it has not. */
  get result(): OperationResult {
    if (this.#result === undefined) {
      throw new CapstanError(`the operation on release ${this.name} did not come to its end`, {
        code: "interrupted",
      });
    }
    return this.#result;
  }

  /** Keeps the record of a revision from here on. */
  keepRecord(release: Release, { created }: { readonly created: boolean }): Recorder {
    return this.recorder = new Recorder(this.context.storage, release, {
      created,
      interval: this.context.recordInterval ?? 2_000,
      onError: (error) => this.warn(`cannot record the progress of hooks: ${messageOf(error)}`),
    });
  }

  /** The whole id of one of its steps. */
  id(suffix: string): string {
    return `${this.prefix}/${suffix}`;
  }

  /** The current time as Go writes it (RFC 3339 without zeros at the end of the fraction). */
  timestamp(): string {
    return goTimestamp(this.now());
  }

  emit(event: RunEventBody): void {
    this.context.emit?.(event);
  }

  warn(message: string): void {
    this.emit({ type: "warning", owner: this.owner, message });
  }

  /** A step whose failure is noted. */
  step(parts: StepParts): ActionStep {
    const { kind, title, needs, runs, claims, batch, grouped = true } = parts;
    const id = this.id(parts.id);
    return {
      id,
      needs,
      runs,
      claims,
      batch,
      estimate: this.context.estimateOf?.(id) ?? ESTIMATES[kind],
      // Also without claims: a stop lets a group that has begun go on to its end.
      ...(grouped ? { group: { key: this.owner, claims: this.#claims ?? [] } } : {}),
      info: { kind, owner: this.owner, title },
      run: async (context) => {
        try {
          await parts.run(
            runs === "settled" ? context : within(context, [
              this.lock.lost,
              grouped ? this.#deadline.begin() : undefined,
            ]),
          );
          if (kind === "hook") await this.context.checkpoint?.(id);
        } catch (error) {
          if (!(error instanceof Skip)) {
            this.failures.push({ step: id, error, prefix: parts.failurePrefix });
          }
          throw error;
        }
      },
    };
  }

  /** Why the operation did not succeed, once its steps have settled; `undefined` when it did. */
  failureOf(context: StepContext): Failure | undefined {
    if (this.failures.length > 0) {
      const interrupted = this.failures.some(({ step }) =>
        context.outcomeOf(step)?.status === "aborted"
      );
      return { error: joined(this.failures), interrupted, blockedBy: this.failures[0]!.step };
    }
    for (const id of this.lastSteps) {
      const { status, error, blockedBy = id } = context.outcomeOf(id)!;
      if (status === "succeeded") continue;
      const interrupted = status === "aborted" ||
        context.outcomeOf(blockedBy)?.status === "aborted";
      const unsaid = new CapstanError(`interrupted before ${id} ran`, { code: "interrupted" });
      return { error: error ?? unsaid, interrupted, blockedBy };
    }
    return undefined;
  }

  /** Ends the operation and tells of it. */
  finish(result: Omit<OperationResult, "hooks" | "notice">): void {
    const { hooksRun: hooks, notice, previous } = this;
    this.#deadline.end();
    this.#result = {
      ...result,
      hooks,
      notice,
      ...(previous === undefined ? {} : { previous }),
    };
    if (this.#onFinish !== undefined) this.#onFinish(this.#result);
    else this.emit(releaseFinished(this, this.#result));
  }
}

/** The event that tells how an operation on a release ended. */
export function releaseFinished(
  { owner, name, namespace }: Pick<Operation, "owner" | "name" | "namespace">,
  { outcome, revision, status, hooks, error }: OperationResult,
): RunEventBody {
  return {
    type: "release-finished",
    owner,
    release: name,
    namespace,
    outcome,
    revision,
    status,
    hooks,
    ...(error === undefined ? {} : { reason: messageOf(error) }),
  };
}

/** The context of a step that ends also with one of these: a lost lock, a deadline. */
function within(
  context: StepContext,
  ends: readonly (AbortSignal | undefined)[],
): StepContext {
  const signals = ends.filter((end) => end !== undefined);
  if (signals.length === 0) return context;
  for (const signal of signals) signal.throwIfAborted();
  return { ...context, signal: AbortSignal.any([context.signal, ...signals]) };
}

/** Why an operation did not succeed. */
export interface Failure {
  readonly error: unknown;
  /** Whether it was told to stop rather than failing by itself. */
  readonly interrupted: boolean;
  /** The step at the root of it. */
  readonly blockedBy: string;
}

/** What a step has thrown. */
export interface StepFailure {
  readonly step: string;
  readonly error: unknown;
  readonly prefix?: string | undefined;
}

/** One error of several: the first, with the messages of all. */
function joined(failures: readonly StepFailure[]): unknown {
  const { error: first, prefix } = failures[0]!;
  if (failures.length === 1 && prefix === undefined) return first;
  const messages = [...new Set(failures.map(({ error }) => messageOf(error)))].join("; ");
  const { code, hint, position } = first instanceof CapstanError
    ? first
    : { code: undefined, hint: undefined, position: undefined };
  const excerpts = failures.flatMap(({ error }) =>
    error instanceof CapstanError && error.excerpt !== undefined ? [error.excerpt] : []
  );
  return new CapstanError(prefix === undefined ? messages : `${prefix}: ${messages}`, {
    code,
    hint,
    position,
    excerpt: excerpts.length === 0 ? undefined : excerpts.join("\n"),
    cause: first,
  });
}

/**
 * Calls `work` with a signal of its own that ends after `milliseconds`, for what must still be done
 * after an abort but not for ever.
 */
export async function bounded<T>(
  milliseconds: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(
    () =>
      controller.abort(
        new CapstanError(`gave up after ${milliseconds / 1000} s`, { code: "interrupted" }),
      ),
    milliseconds,
  );
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}

/** A moment, in milliseconds since the epoch, as Go's time.RFC3339Nano writes it. */
export function goTimestamp(ms: number): string {
  return new Date(ms).toISOString().replace(".000Z", "Z").replace(/(\.\d*[1-9])0+Z$/, "$1Z");
}

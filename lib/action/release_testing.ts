/**
 * Running a release's test hooks, as steps.
 *
 * @module
 */
import type { ReleaseHook } from "../release/release.ts";
import type { StepContext } from "../schedule/step.ts";
import { Chain, type PlannedOperation } from "./chain.ts";
import { blockedByNeeds, failBeforeChange, failIfLost, lettingGo, summaryOf } from "./ending.ts";
import { elsewhere, releaseError, ReleaseNotFoundError } from "./errors.ts";
import type { LockOptions } from "./lock.ts";
import { bounded, Operation } from "./operation.ts";
import { checkReleaseName } from "./release_name.ts";
import type { ActionStep } from "./steps.ts";
import type { ActionContext, HookRunOptions, ReleaseRequest, WaitingOptions } from "./types.ts";

/** A release to test. */
export interface TestRequest
  extends
    ReleaseRequest,
    Pick<HookRunOptions, "hookParallelism" | "hookSelection">,
    Pick<WaitingOptions, "timeout" | "readyRules" | "imagePullErrors">,
    LockOptions {
  /** Only tests of these names. @default all */
  readonly only?: readonly string[] | undefined;
  /** Tests of these names are left out. @default none */
  readonly except?: readonly string[] | undefined;
  /** Tell the log lines of every test, not only of those whose policy asks for it. @default {false} */
  readonly logs?: boolean | undefined;
}

/** The steps that test a release: `OWNER/test/read`, the tests, `OWNER/test/record`. */
export function testSteps(request: TestRequest, context: ActionContext): readonly ActionStep[] {
  return planTest(request, context).steps;
}

/** The steps of {@linkcode testSteps} with their result. */
export function planTest(request: TestRequest, context: ActionContext): PlannedOperation {
  const owner = request.owner ?? `${request.namespace}/${request.name}`;
  const operation = new Operation(request, context, { prefix: `${owner}/test` });
  operation.verb = "test";
  const { needs = [] } = request;
  const read = operation.step({
    id: "read",
    kind: "record",
    title: "test: read",
    needs,
    run: async (step) => {
      checkReleaseName(operation.name, "releaseTest: Release name", ReleaseNotFoundError);
      // Its hooks and the record that tells how they went are the release's, as an upgrade's are.
      await operation.lock.acquire("test", { ...request, signal: step.signal });
      await readRelease(operation, step);
      const chain = new Chain(operation, [read.id]);
      chain.hooks(operation.recorder!.release.hooks, {
        ...request,
        event: "test",
        only: filterOf(request),
        tellLogs: request.logs,
      });
      step.add(chain.end());
    },
  });
  const record = operation.step({
    id: "record",
    kind: "record",
    title: "test: record",
    needs: [read.id],
    runs: "settled",
    run: (step) =>
      lettingGo(operation, async () => {
        blockedByNeeds(operation, needs, step);
        if (operation.recorder === undefined) failBeforeChange(operation, step, read.id);
        await recordTest(operation, step);
      }),
  });
  return { steps: [read, record], result: () => operation.result };
}

function filterOf({ only = [], except = [] }: TestRequest): (hook: ReleaseHook) => boolean {
  return ({ name }) => !except.includes(name) && (only.length === 0 || only.includes(name));
}

async function readRelease(operation: Operation, { signal }: StepContext): Promise<void> {
  const { context: { storage }, name, namespace } = operation;
  const last = (await storage.history({ name, namespace }, { signal })).at(-1);
  const release = last === undefined ? undefined : await storage.get(last, { signal });
  if (release === undefined) {
    throw new ReleaseNotFoundError("release: not found", name, elsewhere(namespace));
  }
  operation.keepRecord(release, { created: true });
}

async function recordTest(operation: Operation, step: StepContext): Promise<void> {
  const recorder = operation.recorder!;
  failIfLost(operation);
  const failure = operation.failureOf(step);
  await bounded(
    operation.context.recordTimeout ?? 30_000,
    (signal) => recorder.settle((release) => release, signal),
  );
  if (failure === undefined) {
    return operation.finish({ outcome: "unchanged", ...summaryOf(recorder.release) });
  }
  const error = releaseError(failure.error, operation);
  operation.finish({ outcome: "failed", ...summaryOf(recorder.release), error });
  throw error;
}

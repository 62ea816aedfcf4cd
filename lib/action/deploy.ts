/**
 * Installing or upgrading a release, as steps.
 *
 * {@linkcode deploySteps} returns two steps that stand from the beginning, `OWNER/render` and
 * `OWNER/record`. `render` reads the history, renders, and decides; it changes nothing. When there
 * is something to do it adds the steps of the change between itself and `record`:
 *
 * ```text
 * render ─ crds ─ begin ─ hook pre-… ─ apply ─ ready ─ hook post-… ─ record
 * ```
 *
 * How a caller composes it:
 *
 * - `needs` come before `render`; `changeNeeds` (a gate behind which nothing changes, the `record`
 *   steps of other releases) before the first change. What depends on the release needs its
 *   `record`.
 * - `record` always runs. It fails with the release's error when the release failed, and is skipped
 *   on behalf of the step at the root when nothing was begun because of another. Before that it
 *   writes the final status and emits `release-finished`.
 * - With `atomic`, `record` adds the steps of the rollback (or uninstall) when it fails;
 *   `release-finished` then comes from `OWNER/rollback/record` (or `OWNER/uninstall/record`).
 * - `claims` are held by all steps but `render`, as a group named after the owner.
 * - `parts` are what others wait for instead of `record`: a step stands for each, which the steps of
 *   the change precede.
 * - Hooks that may overlap claim `hooks:OWNER:EVENT`, which brings its own limit.
 * - Pass {@linkcode stepEvents} to `runSteps`, so that the run's events tell of the steps.
 *
 * {@linkcode deploy}, {@linkcode install} and {@linkcode upgrade} run the steps of one release.
 *
 * @module
 */
import type { KubeObject } from "../kube/types.ts";
import type { StepContext } from "../schedule/step.ts";
import { applyObjects, findExisting, removeObjects } from "./apply.ts";
import { type ApplyPlan, createRevision, planApply, settleLast } from "./begin.ts";
import { awaitReady, Chain, type PlannedOperation, progress } from "./chain.ts";
import { awaitCrds, installCrds } from "./crds.ts";
import { lettingGo } from "./ending.ts";
import { lastGood, recordDeploy } from "./deploy_record.ts";
import { waitsForReady } from "./deploy_request.ts";
import type { DeployRequest } from "./deploy_request.ts";
import { Operation } from "./operation.ts";
import { confirmAlone, lockFirst } from "./recovery.ts";
import { type Change, type DeployPlan, isOffline, prepareDeploy } from "./prepare.ts";
import { awaitsCrds, ESTABLISHED, isCrd, partSteps, precedeParts } from "./parts.ts";
import type { InnerOptions } from "./rollback.ts";
import type { ActionStep } from "./steps.ts";
import type { ActionContext, OperationResult } from "./types.ts";

export type { DeployRequest } from "./deploy_request.ts";

/** What a {@linkcode Review} works with. */
export interface ReviewMeans {
  readonly operation: Operation;
  readonly request: DeployRequest;
  readonly signal: AbortSignal;
}

/**
 * Looks at what a deployment comes to before anything changes. What it returns is carried out, and
 * what it throws fails the deployment.
 */
export type Review = (plan: DeployPlan, means: ReviewMeans) => Promise<DeployPlan>;

/** Where a deployment stands that a stack began, and who takes a look. */
export interface DeployInner extends InnerOptions {
  readonly review?: Review | undefined;
  /**
   * Told of a deployment that failed before what it left behind is undone. It must not throw.
   * @default nobody is
   */
  readonly beforeUndo?: ((failed: OperationResult) => Promise<void>) | undefined;
}

/** What the steps of one deployment share. */
export interface Deployment {
  readonly operation: Operation;
  readonly request: DeployRequest;
  readonly beforeUndo?: DeployInner["beforeUndo"];
  plan?: DeployPlan | undefined;
  apply?: ApplyPlan | undefined;
  /** Objects as the server had them after they were applied. */
  live?: readonly KubeObject[] | undefined;
}

/** The steps that install or upgrade a release; see the module's description. */
export function deploySteps(request: DeployRequest, context: ActionContext): readonly ActionStep[] {
  return planDeploy(request, context).steps;
}

/** The steps of {@linkcode deploySteps} with their result. */
export function planDeploy(
  request: DeployRequest,
  context: ActionContext,
  inner: DeployInner = {},
): PlannedOperation {
  const operation = new Operation(request, context, inner);
  const deployment: Deployment = { operation, request, beforeUndo: inner.beforeUndo };
  const { needs = [], changeNeeds = [] } = request;
  const render = operation.step({
    id: "render",
    kind: "render",
    title: "render",
    needs,
    grouped: false,
    run: async (step) => {
      if (request.lockWait && !request.dryRun) await lockFirst(operation, request, step.signal);
      const { signal } = step;
      const prepared = await prepareDeploy(operation, request, { signal });
      const plan = await inner.review?.(prepared, { operation, request, signal }) ?? prepared;
      deployment.plan = plan;
      if (plan.kind === "unchanged") return;
      operation.previous = plan.kind === "install" ? 0 : lastGood(plan.history);
      if (isOffline(request)) return;
      if (request.dryRun) {
        warnOfCrds(operation, request, plan);
        await planApply(operation, request, { change: plan, signal: step.signal });
      } else step.add(changeSteps(deployment, plan));
    },
  });
  const before = [...new Set([render.id, ...needs, ...changeNeeds])];
  const record = operation.step({
    id: "record",
    kind: "record",
    title: "record",
    needs: before,
    runs: "settled",
    run: async (step) => {
      await lettingGo(operation, () => recordDeploy(deployment, step));
      // A run keeps its steps to its end: what is done with shall not be kept by them.
      deployment.plan = deployment.apply = deployment.live = undefined;
    },
  });
  const parts = partSteps(operation, request, before);
  return { steps: [render, ...parts, record], result: () => operation.result };
}

/** A dry run has nothing of the kinds that the chart would define first. */
function warnOfCrds(operation: Operation, { skipCrds }: DeployRequest, change: Change): void {
  if (change.kind !== "install" || change.crds.length === 0 || skipCrds) return;
  // Helm 3 says so with --debug only.
  if (operation.helmVersion === "v3") return;
  operation.warn(
    "This chart or one of its subcharts contains CRDs. Rendering may fail or contain inaccuracies.",
  );
}

/** The steps of a change, one after another but for hooks that may overlap. */
export function changeSteps(deployment: Deployment, change: Change): ActionStep[] {
  const { operation, request } = deployment;
  const chain = new Chain(operation, [...(request.needs ?? []), ...(request.changeNeeds ?? [])]);
  const { adopted } = change;
  const isDone = (id: string) => adopted?.done.has(operation.id(id)) ?? false;
  const hooks = (moment: "pre" | "post") => {
    const event = `${moment}-${change.kind}`;
    const failurePrefix = change.kind === "install" ? `failed ${event}` : `${event} hooks failed`;
    chain.hooks(change.release.hooks, { ...request, event, failurePrefix, adopted });
  };
  if (change.kind === "install" && change.crds.length > 0 && !request.skipCrds) {
    chain.then({
      id: "crds",
      kind: "crds",
      title: "custom resource definitions",
      run: ({ signal }) => installCrds(operation, change.crds, { signal }),
    });
  }
  chain.then({
    id: "begin",
    kind: "record",
    title: "begin",
    run: (step) => begin(deployment, step),
  });
  hooks("pre");
  if (!isDone("apply")) {
    chain.then({
      id: "apply",
      kind: "apply",
      title: "apply",
      run: (step) => apply(deployment, step),
    });
  }
  if (awaitsCrds(request, change.objects) && !isDone(ESTABLISHED)) {
    chain.then({
      id: ESTABLISHED,
      kind: "crds",
      title: "custom resource definitions are established",
      run: async ({ signal }) => {
        const crds = (await liveObjects(deployment, signal)).filter(isCrd);
        await awaitCrds(operation, crds, { ...request, signal });
      },
    });
  }
  if (waitsForReady(request) && !isDone("ready")) {
    chain.then({
      id: "ready",
      kind: "ready",
      title: "wait",
      run: async ({ id, signal }) =>
        await awaitReady(operation, await liveObjects(deployment, signal), {
          ...request,
          id,
          signal,
        }),
    });
  }
  hooks("post");
  return precedeParts(operation, chain.end(), { ...request, change });
}

async function begin(deployment: Deployment, { signal }: StepContext): Promise<void> {
  const { operation, request } = deployment;
  const change = deployment.plan as Change;
  const locking = () => operation.lock.acquire(change.kind, { recover: request.recover, signal });
  const planning = () => planApply(operation, request, { change, signal });
  // A Lease needs the namespace that is perhaps yet to be created.
  const [apply, locked] = request.createNamespace
    ? [await planning(), await locking()]
    : await both(planning(), locking());
  deployment.apply = apply;
  const release = locked ? change.release : { ...change.release, lock: undefined };
  const recorder = operation.keepRecord(release, { created: change.adopted !== undefined });
  if (change.adopted !== undefined) {
    // From here on it is this run's work.
    recorder.change((adopted) => locked ? { ...adopted, lock: operation.lock.stamp } : adopted);
    return await operation.context.storage.update(recorder.release, { signal });
  }
  await settleLast(operation, { ...change, signal });
  await createRevision(operation, request, { ...change, signal });
  if (change.history.length === 0) return;
  await confirmAlone(operation, change.history, { own: release.revision, signal });
}

/** Both results, or the first failure once both have ended. */
async function both<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second]);
  return [await first, await second];
}

/** Objects as they were applied, by this run or by the one that it goes on with. */
async function liveObjects(
  { operation, live, apply }: Deployment,
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  return live ?? await findExisting(operation.context.api, apply?.objects ?? [], { signal });
}

async function apply(deployment: Deployment, step: StepContext): Promise<void> {
  const { operation, request } = deployment;
  const { objects, before, inherited, standing, dropped, leftovers } = deployment.apply!;
  const { kind, current, release, drifted } = deployment.plan as Change;
  const { api } = operation.context;
  const { signal } = step;
  deployment.live = await applyObjects(api, objects, {
    signal,
    forceConflicts: request.forceConflicts || drifted,
    skipFieldValidation: request.skipFieldValidation,
    takeOver: kind === "upgrade" && current?.applyMethod !== "ssa" ? "all" : inherited,
    client: release.applyMethod === "csa" ? { before, replace: request.forceReplace } : undefined,
    standing,
    keepGoing: kind === "upgrade",
    onApplied: progress(operation, step.id, objects.length),
  });
  await removeObjects(api, dropped, { signal });
  await removeObjects(api, leftovers, { owner: operation, signal });
}

/**
 * Operations on one release, for programs: each runs its steps and returns the release, or throws.
 *
 * @module
 */
import type { Release } from "../release/release.ts";
import { runSteps } from "../schedule/scheduler.ts";
import type { PlannedOperation } from "./chain.ts";
import { planDeploy } from "./deploy.ts";
import type { DeployRequest } from "./deploy_request.ts";
import { releaseError } from "./errors.ts";
import { planTest, type TestRequest } from "./release_testing.ts";
import { planRollback, type RollbackRequest } from "./rollback.ts";
import { stepEvents } from "./steps.ts";
import type { ActionContext, OperationResult } from "./types.ts";
import { planUninstall, type UninstallRequest } from "./uninstall.ts";

/** Options of operations that are run by themselves. */
export interface OperationOptions {
  /** Aborts requests now; what was begun is recorded as failed. */
  readonly signal?: AbortSignal | undefined;
  /** Starts nothing new; what has begun goes on to its end. */
  readonly stop?: AbortSignal | undefined;
}

/**
 * Installs a release that is not there yet.
 *
 * @throws {InstallError} in Helm's words.
 *
 * @example Usage
 * ```ts
 * import { chartFromFiles, createApiServer, createKubeClient, install, secretStorage } from "@capstan/capstan";
 *
 * const cluster = createApiServer().serve();
 * const api = createKubeClient({ server: cluster.url, namespace: "default" });
 * const context = { api, storage: secretStorage(api) };
 * const chart = chartFromFiles({ "Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n" });
 * const release = await install({ name: "web", namespace: "default", chart }, context);
 * api.close();
 * await cluster.close();
 * if (release.info.status !== "deployed") throw release.info;
 * ```
 */
export async function install(
  request: Omit<DeployRequest, "install" | "upgrade">,
  context: ActionContext,
  options: OperationOptions = {},
): Promise<Release> {
  const planned = planDeploy({ ...request, install: true, upgrade: false }, context);
  return (await runOperation(planned, context, options)).release!;
}

/**
 * Makes a next revision of a release. Unless told otherwise it does so even if nothing has changed,
 * as Helm does; {@linkcode deploy} does not.
 *
 * @throws {UpgradeError} in Helm's words.
 *
 * @example Usage
 * ```ts
 * import { chartFromFiles, createApiServer, createKubeClient, install, upgrade, secretStorage } from "@capstan/capstan";
 *
 * const cluster = createApiServer().serve();
 * const api = createKubeClient({ server: cluster.url, namespace: "default" });
 * const context = { api, storage: secretStorage(api) };
 * const chart = chartFromFiles({ "Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n" });
 * const web = { name: "web", namespace: "default", chart };
 * await install(web, context);
 * const { revision } = await upgrade({ ...web, values: { replicas: 2 } }, context);
 * api.close();
 * await cluster.close();
 * if (revision !== 2) throw revision;
 * ```
 */
export async function upgrade(
  request: DeployRequest,
  context: ActionContext,
  options: OperationOptions = {},
): Promise<Release> {
  const planned = planDeploy({ install: false, force: true, ...request }, context);
  return (await runOperation(planned, context, options)).release!;
}

/**
 * Installs a release or upgrades it, or finds that it is as it shall be.
 *
 * @throws {ReleaseError} in Helm's words.
 *
 * @example Usage
 * ```ts
 * import { chartFromFiles, createApiServer, createKubeClient, deploy, secretStorage } from "@capstan/capstan";
 *
 * const cluster = createApiServer().serve();
 * const api = createKubeClient({ server: cluster.url, namespace: "default" });
 * const context = { api, storage: secretStorage(api) };
 * const chart = chartFromFiles({ "Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n" });
 * const web = { name: "web", namespace: "default", chart };
 * const first = await deploy(web, context);
 * const second = await deploy(web, context);
 * api.close();
 * await cluster.close();
 * if (first.outcome !== "installed" || second.outcome !== "unchanged") throw second;
 * ```
 */
export async function deploy(
  request: DeployRequest,
  context: ActionContext,
  options: OperationOptions = {},
): Promise<OperationResult> {
  return await runOperation(planDeploy(request, context), context, options);
}

/**
 * Brings an earlier revision back as a new one.
 *
 * @throws {RollbackError} in Helm's words.
 *
 * @example Usage
 * ```ts
 * import { chartFromFiles, createApiServer, createKubeClient, deploy, rollback, secretStorage } from "@capstan/capstan";
 *
 * const cluster = createApiServer().serve();
 * const api = createKubeClient({ server: cluster.url, namespace: "default" });
 * const context = { api, storage: secretStorage(api) };
 * const chart = chartFromFiles({ "Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n" });
 * const web = { name: "web", namespace: "default", chart };
 * await deploy(web, context);
 * await deploy({ ...web, values: { replicas: 2 } }, context);
 * const { revision, info } = await rollback({ ...web, revision: 1 }, context);
 * api.close();
 * await cluster.close();
 * if (revision !== 3 || info.description !== "Rollback to 1") throw info;
 * ```
 */
export async function rollback(
  request: RollbackRequest,
  context: ActionContext,
  options: OperationOptions = {},
): Promise<Release> {
  return (await runOperation(planRollback(request, context), context, options)).release!;
}

/**
 * Removes a release. The result's `notice` tells of objects that stay.
 *
 * @throws {UninstallError} in Helm's words.
 *
 * @example Usage
 * ```ts
 * import { chartFromFiles, createApiServer, createKubeClient, deploy, uninstall, secretStorage } from "@capstan/capstan";
 *
 * const cluster = createApiServer().serve();
 * const api = createKubeClient({ server: cluster.url, namespace: "default" });
 * const context = { api, storage: secretStorage(api) };
 * const chart = chartFromFiles({ "Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n" });
 * const web = { name: "web", namespace: "default" };
 * await deploy({ ...web, chart }, context);
 * const { outcome } = await uninstall({ ...web, wait: true }, context);
 * api.close();
 * await cluster.close();
 * if (outcome !== "uninstalled") throw outcome;
 * ```
 */
export async function uninstall(
  request: UninstallRequest,
  context: ActionContext,
  options: OperationOptions = {},
): Promise<OperationResult> {
  return await runOperation(planUninstall(request, context), context, options);
}

/**
 * Runs a release's tests and returns it, with how each test went.
 *
 * @throws {TestError} when a test failed.
 *
 * @example Usage
 * ```ts
 * import { chartFromFiles, createApiServer, createKubeClient, deploy, test, secretStorage } from "@capstan/capstan";
 *
 * const cluster = createApiServer().serve();
 * const api = createKubeClient({ server: cluster.url, namespace: "default" });
 * const context = { api, storage: secretStorage(api) };
 * const chart = chartFromFiles({ "Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n" });
 * const web = { name: "web", namespace: "default" };
 * await deploy({ ...web, chart }, context);
 * const release = await test({ ...web, hookParallelism: 4 }, context);
 * api.close();
 * await cluster.close();
 * if (release.hooks.some(({ lastRun }) => lastRun.phase === "Failed")) throw release.hooks;
 * ```
 */
export async function test(
  request: TestRequest,
  context: ActionContext,
  options: OperationOptions = {},
): Promise<Release> {
  return (await runOperation(planTest(request, context), context, options)).release!;
}

/** Runs the steps of one operation. Throws its error when it did not succeed. */
export async function runOperation(
  { steps, result }: PlannedOperation,
  context: ActionContext,
  { signal, stop }: OperationOptions = {},
): Promise<OperationResult> {
  const { emit = () => {}, now } = context;
  await runSteps(steps, { ...stepEvents(emit), signal, stop, now });
  const ended = result();
  if (ended.outcome === "skipped") {
    // Nothing else is in the graph: only a signal can have kept it from beginning.
    const reason = signal?.aborted ? signal.reason : stop?.reason;
    throw reason ?? ended.error;
  }
  if (ended.error !== undefined) {
    throw releaseError(ended.error, { name: ended.release?.name ?? "" });
  }
  return ended;
}

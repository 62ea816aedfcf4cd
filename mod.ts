/**
 * Capstan: many Helm releases as one graph, with a Helm engine in TypeScript.
 *
 * - A stack file: {@linkcode defineStack}, {@linkcode release}, {@linkcode hook},
 *   {@linkcode repository}; {@linkcode main} makes it a program.
 * - Running one from a program: {@linkcode loadStack}, {@linkcode runStack}, {@linkcode planStack}.
 * - Charts: {@linkcode loadChart}, {@linkcode chartFromFiles}, {@linkcode renderTemplates}.
 * - Single releases: {@linkcode deploy}, {@linkcode install}, {@linkcode upgrade},
 *   {@linkcode rollback}, {@linkcode uninstall}.
 * - Clusters: {@linkcode loadConnection}, {@linkcode createKubeClient}; for tests without one,
 *   {@linkcode createApiServer}.
 *
 * @module
 */

// Errors and events
export * from "./lib/errors.ts";
export type * from "./lib/events.ts";

// The stack file
export * from "./lib/stack/stack.ts";
export type * from "./lib/stack/types.ts";
export type * from "./lib/stack/cluster.ts";
export { parseDuration } from "./lib/stack/duration.ts";
export { main } from "./lib/cli/program.ts";

// Running a stack
export { loadStack } from "./lib/stack/load.ts";
export type { LoadedStack, LoadOptions as LoadStackOptions } from "./lib/stack/load.ts";
export { runStack } from "./lib/stack/run.ts";
export type {
  Connect,
  Precheck,
  RunCluster,
  RunFailure,
  RunOptions,
  RunResult,
} from "./lib/stack/run.ts";
export { planStack } from "./lib/stack/plan.ts";
export type { PlannedNode, PlannedRelease, PlanOptions } from "./lib/stack/plan.ts";

// Charts
export { loadChart, loadChartArchive } from "./lib/chart/load.ts";
export type { LoadOptions as LoadChartOptions } from "./lib/chart/load.ts";
export { chartFromFiles } from "./lib/chart/from_files.ts";
export type { ChartOptions } from "./lib/chart/from_files.ts";
export { ChartError } from "./lib/chart/chart.ts";
export type {
  Chart,
  ChartFile,
  Dependency,
  HelmVersion,
  Lock,
  Maintainer,
  Metadata,
} from "./lib/chart/chart.ts";
export type { ChartLimits } from "./lib/chart/limits.ts";
export { parseSet } from "./lib/chart/strvals.ts";
export { renderTemplates } from "./lib/engine/render_templates.ts";
export type { RenderTemplatesOptions } from "./lib/engine/render_templates.ts";
export { RenderError } from "./lib/engine/errors.ts";
export { parseYaml } from "./lib/yaml/parse.ts";
export { emitYaml } from "./lib/yaml/emit.ts";

// Releases
export { deploy, install, rollback, test, uninstall, upgrade } from "./lib/action/run.ts";
export type { DeployRequest, ReuseValues } from "./lib/action/deploy_request.ts";
export type { RollbackRequest } from "./lib/action/rollback.ts";
export type { TestRequest } from "./lib/action/release_testing.ts";
export type { UninstallRequest } from "./lib/action/uninstall.ts";
export type { ActionContext, OperationResult } from "./lib/action/types.ts";
export * from "./lib/action/errors.ts";
export { getRelease, listReleases, releaseHistory } from "./lib/action/read.ts";
export type { Release, ReleaseHook, ReleaseInfo, ReleaseStatus } from "./lib/release/release.ts";
export { configMapStorage, secretStorage } from "./lib/release/kube_storage.ts";
export { memoryStorage } from "./lib/release/memory_storage.ts";
export type { RevisionEntry, Storage } from "./lib/release/storage.ts";

// The scheduler
export { runSteps } from "./lib/schedule/scheduler.ts";
export type { RunStepsOptions } from "./lib/schedule/scheduler.ts";
export { Skip } from "./lib/schedule/step.ts";
export type { Claim, Outcome, Step, StepContext } from "./lib/schedule/step.ts";
export { retry } from "./lib/schedule/retry.ts";
export type { RetryOptions } from "./lib/schedule/retry.ts";

// Clusters
export { createKubeClient } from "./lib/kube/client.ts";
export type { KubeClientOptions } from "./lib/kube/client.ts";
export { connectionFrom, loadConnection } from "./lib/kube/config.ts";
export type { LoadConnectionOptions } from "./lib/kube/config.ts";
export type { Connection, Credentials, TlsSettings } from "./lib/kube/connection.ts";
export { ApiError } from "./lib/kube/errors.ts";
export type * from "./lib/kube/types.ts";
export { waitDeleted, WaitError, waitHook, waitReady } from "./lib/kube/wait.ts";
export type { WaitOptions, WaitReadyOptions } from "./lib/kube/wait.ts";

// The rehearsal cluster
export { createApiServer } from "./lib/apiserver/server.ts";
export type {
  ApiServer,
  ApiServerOptions,
  Clock,
  Delays,
  Fault,
  RequestRecord,
  ServedApi,
  ServeOptions,
} from "./lib/apiserver/server.ts";

/**
 * Capstan: many Helm releases as one graph, with a Helm engine in TypeScript.
 *
 * - A stack file: {@linkcode defineStack}, {@linkcode release}, {@linkcode hook},
 *   {@linkcode repository}; {@linkcode main} makes it a program.
 * - Running one from a program: {@linkcode loadStack}, {@linkcode runStack}, {@linkcode planStack},
 *   {@linkcode freezePlan}.
 * - Charts: {@linkcode loadChart}, {@linkcode chartFromFiles}, {@linkcode renderTemplates}.
 * - Releases as objects: {@linkcode Chart}, {@linkcode Configuration}.
 * - Single releases: {@linkcode deploy}, {@linkcode install}, {@linkcode upgrade},
 *   {@linkcode rollback}, {@linkcode uninstall}.
 * - Clusters: {@linkcode loadConnection}, {@linkcode createKubeClient}; for tests without one,
 *   {@linkcode createApiServer}.
 *
 * @module
 */

// Errors and events
export {
  CapstanError,
  CapstanErrors,
  formatPosition,
  HelmError,
  isAbort,
  messageOf,
} from "./lib/errors.ts";
export type { CapstanErrorOptions, Position } from "./lib/errors.ts";
export { VERSION } from "./lib/cli/version.ts";
export { EVENTS_VERSION } from "./lib/events.ts";
export type * from "./lib/events.ts";

// The stack file
export {
  crds,
  defineStack,
  hook,
  kubeContext,
  release,
  repository,
  until,
} from "./lib/stack/stack.ts";
export type { UntilOptions } from "./lib/stack/stack.ts";
export type * from "./lib/stack/types.ts";
export type {
  ConfigMapObject,
  KnownKinds,
  ObjectOf,
  SecretObject,
  ServiceObject,
  StackCluster,
  WorkloadObject,
} from "./lib/stack/cluster.ts";
export { parseDuration } from "./lib/stack/duration.ts";
export { main } from "./lib/cli/program.ts";

// Running a stack
export { loadStack } from "./lib/stack/load.ts";
export type { LoadedStack, LoadOptions as LoadStackOptions } from "./lib/stack/load.ts";
export { runStack } from "./lib/stack/run.ts";
export type {
  Connect,
  JournalOptions,
  Precheck,
  RunCluster,
  RunFailure,
  RunOptions,
  RunResult,
  Selection,
  StackLockOptions,
  StackVerb,
  UndoResult,
} from "./lib/stack/run.ts";
export { planStack } from "./lib/stack/plan.ts";
export type { PartEdge } from "./lib/stack/edges.ts";
export type { PlannedNode, PlannedRelease, PlanOptions } from "./lib/stack/plan.ts";
export { freezePlan } from "./lib/stack/frozen/freeze.ts";
export type { FreezeOptions, Frozen } from "./lib/stack/frozen/freeze.ts";
export type {
  FrozenCluster,
  FrozenHook,
  FrozenNode,
  FrozenObject,
  FrozenPlan,
  FrozenRelease,
} from "./lib/stack/frozen/format.ts";
export { PlanMovedError } from "./lib/stack/frozen/moved.ts";
export type { Moved } from "./lib/stack/frozen/moved.ts";
export type {
  DeployChanges,
  FieldCause,
  FieldChange,
  HookRunPlan,
  ObjectAction,
  ObjectChange,
} from "./lib/action/diff/changes.ts";

// Charts
export { createChartLocator } from "./lib/registry/locate.ts";
export type {
  ChartFetcher,
  LocateOptions,
  LocatorOptions,
  RemoteArchive,
} from "./lib/registry/locate.ts";
export type { Access } from "./lib/registry/http.ts";
export type { PathVariable } from "./lib/registry/helm_paths.ts";
export type { FetchedChart } from "./lib/registry/repository.ts";
export type { ChartSettings } from "./lib/stack/charts.ts";
export { loadChart, loadChartArchive } from "./lib/chart/load.ts";
export type { LoadOptions as LoadChartOptions } from "./lib/chart/load.ts";
export { chartFromFiles } from "./lib/chart/from_files.ts";
export type { ChartOptions } from "./lib/chart/from_files.ts";
export { ChartError } from "./lib/chart/chart.ts";
export type {
  Chart as LoadedChart,
  ChartFile,
  Dependency,
  HelmVersion,
  Lock,
  Maintainer,
  Metadata,
} from "./lib/chart/chart.ts";
export type { ChartLimits } from "./lib/chart/limits.ts";
export type { UnknownKey } from "./lib/chart/value_shape.ts";
export { valueTypes } from "./lib/scaffold/value_types.ts";
export type { ValueTypesOptions } from "./lib/scaffold/value_types.ts";
export { parseSet, SetError } from "./lib/chart/strvals.ts";
export type { SetReader } from "./lib/chart/strvals.ts";
export type { GoMap } from "./lib/template/value.ts";
export { renderTemplates } from "./lib/engine/render_templates.ts";
export type { RenderTemplatesOptions, TemplateFunction } from "./lib/engine/render_templates.ts";
export type { TemplateOptions, TemplateRelease } from "./lib/engine/render_chart.ts";
export type { Lookup, LookupQuery } from "./lib/engine/funcs.ts";
export type { RenderLimits } from "./lib/engine/budget.ts";
export type { ParamType } from "./lib/template/value.ts";
export { RenderError } from "./lib/engine/errors.ts";
export type { RenderErrorOptions } from "./lib/engine/errors.ts";
export { parseYaml } from "./lib/yaml/parse.ts";
export type { ParseYamlOptions } from "./lib/yaml/parse.ts";
export { emitYaml } from "./lib/yaml/emit.ts";
export type { EmitYamlOptions } from "./lib/yaml/emit.ts";
export { YamlError } from "./lib/yaml/error.ts";
export type { YamlErrorOptions } from "./lib/yaml/error.ts";

// Releases as objects
export { Configuration } from "./lib/client/configuration.ts";
export type { ConfigurationOptions } from "./lib/client/configuration.ts";
export type { RegistrySettings } from "./lib/client/chart_library.ts";
export { Chart } from "./lib/client/chart_release.ts";
export type { ChartInit } from "./lib/client/chart_release.ts";
export type { ChartSource } from "./lib/client/chart_library.ts";
export type { CallOptions } from "./lib/client/call.ts";
export { ConcurrentDeployer, statusOfAll } from "./lib/client/deployer.ts";
export type {
  ConcurrentDeployerOptions,
  Deployment,
  DeploymentSummary,
} from "./lib/client/deployer.ts";
export { concurrently } from "./lib/client/concurrently.ts";
export type {
  ConcurrentOptions,
  Settled,
  WorkContext,
  WorkProgress,
} from "./lib/client/concurrently.ts";
export type { ReleaseResult } from "./lib/client/result.ts";
export type {
  ChartDeployOptions,
  GetValuesOptions,
  HistoryOptions,
  InstallOptions,
  ReleaseChangeOptions,
  ReleaseListOptions,
  ReleaseTestOptions,
  RollbackOptions,
  StatusOptions,
  TemplateCallOptions,
  TimeoutOptions,
  UninstallOptions,
  UpgradeOptions,
} from "./lib/client/options.ts";
export {
  Action,
  GetValues,
  History,
  Install,
  List,
  ReleaseTest,
  ReleaseTest as Test,
  Rollback,
  Status,
  Uninstall,
  Upgrade,
} from "./lib/client/actions.ts";
export {
  Lint,
  Pull,
  Push,
  RegistryLogin,
  RegistryLogout,
  RepoAdd,
  RepoList,
  RepoRemove,
  RepoUpdate,
  Show,
} from "./lib/client/registry_actions.ts";
export type {
  AddedRepository,
  FetchOptions,
  LintCallOptions,
  LintResult,
  RegistryOptions,
} from "./lib/client/registry_actions.ts";
export { Package } from "./lib/client/package_action.ts";
export type { PackageCallOptions } from "./lib/client/package_action.ts";
export type { LintMessage, LintSeverity } from "./lib/engine/lint/message.ts";
export {
  ConfigurationError,
  DeadlineError,
  RegistryError,
  ValidationError,
} from "./lib/client/errors.ts";

// Releases
export { deploy, install, rollback, test, uninstall, upgrade } from "./lib/action/run.ts";
export type { OperationOptions } from "./lib/action/run.ts";
export type { DeployProgress, DeployRequest, ReuseValues } from "./lib/action/deploy_request.ts";
export type { DeployPart } from "./lib/action/parts.ts";
export type { RollbackRequest } from "./lib/action/rollback.ts";
export type { TestRequest } from "./lib/action/release_testing.ts";
export type { UninstallRequest } from "./lib/action/uninstall.ts";
export type {
  ActionContext,
  HookRunOptions,
  OperationResult,
  ReleaseRequest,
  WaitingOptions,
} from "./lib/action/types.ts";
export type { ApplyOptionsOfRelease } from "./lib/action/apply_method.ts";
export type { LockCover, LockOptions, LockSettings } from "./lib/action/lock.ts";
export { ActionCache } from "./lib/action/cache.ts";
export type { Capabilities, KubeVersion } from "./lib/engine/capabilities.ts";
export {
  InstallError,
  ReleaseError,
  ReleaseNotFoundError,
  ReleaseNotFoundError as NotFoundError,
  RollbackError,
  TestError,
  UninstallError,
  UpgradeError,
} from "./lib/action/errors.ts";
export { HookError } from "./lib/action/hook_evidence.ts";
export type { HookEvidence, HookExit, HookLog } from "./lib/action/hook_evidence.ts";
export { getRelease, listReleases, releaseHistory } from "./lib/action/read.ts";
export type { HistoryRequest, ListRequest, ReadContext, ReadRequest } from "./lib/action/read.ts";
export { RELEASE_STATUSES } from "./lib/release/release.ts";
export type {
  HookPhase,
  Release,
  ReleaseHook,
  ReleaseInfo,
  ReleaseStatus,
  RevisionKey,
  Timestamp,
} from "./lib/release/release.ts";
export type { StoredChart } from "./lib/release/stored_chart.ts";
export { configMapStorage, secretStorage } from "./lib/release/kube_storage.ts";
export type { KubeStorageOptions } from "./lib/release/kube_storage.ts";
export { memoryStorage } from "./lib/release/memory_storage.ts";
export type { ListQuery, RevisionEntry, Storage } from "./lib/release/storage.ts";

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
export type { Fetch, TransportOptions } from "./lib/kube/transport.ts";
export type { Retry, RetryPolicy } from "./lib/kube/retry.ts";
export { connectionFrom, loadConnection } from "./lib/kube/config.ts";
export type {
  ConnectionOverrides,
  ConnectionVariable,
  LoadConnectionOptions,
} from "./lib/kube/config.ts";
export type { ReadFile } from "./lib/kube/credentials.ts";
export type { Connection, Credentials, HeaderFields, TlsSettings } from "./lib/kube/connection.ts";
export { ApiError } from "./lib/kube/errors.ts";
export type { ApiErrorOptions, StatusDetails } from "./lib/kube/errors.ts";
export type * from "./lib/kube/types.ts";
export { waitDeleted, WaitError, waitHook, waitReady } from "./lib/kube/wait.ts";
export type { Unready, WaitOptions, WaitReadyOptions } from "./lib/kube/wait.ts";
export type { ReadyAnswer, ReadyContext, ReadyPredicate, ReadyRules } from "./lib/kube/ready.ts";
export type { Readiness } from "./lib/kube/readiness.ts";

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

/** What mod.ts exports: its documentation, and its names. */
import assert from "node:assert/strict";

const ROOT = `${import.meta.dirname}/../..`;

/** A symbol as `deno doc --json` tells of it: one declaration for each overload. */
interface DocSymbol {
  readonly name: string;
  readonly declarations: readonly {
    readonly kind: string;
    readonly jsDoc?: { readonly tags?: readonly { readonly kind: string }[] };
  }[];
}

async function denoDoc(...flags: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", ...flags, "mod.ts"],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

async function exportedSymbols(): Promise<readonly DocSymbol[]> {
  const { nodes } = JSON.parse((await denoDoc("--json")).stdout);
  return nodes[new URL("../../mod.ts", import.meta.url).href].symbols;
}

Deno.test("mod.ts documents all it exports, and exports every type it mentions", async () => {
  const { code, stderr } = await denoDoc("--lint");
  assert.equal(code, 0, stderr);
});

Deno.test("mod.ts exports these names and no others", async () => {
  const names = (await exportedSymbols()).map(({ name }) => name);
  // An edit of this list is a change to the public API: it goes into CHANGELOG.md too.
  assert.deepEqual([...new Set(names)].sort(), NAMES);
});

Deno.test("mod.ts shows every function and class at work", async () => {
  const symbols = await exportedSymbols();
  const shown = ({ declarations }: DocSymbol) =>
    declarations.some(({ jsDoc }) => jsDoc?.tags?.some(({ kind }) => kind === "example"));
  const runs = symbols.filter(({ declarations }) =>
    declarations.some(({ kind }) => kind === "function" || kind === "class")
  );
  assert.notEqual(runs.length, 0);
  assert.deepEqual(runs.filter((symbol) => !shown(symbol)).map(({ name }) => name), []);
});

Deno.test("mod.ts has no any in its types", async () => {
  const symbols = await exportedSymbols();
  const loose = symbols.filter((symbol) => hasAny(symbol)).map(({ name }) => name);
  assert.deepEqual(loose, []);
});

/** Whether the type `any` is somewhere in a symbol's declarations. */
function hasAny(node: unknown): boolean {
  if (typeof node !== "object" || node === null) return false;
  const { kind, value } = node as { readonly kind?: unknown; readonly value?: unknown };
  if (kind === "keyword" && value === "any") return true;
  return Object.values(node).some(hasAny);
}

const NAMES = [
  "Access",
  "ActionCache",
  "ActionContext",
  "ApiError",
  "ApiErrorOptions",
  "ApiResource",
  "ApiServer",
  "ApiServerOptions",
  "ApplyOptions",
  "ApplyOptionsOfRelease",
  "Capabilities",
  "CapstanError",
  "CapstanErrorOptions",
  "CapstanErrors",
  "Chart",
  "ChartError",
  "ChartFetcher",
  "ChartFile",
  "ChartLimits",
  "ChartOptions",
  "ChartSettings",
  "Claim",
  "Clock",
  "ConfigMapObject",
  "Connect",
  "Connection",
  "ConnectionVariable",
  "Credentials",
  "Delays",
  "DeleteOptions",
  "Dependency",
  "DeployChanges",
  "DeployRequest",
  "Duration",
  "EVENTS_VERSION",
  "Emit",
  "EmitYamlOptions",
  "Environment",
  "Fault",
  "Fetch",
  "FetchedChart",
  "FieldCause",
  "FieldChange",
  "GoMap",
  "HelmVersion",
  "HistoryRequest",
  "HookContext",
  "HookNode",
  "HookOptions",
  "HookPhase",
  "HookRunOptions",
  "HookRunPlan",
  "HookSelection",
  "InstallError",
  "KnownKinds",
  "KubeApi",
  "KubeClientOptions",
  "KubeContext",
  "KubeObject",
  "KubeStorageOptions",
  "KubeVersion",
  "ListOptions",
  "ListQuery",
  "ListRequest",
  "LoadChartOptions",
  "LoadConnectionOptions",
  "LoadStackOptions",
  "LoadedStack",
  "LocateOptions",
  "LocatorOptions",
  "Lock",
  "LockCover",
  "LockOptions",
  "LockSettings",
  "Lookup",
  "LookupQuery",
  "Maintainer",
  "Metadata",
  "ObjectAction",
  "ObjectChange",
  "ObjectMeta",
  "ObjectOf",
  "ObjectRef",
  "OperationOptions",
  "OperationResult",
  "Outcome",
  "ParamType",
  "ParseYamlOptions",
  "PatchType",
  "PathVariable",
  "PlanOptions",
  "PlannedNode",
  "PlannedRelease",
  "Position",
  "Precheck",
  "RELEASE_STATUSES",
  "ReadContext",
  "ReadFile",
  "ReadRequest",
  "Readiness",
  "ReadyRules",
  "Reference",
  "Release",
  "ReleaseError",
  "ReleaseHook",
  "ReleaseInfo",
  "ReleaseNode",
  "ReleaseNotFoundError",
  "ReleaseOptions",
  "ReleaseOutcome",
  "ReleaseRequest",
  "ReleaseStatus",
  "RemoteArchive",
  "RemoteChart",
  "RenderError",
  "RenderErrorOptions",
  "RenderLimits",
  "RenderTemplatesOptions",
  "Repository",
  "RepositoryOptions",
  "RequestOptions",
  "RequestRecord",
  "Retry",
  "RetryOptions",
  "RetryPolicy",
  "ReuseValues",
  "RevisionEntry",
  "RevisionKey",
  "RollbackError",
  "RollbackRequest",
  "RunCluster",
  "RunEvent",
  "RunEventBody",
  "RunFailure",
  "RunOptions",
  "RunResult",
  "RunStepsOptions",
  "SecretObject",
  "ServeOptions",
  "ServedApi",
  "ServiceObject",
  "SetError",
  "SetReader",
  "Skip",
  "Stack",
  "StackCluster",
  "StackDefinition",
  "StackFactory",
  "StatusDetails",
  "Step",
  "StepClaim",
  "StepContext",
  "StepInfo",
  "StepKind",
  "StepStatus",
  "Storage",
  "StoredChart",
  "TemplateFunction",
  "TemplateOptions",
  "TemplateRelease",
  "TestError",
  "TestRequest",
  "Timestamp",
  "TlsSettings",
  "TransportOptions",
  "UninstallError",
  "UninstallRequest",
  "UnknownKey",
  "Unready",
  "UpgradeError",
  "ValueTypesOptions",
  "Values",
  "ValuesContext",
  "ValuesInput",
  "WaitError",
  "WaitOptions",
  "WaitReadyOptions",
  "WaitingOptions",
  "WorkloadObject",
  "WriteOptions",
  "YamlError",
  "YamlErrorOptions",
  "chartFromFiles",
  "configMapStorage",
  "connectionFrom",
  "createApiServer",
  "createChartLocator",
  "createKubeClient",
  "defineStack",
  "deploy",
  "emitYaml",
  "formatPosition",
  "getRelease",
  "hook",
  "install",
  "isAbort",
  "kubeContext",
  "listReleases",
  "loadChart",
  "loadChartArchive",
  "loadConnection",
  "loadStack",
  "main",
  "memoryStorage",
  "messageOf",
  "parseDuration",
  "parseSet",
  "parseYaml",
  "planStack",
  "release",
  "releaseHistory",
  "renderTemplates",
  "repository",
  "retry",
  "rollback",
  "runStack",
  "runSteps",
  "secretStorage",
  "test",
  "uninstall",
  "upgrade",
  "valueTypes",
  "waitDeleted",
  "waitHook",
  "waitReady",
];

/** Every class of the family is thrown, and says what a program and a person need. */
import assert from "node:assert/strict";
import { createApiServer } from "../../lib/apiserver/server.ts";
import {
  Chart,
  ChartError,
  Configuration,
  ConfigurationError,
  DeadlineError,
  HelmError,
  InstallError,
  Lint,
  List,
  NotFoundError,
  RegistryError,
  ReleaseError,
  ReleaseNotFoundError,
  RenderError,
  RollbackError,
  statusOfAll,
  TestError,
  UninstallError,
  UpgradeError,
  ValidationError,
} from "../../mod.ts";
import { configMap, deployment, hookJob } from "../action/harness.ts";

/** The charts of the test, by the names of their folders. */
const CHARTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  good: { "templates/a.yaml": configMap("{{ .Release.Name }}") },
  parse: { "templates/a.yaml": "a: 1\nb: {{ nope }}\n" },
  fails: { "templates/a.yaml": 'a: 1\nb: {{ fail "no" }}\n' },
  metadata: { "Chart.yaml": "apiVersion: v2\nname: [\n" },
  values: { "values.yaml": "a: 1\nb: [\n" },
  schema: {
    "values.schema.json": '{"properties":{"a":{"type":"integer"}}}',
    "templates/a.yaml": "# nothing",
  },
  stuck: { "templates/a.yaml": deployment("{{ .Release.Name }}", { fail: true }) },
  tested: { "templates/t.yaml": hookJob("{{ .Release.Name }}-t", "test", { fail: true }) },
};

/** What is expected of an error. */
interface Expected {
  readonly kind: new (...args: never[]) => HelmError;
  readonly code: string;
  /** Class of the cause. */
  readonly cause?: string;
  readonly hint?: RegExp;
  /** `file:line`, the folder of the charts left out. */
  readonly at?: string;
}

Deno.test("each class of errors is thrown, with code, cause, hint and place", async (t) => {
  const folder = await Deno.makeTempDir();
  for (const [name, files] of Object.entries(CHARTS)) {
    await Deno.mkdir(`${folder}/${name}/templates`, { recursive: true });
    const all = { "Chart.yaml": `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n`, ...files };
    for (const [path, text] of Object.entries(all)) {
      await Deno.writeTextFile(`${folder}/${name}/${path}`, text);
    }
  }
  const server = createApiServer();
  await using served = server.serve();
  await using config = new Configuration({ kubeconfig: served.kubeconfig() });
  const away = freePort();
  await using dead = new Configuration({
    overrides: { server: `http://127.0.0.1:${away}` },
    env: () => undefined,
  });
  const chart = (name: string, from: string, where = config) =>
    new Chart({ name, chart: `${folder}/${from}`, config: where });
  const refusingSecrets = (work: () => Promise<unknown>) => refusing("GET", work, /secrets/);
  const refusing = async (method: string, work: () => Promise<unknown>, path = /configmaps/) => {
    const stop = server.inject({ method, path, status: 403 });
    try {
      await work();
    } finally {
      stop();
    }
  };
  await chart("web", "good").install();
  await chart("web", "good").upgrade({ description: "again" });
  await chart("tests", "tested").install();
  const rows: readonly [string, () => Promise<unknown>, Expected][] = [
    ["install twice", () => chart("web", "good").install(), {
      kind: InstallError,
      code: "release/exists",
      hint: /upgrade it/,
    }],
    ["a template that fails", () => chart("x", "fails").install(), {
      kind: InstallError,
      code: "render",
      cause: "RenderError",
      at: "fails/templates/a.yaml:2",
    }],
    ["a template that cannot be read", () => chart("x", "parse").template(), {
      kind: RenderError,
      code: "render",
      cause: "TemplateParseError",
      at: "parse/templates/a.yaml:2",
    }],
    ["values against the schema", () => chart("x", "schema").install({ values: { a: "b" } }), {
      kind: InstallError,
      code: "values/schema",
      cause: "ChartError",
      hint: /correct the values/,
    }],
    ["a Chart.yaml that is no YAML", () => chart("x", "metadata").template(), {
      kind: ChartError,
      code: "chart/invalid",
      cause: "ChartError",
      at: "FOLDER/metadata/Chart.yaml:3",
    }],
    ["a values.yaml that is no YAML", () => chart("x", "values").install(), {
      kind: InstallError,
      code: "chart/invalid",
      cause: "ChartError",
      at: "FOLDER/values/values.yaml:3",
    }],
    ["no chart", () => chart("x", "none").template(), {
      kind: ChartError,
      code: "chart/missing",
      cause: "NotFound",
      hint: /relative path/,
    }],
    ["an upgrade that is refused", () => refusing("PATCH", () => chart("web", "good").upgrade()), {
      kind: UpgradeError,
      code: "kube/forbidden",
      cause: "CapstanError",
    }],
    ["a rollback that is refused", () => refusing("PATCH", () => chart("web", "good").rollback()), {
      kind: RollbackError,
      code: "kube/forbidden",
      cause: "CapstanError",
    }],
    [
      "a removal that is refused",
      () => refusing("DELETE", () => chart("web", "good").uninstall()),
      {
        kind: UninstallError,
        code: "uninstall/delete",
        cause: "CapstanError",
      },
    ],
    ["a test that fails", () => chart("tests", "tested").test(), {
      kind: TestError,
      code: "wait/failed",
      cause: "HookError",
    }],
    ["no release", () => chart("none", "good").status(), {
      kind: NotFoundError,
      code: "release/not-found",
    }],
    ["no revision", () => chart("web", "good").rollback({ revision: 9 }), {
      kind: ReleaseNotFoundError,
      code: "release/revision",
      hint: /^it has /,
    }],
    [
      "no repository",
      () =>
        new Chart({ name: "x", repo: `http://127.0.0.1:${away}`, chart: "web", config }).template(),
      {
        kind: RegistryError,
        code: "registry/fetch",
        cause: "CapstanError",
      },
    ],
    ["no time", () => chart("x", "good").install({ timeout: "soon" }), {
      kind: ValidationError,
      code: "options/duration",
      hint: /"90s"/,
    }],
    ["too little time", () => chart("late", "stuck").install({ wait: true, deadline: 80 }), {
      kind: DeadlineError,
      code: "operation/deadline",
      cause: "InstallError",
      hint: /allow more/,
    }],
    ["no cluster", () => new List(dead).run(), {
      kind: ConfigurationError,
      code: "kube/unreachable",
      cause: "ApiError",
      hint: /is the cluster up/,
    }],
    ["no cluster for a change", () => chart("x", "good", dead).install(), {
      kind: InstallError,
      code: "kube/unreachable",
      cause: "ApiError",
      hint: /is the cluster up/,
    }],
    ["a list that is refused", () => refusingSecrets(() => new List(config).run()), {
      kind: ReleaseError,
      code: "kube/forbidden",
      cause: "ApiError",
    }],
    ["a status that is refused", () => refusingSecrets(() => chart("web", "good").status()), {
      kind: ReleaseError,
      code: "kube/forbidden",
      cause: "ApiError",
    }],
    ["all states that are refused", () => refusingSecrets(() => statusOfAll({ config })), {
      kind: ReleaseError,
      code: "kube/forbidden",
      cause: "ApiError",
    }],
    ["a revision that is not there", () => chart("web", "good").status({ revision: 9 }), {
      kind: ReleaseNotFoundError,
      code: "release/not-found",
      hint: /^is there a revision 9 of it\? `capstan history web -n default`/,
    }],
    ["no chart to lint", () => new Lint().run(`${folder}/none`), {
      kind: ChartError,
      code: "chart/missing",
    }],
  ];
  try {
    for (const [name, run, expected] of rows) {
      await t.step(name, async () => {
        const error = await run().then(() => undefined, (thrown: unknown) => thrown);
        assert(error instanceof expected.kind, String(error));
        assert(error instanceof HelmError);
        assert.equal(error.name, error.constructor.name);
        assert.equal(error.code, expected.code, error.message);
        const { cause, position } = error;
        assert.equal((cause as Error | undefined)?.constructor.name, expected.cause);
        const at = position && `${position.file}:${position.line}`.replace(folder, "FOLDER");
        assert.equal(at, expected.at);
        if (expected.hint !== undefined) assert.match(error.hint ?? "", expected.hint);
      });
    }
    const ofRelease = [InstallError, UpgradeError, UninstallError, RollbackError, TestError];
    for (const Kind of [...ofRelease, ReleaseNotFoundError]) {
      assert(Kind.prototype instanceof ReleaseError);
    }
  } finally {
    server.close();
    await Deno.remove(folder, { recursive: true });
  }
});

/** A port that nobody listens at. */
function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

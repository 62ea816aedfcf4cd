/**
 * docs/from-helm-sdkpy.md against the whole API of helm-sdkpy 0.1.32: each class and parameter, and what
 * there is here instead. The names on our side are checked by the compiler.
 */
import assert from "node:assert/strict";
import * as capstan from "../../mod.ts";
import type {
  ConfigurationOptions,
  FetchOptions,
  GetValuesOptions,
  InstallOptions,
  PackageCallOptions,
  RegistryOptions,
  ReleaseListOptions,
  RollbackOptions,
  UninstallOptions,
  UpgradeOptions,
} from "../../mod.ts";

/** Fields of an options object. */
function fields<T>() {
  return <const K extends string & keyof T>(names: Readonly<Record<string, K>>) =>
    names as Readonly<Record<string, string>>;
}

/** Parameters of a method as helm-sdkpy has them, with what each is here: an argument in brackets, or an option. */
interface Row {
  /** `Class.method` there. */
  readonly theirs: string;
  /** `Class.method` here. */
  readonly ours: string;
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, string>>;
}

const TLS = {
  cert_file: "certFile",
  key_file: "keyFile",
  ca_file: "caFile",
} as const;

const DEPLOY = {
  values: "values",
  version: "version",
  create_namespace: "createNamespace",
  wait: "wait",
  timeout: "timeout",
  skip_schema_validation: "skipSchemaValidation",
  wait_for_jobs: "waitForJobs",
  server_side_apply: "serverSide",
  force_conflicts: "forceConflicts",
  disable_openapi_validation: "skipFieldValidation",
  rollback_on_failure: "atomic",
  take_ownership: "takeOwnership",
} as const;

function row(
  theirs: string,
  args: readonly string[] = [],
  options: Readonly<Record<string, string>> = {},
  ours = theirs,
): Row {
  return { theirs, ours, args, options };
}

const REGISTRY = fields<ConfigurationOptions>()({
  plain_http: "plainHttp",
  insecure_skip_tls_verify: "insecureSkipTlsVerify",
  registry_auth: "registryAuth",
});

const ROWS: readonly Row[] = [
  row("Configuration", [], {
    ...fields<ConfigurationOptions>()({
      namespace: "namespace",
      kubeconfig: "kubeconfig",
      kubecontext: "kubecontext",
    }),
    ...REGISTRY,
  }),
  row(
    "Configuration.from_service_account",
    [],
    { namespace: "namespace", ...REGISTRY },
    "Configuration.fromServiceAccount",
  ),
  row("Install.run", ["release_name", "chart_path"], fields<InstallOptions>()(DEPLOY)),
  row(
    "Upgrade.run",
    ["release_name", "chart_path"],
    fields<UpgradeOptions>()({
      ...DEPLOY,
      install: "install",
      max_history: "maxHistory",
      cleanup_on_fail: "cleanupOnFail",
      reset_values: "resetValues",
      reuse_values: "reuseValues",
    }),
  ),
  row(
    "Uninstall.run",
    ["release_name"],
    fields<UninstallOptions>()({ wait: "wait", timeout: "timeout" }),
  ),
  row("List.run", [], fields<ReleaseListOptions>()({ all: "all" })),
  row("Status.run", ["release_name"]),
  row("Rollback.run", ["release_name"], fields<RollbackOptions>()({ revision: "revision" })),
  row("GetValues.run", ["release_name"], fields<GetValuesOptions>()({ all: "all" })),
  row("History.run", ["release_name"]),
  row(
    "RegistryLogin.run",
    ["hostname", "username", "password"],
    fields<RegistryOptions>()({
      ...TLS,
      insecure: "insecureSkipTlsVerify",
      plain_http: "plainHttp",
    }),
  ),
  row("RegistryLogout.run", ["hostname"]),
  row("Pull.run", ["chart_ref"], {
    dest_dir: "destDir",
    ...fields<FetchOptions>()({ version: "version" }),
  }),
  row("Show.chart", ["chart_path"]),
  row("Show.values", ["chart_path"]),
  row("ReleaseTest.run", ["release_name"]),
  row("Lint.run", ["chart_path"]),
  row("Package.run", ["chart_path"], fields<PackageCallOptions>()({ dest_dir: "destDir" })),
  row(
    "Push.run",
    ["chart_path", "remote"],
    fields<RegistryOptions>()({
      ...TLS,
      insecure_skip_tls_verify: "insecureSkipTlsVerify",
      plain_http: "plainHttp",
    }),
  ),
  row(
    "RepoAdd.run",
    ["name", "url"],
    fields<RegistryOptions>()({
      username: "username",
      password: "password",
      insecure_skip_tls_verify: "insecureSkipTlsVerify",
      pass_credentials_all: "passCredentials",
      ...TLS,
    }),
  ),
  row("RepoRemove.run", ["name"]),
  row("RepoList.run"),
  row("RepoUpdate.run", ["name"]),
];

/** Their errors, and what is thrown here. */
const ERRORS: Readonly<Record<string, keyof typeof capstan | undefined>> = {
  HelmError: "HelmError",
  HelmLibraryNotFound: undefined,
  ConfigurationError: "ConfigurationError",
  InstallError: "InstallError",
  UpgradeError: "UpgradeError",
  UninstallError: "UninstallError",
  RollbackError: "RollbackError",
  ChartError: "ChartError",
  ReleaseError: "ReleaseError",
  ReleaseNotFoundError: "ReleaseNotFoundError",
  RegistryError: "RegistryError",
  ValidationError: "ValidationError",
};

/** The cells of a table below a heading. */
async function table(heading: string): Promise<string[][]> {
  const page = await Deno.readTextFile(new URL("../../docs/from-helm-sdkpy.md", import.meta.url));
  const [, text = ""] = page.split(`## ${heading}\n`);
  return text.split("\n## ")[0]!.split("\n").filter((line) => line.startsWith("| ")).slice(2)
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

function camel(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function listed(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}

Deno.test("every class of helm-sdkpy is here, with its methods", () => {
  for (const { ours } of ROWS) {
    const [name, method] = ours.split(".") as [keyof typeof capstan, string?];
    const found = capstan[name] as unknown as
      & { prototype: Record<string, unknown> }
      & Record<string, unknown>;
    assert.equal(typeof found, "function", name);
    if (method === undefined) continue;
    assert.equal(typeof (found.prototype[method] ?? found[method]), "function", ours);
  }
  for (const name of Object.values(ERRORS)) {
    if (name === undefined) continue;
    const found = capstan[name] as { prototype: unknown };
    assert(name === "HelmError" || found.prototype instanceof capstan.HelmError, name);
  }
  assert.equal(capstan.NotFoundError, capstan.ReleaseNotFoundError);
});

Deno.test("docs/from-helm-sdkpy.md has every method and parameter of helm-sdkpy", async () => {
  const expected = ROWS.map(({ theirs, ours, args, options }) => {
    const same = (name: string) => camel(name) === options[name];
    const renamed = Object.entries(options).filter(([name]) => !same(name));
    return [
      `\`${theirs}\``,
      `\`${ours === "Configuration" ? "new Configuration" : ours}\``,
      listed(args),
      listed(Object.values(options)),
      renamed.map(([name, option]) => `\`${name}\` is \`${option}\``).join(", "),
    ];
  });
  assert.deepEqual(await table("Every class and parameter"), expected);
});

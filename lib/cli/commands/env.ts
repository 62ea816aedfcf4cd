/**
 * `capstan env`: the environment that Capstan works in, as `helm env` prints it.
 *
 * @module
 */
import { CapstanError } from "../../errors.ts";
import { helmFolders } from "../../registry/helm_paths.ts";
import { connectionOptions } from "../connect.ts";
import { historyMax } from "../history_max.ts";
import type { CliContext, EnvironmentVariable } from "../context.ts";
import { pathsFor } from "../locator.ts";
import { namespaceOf } from "../namespace.ts";
import type { EnvFlags } from "../shell_commands.ts";

/** What is asked for on the way: what is not there must be known not to be there. */
export const SHOWN_VARIABLES: readonly EnvironmentVariable[] = [
  "HELM_KUBEAPISERVER",
  "HELM_KUBEASGROUPS",
  "HELM_KUBEASUSER",
  "HELM_KUBECAFILE",
  "HELM_KUBECONTEXT",
  "HELM_KUBETLS_SERVER_NAME",
  "HELM_KUBETOKEN",
  "CAPSTAN_CACHE_HOME",
  "HELM_CACHE_HOME",
  "HELM_CONFIG_HOME",
  "HELM_DATA_HOME",
  "HELM_DEBUG",
  "HELM_DRIVER",
  "HELM_KUBEINSECURE_SKIP_TLS_VERIFY",
  "HELM_MAX_HISTORY",
  "HELM_NAMESPACE",
  "HELM_REGISTRY_CONFIG",
  "HELM_REPOSITORY_CACHE",
  "HELM_REPOSITORY_CONFIG",
  "HOME",
  "KUBECONFIG",
  "XDG_CACHE_HOME",
  "XDG_CONFIG_HOME",
  "XDG_DATA_HOME",
];

/** Prints every variable that Capstan goes by, or the value of one. The token is not shown. */
export async function env(this: CliContext, flags: EnvFlags, name?: string): Promise<void> {
  checkReadable();
  const { stdout } = this.process;
  const values = { ...files(this, flags), ...cluster(this, flags), ...await others(this, flags) };
  if (name !== undefined) {
    stdout.write(`${(values as Record<string, string>)[name] ?? ""}\n`);
    return;
  }
  const sorted = Object.entries(values).sort(([a], [b]) => a < b ? -1 : 1);
  stdout.write(sorted.map(([each, value]) => `${each}=${JSON.stringify(value)}\n`).join(""));
}

/** Where files are. */
function files(context: CliContext, flags: EnvFlags) {
  const paths = pathsFor(context, flags);
  const folders = helmFolders((name) => context.env(name));
  return {
    CAPSTAN_CACHE_HOME: paths.cache,
    HELM_CACHE_HOME: folders.cache,
    HELM_CONFIG_HOME: folders.config,
    HELM_DATA_HOME: folders.data,
    HELM_REGISTRY_CONFIG: paths.registryConfig,
    HELM_REPOSITORY_CACHE: paths.repositoryCache,
    HELM_REPOSITORY_CONFIG: paths.repositoryConfig,
  };
}

/** How the cluster is reached; empty is what the kubeconfig says. */
function cluster(context: CliContext, flags: EnvFlags) {
  const { overrides = {}, context: named = "" } = connectionOptions(context, flags);
  return {
    HELM_KUBEAPISERVER: overrides.server ?? "",
    HELM_KUBEASGROUPS: overrides.asGroups?.join(",") ?? "",
    HELM_KUBEASUSER: overrides.asUser ?? "",
    HELM_KUBECAFILE: overrides.caFile ?? "",
    HELM_KUBECONTEXT: named,
    HELM_KUBEINSECURE_SKIP_TLS_VERIFY: String(overrides.insecure ?? false),
    HELM_KUBETLS_SERVER_NAME: overrides.serverName ?? "",
    HELM_KUBETOKEN: overrides.token === undefined ? "" : "(set)",
  };
}

async function others(context: CliContext, flags: EnvFlags) {
  const namespace = flags.namespace || context.env("HELM_NAMESPACE") ||
    await namespaceOf(context, flags);
  return {
    HELM_DEBUG: String(context.debug),
    HELM_DRIVER: context.env("HELM_DRIVER") ?? "secret",
    HELM_MAX_HISTORY: String(historyMax(context, {}) ?? 10),
    HELM_NAMESPACE: namespace,
  };
}

/** A variable that may not be read would be shown as one that is not set. */
function checkReadable(): void {
  const hidden = SHOWN_VARIABLES.filter((variable) =>
    Deno.permissions.querySync({ name: "env", variable }).state !== "granted"
  );
  if (hidden.length === 0) return;
  throw new CapstanError(`cannot show the environment: Capstan may not read ${hidden.join(", ")}`, {
    code: "env/withheld",
    hint: `add --allow-env=${hidden.join(",")}`,
  });
}

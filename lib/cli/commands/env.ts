/**
 * `capstan env`: the environment that Capstan works in, as `helm env` prints it.
 *
 * @module
 */
import { saysYes } from "../bool_variable.ts";
import { historyMax } from "../history_max.ts";
import type { CliContext, EnvironmentVariable } from "../context.ts";
import { pathsFor } from "../locator.ts";
import { namespaceOf } from "../namespace.ts";

/** Variables that say how the cluster is reached, and are empty where they are not set. */
const CLUSTER: readonly EnvironmentVariable[] = [
  "HELM_KUBEAPISERVER",
  "HELM_KUBEASGROUPS",
  "HELM_KUBEASUSER",
  "HELM_KUBECAFILE",
  "HELM_KUBECONTEXT",
  "HELM_KUBETLS_SERVER_NAME",
  "HELM_KUBETOKEN",
];

/** Prints every variable that Capstan goes by, or the value of one. The token is not shown. */
export async function env(
  this: CliContext,
  _flags: Record<never, never>,
  name?: string,
): Promise<void> {
  const paths = pathsFor(this, {});
  const said = (variable: EnvironmentVariable) => this.env(variable) ?? "";
  const insecure = saysYes(this.env("HELM_KUBEINSECURE_SKIP_TLS_VERIFY"));
  const values: Record<string, string> = {
    CAPSTAN_CACHE_HOME: paths.cache,
    HELM_DRIVER: said("HELM_DRIVER") || "secret",
    HELM_KUBEINSECURE_SKIP_TLS_VERIFY: String(insecure),
    HELM_MAX_HISTORY: String(historyMax(this, {}) ?? 10),
    HELM_NAMESPACE: said("HELM_NAMESPACE") || await namespaceOf(this, {}),
    HELM_REGISTRY_CONFIG: paths.registryConfig,
    HELM_REPOSITORY_CACHE: paths.repositoryCache,
    HELM_REPOSITORY_CONFIG: paths.repositoryConfig,
    ...Object.fromEntries(CLUSTER.map((variable) => [variable, said(variable)])),
  };
  if (values["HELM_KUBETOKEN"] !== "") values["HELM_KUBETOKEN"] = "(set)";
  const { stdout } = this.process;
  if (name !== undefined) {
    stdout.write(`${values[name] ?? ""}\n`);
    return;
  }
  const names = Object.keys(values).sort();
  stdout.write(names.map((each) => `${each}=${JSON.stringify(values[each])}\n`).join(""));
}

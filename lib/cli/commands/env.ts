/**
 * `capstan env`: the environment that Capstan works in, as `helm env` prints it.
 *
 * @module
 */
import { CapstanError } from "../../errors.ts";
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

/** What is asked for on the way: what is not there must be known not to be there. */
export const SHOWN_VARIABLES: readonly EnvironmentVariable[] = [
  ...CLUSTER,
  "CAPSTAN_CACHE_HOME",
  "HELM_CACHE_HOME",
  "HELM_CONFIG_HOME",
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
];

/** Prints every variable that Capstan goes by, or the value of one. The token is not shown. */
export async function env(
  this: CliContext,
  _flags: Record<never, never>,
  name?: string,
): Promise<void> {
  checkReadable();
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

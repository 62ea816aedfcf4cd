/**
 * What it takes to reach a cluster.
 *
 * @module
 */
import { CapstanError } from "../../errors.ts";
import { loadConnection, selectedContext } from "../../kube/config.ts";
import type { LoadConnectionOptions } from "../../kube/config.ts";
import type { SelectedContext } from "../../kube/kubeconfig.ts";
import { connectionOptions } from "../connect.ts";
import type { CliContext, EnvironmentVariable } from "../context.ts";
import type { NamespaceFlags } from "../flags.ts";
import type { PermissionSet } from "./set.ts";

/** Variables that say how to reach a cluster, where they are set. */
const SETTINGS: readonly EnvironmentVariable[] = [
  "HELM_DRIVER",
  "HELM_KUBEAPISERVER",
  "HELM_KUBEASGROUPS",
  "HELM_KUBEASUSER",
  "HELM_KUBECAFILE",
  "HELM_KUBECONTEXT",
  "HELM_KUBEINSECURE_SKIP_TLS_VERIFY",
  "HELM_KUBETLS_SERVER_NAME",
  "HELM_KUBETOKEN",
  "HELM_NAMESPACE",
];

/**
 * Adds what the connection takes that flags and environment lead to: it is looked up as the command will,
 * and what it reads is written down. No plugin is run.
 */
export async function needCluster(
  need: PermissionSet,
  context: CliContext,
  flags: NamespaceFlags,
): Promise<void> {
  needSet(need, context, SETTINGS);
  const options = recording(need, connectionOptions(context, flags));
  const selected = await selectedContext(options);
  if (selected !== undefined && isAsked(selected)) return needPlugin(need, selected);
  const connection = await loadConnection(options);
  needHosts(need, connection.server, connection.proxy);
  if (connection.insecure) need.addUntrusted(new URL(connection.server).hostname);
  // A token in a file is read with the first request.
  await connection.credentials?.headers({});
}

/** Adds the kubeconfig where its context names the namespace of a command that asks no cluster. */
export async function needNamespace(
  need: PermissionSet,
  context: CliContext,
  flags: NamespaceFlags,
): Promise<void> {
  if (flags.namespace !== undefined) return;
  if (context.env("HELM_NAMESPACE")) return needSet(need, context, ["HELM_NAMESPACE"]);
  const plain = connectionOptions(context, flags);
  const selected = await selectedContext(plain).catch(() => undefined);
  if (selected !== undefined && selected.namespace !== "default") {
    await selectedContext(recording(need, plain));
  }
}

/** Adds the variables that are set. */
export function needSet(
  need: PermissionSet,
  context: CliContext,
  names: readonly EnvironmentVariable[],
): void {
  for (const name of names) {
    if (context.env(name)) need.add("env", name, "is set, and says how to go about it");
  }
}

function needHosts(need: PermissionSet, server: string, proxy: string | undefined): void {
  need.add("net", hostOf(/^https?:/.test(server) ? server : `https://${server}`), "the API server");
  if (proxy) need.add("net", hostOf(proxy), "the kubeconfig's proxy");
}

/** Whether a program or a provider is asked who the user is. */
function isAsked({ user }: SelectedContext): boolean {
  const { exec, token, tokenFile, "auth-provider": provider } = user;
  return !token && !tokenFile && (exec !== undefined || provider !== undefined);
}

function needPlugin(need: PermissionSet, { cluster, user }: SelectedContext): void {
  needHosts(need, cluster.server ?? "", cluster["proxy-url"]);
  if (cluster["insecure-skip-tls-verify"]) {
    need.addUntrusted(new URL(cluster.server ?? "").hostname);
  }
  for (
    const path of [
      cluster["certificate-authority"],
      user["client-certificate"],
      user["client-key"],
    ]
  ) {
    if (path) need.add("read", path, "the kubeconfig, or what it names");
  }
  const program = user.exec?.command;
  if (program !== undefined) {
    need.add("run", program, "the kubeconfig's credential plugin");
    need.note(`${program} is a program of its own: Deno's permissions do not hold for it`);
    return;
  }
  const { name = "" } = user["auth-provider"] ?? {};
  need.note(
    `the kubeconfig's auth provider ${name} asks hosts of its own: add them to --allow-net`,
  );
}

/** `host:port` as Deno's flags want it. */
export function hostOf(url: string): string {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port || (protocol === "http:" ? "80" : "443")}`;
}

/** The same options; what they are asked for is added. */
function recording(need: PermissionSet, options: LoadConnectionOptions): LoadConnectionOptions {
  return {
    ...options,
    env(name) {
      const value = options.env?.(name);
      if (value) need.add("env", name, "leads to the kubeconfig");
      return value;
    },
    async readFile(path) {
      const text = await Deno.readTextFile(path);
      need.add("read", await absolute(path), "the kubeconfig, or what it names");
      return text;
    },
  };
}

/** The real, absolute path; of what is not there yet, where it would be. */
export async function absolute(path: string): Promise<string> {
  try {
    return await Deno.realPath(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) {
      throw new CapstanError(`cannot look for ${path}: ${String(error)}`, { cause: error });
    }
    if (/^([/\\]|[A-Za-z]:)/.test(path)) return path;
    return `${Deno.cwd()}/${path.replace(/^(\.\/)+/, "").replace(/\/+$/, "")}`.replace(/\/\.$/, "");
  }
}

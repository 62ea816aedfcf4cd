/**
 * What it takes to reach a cluster.
 *
 * @module
 */
import { CapstanError, messageOf } from "../../errors.ts";
import { loadConnection, selectedContext } from "../../kube/config.ts";
import type { LoadConnectionOptions } from "../../kube/config.ts";
import type { SelectedContext } from "../../kube/kubeconfig.ts";
import { withName } from "../../kube/name_relay.ts";
import { connectionOptions, withheld } from "../connect.ts";
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
  const selected = await selectedContext(options).catch((error) => {
    throw withheld(error) ?? error;
  });
  if (selected !== undefined && isAsked(selected)) return needPlugin(need, selected);
  const connection = await loadConnection(options);
  const { server, proxy, tls } = connection;
  needHosts(need, { server, proxy, name: tls?.serverName });
  if (connection.insecure) need.addUntrusted(untrusted(server, tls?.serverName));
  // A token in a file is read with the first request.
  await connection.credentials?.headers({});
}

/** Adds the kubeconfig where its context names the namespace of a command that asks no cluster. */
export async function needNamespace(
  need: PermissionSet,
  context: CliContext,
  flags: NamespaceFlags,
): Promise<void> {
  if (flags.namespace) return;
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

interface Hosts {
  readonly server: string;
  readonly proxy?: string | undefined;
  readonly name?: string | undefined;
}

function needHosts(need: PermissionSet, { server, proxy, name }: Hosts): void {
  const url = /^https?:/.test(server) ? server : `https://${server}`;
  need.add("net", hostOf(url), "the API server");
  if (proxy) need.add("net", hostOf(proxy), "the kubeconfig's proxy");
  if (!name || url.startsWith("http:")) return;
  need.add("net", hostOf(withName(url, name)).replace(/\.(?=:)/, ""), "its tls-server-name");
  need.add("net", "127.0.0.1", "the relay by which tls-server-name is checked");
}

/** The host whose certificate Deno is told not to check. */
function untrusted(server: string, name: string | undefined): string {
  return new URL(name ? withName(server, name) : server).hostname;
}

/** Whether a program or a provider is asked who the user is. */
function isAsked({ user }: SelectedContext): boolean {
  const { exec, token, tokenFile, "auth-provider": provider } = user;
  return !token && !tokenFile && (exec !== undefined || provider !== undefined);
}

function needPlugin(need: PermissionSet, { cluster, user }: SelectedContext): void {
  const { server = "", "proxy-url": proxy, "tls-server-name": name } = cluster;
  needHosts(need, { server, proxy, name });
  if (cluster["insecure-skip-tls-verify"]) need.addUntrusted(untrusted(server, name));
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
  const provider = user["auth-provider"]?.name ?? "";
  need.note(
    `the kubeconfig's auth provider ${provider} asks hosts of its own: add them to --allow-net`,
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
      throw new CapstanError(`cannot look for ${path}: ${messageOf(error)}`, {
        code: "permissions/call",
        hint: "is the path right, and each folder of it one that you may read?",
        cause: error,
      });
    }
    if (/^([/\\]|[A-Za-z]:)/.test(path)) return path;
    return `${Deno.cwd()}/${path.replace(/^(\.\/)+/, "").replace(/\/+$/, "")}`.replace(/\/\.$/, "");
  }
}

/**
 * What it takes to reach a cluster.
 *
 * @module
 */
import { folderOf } from "../../files.ts";
import { loadConnection, selectedContext } from "../../kube/config.ts";
import type { ConnectionVariable, LoadConnectionOptions } from "../../kube/config.ts";
import type { SelectedContext } from "../../kube/kubeconfig.ts";
import { withName } from "../../kube/name_relay.ts";
import { OidcCredentials } from "../../kube/oidc_credentials.ts";
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
  const plain = connectionOptions(context, flags);
  const selected = await selectedContext(plain).catch((error) => {
    throw withheld(error) ?? error;
  });
  if (selected === undefined) return await needPod(need, plain);
  const options = recording(need, plain);
  await selectedContext(options);
  if (isAsked(selected)) return await needAsked(need, selected);
  await needConnection(need, options);
}

async function needConnection(need: PermissionSet, options: LoadConnectionOptions): Promise<void> {
  const connection = await loadConnection(options);
  const { server, proxy, tls } = connection;
  needHosts(need, { server, proxy, name: tls?.serverName });
  if (connection.insecure) need.addUntrusted(untrusted(server, tls?.serverName));
  // A token in a file is read with the first request.
  await connection.credentials?.headers({});
}

/** The cluster of the pod that this runs in; a kubeconfig that may not be looked for is not missed. */
async function needPod(need: PermissionSet, options: LoadConnectionOptions): Promise<void> {
  const env = (name: ConnectionVariable) =>
    name === "KUBECONFIG" || name === "HOME" ? undefined : options.env?.(name);
  await needConnection(need, recording(need, { ...options, env })).catch((error) => {
    throw withheld(error) ?? error;
  });
  const home = options.env?.("HOME");
  if (!home || options.env?.("KUBECONFIG")) return;
  const of = { kind: "env", value: "HOME" } as const;
  need.addWith(
    of,
    "read",
    `${home}/.kube/config`,
    "a kubeconfig would come before the pod's account",
  );
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
  const { exec, token, tokenFile, username, "auth-provider": provider } = user;
  return !token && !tokenFile && !username && (exec !== undefined || provider !== undefined);
}

async function needAsked(
  need: PermissionSet,
  { cluster, user }: SelectedContext,
): Promise<void> {
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
  const { name: provider = "", config = {} } = user["auth-provider"] ?? {};
  if (provider === "oidc") return await needIssuer(need, { config, kubeconfig: user.origin });
  need.note(
    `the kubeconfig's auth provider ${provider} asks hosts of its own: add them to --allow-net`,
  );
}

interface Issuer {
  readonly config: Readonly<Record<string, string>>;
  readonly kubeconfig: string | undefined;
}

/** Who renews the token: needed where it has expired, and else when it will. */
async function needIssuer(need: PermissionSet, { config, kubeconfig }: Issuer): Promise<void> {
  const readFile = async (path: string) => await Deno.readTextFile(path);
  const credentials = new OidcCredentials({ config, extra: {}, readFile, date: Date.now });
  const { due, urls } = await credentials.renewal();
  const options = { optional: !due };
  for (const url of urls) need.add("net", hostOf(url), "renews the kubeconfig's token", options);
  const authority = config["idp-certificate-authority"];
  if (authority) need.add("read", authority, "the kubeconfig, or what it names", options);
  if (kubeconfig === undefined || urls.length === 0) return;
  const folder = folderOf(absolute(kubeconfig));
  for (const kind of ["read", "write"] as const) {
    need.add(kind, folder, "keeps the renewed token in the kubeconfig", { optional: true });
  }
  if (due) {
    need.note("an issuer that takes a refresh token once needs what --optional adds as well");
  }
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
      need.add("read", absolute(path), "the kubeconfig, or what it names");
      return text;
    },
  };
}

/** An absolute path as Deno compares them with what is allowed: by its words, wherever links lead. */
export function absolute(path: string): string {
  const whole = /^([/\\]|[A-Za-z]:)/.test(path) ? path : `${Deno.cwd()}/${path}`;
  const parts: string[] = [];
  for (const part of whole.split(/[/\\]/)) {
    if (part === "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return `${/^[A-Za-z]:/.test(whole) ? "" : "/"}${parts.join("/")}`;
}

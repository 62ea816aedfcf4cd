/**
 * From kubeconfig files, or the surroundings of a pod, to a {@linkcode Connection}.
 *
 * @module
 */

import { CapstanError, messageOf } from "../errors.ts";
import type { Connection, Credentials, TlsSettings } from "./connection.ts";
import { basic, bearer, FileCredentials, fixedCredentials, type ReadFile } from "./credentials.ts";
import {
  type ClusterEntry,
  type Kubeconfig,
  mergeKubeconfigs,
  readKubeconfig,
  selectContext,
  type SelectedContext,
  type UserEntry,
} from "./kubeconfig.ts";
import { needsPlugin, pluginCredentials } from "./plugin_credentials.ts";

/** Options for {@linkcode loadConnection}. */
export interface LoadConnectionOptions {
  /** Path of the one kubeconfig to read. @default {that of KUBECONFIG, else ~/.kube/config} */
  readonly kubeconfig?: string | undefined;
  /** Context to use. @default {the kubeconfig's current one} */
  readonly context?: string | undefined;
  /** What takes the place of the kubeconfig's. @default nothing */
  readonly overrides?: ConnectionOverrides | undefined;
  /** Environment variables: KUBECONFIG, HOME, KUBERNETES_SERVICE_HOST and _PORT. @default {Deno.env.get} */
  readonly env?: ((name: ConnectionVariable) => string | undefined) | undefined;
  /** Reads the kubeconfig, and the certificates and tokens it names. @default {Deno.readTextFile} */
  readonly readFile?: ReadFile | undefined;
  /** Milliseconds since any fixed time. @default {performance.now} */
  readonly now?: (() => number) | undefined;
}

/** Settings that win over those of the kubeconfig; empty ones are as if they were left out. */
export interface ConnectionOverrides {
  /** Address of the API server. With it no kubeconfig is needed. */
  readonly server?: string | undefined;
  /** Bearer token, in the place of any other way to be let in. */
  readonly token?: string | undefined;
  /** Path of a PEM file with the authority to trust. */
  readonly caFile?: string | undefined;
  /** Do not check the server's certificate; see {@linkcode Connection.insecure}. */
  readonly insecure?: boolean | undefined;
  /** Name in the server's certificate. */
  readonly serverName?: string | undefined;
  /** User to act as. */
  readonly asUser?: string | undefined;
  /** Groups to act as. */
  readonly asGroups?: readonly string[] | undefined;
}

/** The environment variables that lead to a cluster. */
export type ConnectionVariable =
  | "KUBECONFIG"
  | "HOME"
  | "KUBERNETES_SERVICE_HOST"
  | "KUBERNETES_SERVICE_PORT";

/**
 * Finds the cluster to talk to, as kubectl and Helm do: the kubeconfig that is named; else those in
 * `KUBECONFIG`, merged; else `~/.kube/config`; else, in a pod, its service account.
 *
 * @throws {CapstanError} When there is none, or it cannot be used.
 *
 * @example Usage
 * ```ts
 * import { loadConnection } from "@capstan/capstan";
 *
 * const file = Deno.makeTempFileSync();
 * Deno.writeTextFileSync(file, `
 * current-context: kind
 * contexts: [{ name: kind, context: { cluster: kind, user: admin, namespace: shop } }]
 * clusters: [{ name: kind, cluster: { server: "https://127.0.0.1:6443" } }]
 * users: [{ name: admin, user: { token: abc } }]
 * `);
 * const { server, namespace } = await loadConnection({ kubeconfig: file });
 * Deno.removeSync(file);
 * if (server !== "https://127.0.0.1:6443" || namespace !== "shop") throw new Error(server);
 * ```
 */
export async function loadConnection(options: LoadConnectionOptions = {}): Promise<Connection> {
  const { context, overrides = {} } = options;
  const { io, paths, files } = await readFiles(options);
  const config = mergeKubeconfigs(files);
  if (overrides.server && !context && config.contexts.size === 0) {
    return await connectionOf(NOTHING, { overrides, io });
  }
  if (files.length > 0) {
    return await connectionOf(selectContext(config, context), { overrides, io });
  }
  const inCluster = await inClusterConnection(io);
  if (inCluster !== undefined) return inCluster;
  throw new CapstanError(`no kubeconfig: there is no file ${paths.join(" or ") || "to read"}`, {
    code: "kubeconfig/missing",
    hint: "name one with --kubeconfig or in KUBECONFIG",
  });
}

/** Names of the contexts that {@linkcode loadConnection} could be asked for; none without a kubeconfig. */
export async function contextNames(options: LoadConnectionOptions = {}): Promise<string[]> {
  const { files } = await readFiles(options);
  return [...mergeKubeconfigs(files).contexts.keys()];
}

/** The kubeconfigs that there are, and where they were looked for. */
async function readFiles(options: LoadConnectionOptions) {
  const io: Io = {
    env: options.env ?? ((name) => Deno.env.get(name)),
    readFile: options.readFile ?? ((path) => Deno.readTextFile(path)),
    now: options.now ?? (() => performance.now()),
  };
  const { kubeconfig } = options;
  const paths = kubeconfig ? [kubeconfig] : defaultPaths(io);
  return { io, paths, files: await readAll(paths, { io, mustExist: Boolean(kubeconfig) }) };
}

/**
 * The connection that the text of one kubeconfig describes. Paths in it are relative to the working
 * folder.
 *
 * @example Usage
 * ```ts
 * import { connectionFrom } from "@capstan/capstan";
 *
 * const { server, context } = await connectionFrom(`
 * current-context: kind
 * contexts: [{ name: kind, context: { cluster: kind, user: admin } }]
 * clusters: [{ name: kind, cluster: { server: "https://127.0.0.1:6443" } }]
 * users: [{ name: admin, user: { token: abc } }]
 * `);
 * if (server !== "https://127.0.0.1:6443" || context !== "kind") throw new Error(server);
 * ```
 */
export async function connectionFrom(
  kubeconfig: string,
  options: Omit<LoadConnectionOptions, "kubeconfig"> = {},
): Promise<Connection> {
  const readFile = options.readFile ?? ((path: string) => Deno.readTextFile(path));
  return await loadConnection({
    ...options,
    kubeconfig: "kubeconfig",
    readFile: (path) => path === "kubeconfig" ? Promise.resolve(kubeconfig) : readFile(path),
  });
}

interface Io {
  readonly env: (name: ConnectionVariable) => string | undefined;
  readonly readFile: ReadFile;
  readonly now: () => number;
}

function defaultPaths({ env }: Io): string[] {
  const listed = env("KUBECONFIG");
  if (listed) {
    const separator = Deno.build.os === "windows" ? ";" : ":";
    return [...new Set(listed.split(separator).filter((path) => path !== ""))];
  }
  const home = env("HOME");
  return home ? [`${home}/.kube/config`] : [];
}

async function readAll(
  paths: readonly string[],
  { io, mustExist }: { readonly io: Io; readonly mustExist: boolean },
): Promise<Kubeconfig[]> {
  const files: Kubeconfig[] = [];
  for (const path of paths) {
    const text = await io.readFile(path).catch((error: unknown) => {
      if (error instanceof Deno.errors.NotFound && !mustExist) return undefined;
      throw unreadable(path, error);
    });
    if (text !== undefined) files.push(readKubeconfig(await parse(text, path), path));
  }
  return files;
}

function unreadable(path: string, error: unknown): CapstanError {
  const missing = error instanceof Deno.errors.NotFound;
  const denied = error instanceof Error && error.name === "NotCapable";
  return new CapstanError(
    `cannot read kubeconfig ${path}: ${missing ? "no such file" : messageOf(error)}`,
    {
      code: missing ? "kubeconfig/missing" : "kubeconfig/unreadable",
      hint: denied ? `allow it with --allow-read=${path}` : undefined,
      cause: error,
    },
  );
}

async function parse(text: string, path: string): Promise<unknown> {
  const { parseYaml } = await import("../yaml/parse.ts");
  try {
    return parseYaml(text, { file: path, bigints: true });
  } catch (error) {
    throw new CapstanError(`cannot read kubeconfig ${path}: ${messageOf(error)}`, {
      code: "kubeconfig/invalid",
      position: { file: path },
      cause: error,
    });
  }
}

async function connectionOf(
  given: SelectedContext,
  { overrides, io }: { readonly overrides: ConnectionOverrides; readonly io: Io },
): Promise<Connection> {
  const selected = override(given, overrides);
  const { cluster, context, namespace, user } = selected;
  checkCluster(cluster, context);
  const tls: TlsSettings = {
    caCerts: await caCertsOf(cluster, io),
    ...await certificateOf(user, io),
  };
  const base = {
    server: serverOf(cluster, context),
    namespace,
    context,
    proxy: cluster["proxy-url"] || undefined,
    insecure: cluster["insecure-skip-tls-verify"],
  };
  if (!needsPlugin(user) || user.token || user.tokenFile) {
    return { ...base, tls, credentials: credentialsOf(user, io) };
  }
  const plugin = await pluginCredentials(selected);
  return { ...base, tls: { ...tls, ...plugin.tls }, credentials: plugin.credentials };
}

/** Where there is no kubeconfig. */
const NOTHING: SelectedContext = { context: "", cluster: {}, user: {}, namespace: "default" };

function override(given: SelectedContext, overrides: ConnectionOverrides): SelectedContext {
  const { server, token, caFile, insecure, serverName, asUser, asGroups } = overrides;
  const { "certificate-authority-data": _, ...untrusting } = given.cluster;
  const cluster = caFile ? { ...untrusting, "certificate-authority": caFile } : given.cluster;
  return {
    ...given,
    cluster: {
      ...cluster,
      ...(server ? { server } : {}),
      ...(insecure ? { "insecure-skip-tls-verify": true } : {}),
      ...(serverName ? { "tls-server-name": serverName } : {}),
    },
    user: {
      ...(token ? { token } : given.user),
      ...(asUser ? { as: asUser } : {}),
      ...(asGroups?.length ? { "as-groups": asGroups } : {}),
    },
  };
}

function serverOf(cluster: ClusterEntry, context: string): string {
  const server = cluster.server?.replace(/\/+$/, "") ?? "";
  if (/^https?:\/\/./.test(server)) return server;
  if (server !== "" && !server.includes("://")) return `https://${server}`;
  throw new CapstanError(`the cluster of context "${context}" has no usable server: "${server}"`, {
    code: "kubeconfig/server",
  });
}

/** What Deno's connections cannot do is refused rather than left out. */
function checkCluster(cluster: ClusterEntry, context: string): void {
  if (!cluster["tls-server-name"]) return;
  throw new CapstanError(`context "${context}" uses tls-server-name, which Capstan cannot do yet`, {
    code: "kubeconfig/unsupported",
    hint: "name the server in `server` as in its certificate",
  });
}

async function caCertsOf(cluster: ClusterEntry, io: Io): Promise<string[] | undefined> {
  const pem = await pemOf(cluster, "certificate-authority", io);
  return pem === undefined ? undefined : [pem];
}

async function certificateOf(user: UserEntry, io: Io): Promise<TlsSettings> {
  const cert = await pemOf(user, "client-certificate", io);
  const key = await pemOf(user, "client-key", io);
  return cert === undefined || key === undefined ? {} : { cert, key };
}

/** `<field>-data` in base64, else the file that `<field>` names. */
async function pemOf<F extends string>(
  entry: { readonly [K in F | `${F}-data`]?: string | boolean },
  field: F,
  io: Io,
): Promise<string | undefined> {
  const data = entry[`${field}-data`];
  const path = entry[field];
  let pem: string;
  try {
    if (data) pem = new TextDecoder().decode(Uint8Array.fromBase64(String(data)));
    else if (path) pem = await io.readFile(String(path));
    else return undefined;
  } catch (error) {
    throw new CapstanError(`cannot read the kubeconfig's ${field}: ${messageOf(error)}`, {
      code: "kubeconfig/certificate",
      cause: error,
    });
  }
  // Deno takes an authority without a certificate in it for none, and then trusts nobody.
  if (pem.includes("-----BEGIN")) return pem;
  throw new CapstanError(`cannot read the kubeconfig's ${field}: it is not PEM`, {
    code: "kubeconfig/certificate",
  });
}

function credentialsOf(user: UserEntry, io: Io): Credentials | undefined {
  const extra = impersonation(user);
  if (user.token) return fixedCredentials({ ...extra, ...bearer(user.token) });
  if (user.tokenFile) {
    return new FileCredentials(user.tokenFile, { readFile: io.readFile, now: io.now, extra });
  }
  if (user.username) {
    return fixedCredentials({ ...extra, ...basic(user.username, user.password ?? "") });
  }
  return Object.keys(extra).length === 0 ? undefined : fixedCredentials(extra);
}

/** Acting as somebody else. Several groups need a header that repeats, which `fetch` joins into one. */
function impersonation(user: UserEntry): Record<string, string> {
  const groups = user["as-groups"] ?? [];
  if (groups.length > 1) {
    throw new CapstanError("the kubeconfig's user has more than one of as-groups", {
      code: "kubeconfig/unsupported",
    });
  }
  const headers: Record<string, string> = {};
  if (user.as) headers["impersonate-user"] = user.as;
  if (user["as-uid"]) headers["impersonate-uid"] = user["as-uid"];
  if (groups[0]) headers["impersonate-group"] = groups[0];
  return headers;
}

/** Where Kubernetes puts a pod's service account. */
const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

async function inClusterConnection(io: Io): Promise<Connection | undefined> {
  const host = io.env("KUBERNETES_SERVICE_HOST");
  const port = io.env("KUBERNETES_SERVICE_PORT");
  if (!host || !port) return undefined;
  const ca = await io.readFile(`${ACCOUNT}/ca.crt`);
  const namespace = await io.readFile(`${ACCOUNT}/namespace`).catch(() => "");
  return {
    server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    namespace: namespace.trim() || "default",
    context: "in-cluster",
    tls: { caCerts: [ca] },
    credentials: new FileCredentials(`${ACCOUNT}/token`, { readFile: io.readFile, now: io.now }),
  };
}

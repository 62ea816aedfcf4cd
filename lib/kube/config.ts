/**
 * From kubeconfig files, or the surroundings of a pod, to a {@linkcode Connection}.
 *
 * @module
 */

import { CapstanError, isDenied, messageOf } from "../errors.ts";
import { authenticate } from "./authentication.ts";
import type { Connection, TlsSettings } from "./connection.ts";
import type { ReadFile } from "./credentials.ts";
import {
  type ClusterEntry,
  type Kubeconfig,
  mergeKubeconfigs,
  readKubeconfig,
  selectContext,
  type SelectedContext,
  type UserEntry,
} from "./kubeconfig.ts";

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
  /** Milliseconds since 1970, for what expires. @default {Date.now} */
  readonly date?: (() => number) | undefined;
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
  /** Name in the server's certificate, where it is not the address's; see {@linkcode TlsSettings.serverName}. */
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
  const inCluster = await inClusterContext(io);
  if (inCluster !== undefined) return await connectionOf(inCluster, { overrides, io });
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

/**
 * What {@linkcode loadConnection} would connect to, by the kubeconfig and the overrides alone: no plugin is
 * run. `undefined` where there is no kubeconfig.
 */
export async function selectedContext(
  options: LoadConnectionOptions = {},
): Promise<SelectedContext | undefined> {
  const { files } = await readFiles(options);
  const config = mergeKubeconfigs(files);
  const { context, overrides = {} } = options;
  if (overrides.server && !context && config.contexts.size === 0) {
    return override(NOTHING, overrides);
  }
  return files.length === 0 ? undefined : override(selectContext(config, context), overrides);
}

/** The kubeconfigs that there are, and where they were looked for. */
async function readFiles(options: LoadConnectionOptions) {
  const io: Io = {
    env: options.env ?? ((name) => Deno.env.get(name)),
    readFile: options.readFile ?? ((path) => Deno.readTextFile(path)),
    now: options.now ?? (() => performance.now()),
    date: options.date ?? Date.now,
    ownFiles: options.readFile === undefined,
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
  readonly date: () => number;
  /** Whether files are those of the system, so that what is in them can be renewed there. */
  readonly ownFiles: boolean;
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
  return new CapstanError(
    `cannot read kubeconfig ${path}: ${missing ? "no such file" : messageOf(error)}`,
    {
      code: missing ? "kubeconfig/missing" : "kubeconfig/unreadable",
      hint: isDenied(error)
        ? `allow it with --allow-read=${path}`
        : missing
        ? "name one with --kubeconfig or in KUBECONFIG"
        : "name another with --kubeconfig or in KUBECONFIG",
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
      hint: "mend it, or name another",
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
  const caCerts = await caCertsOf(cluster, io);
  const server = serverOf(cluster, context);
  const tls: TlsSettings = {
    caCerts,
    ...serverNameOf(cluster, { server, context }),
    ...await certificateOf(user, io),
  };
  const credentials = await authenticate(selected, { ...io, caCerts });
  return {
    server,
    namespace,
    context,
    proxy: cluster["proxy-url"] || undefined,
    insecure: cluster["insecure-skip-tls-verify"],
    tls: { ...tls, ...credentials?.tls },
    credentials,
  };
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
    hint: "write its address into the kubeconfig: `server: https://HOST:6443`",
  });
}

/** What cannot be done is refused rather than left out. */
function serverNameOf(
  cluster: ClusterEntry,
  { server, context }: { readonly server: string; readonly context: string },
): Pick<TlsSettings, "serverName"> {
  const { "tls-server-name": name, "proxy-url": proxy } = cluster;
  if (!name || server.startsWith("http:")) return {};
  if (proxy && !/^https?:/.test(proxy)) {
    throw new CapstanError(
      `context "${context}" has tls-server-name behind the proxy ${
        proxy.replace(/\/\/[^@/]*@/, "//")
      }: only a proxy of http or https will do`,
      {
        code: "kubeconfig/unsupported",
        hint: "leave out one of tls-server-name and proxy-url, or use an http proxy",
      },
    );
  }
  return { serverName: name };
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
      hint: isDenied(error)
        ? `allow it with --allow-read=${path}`
        : "correct it; a relative path starts at the kubeconfig's folder",
      cause: error,
    });
  }
  // Deno takes an authority without a certificate in it for none, and then trusts nobody.
  if (pem.includes("-----BEGIN")) return pem;
  throw new CapstanError(`cannot read the kubeconfig's ${field}: it is not PEM`, {
    code: "kubeconfig/certificate",
    hint: "it begins with -----BEGIN; in a field whose name ends with -data all of it is in base64",
  });
}

/** Where Kubernetes puts a pod's service account. */
const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

async function inClusterContext(io: Io): Promise<SelectedContext | undefined> {
  const host = io.env("KUBERNETES_SERVICE_HOST");
  const port = io.env("KUBERNETES_SERVICE_PORT");
  if (!host || !port) return undefined;
  const namespace = await io.readFile(`${ACCOUNT}/namespace`).catch((error) => {
    // To go on in another namespace than the pod's own would be to work on what is not meant.
    if (isDenied(error)) throw unreadable(`${ACCOUNT}/namespace`, error);
    return "";
  });
  return {
    context: "in-cluster",
    cluster: {
      server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
      "certificate-authority": `${ACCOUNT}/ca.crt`,
    },
    user: { tokenFile: `${ACCOUNT}/token` },
    namespace: namespace.trim() || "default",
  };
}

/**
 * Credentials from the kubeconfig's plugins: commands (`exec`) and the older providers (OIDC, GCP,
 * Azure). They are run by `@kubernetes/client-node`, which takes a third of a second and 100 MB to
 * load, so that happens only for a kubeconfig that needs it. A command needs `--allow-run`.
 *
 * @module
 */

import { CapstanError, messageOf } from "../errors.ts";
import type { Credentials, TlsSettings } from "./connection.ts";
import type { SelectedContext, UserEntry } from "./kubeconfig.ts";

/** What a plugin gives: headers for each request, or certificates for the connection. */
interface Given {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsSettings;
}

/** Whether a user can only be let in by a plugin. */
export function needsPlugin(user: UserEntry): boolean {
  return user.exec !== undefined || user["auth-provider"] !== undefined;
}

/**
 * Runs the plugin once, and again after a 401 or when what it gave has expired. Client certificates
 * that it gives are those of the first run.
 *
 * @throws {CapstanError} When the plugin fails.
 */
export async function pluginCredentials(
  selected: SelectedContext,
): Promise<{ readonly credentials: Credentials; readonly tls: TlsSettings }> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const name = selected.user.exec?.command ?? selected.user["auth-provider"]?.name ?? "";
  function load(): InstanceType<typeof KubeConfig> {
    const config = new KubeConfig();
    config.loadFromOptions(optionsOf(selected));
    return config;
  }
  let config = load();
  const { tls } = await ask(name, config);
  const credentials: Credentials = {
    refreshable: true,
    async headers({ refresh }) {
      // A new configuration forgets the token that the old one keeps.
      if (refresh) config = load();
      return (await ask(name, config)).headers;
    },
  };
  return { credentials, tls };
}

interface HttpsOptions {
  headers?: Record<string, unknown>;
  cert?: unknown;
  key?: unknown;
}

async function ask(
  name: string,
  config: { applyToHTTPSOptions(options: HttpsOptions): Promise<void> },
): Promise<Given> {
  const options: HttpsOptions = {};
  try {
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    const denied = error instanceof Error && error.name === "NotCapable";
    throw new CapstanError(
      `cannot get credentials from ${name}: ${messageOf(error).trim()}`,
      {
        code: "kubeconfig/plugin",
        hint: denied
          ? `allow it with --allow-run=${name}`
          : "the kubeconfig's user names it; run it by hand to see what it says",
        cause: error,
      },
    );
  }
  const headers: Record<string, string> = {};
  for (const [header, value] of Object.entries(options.headers ?? {})) {
    headers[header.toLowerCase()] = String(value);
  }
  const { cert, key } = options;
  const both = cert !== undefined && cert !== null && key !== undefined && key !== null;
  return { headers, tls: both ? { cert: String(cert), key: String(key) } : {} };
}

function optionsOf(selected: SelectedContext) {
  const { cluster, user } = selected;
  const exec = user.exec && { ...user.exec, env: [...user.exec.env ?? [], execInfo(selected)] };
  return {
    clusters: [{
      name: "cluster",
      server: cluster.server ?? "",
      skipTLSVerify: false,
    }],
    users: [{ name: "user", exec, authProvider: user["auth-provider"] }],
    contexts: [{ name: "context", cluster: "cluster", user: "user" }],
    currentContext: "context",
  };
}

/** What plugins expect in their environment (client.authentication.k8s.io, `ExecCredential`). */
function execInfo({ cluster, user }: SelectedContext): { name: string; value: string } {
  const info = {
    apiVersion: user.exec?.apiVersion ?? "client.authentication.k8s.io/v1",
    kind: "ExecCredential",
    spec: {
      interactive: false,
      ...(user.exec?.provideClusterInfo
        ? {
          cluster: {
            server: cluster.server,
            "certificate-authority-data": cluster["certificate-authority-data"],
          },
        }
        : undefined),
    },
  };
  return { name: "KUBERNETES_EXEC_INFO", value: JSON.stringify(info) };
}

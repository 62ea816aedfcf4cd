/**
 * Credentials of the kubeconfig's older providers (`auth-provider`: gcp, azure), which kubectl itself
 * no longer knows. They are run by `@kubernetes/client-node`, which takes a third of a second, 100 MB
 * and `--allow-env`, so it is loaded only for a kubeconfig that names one.
 *
 * @module
 */

import { CapstanError, isDenied, messageOf } from "../errors.ts";
import type { Credentials, HeaderFields } from "./connection.ts";
import type { SelectedContext } from "./kubeconfig.ts";

/**
 * Runs the provider, and again after a 401 or when what it gave has expired.
 *
 * @throws {CapstanError} When the provider fails.
 */
export async function providerCredentials(
  selected: SelectedContext,
  extra: HeaderFields,
): Promise<Credentials> {
  const { name, config: given = {} } = selected.user["auth-provider"]!;
  if (!PROVIDERS.includes(name)) throw failure(name, "there is no provider of that name");
  const { KubeConfig } = await import("@kubernetes/client-node").catch((error) => {
    throw failure(name, error);
  });
  function load({ "access-token": token, ...rest }: Readonly<Record<string, string>>) {
    const config = new KubeConfig();
    // It writes what it gets into what it was given.
    const authProvider = {
      name,
      config: token === undefined ? rest : { ...rest, "access-token": token },
    };
    config.loadFromOptions({
      // Never connected to here; without the last it refuses a server without TLS.
      clusters: [{ name: "c", server: selected.cluster.server ?? "", skipTLSVerify: true }],
      users: [{ name: "u", authProvider }],
      contexts: [{ name: "x", cluster: "c", user: "u" }],
      currentContext: "x",
    });
    return config;
  }
  let config = load(given);
  const credentials: Credentials = {
    refreshable: true,
    async headers({ refresh }) {
      // A new configuration forgets the token that the old one keeps.
      if (refresh && given["cmd-path"]) config = load({ ...given, "access-token": "" });
      return { ...extra, ...await ask(name, config) };
    },
  };
  await credentials.headers({});
  return credentials;
}

const PROVIDERS: readonly string[] = ["gcp", "azure"];

interface HttpsOptions {
  headers?: Record<string, unknown>;
}

async function ask(
  name: string,
  config: { applyToHTTPSOptions(options: HttpsOptions): Promise<void> },
): Promise<Record<string, string>> {
  const options: HttpsOptions = {};
  try {
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    throw failure(name, error);
  }
  const headers: Record<string, string> = {};
  for (const [header, value] of Object.entries(options.headers ?? {})) {
    headers[header.toLowerCase()] = String(value);
  }
  return headers;
}

function failure(name: string, error: unknown): CapstanError {
  return new CapstanError(
    `cannot get credentials from the provider ${name}: ${messageOf(error).trim()}`,
    {
      code: "kubeconfig/plugin",
      hint: isDenied(error)
        ? "it needs --allow-env and --allow-run; a kubeconfig that its cloud's tool writes today needs neither"
        : "write the kubeconfig anew with the cloud's tool: kubectl knows such providers no more",
      cause: error,
    },
  );
}

/**
 * From flags and environment to a cluster, its release records, and a namespace.
 *
 * @module
 */
import { CapstanError } from "../errors.ts";
import { createKubeClient } from "../kube/client.ts";
import { loadConnection } from "../kube/config.ts";
import type { ConnectionOverrides, LoadConnectionOptions } from "../kube/config.ts";
import type { KubeApi } from "../kube/types.ts";
import { configMapStorage, secretStorage } from "../release/kube_storage.ts";
import type { Storage } from "../release/storage.ts";
import { saysYes } from "./bool_variable.ts";
import type { CliContext } from "./context.ts";
import type { ClusterFlags, NamespaceFlags } from "./flags.ts";

/** A cluster with the namespace that the command is about. */
export interface Target {
  readonly api: KubeApi;
  readonly storage: Storage;
  /** Where the server's warnings go. @default nowhere */
  readonly warnings?: Warnings | undefined;
  /** `--namespace`, else HELM_NAMESPACE, else that of the kubeconfig's context. */
  readonly namespace: string;
}

/** Tells what the server warns of, on standard error or by whoever shows progress there. */
export class Warnings {
  #tell: (message: string) => void;

  constructor({ process: { stderr } }: CliContext) {
    this.#tell = (message) => stderr.write(`Warning: ${message}\n`);
  }

  /** Tells of a warning. */
  add(message: string): void {
    this.#tell(message);
  }

  /** Has another tell them until `use` has ended. */
  async toldBy<T>(tell: (message: string) => void, use: () => Promise<T>): Promise<T> {
    const before = this.#tell;
    this.#tell = tell;
    try {
      return await use();
    } finally {
      this.#tell = before;
    }
  }
}

/** Connects to the cluster that the flags name, and closes it when `use` has ended. */
export async function withTarget<T>(
  context: CliContext,
  flags: NamespaceFlags,
  use: (target: Target) => Promise<T>,
): Promise<T> {
  const warnings = new Warnings(context);
  const { api, namespace } = await connect(context, flags, (message) => warnings.add(message));
  try {
    return await use({
      api,
      warnings,
      storage: storageFor(api, context),
      namespace: flags.namespace || context.env("HELM_NAMESPACE") || namespace,
    });
  } finally {
    api.close();
  }
}

/** A target for what asks no cluster: nothing is kept there, and nobody answers. */
export async function offlineTarget(context: CliContext, flags: NamespaceFlags): Promise<Target> {
  const { namespaceOf } = await import("./namespace.ts");
  const { memoryStorage } = await import("../release/memory_storage.ts");
  const namespace = flags.namespace || context.env("HELM_NAMESPACE") ||
    await namespaceOf(context, flags);
  const api = createKubeClient({ server: "http://offline.invalid", namespace });
  return { api, storage: memoryStorage(), namespace };
}

/** A client for the cluster that the flags name, and its context's namespace. */
export async function connect(
  context: CliContext,
  flags: ClusterFlags & NamespaceFlags,
  onWarning?: (message: string) => void,
): Promise<{ api: KubeApi; namespace: string }> {
  const options = connectionOptions(context, flags);
  const connection = await loadConnection(options).catch((error) => {
    throw withheld(error) ?? error;
  });
  return { api: createKubeClient(connection, { onWarning }), namespace: connection.namespace };
}

/** What flags and environment say of the cluster. */
export function connectionOptions(
  context: CliContext,
  flags: ClusterFlags & NamespaceFlags,
): LoadConnectionOptions {
  return {
    kubeconfig: flags.kubeconfig || undefined,
    context: flags.kubeContext || context.env("HELM_KUBECONTEXT"),
    env: (name) => context.env(name),
    overrides: overridesOf(context, flags),
  };
}

/** Variables by which a pod knows its cluster. */
const IN_POD = ["KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"];

/** Where no kubeconfig was found because the variables that name it may not be read: what says so. */
export function withheld(error: unknown): CapstanError | undefined {
  if (!(error instanceof CapstanError) || error.code !== "kubeconfig/missing") return undefined;
  const hidden = (variable: string) =>
    Deno.permissions.querySync({ name: "env", variable }).state !== "granted";
  const files = ["KUBECONFIG", "HOME"].filter(hidden);
  const names = [...files, ...IN_POD.filter(hidden)];
  if (files.length === 0 && names.length > 0) {
    return new CapstanError(
      `${error.message}, and Capstan may not read ${
        names.join(" and ")
      }, which tells of a pod's cluster`,
      {
        code: error.code,
        hint: `inside a pod add --allow-env=${names.join(",")}; elsewhere ${error.hint ?? ""}`,
        cause: error,
      },
    );
  }
  if (names.length === 0) return undefined;
  return new CapstanError(
    `no kubeconfig: Capstan may not read ${files.join(" and ")}, which would lead to it`,
    {
      code: error.code,
      hint: `add --allow-env=${names.join(",")}, or name the file with --kubeconfig`,
      cause: error,
    },
  );
}

/** What flags and Helm's environment variables put in the place of the kubeconfig's. */
function overridesOf({ env }: CliContext, flags: NamespaceFlags): ConnectionOverrides {
  const groups = env("HELM_KUBEASGROUPS") || undefined;
  const insecure = saysYes(env("HELM_KUBEINSECURE_SKIP_TLS_VERIFY")) || undefined;
  return {
    server: flags.kubeApiserver || env("HELM_KUBEAPISERVER"),
    token: flags.kubeToken || env("HELM_KUBETOKEN"),
    caFile: flags.kubeCaFile || env("HELM_KUBECAFILE"),
    insecure: flags.kubeInsecureSkipTlsVerify ?? insecure,
    serverName: flags.kubeTlsServerName || env("HELM_KUBETLS_SERVER_NAME"),
    asUser: flags.kubeAsUser || env("HELM_KUBEASUSER"),
    asGroups: flags.kubeAsGroup ?? groups?.split(","),
  };
}

/** Where release records are kept: Secrets, or what HELM_DRIVER says. */
export function storageFor(api: KubeApi, context: CliContext): Storage {
  const driver = context.env("HELM_DRIVER") ?? "";
  switch (driver) {
    case "":
    case "secret":
    case "secrets":
      return secretStorage(api);
    case "configmap":
    case "configmaps":
      return configMapStorage(api);
    default:
      throw new CapstanError(
        `cannot keep release records as HELM_DRIVER says: ${JSON.stringify(driver)}`,
        {
          code: "release/driver",
          hint: "use secret or configmap",
        },
      );
  }
}

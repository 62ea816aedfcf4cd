/**
 * Which cluster, which namespace: what operations of the library share.
 *
 * @module
 */
import { ActionCache } from "../action/cache.ts";
import type { ActionContext } from "../action/types.ts";
import type { HelmVersion } from "../chart/chart.ts";
import { isDenied, messageOf } from "../errors.ts";
import { createKubeClient } from "../kube/client.ts";
import { connectionFrom, loadConnection } from "../kube/config.ts";
import type { ConnectionOverrides } from "../kube/config.ts";
import type { Connection } from "../kube/connection.ts";
import type { ReadFile } from "../kube/credentials.ts";
import { configMapStorage, secretStorage } from "../release/kube_storage.ts";
import { ConfigurationError, detailsOf } from "./errors.ts";
import { ChartLibrary, readEnv } from "./chart_library.ts";
import type { RegistrySettings } from "./chart_library.ts";

/** Options of {@linkcode Configuration}. */
export interface ConfigurationOptions extends RegistrySettings {
  /** Namespace of operations that name none. @default HELM_NAMESPACE, else the kubeconfig context's */
  readonly namespace?: string | undefined;
  /** Path of a kubeconfig, or its text. @default that of KUBECONFIG, else ~/.kube/config */
  readonly kubeconfig?: string | undefined;
  /** The kubeconfig's context to use. @default HELM_KUBECONTEXT, else the current one */
  readonly kubecontext?: string | undefined;
  /**
   * What takes the place of the kubeconfig's: the API server's address, a token, an authority to trust,
   * a user and groups to act as. With a `server` no kubeconfig is needed. @default nothing
   */
  readonly overrides?: ConnectionOverrides | undefined;
  /** A connection instead of a kubeconfig: no file and no environment variable is read. */
  readonly connection?: Connection | undefined;
  /** Where release records are kept. @default what HELM_DRIVER says, else secret */
  readonly driver?: "secret" | "configmap" | undefined;
  /** Environment variables: KUBECONFIG, HOME, HELM_… @default those of the process that may be read */
  readonly env?: ((name: string) => string | undefined) | undefined;
  /** Reads kubeconfigs and what they name, or a pod's account. @default {Deno.readTextFile} */
  readonly readFile?: ReadFile | undefined;
  /** Whose words and rules to follow where the two differ. @default {"v4"} */
  readonly helmVersion?: HelmVersion | undefined;
}

/** A configuration at work. */
export interface OpenConfiguration {
  /** What actions take. */
  readonly context: ActionContext;
  /** Namespace of operations that name none. */
  readonly namespace: string;
}

/**
 * A cluster and a namespace that operations share. It connects when it is first needed. All operations
 * of one configuration share its connection and what is known of the cluster, and run at once: there is
 * no lock between them. Close it, or declare it with `await using`.
 *
 * @example Usage
 * ```ts
 * import { Configuration, createApiServer, List } from "@capstan/capstan";
 *
 * await using cluster = createApiServer().serve();
 * await using config = new Configuration({ kubeconfig: cluster.kubeconfig(), namespace: "shop" });
 * const releases = await new List(config).run({ allNamespaces: true });
 * if (releases.length !== 0) throw releases;
 * ```
 */
export class Configuration implements AsyncDisposable {
  readonly #options: ConfigurationOptions;
  #open: Promise<OpenConfiguration> | undefined;
  /**
   * Charts that were fetched, each once.
   *
   * @internal
   */
  readonly charts: ChartLibrary;

  /** Reads nothing yet. */
  constructor(options: ConfigurationOptions = {}) {
    this.#options = options;
    this.charts = new ChartLibrary(options.env, options);
  }

  /** The configuration of a program that runs in a pod, by its service account. */
  static fromServiceAccount(
    options: Omit<ConfigurationOptions, "kubeconfig" | "kubecontext" | "connection"> = {},
  ): Configuration {
    return new ServiceAccountConfiguration(options);
  }

  /**
   * Connects, when this is the first use.
   *
   * @throws {ConfigurationError} When there is no such cluster.
   * @internal
   */
  open(): Promise<OpenConfiguration> {
    if (this.#open === undefined) {
      const opening = this.#connect();
      this.#open = opening;
      opening.catch(() => this.#open === opening && (this.#open = undefined));
    }
    return this.#open;
  }

  /** Lets go of the connection. A later operation opens it again. */
  async close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    (await open?.catch(() => undefined))?.context.api.close();
    await this.charts.close();
  }

  /** Closes it at the end of the block that declares it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Where the cluster is.
   *
   * @internal
   */
  protected connection(): Promise<Connection> {
    const { connection, kubeconfig, kubecontext, overrides, readFile } = this.#options;
    if (connection !== undefined) return Promise.resolve(connection);
    const context = kubecontext || this.#env("HELM_KUBECONTEXT");
    const asked = { context, overrides, readFile };
    // No path has a line break, nor begins as JSON does.
    if (kubeconfig !== undefined && /\n|^\s*\{/.test(kubeconfig)) {
      return connectionFrom(kubeconfig, asked);
    }
    return loadConnection({ ...asked, kubeconfig, env: this.#options.env });
  }

  async #connect(): Promise<OpenConfiguration> {
    const { namespace, helmVersion, driver } = this.#options;
    try {
      const connection = await this.connection();
      const api = createKubeClient(connection);
      const byMap = (driver ?? this.#env("HELM_DRIVER") ?? "secret").startsWith("configmap");
      return {
        context: {
          api,
          storage: byMap ? configMapStorage(api) : secretStorage(api),
          cache: new ActionCache(),
          helmVersion,
        },
        namespace: namespace || this.#env("HELM_NAMESPACE") || connection.namespace,
      };
    } catch (error) {
      throw new ConfigurationError(`cannot connect to a cluster: ${messageOf(error)}`, {
        code: "kubeconfig",
        hint: isDenied(error)
          ? "give the program that permission, or the configuration an `env` or a `readFile` of its own"
          : undefined,
        ...detailsOf(error),
      });
    }
  }

  #env(name: string): string | undefined {
    const { connection, env = readEnv } = this.#options;
    return connection === undefined ? env(name) || undefined : undefined;
  }
}

/** Looks at the surroundings of the pod, and at no kubeconfig. */
class ServiceAccountConfiguration extends Configuration {
  readonly #surroundings: ConfigurationOptions;

  constructor(options: ConfigurationOptions) {
    super(options);
    this.#surroundings = options;
  }

  protected override connection(): Promise<Connection> {
    const { env = readEnv, overrides, readFile } = this.#surroundings;
    return loadConnection({
      overrides,
      readFile,
      env: (name) => name.startsWith("KUBERNETES_") ? env(name) : undefined,
    });
  }
}

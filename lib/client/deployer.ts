/**
 * Deploying many releases at once.
 *
 * @module
 */
import { listReleases } from "../action/read.ts";
import { call } from "./call.ts";
import { Chart, type ChartInit } from "./chart_release.ts";
import { concurrently, type ConcurrentOptions, lineOf, type Settled } from "./concurrently.ts";
import { Configuration } from "./configuration.ts";
import type { ChartDeployOptions, ReleaseListOptions } from "./options.ts";
import { type ReleaseResult, resultOf } from "./result.ts";

/** A release to deploy: which chart, and how. */
export interface Deployment
  extends Omit<ChartInit, "config">, Omit<ChartDeployOptions, "version" | "signal"> {}

/** Options of {@linkcode ConcurrentDeployer}. */
export interface ConcurrentDeployerOptions
  extends Omit<ConcurrentOptions<Deployment, ReleaseResult>, "deadline" | "nameOf"> {
  /** The cluster. @default one for each call of `deploy`, from KUBECONFIG */
  readonly config?: Configuration | undefined;
  /** What deployments do that do not say otherwise, such as `{ wait: true, timeout: "10m" }`. */
  readonly defaults?: Omit<ChartDeployOptions, "version" | "signal"> | undefined;
}

/** How a deployment of many ended. */
export interface DeploymentSummary {
  /** Whether every release is as it shall be. */
  readonly ok: boolean;
  /** How each ended, in the order in which they were given. */
  readonly outcomes: readonly Settled<Deployment, ReleaseResult>[];
  /** Results of those that succeeded. */
  readonly succeeded: readonly ReleaseResult[];
  /** Those that failed, and why. */
  readonly failed: readonly { readonly name: string; readonly error: unknown }[];
  /** A few lines for people. */
  toString(): string;
}

/**
 * Deploys releases that do not depend on one another, some at once. Where they do, write a stack:
 * {@linkcode defineStack} orders them, and starts each as soon as what it needs is there.
 *
 * @example Usage
 * ```ts
 * import { ConcurrentDeployer, Configuration, createApiServer } from "@capstan/capstan";
 *
 * await using cluster = createApiServer().serve();
 * await using config = new Configuration({ kubeconfig: cluster.kubeconfig() });
 * const deployer = new ConcurrentDeployer({ config, limit: 2, defaults: { wait: true } });
 * const chart = "examples/shop/charts/redis";
 * const summary = await deployer.deploy([
 *   { name: "cache", chart },
 *   { name: "sessions", chart, values: { replicas: 2 }, deadline: "5m" },
 * ]);
 * if (!summary.ok) throw new Error(`${summary}`);
 * ```
 */
export class ConcurrentDeployer {
  readonly #options: ConcurrentDeployerOptions;

  /** Connects to nothing yet. */
  constructor(options: ConcurrentDeployerOptions = {}) {
    this.#options = options;
  }

  /**
   * Installs or upgrades each release, and leaves alone what is as it shall be. Failures are in the
   * summary; nothing is thrown for them.
   *
   * @throws {ValidationError} For a limit that is no positive integer.
   */
  async deploy(deployments: readonly Deployment[]): Promise<DeploymentSummary> {
    const { config, defaults, ...options } = this.#options;
    const used = config ?? new Configuration();
    try {
      const outcomes = await concurrently(deployments, (deployment, { signal }) => {
        const { name, chart, repo, version, username, password, plainHttp, ...more } = deployment;
        const source = { chart, repo, version, username, password, plainHttp };
        return new Chart({ name, ...source, config: used })
          .deploy({ ...defaults, ...more, signal });
      }, { ...options, nameOf: ({ name }) => `deployment of ${name}` });
      return summaryOf(outcomes);
    } finally {
      if (config === undefined) await used.close();
    }
  }
}

function summaryOf(outcomes: readonly Settled<Deployment, ReleaseResult>[]): DeploymentSummary {
  const succeeded = outcomes.flatMap((outcome) => outcome.ok ? [outcome.result] : []);
  const failed = outcomes.flatMap(({ ok, item, error }) => ok ? [] : [{ name: item.name, error }]);
  return {
    ok: failed.length === 0,
    outcomes,
    succeeded,
    failed,
    toString: () =>
      [
        `${succeeded.length} succeeded, ${failed.length} failed`,
        ...outcomes.map((outcome) =>
          outcome.ok
            ? `  ✓ ${outcome.result}`
            : `  ✗ ${outcome.item.name}: ${lineOf(outcome.error)}`
        ),
      ].join("\n"),
  };
}

/**
 * The state of every release at once. A record that cannot be read fails the whole.
 *
 * @example Usage
 * ```ts
 * import { Configuration, createApiServer, statusOfAll } from "@capstan/capstan";
 *
 * await using cluster = createApiServer().serve();
 * await using config = new Configuration({ kubeconfig: cluster.kubeconfig() });
 * const releases = await statusOfAll({ config });
 * if (releases.length !== 0) throw releases;
 * ```
 */
export async function statusOfAll(
  options: ReleaseListOptions & { readonly config?: Configuration | undefined } = {},
): Promise<ReleaseResult[]> {
  const { config, namespace, allNamespaces = namespace === undefined, ...more } = options;
  return await call({ config, options, what: "status of all releases" }, async (opened) => {
    const { context, signal } = opened;
    const request = {
      max: 0,
      ...more,
      namespace: allNamespaces ? undefined : opened.namespace,
      signal,
    };
    return (await listReleases(request, context)).map((release) => resultOf(release));
  });
}

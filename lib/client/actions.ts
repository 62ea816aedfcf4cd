/**
 * One class for each of Helm's actions on releases, for those who know them from helm-sdkpy or Helm's
 * Go SDK. {@linkcode Chart} does the same with less to write.
 *
 * @module
 */
import { listReleases } from "../action/read.ts";
import type { OperationResult } from "../action/types.ts";
import type { GoMap } from "../template/value.ts";
import { call } from "./call.ts";
import { Chart } from "./chart_release.ts";
import type { Configuration } from "./configuration.ts";
import type {
  GetValuesOptions,
  HistoryOptions,
  InstallOptions,
  ReleaseListOptions,
  ReleaseTestOptions,
  RollbackOptions,
  StatusOptions,
  UninstallOptions,
  UpgradeOptions,
} from "./options.ts";
import { type ReleaseResult, resultOf } from "./result.ts";

/**
 * What the classes of actions share: the cluster that they are about.
 *
 * @example Usage
 * ```ts
 * import { Action, Chart, type ReleaseResult } from "@capstan/capstan";
 *
 * class Restart extends Action {
 *   run(name: string): Promise<ReleaseResult> {
 *     return new Chart({ name, config: this.config }).rollback();
 *   }
 * }
 * if (!(new Restart() instanceof Action)) throw new Error();
 * ```
 */
export abstract class Action {
  /** The cluster; without one, each operation opens its own from KUBECONFIG. */
  constructor(
    /** The cluster. */
    protected readonly config?: Configuration,
  ) {}

  /**
   * The release of this name.
   *
   * @internal
   */
  protected release(name: string, chart?: string): Chart {
    return new Chart({ name, chart, config: this.config });
  }
}

/**
 * Installs charts.
 *
 * @example Usage
 * ```ts
 * import { Configuration, createApiServer, Install } from "@capstan/capstan";
 *
 * await using cluster = createApiServer().serve();
 * await using config = new Configuration({ kubeconfig: cluster.kubeconfig() });
 * const { status } = await new Install(config).run("cache", "examples/shop/charts/redis");
 * if (status !== "deployed") throw status;
 * ```
 */
export class Install extends Action {
  /** Installs a chart as a new release. @throws {InstallError} In Helm's words. */
  run(name: string, chart: string, options: InstallOptions = {}): Promise<ReleaseResult> {
    return this.release(name, chart).install(options);
  }
}

/**
 * Upgrades releases.
 *
 * @example Usage
 * ```ts
 * import { Configuration, createApiServer, Upgrade } from "@capstan/capstan";
 *
 * await using cluster = createApiServer().serve();
 * await using config = new Configuration({ kubeconfig: cluster.kubeconfig() });
 * const upgrade = new Upgrade(config);
 * const result = await upgrade.run("cache", "examples/shop/charts/redis", { install: true });
 * if (result.outcome !== "installed") throw result;
 * ```
 */
export class Upgrade extends Action {
  /** Makes a next revision of a release. @throws {UpgradeError} In Helm's words. */
  run(name: string, chart: string, options: UpgradeOptions = {}): Promise<ReleaseResult> {
    return this.release(name, chart).upgrade(options);
  }
}

/**
 * Removes releases.
 *
 * @example Usage
 * ```ts
 * import { Configuration, createApiServer, Uninstall } from "@capstan/capstan";
 *
 * await using cluster = createApiServer().serve();
 * await using config = new Configuration({ kubeconfig: cluster.kubeconfig() });
 * await new Uninstall(config).run("web", { ignoreNotFound: true });
 * ```
 */
export class Uninstall extends Action {
  /** Removes a release. @throws {UninstallError} In Helm's words. */
  run(
    name: string,
    options: UninstallOptions = {},
  ): Promise<Pick<OperationResult, "outcome" | "notice">> {
    return this.release(name).uninstall(options);
  }
}

/**
 * Brings earlier revisions back.
 *
 * @example Usage
 * ```ts
 * import { Configuration, createApiServer, Install, Rollback } from "@capstan/capstan";
 *
 * await using cluster = createApiServer().serve();
 * await using config = new Configuration({ kubeconfig: cluster.kubeconfig() });
 * await new Install(config).run("cache", "examples/shop/charts/redis");
 * const { revision } = await new Rollback(config).run("cache", { revision: 1 });
 * if (revision !== 2) throw revision;
 * ```
 */
export class Rollback extends Action {
  /** Brings an earlier revision back. @throws {RollbackError} In Helm's words. */
  run(name: string, options: RollbackOptions = {}): Promise<ReleaseResult> {
    return this.release(name).rollback(options);
  }
}

/**
 * Lists releases.
 *
 * @example Usage
 * ```ts
 * import { Configuration, createApiServer, List } from "@capstan/capstan";
 *
 * await using cluster = createApiServer().serve();
 * await using config = new Configuration({ kubeconfig: cluster.kubeconfig() });
 * const releases = await new List(config).run({ allNamespaces: true });
 * if (releases.length !== 0) throw releases;
 * ```
 */
export class List extends Action {
  /** The last revision of each release: those that are deployed or failed, or with `all` every one. */
  run(options: ReleaseListOptions = {}): Promise<ReleaseResult[]> {
    return call({ config: this.config, options, what: "list" }, async (opened) => {
      const { context, signal } = opened;
      const namespace = options.allNamespaces ? undefined : opened.namespace;
      const statuses = options.all ? undefined : ["deployed", "failed"] as const;
      const request = { max: 0, ...options, namespace, statuses, signal };
      return (await listReleases(request, context)).map((release) => resultOf(release));
    });
  }
}

/**
 * Tells how releases are.
 *
 * @example Usage
 * ```ts
 * import { Configuration, createApiServer, NotFoundError, Status } from "@capstan/capstan";
 *
 * await using cluster = createApiServer().serve();
 * await using config = new Configuration({ kubeconfig: cluster.kubeconfig() });
 * const error = await new Status(config).run("web").catch((thrown: unknown) => thrown);
 * if (!(error instanceof NotFoundError)) throw error;
 * ```
 */
export class Status extends Action {
  /** The last revision of a release. @throws {ReleaseNotFoundError} When there is none. */
  run(name: string, options: StatusOptions = {}): Promise<ReleaseResult> {
    return this.release(name).status(options);
  }
}

/**
 * Reads the values of releases.
 *
 * @example Usage
 * ```ts
 * import { Configuration, createApiServer, GetValues, Install } from "@capstan/capstan";
 *
 * await using cluster = createApiServer().serve();
 * await using config = new Configuration({ kubeconfig: cluster.kubeconfig() });
 * const values = { replicas: 2 };
 * await new Install(config).run("cache", "examples/shop/charts/redis", { values });
 * const given = await new GetValues(config).run("cache");
 * if (given.replicas !== 2) throw given;
 * ```
 */
export class GetValues extends Action {
  /** The values that were given, or with `all` those that templates saw. */
  run(name: string, options: GetValuesOptions = {}): Promise<GoMap> {
    return this.release(name).getValues(options);
  }
}

/**
 * Reads the revisions of releases.
 *
 * @example Usage
 * ```ts
 * import { Configuration, createApiServer, History, Install } from "@capstan/capstan";
 *
 * await using cluster = createApiServer().serve();
 * await using config = new Configuration({ kubeconfig: cluster.kubeconfig() });
 * await new Install(config).run("cache", "examples/shop/charts/redis");
 * const revisions = await new History(config).run("cache");
 * if (revisions.length !== 1) throw revisions;
 * ```
 */
export class History extends Action {
  /** The revisions of a release, oldest first. */
  run(name: string, options: HistoryOptions = {}): Promise<ReleaseResult[]> {
    return this.release(name).history(options);
  }
}

/**
 * Runs the tests of releases.
 *
 * @example Usage
 * ```ts
 * import { Configuration, createApiServer, Install, ReleaseTest } from "@capstan/capstan";
 *
 * await using cluster = createApiServer().serve();
 * await using config = new Configuration({ kubeconfig: cluster.kubeconfig() });
 * await new Install(config).run("cache", "examples/shop/charts/redis");
 * const { release } = await new ReleaseTest(config).run("cache", { hookParallelism: 4 });
 * if (release.hooks.some(({ lastRun }) => lastRun.phase === "Failed")) throw release.hooks;
 * ```
 */
export class ReleaseTest extends Action {
  /** Runs a release's tests. @throws {TestError} When one failed. */
  run(name: string, options: ReleaseTestOptions = {}): Promise<ReleaseResult> {
    return this.release(name).test(options);
  }
}

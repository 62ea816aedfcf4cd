/**
 * A chart and the release that is made of it.
 *
 * @module
 */
import { planDeploy } from "../action/deploy.ts";
import type { DeployRequest } from "../action/deploy_request.ts";
import { getRelease, releaseHistory } from "../action/read.ts";
import { rollback, runOperation, test, uninstall } from "../action/run.ts";
import type { OperationResult } from "../action/types.ts";
import type { Chart as LoadedChart } from "../chart/chart.ts";
import { coalesceValues } from "../chart/values.ts";
import { offlineCapabilities } from "../engine/capabilities.ts";
import { templateOutput } from "../engine/output.ts";
import { renderChart } from "../engine/render_chart.ts";
import { chartOf } from "../release/stored_chart.ts";
import type { GoMap } from "../template/value.ts";
import { type Call, call, type CallOptions } from "./call.ts";
import { ChartLibrary, type ChartSource } from "./chart_library.ts";
import type { Configuration } from "./configuration.ts";
import { asOperation, inFamily, ValidationError } from "./errors.ts";
import {
  type ChartDeployOptions,
  deployRequest,
  type GetValuesOptions,
  type HistoryOptions,
  type InstallOptions,
  type ReleaseTestOptions,
  type RollbackOptions,
  type StatusOptions,
  type TemplateCallOptions,
  timeoutOf,
  type UninstallOptions,
  type UpgradeOptions,
} from "./options.ts";
import { type ReleaseResult, resultOf } from "./result.ts";
import { goValues, plainValues } from "./values.ts";

/** What a {@linkcode Chart} is made with. */
export interface ChartInit extends Omit<ChartSource, "chart"> {
  /** The release's name. */
  readonly name: string;
  /** A folder, an archive, an `oci://` or `https://` address, `repo/name`, or with `repo` a name. */
  readonly chart?: string | undefined;
  /** The cluster. @default one of its own for each operation, from KUBECONFIG */
  readonly config?: Configuration | undefined;
}

/**
 * A release and the chart that it is made of. Making one does nothing; each method is an operation that
 * can run beside any other. What only reads or removes a release needs its name alone.
 *
 * @example Install, look, upgrade, roll back, uninstall
 * ```ts
 * import { Chart, Configuration, createApiServer } from "@capstan/capstan";
 *
 * await using cluster = createApiServer().serve();
 * await using config = new Configuration({ kubeconfig: cluster.kubeconfig() });
 * const redis = new Chart({ name: "cache", chart: "examples/shop/charts/redis", config });
 *
 * await redis.install({ namespace: "cache", createNamespace: true, wait: true, timeout: "10m" });
 * await redis.upgrade({ namespace: "cache", values: { replicas: 2 }, atomic: true });
 * await redis.rollback({ namespace: "cache", revision: 1 });
 * const { revision, status } = await redis.status({ namespace: "cache" });
 * await redis.uninstall({ namespace: "cache" });
 * if (revision !== 3 || status !== "deployed") throw status;
 * ```
 */
export class Chart {
  /** The release's name. */
  readonly name: string;
  readonly #init: ChartInit;

  /** Nothing is loaded or asked yet. */
  constructor(init: ChartInit) {
    this.name = init.name;
    this.#init = init;
  }

  /**
   * Installs the chart as a new release.
   *
   * @throws {InstallError} In Helm's words.
   */
  async install(options: InstallOptions = {}): Promise<ReleaseResult> {
    return await this.#deploy("install", { ...options, install: true, upgrade: false });
  }

  /**
   * Makes a next revision of the release, with `install` also a first one.
   *
   * @throws {ReleaseNotFoundError} When there is no such release and `install` is not set.
   * @throws {UpgradeError} In Helm's words.
   */
  async upgrade(options: UpgradeOptions = {}): Promise<ReleaseResult> {
    return await this.#deploy("upgrade", { ...options, install: options.install ?? false });
  }

  /**
   * Installs the release, upgrades it, or finds that it is as it shall be and leaves it alone; the
   * result's `outcome` says which. Values that are not given are the chart's, as with `resetValues`.
   *
   * @throws {ReleaseError} In Helm's words.
   */
  async deploy(options: ChartDeployOptions = {}): Promise<ReleaseResult> {
    const { always = false, ...rest } = options;
    const { reuseValues, resetThenReuseValues } = options;
    const resetValues = options.resetValues ?? !(reuseValues || resetThenReuseValues);
    return await this.#deploy("deploy", { ...rest, resetValues, install: true }, {
      force: always,
    });
  }

  /**
   * Removes the release. A notice tells of objects that were kept.
   *
   * @throws {ReleaseNotFoundError} When there is none, unless `ignoreNotFound` is set.
   * @throws {UninstallError} In Helm's words.
   */
  async uninstall(
    options: UninstallOptions = {},
  ): Promise<Pick<OperationResult, "outcome" | "notice">> {
    return await this.#call("uninstall", options, async ({ context, namespace, signal }) => {
      const request = { ...options, ...timeoutOf(options), name: this.name, namespace };
      const { outcome, notice } = await uninstall(request, context, { signal });
      return { outcome, notice };
    });
  }

  /**
   * Brings an earlier revision back as a new one.
   *
   * @throws {ReleaseNotFoundError} When there is no such release or revision.
   * @throws {RollbackError} In Helm's words.
   */
  async rollback(options: RollbackOptions = {}): Promise<ReleaseResult> {
    return await this.#call("rollback", options, async ({ context, namespace, signal }) => {
      const request = { ...options, ...timeoutOf(options), name: this.name, namespace };
      return resultOf(await rollback(request, context, { signal }), "rolled-back");
    });
  }

  /**
   * Runs the release's tests, and tells how each went in `release.hooks`.
   *
   * @throws {TestError} When one failed.
   */
  async test(options: ReleaseTestOptions = {}): Promise<ReleaseResult> {
    return await this.#call("test", options, async ({ context, namespace, signal }) => {
      const request = { ...options, ...timeoutOf(options), name: this.name, namespace };
      return resultOf(await test(request, context, { signal }));
    });
  }

  /**
   * The last revision of the release, or the one that is asked for.
   *
   * @throws {ReleaseNotFoundError} When there is none.
   */
  async status(options: StatusOptions = {}): Promise<ReleaseResult> {
    return resultOf(await this.#read("status", options));
  }

  /**
   * The revisions of the release, oldest first.
   *
   * @throws {ReleaseNotFoundError} When there is no such release.
   */
  async history(options: HistoryOptions = {}): Promise<ReleaseResult[]> {
    return await this.#call("history", options, async ({ context, namespace, signal }) => {
      const { max } = options;
      const releases = await releaseHistory({ name: this.name, namespace, max, signal }, context);
      return releases.map((release) => resultOf(release));
    });
  }

  /**
   * The values that were given to the release, or with `all` those that its templates saw.
   *
   * @throws {ReleaseNotFoundError} When there is no such release.
   */
  async getValues(options: GetValuesOptions = {}): Promise<GoMap> {
    const { chart, config } = await this.#read("getValues", options);
    const given = config ?? {};
    return plainValues(options.all ? coalesceValues(chartOf(chart), given) : given);
  }

  /**
   * What the release would consist of, as YAML. No cluster is asked.
   *
   * @throws {HelmError} When the chart cannot be loaded or rendered.
   */
  async template(options: TemplateCallOptions = {}): Promise<string> {
    const { values, namespace = "default", signal, noHooks, isUpgrade } = options;
    const { includeCrds, skipSchemaValidation, kubeVersion, apiVersions = [] } = options;
    return await inFamily((async () => {
      const chart = await this.#load(options.version, signal);
      const rendered = await renderChart(chart, goValues(values), {
        release: { name: this.name, namespace, isUpgrade },
        capabilities: offlineCapabilities(kubeVersion, apiVersions),
        includeCrds,
        skipSchemaValidation,
        signal,
      });
      return templateOutput(rendered, { noHooks });
    })());
  }

  async #load(
    version: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<LoadedChart> {
    const { chart, repo, username, password, plainHttp, config } = this.#init;
    if (chart === undefined) {
      throw new ValidationError(`cannot deploy ${this.name}: it has no chart`, {
        code: "options/chart",
        hint: "give `chart` a folder, an archive, or a name in `repo`",
      });
    }
    const access = { username, password, plainHttp };
    const source = { chart, repo, ...access, version: version ?? this.#init.version };
    const library = config?.charts ?? new ChartLibrary();
    try {
      return await library.load(source, signal);
    } finally {
      if (config === undefined) await library.close();
    }
  }

  #call<T>(verb: string, options: CallOptions, run: (call: Call) => Promise<T>): Promise<T> {
    const { config } = this.#init;
    return call({ config, options, what: `${verb} of ${this.name}`, release: this.name }, run);
  }

  #read(verb: string, options: StatusOptions) {
    return this.#call(verb, options, ({ context, namespace, signal }) => {
      const { revision } = options;
      return getRelease({ name: this.name, namespace, revision, signal }, context);
    });
  }

  async #deploy(
    verb: "install" | "upgrade" | "deploy",
    options: UpgradeOptions & Pick<DeployRequest, "upgrade">,
    more: Pick<DeployRequest, "force"> = {},
  ): Promise<ReleaseResult> {
    return await this.#call(verb, options, async ({ context, namespace, signal }) => {
      const request: DeployRequest = {
        ...deployRequest(options),
        ...more,
        name: this.name,
        namespace,
        chart: (loading) => this.#load(options.version, loading),
      };
      const ended = await runOperation(planDeploy(request, context), context, { signal })
        .catch((error: unknown) => Promise.reject(asOperation(error, verb)));
      // What was left alone was not read whole.
      const { name } = this;
      const release = ended.release ?? await getRelease({ name, namespace, signal }, context);
      return resultOf(release, ended.outcome);
    });
  }
}

/**
 * From a chart's name to the chart.
 *
 * @module
 */
import type { Chart } from "../chart/chart.ts";
import { checkInstallable } from "../chart/install_checks.ts";
import { loadChart, loadChartArchive } from "../chart/load.ts";
import { RepositoryClient } from "../registry/repository.ts";
import { inFamily } from "./errors.ts";

/** Which chart, and where it is. */
export interface ChartSource {
  /** A folder, an archive, or with `repo` a name in that repository. */
  readonly chart: string;
  /** URL of a chart repository. */
  readonly repo?: string | undefined;
  /** A version, or a range such as `^15.0`; with `repo`. @default the newest stable one */
  readonly version?: string | undefined;
  /** Who asks the repository. */
  readonly username?: string | undefined;
  /** The password of `username`. */
  readonly password?: string | undefined;
}

/** Fetches charts of repositories, each once in its lifetime; those in files are read each time. */
export class ChartLibrary {
  readonly #repositories = new RepositoryClient();
  readonly #charts = new Map<string, Promise<Chart>>();

  /** @throws {HelmError} Of the family, when there is no such chart or it cannot be installed. */
  load(source: ChartSource, signal?: AbortSignal): Promise<Chart> {
    if (source.repo === undefined) return inFamily(readLocal(source.chart, signal));
    const key = JSON.stringify([source.repo, source.chart, source.version, source.username]);
    let chart = this.#charts.get(key);
    if (chart === undefined) {
      // Others may wait for it too: one caller's signal does not end it.
      chart = inFamily(this.#fetch(source, source.repo));
      this.#charts.set(key, chart);
      // A failure is not remembered: the next try asks again.
      chart.catch(() => this.#charts.delete(key));
    }
    return orAborted(chart, signal);
  }

  async #fetch(source: ChartSource, url: string): Promise<Chart> {
    const { chart: name, version, username, password } = source;
    const { archive } = await this.#repositories.chart(
      { url, username, password },
      { name, version },
    );
    return installable(await loadChartArchive(archive));
  }
}

async function readLocal(path: string, signal?: AbortSignal): Promise<Chart> {
  return installable(await loadChart(path, { signal }));
}

function installable(chart: Chart): Chart {
  checkInstallable(chart);
  return chart;
}

/** The promise's result, unless the signal is aborted first. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await promise;
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

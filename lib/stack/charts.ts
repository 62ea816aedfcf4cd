/**
 * Finds and loads the charts of a stack, each once.
 *
 * @module
 */
import { loadChart, loadChartArchive } from "../chart/load.ts";
import type { Chart } from "../chart/chart.ts";
import { CapstanError, messageOf } from "../errors.ts";
import { RepositoryClient } from "../registry/repository.ts";
import type { RemoteChart } from "./types.ts";

/** Options of {@linkcode ChartSource}. */
export interface ChartSourceOptions {
  /** What fetches charts of repositories. @default one of its own */
  readonly repositories?: RepositoryClient | undefined;
}

/** Loads charts; the same chart is loaded, and parsed, once in its lifetime. */
export class ChartSource {
  readonly #folder: string;
  readonly #repositories: RepositoryClient;
  readonly #loaded = new Map<string, Promise<Chart>>();

  /** @param folder What relative paths start from. */
  constructor(folder: string, options: ChartSourceOptions = {}) {
    this.#folder = folder;
    this.#repositories = options.repositories ?? new RepositoryClient();
  }

  /**
   * The chart of a path or of a repository.
   *
   * @throws {CapstanError} That names the chart and says why, in Helm's words where it has some.
   */
  load(ref: string | RemoteChart, signal?: AbortSignal): Promise<Chart> {
    const key = typeof ref === "string" ? ref : JSON.stringify(ref);
    let chart = this.#loaded.get(key);
    if (chart === undefined) {
      chart = typeof ref === "string" ? this.#local(ref, signal) : this.#remote(ref, signal);
      this.#loaded.set(key, chart);
    }
    return chart;
  }

  async #local(path: string, signal: AbortSignal | undefined): Promise<Chart> {
    const absolute = /^([/\\]|[A-Za-z]:)/.test(path) ? path : `${this.#folder}/${path}`;
    try {
      return await loadChart(absolute, { signal });
    } catch (error) {
      throw unloadable(path, error);
    }
  }

  async #remote(ref: RemoteChart, signal: AbortSignal | undefined): Promise<Chart> {
    const { url, archive } = await this.#repositories.chart(ref.repository, ref, signal);
    try {
      return await loadChartArchive(archive, { signal });
    } catch (error) {
      throw unloadable(url, error);
    }
  }
}

/** The error of a chart that cannot be loaded, with the chart's name before Helm's words. */
function unloadable(chart: string, error: unknown): unknown {
  if (!(error instanceof CapstanError)) return error;
  return new CapstanError(`cannot load chart ${chart}: ${messageOf(error)}`, {
    code: error.code,
    hint: error.hint,
    position: error.position,
    cause: error,
  });
}

/**
 * Finds and loads the charts of a stack, each once.
 *
 * @module
 */
import { loadChart, loadChartArchive } from "../chart/load.ts";
import type { Chart } from "../chart/chart.ts";
import { CapstanError, messageOf } from "../errors.ts";
import { sha256 } from "../registry/cache.ts";
import { createChartLocator } from "../registry/locate.ts";
import type { ChartFetcher, RemoteArchive } from "../registry/locate.ts";
import { once } from "../registry/once.ts";
import { LOCK_FILE, lockKey, readLock, vendoredPath } from "./chart_lock.ts";
import type { ChartLock, LockedChart } from "./chart_lock.ts";
import type { RemoteChart } from "./types.ts";

/** How the charts of a stack are found. */
export interface ChartSettings {
  /** What finds charts that are not in a folder. @default one that keeps nothing on disk */
  readonly locator?: ChartFetcher | undefined;
  /** Take only what capstan.lock names. @default {false} */
  readonly frozen?: boolean | undefined;
  /** Take only what `capstan vendor` has brought. @default {false} */
  readonly offline?: boolean | undefined;
}

/** A chart as a release names it. */
export interface ChartReference {
  readonly chart: string | RemoteChart;
  /** A version or a range, beside a chart that is named by text. */
  readonly version?: string | undefined;
}

/**
 * Loads charts; the same chart is loaded, and parsed, once in its lifetime. A failure is not kept, so that
 * a release that is tried again asks again. Close it when done.
 */
export class ChartSource {
  readonly #folder: string;
  readonly #settings: ChartSettings;
  readonly #loaded = new Map<string, Promise<Chart>>();
  #locator: ChartFetcher | undefined;
  #lock: Promise<ChartLock | undefined> | undefined;

  /** @param folder What relative paths start from, and where the lock is. */
  constructor(folder: string, settings: ChartSettings = {}) {
    this.#folder = folder;
    this.#settings = settings;
  }

  /** Lets go of connections, where the locator is its own. */
  async close(): Promise<void> {
    await this.#locator?.close();
  }

  /**
   * The chart of a path, of a repository or of a registry.
   *
   * @throws {CapstanError} That names the chart and says why, in Helm's words where it has some.
   */
  load(ref: ChartReference, signal?: AbortSignal): Promise<Chart> {
    const key = isLocal(ref.chart) ? ref.chart : lockKey(ref.chart, ref.version);
    return once(
      this.#loaded,
      key,
      () => isLocal(ref.chart) ? this.#local(ref.chart, signal) : this.#remote(ref, key, signal),
    );
  }

  /** Downloads a chart whatever the lock says; `undefined` of one that is in a folder. */
  async fetch(ref: ChartReference, signal?: AbortSignal): Promise<RemoteArchive | undefined> {
    return isLocal(ref.chart) ? undefined : await this.#fetch(ref, ref.version, signal);
  }

  async #local(path: string, signal: AbortSignal | undefined): Promise<Chart> {
    const absolute = /^([/\\]|[A-Za-z]:)/.test(path) ? path : `${this.#folder}/${path}`;
    try {
      return await loadChart(absolute, { signal });
    } catch (error) {
      throw unloadable(path, error);
    }
  }

  async #remote(ref: ChartReference, key: string, signal: AbortSignal | undefined): Promise<Chart> {
    const { url, archive } = await this.#archive(ref, key, signal);
    try {
      return await loadChartArchive(archive, { signal });
    } catch (error) {
      throw unloadable(url, error);
    }
  }

  async #archive(
    ref: ChartReference,
    key: string,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly url: string; readonly archive: Uint8Array }> {
    const { frozen = false, offline = false } = this.#settings;
    const locked = (await (this.#lock ??= readLock(this.#folder)))?.get(key);
    if (locked === undefined) {
      if (frozen || offline) throw notLocked(key, offline);
      return await this.#fetch(ref, ref.version, signal);
    }
    if (offline) return await this.#vendored(locked);
    // What has the digest is what is wanted, wherever it is published now.
    const kept = await this.#settings.locator?.kept?.(locked.digest.replace(/^sha256:/, ""));
    if (kept !== undefined) return { url: locked.url, archive: kept };
    const found = await this.#fetch(ref, locked.version, signal);
    if (`sha256:${found.digest}` === locked.digest) return found;
    throw new CapstanError(
      `cannot take chart ${key}: ${LOCK_FILE} says that ${locked.version} has digest ${locked.digest}, ${found.url} has sha256:${found.digest}`,
      {
        code: "stack/digest",
        hint:
          "somebody published other bytes under the same version; if that is right, run `capstan lock`",
      },
    );
  }

  async #vendored(locked: LockedChart): Promise<{ url: string; archive: Uint8Array }> {
    const path = `${this.#folder}/${vendoredPath(locked)}`;
    let archive: Uint8Array;
    try {
      archive = await Deno.readFile(path);
    } catch (error) {
      throw new CapstanError(`cannot read vendored chart ${path}: ${messageOf(error)}`, {
        code: "stack/vendor",
        hint: error instanceof Deno.errors.NotFound
          ? "run `capstan vendor` where there is a network"
          : undefined,
        cause: error,
      });
    }
    if (`sha256:${await sha256(archive)}` === locked.digest) return { url: path, archive };
    throw new CapstanError(`vendored chart ${path} is not what ${LOCK_FILE} names`, {
      code: "stack/digest",
      hint: "bring it anew with `capstan vendor`",
    });
  }

  async #fetch(
    { chart }: ChartReference,
    version: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<RemoteArchive> {
    const locator = this.#settings.locator ?? (this.#locator ??= createChartLocator());
    if (typeof chart === "string") {
      return await locator.fetch(chart.replace(/^@/, ""), { version, signal });
    }
    const { url, ...access } = chart.repository;
    return await locator.fetch(chart.name, {
      repo: url,
      version: version ?? chart.version,
      access,
      signal,
    });
  }
}

/** A text is a path unless it says otherwise. */
function isLocal(chart: string | RemoteChart): chart is string {
  return typeof chart === "string" && !isRemote(chart);
}

/** Whether a text names a chart that is elsewhere: an address, or `@repo/name` of an added repository. */
export function isRemote(chart: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(chart) || chart.startsWith("@");
}

function notLocked(key: string, offline: boolean): CapstanError {
  return new CapstanError(`cannot take chart ${key}: it is not in ${LOCK_FILE}`, {
    code: "stack/frozen",
    hint: offline
      ? "run `capstan vendor` where there is a network"
      : "run `capstan lock`, and look at what it changes",
  });
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

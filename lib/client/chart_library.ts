/**
 * From a chart's name to the chart.
 *
 * @module
 */
import { orAborted } from "../abort.ts";
import type { Chart } from "../chart/chart.ts";
import { checkInstallable } from "../chart/install_checks.ts";
import { helmPaths } from "../registry/helm_paths.ts";
import type { Access } from "../registry/http.ts";
import { ChartLocator, loadFound } from "../registry/locate.ts";
import { inFamily } from "./errors.ts";

/** Which chart, and where it is. */
export interface ChartSource {
  /** A folder, an archive, an `oci://` or `https://` address, `repo/name`, or with `repo` a name. */
  readonly chart: string;
  /** Address of a chart repository. */
  readonly repo?: string | undefined;
  /** A version, or a range such as `^15.0`, of a chart that is fetched. @default the newest stable one */
  readonly version?: string | undefined;
  /** Who asks the repository or registry. @default what was logged in or added */
  readonly username?: string | undefined;
  /** The password of `username`. */
  readonly password?: string | undefined;
  /** Speak HTTP to a registry. @default {false} */
  readonly plainHttp?: boolean | undefined;
}

/** How the registries and repositories of a configuration are asked. */
export interface RegistrySettings {
  /** Logins of registries by host, e.g. `ghcr.io`; they win over those of files. @default none */
  readonly registryAuth?:
    | Readonly<Record<string, { readonly username: string; readonly password: string }>>
    | undefined;
  /** Speak HTTP to registries. @default {false} */
  readonly plainHttp?: boolean | undefined;
  /** Take any certificate of registries and repositories. @default {false} */
  readonly insecureSkipTlsVerify?: boolean | undefined;
}

/** Fetches charts, each once in its lifetime; those in files are read each time. */
export class ChartLibrary {
  /** What finds charts, with the repositories and logins of Helm's files. */
  readonly locator: ChartLocator;
  readonly #charts = new Map<string, Promise<Chart>>();

  readonly #settings: RegistrySettings;

  constructor(
    env: (name: string) => string | undefined = readEnv,
    settings: RegistrySettings = {},
  ) {
    this.#settings = settings;
    const logins = settings.registryAuth;
    this.locator = new ChartLocator({ paths: helmPaths(env), cached: false, logins });
  }

  /** What is said of one request, and where nothing is said what holds for all. */
  access(given: Access): Access {
    const { plainHttp, insecureSkipTlsVerify } = this.#settings;
    return {
      ...given,
      plainHttp: given.plainHttp ?? plainHttp,
      insecureSkipTlsVerify: given.insecureSkipTlsVerify ?? insecureSkipTlsVerify,
    };
  }

  /** @throws {HelmError} Of the family, when there is no such chart or it cannot be installed. */
  async load(source: ChartSource, signal?: AbortSignal): Promise<Chart> {
    const key = JSON.stringify(source);
    let chart = this.#charts.get(key);
    if (chart === undefined) {
      // Others may wait for it too: one caller's signal does not end it.
      chart = inFamily(this.#find(source, () => this.#charts.delete(key)));
      this.#charts.set(key, chart);
      // A failure is not remembered: the next try asks again.
      chart.catch(() => this.#charts.delete(key));
    }
    return await orAborted(chart, signal);
  }

  /** Lets connections go. */
  async close(): Promise<void> {
    await this.locator.close();
  }

  async #find(source: ChartSource, forget: () => void): Promise<Chart> {
    const { chart: ref, repo, version, ...given } = source;
    const access = this.access(given);
    const found = await this.locator.locate(ref, { repo, version, access });
    // Files change.
    if (found.kind === "local") queueMicrotask(forget);
    const chart = await loadFound(found);
    checkInstallable(chart);
    return chart;
  }
}

/** A variable that may be read; one that may not is as one that is not set. */
export function readEnv(name: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
}

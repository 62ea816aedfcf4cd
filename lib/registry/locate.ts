/**
 * From any chart reference to a chart: a folder, an archive, `repo/name`, an address, `oci://`.
 *
 * Rules from Helm's pkg/action/install.go (LocateChart) and pkg/downloader/chart_downloader.go.
 *
 * @module
 */
import type { Chart } from "../chart/chart.ts";
import { loadChart, loadChartArchive } from "../chart/load.ts";
import type { LoadOptions } from "../chart/load.ts";
import { CapstanError } from "../errors.ts";
import { exists } from "../files.ts";
import { ChartCache, sha256 } from "./cache.ts";
import { Credentials } from "./credentials.ts";
import type { Login } from "./credentials.ts";
import { helmPaths, isWithheld } from "./helm_paths.ts";
import type { HelmPaths, PathVariable } from "./helm_paths.ts";
import { HttpSource, StatusError } from "./http.ts";
import type { Access, HttpSourceOptions } from "./http.ts";
import { findVersion, missing } from "./index_file.ts";
import { OciCharts } from "./oci_chart.ts";
import { OciClient } from "./oci_client.ts";
import { isOci } from "./oci_reference.ts";
import { readRepositories } from "./repositories_file.ts";
import type { NamedRepository } from "./repositories_file.ts";
import { RepositoryCache } from "./repository_cache.ts";
import { RepositoryClient, resolveUrl } from "./repository.ts";
import type { FetchedChart } from "./repository.ts";

/** Downloads charts; what {@linkcode createChartLocator} makes. */
export interface ChartFetcher {
  /**
   * Downloads a chart: `repo/name` of an added repository, an address, `oci://`, or a name with
   * `repo`.
   *
   * @throws {CapstanError} In Helm's words where it has some; it names the chart and the source.
   */
  fetch(ref: string, options?: LocateOptions): Promise<RemoteArchive>;
  /** The archive of this SHA-256, hex, where a cache has it. @default nothing is kept */
  kept?(digest: string): Promise<Uint8Array | undefined>;
  /** Lets connections go. */
  close(): Promise<void>;
}

/** Options of {@linkcode ChartLocator}. */
export interface ChartLocatorOptions extends HttpSourceOptions {
  readonly paths: HelmPaths;
  /** Whether downloads may be kept in the cache. @default {true} */
  readonly cached?: boolean | undefined;
  /** Logins of registries by host, which win over those of files. @default none */
  readonly logins?: Readonly<Record<string, Login>> | undefined;
}

/** What is asked for beside the reference. */
export interface LocateOptions {
  /** A version or a range. */
  readonly version?: string | undefined;
  /** Address of the repository that the reference is a chart's name in. */
  readonly repo?: string | undefined;
  /** How to be let in, and whom to trust. @default what was added, or logged in to */
  readonly access?: Access | undefined;
  /** Fetch the provenance file too; it must be there. @default {false} */
  readonly provenance?: boolean | undefined;
  /** Gives up. */
  readonly signal?: AbortSignal | undefined;
}

/** A chart on this disk. */
export interface LocalChart {
  readonly kind: "local";
  readonly path: string;
}

/** A chart that was downloaded. */
export interface RemoteArchive extends FetchedChart {
  /** Tells it from a chart on this disk. */
  readonly kind: "remote";
  /** The provenance file, where it was asked for. */
  readonly provenance?: Uint8Array | undefined;
  /** What a registry calls it: `host/path:tag`, and the digest of its manifest. */
  readonly pulled?: { readonly reference: string; readonly manifest: string } | undefined;
}

/** Finds charts. Close it when done. */
export class ChartLocator implements ChartFetcher {
  readonly http: HttpSource;
  readonly cache: ChartCache | undefined;
  readonly repositories: RepositoryClient;
  readonly indexes: RepositoryCache;
  readonly oci: OciCharts;
  readonly ociClient: OciClient;
  readonly paths: HelmPaths;

  constructor({ paths, cached = true, logins, ...options }: ChartLocatorOptions) {
    this.paths = paths;
    this.http = new HttpSource(options);
    this.cache = cached ? new ChartCache(paths.cache) : undefined;
    this.repositories = new RepositoryClient({ http: this.http, cache: this.cache });
    this.indexes = new RepositoryCache({
      folder: () => paths.repositoryCache,
      http: this.http,
      cache: this.cache,
    });
    this.ociClient = new OciClient({
      http: this.http,
      credentials: new Credentials({
        helm: () => paths.registryConfig,
        docker: () => paths.dockerConfig,
        given: logins,
      }),
    });
    this.oci = new OciCharts(this.ociClient, this.cache);
  }

  /** Lets connections with certificates of their own go. */
  async close(): Promise<void> {
    await this.http.close();
  }

  /** The archive of this SHA-256, where the cache has it. */
  async kept(digest: string): Promise<Uint8Array | undefined> {
    return await this.cache?.get(digest);
  }

  /**
   * Finds a chart and, where it is not on this disk, downloads it.
   *
   * @throws {CapstanError} In Helm's words where it has some; it names the chart and the source.
   */
  async locate(ref: string, options: LocateOptions = {}): Promise<LocalChart | RemoteArchive> {
    const name = ref.trim();
    if (options.repo === undefined) {
      if (await exists(name)) return { kind: "local", path: name };
      if (/^([.]|\/|[A-Za-z]:[\\/])/.test(name)) return { kind: "local", path: name };
    }
    return await this.fetch(name, options);
  }

  /** Downloads a chart that is not on this disk. */
  async fetch(ref: string, options: LocateOptions = {}): Promise<RemoteArchive> {
    const { repo, access = {} } = options;
    if (repo !== undefined) {
      if (isOci(repo)) return await this.#pull(`${repo.replace(/\/+$/, "")}/${ref}`, options);
      return await this.#fromRepository({ ...access, url: repo }, ref, options);
    }
    if (isOci(ref)) return await this.#pull(ref, options);
    if (/^[a-z][a-z0-9+.-]*:\/\//i.test(ref)) return await this.#fromUrl(ref, options);
    return await this.#fromAdded(ref, options);
  }

  async #pull(ref: string, { version, access, provenance, signal }: LocateOptions) {
    const pulled = await this.oci.pull(ref, { version, access, provenance, signal });
    if (provenance && pulled.provenance === undefined) throw noProvenance(pulled.url);
    const { reference, manifest, ...chart } = pulled;
    return { kind: "remote", ...chart, pulled: { reference, manifest } } as const;
  }

  async #fromRepository(
    source: Access & { readonly url: string },
    name: string,
    { version, provenance, signal }: LocateOptions,
  ): Promise<RemoteArchive> {
    const found = await this.repositories.find(source, { name, version }, signal);
    return await this.#archive(found, { source, name, provenance, signal });
  }

  async #fromUrl(url: string, options: LocateOptions): Promise<RemoteArchive> {
    if (/^git\+/i.test(url)) {
      throw new CapstanError(`scheme ${JSON.stringify(url.split(":")[0])} not supported`, {
        code: "chart/address",
        hint: "name the chart's folder in the git work tree, such as ../clone/charts/web",
      });
    }
    if (!/^https?:\/\//i.test(url)) {
      throw new CapstanError(`scheme ${JSON.stringify(url.split(":")[0])} not supported`, {
        code: "chart/address",
        hint:
          "name a folder, an archive, repo/name, or an address that begins with https:// or oci://",
      });
    }
    const { owner, hint } = await this.#ownerOf(url);
    const source = owner === undefined ? options.access ?? {} : merged(owner, options.access);
    const name = decodeURIComponent(new URL(url).pathname.split("/").at(-1)!);
    const [, chart = name, version = ""] = /^(.+?)-(\d.*)\.(?:tgz|tar\.gz)$/.exec(name) ?? [];
    try {
      return await this.#archive({ url, version, digest: "" }, { ...options, source, name: chart });
    } catch (error) {
      throw hint === undefined ? error : withHint(error, hint);
    }
  }

  /** The added repository that an address is in; where they may not be read, what would let them be. */
  async #ownerOf(
    url: string,
  ): Promise<{ readonly owner?: NamedRepository; readonly hint?: string }> {
    try {
      const all = await readRepositories(this.paths.repositoryConfig);
      const owner = all.find((each) => url.startsWith(`${each.url.replace(/\/+$/, "")}/`));
      return owner === undefined ? {} : { owner };
    } catch (error) {
      // Most charts are free to be had: one that is not will say so.
      if (isWithheld(error)) return error.hint === undefined ? {} : { hint: error.hint };
      throw error;
    }
  }

  /** `repo/name` of a repository that was added. */
  async #fromAdded(ref: string, options: LocateOptions): Promise<RemoteArchive> {
    const [alias = "", ...rest] = ref.split("/");
    const name = rest.join("/");
    if (name === "") {
      throw new CapstanError(
        `non-absolute URLs should be in form of repo_name/path_to_chart, got: ${ref}`,
        { code: "chart/missing", hint: await notHere(ref) },
      );
    }
    const repository = (await readRepositories(this.paths.repositoryConfig)).find((each) =>
      each.name === alias
    );
    if (repository === undefined) {
      throw new CapstanError(`repo ${alias} not found`, {
        code: "chart/missing",
        hint: await notHere(ref),
      });
    }
    if (repository.url === "") {
      throw new CapstanError(`no URL found for repository ${alias}`, {
        code: "repo/config",
        hint: `add it anew: capstan repo add ${alias} URL --force-update`,
      });
    }
    const index = await this.indexes.index(repository, options.signal);
    const { version, urls: [first], digest } = findVersion(index, repository.url, {
      name,
      version: options.version,
    });
    if (first === undefined) throw missing(name, repository.url, "it has no downloadable URLs");
    const source = merged(repository, options.access);
    const url = resolveUrl(repository.url, first);
    return await this.#archive({ url, version, digest }, { ...options, source, name });
  }

  async #archive(
    { url, version, digest }: {
      readonly url: string;
      readonly version: string;
      readonly digest: string;
    },
    { source, name, provenance, signal }: {
      readonly source: Access & { readonly url?: string };
      readonly name: string;
    } & LocateOptions,
  ): Promise<RemoteArchive> {
    const archive = isOci(url)
      ? (await this.oci.pull(url, { access: source, signal })).archive
      : await this.repositories.archive(url, { source, digest, chart: name }, signal);
    return {
      kind: "remote",
      name,
      version,
      url,
      digest: await sha256(archive),
      archive,
      provenance: provenance ? await this.#provenance(url, source, signal) : undefined,
    };
  }

  async #provenance(
    url: string,
    source: Access & { readonly url?: string },
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array> {
    try {
      return await this.http.get(`${url}.prov`, {
        access: source,
        home: source.url ?? url,
        signal,
      });
    } catch (error) {
      throw noProvenance(url, error);
    }
  }
}

/** Loads a chart that was found. @throws {ChartError} in Helm's words. */
export async function loadFound(
  found: LocalChart | RemoteArchive,
  options: LoadOptions = {},
): Promise<Chart> {
  return found.kind === "local"
    ? await loadChart(found.path, options)
    : await loadChartArchive(found.archive, options);
}

/** Options of {@linkcode createChartLocator}. */
export interface LocatorOptions {
  /** The environment, for the places of Helm's files. @default a process without any variable */
  readonly env?: ((name: PathVariable) => string | undefined) | undefined;
  /** Keep downloads in the cache folder that the environment names. @default {false} */
  readonly cached?: boolean | undefined;
  /** What sends requests. @default the global fetch */
  readonly fetch?: typeof fetch | undefined;
}

/**
 * What downloads charts, for {@linkcode RunOptions} and for programs. It knows the repositories and
 * logins that `env` leads to: `(name) => Deno.env.get(name)` shares Helm's.
 *
 * @example Usage
 * ```ts
 * import { createChartLocator } from "@capstan/capstan";
 *
 * const charts = createChartLocator();
 * const refused = await charts.fetch("stable/web").catch((error) => error.message);
 * await charts.close();
 * if (refused !== "repo stable not found") throw new Error(refused);
 * ```
 */
export function createChartLocator(options: LocatorOptions = {}): ChartFetcher {
  const { env = () => undefined, cached = false, fetch } = options;
  return new ChartLocator({ paths: helmPaths(env), cached, fetch });
}

/** An error of a server that lets not everybody in, with what may let us in. */
function withHint(error: unknown, hint: string): unknown {
  let refused: unknown = error;
  while (refused instanceof CapstanError && !(refused instanceof StatusError)) {
    refused = refused.cause;
  }
  if (!(error instanceof CapstanError) || !(refused instanceof StatusError)) return error;
  if (refused.status !== 401 && refused.status !== 403) return error;
  return new CapstanError(error.message, {
    code: error.code,
    hint: `the login of a repository that was added may let you in: ${hint}`,
    cause: error,
  });
}

/** What was given on the command line over what was added. */
function merged(repository: NamedRepository, access: Access = {}): NamedRepository {
  const given = Object.entries(access).filter(([, value]) =>
    value !== undefined && value !== false
  );
  return { ...repository, ...Object.fromEntries(given) };
}

async function notHere(ref: string): Promise<string> {
  if (await isHere(ref)) {
    return `${ref} is here already; what is fetched is named by its address, as oci://HOST/CHART, as REPO/CHART, or with --repo`;
  }
  return `there is no folder or file ${ref}; name a folder or an archive, an address, a chart of a repository that ` +
    "was added (`capstan repo add`), or a chart and its repository with --repo";
}

async function isHere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

function noProvenance(url: string, cause?: unknown): CapstanError {
  return new CapstanError(`failed to fetch provenance ${JSON.stringify(`${url}.prov`)}`, {
    code: "chart/provenance",
    hint: "the chart was published without one, so it cannot be verified",
    cause,
  });
}

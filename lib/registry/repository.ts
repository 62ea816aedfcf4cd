/**
 * Chart repositories over HTTP: index.yaml, choosing a version, fetching the archive.
 *
 * Rules from Helm's pkg/repo (chartrepo.go, index.go) and pkg/getter (httpgetter.go).
 *
 * @module
 */
import { CapstanError, messageOf } from "../errors.ts";
import { sha256 } from "./cache.ts";
import type { ChartCache } from "./cache.ts";
import { checkArchive } from "./check_archive.ts";
import { HttpSource } from "./http.ts";
import type { Access, HttpSourceOptions } from "./http.ts";
import { findVersion, missing, NO_INDEX, packIndex, readIndex, unpackIndex } from "./index_file.ts";
import type { RepositoryIndex } from "./index_file.ts";
import { once } from "./once.ts";

/** Where a repository is and how to be let in. */
export interface RepositorySource extends Access {
  readonly url: string;
}

/** Options of {@linkcode RepositoryClient}. */
export interface RepositoryClientOptions extends HttpSourceOptions {
  /** What requests are sent with. @default one of its own */
  readonly http?: HttpSource | undefined;
  /** Where downloads are kept. @default nowhere but in memory */
  readonly cache?: ChartCache | undefined;
}

/** Which chart of a repository. */
export interface ChartQuery {
  readonly name: string;
  /** A version or a range; the newest stable one when absent. */
  readonly version?: string | undefined;
}

/** A chart's archive as it was fetched. */
export interface FetchedChart {
  /** The chart's name. */
  readonly name: string;
  /** Its exact version; empty of an address that says none. */
  readonly version: string;
  /** Where the archive is. */
  readonly url: string;
  /** SHA-256 of the archive, hex. */
  readonly digest: string;
  /** The archive's bytes, checked. */
  readonly archive: Uint8Array;
}

const ARCHIVE = { accept: "application/gzip,application/octet-stream" };

/** Reads chart repositories; each index and each archive is fetched once in its lifetime. */
export class RepositoryClient {
  readonly #http: HttpSource;
  readonly #cache: ChartCache | undefined;
  readonly #indexes = new Map<string, Promise<RepositoryIndex>>();
  readonly #archives = new Map<string, Promise<Uint8Array>>();

  constructor(options: RepositoryClientOptions = {}) {
    this.#http = options.http ?? new HttpSource(options);
    this.#cache = options.cache;
  }

  /** Lets connections with certificates of their own go. */
  async close(): Promise<void> {
    await this.#http.close();
  }

  /**
   * Fetches the archive of a chart: the given version exactly, else the newest that satisfies it.
   *
   * @throws {CapstanError} When the repository cannot be read or has no such chart or version, or
   * the archive is not what the index says.
   */
  async chart(
    source: RepositorySource,
    query: ChartQuery,
    signal?: AbortSignal,
  ): Promise<FetchedChart> {
    const { version, url, digest } = await this.find(source, query, signal);
    const archive = await this.archive(url, { source, digest, chart: query.name }, signal);
    return { name: query.name, version, url, digest: await sha256(archive), archive };
  }

  /** Which version of a chart is wanted, and where its archive is. */
  async find(
    source: RepositorySource,
    query: ChartQuery,
    signal?: AbortSignal,
  ): Promise<{ readonly version: string; readonly url: string; readonly digest: string }> {
    const index = await this.index(source, signal);
    const { version, urls: [first], digest } = findVersion(index, source.url, query);
    if (first === undefined) {
      throw missing(query.name, source.url, `version ${version} has no URL in the index`);
    }
    return { version, url: resolveUrl(source.url, first), digest };
  }

  /** The index of a repository. A cached one is taken where the server says that it has not changed. */
  index(source: RepositorySource, signal?: AbortSignal): Promise<RepositoryIndex> {
    return once(this.#indexes, source.url, () => this.#index(source, signal));
  }

  async #index(
    source: RepositorySource,
    signal: AbortSignal | undefined,
  ): Promise<RepositoryIndex> {
    const url = `${source.url.replace(/\/*$/, "")}/index.yaml`;
    const cache = this.#cache;
    if (cache === undefined) return parseIndex(source.url, await this.#bytes(url, source, signal));
    return await cache.alone(`index ${url}`, async () => {
      const note = await cache.note(`index ${url}`);
      const kept = note === undefined ? undefined : await cache.get(note.digest);
      const response = await this.#http.send(url, {
        access: source,
        home: source.url,
        signal,
        headers: kept === undefined ? {} : conditions(note!),
      });
      if (response.status === 304) return unpackIndex(new TextDecoder().decode(kept));
      const index = parseIndex(source.url, await this.#http.read(response));
      const digest = await cache.put(new TextEncoder().encode(packIndex(index)));
      await cache.setNote(`index ${url}`, { digest, ...validators(response) });
      return index;
    });
  }

  /**
   * The bytes of an archive, from the cache where they are there and still the server's.
   *
   * @param about `digest` is what they must have, where that is known.
   */
  archive(
    url: string,
    about: {
      readonly source: Access & { url?: string };
      readonly digest?: string;
      readonly chart: string;
    },
    signal?: AbortSignal,
  ): Promise<Uint8Array> {
    return once(this.#archives, `${url} ${about.digest ?? ""}`, async () => {
      const cache = this.#cache;
      const wanted = (about.digest ?? "").replace(/^sha256:/, "").toLowerCase();
      if (cache === undefined) return await this.#checked(url, about, wanted, signal);
      return await cache.alone(`archive ${url}`, async () => {
        const known = wanted === "" ? undefined : await cache.get(wanted);
        return known ?? await this.#revalidated(cache, url, about, wanted, signal);
      });
    });
  }

  async #revalidated(
    cache: ChartCache,
    url: string,
    about: { readonly source: Access & { url?: string }; readonly chart: string },
    wanted: string,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array> {
    const note = wanted === "" ? await cache.note(`archive ${url}`) : undefined;
    const kept = note === undefined ? undefined : await cache.get(note.digest);
    const response = await this.#http.send(url, {
      access: about.source,
      home: about.source.url ?? url,
      signal,
      headers: { ...ARCHIVE, ...(kept === undefined ? {} : conditions(note!)) },
    });
    if (response.status === 304) return kept!;
    const data = await this.#http.read(response);
    await check(data, url, about.chart, wanted);
    await cache.setNote(`archive ${url}`, {
      digest: await cache.put(data),
      ...validators(response),
    });
    return data;
  }

  async #checked(
    url: string,
    about: { readonly source: Access & { url?: string }; readonly chart: string },
    wanted: string,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array> {
    const data = await this.#http.get(url, {
      access: about.source,
      home: about.source.url ?? url,
      headers: ARCHIVE,
      signal,
    });
    await check(data, url, about.chart, wanted);
    return data;
  }

  async #bytes(
    url: string,
    source: RepositorySource,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array> {
    return await this.#http.get(url, { access: source, home: source.url, signal });
  }
}

/** An address of an index, against the repository's own; the repository's query is kept, as in Helm. */
export function resolveUrl(repository: string, url: string): string {
  const base = new URL(repository);
  const query = base.search;
  base.search = "";
  base.pathname = `${base.pathname.replace(/\/*$/, "")}/`;
  const resolved = new URL(url, base);
  if (query !== "" && resolved.search === "" && !/^[a-z][a-z0-9+.-]*:/i.test(url)) {
    resolved.search = query;
  }
  return resolved.href;
}

function parseIndex(url: string, data: Uint8Array): RepositoryIndex {
  try {
    return readIndex(new TextDecoder().decode(data));
  } catch (error) {
    throw new CapstanError(
      `cannot read chart repository ${url}: bad index.yaml: ${messageOf(error)}`,
      { code: "registry/index", hint: NO_INDEX, cause: error },
    );
  }
}

async function check(data: Uint8Array, url: string, chart: string, wanted: string): Promise<void> {
  await checkArchive(data, { chart, url, digest: wanted });
}

function conditions(
  { etag, modified }: {
    readonly etag?: string | undefined;
    readonly modified?: string | undefined;
  },
) {
  return {
    ...(etag === undefined ? {} : { "if-none-match": etag }),
    ...(modified === undefined ? {} : { "if-modified-since": modified }),
  };
}

function validators({ headers }: Response) {
  return {
    etag: headers.get("etag") ?? undefined,
    modified: headers.get("last-modified") ?? undefined,
  };
}

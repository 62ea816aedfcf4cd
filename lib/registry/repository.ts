/**
 * Chart repositories over HTTP: index.yaml, choosing a version, fetching the archive.
 *
 * Rules from Helm's pkg/repo (chartrepo.go, index.go) and pkg/getter (httpgetter.go).
 *
 * @module
 */
import { CapstanError, isAbort, messageOf } from "../errors.ts";
import { compareVersions, parseRange, parseVersion } from "../semver.ts";
import { closest } from "../text.ts";
import { parseYaml } from "../yaml/parse.ts";

/** Where a repository is and how to be let in. */
export interface RepositorySource {
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/** Options of {@linkcode RepositoryClient}. */
export interface RepositoryClientOptions {
  /** @default the global fetch */
  readonly fetch?: typeof fetch | undefined;
  /** Largest response taken, in bytes. @default {104_857_600} */
  readonly maxBytes?: number | undefined;
}

/** Which chart of a repository. */
export interface ChartQuery {
  readonly name: string;
  /** A version or a range; the newest stable one when absent. */
  readonly version?: string | undefined;
}

/** One version of a chart in an index, newest first in its list. */
interface IndexEntry {
  readonly version: string;
  readonly urls: readonly string[];
}

type Index = ReadonlyMap<string, readonly IndexEntry[]>;

/** A chart's archive as it was fetched. */
export interface FetchedChart {
  readonly name: string;
  readonly version: string;
  readonly url: string;
  readonly archive: Uint8Array;
}

/** Reads chart repositories; each index and each archive is fetched once in its lifetime. */
export class RepositoryClient {
  readonly #fetch: typeof fetch;
  readonly #maxBytes: number;
  readonly #indexes = new Map<string, Promise<Index>>();
  readonly #archives = new Map<string, Promise<FetchedChart>>();

  constructor(options: RepositoryClientOptions = {}) {
    this.#fetch = options.fetch ?? fetch;
    this.#maxBytes = options.maxBytes ?? 104_857_600;
  }

  /**
   * Fetches the archive of a chart: the given version exactly, else the newest that satisfies it.
   *
   * @throws {CapstanError} When the repository cannot be read or has no such chart or version.
   */
  async chart(
    source: RepositorySource,
    query: ChartQuery,
    signal?: AbortSignal,
  ): Promise<FetchedChart> {
    const index = await once(this.#indexes, source.url, () => this.#index(source, signal));
    const entry = choose(index, source, query);
    const [first] = entry.urls;
    if (first === undefined) {
      throw unfit(source, query, `version ${entry.version} has no URL in the index`);
    }
    const url = new URL(first, `${source.url.replace(/\/*$/, "")}/`).href;
    return await once(this.#archives, url, async () => ({
      name: query.name,
      version: entry.version,
      url,
      archive: await this.#get(url, source, signal),
    }));
  }

  async #index(source: RepositorySource, signal: AbortSignal | undefined): Promise<Index> {
    const url = `${source.url.replace(/\/*$/, "")}/index.yaml`;
    const text = new TextDecoder().decode(await this.#get(url, source, signal));
    try {
      return readIndex(text.trimStart().startsWith("{") ? JSON.parse(text) : parseYaml(text));
    } catch (error) {
      throw new CapstanError(
        `cannot read chart repository ${source.url}: bad index.yaml: ${messageOf(error)}`,
        {
          code: "registry/index",
          cause: error,
        },
      );
    }
  }

  /** Credentials go only to the repository's own scheme, host and port (Helm without --pass-credentials). */
  async #get(
    url: string,
    source: RepositorySource,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array> {
    const headers = new Headers({ accept: "application/gzip,application/octet-stream" });
    if (source.username !== undefined && new URL(url).origin === new URL(source.url).origin) {
      const bytes = new TextEncoder().encode(`${source.username}:${source.password ?? ""}`);
      headers.set("authorization", `Basic ${bytes.toBase64()}`);
    }
    try {
      const response = await this.#fetch(url, {
        headers,
        ...(signal === undefined ? {} : { signal }),
      });
      if (!response.ok) {
        await response.body?.cancel();
        throw new CapstanError(`${response.status} ${response.statusText}`.trim());
      }
      return await readAtMost(response, this.#maxBytes);
    } catch (error) {
      if (isAbort(error)) throw error;
      throw new CapstanError(`cannot fetch ${url}: ${messageOf(error)}`, {
        code: "registry/fetch",
        hint: hintOf(error, url),
        cause: error,
      });
    }
  }
}

/** The value under a key, made on first use; a failure is not kept. */
function once<T>(map: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  let made = map.get(key);
  if (made === undefined) {
    made = make();
    map.set(key, made);
    made.catch(() => map.delete(key));
  }
  return made;
}

async function readAtMost(response: Response, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > limit) throw new CapstanError(`the response is larger than ${limit} bytes`);
    chunks.push(chunk);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function readIndex(document: unknown): Index {
  const { apiVersion, entries } = (document ?? {}) as { apiVersion?: unknown; entries?: unknown };
  if (typeof apiVersion !== "string" || apiVersion === "") {
    throw new CapstanError("no API version specified");
  }
  const index = new Map<string, IndexEntry[]>();
  for (const [name, versions] of Object.entries(entries ?? {})) {
    if (!Array.isArray(versions)) continue;
    const valid = versions.filter(isEntry).map(({ version, urls }) => ({ version, urls }));
    index.set(
      name,
      valid.sort((a, b) => compareVersions(parseVersion(b.version), parseVersion(a.version))),
    );
  }
  return index;
}

function isEntry(entry: unknown): entry is IndexEntry {
  if (typeof entry !== "object" || entry === null) return false;
  const { version, urls } = entry as { version?: unknown; urls?: unknown };
  if (typeof version !== "string" || !Array.isArray(urls)) return false;
  try {
    parseVersion(version);
    return urls.every((url) => typeof url === "string");
  } catch {
    return false;
  }
}

/** Helm's look-up: the exact text first, then the newest version in range; "" means any stable one. */
function choose(index: Index, source: RepositorySource, query: ChartQuery): IndexEntry {
  const versions = index.get(query.name);
  if (versions === undefined || versions.length === 0) {
    const near = closest(query.name, index.keys());
    throw unfit(
      source,
      query,
      "there is no such chart",
      near === undefined ? undefined : `did you mean ${near}?`,
    );
  }
  const wanted = query.version ?? "";
  const exact = versions.find(({ version }) => version === wanted);
  if (exact !== undefined) return exact;
  const range = parseRange(wanted === "" ? "*" : wanted);
  const found = versions.find(({ version }) => range.includes(parseVersion(version)));
  if (found !== undefined) return found;
  const newest = versions.slice(0, 3).map(({ version }) => version).join(", ");
  throw unfit(
    source,
    query,
    `no chart version found for ${query.name}-${wanted}`,
    `the newest versions are ${newest}`,
  );
}

function unfit(
  source: RepositorySource,
  query: ChartQuery,
  why: string,
  hint?: string,
): CapstanError {
  return new CapstanError(`cannot get chart ${query.name} from ${source.url}: ${why}`, {
    code: "registry/no-chart",
    hint,
  });
}

function hintOf(error: unknown, url: string): string | undefined {
  const host = new URL(url).host;
  if (error instanceof Deno.errors.NotCapable) return `add --allow-net=${host}`;
  if (/^40[13]\b/.test(messageOf(error))) {
    return `give repository(url, { username, password }) what ${host} asks for`;
  }
  return undefined;
}

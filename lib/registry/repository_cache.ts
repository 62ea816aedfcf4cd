/**
 * The indexes of added repositories, in Helm's cache folder: NAME-index.yaml and NAME-charts.txt.
 *
 * @module
 */
import { CapstanError, messageOf } from "../errors.ts";
import { replaceFile } from "../files.ts";
import { sha256 } from "./cache.ts";
import type { ChartCache } from "./cache.ts";
import type { HttpSource } from "./http.ts";
import { NO_INDEX, packIndex, readIndex, unpackIndex } from "./index_file.ts";
import type { RepositoryIndex } from "./index_file.ts";
import type { NamedRepository } from "./repositories_file.ts";
import { resolveUrl } from "./repository.ts";

/** Options of {@linkcode RepositoryCache}. */
export interface RepositoryCacheOptions {
  /** Helm's folder for indexes, looked up when it is needed. */
  readonly folder: () => string;
  readonly http: HttpSource;
  /** Where a form of an index is kept that is read quickly. */
  readonly cache?: ChartCache | undefined;
}

/** Fetches and reads the indexes of added repositories. */
export class RepositoryCache {
  constructor(private readonly options: RepositoryCacheOptions) {}

  /** Path of a repository's index. */
  indexFile(name: string): string {
    return `${this.options.folder()}/${name}-index.yaml`;
  }

  /**
   * Fetches a repository's index and keeps it.
   *
   * @throws {CapstanError} When it cannot be fetched, or is no index.
   */
  async update(repository: NamedRepository, signal?: AbortSignal): Promise<RepositoryIndex> {
    const { http } = this.options;
    const folder = this.options.folder();
    const url = resolveUrl(repository.url, "index.yaml");
    const data = await http.get(url, { access: repository, home: repository.url, signal });
    const index = this.#parsed(data, repository.url);
    try {
      await Deno.mkdir(folder, { recursive: true });
      const names = [...index.keys()].map((name) => `${name}\n`).join("");
      await replaceFile(`${folder}/${repository.name}-charts.txt`, new TextEncoder().encode(names));
      await replaceFile(this.indexFile(repository.name), data);
    } catch (error) {
      throw unusable(folder, error);
    }
    await this.#keep(data, index);
    return index;
  }

  /** The index that was fetched last, fetched now where there is none. */
  async index(repository: NamedRepository, signal?: AbortSignal): Promise<RepositoryIndex> {
    return await this.known(repository.name) ?? await this.update(repository, signal);
  }

  /** The index that was fetched last. */
  async known(name: string): Promise<RepositoryIndex | undefined> {
    const path = this.indexFile(name);
    let data: Uint8Array;
    try {
      data = await Deno.readFile(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw unusable(path, error);
    }
    const { cache } = this.options;
    const note = await cache?.note(`packed ${await sha256(data)}`);
    const packed = note === undefined ? undefined : await cache?.get(note.digest);
    if (packed !== undefined) return unpackIndex(new TextDecoder().decode(packed));
    const index = this.#parsed(data, path);
    await this.#keep(data, index);
    return index;
  }

  /** Forgets a repository's index. */
  async remove(name: string): Promise<void> {
    for (const path of [this.indexFile(name), `${this.options.folder()}/${name}-charts.txt`]) {
      try {
        await Deno.remove(path);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw unusable(path, error);
      }
    }
  }

  async #keep(data: Uint8Array, index: RepositoryIndex): Promise<void> {
    const { cache } = this.options;
    if (cache === undefined) return;
    const digest = await cache.put(new TextEncoder().encode(packIndex(index)));
    await cache.setNote(`packed ${await sha256(data)}`, { digest });
  }

  #parsed(data: Uint8Array, from: string): RepositoryIndex {
    try {
      return readIndex(new TextDecoder().decode(data));
    } catch (error) {
      throw new CapstanError(`error loading ${from}: ${messageOf(error)}`, {
        code: "registry/index",
        hint: URL.canParse(from) ? NO_INDEX : "run `capstan repo update`",
        cause: error,
      });
    }
  }
}

function unusable(path: string, error: unknown): CapstanError {
  return new CapstanError(`cannot use the repository cache ${path}: ${messageOf(error)}`, {
    code: "repo/cache",
    hint: error instanceof Deno.errors.NotCapable
      ? `add --allow-read and --allow-write for ${path}`
      : "name another folder with HELM_CACHE_HOME, or HELM_REPOSITORY_CACHE",
    cause: error,
  });
}

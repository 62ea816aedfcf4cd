/**
 * One class for each of Helm's actions on charts, repositories and registries. They share Helm's files:
 * what one of the two has added or logged in to, the other knows.
 *
 * @module
 */
import { loadChartArchive } from "../chart/load.ts";
import { metadataJSON } from "../chart/metadata.ts";
import { type Chart, ChartError, readmeOf } from "../chart/chart.ts";
import { messageOf } from "../errors.ts";
import { lintChart } from "../engine/lint/lint.ts";
import type { LintMessage } from "../engine/lint/message.ts";
import { Credentials } from "../registry/credentials.ts";
import type { Access } from "../registry/http.ts";
import { loadFound } from "../registry/locate.ts";
import type { ChartLocator } from "../registry/locate.ts";
import { changeRepositories, readRepositories } from "../registry/repositories_file.ts";
import type { Values } from "../stack/types.ts";
import { emitYaml } from "../yaml/emit.ts";
import { Action } from "./actions.ts";
import { ChartLibrary } from "./chart_library.ts";
import { inFamily, RegistryError, ValidationError } from "./errors.ts";
import { goValues } from "./values.ts";

/** Options of what asks a repository or registry. */
export interface RegistryOptions extends Access {
  /** Gives up. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of fetching a chart. */
export interface FetchOptions extends RegistryOptions {
  /** A version or a range. @default the newest stable one */
  readonly version?: string | undefined;
  /** Address of the repository that the chart's name is in. */
  readonly repo?: string | undefined;
}

/** A repository that was added. */
export interface AddedRepository {
  /** What charts of it are called by: `name/chart`. */
  readonly name: string;
  /** Its address. */
  readonly url: string;
}

async function withLocator<T>(
  library: ChartLibrary | undefined,
  use: (locator: ChartLocator, access: (given: Access) => Access) => Promise<T>,
): Promise<T> {
  const used = library ?? new ChartLibrary();
  try {
    return await inFamily(use(used.locator, (given) => used.access(given)));
  } finally {
    if (library === undefined) await used.close();
  }
}

/**
 * Logs in to registries.
 *
 * @example Usage
 * ```ts
 * import { RegistryError, RegistryLogin } from "@capstan/capstan";
 *
 * const error = await new RegistryLogin().run("127.0.0.1:1", "user", "password", { plainHttp: true })
 *   .catch((thrown: unknown) => thrown);
 * if (!(error instanceof RegistryError)) throw error;
 * ```
 */
export class RegistryLogin extends Action {
  /** Keeps a login, once the registry has accepted it. @throws {RegistryError} When it does not. */
  async run(
    hostname: string,
    username: string,
    password: string,
    options: RegistryOptions = {},
  ): Promise<void> {
    const { signal, ...given } = options;
    await withLocator(this.config?.charts, async ({ ociClient, paths }, access) => {
      const login = access({ ...given, username, password });
      try {
        await ociClient.ping(hostname, login, signal);
      } catch (error) {
        signal?.throwIfAborted();
        throw new RegistryError(
          `cannot log in to ${hostname} as ${username}: ${messageOf(error)}`,
          {
            code: "registry/login",
            hint: "is the name of the host right, and does it accept this user and password?",
            cause: error,
          },
        );
      }
      await new Credentials({ helm: paths.registryConfig }).set(hostname, login);
    });
  }
}

/**
 * Forgets logins.
 *
 * @example Usage
 * ```ts
 * import { Configuration, RegistryLogout } from "@capstan/capstan";
 *
 * const home = Deno.makeTempDirSync();
 * await using config = new Configuration({ env: (name) => name === "HOME" ? home : undefined });
 * await new RegistryLogout(config).run("registry.example.com");
 * Deno.removeSync(home, { recursive: true });
 * ```
 */
export class RegistryLogout extends Action {
  /** Forgets a login. */
  async run(hostname: string): Promise<void> {
    await withLocator(this.config?.charts, async ({ paths }) => {
      await new Credentials({ helm: paths.registryConfig }).remove(hostname);
    });
  }
}

/**
 * Downloads charts.
 *
 * @example Usage
 * ```ts
 * import { HelmError, Pull } from "@capstan/capstan";
 *
 * const error = await new Pull().run("oci://127.0.0.1:1/charts/web", { plainHttp: true })
 *   .catch((thrown: unknown) => thrown);
 * if (!(error instanceof HelmError)) throw error;
 * ```
 */
export class Pull extends Action {
  /** Downloads a chart's archive, and returns its path. @throws {RegistryError} When there is none. */
  async run(
    ref: string,
    options: FetchOptions & {
      /** Folder for the archive. @default the working folder */
      readonly destDir?: string | undefined;
    } = {},
  ): Promise<string> {
    const { destDir = ".", version, repo, signal, ...given } = options;
    return await withLocator(this.config?.charts, async (locator, access) => {
      const found = await locator.fetch(ref, { version, repo, access: access(given), signal });
      const { metadata } = await loadChartArchive(found.archive, { signal });
      const path = `${destDir}/${metadata.name}-${metadata.version}.tgz`;
      await Deno.mkdir(destDir, { recursive: true });
      await Deno.writeFile(path, found.archive);
      return path;
    });
  }
}

/**
 * Uploads charts.
 *
 * @example Usage
 * ```ts
 * import { ChartError, Push } from "@capstan/capstan";
 *
 * const error = await new Push().run("no-such.tgz", "oci://127.0.0.1:1/charts")
 *   .catch((thrown: unknown) => thrown);
 * if (!(error instanceof ChartError)) throw error;
 * ```
 */
export class Push extends Action {
  /** Uploads an archive. @throws {RegistryError} When the registry does not take it. */
  async run(
    path: string,
    remote: string,
    options: RegistryOptions = {},
  ): Promise<{ readonly reference: string; readonly digest: string }> {
    const { signal, ...given } = options;
    return await withLocator(this.config?.charts, async ({ oci }, access) => {
      const archive = await readArchive(path);
      const asked = { access: access(given), signal };
      const { reference, manifest } = await oci.push(archive, remote, asked);
      return { reference, digest: manifest };
    });
  }
}

async function readArchive(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    throw new ChartError(`cannot push ${path}: ${messageOf(error)}`, {
      code: "chart/missing",
      hint: "name a chart's archive, such as web-1.2.0.tgz",
      cause: error,
    });
  }
}

/**
 * Shows what charts hold.
 *
 * @example Usage
 * ```ts
 * import { Show } from "@capstan/capstan";
 *
 * const text = await new Show().chart("examples/shop/charts/redis");
 * if (!text.includes("name: redis")) throw new Error(text);
 * ```
 */
export class Show extends Action {
  /** Its Chart.yaml. */
  async chart(ref: string, options: FetchOptions = {}): Promise<string> {
    return emitYaml(metadataJSON((await this.#load(ref, options)).metadata));
  }

  /** Its values.yaml, as it is written; empty when it has none. */
  async values(ref: string, options: FetchOptions = {}): Promise<string> {
    const { raw } = await this.#load(ref, options);
    return raw.find(({ name }) => name === "values.yaml")?.text ?? "";
  }

  /** Its README; empty when it has none. */
  async readme(ref: string, options: FetchOptions = {}): Promise<string> {
    return readmeOf(await this.#load(ref, options))?.text ?? "";
  }

  #load(ref: string, options: FetchOptions): Promise<Chart> {
    const { version, repo, signal, ...given } = options;
    return withLocator(this.config?.charts, async (locator, access) => {
      const asked = { version, repo, access: access(given), signal };
      return await loadFound(await locator.locate(ref, asked), { signal });
    });
  }
}

/**
 * Examines charts.
 *
 * @example Usage
 * ```ts
 * import { Lint } from "@capstan/capstan";
 *
 * const { ok, messages } = await new Lint().run("examples/shop/charts/redis");
 * if (!ok) throw messages;
 * ```
 */
export class Lint extends Action {
  /** Examines a chart in a folder or an archive. */
  async run(path: string, options: LintCallOptions = {}): Promise<LintResult> {
    const { values, namespace, strict = false, signal } = options;
    const messages = await inFamily(
      lintChart(path, { values: goValues(values), namespace, signal }),
    );
    const bad = messages.some(({ severity }) =>
      severity === "error" || (strict && severity === "warning")
    );
    return { ok: !bad, messages };
  }
}

/** Options of {@linkcode Lint}. */
export interface LintCallOptions {
  /** What is laid over the chart's own values. @default {{}} */
  readonly values?: Values | undefined;
  /** What templates see as the namespace. */
  readonly namespace?: string | undefined;
  /** Warnings are failures too. @default {false} */
  readonly strict?: boolean | undefined;
  /** Gives up. */
  readonly signal?: AbortSignal | undefined;
}

/** What is wrong with a chart. */
export interface LintResult {
  /** Whether the chart is good enough. */
  readonly ok: boolean;
  /** What was noticed. */
  readonly messages: readonly LintMessage[];
}

/**
 * Adds repositories.
 *
 * @example Usage
 * ```ts
 * import { Configuration, RegistryError, RepoAdd } from "@capstan/capstan";
 *
 * const home = Deno.makeTempDirSync();
 * await using config = new Configuration({ env: (name) => name === "HOME" ? home : undefined });
 * const error = await new RepoAdd(config).run("stable", "http://127.0.0.1:1/charts")
 *   .catch((thrown: unknown) => thrown);
 * Deno.removeSync(home, { recursive: true });
 * if (!(error instanceof RegistryError)) throw error;
 * ```
 */
export class RepoAdd extends Action {
  /** Adds a repository, or changes it, once its index could be read. @throws {RegistryError} */
  async run(name: string, url: string, options: RegistryOptions = {}): Promise<void> {
    if (name === "" || name.includes("/")) {
      throw new ValidationError(`a repository cannot be called ${JSON.stringify(name)}`, {
        code: "repo/name",
        hint: "charts of it are called NAME/CHART: leave out the slash",
      });
    }
    const { signal, ...given } = options;
    await withLocator(this.config?.charts, async ({ indexes, paths }, access) => {
      const repository = { ...access(given), name, url };
      await changeRepositories(paths.repositoryConfig, async (all) => {
        await indexes.update(repository, signal);
        return [...all.filter((each) => each.name !== name), repository];
      });
    });
  }
}

/**
 * Removes repositories.
 *
 * @example Usage
 * ```ts
 * import { Configuration, RegistryError, RepoRemove } from "@capstan/capstan";
 *
 * const home = Deno.makeTempDirSync();
 * await using config = new Configuration({ env: (name) => name === "HOME" ? home : undefined });
 * const error = await new RepoRemove(config).run("stable").catch((thrown: unknown) => thrown);
 * Deno.removeSync(home, { recursive: true });
 * if (!(error instanceof RegistryError)) throw error;
 * ```
 */
export class RepoRemove extends Action {
  /** Removes a repository and its index. @throws {RegistryError} When there is none of this name. */
  async run(name: string): Promise<void> {
    await withLocator(this.config?.charts, async ({ indexes, paths }) => {
      await changeRepositories(paths.repositoryConfig, (all) => {
        const left = all.filter((each) => each.name !== name);
        if (left.length < all.length) return Promise.resolve(left);
        throw noRepository(name, all);
      });
      await indexes.remove(name);
    });
  }
}

/**
 * Lists repositories.
 *
 * @example Usage
 * ```ts
 * import { Configuration, RepoList } from "@capstan/capstan";
 *
 * const home = Deno.makeTempDirSync();
 * await using config = new Configuration({ env: (name) => name === "HOME" ? home : undefined });
 * const repositories = await new RepoList(config).run();
 * Deno.removeSync(home, { recursive: true });
 * if (repositories.length !== 0) throw repositories;
 * ```
 */
export class RepoList extends Action {
  /** The repositories that were added. */
  async run(): Promise<AddedRepository[]> {
    return await withLocator(this.config?.charts, async ({ paths }) => {
      const all = await readRepositories(paths.repositoryConfig);
      return all.map(({ name, url }) => ({ name, url }));
    });
  }
}

/**
 * Fetches the indexes of repositories.
 *
 * @example Usage
 * ```ts
 * import { Configuration, RepoUpdate } from "@capstan/capstan";
 *
 * const home = Deno.makeTempDirSync();
 * await using config = new Configuration({ env: (name) => name === "HOME" ? home : undefined });
 * await new RepoUpdate(config).run();
 * Deno.removeSync(home, { recursive: true });
 * ```
 */
export class RepoUpdate extends Action {
  /** Fetches the index of one repository, or of all at once. @throws {RegistryError} */
  async run(name?: string, options: Pick<RegistryOptions, "signal"> = {}): Promise<void> {
    await withLocator(this.config?.charts, async ({ indexes, paths }) => {
      const all = await readRepositories(paths.repositoryConfig);
      const wanted = name === undefined ? all : all.filter((each) => each.name === name);
      if (name !== undefined && wanted.length === 0) throw noRepository(name, all);
      await Promise.all(wanted.map((each) => indexes.update(each, options.signal)));
    });
  }
}

function noRepository(name: string, all: readonly AddedRepository[]): RegistryError {
  return new RegistryError(`no repo named ${JSON.stringify(name)} found`, {
    code: "repo/missing",
    hint: all.length === 0
      ? "none was added yet"
      : `there are ${all.map((each) => each.name).join(", ")}`,
  });
}

/**
 * A chart's dependencies, brought into its charts/ folder and written down in Chart.lock.
 *
 * Rules, order and texts from Helm's pkg/downloader/manager.go and internal/resolver/resolver.go. The
 * archives are fetched at once; what is printed keeps Helm's order.
 *
 * @module
 */
import type { Chart, Dependency } from "../chart/chart.ts";
import { loadChart } from "../chart/load.ts";
import { CapstanError, messageOf } from "../errors.ts";
import { parseRange, parseVersion, rangeIncludes } from "../semver.ts";
import {
  checkRange,
  fileNameOf,
  firstLike,
  isExact,
  lockedOf,
  writeLock,
} from "./dependency_parts.ts";
import { saveDependencies } from "./dependency_files.ts";
import type { SavedDependency } from "./dependency_files.ts";
import { isOnDisk, placeDependencies } from "./dependency_repositories.ts";
import type { PlacedDependency } from "./dependency_repositories.ts";
import { isWithheld } from "./helm_paths.ts";
import { findVersion } from "./index_file.ts";
import type { RepositoryIndex } from "./index_file.ts";
import type { Access } from "./http.ts";
import { withoutSecrets } from "./http.ts";
import type { ChartLocator, RemoteArchive } from "./locate.ts";
import { helm2LockDigest, lockDigest } from "./lock_digest.ts";
import { isOci } from "./oci_reference.ts";
import { packageChart } from "./package.ts";
import { readRepositories } from "./repositories_file.ts";

/** Options of {@linkcode updateDependencies} and {@linkcode buildDependencies}. */
export interface DependencyOptions {
  readonly locator: ChartLocator;
  /** How to be let in where nothing was added. */
  readonly access?: Access | undefined;
  /** Do not fetch the indexes of added repositories again. @default {false} */
  readonly skipRefresh?: boolean | undefined;
  /** Where Helm's lines go. @default nowhere */
  readonly print?: ((line: string) => void) | undefined;
  /** Looks at each archive before it is saved; what it throws ends the work. @default nothing */
  readonly verify?: ((archive: RemoteArchive) => Promise<void>) | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** When packed files were changed, in seconds since 1970. @default now */
  readonly time?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Chooses the newest version of each dependency, fetches it, and writes Chart.lock.
 *
 * @throws {CapstanError} In Helm's words; charts/ and Chart.lock are then as they were.
 */
export async function updateDependencies(path: string, options: DependencyOptions): Promise<void> {
  const chart = await chartIn(path, options);
  const { dependencies, apiVersion } = chart.metadata;
  if (dependencies === undefined) return;
  const work = new Work(path, options);
  const placed = await work.place(dependencies);
  await work.refresh(placed);
  const chosen = await work.choose(placed);
  await work.save(chosen);
  const asked = placed.map(({ dependency }) => dependency);
  const locked = chosen.map(({ dependency }) => lockedOf(dependency));
  const digest = await lockDigest(asked, locked);
  if (chart.lock?.digest === digest) return;
  const generated = new Date(options.now()).toISOString().replace(/\.?0*Z$/, "Z");
  await writeLock(path, { generated, digest, dependencies: locked }, apiVersion === "v1");
}

/**
 * Fetches the versions that Chart.lock names; without one, as {@linkcode updateDependencies}.
 *
 * @throws {CapstanError} In Helm's words, also when the lock is of other dependencies.
 */
export async function buildDependencies(path: string, options: DependencyOptions): Promise<void> {
  const chart = await chartIn(path, options);
  const { lock, metadata } = chart;
  if (lock === undefined) return await updateDependencies(path, options);
  const work = new Work(path, options);
  const declared = metadata.dependencies ?? [];
  const placed = await work.place(declared);
  const asked = placed.map(({ dependency }) => dependency);
  if (await lockDigest(asked, lock.dependencies) !== lock.digest) {
    await checkHelm2Lock(chart, declared, options);
  }
  const locked = await work.place(lock.dependencies);
  await work.refreshAdded(locked);
  await work.save(locked);
}

/** A lock that Helm 2 wrote is right as well. */
async function checkHelm2Lock(
  { metadata, lock }: Chart,
  declared: readonly Dependency[],
  { print = () => {} }: DependencyOptions,
): Promise<void> {
  if (metadata.apiVersion !== "v1") {
    throw outOfSync(
      "the lock file (Chart.lock) is out of sync with the dependencies file (Chart.yaml). Please update the dependencies with 'helm dependency update'",
    );
  }
  print("warning: a valid Helm v3 hash was not found. Checking against Helm v2 hash...");
  if (await helm2LockDigest(declared) === lock!.digest) return;
  throw outOfSync(
    "the lock file (requirements.lock) is out of sync with the dependencies file (requirements.yaml). Please update the dependencies",
  );
}

function outOfSync(message: string): CapstanError {
  return new CapstanError(message, {
    code: "dependency/lock",
    hint: "capstan dependency update writes a new lock",
  });
}

async function chartIn(path: string, { signal }: DependencyOptions): Promise<Chart> {
  let info;
  try {
    info = await Deno.stat(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new CapstanError(`could not find ${path}: no such file or directory`, {
      code: "chart/missing",
      hint: "name a chart's folder; a relative path starts where the command runs",
    });
  }
  if (!info.isDirectory) {
    throw new CapstanError("only unpacked charts can be updated", {
      code: "chart/packed",
      hint: `unpack it first: tar xzf ${path}`,
    });
  }
  return await loadChart(path, { signal });
}

/** One update or build. */
class Work {
  readonly #path: string;
  readonly #options: DependencyOptions;
  readonly #print: (line: string) => void;
  readonly #indexes = new Map<string, Promise<RepositoryIndex>>();

  constructor(path: string, options: DependencyOptions) {
    this.#path = path;
    this.#options = options;
    this.#print = options.print ?? (() => {});
  }

  async place(dependencies: readonly Dependency[]): Promise<PlacedDependency[]> {
    const added = await readRepositories(this.#options.locator.paths.repositoryConfig);
    const placed = placeDependencies(dependencies, added);
    for (const { dependency } of placed) {
      if (dependency.repository.startsWith("file://")) await this.#folder(dependency.repository);
    }
    return placed;
  }

  /** Fetches the indexes of all repositories that dependencies are in, and of those that were added. */
  async refresh(placed: readonly PlacedDependency[]): Promise<void> {
    if (this.#options.skipRefresh) return;
    const unmanaged = new Set(
      placed.filter((each) =>
        each.added === undefined && !isOnDisk(each.dependency) && !isOci(each.dependency.repository)
      ).map(({ dependency }) => dependency.repository),
    );
    if (unmanaged.size > 0) {
      this.#print("Getting updates for unmanaged Helm repositories...");
      await Promise.all([...unmanaged].map((url) =>
        this.#told(
          JSON.stringify(url),
          `${JSON.stringify(url)} chart repository`,
          this.#unmanaged(url),
        )
      ));
    }
    await this.refreshAdded(placed);
  }

  /** Fetches the indexes of the repositories that were added. */
  async refreshAdded(placed: readonly PlacedDependency[]): Promise<void> {
    const { locator, skipRefresh, signal } = this.#options;
    const added = await readRepositories(locator.paths.repositoryConfig);
    if (skipRefresh || added.length === 0) return;
    this.#print("Hang tight while we grab the latest from your chart repositories...");
    const needed = new Set(placed.map((each) => each.added?.name));
    await Promise.all(
      // Nothing is taken from the others, so that one that is down cannot keep this from its work.
      added.filter(({ name }) => needed.has(name)).map((repository) => {
        const name = JSON.stringify(repository.name);
        const where = `${name} chart repository (${withoutSecrets(repository.url)})`;
        return this.#told(name, where, locator.indexes.update(repository, signal));
      }),
    );
    this.#print("Update Complete. ⎈Happy Helming!⎈");
  }

  async #told(name: string, where: string, work: Promise<unknown>): Promise<void> {
    try {
      await work;
      this.#print(`...Successfully got an update from the ${name} chart repository`);
    } catch (error) {
      this.#options.signal?.throwIfAborted();
      if (isWithheld(error)) throw error;
      this.#print(`...Unable to get an update from the ${where}:\n\t${messageOf(error)}`);
    }
  }

  #unmanaged(url: string): Promise<RepositoryIndex> {
    let index = this.#indexes.get(url);
    if (index === undefined) {
      const { locator, access, signal } = this.#options;
      index = locator.repositories.index({ ...access, url }, signal);
      this.#indexes.set(url, index);
    }
    return index;
  }

  /** The exact version of each dependency. */
  async choose(placed: readonly PlacedDependency[]): Promise<PlacedDependency[]> {
    const missing: string[] = [];
    const chosen = await Promise.all(placed.map(async (each) => {
      const version = await this.#version(each);
      const { name, repository, version: range } = each.dependency;
      if (version === undefined) {
        missing.push(
          `${JSON.stringify(name)} (repository ${JSON.stringify(repository)}, version ${
            JSON.stringify(range)
          })`,
        );
      }
      return { ...each, dependency: { ...each.dependency, version: version ?? "" } };
    }));
    if (missing.length === 0) return chosen;
    throw new CapstanError(
      `can't get a valid version for ${missing.length} subchart(s): ${
        missing.join(", ")
      }. Make sure a matching chart version exists in the repo, or change the version constraint in Chart.yaml`,
      {
        code: "dependency/version",
        hint: "an index that was fetched before is used: `capstan repo update` fetches it anew",
      },
    );
  }

  async #version({ dependency, added }: PlacedDependency): Promise<string | undefined> {
    const { name, version, repository } = dependency;
    checkRange(dependency);
    if (repository === "") {
      await this.#folder(`charts/${name}`);
      return version;
    }
    if (repository.startsWith("file://")) {
      const { metadata } = await this.#local(repository);
      return rangeIncludes(version, metadata.version) ? metadata.version : undefined;
    }
    if (isOci(repository)) return await this.#tag(dependency);
    const index = added === undefined
      ? await this.#unmanaged(repository)
      : await this.#options.locator.indexes.index(added, this.#options.signal);
    try {
      const usable = (index.get(name) ?? []).filter(({ urls }) => urls.length > 0);
      return findVersion(new Map(index).set(name, usable), repository, { name, version }).version;
    } catch (error) {
      if (!(error instanceof CapstanError) || !index.has(name)) throw error;
      return undefined;
    }
  }

  async #tag({ name, repository, version }: Dependency): Promise<string | undefined> {
    if (isExact(version)) return version;
    const { locator, access, signal } = this.#options;
    const reference = `${repository.replace(/\/+$/, "")}/${name}`;
    const tags = await locator.oci.versions(reference, { access, signal });
    const range = parseRange(version === "" ? "*" : version);
    return tags.find((tag) => range.includes(parseVersion(tag)));
  }

  /** Fetches everything, and only then changes charts/. */
  async save(chosen: readonly PlacedDependency[]): Promise<void> {
    this.#print(`Saving ${chosen.length} charts`);
    const wanted = chosen.filter(({ dependency }, i) =>
      isOnDisk(dependency) || firstLike(chosen, dependency) === i
    );
    const fetching = new Map(wanted.map((each) => [each, this.#fetch(each)]));
    for (const fetch of fetching.values()) fetch.catch(() => {}); // told in order, below
    const saved: SavedDependency[] = [];
    for (const each of chosen) {
      const { name, repository } = each.dependency;
      const fetch = fetching.get(each);
      if (fetch === undefined) {
        this.#print(`Already downloaded ${name} from repo ${repository}`);
        continue;
      }
      if (!isOnDisk(each.dependency)) this.#print(`Downloading ${name} from repo ${repository}`);
      if (repository === "") {
        this.#print(
          `Dependency ${name} did not declare a repository. Assuming it exists in the charts directory`,
        );
      }
      try {
        const file = await fetch;
        if (file !== undefined) saved.push(file);
      } catch (error) {
        this.#options.signal?.throwIfAborted();
        this.#print(`Save error occurred:  ${messageOf(error)}`);
        await Promise.allSettled(fetching.values());
        throw error;
      }
    }
    await saveDependencies(this.#path, saved, {
      keep: chosen.filter(({ dependency }) => dependency.repository === "").map((each) =>
        each.dependency.name
      ),
      print: this.#print,
    });
  }

  async #fetch({ dependency, added }: PlacedDependency): Promise<SavedDependency | undefined> {
    const { name, version, repository } = dependency;
    if (repository === "") return await this.#checkPlaced(dependency);
    if (repository.startsWith("file://")) return await this.#packed(dependency);
    const { locator, access, verify, signal } = this.#options;
    const common = { version, access, provenance: verify !== undefined, signal };
    try {
      const found = added === undefined
        ? await locator.fetch(name, { ...common, repo: repository })
        : await locator.fetch(`${added.name}/${name}`, common);
      await verify?.(found);
      const { provenance, archive } = found;
      return { fileName: fileNameOf(found, dependency), archive, provenance };
    } catch (error) {
      if (!(error instanceof CapstanError)) throw error;
      throw new CapstanError(`could not download ${name}: ${error.message}`, {
        code: error.code,
        hint: error.hint,
        cause: error,
      });
    }
  }

  /** A chart that must be in charts/ already. */
  async #checkPlaced({ name, version }: Dependency): Promise<undefined> {
    const path = `${this.#path}/charts/${name}`;
    let chart: Chart;
    try {
      chart = await loadChart(path, { signal: this.#options.signal });
    } catch (error) {
      throw new CapstanError(`unable to load chart '${path}': ${messageOf(error)}`, {
        code: "dependency/missing",
        cause: error,
      });
    }
    if (rangeIncludes(version, chart.metadata.version)) return;
    throw new CapstanError(
      `dependency ${name} at version ${chart.metadata.version} does not satisfy the constraint ${version}`,
      {
        code: "dependency/version",
        hint: `charts/${name} holds it: bring another there, or change the range in Chart.yaml`,
      },
    );
  }

  async #packed({ name, version, repository }: Dependency): Promise<SavedDependency> {
    const chart = await this.#local(repository);
    if (!rangeIncludes(version, chart.metadata.version)) {
      throw new CapstanError(`can't get a valid version for dependency ${name}`, {
        code: "dependency/version",
        hint: `${repository} holds ${chart.metadata.version}, asked for is ${version}`,
      });
    }
    const { now, time = now() / 1000 } = this.#options;
    return await packageChart(chart, { time });
  }

  async #local(repository: string): Promise<Chart> {
    return await loadChart(await this.#folder(repository), { signal: this.#options.signal });
  }

  /** The folder of a `file://` repository, which starts at the chart unless it is absolute. */
  async #folder(repository: string): Promise<string> {
    const path = repository.replace(/^file:\/\//, "");
    const folder = path.startsWith("/") ? path : `${this.#path}/${path}`;
    try {
      await Deno.stat(folder);
      return folder;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      throw new CapstanError(`directory ${folder} not found`, {
        code: "dependency/missing",
        hint: "a file:// repository starts at the chart that depends on it",
      });
    }
  }
}

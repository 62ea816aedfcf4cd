/**
 * Where Helm keeps its files, which Capstan shares, and where Capstan keeps its own.
 *
 * Rules from Helm's pkg/helmpath and pkg/cli/environment.go.
 *
 * @module
 */
import { CapstanError, isDenied } from "../errors.ts";

/** Files and folders that are shared with Helm. */
export interface HelmPaths {
  /** repositories.yaml */
  readonly repositoryConfig: string;
  /** Folder of the repositories' indexes. */
  readonly repositoryCache: string;
  /** registry/config.json */
  readonly registryConfig: string;
  /** Docker's config.json. */
  readonly dockerConfig: string;
  /** Capstan's own cache; empty where no home is known. */
  readonly cache: string;
}

/** The environment variables that say where files are. */
export type PathVariable =
  | "CAPSTAN_CACHE_HOME"
  | "DOCKER_CONFIG"
  | "HELM_CACHE_HOME"
  | "HELM_CONFIG_HOME"
  | "HELM_DATA_HOME"
  | "HELM_REGISTRY_CONFIG"
  | "HELM_REPOSITORY_CACHE"
  | "HELM_REPOSITORY_CONFIG"
  | "HOME"
  | "XDG_CACHE_HOME"
  | "XDG_CONFIG_HOME"
  | "XDG_DATA_HOME";

/** What of the environment may be read. */
export type MayRead = (name: PathVariable) => boolean;

/**
 * Where files are, by the environment; `undefined` of a variable is one that is not set. A path is worked
 * out when it is asked for, from the variables that lead to it and no others.
 *
 * @param may A place that only variables could name that may not be read is an error, not a guess.
 * @default everything may be read
 */
export function helmPaths(
  env: (name: PathVariable) => string | undefined,
  may: MayRead = () => true,
): HelmPaths {
  return new PathsByEnvironment(env, may);
}

/** Where Helm's folders are; what {@linkcode helmPaths} names is in them unless the environment says otherwise. */
export function helmFolders(
  env: (name: PathVariable) => string | undefined,
  may: MayRead = () => true,
): HelmFolders {
  return new PathsByEnvironment(env, may).helm;
}

/** Helm's folders. */
export interface HelmFolders {
  readonly cache: string;
  readonly config: string;
  readonly data: string;
}

/** Variables in the order in which they count, each with what follows its value. */
type Chain = readonly (readonly [name: PathVariable, rest: string])[];

class PathsByEnvironment implements HelmPaths {
  readonly #env: (name: PathVariable) => string | undefined;
  readonly #may: MayRead;
  readonly #mac = Deno.build.os === "darwin";

  constructor(env: (name: PathVariable) => string | undefined, may: MayRead) {
    this.#env = env;
    this.#may = may;
  }

  get repositoryConfig(): string {
    return this.#path(
      [["HELM_REPOSITORY_CONFIG", ""], ...this.#config("repositories.yaml")],
      "the repositories that were added, or name their file with --repository-config",
    );
  }

  get repositoryCache(): string {
    return this.#path(
      [
        ["HELM_REPOSITORY_CACHE", ""],
        ["HELM_CACHE_HOME", "/repository"],
        ...this.#caches("helm/repository"),
      ],
      "the indexes of repositories, or name their folder with --repository-cache",
    );
  }

  get registryConfig(): string {
    return this.#path(
      [["HELM_REGISTRY_CONFIG", ""], ...this.#config("registry/config.json")],
      "the logins of registries, or name their file with --registry-config",
    );
  }

  get dockerConfig(): string {
    return this.#path(
      [["DOCKER_CONFIG", "/config.json"], ["HOME", "/.docker/config.json"]],
      "Docker's logins",
    );
  }

  get cache(): string {
    return this.#first([["CAPSTAN_CACHE_HOME", ""], ...this.#caches("capstan")]) ?? "";
  }

  get helm(): HelmFolders {
    const what = "Helm's folders";
    const bare = (chain: Chain) => this.#path(chain, what).replace(/\/$/, "");
    const cache = [["HELM_CACHE_HOME", ""], ...this.#caches("helm")] as const;
    const config = this.#config("");
    const data = [
      ["HELM_DATA_HOME", ""],
      ["XDG_DATA_HOME", "/helm"],
      ["HOME", `${this.#mac ? "/Library" : "/.local/share"}/helm`],
    ] as const;
    return {
      get cache() {
        return bare(cache);
      },
      get config() {
        return bare(config);
      },
      get data() {
        return bare(data);
      },
    };
  }

  #config(file: string): Chain {
    const own = this.#mac ? "/Library/Preferences" : "/.config";
    return [
      ["HELM_CONFIG_HOME", `/${file}`],
      ["XDG_CONFIG_HOME", `/helm/${file}`],
      ["HOME", `${own}/helm/${file}`],
    ];
  }

  #caches(folder: string): Chain {
    const own = this.#mac ? "/Library/Caches" : "/.cache";
    return [["XDG_CACHE_HOME", `/${folder}`], ["HOME", `${own}/${folder}`]];
  }

  #first(chain: Chain): string | undefined {
    for (const [name, rest] of chain) {
      const value = this.#env(name);
      if (value) return `${value}${rest}`;
    }
    return undefined;
  }

  #path(chain: Chain, what: string): string {
    const found = this.#first(chain);
    if (found !== undefined) return found;
    const hidden = chain.map(([name]) => name).filter((name) => !this.#may(name));
    if (hidden.length === 0) return `.${chain.at(-1)![1]}`;
    const [purpose = "", other] = what.split(/(?=, or )/);
    throw new CapstanError(
      `cannot find ${purpose}: Capstan may not read ${listed(hidden)}, which may lead there`,
      { code: "paths/withheld", hint: `add --allow-env=${hidden.join(",")}${other ?? ""}` },
    );
  }
}

function listed(names: readonly string[]): string {
  return names.length === 1 ? names[0]! : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** Whether an error says that the way to a file, or the file, may not be read. */
export function isWithheld(error: unknown): error is CapstanError {
  return error instanceof CapstanError &&
    (error.code === "paths/withheld" || isDenied(error.cause));
}

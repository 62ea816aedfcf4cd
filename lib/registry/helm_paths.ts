/**
 * Where Helm keeps its files, which Capstan shares, and where Capstan keeps its own.
 *
 * Rules from Helm's pkg/helmpath and pkg/cli/environment.go.
 *
 * @module
 */

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
  | "HELM_REGISTRY_CONFIG"
  | "HELM_REPOSITORY_CACHE"
  | "HELM_REPOSITORY_CONFIG"
  | "HOME"
  | "XDG_CACHE_HOME"
  | "XDG_CONFIG_HOME";

/** Where files are, by the environment; `undefined` of a variable is one that is not set. */
export function helmPaths(env: (name: PathVariable) => string | undefined): HelmPaths {
  const set = (name: PathVariable) => env(name) || undefined;
  const home = set("HOME") ?? ".";
  const mac = Deno.build.os === "darwin";
  const config = set("HELM_CONFIG_HOME") ??
    `${set("XDG_CONFIG_HOME") ?? (mac ? `${home}/Library/Preferences` : `${home}/.config`)}/helm`;
  const caches = set("XDG_CACHE_HOME") ?? (mac ? `${home}/Library/Caches` : `${home}/.cache`);
  const cache = set("HELM_CACHE_HOME") ?? `${caches}/helm`;
  return {
    repositoryConfig: set("HELM_REPOSITORY_CONFIG") ?? `${config}/repositories.yaml`,
    repositoryCache: set("HELM_REPOSITORY_CACHE") ?? `${cache}/repository`,
    registryConfig: set("HELM_REGISTRY_CONFIG") ?? `${config}/registry/config.json`,
    dockerConfig: `${set("DOCKER_CONFIG") ?? `${home}/.docker`}/config.json`,
    cache: set("CAPSTAN_CACHE_HOME") ??
      ((set("XDG_CACHE_HOME") ?? set("HOME")) === undefined ? "" : `${caches}/capstan`),
  };
}

/**
 * From environment and flags to what finds charts.
 *
 * @module
 */
import { helmPaths } from "../registry/helm_paths.ts";
import type { HelmPaths, PathVariable } from "../registry/helm_paths.ts";
import { ChartLocator } from "../registry/locate.ts";
import type { CliContext } from "./context.ts";
import type { HelmFileFlags } from "./download_flags.ts";

/** Where Helm's and Capstan's files are. */
export function pathsFor(context: CliContext, flags: HelmFileFlags): HelmPaths {
  const paths = helmPaths((name) => context.env(name), mayRead);
  return {
    get repositoryConfig() {
      return flags.repositoryConfig ?? paths.repositoryConfig;
    },
    get repositoryCache() {
      return flags.repositoryCache ?? paths.repositoryCache;
    },
    get registryConfig() {
      return flags.registryConfig ?? paths.registryConfig;
    },
    get dockerConfig() {
      return paths.dockerConfig;
    },
    get cache() {
      return paths.cache;
    },
  };
}

/** Whether a variable that leads to files may be read. */
export function mayRead(variable: PathVariable): boolean {
  return Deno.permissions.querySync({ name: "env", variable }).state === "granted";
}

/** Runs `use` with what finds charts, and lets its connections go afterwards. */
export async function withLocator<T>(
  context: CliContext,
  flags: HelmFileFlags,
  use: (locator: ChartLocator) => Promise<T>,
): Promise<T> {
  const paths = pathsFor(context, flags);
  const locator = new ChartLocator({ paths, cached: await mayKeep(paths.cache) });
  try {
    return await use(locator);
  } finally {
    await locator.close();
  }
}

/** Without permission to write there, downloads are kept in memory only. */
async function mayKeep(folder: string): Promise<boolean> {
  if (folder === "") return false;
  const states = await Promise.all([
    Deno.permissions.query({ name: "read", path: folder }),
    Deno.permissions.query({ name: "write", path: folder }),
  ]);
  return states.every(({ state }) => state === "granted");
}

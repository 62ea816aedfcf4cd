/**
 * Small questions about dependencies, and the writing of Chart.lock.
 *
 * @module
 */
import type { Dependency, Lock } from "../chart/chart.ts";
import { CapstanError, messageOf } from "../errors.ts";
import { parseRange, parseVersion } from "../semver.ts";
import type { PlacedDependency } from "./dependency_repositories.ts";
import type { RemoteArchive } from "./locate.ts";
import { lockText } from "./package.ts";

/** A dependency as Chart.lock has it. */
export function lockedOf({ name, repository, version }: Dependency): Dependency {
  return {
    name,
    repository,
    version,
    condition: "",
    tags: [],
    enabled: false,
    importValues: [],
    alias: "",
  };
}

/** Writes Chart.lock, or the file that a chart of the first kind has for it. */
export async function writeLock(path: string, lock: Lock, old: boolean): Promise<void> {
  const name = old ? "requirements.lock" : "Chart.lock";
  const file = `${path}/${name}`;
  const info = await Deno.lstat(file).catch(() => undefined);
  if (info?.isSymlink) {
    throw new CapstanError(
      `the ${name} file is a symlink to ${JSON.stringify(await Deno.readLink(file))}`,
      { code: "chart/unsafe", hint: "replace the link by a file" },
    );
  }
  await Deno.writeTextFile(file, lockText(lock));
}

/** Where a dependency that is fetched from the same place first stands. */
export function firstLike(all: readonly PlacedDependency[], like: Dependency): number {
  return all.findIndex(({ dependency: { name, version, repository } }) =>
    name === like.name && version === like.version && repository === like.repository
  );
}

/** What Helm calls the archive in charts/: the last part of its address. */
export function fileNameOf({ url, pulled, version }: RemoteArchive, { name }: Dependency): string {
  const last = decodeURIComponent(URL.parse(url)?.pathname.split("/").at(-1) ?? "");
  return pulled === undefined && /^[^/\\]+\.tgz$/.test(last) ? last : `${name}-${version}.tgz`;
}

/** @throws {CapstanError} When the version is no range. */
export function checkRange({ name, version }: Dependency): void {
  try {
    parseRange(version);
  } catch (error) {
    throw new CapstanError(
      `dependency ${JSON.stringify(name)} has an invalid version/constraint format: ${
        messageOf(error)
      }`,
      {
        code: "dependency/version",
        hint: "write a version or a range in Chart.yaml, such as 1.2.0, ^1.2 or >=1 <3",
        cause: error,
      },
    );
  }
}

/** Whether a text is a version rather than a range. */
export function isExact(version: string): boolean {
  try {
    parseVersion(version);
    return true;
  } catch {
    return false;
  }
}

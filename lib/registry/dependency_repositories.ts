/**
 * Which repository each dependency is in: one that was added, an address, a registry, a folder.
 *
 * Rules from Helm's pkg/downloader/manager.go (resolveRepoNames).
 *
 * @module
 */
import type { Dependency } from "../chart/chart.ts";
import { CapstanError } from "../errors.ts";
import { isOci } from "./oci_reference.ts";
import type { NamedRepository } from "./repositories_file.ts";

/** A dependency and where it is. */
export interface PlacedDependency {
  /** With the address of its repository in place of `@name`. */
  readonly dependency: Dependency;
  /** The added repository that it is in. */
  readonly added: NamedRepository | undefined;
}

/**
 * Finds each dependency's repository.
 *
 * @throws {CapstanError} In Helm's words, for every one that is neither an address nor was added.
 */
export function placeDependencies(
  dependencies: readonly Dependency[],
  added: readonly NamedRepository[],
): PlacedDependency[] {
  const unknown: string[] = [];
  const placed = dependencies.map((dependency) => {
    const { repository } = dependency;
    if (isOnDisk(dependency) || isOci(repository)) return { dependency, added: undefined };
    const found = added.find((each) => isThat(each, repository));
    if (found !== undefined) {
      return { dependency: { ...dependency, repository: found.url }, added: found };
    }
    if (URL.parse(repository) === null) unknown.push(repository);
    return { dependency, added: undefined };
  });
  if (unknown.length > 0) throw undefinedRepositories(unknown);
  return placed;
}

/** Whether a dependency is in charts/ or in another folder. */
export function isOnDisk({ repository }: Dependency): boolean {
  return repository === "" || repository.startsWith("file://");
}

function isThat({ name, url }: NamedRepository, repository: string): boolean {
  return repository === `@${name}` || repository === `alias:${name}` || sameUrl(repository, url);
}

/** Whether two addresses are of one repository. */
function sameUrl(a: string, b: string): boolean {
  const tidy = (url: string) => (URL.parse(url)?.href ?? url).replace(/\/+$/, "");
  return tidy(a) === tidy(b);
}

function undefinedRepositories(unknown: readonly string[]): CapstanError {
  const bare = unknown.some((each) => !each.includes("//") && !/^(?:@|alias:)/.test(each));
  return new CapstanError(
    `no repository definition for ${unknown.join(", ")}. Please add them via 'helm repo add'${
      bare ? NOTE : ""
    }`,
    { code: "dependency/repository", hint: "capstan repo add NAME URL does it as well" },
  );
}

const NOTE = `
Note that repositories must be URLs or aliases. For example, to refer to the "example"
repository, use "https://charts.example.com/" or "@example" instead of
"example". Don't forget to add the repo, too ('helm repo add').`;

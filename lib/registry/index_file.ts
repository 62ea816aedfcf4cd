/**
 * index.yaml: the charts of a repository.
 *
 * Rules from Helm's pkg/repo/v1/index.go.
 *
 * @module
 */
import { CapstanError, messageOf } from "../errors.ts";
import { compareVersions, parseRange, parseVersion } from "../semver.ts";
import type { Version } from "../semver.ts";
import { closest } from "../text.ts";
import { parseYaml } from "../yaml/parse.ts";
import { scanIndex } from "./index_scan.ts";

/** One version of a chart. */
export interface IndexEntry {
  readonly version: string;
  readonly urls: readonly string[];
  /** SHA-256 of the archive, hex; empty where the index has none. */
  readonly digest: string;
  readonly appVersion: string;
  readonly description: string;
  readonly deprecated: boolean;
  readonly keywords: readonly string[];
}

/** Charts by name, each newest first. */
export type RepositoryIndex = ReadonlyMap<string, readonly IndexEntry[]>;

/** What to do about a text that is no index. */
export const NO_INDEX =
  "is it the address of a chart repository, the folder that holds its index.yaml?";

/**
 * Reads an index. Entries that are no charts are left out, as Helm does.
 *
 * @throws {Error} When the text is no index.
 */
export function readIndex(text: string): RepositoryIndex {
  if (text.trim() === "") throw new Error("empty index.yaml file");
  const document = parseIndex(text);
  const { apiVersion, entries } = (document ?? {}) as { apiVersion?: unknown; entries?: unknown };
  if (typeof apiVersion !== "string" || apiVersion === "") {
    throw new Error("no API version specified");
  }
  const index = new Map<string, IndexEntry[]>();
  for (const [name, versions] of Object.entries(entries ?? {})) {
    if (Array.isArray(versions)) index.set(name, sorted(versions.flatMap(entryOf)));
  }
  return index;
}

function parseIndex(text: string): unknown {
  if (!text.trimStart().startsWith("{")) return scanIndex(text) ?? parseYaml(text);
  try {
    return JSON.parse(text);
  } catch {
    return parseYaml(text); // a flow mapping
  }
}

interface Dated {
  readonly entry: IndexEntry;
  readonly parsed: Version;
}

function entryOf(raw: unknown): Dated[] {
  if (typeof raw !== "object" || raw === null) return [];
  const fields = raw as Readonly<Record<string, unknown>>;
  const { version, urls } = fields;
  if (typeof version !== "string" || !Array.isArray(urls)) return [];
  if (!urls.every((url) => typeof url === "string")) return [];
  const text = (key: string) => typeof fields[key] === "string" ? fields[key] : "";
  const words = Array.isArray(fields["keywords"]) ? fields["keywords"] : [];
  const keywords = words.filter((word) => typeof word === "string");
  try {
    const entry = {
      version,
      urls,
      digest: text("digest"),
      appVersion: text("appVersion"),
      description: text("description"),
      deprecated: fields["deprecated"] === true,
      keywords,
    };
    return [{ entry, parsed: parseVersion(version) }];
  } catch {
    // A version that is none: Helm drops the entry too.
    return [];
  }
}

function sorted(entries: Dated[]): IndexEntry[] {
  return entries.sort((a, b) => compareVersions(b.parsed, a.parsed)).map(({ entry }) => entry);
}

/** The index in a form that is read quickly. */
export function packIndex(index: RepositoryIndex): string {
  return JSON.stringify([...index]);
}

/** What {@linkcode packIndex} wrote. */
export function unpackIndex(text: string): RepositoryIndex {
  return new Map(JSON.parse(text) as [string, IndexEntry[]][]);
}

/**
 * Helm's look-up: the exact text first, then the newest version in range; no version is any stable
 * one.
 *
 * @throws {CapstanError} `registry/no-chart`, with what there is instead.
 */
export function findVersion(
  index: RepositoryIndex,
  url: string,
  { name, version = "" }: { readonly name: string; readonly version?: string | undefined },
): IndexEntry {
  const versions = index.get(name);
  if (versions === undefined || versions.length === 0) {
    const near = closest(name, index.keys());
    throw missing(
      name,
      url,
      "there is no such chart",
      near === undefined ? undefined : `did you mean ${near}?`,
    );
  }
  const exact = versions.find((each) => each.version === version);
  const found = exact ?? newestInRange(versions, version, name, url);
  if (found !== undefined) return found;
  const newest = versions.slice(0, 3).map((each) => each.version).join(", ");
  throw missing(
    name,
    url,
    `no chart version found for ${name}-${version}`,
    `the newest versions are ${newest}`,
  );
}

function newestInRange(
  versions: readonly IndexEntry[],
  version: string,
  name: string,
  url: string,
): IndexEntry | undefined {
  try {
    const range = parseRange(version === "" ? "*" : version);
    return versions.find((each) => range.includes(parseVersion(each.version)));
  } catch (error) {
    throw missing(
      name,
      url,
      `bad version ${JSON.stringify(version)}: ${messageOf(error)}`,
      "write a version or a range, such as 1.2.0, ^1.2 or >=1 <3",
    );
  }
}

/** There is no such chart, or version. */
export function missing(name: string, url: string, why: string, hint?: string): CapstanError {
  return new CapstanError(`cannot get chart ${name} from ${url}: ${why}`, {
    code: "registry/no-chart",
    hint,
  });
}

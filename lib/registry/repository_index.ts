/**
 * Making index.yaml: the charts that a folder holds, for a repository that serves it.
 *
 * Rules from Helm's pkg/repo/v1/index.go (IndexDirectory) and pkg/cmd/repo_index.go.
 *
 * @module
 */
import { loadChartArchive } from "../chart/load.ts";
import { metadataJSON } from "../chart/metadata.ts";
import { CapstanError, messageOf } from "../errors.ts";
import { compareVersions, parseVersion } from "../semver.ts";
import { isMap } from "../template/value.ts";
import type { GoMap } from "../template/value.ts";
import { parseYaml } from "../yaml/parse.ts";
import { sha256 } from "./cache.ts";

/** Options of {@linkcode indexFolder}. */
export interface IndexFolderOptions {
  /** Where the folder will be served. @default addresses relative to the index */
  readonly url?: string | undefined;
  /** Text of an index that the charts are added to; its own entries win. */
  readonly merge?: string | undefined;
  /** @default {Date.now} */
  readonly now?: (() => number) | undefined;
}

/** The index of the archives in a folder and in the folders right below it, as data. */
export async function indexFolder(
  folder: string,
  options: IndexFolderOptions = {},
): Promise<GoMap> {
  const { url = "", merge, now = Date.now } = options;
  const generated = new Date(now()).toISOString();
  const entries = new Map<string, GoMap[]>();
  for (const path of await archivesIn(folder)) {
    const data = await Deno.readFile(`${folder}/${path}`);
    let metadata: GoMap;
    try {
      metadata = metadataJSON((await loadChartArchive(data)).metadata);
    } catch (error) {
      throw new CapstanError(`cannot index ${folder}/${path}: ${messageOf(error)}`, {
        code: "repo/index",
        cause: error,
      });
    }
    const address = url === "" ? path : `${url.replace(/\/+$/, "")}/${path}`;
    add(entries, { ...metadata, created: generated, digest: await sha256(data), urls: [address] });
  }
  if (merge !== undefined) mergeInto(entries, merge);
  for (const versions of entries.values()) versions.sort(newestFirst);
  return { apiVersion: "v1", entries: Object.fromEntries(entries), generated };
}

async function archivesIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  const collect = async (below: string, deeper: boolean) => {
    for await (const { name, isDirectory } of Deno.readDir(`${folder}/${below}`)) {
      const path = `${below}${name}`;
      if (isDirectory && deeper) await collect(`${path}/`, false);
      else if (name.endsWith(".tgz")) found.push(path);
    }
  };
  try {
    await collect("", true);
  } catch (error) {
    throw new CapstanError(`cannot index ${folder}: ${messageOf(error)}`, {
      code: "repo/index",
      hint: "name a folder of chart archives; a relative path starts where the command runs",
      cause: error,
    });
  }
  return found.sort();
}

function add(entries: Map<string, GoMap[]>, entry: GoMap): void {
  const name = String(entry["name"]);
  entries.set(name, [...entries.get(name) ?? [], entry]);
}

/** What an older index has stays; only what it lacks is added to it. */
function mergeInto(entries: Map<string, GoMap[]>, text: string): void {
  const document = text.trim() === "" ? {} : parseYaml(text);
  const old = isMap(document) && isMap(document["entries"]) ? document["entries"] : {};
  for (const [name, versions] of Object.entries(old)) {
    if (!Array.isArray(versions)) continue;
    const mine = entries.get(name) ?? [];
    const known = new Set(mine.map((entry) => entry["version"]));
    entries.set(name, [
      ...mine,
      ...versions.filter(isMap).filter((entry) => !known.has(entry["version"])),
    ]);
  }
}

function newestFirst(a: GoMap, b: GoMap): number {
  return compareVersions(parseVersion(String(b["version"])), parseVersion(String(a["version"])));
}

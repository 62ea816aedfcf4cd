/**
 * The archives in a chart's charts/ folder: put there, and taken away when they are outdated.
 *
 * Rules from Helm's pkg/downloader/manager.go (safeMoveDeps).
 *
 * @module
 */
import { loadChartArchive } from "../chart/load.ts";
import { CapstanError, messageOf } from "../errors.ts";
import { replaceFile } from "../files.ts";

/** An archive for charts/. */
export interface SavedDependency {
  readonly fileName: string;
  readonly archive: Uint8Array;
  /** Saved beside it. */
  readonly provenance?: Uint8Array | undefined;
}

/** Options of {@linkcode saveDependencies}. */
export interface SaveOptions {
  /** Names of charts that stay whatever file they are in. */
  readonly keep: readonly string[];
  readonly print: (line: string) => void;
}

/** Writes the archives and removes those of other charts and versions; folders stay. */
export async function saveDependencies(
  chartPath: string,
  saved: readonly SavedDependency[],
  { keep, print }: SaveOptions,
): Promise<void> {
  const folder = `${chartPath}/charts`;
  await makeFolder(folder);
  const before: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) if (isFile) before.push(name);
  const written = new Set<string>();
  for (const { fileName, archive, provenance } of saved) {
    await replaceFile(`${folder}/${fileName}`, archive);
    written.add(fileName);
    if (provenance === undefined) continue;
    await replaceFile(`${folder}/${fileName}.prov`, provenance);
    written.add(`${fileName}.prov`);
  }
  print("Deleting outdated charts");
  for (const name of before.filter((each) => !written.has(each)).sort()) {
    await removeOutdated(`${folder}/${name}`, keep, print);
  }
}

async function removeOutdated(
  path: string,
  keep: readonly string[],
  print: (line: string) => void,
): Promise<void> {
  let name: string;
  try {
    name = (await loadChartArchive(await Deno.readFile(path))).metadata.name;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return print(`Could not verify ${path} for deletion: ${messageOf(error)} (Skipping)`);
  }
  if (!keep.includes(name)) await Deno.remove(path);
}

async function makeFolder(folder: string): Promise<void> {
  const info = await Deno.stat(folder).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  if (info === undefined) return await Deno.mkdir(folder, { recursive: true });
  if (info.isDirectory) return;
  throw new CapstanError(`${JSON.stringify(folder)} is not a directory`, {
    code: "dependency/folder",
    hint: "dependencies are kept in a folder of that name: move the file away",
  });
}

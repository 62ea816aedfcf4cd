/**
 * The files that linting looks at before they make a chart: a folder's, or those of an archive.
 *
 * @module
 */

import { gunzip, isGzip, unpackTar } from "../../chart/archive.ts";
import { ChartError } from "../../chart/chart.ts";
import type { Chart } from "../../chart/chart.ts";
import { chartLimits } from "../../chart/limits.ts";
import { loadChart, loadChartArchive } from "../../chart/load.ts";
import type { LoadOptions } from "../../chart/load.ts";
import { fromBytes } from "../../template/value.ts";

/** A chart's files. */
export interface LintSource {
  /** Absolute path of the chart. */
  readonly path: string;
  /** The path leads to a file that is no archive. */
  readonly isFile?: boolean | undefined;
  /** What is at a path in the chart; `undefined` where nothing is. */
  kind(name: string): Promise<"file" | "folder" | undefined>;
  /** The text of a file. */
  text(name: string): Promise<string>;
  /** @throws {ChartError} where the files make no chart. */
  load(): Promise<Chart>;
}

/**
 * Opens a chart's folder or archive.
 *
 * @throws {ChartError} in Helm's words where there is no Chart.yaml.
 */
export async function openLintSource(path: string, options: LoadOptions): Promise<LintSource> {
  const source = /\.(tgz|tar\.gz)$/.test(path)
    ? await archiveSource(path, options)
    : await folderSource(path, options);
  if (await source.kind("Chart.yaml") !== undefined) return source;
  const file = `${path.replace(/\/+$/, "")}/Chart.yaml`.replace(/^\.\//, "");
  const reason = source.isFile ? "not a directory" : "no such file or directory";
  throw new ChartError(`unable to check Chart.yaml file in chart: stat ${file}: ${reason}`, {
    code: "chart/missing",
  });
}

async function folderSource(path: string, options: LoadOptions): Promise<LintSource> {
  const root = await realPath(path);
  return {
    path: root,
    isFile: await isFile(root),
    async kind(name) {
      try {
        return (await Deno.stat(`${root}/${name}`)).isDirectory ? "folder" : "file";
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    text: async (name) => fromBytes(await Deno.readFile(`${root}/${name}`)),
    load: () => loadChart(root, options),
  };
}

/** Helm keeps the path as it is written, links and all. */
async function realPath(path: string): Promise<string> {
  try {
    const real = await Deno.realPath(path);
    return path.startsWith("/") ? path.replace(/(?<=.)\/+$/, "") : real;
  } catch (error) {
    if (isMissing(error)) return path;
    throw error;
  }
}

async function archiveSource(path: string, options: LoadOptions): Promise<LintSource> {
  const data = await readArchive(path);
  const limits = chartLimits(options.limits, options.helmVersion ?? "v4");
  if (!isGzip(data)) throw new ChartError("unable to extract tarball: gzip: invalid header");
  const files = new Map(
    unpackTar(await gunzip(data, limits), limits).map((file) => [file.name, file.data]),
  );
  const names = [...files.keys()];
  return {
    path: path.replace(/\.(tgz|tar\.gz)$/, ""),
    kind: (name) =>
      Promise.resolve(
        files.has(name)
          ? "file"
          : names.some((other) => other.startsWith(`${name}/`))
          ? "folder"
          : undefined,
      ),
    text: (name) => Promise.resolve(fromBytes(files.get(name)!)),
    load: () => loadChartArchive(data, options),
  };
}

async function readArchive(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new ChartError(`unable to open tarball: open ${path}: no such file or directory`, {
      code: "chart/missing",
      cause: error,
    });
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}

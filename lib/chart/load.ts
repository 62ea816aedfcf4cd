/**
 * Loads a chart from a folder or an archive on disk.
 *
 * A chart is somebody else's data: what is read stays inside its folder, whatever links it holds.
 *
 * @module
 */

import { quoteGo } from "../template/quote.ts";
import { messageOf } from "../errors.ts";
import { compareStrings, fromBytes } from "../template/value.ts";
import { gunzip, isGzip, limitHint, tooLarge, tooMany, unpackTar, withoutBom } from "./archive.ts";
import type { RawFile } from "./archive.ts";
import { ChartError } from "./chart.ts";
import type { Chart, HelmVersion } from "./chart.ts";
import { decodeYaml } from "./decode.ts";
import { below, buildChart, placeIn } from "./from_files.ts";
import type { ChartOptions } from "./from_files.ts";
import { parseIgnoreRules } from "./ignore.ts";
import type { IgnoreRules } from "./ignore.ts";
import { chartLimits } from "./limits.ts";
import type { Limits } from "./limits.ts";
import { decodeMetadata, helm4Types } from "./metadata.ts";

/** How to load a chart from disk. */
export interface LoadOptions extends ChartOptions {
  /**
   * Follows symbolic links out of the chart's folder too, as Helm does. It lets the chart read
   * whatever this program may read: only for charts of your own.
   * @default {false}
   */
  readonly followLinks?: boolean | undefined;
  /** Ends the loading. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Loads the chart in a folder or a .tgz archive.
 *
 * Symbolic links are followed where they lead to a place inside the chart's folder. Any other is
 * an error unless `followLinks` is set: Helm would read the file, but a chart must not choose which
 * of your files it sees.
 *
 * @throws {ChartError} in Helm's words where the files make no chart, or exceed a limit.
 *
 * @example Usage
 * ```ts
 * import { loadChart, renderTemplates } from "@capstan/capstan";
 *
 * const chart = await loadChart("examples/shop/charts/redis");
 * const files = await renderTemplates(chart, { set: ["policy=noeviction"] });
 * if (!files.has("redis/templates/redis.yaml")) throw new Error();
 * ```
 */
export async function loadChart(path: string, options: LoadOptions = {}): Promise<Chart> {
  const { helmVersion = "v4", warn = () => {}, followLinks = false, signal } = options;
  const limits = chartLimits(options.limits, helmVersion);
  const info = await stat(path);
  const files = info.isDirectory
    ? await readFolder(path, { limits, warn, followLinks, signal })
    : await readArchive(path, limits);
  try {
    if (helmVersion === "v4") checkApiVersion(files);
    return await buildFrom(files, { helmVersion, limits, warn, signal });
  } catch (error) {
    if (!(error instanceof ChartError) || error.position === undefined) throw error;
    const { message, code, hint, position } = error;
    throw new ChartError(message, { code, hint, position: below(path, position), cause: error });
  }
}

/**
 * The chart in the bytes of a .tgz archive.
 *
 * @throws {ChartError} in Helm's words where the bytes are no chart, or exceed a limit.
 *
 * @example Usage
 * ```ts
 * import { loadChartArchive } from "@capstan/capstan";
 *
 * const answer = await fetch(
 *   "data:application/gzip;base64," +
 *     "H4sIAAAAAAACA+3PQQrCMBCF4axzipwgTkpV6NY7uJ9CwIKtktYWb28UCqVrFYX/27zhbYY3xXpzOGka/F3bs/kIyXZl+cpsnS" +
 *     "Lbxf3sQ9hLYZyYL7j1g6b8/h0jl+P+hF6bY0x9c+kqNxa20zZWboq1Hec2ePFiDQAAAAAAAAAAAAAAAADgpzwAGv9evQAoAAA=",
 * );
 * const { metadata } = await loadChartArchive(await answer.bytes());
 * if (metadata.name !== "web" || metadata.version !== "1.0.0") throw metadata;
 * ```
 */
export async function loadChartArchive(
  data: Uint8Array,
  options: LoadOptions = {},
): Promise<Chart> {
  const { helmVersion = "v4", warn = () => {}, signal } = options;
  const limits = chartLimits(options.limits, helmVersion);
  const files = unpackTar(await gunzip(data, limits), limits);
  if (helmVersion === "v4") checkApiVersion(files);
  return await buildFrom(files, { helmVersion, limits, warn, signal });
}

interface Reading {
  readonly limits: Limits;
  readonly warn: (message: string) => void;
  readonly signal: AbortSignal | undefined;
}

async function buildFrom(
  files: readonly RawFile[],
  options: Reading & { readonly helmVersion: HelmVersion },
): Promise<Chart> {
  const unpacked = new Map<Uint8Array, RawFile[]>();
  await unpackNested(files, unpacked, options, 0);
  return buildChart(files, { ...options, unpack: (archive) => unpacked.get(archive) ?? [] });
}

/** Unpacks the archives under charts/, and those inside them, before the chart is put together. */
async function unpackNested(
  files: readonly RawFile[],
  into: Map<Uint8Array, RawFile[]>,
  options: Reading,
  depth: number,
): Promise<void> {
  const { limits, signal } = options;
  if (depth > limits.depth) return;
  for (const { name, data } of files) {
    if (!/(^|\/)charts\/[^/]+\.tgz$/.test(name) || !isGzip(data)) continue;
    signal?.throwIfAborted();
    const inner = unpackTar(await gunzip(data, limits), limits);
    into.set(data, inner);
    if (into.size > limits.files) throw tooMany(limits);
    await unpackNested(inner, into, options, depth + 1);
  }
}

/** What Helm 4 checks before it picks a loader. */
function checkApiVersion(files: readonly RawFile[]): void {
  const main = files.find(({ name }) => name === "Chart.yaml");
  if (main === undefined) return;
  const apiVersion = apiVersionOf(fromBytes(main.data));
  if (["", "v1", "v2", "v3"].includes(apiVersion)) return;
  throw new ChartError("unsupported chart version", {
    code: "chart/unsupported",
    hint: `Chart.yaml says apiVersion ${apiVersion}; Helm 4 knows v1 and v2`,
  });
}

function apiVersionOf(text: string): string {
  try {
    return decodeMetadata(decodeYaml(text)).apiVersion;
  } catch (error) {
    if (!(error instanceof ChartError)) throw error;
    throw new ChartError(`cannot load Chart.yaml: ${helm4Types(error.message)}`, {
      position: placeIn("Chart.yaml", error),
      cause: error,
    });
  }
}

async function stat(path: string): Promise<Deno.FileInfo> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new ChartError(`path ${quoteGo(path)} not found`, {
      code: "chart/missing",
      hint: "a relative path starts where the command runs; in a stack file, at the stack file",
      cause: error,
    });
  }
}

async function readArchive(path: string, limits: Limits): Promise<RawFile[]> {
  const data = await Deno.readFile(path);
  if (!isGzip(data)) throw notAnArchive(path, data);
  return unpackTar(await gunzip(data, limits), limits);
}

function notAnArchive(path: string, data: Uint8Array): ChartError {
  if (/\.ya?ml$/.test(path)) {
    return new ChartError(
      `file '${path}' seems to be a YAML file, but expected a gzipped archive`,
      {
        hint: ARCHIVE,
      },
    );
  }
  // Helm looks at 512 bytes, and at zeros where there are fewer.
  const binary = data.length < 512 ||
    data.subarray(0, 512).some((byte) => byte < 9 || (byte > 13 && byte < 27));
  const type = binary ? "application/octet-stream" : "text/plain; charset=utf-8";
  return new ChartError(
    `file '${path}' does not appear to be a gzipped archive; got '${type}'`,
    { hint: ARCHIVE },
  );
}

const ARCHIVE = "name a chart's folder, or an archive as `capstan package` makes it";

interface FolderReading extends Reading {
  readonly followLinks: boolean;
}

async function readFolder(path: string, options: FolderReading): Promise<RawFile[]> {
  const root = await Deno.realPath(path);
  const rules = parseIgnoreRules(await readIgnoreFile(root, options));
  const walk = new Walk(root, rules, options);
  await walk.folder(root, "");
  return walk.files;
}

async function readIgnoreFile(
  root: string,
  { followLinks }: Pick<FolderReading, "followLinks">,
): Promise<string> {
  try {
    const real = await Deno.realPath(`${root}/.helmignore`);
    if (!followLinks && !isInside(real, root)) throw outside(".helmignore", real);
    return await Deno.readTextFile(real);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/** Reads a folder in Helm's order: by name, depth first, through links. */
class Walk {
  readonly files: RawFile[] = [];
  #bytes = 0;
  readonly #root: string;
  readonly #rules: IgnoreRules;
  readonly #options: FolderReading;

  constructor(root: string, rules: IgnoreRules, options: FolderReading) {
    this.#root = root;
    this.#rules = rules;
    this.#options = options;
  }

  /** Reads a folder; `inside` are the real folders that lead to it, which it must not lead back to. */
  async folder(real: string, name: string, inside: readonly string[] = []): Promise<void> {
    this.#options.signal?.throwIfAborted();
    const names: string[] = [];
    for await (const entry of Deno.readDir(real)) names.push(entry.name);
    names.sort(compareStrings);
    for (const child of names) {
      await this.#entry(`${real}/${child}`, name === "" ? child : `${name}/${child}`, inside);
    }
  }

  async #entry(path: string, name: string, inside: readonly string[]): Promise<void> {
    let info = await Deno.lstat(path);
    let real = path;
    if (info.isSymlink) {
      real = await linkTarget(path, name);
      info = await Deno.lstat(real);
    }
    if (this.#rules.ignores(name, info.isDirectory)) return;
    if (real !== path) this.#checkLink(name, real, info.isDirectory ? inside : []);
    if (info.isDirectory) return await this.folder(real, name, [...inside, real]);
    if (!info.isFile) {
      throw new ChartError(
        `cannot load irregular file ${path} as it has file mode type bits set`,
      );
    }
    await this.#file(real, name, info.size);
  }

  #checkLink(name: string, real: string, inside: readonly string[]): void {
    const { followLinks } = this.#options;
    if (!followLinks && !isInside(real, this.#root)) throw outside(name, real);
    if (real === this.#root || inside.includes(real)) {
      throw new ChartError(`the symbolic link ${name} leads back to a folder that holds it`, {
        code: "chart/unsafe",
      });
    }
    this.#options.warn(
      `found symbolic link in path: ${name} resolves to ${real}. Contents of linked file included and used`,
    );
  }

  async #file(path: string, name: string, size: number): Promise<void> {
    const { limits } = this.#options;
    if (size > limits.fileBytes) {
      const base = quoteGo(name.slice(name.lastIndexOf("/") + 1));
      throw new ChartError(
        `chart file ${base} is larger than the maximum file size ${limits.fileBytes}`,
        { code: "chart/too-large", hint: limitHint("fileBytes") },
      );
    }
    if (this.files.length >= limits.files) throw tooMany(limits);
    if (this.#bytes + size > limits.totalBytes) throw tooLarge(limits);
    const data = await Deno.readFile(path, { signal: this.#options.signal! });
    this.#bytes += data.length;
    if (this.#bytes > limits.totalBytes) throw tooLarge(limits);
    this.files.push({ name, data: withoutBom(data) });
  }
}

async function linkTarget(path: string, name: string): Promise<string> {
  try {
    return await Deno.realPath(path);
  } catch (error) {
    throw new ChartError(`error evaluating symlink ${name}: ${messageOf(error)}`, { cause: error });
  }
}

function isInside(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith("/") ? root : `${root}/`);
}

function outside(name: string, real: string): ChartError {
  return new ChartError(`the symbolic link ${name} leads out of the chart, to ${real}`, {
    code: "chart/unsafe",
    hint: "copy the file into the chart; or where you trust the chart, follow its links " +
      "(--follow-links, or `followLinks` of loadChart)",
  });
}

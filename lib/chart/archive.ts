/**
 * Chart archives (.tgz): unpacked in memory, within limits, refusing paths that lead out.
 *
 * @module
 */

import { quoteGo } from "../template/quote.ts";
import { joinBytes } from "../files.ts";
import { ChartError } from "./chart.ts";
import type { ChartLimits, Limits } from "./limits.ts";
import { readTar } from "./tar.ts";

/** A file before it is sorted into a chart. */
export interface RawFile {
  /** Path inside the chart, with `/`. */
  readonly name: string;
  readonly data: Uint8Array;
}

const BOM = [0xef, 0xbb, 0xbf];

/** The same bytes without a leading byte order mark. */
export function withoutBom(data: Uint8Array): Uint8Array {
  return BOM.every((byte, i) => data[i] === byte) ? data.subarray(3) : data;
}

/** Whether these bytes begin as a gzip stream does. */
export function isGzip(data: Uint8Array): boolean {
  return data[0] === 0x1f && data[1] === 0x8b && data[2] === 0x08;
}

/**
 * The uncompressed bytes. It stops once they are more than the files may have, so that a small
 * archive cannot fill the memory.
 */
export async function gunzip(data: Uint8Array, limits: Limits): Promise<Uint8Array> {
  const most = decompressedLimit(limits);
  const stream = new Blob([data as BlobPart]).stream().pipeThrough(new DecompressionStream("gzip"));
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      size += chunk.length;
      if (size > most) throw tooLarge(limits);
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof ChartError ? error : badGzip(error);
  }
  return joinBytes(chunks);
}

/** As {@linkcode gunzip}, at once; it loads node:zlib, which takes a while the first time. */
export function gunzipNow(data: Uint8Array, limits: Limits): Uint8Array {
  const most = decompressedLimit(limits);
  try {
    const zlib = process.getBuiltinModule("node:zlib");
    return new Uint8Array(zlib.gunzipSync(data, { maxOutputLength: most }));
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(limits);
    throw badGzip(error);
  }
}

/**
 * The files of a tar archive, named without its first folder.
 *
 * @throws {ChartError} for a name that leads out of the chart and for what is too large.
 */
export function unpackTar(archive: Uint8Array, limits: Limits): RawFile[] {
  const files: RawFile[] = [];
  let total = 0;
  for (const { name, data } of readTar(archive)) {
    const path = entryPath(name);
    total += data.length;
    if (total > limits.totalBytes) throw tooLarge(limits);
    if (data.length > limits.fileBytes) {
      throw new ChartError(
        `decompressed chart file ${
          quoteGo(name)
        } is larger than the maximum file size ${limits.fileBytes}`,
        { code: "chart/too-large", hint: limitHint("fileBytes") },
      );
    }
    if (files.length >= limits.files) throw tooMany(limits);
    files.push({ name: path, data: withoutBom(data) });
  }
  if (files.length === 0) throw new ChartError("no files in chart archive");
  return files;
}

/** Where an entry lies inside the chart. The rules and words are Helm's. */
function entryPath(name: string): string {
  const delimiter = name.includes("\\") ? "\\" : "/";
  const [first, ...rest] = name.split(delimiter);
  const path = rest.join("/");
  if (path.startsWith("/")) throw unsafe("chart illegally contains absolute paths");
  const clean = cleanPath(path);
  if (clean === ".") {
    throw unsafe(
      `chart illegally contains content outside the base directory: ${quoteGo(name)}`,
    );
  }
  if (clean.startsWith("..")) throw unsafe("chart illegally references parent directory");
  if (/^[a-zA-Z]:\//.test(clean)) throw unsafe("chart contains illegally named files");
  if (first === "Chart.yaml") throw unsafe("chart yaml not in base directory");
  return clean;
}

/** Go's path.Clean of a relative path. */
export function cleanPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else parts.push(part);
  }
  return parts.join("/") || ".";
}

/** Room for the headers and padding of the most files that are allowed. */
function decompressedLimit(limits: Limits): number {
  return limits.totalBytes + 2 * 1024 * limits.files + 1024;
}

/** What to do about a chart that is too large: a command line takes no limits, a program does. */
export function limitHint(limit: keyof ChartLimits): string {
  return `leave out with .helmignore what templates do not read; a program may raise the limit \`${limit}\` for a chart it trusts`;
}

/** The error for more bytes than are allowed. */
export function tooLarge(limits: Limits): ChartError {
  return new ChartError(
    `decompressed chart is larger than the maximum size ${limits.totalBytes}`,
    { code: "chart/too-large", hint: limitHint("totalBytes") },
  );
}

/** Refuses a file that is too large to be parsed. */
export function checkParsedSize(name: string, size: number, limits: Limits): void {
  if (size <= limits.valuesBytes) return;
  throw new ChartError(`${name} is larger than the maximum size ${limits.valuesBytes}`, {
    code: "chart/too-large",
    hint:
      "such a file is read as a whole: keep data elsewhere; a program may raise the limit `valuesBytes`",
  });
}

/** The error for more files than are allowed. */
export function tooMany(limits: Limits): ChartError {
  return new ChartError(`chart has more than ${limits.files} files`, {
    code: "chart/too-large",
    hint: limitHint("files"),
  });
}

function unsafe(message: string): ChartError {
  return new ChartError(message, {
    code: "chart/unsafe",
    hint:
      "an archive holds one folder, with all of the chart in it, as `capstan package` writes it",
  });
}

function badGzip(cause: unknown): ChartError {
  return new ChartError("gzip: invalid header", { cause });
}

/**
 * Reads a tar archive that is in memory: ustar, with pax and GNU long names.
 *
 * The npm readers of tar are streams, which cannot unpack a chart inside a chart synchronously.
 *
 * @module
 */

import { ChartError } from "./chart.ts";

const BLOCK = 512;
const decoder = new TextDecoder();

/** A file of an archive; folders are not among them. */
export interface TarEntry {
  readonly name: string;
  readonly data: Uint8Array;
}

/**
 * The entries of an archive in their order. Their data are views into `archive`.
 *
 * @throws {ChartError} where the archive is cut short or its checksums are wrong.
 */
export function* readTar(archive: Uint8Array): Generator<TarEntry> {
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= archive.length;) {
    const header = archive.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) return;
    checkSum(header);
    const size = number(header, 124, 12);
    at += BLOCK;
    if (!(size >= 0) || at + size > archive.length) throw new ChartError("unexpected EOF");
    const data = archive.subarray(at, at + size);
    at += Math.ceil(size / BLOCK) * BLOCK;
    const type = String.fromCharCode(header[156]!);
    if (type === "L") longName = text(data, 0, data.length);
    else if (type === "x") longName = paxPath(data) ?? longName;
    else if (type !== "g" && type !== "K") {
      const name = longName ?? headerName(header);
      longName = undefined;
      const isFolder = type === "5" || (type === "\0" && name.endsWith("/"));
      // A link or a device is a file without content, as Helm reads it.
      if (!isFolder) yield { name, data: "12346".includes(type) ? data.subarray(0, 0) : data };
    }
  }
}

function headerName(header: Uint8Array): string {
  const name = text(header, 0, 100);
  const ustar = text(header, 257, 5) === "ustar" && header[262] === 0;
  const prefix = ustar ? text(header, 345, 155) : "";
  return prefix === "" ? name : `${prefix}/${name}`;
}

function text(bytes: Uint8Array, start: number, length: number): string {
  const part = bytes.subarray(start, start + length);
  const end = part.indexOf(0);
  return decoder.decode(end < 0 ? part : part.subarray(0, end));
}

/** A number field: octal text, or base 256 where the first bit is set. */
function number(header: Uint8Array, start: number, length: number): number {
  if ((header[start]! & 0x80) !== 0) {
    let value = header[start]! & 0x7f;
    for (let i = 1; i < length; i++) value = value * 256 + header[start + i]!;
    return value;
  }
  const digits = text(header, start, length).trim();
  return digits === "" ? 0 : /^[0-7]+$/.test(digits) ? parseInt(digits, 8) : NaN;
}

function checkSum(header: Uint8Array): void {
  let sum = 0, signed = 0;
  for (let i = 0; i < BLOCK; i++) {
    const byte = i >= 148 && i < 156 ? 0x20 : header[i]!;
    sum += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  const stated = number(header, 148, 8);
  if (stated !== sum && stated !== signed) {
    throw new ChartError("archive/tar: invalid tar header");
  }
}

/** The `path` record of a pax header: lines of `LENGTH KEY=VALUE`. */
function paxPath(data: Uint8Array): string | undefined {
  for (let at = 0; at < data.length;) {
    const space = data.indexOf(0x20, at);
    const length = Number(decoder.decode(data.subarray(at, space)));
    if (space < 0 || !(length > 0)) return undefined;
    const record = decoder.decode(data.subarray(space + 1, at + length - 1));
    if (record.startsWith("path=")) return record.slice("path=".length);
    at += length;
  }
  return undefined;
}

/**
 * Writes tar archives: ustar, with a pax header for names that do not fit.
 *
 * @module
 */

/** A file to write. */
export interface TarFile {
  readonly name: string;
  readonly data: Uint8Array;
}

const BLOCK = 512;
const encoder = new TextEncoder();

/**
 * The files as a gzipped tar archive.
 *
 * @param time When they were changed, in seconds since 1970.
 */
export async function writeArchive(files: readonly TarFile[], time: number): Promise<Uint8Array> {
  const parts = files.flatMap((file) => entry(file, time));
  const stream = new Blob([...parts, new Uint8Array(2 * BLOCK)] as BlobPart[]).stream()
    .pipeThrough(new CompressionStream("gzip"));
  return await new Response(stream).bytes();
}

function entry({ name, data }: TarFile, time: number): Uint8Array[] {
  const split = splitName(name);
  if (split !== undefined) return [header({ ...split, size: data.length, time }), ...padded(data)];
  const record = encoder.encode(paxRecord("path", name));
  return [
    header({ name: "PaxHeaders.0/file", prefix: "", size: record.length, time, type: "x" }),
    ...padded(record),
    header({ name: cut(name), prefix: "", size: data.length, time }),
    ...padded(data),
  ];
}

/** A name as the two fields that ustar has for it; `undefined` where it does not fit. */
function splitName(name: string): { name: string; prefix: string } | undefined {
  if (/[^\x20-\x7e]/.test(name)) return undefined;
  if (name.length <= 100) return { name, prefix: "" };
  for (let at = name.indexOf("/"); at >= 0 && at <= 155; at = name.indexOf("/", at + 1)) {
    const rest = name.slice(at + 1);
    if (rest.length <= 100 && rest !== "") return { name: rest, prefix: name.slice(0, at) };
  }
  return undefined;
}

/** What a program without pax makes of a long name. */
function cut(name: string): string {
  return name.replace(/[^\x20-\x7e]/g, "_").slice(-100);
}

/** `LENGTH KEY=VALUE`, where the length counts its own digits, in bytes. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const size = encoder.encode(rest).length;
  let length = size + String(size).length;
  if (String(length).length > String(size).length) length = size + String(length).length;
  return `${length}${rest}`;
}

function header(
  { name, prefix, size, time, type = "0" }: {
    readonly name: string;
    readonly prefix: string;
    readonly size: number;
    readonly time: number;
    readonly type?: string;
  },
): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const put = (text: string, at: number) => block.set(encoder.encode(text), at);
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, "0");
  put(name, 0);
  put("0000644\0", 100);
  put("0000000\0", 108);
  put("0000000\0", 116);
  put(`${octal(size, 11)}\0`, 124);
  put(`${octal(Math.max(0, Math.floor(time)), 11)}\0`, 136);
  put("        ", 148);
  put(type, 156);
  put("ustar\x0000", 257);
  put(prefix, 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(`${octal(sum, 6)}\0 `, 148);
  return block;
}

function padded(data: Uint8Array): Uint8Array[] {
  const rest = data.length % BLOCK;
  return rest === 0 ? [data] : [data, new Uint8Array(BLOCK - rest)];
}

/** Packs files into a .tgz; a name that ends in `/` is a folder. */
export async function tarball(files: Record<string, string | Uint8Array>): Promise<Uint8Array> {
  const parts = Object.entries(files).flatMap(([name, data]) => {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    return [header(name, bytes.length), bytes, new Uint8Array((512 - bytes.length % 512) % 512)];
  });
  return await gzip([...parts, new Uint8Array(1024)]);
}

/** Compresses the parts as one stream. */
export async function gzip(parts: Uint8Array[]): Promise<Uint8Array> {
  const stream = new Blob(parts as BlobPart[]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** A ustar header. */
export function header(name: string, size: number, type = "0"): Uint8Array {
  const block = new Uint8Array(512);
  const put = (text: string, at: number) => block.set(new TextEncoder().encode(text), at);
  put(name, 0);
  put("0000644\0", 100);
  put(size.toString(8).padStart(11, "0") + "\0", 124);
  put("        ", 148);
  put(name.endsWith("/") ? "5" : type, 156);
  put("ustar\x0000", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(sum.toString(8).padStart(6, "0") + "\0 ", 148);
  return block;
}

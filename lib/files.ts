/**
 * Small helps for files and their bytes.
 *
 * @module
 */

/** The folder that a path with `/` is in; empty for this one. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** Whether there is something at a path. @throws What keeps one from looking. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return false;
    }
    throw error;
  }
}

/**
 * Writes a file that other processes may be reading: they see the old one or the new one. Its folder
 * must be there. Nothing is left where it fails.
 *
 * @param mode Permissions of the file. @default the system's
 */
export async function replaceFile(
  path: string,
  data: string | Uint8Array,
  mode?: number,
): Promise<void> {
  const part = `${path.slice(0, path.lastIndexOf("/") + 1)}.${crypto.randomUUID()}.part`;
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  try {
    await Deno.writeFile(part, bytes, { createNew: true, ...(mode === undefined ? {} : { mode }) });
    await Deno.rename(part, path);
  } catch (error) {
    await Deno.remove(part).catch(() => {});
    throw error;
  }
}

/** A text, compressed by gzip. */
export async function zipText(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const zipped = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return await new Response(zipped).bytes();
}

/** The text again. @throws What is wrong with the bytes. */
export async function unzipText(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return await new Response(plain).text();
}

/** Pieces as one. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * A cache of what was downloaded: bytes by their SHA-256, and notes that say which bytes an address
 * had. Many processes may use it at once: a file appears whole or not at all, and only one of those
 * who want the same fetches it.
 *
 * @module
 */
import { CapstanError, messageOf } from "../errors.ts";
import { folderOf, replaceFile } from "../files.ts";

/** What an address had when it was asked last. */
export interface CacheNote {
  /** SHA-256 of the bytes, hex. */
  readonly digest: string;
  /** The server's name for this content, to ask whether it has changed. */
  readonly etag?: string | undefined;
  /** See {@linkcode CacheNote.etag}. */
  readonly modified?: string | undefined;
}

/** Options of {@linkcode ChartCache}. */
export interface ChartCacheOptions {
  /** Bytes that are kept; the least lately used go first. @default {2_147_483_648} */
  readonly maxBytes?: number | undefined;
}

/** How full a cache is. */
export interface CacheUse {
  readonly files: number;
  readonly bytes: number;
}

/** Milliseconds after which nobody is still writing a file. */
const PART_AGE = 3_600_000;

/** A cache in a folder. */
export class ChartCache {
  readonly folder: string;
  readonly #maxBytes: number;
  /** Bytes that were added since somebody looked how many there are. */
  #added = Infinity;

  constructor(folder: string, options: ChartCacheOptions = {}) {
    this.folder = folder;
    this.#maxBytes = options.maxBytes ?? 2_147_483_648;
  }

  /** The bytes of a digest; `undefined` where they are not there, or are no longer what they were. */
  async get(digest: string): Promise<Uint8Array | undefined> {
    const path = this.#blob(digest);
    const data = await readIf(path);
    if (data === undefined) return undefined;
    if (await sha256(data) === digest) {
      const now = new Date();
      await quietly(() => Deno.utime(path, now, now));
      return data;
    }
    await quietly(() => Deno.remove(path));
    return undefined;
  }

  /** Keeps bytes, and returns their digest. */
  async put(data: Uint8Array): Promise<string> {
    const digest = await sha256(data);
    await this.#write(this.#blob(digest), data);
    this.#added += data.length;
    if (this.#added > this.#maxBytes / 16) {
      this.#added = 0;
      await this.prune();
    }
    return digest;
  }

  /** What is known of an address. */
  async note(key: string): Promise<CacheNote | undefined> {
    const data = await readIf(await this.#noteFile(key));
    if (data === undefined) return undefined;
    try {
      const note = JSON.parse(new TextDecoder().decode(data)) as CacheNote;
      return typeof note.digest === "string" ? note : undefined;
    } catch {
      // A note that cannot be read is one that is not there.
      return undefined;
    }
  }

  /** Remembers what an address had. */
  async setNote(key: string, note: CacheNote): Promise<void> {
    await this.#write(await this.#noteFile(key), new TextEncoder().encode(JSON.stringify(note)));
  }

  /** Runs `work` while no other process runs one under the same key. */
  async alone<T>(key: string, work: () => Promise<T>): Promise<T> {
    await this.#makeFolder(`${this.folder}/locks`);
    const path = `${this.folder}/locks/${await sha256(new TextEncoder().encode(key))}`;
    const file = await Deno.open(path, { write: true, create: true });
    try {
      // The system lets go of it when a process dies.
      await file.lock(true);
      return await work();
    } finally {
      file.close();
    }
  }

  /** How full it is. */
  async use(): Promise<CacheUse> {
    const files = await this.#blobs();
    return { files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0) };
  }

  /** Removes what was not used for longest, until no more than this is left. */
  async prune(maxBytes: number = this.#maxBytes): Promise<CacheUse> {
    const files = (await this.#blobs()).sort((a, b) => a.used - b.used);
    let bytes = files.reduce((sum, { size }) => sum + size, 0);
    const removed = { files: 0, bytes: 0 };
    await this.#removeParts();
    for (const { path, size } of files) {
      if (bytes <= maxBytes) break;
      await quietly(() => Deno.remove(path));
      bytes -= size;
      removed.files++;
      removed.bytes += size;
    }
    return removed;
  }

  /** What a process that was killed while it wrote has left. */
  async #removeParts(): Promise<void> {
    for (const folder of [`${this.folder}/sha256`, `${this.folder}/notes`]) {
      for await (const name of namesIn(folder, true)) {
        const path = `${folder}/${name}`;
        const info = await quietly(() => Deno.stat(path));
        if (Date.now() - (info?.mtime?.getTime() ?? Infinity) < PART_AGE) continue;
        await quietly(() => Deno.remove(path));
      }
    }
  }

  async #blobs() {
    const folder = `${this.folder}/sha256`;
    const files: { path: string; size: number; used: number }[] = [];
    for await (const name of namesIn(folder)) {
      const path = `${folder}/${name}`;
      const info = await quietly(() => Deno.stat(path));
      if (info !== undefined) {
        files.push({ path, size: info.size, used: info.mtime?.getTime() ?? 0 });
      }
    }
    return files;
  }

  #blob(digest: string): string {
    return `${this.folder}/sha256/${digest}`;
  }

  async #noteFile(key: string): Promise<string> {
    return `${this.folder}/notes/${await sha256(new TextEncoder().encode(key))}`;
  }

  async #write(path: string, data: Uint8Array): Promise<void> {
    await this.#makeFolder(folderOf(path));
    try {
      await replaceFile(path, data, 0o600);
    } catch (error) {
      throw unusable(this.folder, error);
    }
  }

  async #makeFolder(path: string): Promise<void> {
    try {
      await Deno.mkdir(path, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw unusable(this.folder, error);
    }
  }
}

/** SHA-256 in hex. */
export async function sha256(data: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", data as Uint8Array<ArrayBuffer>);
  return new Uint8Array(digest).toHex();
}

async function readIf(path: string): Promise<Uint8Array | undefined> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw unusable(path, error);
  }
}

async function* namesIn(folder: string, hidden = false): AsyncGenerator<string> {
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      if (isFile && name.startsWith(".") === hidden) yield name;
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw unusable(folder, error);
  }
}

/** What another process may have done already, or be doing. */
async function quietly<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) {
      return undefined;
    }
    throw error;
  }
}

function unusable(path: string, error: unknown): CapstanError {
  const denied = error instanceof Deno.errors.NotCapable;
  return new CapstanError(`cannot use the chart cache ${path}: ${messageOf(error)}`, {
    code: "cache/unusable",
    hint: denied
      ? `add --allow-read and --allow-write for ${path}`
      : "name another folder with CAPSTAN_CACHE_HOME",
    cause: error,
  });
}

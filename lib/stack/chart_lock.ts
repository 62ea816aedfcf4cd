/**
 * capstan.lock: which charts a stack's references came to, with their digests.
 *
 * @module
 */
import { CapstanError, messageOf } from "../errors.ts";
import { replaceFile } from "../files.ts";
import type { RemoteChart } from "./types.ts";

/** One chart. */
export interface LockedChart {
  readonly name: string;
  readonly version: string;
  readonly url: string;
  /** `sha256:…` of the archive. */
  readonly digest: string;
}

/** Charts by what names them in the stack. */
export type ChartLock = ReadonlyMap<string, LockedChart>;

/** The lock file's name, beside the stack file. */
export const LOCK_FILE = "capstan.lock";

/** The folder beside the stack file that `capstan vendor` writes archives to. */
export const VENDOR_FOLDER = "capstan_vendor";

/** What names a chart in a lock. */
export function lockKey(ref: string | RemoteChart, version?: string): string {
  if (typeof ref === "string") return version === undefined ? ref : `${ref}@${version}`;
  const { repository: { url }, name } = ref;
  const base = `${url.replace(/\/+$/, "")}/${name}`;
  return ref.version === undefined ? base : `${base}@${ref.version}`;
}

/** Where a vendored archive is, relative to the stack's folder. */
export function vendoredPath({ name, version, digest }: LockedChart): string {
  const short = digest.replace(/^sha256:/, "").slice(0, 12);
  const safe = `${name}-${version}`.replace(/[^A-Za-z0-9.+_-]/g, "-");
  return `${VENDOR_FOLDER}/${safe}-${short}.tgz`;
}

/** Reads a lock; `undefined` where there is none. @throws {CapstanError} When it cannot be read. */
export async function readLock(folder: string): Promise<ChartLock | undefined> {
  const path = `${folder}/${LOCK_FILE}`;
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw unusable("read", path, error);
  }
  try {
    const { version, charts } = JSON.parse(text) as {
      version: number;
      charts: Record<string, LockedChart>;
    };
    if (version !== 1) {
      throw new CapstanError(`it is of version ${version}, not 1`, { code: "stack/lock" });
    }
    return new Map(Object.entries(charts));
  } catch (error) {
    throw unusable("read", path, error);
  }
}

/** Writes a lock, its charts in order, so that a change is a small difference. */
export async function writeLock(folder: string, lock: ChartLock): Promise<void> {
  const path = `${folder}/${LOCK_FILE}`;
  const charts = Object.fromEntries([...lock].sort(([a], [b]) => a < b ? -1 : 1));
  try {
    await replaceFile(path, `${JSON.stringify({ version: 1, charts }, null, 2)}\n`);
  } catch (error) {
    throw unusable("write", path, error);
  }
}

function unusable(what: "read" | "write", path: string, error: unknown): CapstanError {
  return new CapstanError(`cannot ${what} ${path}: ${messageOf(error)}`, {
    code: "stack/lock",
    hint: error instanceof Deno.errors.NotCapable
      ? `add --allow-${what}=${path}`
      : "write it anew with `capstan lock`",
    cause: error,
  });
}

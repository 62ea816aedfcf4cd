/**
 * `capstan lock` and `capstan vendor`: a stack's charts by digest, and on this disk.
 *
 * @module
 */
import { ChartSource } from "../../stack/charts.ts";
import {
  LOCK_FILE,
  lockKey,
  readLock,
  VENDOR_FOLDER,
  vendoredPath,
  writeLock,
} from "../../stack/chart_lock.ts";
import type { ChartLock, LockedChart } from "../../stack/chart_lock.ts";
import type { LoadedStack } from "../../stack/load.ts";
import type { CliContext } from "../context.ts";
import { withCharts } from "../stack_charts.ts";
import type { LockFlags } from "../stack_commands.ts";
import { loadFor } from "../stack_run.ts";
import { writeFiles } from "../write_text.ts";

interface Locked {
  readonly lock: ChartLock;
  /** Archives by the path that they are vendored at. */
  readonly archives: Readonly<Record<string, Uint8Array>>;
}

/** Finds out what every chart of the stack comes to now, and writes it down. */
export async function lock(this: CliContext, flags: LockFlags, path?: string): Promise<void> {
  const loaded = await loadFor(this, flags, path);
  const before = await readLock(loaded.folder);
  const { lock } = await resolveAll(this, loaded);
  await writeLock(loaded.folder, lock);
  tell(this, before, lock);
}

/** The same, and writes the archives beside the stack. */
export async function vendor(this: CliContext, flags: LockFlags, path?: string): Promise<void> {
  const loaded = await loadFor(this, flags, path);
  const before = await readLock(loaded.folder);
  const { lock, archives } = await resolveAll(this, loaded);
  await removeVendored(loaded.folder);
  await writeFiles(loaded.folder, archives);
  await writeLock(loaded.folder, lock);
  tell(this, before, lock);
  const count = Object.keys(archives).length;
  this.process.stdout.write(`wrote ${count} chart${count === 1 ? "" : "s"} to ${VENDOR_FOLDER}\n`);
}

async function resolveAll(context: CliContext, { stack, folder }: LoadedStack): Promise<Locked> {
  return await withCharts(context, {}, async (settings) => {
    const source = new ChartSource(folder, settings);
    const lock = new Map<string, LockedChart>();
    const archives: Record<string, Uint8Array> = {};
    await Promise.all(stack.releases.map(async (release) => {
      const found = await source.fetch(release, context.abort);
      if (found === undefined) return;
      const { name, version, url, digest, archive } = found;
      const locked = { name, version, url, digest: `sha256:${digest}` };
      lock.set(lockKey(release.chart, release.version), locked);
      archives[vendoredPath(locked)] = archive;
    }));
    return { lock: new Map([...lock].sort(([a], [b]) => a < b ? -1 : 1)), archives };
  });
}

async function removeVendored(folder: string): Promise<void> {
  try {
    await Deno.remove(`${folder}/${VENDOR_FOLDER}`, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** What is new in the lock, what changed, and what is gone. */
function tell(
  { process: { stdout } }: CliContext,
  before: ChartLock | undefined,
  now: ChartLock,
): void {
  for (const [key, { version, digest }] of now) {
    const old = before?.get(key);
    if (old === undefined) stdout.write(`+ ${key}: ${version}\n`);
    else if (old.digest !== digest) stdout.write(`~ ${key}: ${old.version} is now ${version}\n`);
  }
  for (const key of before?.keys() ?? []) if (!now.has(key)) stdout.write(`- ${key}\n`);
  stdout.write(`wrote ${LOCK_FILE}: ${now.size} chart${now.size === 1 ? "" : "s"}\n`);
}

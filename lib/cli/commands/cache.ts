/**
 * `capstan cache`: the downloads that are kept.
 *
 * @module
 */
import { type CacheUse, ChartCache } from "../../registry/cache.ts";
import { CapstanError } from "../../errors.ts";
import type { CliContext } from "../context.ts";
import { pathsFor } from "../locator.ts";
import { plainData } from "../output.ts";
import type { CacheFlags } from "../registry_commands.ts";

/** Prints how full the cache is; with `--prune`, what was removed. */
export async function cache(this: CliContext, flags: CacheFlags): Promise<void> {
  const { cache: folder } = pathsFor(this, {});
  if (folder === "") {
    throw new CapstanError("there is no cache: no home folder is known", {
      code: "cache/none",
      hint:
        "set CAPSTAN_CACHE_HOME, or let Capstan read what is set: --allow-env=CAPSTAN_CACHE_HOME,XDG_CACHE_HOME,HOME",
    });
  }
  if (flags.maxBytes !== undefined && !flags.prune) {
    throw new CapstanError("--max-bytes says how much --prune leaves: give both", {
      code: "cli/flags",
      hint: `capstan cache --prune --max-bytes ${flags.maxBytes}`,
    });
  }
  const charts = new ChartCache(folder);
  const { stdout } = this.process;
  const removed = flags.prune ? await charts.prune(flags.maxBytes) : undefined;
  const use = await charts.use();
  const { output = "table" } = flags;
  if (output !== "table") return stdout.write(plainData({ folder, ...use, removed }, output));
  if (removed !== undefined) stdout.write(`removed ${amount(removed)}\n`);
  stdout.write(`${folder}: ${amount(use)}\n`);
}

function amount({ files, bytes }: CacheUse): string {
  return `${files} file${files === 1 ? "" : "s"}, ${size(bytes)}`;
}

function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const units = ["KiB", "MiB", "GiB"];
  let value = bytes / 1024;
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return `${value.toFixed(1)} ${units[unit]}`;
}

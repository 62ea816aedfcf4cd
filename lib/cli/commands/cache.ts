/**
 * `capstan cache`: the downloads that are kept.
 *
 * @module
 */
import { ChartCache } from "../../registry/cache.ts";
import { CapstanError } from "../../errors.ts";
import type { CliContext } from "../context.ts";
import { pathsFor } from "../locator.ts";
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
  if (flags.prune) {
    const { files, bytes } = await charts.prune(flags.maxBytes);
    stdout.write(`removed ${files} file${files === 1 ? "" : "s"}, ${size(bytes)}\n`);
  }
  const { files, bytes } = await charts.use();
  stdout.write(`${folder}: ${files} file${files === 1 ? "" : "s"}, ${size(bytes)}\n`);
}

function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const units = ["KiB", "MiB", "GiB"];
  let value = bytes / 1024;
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return `${value.toFixed(1)} ${units[unit]}`;
}

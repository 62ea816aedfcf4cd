/**
 * Finding the chart of a command's argument: on this disk or elsewhere, verified where that is asked.
 *
 * @module
 */
import type { LocalChart, RemoteArchive } from "../registry/locate.ts";
import type { CliContext } from "./context.ts";
import { accessOf, versionOf } from "./download_flags.ts";
import type { DownloadFlags } from "./download_flags.ts";
import { withLocator } from "./locator.ts";

/** Finds a chart, and downloads it where it is not on this disk. @throws {CapstanError} */
export async function findChart(
  context: CliContext,
  flags: DownloadFlags,
  ref: string,
): Promise<LocalChart | RemoteArchive> {
  const { repo, verify = false } = flags;
  return await withLocator(context, flags, async (locator) => {
    const found = await locator.locate(ref, {
      repo,
      version: versionOf(flags),
      access: accessOf(flags),
      provenance: verify,
      signal: context.abort,
    });
    if (verify) {
      const { verifyFound } = await import("./verification.ts");
      await verifyFound(context, found, flags);
    }
    return found;
  });
}

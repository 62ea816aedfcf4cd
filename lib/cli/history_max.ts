/**
 * `--history-max`: how many revisions of a release are kept.
 *
 * @module
 */
import type { CliContext } from "./context.ts";

/** What the flag says, else HELM_MAX_HISTORY, else the default. */
export function historyMax(
  context: CliContext,
  flags: { readonly historyMax?: number },
): number | undefined {
  if (flags.historyMax !== undefined) return flags.historyMax;
  const said = context.env("HELM_MAX_HISTORY") ?? "";
  return /^\d+$/.test(said) ? Number(said) : undefined;
}

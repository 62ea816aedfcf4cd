/**
 * Where progress goes, and in which form: a picture on a terminal, lines elsewhere and in CI.
 *
 * @module
 */
import type { ReportTarget } from "../report/progress.ts";
import type { CliContext } from "./context.ts";

/** Standard error, as it can be written to. */
export function progressTarget(context: CliContext): ReportTarget {
  const { color, now, size, draw } = context;
  // Some CI systems give programs a terminal, and keep every picture that is drawn on it.
  const inCi = (context.env("CI") ?? "false") !== "false";
  const canDraw = !inCi && context.env("TERM") !== "dumb";
  return {
    color,
    now,
    size: canDraw ? size : undefined,
    actions: context.env("GITHUB_ACTIONS") === "true",
    write: draw,
  };
}

/**
 * How the charts of a stack are found, by environment and flags.
 *
 * @module
 */
import { helmPaths } from "../registry/helm_paths.ts";
import { ChartLocator } from "../registry/locate.ts";
import type { ChartSettings } from "../stack/charts.ts";
import type { CliContext } from "./context.ts";
import { mayKeep } from "./locator.ts";

/** What of a stack's flags is about charts. */
export interface StackChartFlags {
  readonly frozen?: boolean;
  readonly offline?: boolean;
}

/** Runs `use` with what finds charts, and lets its connections go afterwards. */
export async function withCharts<T>(
  context: CliContext,
  { frozen, offline }: StackChartFlags,
  use: (charts: ChartSettings) => Promise<T>,
): Promise<T> {
  const paths = helmPaths((name) => context.env(name));
  const locator = new ChartLocator({ paths, cached: await mayKeep(paths.cache) });
  try {
    return await use({ locator, frozen, offline });
  } finally {
    await locator.close();
  }
}

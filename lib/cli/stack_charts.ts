/**
 * How the charts of a stack are found, by environment and flags.
 *
 * @module
 */
import type { ChartSettings } from "../stack/charts.ts";
import type { CliContext } from "./context.ts";
import { withLocator } from "./locator.ts";

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
  return await withLocator(context, {}, (locator) => use({ locator, frozen, offline }));
}

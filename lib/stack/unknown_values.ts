/**
 * Values that a release gives and its chart does not know.
 *
 * @module
 */
import type { DeployRequest } from "../action/deploy_request.ts";
import type { Review } from "../action/deploy.ts";
import type { Chart } from "../chart/chart.ts";
import { shapeOfChart } from "../chart/shape_of_chart.ts";
import { unknownKeys } from "../chart/value_shape.ts";
import type { Shape, UnknownKey } from "../chart/value_shape.ts";

/** Compares values with what their chart knows. */
export type ValueChecker = (
  request: DeployRequest,
  values: unknown,
  signal: AbortSignal,
) => Promise<UnknownKey[]>;

/** Compares values with what their chart knows; a chart that many releases use is looked through once. */
export function valueChecker(): ValueChecker {
  const shapes = new Map<Chart, Shape>();
  return async ({ chart: source }, values, signal) => {
    const chart = typeof source === "function" ? await source(signal) : source;
    const shape = shapes.get(chart) ?? shapeOfChart(chart);
    shapes.set(chart, shape);
    return unknownKeys(shape, values);
  };
}

/** `its chart has no value "replica"; did you mean "replicas"?` */
export function unknownValueText({ path, suggestion }: UnknownKey): string {
  return `its chart has no value ${JSON.stringify(path)}${
    suggestion === undefined ? "" : `; did you mean ${JSON.stringify(suggestion)}?`
  }`;
}

/** A review that warns of such values, after the one that there is. */
export function warningReview(check: ValueChecker, first: Review | undefined): Review {
  return async (prepared, means) => {
    const plan = await first?.(prepared, means) ?? prepared;
    if (plan.kind === "unchanged") return plan;
    for (const key of await check(means.request, plan.release.config, means.signal)) {
      means.operation.warn(unknownValueText(key));
    }
    return plan;
  };
}

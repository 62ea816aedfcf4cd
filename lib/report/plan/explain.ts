/**
 * Where the time of a run will go, for a terminal.
 *
 * @module
 */
import type { Explanation, Prediction } from "../../stack/explain.ts";
import { columns, formatDuration, paint } from "../text.ts";
import type { Style } from "../text.ts";

/** The critical path, the nodes with what they could be late, and what other limits would bring. */
export function explanationText(explanation: Explanation, style: Style): string {
  const { path, length, nodes, predictions, known, steps } = explanation;
  const head = (cells: readonly string[]) => cells.map((cell) => paint(cell, "strong", style));
  const late = nodes.toSorted((a, b) => a.slack - b.slack);
  return [
    paint(`Critical path: ${formatDuration(length)}`, "strong", style),
    ...path.map(({ id, duration }) => `  ${formatDuration(duration).padStart(8)}  ${id}`),
    "",
    ...columns([
      head(["NODE", "TIME", "SLACK"]),
      ...late.map(({ id, duration, slack }) => [
        id,
        formatDuration(duration),
        slack === 0 ? paint("none", "warn", style) : formatDuration(slack),
      ]),
    ]),
    "",
    ...columns([
      head(["--parallelism", ...hookHeads(predictions)]),
      ...rows(predictions),
    ]),
    "",
    `Predicted wall time; earlier runs tell the time of ${known} of ${steps} steps, the others are estimated.`,
    "",
  ].join("\n");
}

function hookHeads(predictions: readonly Prediction[]): string[] {
  return [...new Set(predictions.map(({ hookParallelism }) => hookParallelism))].map((n, i) =>
    i === 0 ? `--hook-parallelism ${n ?? "as declared"}` : String(n)
  );
}

function rows(predictions: readonly Prediction[]): string[][] {
  return [...Map.groupBy(predictions, ({ parallelism }) => parallelism)].map((
    [parallelism, of],
  ) => [
    String(parallelism),
    ...of.map(({ duration }) => formatDuration(duration)),
  ]);
}

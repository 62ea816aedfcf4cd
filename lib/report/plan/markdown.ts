/**
 * A plan as Markdown that fits into one comment of a pull request.
 *
 * @module
 */
import type { ObjectChange } from "../../action/diff/changes.ts";
import type { PlannedNode } from "../../stack/plan.ts";
import { escapeMarkup } from "../markup.ts";
import {
  checkedBy,
  countActions,
  countNodes,
  fieldText,
  hookLines,
  objectName,
  problemsOf,
  unknownValueLines,
} from "./plan.ts";
import type { ShownPlan } from "./plan.ts";

/** GitHub takes 65,536 characters, GitLab more; some room is left for what a robot adds. */
const LONGEST = 60_000;

/** The plan as Markdown: counts, a table, and each change in a fold; what does not fit is left out and counted. */
export function planMarkdown(plan: ShownPlan): string {
  const { stack, nodes } = plan;
  const problems = problemsOf(nodes);
  const unknown = unknownValueLines(nodes);
  const head = [
    `### Plan for \`${stack}\``,
    "",
    `**${countNodes(nodes)}**, ${escapeMarkup(checkedBy(plan))}`,
    "",
    ...problems.map(({ node, object, problem }) =>
      `- :x: \`${node}\`: ${objectName(object)} would be refused: ${escapeMarkup(oneLine(problem))}`
    ),
    ...unknown.map((line) => `- :warning: ${escapeMarkup(line)}`),
    ...(problems.length + unknown.length === 0 ? [] : [""]),
    ...table(nodes),
    "",
    "",
  ].join("\n");
  let text = fit(head);
  let left = 0;
  for (const node of nodes) {
    const details = detailsOf(node);
    if (details === "") continue;
    if (left === 0 && text.length + details.length <= LONGEST) text += details;
    else left++;
  }
  return left === 0
    ? text
    : `${text}\n_The details of ${left} more do not fit: run \`capstan plan\`._\n`;
}

/** A table of hundreds of rows is cut at a row. */
function fit(head: string): string {
  if (head.length <= LONGEST) return head;
  const end = head.lastIndexOf("\n", LONGEST);
  return `${head.slice(0, end)}\n\n_The table is longer than fits here._\n`;
}

function table(nodes: readonly PlannedNode[]): string[] {
  const rows = nodes.filter(({ action }) => action !== "unchanged").map((node) => {
    const { release, reason } = node;
    const counts = countActions(release?.changes?.objects ?? []);
    const cells = release === undefined
      ? ["", "", "", "", "", "", reason === undefined ? "" : escapeMarkup(oneLine(reason))]
      : [
        String(release.revision),
        release.chart,
        ...[counts.create, counts.change, counts.replace, counts.delete].map((n) =>
          n === 0 ? "" : String(n)
        ),
        release.hooks.join(", "),
      ];
    return row([`\`${node.id}\``, node.action, ...cells]);
  });
  if (rows.length === 0) return [];
  return [
    row([
      "node",
      "action",
      "revision",
      "chart",
      "created",
      "changed",
      "replaced",
      "deleted",
      "hooks",
    ]),
    "| --- | --- | --: | --- | --: | --: | --: | --: | --- |",
    ...rows,
  ];
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function detailsOf({ id, release }: PlannedNode): string {
  const { objects = [], hooks = [] } = release?.changes ?? {};
  if (objects.length === 0 && hooks.length === 0) return "";
  const lines = [...objects.flatMap(objectLines), ...hookLines(hooks).map((line) => `  ${line}`)];
  const body = lines.join("\n");
  // A fence longer than any in the text cannot be closed by it.
  const longest = Math.max(2, ...[...body.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return [
    `<details><summary><code>${escapeMarkup(id)}</code>: ${summary(objects)}</summary>`,
    "",
    `${fence}diff`,
    body,
    fence,
    "",
    "</details>",
    "",
  ].join("\n");
}

function summary(objects: readonly ObjectChange[]): string {
  const counts = countActions(objects);
  const words = [
    [counts.create, "created"],
    [counts.change, "changed"],
    [counts.replace, "replaced"],
    [counts.delete, "deleted"],
    [counts.keep, "kept"],
  ] as const;
  const text = words.filter(([n]) => n > 0).map(([n, word]) => `${n} ${word}`).join(", ");
  return text === "" ? "hooks only" : text;
}

/** Lines that a `diff` block colours: `+` green, `-` red, `!` orange. */
function objectLines(object: ObjectChange): string[] {
  const { action, fields, problem } = object;
  const sign = { create: "+", change: "!", replace: "!", delete: "-", keep: " " }[action];
  const note =
    { create: "", change: "", replace: " (replaced)", delete: "", keep: " (kept)" }[action];
  return [
    `${sign} ${objectName(object)}${note}`,
    ...(problem === undefined ? [] : [`!   would be refused: ${oneLine(problem)}`]),
    ...fields.flatMap((field) => {
      const text = fieldText(field);
      const tail = text.note === "" ? "" : ` (${text.note})`;
      if ("lines" in text) {
        return [
          `!   ${field.path}:${tail}`,
          ...text.lines.map(([side, line]) => `${side}     ${line}`.trimEnd()),
        ];
      }
      return [`-   ${field.path}: ${text.before}`, `+   ${field.path}: ${text.after}${tail}`];
    }),
  ];
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

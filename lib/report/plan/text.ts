/**
 * A plan for a terminal: a table of the nodes, then each change field by field.
 *
 * @module
 */
import type { ObjectAction, ObjectChange } from "../../action/diff/changes.ts";
import { edgeLabels } from "../../stack/edges.ts";
import type { PlannedNode } from "../../stack/plan.ts";
import { columns, paint, printable } from "../text.ts";
import type { Style, Tone } from "../text.ts";
import {
  checkedBy,
  countActions,
  countNodes,
  countProblems,
  fieldText,
  hookLines,
  objectName,
  SIGNS,
  unknownValueLines,
} from "./plan.ts";
import type { ShownPlan } from "./plan.ts";

const ACTION_TONES: Readonly<Record<PlannedNode["action"], Tone>> = {
  install: "good",
  upgrade: "warn",
  unchanged: "quiet",
  run: "busy",
  unknown: "warn",
};

const OBJECT_TONES: Readonly<Record<ObjectAction, Tone>> = {
  create: "good",
  change: "warn",
  replace: "warn",
  delete: "bad",
  keep: "quiet",
};

/** The whole plan; ends with how many nodes meet which fate. */
export function planText(plan: ShownPlan, style: Style): string {
  const { nodes } = plan;
  const details = nodes.flatMap((node) => {
    const lines = nodeLines(node, style);
    return lines.length === 0 ? [] : [...lines, ""];
  });
  const unknown = nodes.flatMap(({ id, reason }) =>
    reason === undefined ? [] : [`${id}: its values are not known yet: ${reason}`]
  );
  const problems = countProblems(nodes);
  return [
    ...nodeTable(nodes, style),
    "",
    ...details,
    ...unknown,
    ...unknownValueLines(nodes).map((line) => paint(line, "warn", style)),
    countNodes(nodes),
    ...(problems === "" ? [] : [paint(problems, "bad", style)]),
    paint(checkedBy(plan), "quiet", style),
    "",
  ].join("\n");
}

function nodeTable(nodes: readonly PlannedNode[], style: Style): string[] {
  const header = ["NODE", "ACTION", "REVISION", "CHART", "OBJECTS", "HOOKS", "AFTER"];
  const rows = nodes.map((node) => [
    node.id,
    paint(node.action, ACTION_TONES[node.action], style),
    node.release === undefined ? "" : String(node.release.revision),
    node.release?.chart ?? "",
    objectCounts(node),
    hookCount(node),
    waitsOf(node).join(", "),
  ]);
  return columns([header.map((cell) => paint(cell, "strong", style)), ...rows]);
}

/** What a node waits for, as its stack file writes it. */
function waitsOf({ needs, parts = [], conditions = [] }: PlannedNode): string[] {
  return edgeLabels({ needs, parts, conditions });
}

function objectCounts({ action, release }: PlannedNode): string {
  if (release === undefined || action === "unchanged") return "";
  if (release.changes === undefined) {
    return `+${release.added.length} ~${release.changed.length} -${release.removed.length}`;
  }
  const { create, change, replace, delete: deleted } = countActions(release.changes.objects);
  return `+${create} ~${change}${replace === 0 ? "" : ` ±${replace}`} -${deleted}`;
}

function hookCount({ release }: PlannedNode): string {
  if (release?.changes === undefined) return release?.hooks.join(", ") ?? "";
  const { length } = release.changes.hooks;
  return length === 0 ? "" : String(length);
}

function nodeLines({ id, action, release }: PlannedNode, style: Style): string[] {
  const { objects = [], hooks = [] } = release?.changes ?? {};
  if (objects.length === 0 && hooks.length === 0) return [];
  const head = `${paint(id, "strong", style)}: ${action} ${
    paint(`revision ${release!.revision}, ${release!.chart}`, "quiet", style)
  }`;
  return [
    head,
    ...objects.flatMap((object) => objectLines(object, style)),
    ...hookLines(hooks).map((line) => `  ${paint("hooks", "busy", style)} ${line}`),
  ];
}

/** What happens to an object, field by field. */
export function objectLines(object: ObjectChange, style: Style): string[] {
  const { action, fields, problem } = object;
  const note = action === "keep" ? " (stays: its resource policy is keep)" : "";
  return [
    `  ${paint(`${SIGNS[action]} ${objectName(object)}`, OBJECT_TONES[action], style)}${note}`,
    ...(problem === undefined ? [] : [
      `      ${paint("would be refused:", "bad", style)} ${
        indented(printable(problem, { color: false }))
      }`,
    ]),
    ...fields.flatMap((field) => {
      const text = fieldText(field);
      const tail = text.note === "" ? "" : ` ${paint(`(${text.note})`, "quiet", style)}`;
      if ("before" in text) {
        return [
          `      ${field.path}: ${paint(text.before, "bad", style)} → ${
            paint(text.after, "good", style)
          }${tail}`,
        ];
      }
      return [
        `      ${field.path}:${tail}`,
        ...text.lines.map(([side, line]) =>
          `        ${
            paint(
              `${side} ${line}`,
              side === "-" ? "bad" : "good",
              side === " " ? { color: false } : style,
            )
          }`
            .trimEnd()
        ),
      ];
    }),
  ];
}

function indented(text: string): string {
  return text.replaceAll("\n", "\n      ");
}

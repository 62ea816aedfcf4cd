/**
 * A plan as it is shown: what the table, the Markdown and the JSON of `capstan plan` have in common.
 *
 * @module
 */
import type {
  FieldChange,
  HookRunPlan,
  ObjectAction,
  ObjectChange,
} from "../../action/diff/changes.ts";
import type { PlannedNode } from "../../stack/plan.ts";
import { unknownValueText } from "../../stack/unknown_values.ts";
import { cut, printable } from "../text.ts";
import { diffLines } from "./line_diff.ts";
import type { DiffLine } from "./line_diff.ts";

/** A plan and where it comes from. */
export interface ShownPlan {
  readonly stack: string;
  readonly nodes: readonly PlannedNode[];
  /** What the stack was compared with: a cluster, or nothing where none answers. */
  readonly against: "cluster" | "nothing";
  /** Why there is no cluster, or why it was not asked to try. */
  readonly reason?: string | undefined;
}

/** Signs of what happens to an object. */
export const SIGNS: Readonly<Record<ObjectAction, string>> = {
  create: "+",
  change: "~",
  replace: "±",
  delete: "-",
  keep: "=",
};

/** Widest value that is shown whole. */
const WIDEST = 100;

/** Whether `up` would change any release. Stack hooks run whatever happens. */
export function hasChanges(nodes: readonly PlannedNode[]): boolean {
  return nodes.some(({ action }) => action !== "unchanged" && action !== "run");
}

/** What would be refused, each with the node that it is of. */
export function problemsOf(
  nodes: readonly PlannedNode[],
): { readonly node: string; readonly object: ObjectChange; readonly problem: string }[] {
  return nodes.flatMap(({ id, release }) =>
    (release?.changes?.objects ?? []).flatMap((object) =>
      object.problem === undefined ? [] : [{ node: id, object, problem: object.problem }]
    )
  );
}

/** `web: its chart has no value "replica"; did you mean "replicas"?`, for each that is not known. */
export function unknownValueLines(nodes: readonly PlannedNode[]): string[] {
  return nodes.flatMap(({ id, release }) =>
    (release?.unknownValues ?? []).map((key) => `${id}: ${unknownValueText(key)}`)
  );
}

/** How many objects each action befalls. */
export function countActions(objects: readonly ObjectChange[]): Record<ObjectAction, number> {
  const counts = { create: 0, change: 0, replace: 0, delete: 0, keep: 0 };
  for (const { action } of objects) counts[action]++;
  return counts;
}

/** `Deployment shop/web` */
export function objectName({ kind, namespace, name }: ObjectChange): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

/** `1 to install, 2 to upgrade, 3 unchanged` */
export function countNodes(nodes: readonly PlannedNode[]): string {
  const counts = Map.groupBy(nodes, ({ action }) => action);
  const text = [...counts].map(([action, of]) => `${of.length} ${WORDS[action]}`).join(", ");
  return text === "" ? "nothing to do" : text;
}

const WORDS: Readonly<Record<PlannedNode["action"], string>> = {
  install: "to install",
  upgrade: "to upgrade",
  unchanged: "to leave unchanged",
  run: "to run",
  unknown: "to find out",
};

/** By what means the objects were checked, and why not better; one sentence. */
export function checkedBy({ nodes, against, reason }: ShownPlan): string {
  if (against === "nothing") {
    return `rendered without a cluster, so that everything shows as new: ${reason}`;
  }
  const objects = nodes.flatMap(({ release }) => release?.changes?.objects ?? []);
  const local = objects.filter(({ checked }) => checked === "local");
  const reasons = [...new Set(local.flatMap(({ unchecked }) => unchecked ?? []))];
  if (objects.length === 0 && nodes.some(({ action }) => action === "unchanged")) {
    return "compared with the last revisions; `capstan drift` shows what others have changed since";
  }
  if (local.length === 0) return "tried by server-side dry run";
  const few = reasons.slice(0, 3).join("; ") + (reasons.length > 3 ? "; …" : "");
  const why = few === "" ? reason ?? "" : few;
  return local.length === objects.length
    ? `compared with the cluster, not tried by it${why === "" ? "" : `: ${why}`}`
    : `tried by server-side dry run, but for ${local.length} of ${objects.length} objects: ${why}`;
}

/** How a field changes: lines for a text of several lines, else the value on either side. */
export type FieldText =
  | { readonly lines: readonly DiffLine[]; readonly note: string }
  | { readonly before: string; readonly after: string; readonly note: string };

/** A field's change in words. */
export function fieldText(change: FieldChange): FieldText {
  const note = noteOf(change);
  const { live, after } = change;
  const before = "live" in change ? live : change.last;
  if (typeof before === "string" && typeof after === "string" && /\n/.test(before + after)) {
    const lines = diffLines(before, after).map(([side, line]): DiffLine => [side, plain(line)]);
    return { lines, note };
  }
  return { before: valueText(before), after: valueText(after), note };
}

/** Who changed what, where it is not simply the chart. */
function noteOf({ cause, live, last, chart }: FieldChange): string {
  if (cause === "server") return "by the server";
  if (cause === "drift") return "changed in the cluster; put back";
  const theirs = live !== undefined && JSON.stringify(live) !== JSON.stringify(last);
  return theirs && last !== undefined && chart !== undefined
    ? `also changed in the cluster, from ${valueText(last)}`
    : "";
}

function valueText(value: unknown): string {
  if (value === undefined) return "(none)";
  const isSecret = typeof value === "string" && /^<secret [0-9a-f]+>$/.test(value);
  return cut(plain(isSecret ? value : JSON.stringify(value)), WIDEST);
}

/** Texts of charts and clusters may have codes in them that a terminal would obey. */
function plain(text: string): string {
  return printable(text, { color: false });
}

/** `2 objects would be refused`, where any would be. */
export function countProblems(nodes: readonly PlannedNode[]): string {
  const { length } = problemsOf(nodes);
  return length === 0 ? "" : `${length} object${length === 1 ? "" : "s"} would be refused`;
}

/** The hooks of each event in their order: `a`, then `b and c` at once. */
export function hookLines(hooks: readonly HookRunPlan[]): string[] {
  return [...Map.groupBy(hooks, ({ event }) => event)].map(([event, of]) => {
    const waves = [...Map.groupBy(of, ({ wave }) => wave).values()];
    return `${event}: ${waves.map((wave) => wave.map(hookText).join(" and ")).join(", then ")}`;
  });
}

function hookText({ name, kind, weight, replaces }: HookRunPlan): string {
  return `${kind} ${name} (weight ${weight}${replaces ? ", replaces the last one" : ""})`;
}

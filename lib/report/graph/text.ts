/**
 * A graph as text for a terminal, and in the languages of Mermaid and Graphviz.
 *
 * @module
 */
import { columns, paint } from "../text.ts";
import type { Style } from "../text.ts";
import { edgesOf, levelsOf, secondLine } from "./picture.ts";
import type { Picture, PictureNode } from "./picture.ts";

/** The graph as a table, level by level: what stands in one level can be at work at once. */
export function graphText(picture: Picture, style: Style): string {
  const levels = levelsOf(picture);
  const sorted = picture.nodes.toSorted((a, b) => levels.get(a.id)! - levels.get(b.id)!);
  let level = -1;
  const rows = sorted.map((node) => {
    const own = levels.get(node.id)!;
    const first = own === level ? "" : String(own + 1);
    level = own;
    return [
      paint(first, "quiet", style),
      node.kind === "hook" ? paint(`${node.id} (hook)`, "busy", style) : node.id,
      paint(node.detail, "quiet", style),
      after(node),
    ];
  });
  const header = ["LEVEL", "NODE", "CHART", "AFTER"].map((cell) => paint(cell, "strong", style));
  return [...columns([header, ...rows]), "", summary(picture, levels), ""].join("\n");
}

function after({ needs, ordered, parts, waits = [] }: PictureNode): string {
  return [
    ...needs.map((id) => parts?.has(id) ? `${id} (${parts.get(id)})` : id),
    ...ordered.filter((id) => !needs.includes(id)).map((id) => `${id} (by weight)`),
    ...waits,
  ].join(", ");
}

function summary(picture: Picture, levels: ReadonlyMap<string, number>): string {
  const hooks = picture.nodes.filter(({ kind }) => kind === "hook").length;
  const height = Math.max(-1, ...levels.values()) + 1;
  return `${picture.name}: ${count(picture.nodes.length - hooks, "release")}, ${
    count(hooks, "hook")
  }, ${count(height, "level")}`;
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

/** The graph as a Mermaid flowchart, which GitHub draws in a comment or a README. */
export function graphMermaid(picture: Picture): string {
  // Mermaid's own words, such as `end`, are no ids of nodes there.
  const names = new Map(picture.nodes.map(({ id }, i) => [id, `n${i}`]));
  const nodes = picture.nodes.map((node) => {
    const { id, kind } = node;
    const detail = secondLine(node);
    const label = `"${[id, ...(detail === "" ? [] : [detail])].map(mermaidText).join("<br/>")}"`;
    return `  ${names.get(id)}${kind === "hook" ? `([${label}])` : `[${label}]`}`;
  });
  const edges = edgesOf(picture).map(({ from, to, ordered, part }) =>
    `  ${names.get(from)} ${ordered ? "-.->" : "-->"}${
      part === undefined ? "" : `|"${mermaidText(part)}"|`
    } ${names.get(to)}`
  );
  return ["flowchart LR", ...nodes, ...edges, ""].join("\n");
}

function mermaidText(text: string): string {
  return text.replace(/[#"<>&]/g, (char) => `#${char.codePointAt(0)};`);
}

/** The graph in Graphviz' language, for `dot -Tpdf` and the like. */
export function graphDot(picture: Picture): string {
  const nodes = picture.nodes.map((node) => {
    const { id, kind } = node;
    const detail = secondLine(node);
    const label = detail === "" ? id : `${id}\n${detail}`;
    return `  ${quoted(id)} [label=${quoted(label)}${kind === "hook" ? ', style="rounded"' : ""}];`;
  });
  const edges = edgesOf(picture).map(({ from, to, ordered, part }) =>
    `  ${quoted(from)} -> ${quoted(to)}${
      part === undefined ? ordered ? " [style=dashed]" : "" : ` [label=${quoted(part)}]`
    };`
  );
  return [
    `digraph ${quoted(picture.name)} {`,
    "  rankdir=LR;",
    '  node [shape=box, fontname="sans-serif"];',
    ...nodes,
    ...edges,
    "}",
    "",
  ].join("\n");
}

function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n")}"`;
}

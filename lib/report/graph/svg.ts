/**
 * A graph as an SVG picture that needs nothing else: no font, no script, right in light and dark.
 *
 * @module
 */
import { escapeMarkup } from "../markup.ts";
import { layout } from "./layout.ts";
import type { Arrow, Box, Point } from "./layout.ts";
import { secondLine } from "./picture.ts";
import type { Picture } from "./picture.ts";

const STYLE = `
  .box { fill: #fff; stroke: #57606a; }
  .hook .box { fill: #eef4ff; stroke: #0550ae; }
  .arrow { fill: none; stroke: #8c959f; stroke-width: 1.2; }
  .ordered { stroke-dasharray: 4 3; }
  .tip { fill: #8c959f; }
  text { font: 12px ui-monospace, Menlo, Consolas, monospace; fill: #1f2328; }
  .detail { fill: #57606a; }
  @media (prefers-color-scheme: dark) {
    .box { fill: #161b22; stroke: #8b949e; }
    .hook .box { fill: #10233f; stroke: #6cb6ff; }
    .arrow { stroke: #6e7681; }
    .tip { fill: #6e7681; }
    text { fill: #e6edf3; }
    .detail { fill: #9da7b3; }
  }
`;

/** The graph as a complete SVG document. */
export function graphSvg(picture: Picture): string {
  const { width, height, boxes, arrows } = layout(picture);
  const size = `${round(width)} ${round(height)}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size}" width="${
      round(width)
    }" height="${round(height)}" role="img" aria-labelledby="title">`,
    `<title id="title">${escapeMarkup(`The graph of ${picture.name}`)}</title>`,
    `<style>${STYLE}</style>`,
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="tip" d="M0 0 8 4 0 8z"/></marker></defs>',
    ...arrows.map(arrowMarkup),
    ...boxes.map(boxMarkup),
    "</svg>",
    "",
  ].join("\n");
}

function boxMarkup({ node, x, y, width, height }: Box): string {
  const line = (text: string, at: number, of: string) =>
    `<text${of} x="${round(x + 12)}" y="${round(y + at)}">${escapeMarkup(text)}</text>`;
  const second = secondLine(node);
  const corner = node.kind === "hook" ? height / 2 : 4;
  return [
    `<g class="${node.kind}"><rect class="box" x="${round(x)}" y="${round(y)}" width="${
      round(width)
    }" height="${round(height)}" rx="${round(corner)}"/>`,
    line(node.id, 19, ""),
    ...(second === "" ? [] : [line(second, 36, ' class="detail"')]),
    "</g>",
  ].join("");
}

function arrowMarkup({ points, ordered, from, to, part }: Arrow): string {
  const [first, ...rest] = points;
  let path = `M${point(first!)}`, last = first!;
  rest.forEach((next, i) => {
    // Columns are crossed straight, the space between them in a curve.
    const bend = round((last[0] + next[0]) / 2);
    path += i % 2 === 1
      ? `L${point(next)}`
      : `C${bend} ${round(last[1])} ${bend} ${round(next[1])} ${point(next)}`;
    last = next;
  });
  return `<path class="arrow${
    ordered ? " ordered" : ""
  }" marker-end="url(#tip)" d="${path}"><title>${
    escapeMarkup(`${from}${part === undefined ? "" : ` (${part})`}, then ${to}`)
  }</title></path>`;
}

function point([x, y]: Point): string {
  return `${round(x)} ${round(y)}`;
}

function round(n: number): number {
  return Math.round(n * 10) / 10;
}

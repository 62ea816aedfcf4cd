/**
 * Tables that an API server makes of objects, in kubectl's layout
 * (k8s.io/cli-runtime/pkg/printers, tableprinter.go).
 *
 * @module
 */
import type { Resources } from "../action/resources.ts";
import type { ObjectTable } from "../kube/types.ts";
import { width } from "../report/text.ts";

/** Spaces between columns, and the least width of a column with them. */
const PADDING = 3, LEAST_WIDTH = 6;

/** Helm's RESOURCES: a heading and a table for each kind; empty where there is nothing. */
export function formatResources(resources: Resources<ObjectTable>): string {
  if (resources.size === 0) return "";
  // The header of a table is left out where it is that of the table before.
  let header: string | undefined;
  const parts = [...resources].map(([heading, tables]) => {
    const texts = tables.map((table) => {
      const columns = JSON.stringify(table.columnDefinitions);
      const repeated = columns === header;
      if (table.rows.length > 0) header = columns;
      return formatObjectTable(table, { noHeader: repeated });
    });
    return `==> ${heading}\n${texts.join("")}\n`;
  });
  return `RESOURCES:\n${parts.join("")}\n`;
}

function formatObjectTable(
  { columnDefinitions, rows }: ObjectTable,
  { noHeader }: { readonly noHeader: boolean },
): string {
  if (rows.length === 0) return "";
  const shown = columnDefinitions.flatMap(({ priority }, i) => priority === 0 ? [i] : []);
  const header = shown.map((i) => columnDefinitions[i]!.name.toUpperCase());
  const cells = rows.map((row) => shown.map((i) => cellText(row.cells[i])));
  const lines = noHeader ? cells : [header, ...cells];
  const widths = shown.map((_, column) =>
    Math.max(LEAST_WIDTH, PADDING + Math.max(...lines.map((line) => width(line[column]!))))
  );
  return lines.map((line) =>
    line.map((cell, column) =>
      column === line.length - 1
        ? cell
        : cell + " ".repeat(Math.max(0, widths[column]! - width(cell)))
    ).join("") + "\n"
  ).join("");
}

/** One line, without what a terminal would obey. */
function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return "";
  const [line, ...more] = String(cell).split(/[\f\n\r]/);
  return line!.replaceAll("\x1b", "^[") + (more.length > 0 ? "..." : "");
}

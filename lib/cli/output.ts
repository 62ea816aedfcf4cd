/**
 * Results as tables, JSON or YAML, as Helm prints them.
 *
 * @module
 */
import { pad, width } from "../report/text.ts";
import { emitYaml } from "../yaml/emit.ts";

/** How a result is printed. */
export type OutputFormat = "table" | "json" | "yaml";

/** A result as JSON or YAML. */
export function formatData(data: unknown, format: "json" | "yaml"): string {
  return format === "json" ? `${JSON.stringify(data)}\n` : emitYaml(data);
}

/** A table in the layout of Helm's (gosuri/uitable): cells padded, a tab between them. */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const all = [header, ...rows].map((row) => row.map(cutCell));
  const widths = header.map((_, i) => Math.max(...all.map((row) => width(row[i]!))));
  return all.map((row) => `${row.map((cell, i) => pad(cell, widths[i]!)).join("\t")}\n`).join("");
}

/** Helm's tables are cut at 60 columns a cell. */
function cutCell(cell: string): string {
  return cell.length <= 60 ? cell : `${cell.slice(0, 57)}...`;
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A moment of a record in Go's time.ANSIC form, in the local zone. */
export function formatAnsic(timestamp: string): string {
  const t = new Date(timestamp);
  const two = (n: number) => String(n).padStart(2, "0");
  const clock = `${two(t.getHours())}:${two(t.getMinutes())}:${two(t.getSeconds())}`;
  return `${DAYS[t.getDay()]} ${MONTHS[t.getMonth()]} ${
    String(t.getDate()).padStart(2)
  } ${clock} ${t.getFullYear()}`;
}

/** A moment of a record as Go's time.Time prints itself: date, time with its fraction, zone twice. */
export function formatGoTime(timestamp: string): string {
  const match = timestamp.match(
    /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2}(?:\.\d+)?)(Z|[+-]\d{2}:\d{2})$/,
  );
  if (match === null) return timestamp;
  const [, date, clock, zone] = match;
  const offset = zone === "Z" ? "+0000" : zone!.replace(":", "");
  return `${date} ${
    clock!.replace(/\.?0+$/, (zeros) => zeros.startsWith(".") || clock!.includes(".") ? "" : zeros)
  } ${offset} ${zone === "Z" ? "UTC" : offset}`;
}

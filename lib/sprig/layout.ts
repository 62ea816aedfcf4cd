/**
 * Go's layouts: times written by example of Mon Jan 2 15:04:05 MST 2006.
 *
 * @module
 */

import { type Civil, MONTHS, WEEKDAYS } from "./calendar.ts";
import type { ZoneState } from "./zone.ts";

/** A piece of a layout: the text before an element, and the element; the last has none. */
export interface LayoutPiece {
  readonly literal: string;
  readonly element: string;
}

// Longer elements stand before those they begin with. `_2006` is a literal and a year.
const ELEMENT = new RegExp(
  [
    "January",
    "Jan(?![a-z])",
    "Monday",
    "Mon(?![a-z])",
    "MST",
    "0[1-6]",
    "002",
    "15",
    "1",
    "2006",
    "2",
    "_2(?!006)",
    "__2",
    "[345]",
    "PM",
    "pm",
    "[-Z]07(?:0000|:00:00|00|:00)?",
    "[.,](?:0+|9+)(?![0-9])",
  ].join("|"),
  "g",
);

/** Cuts a layout at its elements. */
export function layoutPieces(layout: string): LayoutPiece[] {
  const pieces: LayoutPiece[] = [];
  let at = 0;
  for (const match of layout.matchAll(ELEMENT)) {
    pieces.push({ literal: layout.slice(at, match.index), element: match[0] });
    at = match.index + match[0].length;
  }
  pieces.push({ literal: layout.slice(at), element: "" });
  return pieces;
}

/** A time in its zone, ready to be written. */
export interface LocalTime {
  readonly civil: Civil;
  readonly nanosecond: number;
  readonly zone: ZoneState;
}

/** Writes a time by a layout, as time.Format does. */
export function formatLayout(layout: string, time: LocalTime): string {
  return layoutPieces(layout)
    .map(({ literal, element }) => literal + (element && formatElement(element, time)))
    .join("");
}

function formatElement(element: string, { civil, nanosecond, zone }: LocalTime): string {
  const write = ELEMENTS[element];
  if (write !== undefined) return write(civil);
  if (element === "MST") return zone.name !== "" ? zone.name : formatOffset("-0700", zone.offset);
  if (/^[-Z]/.test(element)) return formatOffset(element, zone.offset);
  return formatFraction(element, nanosecond);
}

const ELEMENTS: Readonly<Record<string, (civil: Civil) => string>> = {
  "2006": ({ year }) => padded(year, 4),
  "06": ({ year }) => padded(Math.abs(year) % 100, 2),
  January: ({ month }) => MONTHS[month - 1]!,
  Jan: ({ month }) => MONTHS[month - 1]!.slice(0, 3),
  "01": ({ month }) => padded(month, 2),
  "1": ({ month }) => String(month),
  Monday: ({ weekday }) => WEEKDAYS[weekday]!,
  Mon: ({ weekday }) => WEEKDAYS[weekday]!.slice(0, 3),
  "02": ({ day }) => padded(day, 2),
  _2: ({ day }) => String(day).padStart(2, " "),
  "2": ({ day }) => String(day),
  "002": ({ yearDay }) => padded(yearDay, 3),
  __2: ({ yearDay }) => String(yearDay).padStart(3, " "),
  "15": ({ hour }) => padded(hour, 2),
  "03": ({ hour }) => padded(twelveHour(hour), 2),
  "3": ({ hour }) => String(twelveHour(hour)),
  "04": ({ minute }) => padded(minute, 2),
  "4": ({ minute }) => String(minute),
  "05": ({ second }) => padded(second, 2),
  "5": ({ second }) => String(second),
  PM: ({ hour }) => hour < 12 ? "AM" : "PM",
  pm: ({ hour }) => hour < 12 ? "am" : "pm",
};

function twelveHour(hour: number): number {
  return hour % 12 === 0 ? 12 : hour % 12;
}

function padded(number: number, width: number): string {
  const digits = String(Math.abs(number)).padStart(width, "0");
  return number < 0 ? `-${digits}` : digits;
}

/** An offset in the shape of `-0700`, `-07:00:00`, `Z07` …; with Z, none is `Z`. */
function formatOffset(element: string, offset: number): string {
  if (element.startsWith("Z") && offset === 0) return "Z";
  const minutes = Math.trunc(offset / 60);
  const parts = [
    padded(Math.floor(Math.abs(minutes) / 60), 2),
    padded(Math.abs(minutes) % 60, 2),
    padded(Math.abs(offset) % 60, 2),
  ];
  const shape = element.slice(1).replaceAll(":", "");
  const separator = element.includes(":") ? ":" : "";
  return (minutes < 0 ? "-" : "+") + parts.slice(0, shape.length / 2).join(separator);
}

/** `.000` keeps its digits, `.999` drops zeros at the end, and itself when all are. */
function formatFraction(element: string, nanosecond: number): string {
  const digits = padded(nanosecond, 9).slice(0, element.length - 1);
  if (element[1] === "0") return element[0]! + digits;
  const kept = digits.replace(/0+$/, "");
  return kept && element[0]! + kept;
}

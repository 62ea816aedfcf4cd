/**
 * Reading times by Go's layouts.
 *
 * @module
 */

import {
  daysFromDate,
  daysInMonth,
  isLeap,
  MONTHS,
  secondsFromDate,
  WEEKDAYS,
} from "./calendar.ts";
import { quoteTime } from "./duration.ts";
import { type LayoutPiece, layoutPieces } from "./layout.ts";
import { fixedZone, UTC, type Zone } from "./zone.ts";

/** An instant and the zone it was written in. */
export interface Instant {
  /** Since 1970. */
  readonly seconds: number;
  readonly nanosecond: number;
  readonly zone: Zone;
}

/**
 * Reads a text by a layout, as time.ParseInLocation does.
 *
 * @throws with the words of time.ParseError
 */
export function parseLayout(layout: string, text: string, zone: Zone): Instant {
  const fields = readFields(layout, text);
  const date = resolveDate(fields, text);
  const { minute, second, nanosecond } = fields;
  const hour = fields.half === "pm" && fields.hour < 12
    ? fields.hour + 12
    : fields.half === "am" && fields.hour === 12
    ? 0
    : fields.hour;
  const seconds = secondsFromDate(date, [hour, minute, second]);
  return { nanosecond, ...placeInZone(seconds, fields, zone) };
}

/** Seconds of a wall clock in a zone as an instant; a clock turned back or forward as Go has it. */
export function instantOf(wallSeconds: number, zone: Zone): number {
  const guess = wallSeconds - zone.at(wallSeconds).offset;
  return wallSeconds - zone.at(guess).offset;
}

interface Fields {
  year: number;
  month: number | undefined;
  day: number | undefined;
  yearDay: number | undefined;
  hour: number;
  minute: number;
  second: number;
  nanosecond: number;
  half: "am" | "pm" | undefined;
  utc: boolean;
  offset: number | undefined;
  zoneName: string;
}

/** The element cannot be read here. */
class BadElement extends Error {}

/** The element was read, but its value is out of range. */
class OutOfRange extends Error {}

function readFields(layout: string, text: string): Fields {
  const reader = new Reader(text);
  const pieces = layoutPieces(layout);
  for (const [i, { literal, element }] of pieces.entries()) {
    if (!reader.skip(literal)) throw cannotParse(layout, text, literal, reader.rest);
    if (element === "") break;
    const before = reader.rest;
    try {
      reader.read(element, pieces[i + 1]!);
    } catch (error) {
      if (error instanceof OutOfRange) throw outOfRange(text, error.message);
      if (error instanceof BadElement) throw cannotParse(layout, text, element, before);
      throw error;
    }
  }
  if (reader.rest !== "") {
    throw new Error(`parsing time ${quoteTime(text)}: extra text: ${quoteTime(reader.rest)}`);
  }
  return reader.fields;
}

function cannotParse(layout: string, text: string, element: string, rest: string): Error {
  return new Error(
    `parsing time ${quoteTime(text)} as ${quoteTime(layout)}: ` +
      `cannot parse ${quoteTime(rest)} as ${quoteTime(element)}`,
  );
}

function outOfRange(text: string, what: string): Error {
  return new Error(`parsing time ${quoteTime(text)}: ${what} out of range`);
}

/** Reads a text from left to right into fields. */
class Reader {
  rest: string;
  readonly fields: Fields = {
    year: 0,
    month: undefined,
    day: undefined,
    yearDay: undefined,
    hour: 0,
    minute: 0,
    second: 0,
    nanosecond: 0,
    half: undefined,
    utc: false,
    offset: undefined,
    zoneName: "",
  };

  constructor(text: string) {
    this.rest = text;
  }

  /** Passes a literal; a run of spaces in it matches any run of spaces, even an empty last one. */
  skip(literal: string): boolean {
    for (const part of literal.match(/ +|[^ ]/gu) ?? []) {
      if (part.startsWith(" ")) {
        if (this.rest !== "" && !this.rest.startsWith(" ")) return false;
        this.rest = this.rest.replace(/^ +/, "");
      } else {
        if (!this.rest.startsWith(part)) return false;
        this.rest = this.rest.slice(part.length);
      }
    }
    return true;
  }

  read(element: string, next: LayoutPiece): void {
    if (/^[.,]/.test(element)) return this.#fraction(element);
    if (/^[-Z]/.test(element)) return this.#offset(element);
    switch (element) {
      case "2006":
        this.fields.year = Number(this.#take(/^[0-9]{4}/));
        return;
      case "06":
        return this.#shortYear();
      case "January":
        this.fields.month = this.#name(MONTHS) + 1;
        return;
      case "Jan":
        this.fields.month = this.#name(MONTHS.map((name) => name.slice(0, 3))) + 1;
        return;
      case "Monday":
        this.#name(WEEKDAYS);
        return;
      case "Mon":
        this.#name(WEEKDAYS.map((name) => name.slice(0, 3)));
        return;
      case "MST":
        return this.#zoneName();
      default:
        return this.#number(element, next);
    }
  }

  #number(element: string, next: LayoutPiece): void {
    const { fields } = this;
    switch (element) {
      case "1":
      case "01":
        fields.month = inRange(this.#digits(element), 1, 12, "month");
        return;
      case "2":
      case "_2":
      case "02":
        if (element === "_2") this.#space();
        fields.day = this.#digits(element);
        return;
      case "__2":
      case "002":
        if (element === "__2") { for (let i = 0; i < 2; i++) this.#space(); }
        fields.yearDay = Number(this.#take(element === "002" ? /^[0-9]{3}/ : /^[0-9]{1,3}/));
        return;
      case "15":
        fields.hour = inRange(this.#digits("3"), 0, 23, "hour");
        return;
      case "3":
      case "03":
        fields.hour = inRange(this.#digits(element), 0, 12, "hour");
        return;
      case "4":
      case "04":
        fields.minute = inRange(this.#digits(element), 0, 59, "minute");
        return;
      case "5":
      case "05":
        fields.second = inRange(this.#digits(element), 0, 59, "second");
        // A fraction may follow seconds even where the layout has none.
        if (!/^[.,]/.test(next.element) && /^[.,][0-9]/.test(this.rest)) {
          fields.nanosecond = nanoseconds(this.#take(/^[.,][0-9]+/));
        }
        return;
      case "PM":
      case "pm":
        fields.half = this.#take(element === "PM" ? /^[AP]M/ : /^[ap]m/).toLowerCase() as "am";
    }
  }

  /** One or two digits, or two where the element begins with 0. */
  #digits(element: string): number {
    return Number(this.#take(element.startsWith("0") ? /^[0-9]{2}/ : /^[0-9]{1,2}/));
  }

  #take(pattern: RegExp): string {
    const match = pattern.exec(this.rest);
    if (match === null) throw new BadElement();
    this.rest = this.rest.slice(match[0].length);
    return match[0];
  }

  #space(): void {
    if (this.rest.startsWith(" ")) this.rest = this.rest.slice(1);
  }

  #shortYear(): void {
    const year = Number(this.#take(/^(?:[0-9]{2}|[+-][0-9])/));
    this.fields.year = year >= 69 ? year + 1900 : year + 2000;
  }

  #name(names: readonly string[]): number {
    const index = names.findIndex((name) =>
      this.rest.slice(0, name.length).toLowerCase() === name.toLowerCase()
    );
    if (index < 0) throw new BadElement();
    this.rest = this.rest.slice(names[index]!.length);
    return index;
  }

  #fraction(element: string): void {
    const exact = element[1] === "0";
    if (!exact && !/^[.,][0-9]/.test(this.rest)) return;
    const pattern = exact ? new RegExp(`^[.,][0-9]{${element.length - 1}}`) : /^[.,][0-9]+/;
    this.fields.nanosecond = nanoseconds(this.#take(pattern));
  }

  #offset(element: string): void {
    if (element.startsWith("Z") && this.rest.startsWith("Z")) {
      this.rest = this.rest.slice(1);
      this.fields.utc = true;
      return;
    }
    const shape = new RegExp(`^.${element.slice(1).replace(/07|00/g, "(..)")}`);
    const text = this.#take(shape);
    const parts = shape.exec(text)!.slice(1);
    const bad = parts.findIndex((part) => !/^[0-9]{2}$/.test(part));
    const [hour = 0, minute = 0, second = 0] = parts.slice(0, bad < 0 ? 3 : bad).map(Number);
    // People do write 24 hours, 60 minutes and 60 seconds. Of several the last one is named, and
    // before what cannot be read at all.
    inRange(second, 0, 60, "time zone offset second");
    inRange(minute, 0, 60, "time zone offset minute");
    inRange(hour, 0, 24, "time zone offset hour");
    if (bad >= 0 || !/^[+-]/.test(text)) throw new BadElement();
    const offset = (hour * 60 + minute) * 60 + second;
    this.fields.offset = text.startsWith("-") ? -offset : offset;
  }

  #zoneName(): void {
    if (this.rest.startsWith("UTC")) {
      this.rest = this.rest.slice(3);
      this.fields.utc = true;
      return;
    }
    const name = zoneNameAt(this.rest);
    if (name === undefined) throw new BadElement();
    this.rest = this.rest.slice(name.length);
    this.fields.zoneName = name;
  }
}

function inRange(number: number, min: number, max: number, what: string): number {
  if (number < min || number > max) throw new OutOfRange(what);
  return number;
}

/** The nanoseconds of `.123`; digits beyond the ninth are dropped. */
function nanoseconds(fraction: string): number {
  return Number(fraction.slice(1, 10).padEnd(9, "0"));
}

/** What looks like an abbreviation of a zone at the start of a text. */
function zoneNameAt(text: string): string | undefined {
  const special = /^(?:ChST|MeST)/.exec(text);
  if (special !== null) return special[0];
  if (text.startsWith("GMT")) return "GMT" + (signedHour(text.slice(3)) ?? "");
  if (/^[+-]/.test(text)) return text.length < 3 ? undefined : signedHour(text);
  const letters = /^[A-Z]{0,6}/.exec(text)![0];
  const plausible = letters.length === 3 || letters === "WITA" ||
    ((letters.length === 4 || letters.length === 5) && letters.endsWith("T"));
  return plausible ? letters : undefined;
}

function signedHour(text: string): string | undefined {
  const match = /^[+-]([0-9]+)/.exec(text);
  return match !== null && Number(match[1]) <= 23 ? match[0] : undefined;
}

function resolveDate(fields: Fields, text: string): [number, number, number] {
  const { year } = fields;
  let { month, day } = fields;
  if (fields.yearDay !== undefined) {
    const found = dateOfYearDay(year, fields.yearDay);
    if (found === undefined) throw outOfRange(text, "day-of-year");
    if (month !== undefined && month !== found.month) throw mismatch(text, "month");
    if (day !== undefined && day !== found.day) throw mismatch(text, "day");
    ({ month, day } = found);
  }
  month ??= 1;
  day ??= 1;
  if (day < 1 || day > daysInMonth(year, month)) throw outOfRange(text, "day");
  return [year, month, day];
}

function mismatch(text: string, what: string): Error {
  return new Error(`parsing time ${quoteTime(text)}: day-of-year does not match ${what}`);
}

function dateOfYearDay(year: number, yearDay: number): { month: number; day: number } | undefined {
  if (yearDay < 1 || yearDay > (isLeap(year) ? 366 : 365)) return undefined;
  let month = 12;
  const first = daysFromDate(year, 1, 1);
  while (daysFromDate(year, month, 1) - first >= yearDay) month--;
  return { month, day: yearDay - (daysFromDate(year, month, 1) - first) };
}

function placeInZone(
  seconds: number,
  { utc, offset, zoneName }: Fields,
  zone: Zone,
): { seconds: number; zone: Zone } {
  if (utc) return { seconds, zone: UTC };
  // Go marks "no offset" by one of -1 seconds.
  if (offset !== undefined && offset !== -1) {
    const instant = seconds - offset;
    const local = zone.at(instant);
    const matches = local.offset === offset && (zoneName === "" || zoneName === local.name);
    return { seconds: instant, zone: matches ? zone : fixedZone(zoneName, offset) };
  }
  if (zoneName !== "") {
    const known = zone.offsetOf(zoneName, seconds);
    if (known !== undefined) return { seconds: seconds - known, zone };
    const hours = zoneName.startsWith("GMT") ? Number(zoneName.slice(3) || 0) : 0;
    return { seconds, zone: fixedZone(zoneName, hours * 3600) };
  }
  return { seconds: instantOf(seconds, zone), zone };
}

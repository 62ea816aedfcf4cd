/**
 * Go's time.Time, with the fields and methods that templates reach.
 *
 * @module
 */

import { func, type GoFunc, GoObject, int64, type Kind } from "../template/value.ts";
import { type Civil, civil, MONTHS, secondsFromDate, WEEKDAYS } from "./calendar.ts";
import { durationArg, GoDuration } from "./duration.ts";
import { formatLayout, type LocalTime } from "./layout.ts";
import { type Instant, instantOf } from "./layout_parse.ts";
import { NamedInt } from "./named_int.ts";
import { UTC, type Zone, type ZoneState } from "./zone.ts";

const BILLION = 1_000_000_000;
const GO_STRING = "2006-01-02 15:04:05.999999999 -0700 MST";
/** Go's layout of that name. */
export const RFC3339_NANO = "2006-01-02T15:04:05.999999999Z07:00";
/** Seconds from year 1, where Go's zero time lies, to 1970. */
const ZERO_SECONDS = -62_135_596_800;

/** A time.Time: an instant seen from a zone. */
export class GoTime extends GoObject implements Instant {
  readonly goType = "time.Time";
  override readonly kind: Kind = "struct";
  readonly seconds: number;
  readonly nanosecond: number;
  readonly zone: Zone;
  /** What a clock that never jumps said, in nanoseconds; only `now` and what it adds to have it. */
  readonly #monotonic: bigint | undefined;

  constructor({ seconds, nanosecond, zone }: Instant, monotonic?: bigint) {
    super();
    this.seconds = seconds;
    this.nanosecond = nanosecond;
    this.zone = zone;
    this.#monotonic = monotonic;
  }

  /** The same instant in another zone. */
  in(zone: Zone): GoTime {
    return new GoTime({ seconds: this.seconds, nanosecond: this.nanosecond, zone });
  }

  /** The instant some nanoseconds later. */
  plus(nanoseconds: bigint): GoTime {
    const monotonic = this.#monotonic === undefined ? undefined : this.#monotonic + nanoseconds;
    return fromNanoseconds(toNanoseconds(this) + nanoseconds, this.zone, monotonic);
  }

  /** Writes it by a Go layout. */
  layout(layout: string): string {
    return formatLayout(layout, localTime(this));
  }

  override method(name: string): GoFunc | undefined {
    return Object.hasOwn(METHODS, name) ? METHODS[name]!(this) : undefined;
  }

  format(): string {
    const text = this.layout(GO_STRING);
    if (this.#monotonic === undefined) return text;
    const sign = this.#monotonic < 0n ? "-" : "+";
    const digits = String(this.#monotonic).replace("-", "").padStart(10, "0");
    return `${text} m=${sign}${digits.slice(0, -9)}.${digits.slice(-9)}`;
  }

  override goString(): string {
    const { name } = this.zone;
    const where = name === "UTC" || name === "Local"
      ? `time.${name}`
      : `time.Location(${JSON.stringify(name)})`;
    const { year, month, day, hour, minute, second } = localTime(this).civil;
    const rest = [day, hour, minute, second, this.nanosecond, where].join(", ");
    return `time.Date(${year}, time.${MONTHS[month - 1]}, ${rest})`;
  }

  toJSONValue(): unknown {
    const { year } = localTime(this).civil;
    if (year >= 0 && year <= 9999) return this.layout(RFC3339_NANO);
    throw new Error(
      "json: error calling MarshalJSON for type time.Time: " +
        "Time.MarshalJSON: year outside of range [0,9999]",
    );
  }
}

/**
 * The time of a number of milliseconds since 1970, which may have a fraction.
 *
 * @param started the same of the start of the program, from which Go's monotonic clock counts
 */
export function timeFromMillis(millis: number, zone: Zone, started: number): GoTime {
  const seconds = Math.floor(millis / 1000);
  const nanosecond = Math.min(BILLION - 1, Math.round((millis - seconds * 1000) * 1e6));
  const monotonic = BigInt(Math.round((millis - started) * 1e6)) + 1n;
  return new GoTime({ seconds, nanosecond, zone }, monotonic);
}

/** The time of a number of seconds since 1970. */
export function timeFromSeconds(seconds: bigint, zone: Zone): GoTime {
  return new GoTime({ seconds: Number(seconds), nanosecond: 0, zone });
}

/** Go's zero time: the first second of year 1. */
export function zeroTime(): GoTime {
  return new GoTime({ seconds: ZERO_SECONDS, nanosecond: 0, zone: UTC });
}

/** Nanoseconds from one time to a later one, kept within 64 bits as Go does. */
export function between(from: GoTime, to: GoTime): bigint {
  const distance = toNanoseconds(to) - toNanoseconds(from);
  const limit = 2n ** 63n;
  return distance >= limit ? limit - 1n : distance < -limit ? -limit : distance;
}

function toNanoseconds({ seconds, nanosecond }: GoTime): bigint {
  return BigInt(seconds) * BigInt(BILLION) + BigInt(nanosecond);
}

function fromNanoseconds(total: bigint, zone: Zone, monotonic?: bigint): GoTime {
  const nanosecond = floorMod(total, BigInt(BILLION));
  const seconds = Number((total - nanosecond) / BigInt(BILLION));
  return new GoTime({ seconds, nanosecond: Number(nanosecond), zone }, monotonic);
}

function floorMod(number: bigint, by: bigint): bigint {
  const rest = number % by;
  return rest < 0n ? rest + by : rest;
}

function localTime(time: GoTime): LocalTime {
  const zone: ZoneState = time.zone.at(time.seconds);
  return { civil: civil(time.seconds + zone.offset), nanosecond: time.nanosecond, zone };
}

/** What is above a multiple of a duration, counted from the zero time. */
function restOf(time: GoTime, unit: bigint): bigint {
  return floorMod(toNanoseconds(time) - BigInt(ZERO_SECONDS) * BigInt(BILLION), unit);
}

function rounded(time: GoTime, unit: bigint): GoTime {
  const wall = time.in(time.zone);
  if (unit <= 0n) return wall;
  const rest = restOf(time, unit);
  return wall.plus(rest + rest < unit ? -rest : unit - rest);
}

function truncated(time: GoTime, unit: bigint): GoTime {
  const wall = time.in(time.zone);
  return unit <= 0n ? wall : wall.plus(-restOf(time, unit));
}

function addDate(time: GoTime, years: number, months: number, days: number): GoTime {
  const { civil: { year, month, day, hour, minute, second } } = localTime(time);
  const monthIndex = year * 12 + month - 1 + years * 12 + months;
  const wall = secondsFromDate(
    [Math.floor(monthIndex / 12), ((monthIndex % 12) + 12) % 12 + 1, day + days],
    [hour, minute, second],
  );
  const { nanosecond, zone } = time;
  return new GoTime({ seconds: instantOf(wall, zone), nanosecond, zone });
}

type Method = (time: GoTime) => GoFunc;

const METHODS: Readonly<Record<string, Method>> = {
  ...civilMethods(),
  ...instantMethods(),
  ...comparisons(),
  Format: (time) => func(["string"], (layout) => time.layout(layout)),
  String: (time) => func([], () => time.format()),
  Add: (time) => func(["any"], (duration) => time.plus(durationArg(duration))),
  AddDate: (time) =>
    func(["int", "int", "int"], (years, months, days) => addDate(time, years, months, days)),
  Truncate: (time) => func(["any"], (unit) => truncated(time, durationArg(unit))),
  Round: (time) => func(["any"], (unit) => rounded(time, durationArg(unit))),
  UTC: (time) => func([], () => time.in(UTC)),
  Location: (time) => func([], () => new GoLocation(time.zone)),
  In: (time) => func(["*time.Location"], (location) => time.in((location as GoLocation).zone)),
  IsDST: (time) => func([], () => isDaylightSaving(time)),
};

function civilMethods(): Record<string, Method> {
  function part(read: (civil: Civil) => unknown): Method {
    return (time) => func([], () => read(localTime(time).civil));
  }
  return {
    Year: part(({ year }) => BigInt(year)),
    Month: part(({ month }) => new NamedInt("time.Month", BigInt(month), MONTHS[month - 1]!)),
    Day: part(({ day }) => BigInt(day)),
    Hour: part(({ hour }) => BigInt(hour)),
    Minute: part(({ minute }) => BigInt(minute)),
    Second: part(({ second }) => BigInt(second)),
    Weekday: part(({ weekday }) =>
      new NamedInt("time.Weekday", BigInt(weekday), WEEKDAYS[weekday]!)
    ),
    YearDay: part(({ yearDay }) => BigInt(yearDay)),
  };
}

function instantMethods(): Record<string, Method> {
  function since1970(unit: bigint): Method {
    return (time) => func([], () => int64((toNanoseconds(time) - rest(time, unit)) / unit));
  }
  function rest(time: GoTime, unit: bigint): bigint {
    return floorMod(toNanoseconds(time), unit);
  }
  return {
    Nanosecond: (time) => func([], () => BigInt(time.nanosecond)),
    Unix: since1970(1_000_000_000n),
    UnixMilli: since1970(1_000_000n),
    UnixMicro: since1970(1_000n),
    UnixNano: since1970(1n),
  };
}

function comparisons(): Record<string, Method> {
  function compared(read: (order: bigint) => unknown): Method {
    return (time) =>
      func(["time.Time"], (other) => read(toNanoseconds(time) - toNanoseconds(other as GoTime)));
  }
  return {
    Before: compared((order) => order < 0n),
    After: compared((order) => order > 0n),
    Equal: compared((order) => order === 0n),
    Compare: compared((order) => order < 0n ? -1n : order > 0n ? 1n : 0n),
    Sub: (time) => func(["time.Time"], (other) => new GoDuration(between(other as GoTime, time))),
    IsZero: (time) => func([], () => time.seconds === ZERO_SECONDS && time.nanosecond === 0),
  };
}

/** Whether the clock is ahead of what it is half a year before or after. */
function isDaylightSaving({ seconds, zone }: GoTime): boolean {
  const halfYear = 182 * 86_400;
  const offset = zone.at(seconds).offset;
  return [-halfYear, halfYear].some((shift) => zone.at(seconds + shift).offset < offset);
}

/** A *time.Location. */
class GoLocation extends GoObject {
  readonly goType = "*time.Location";
  override readonly kind: Kind = "ptr";

  constructor(readonly zone: Zone) {
    super();
  }

  override method(name: string): GoFunc | undefined {
    return name === "String" ? func([], () => this.zone.name) : undefined;
  }

  format(): string {
    return this.zone.name;
  }

  toJSONValue(): unknown {
    return {};
  }
}

/**
 * Sprig's date functions.
 *
 * @module
 */

import { func, type FuncMap, type GoFunc, GoNumber } from "../template/value.ts";
import { parseInt64 } from "./cast.ts";
import { formatDuration, NANOSECONDS, parseDuration, roundDuration } from "./duration.ts";
import type { SprigEnv } from "./env.ts";
import { parseLayout } from "./layout_parse.ts";
import { between, GoTime, timeFromMillis, timeFromSeconds, zeroTime } from "./time.ts";
import { UTC, ZoneTable } from "./zone.ts";

/** `now`, `date`, `toDate`, `ago`, `duration` and their kin. */
export function dateFuncs(env: SprigEnv): FuncMap {
  const zones = new ZoneTable(() => env.timeZone);
  const started = env.now();
  function now(): GoTime {
    return timeFromMillis(env.now(), zones.local, started);
  }
  function format(layout: string, date: unknown, zone: string): string {
    const time = timeOf(date, ["int64", "int32"], zones) ?? now();
    return time.in(zones.load(zone) ?? UTC).layout(layout);
  }
  const date: Record<string, GoFunc> = {
    now: func([], now),
    date: func(["string", "any"], (layout, date) => format(layout, date, "Local")),
    dateInZone: func(["string", "any", "string"], format),
    htmlDate: func(["any"], (date) => format(HTML_DATE, date, "Local")),
    htmlDateInZone: func(["any", "string"], (date, zone) => format(HTML_DATE, date, zone)),
    ago: func(["any"], (date) => {
      const passed = between(timeOf(date, ["int64"], zones) ?? now(), now());
      return formatDuration(roundDuration(passed, NANOSECONDS.second));
    }),
    toDate: func(["string", "string"], (layout, text) => {
      try {
        return new GoTime(parseLayout(layout, text, zones.local));
      } catch {
        return zeroTime();
      }
    }),
    mustToDate: func(
      ["string", "string"],
      (layout, text) => new GoTime(parseLayout(layout, text, zones.local)),
    ),
    durationRound: func(["any"], (value) => {
      if (value instanceof GoTime) return largestUnit(between(value, now()));
      return largestUnit(typeof value === "string" ? lenientDuration(value) : int64Of(value));
    }),
    ...timeless(),
  };
  return { ...date, date_in_zone: date.dateInZone! };
}

const HTML_DATE = "2006-01-02";

/** The functions that need neither clock nor zone. */
function timeless(): FuncMap {
  const dateModify = func(
    ["string", "time.Time"],
    (duration, time) => (time as GoTime).plus(lenientDuration(duration)),
  );
  const mustDateModify = func(
    ["string", "time.Time"],
    (duration, time) => (time as GoTime).plus(parseDuration(duration)),
  );
  return {
    dateModify,
    date_modify: dateModify,
    mustDateModify,
    must_date_modify: mustDateModify,
    unixEpoch: func(["time.Time"], (time) => String((time as GoTime).seconds)),
    duration: func(["any"], (value) => {
      const seconds = typeof value === "string" ? parseInt64(value, 10).clamped : int64Of(value);
      return formatDuration(BigInt.asIntN(64, seconds * NANOSECONDS.second));
    }),
  };
}

/** A time, or a number of seconds of Go's int or one of the given types; else `undefined`. */
function timeOf(value: unknown, types: readonly string[], zones: ZoneTable): GoTime | undefined {
  if (value instanceof GoTime) return value;
  if (typeof value === "bigint") return timeFromSeconds(value, zones.local);
  if (!(value instanceof GoNumber) || !types.includes(value.type)) return undefined;
  return timeFromSeconds(BigInt(value.value), zones.local);
}

/** The number of an int64; sprig takes every other type for 0. */
function int64Of(value: unknown): bigint {
  return value instanceof GoNumber && value.type === "int64" ? BigInt(value.value) : 0n;
}

function lenientDuration(text: string): bigint {
  try {
    return parseDuration(text);
  } catch {
    return 0n;
  }
}

const LARGE_UNITS: readonly (readonly [string, bigint])[] = [
  ["y", NANOSECONDS.hour * 24n * 365n],
  ["mo", NANOSECONDS.hour * 24n * 30n],
  ["d", NANOSECONDS.hour * 24n],
  ["h", NANOSECONDS.hour],
  ["m", NANOSECONDS.minute],
  ["s", NANOSECONDS.second],
];

/** A duration in whole units of the largest kind that it exceeds, without its sign. */
function largestUnit(nanoseconds: bigint): string {
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  const unit = LARGE_UNITS.find(([, length]) => size > length);
  return unit === undefined ? "0s" : `${size / unit[1]}${unit[0]}`;
}

/**
 * Moments of a record as Go's times.
 *
 * @module
 */
import { GoTime, zeroTime } from "../sprig/time.ts";
import { fixedZone, UTC } from "../sprig/zone.ts";

/** A moment in RFC 3339 as a Go time in the zone that it names; Go's zero time where there is none. */
export function goTime(timestamp: string | undefined): GoTime {
  const milliseconds = Date.parse(timestamp ?? "");
  if (timestamp === undefined || Number.isNaN(milliseconds)) return zeroTime();
  const fraction = /\.(\d+)/.exec(timestamp)?.[1] ?? "";
  const zone = /([+-])(\d{2}):(\d{2})$/.exec(timestamp);
  const offset = zone === null
    ? 0
    : (zone[1] === "-" ? -1 : 1) * (Number(zone[2]) * 3600 + Number(zone[3]) * 60);
  return new GoTime({
    seconds: Math.floor(milliseconds / 1000),
    nanosecond: Number(fraction.padEnd(9, "0").slice(0, 9)),
    zone: zone === null ? UTC : fixedZone("", offset),
  });
}

/**
 * Time zones as Go's package time sees them, on the offsets that Intl knows.
 *
 * @module
 */

import { ZONE_NAMES } from "./zone_names.ts";

/** What holds in a zone at an instant. */
export interface ZoneState {
  /** The abbreviation, e.g. `CET`; "" when there is none. */
  readonly name: string;
  /** Seconds east of UTC. */
  readonly offset: number;
}

/** A Go *time.Location. */
export interface Zone {
  readonly name: string;
  /** What holds at an instant, in seconds since 1970. */
  at(seconds: number): ZoneState;
  /** The offset of an abbreviation, as near to the instant as there is one. */
  offsetOf(abbreviation: string, seconds: number): number | undefined;
}

/** Coordinated universal time. */
export const UTC: Zone = fixedZone("UTC", 0, "UTC");

/** A zone that never changes. */
export function fixedZone(abbreviation: string, offset: number, name = abbreviation): Zone {
  const state = { name: abbreviation, offset };
  return {
    name,
    at: () => state,
    offsetOf: (wanted) => wanted === abbreviation ? offset : undefined,
  };
}

/** Loads zones by name and keeps those it has loaded. */
export class ZoneTable {
  readonly #loaded = new Map<string, Zone | undefined>();
  readonly #local: string | (() => string);

  /**
   * @param local the IANA name of the zone that Go calls Local, or who is asked for it when it is
   * needed; an unknown one means UTC
   */
  constructor(local: string | (() => string)) {
    this.#local = local;
  }

  /** The local zone, which Go calls `Local` wherever it is. */
  get local(): Zone {
    const name = typeof this.#local === "string" ? this.#local : this.#local();
    const zone = this.load(name);
    return zone === undefined ? UTC : { ...zone, name: "Local" };
  }

  /** A zone by its IANA name, or `Local`, or "" for UTC; `undefined` for an unknown one. */
  load(name: string): Zone | undefined {
    if (name === "" || name === "UTC") return UTC;
    if (name === "Local") return this.local;
    if (!this.#loaded.has(name)) this.#loaded.set(name, loadZone(name));
    return this.#loaded.get(name);
  }
}

const MAX_SECONDS = 8.64e12;
const QUARTER_HOUR = 900;

function loadZone(name: string): Zone | undefined {
  const names = abbreviationsOf(name);
  if (names === undefined) return undefined;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset" });
  } catch {
    // A name that tzdata has and this platform lacks.
    return undefined;
  }
  function at(seconds: number): ZoneState {
    const offset = offsetAt(format, seconds);
    if (offset % QUARTER_HOUR !== 0) return { name: "LMT", offset };
    const known = names!.find((entry) => entry.offset === offset);
    return known ?? { name: numericName(offset), offset };
  }
  function offsetOf(abbreviation: string, seconds: number): number | undefined {
    const known = names!.find((entry) => entry.name === abbreviation);
    if (known !== undefined) return known.offset;
    return at(seconds).name === abbreviation ? at(seconds).offset : undefined;
  }
  return { name, at, offsetOf };
}

/** The abbreviations in use in a zone; `undefined` when there is no such zone. */
function abbreviationsOf(name: string): ZoneState[] | undefined {
  for (const group of ZONE_NAMES.split(/\n(?! )/)) {
    const [head, names = ""] = group.split(": ");
    if (!names.split(/\s+/).includes(name)) continue;
    return Array.from(
      head!.matchAll(/([A-Za-z]+) (-?[0-9]+)/g),
      ([, name, minutes]) => ({ name: name!, offset: Number(minutes) * 60 }),
    );
  }
  return undefined;
}

function offsetAt(format: Intl.DateTimeFormat, seconds: number): number {
  const clamped = Math.max(-MAX_SECONDS, Math.min(MAX_SECONDS, seconds));
  const match = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(format.format(clamped * 1000));
  if (match === null) return 0;
  const [, sign, hours, minutes, rest = "0"] = match;
  const offset = Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
  return sign === "-" ? -offset : offset;
}

/** The abbreviation of a zone that has none: `+03`, `-0330`. */
function numericName(offset: number): string {
  const minutes = Math.abs(offset) / 60;
  const hour = String(Math.floor(minutes / 60)).padStart(2, "0");
  const minute = minutes % 60 === 0 ? "" : String(minutes % 60).padStart(2, "0");
  return `${offset < 0 ? "-" : "+"}${hour}${minute}`;
}

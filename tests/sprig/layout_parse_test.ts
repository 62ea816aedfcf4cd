import assert from "node:assert/strict";
import { parseLayout } from "../../lib/sprig/layout_parse.ts";
import { GoTime } from "../../lib/sprig/time.ts";
import { UTC, ZoneTable } from "../../lib/sprig/zone.ts";

function parse(layout: string, text: string, zone = "UTC"): string {
  const zones = new ZoneTable("UTC");
  return new GoTime(parseLayout(layout, text, zones.load(zone) ?? UTC)).format();
}

Deno.test("parseLayout() reads what layouts describe", () => {
  const rows: [string, string, string][] = [
    ["2006-01-02", "2020-02-29", "2020-02-29 00:00:00 +0000 UTC"],
    ["2006-01-02 15:04:05", "2020-02-03 04:05:06.789", "2020-02-03 04:05:06.789 +0000 UTC"],
    ["15:04:05", "1:02:03,5", "0000-01-01 01:02:03.5 +0000 UTC"],
    ["3:04PM", "12:05AM", "0000-01-01 00:05:00 +0000 UTC"],
    ["3:04pm", "1:05pm", "0000-01-01 13:05:00 +0000 UTC"],
    ["Mon, 2 January 2006", "tue, 3 FEBRUARY 2020", "2020-02-03 00:00:00 +0000 UTC"],
    ["Jan _2 2006", "feb  3 2020", "2020-02-03 00:00:00 +0000 UTC"],
    ["02/01/06", "03/02/68", "2068-02-03 00:00:00 +0000 UTC"],
    ["02/01/06", "03/02/69", "1969-02-03 00:00:00 +0000 UTC"],
    ["2006 002", "2020 366", "2020-12-31 00:00:00 +0000 UTC"],
    ["2006 002", "2020 060", "2020-02-29 00:00:00 +0000 UTC"],
    ["__2 2006", "  5 2021", "2021-01-05 00:00:00 +0000 UTC"],
    ["2006-01-02 .999", "2020-02-03 ", "2020-02-03 00:00:00 +0000 UTC"],
    ["2006-01-02T15:04:05Z07:00", "2020-02-03T04:05:06Z", "2020-02-03 04:05:06 +0000 UTC"],
    [
      "2006-01-02T15:04:05Z07:00",
      "2020-02-03T04:05:06+02:00",
      "2020-02-03 04:05:06 +0200 +0200",
    ],
    ["2006-01-02 -07:00:00", "2020-02-03 -01:00:30", "2020-02-03 00:00:00 -0100 -0100"],
    ["2006-01-02 MST", "2020-02-03 XYZ", "2020-02-03 00:00:00 +0000 XYZ"],
    ["2006-01-02 MST", "2020-02-03 GMT-3", "2020-02-02 21:00:00 -0300 GMT-3"],
    ["2006-01-02 MST", "2020-02-03 WITA", "2020-02-03 00:00:00 +0000 WITA"],
  ];
  for (const [layout, text, expected] of rows) {
    assert.equal(parse(layout, text), expected, text);
  }
});

Deno.test("parseLayout() reads in a zone and finds the zone's own offsets", () => {
  const rows: [string, string, string, string][] = [
    ["2006-01-02", "2020-07-01", "Europe/Berlin", "2020-07-01 00:00:00 +0200 CEST"],
    ["2006-01-02 15:04", "2020-03-29 02:30", "Europe/Berlin", "2020-03-29 03:30:00 +0200 CEST"],
    ["2006-01-02 15:04", "2020-10-25 02:30", "Europe/Berlin", "2020-10-25 02:30:00 +0100 CET"],
    ["2006-01-02 -0700", "2020-02-03 -0500", "America/New_York", "2020-02-03 00:00:00 -0500 EST"],
    ["2006-01-02 -0700", "2020-02-03 -0400", "America/New_York", "2020-02-03 00:00:00 -0400 -0400"],
    ["2006-01-02 MST", "2020-07-03 EDT", "America/New_York", "2020-07-03 00:00:00 -0400 EDT"],
    ["2006-01-02 MST", "2020-07-03 UTC", "America/New_York", "2020-07-03 00:00:00 +0000 UTC"],
  ];
  for (const [layout, text, zone, expected] of rows) {
    assert.equal(parse(layout, text, zone), expected, `${text} in ${zone}`);
  }
});

Deno.test("parseLayout() refuses in Go's words", () => {
  const rows: [layout: string, text: string, message: string][] = [
    [
      "2006-01-02",
      "bad",
      'parsing time "bad" as "2006-01-02": cannot parse "bad" as "2006"',
    ],
    [
      "2006-01-02",
      "2020/01/02",
      'parsing time "2020/01/02" as "2006-01-02": cannot parse "/01/02" as "-"',
    ],
    ["2006-01-02", "2020-13-01", 'parsing time "2020-13-01": month out of range'],
    ["2006-01-02", "2021-02-29", 'parsing time "2021-02-29": day out of range'],
    ["2006-01-02", "2020-01-02 ", 'parsing time "2020-01-02 ": extra text: " "'],
    ["15:04", "24:00", 'parsing time "24:00": hour out of range'],
    ["3:04", "13:00", 'parsing time "13:00": hour out of range'],
    ["15:04", "10:60", 'parsing time "10:60": minute out of range'],
    ["15:04:05", "10:00:61", 'parsing time "10:00:61": second out of range'],
    ["2006 002", "2021 366", 'parsing time "2021 366": day-of-year out of range'],
    [
      "2006 002 01",
      "2021 001 02",
      'parsing time "2021 001 02": day-of-year does not match month',
    ],
    [
      "2006 002 02",
      "2021 001 02",
      'parsing time "2021 001 02": day-of-year does not match day',
    ],
    ["-0700", "+2500", 'parsing time "+2500": time zone offset hour out of range'],
    ["-0700", "+0161", 'parsing time "+0161": time zone offset minute out of range'],
    ["PM", "pm", 'parsing time "pm" as "PM": cannot parse "pm" as "PM"'],
    ["MST", "ABCDEF", 'parsing time "ABCDEF" as "MST": cannot parse "ABCDEF" as "MST"'],
    [
      "2006",
      'é"20',
      'parsing time "\\xc3\\xa9\\"20" as "2006": cannot parse "\\xc3\\xa9\\"20" as "2006"',
    ],
  ];
  for (const [layout, text, message] of rows) {
    assert.throws(() => parse(layout, text), { message }, text);
  }
});

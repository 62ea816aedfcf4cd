import assert from "node:assert/strict";
import { GoNumber, int64 } from "../../lib/template/value.ts";
import { dateFuncs } from "../../lib/sprig/dates.ts";
import { GoDuration } from "../../lib/sprig/duration.ts";
import { GoTime } from "../../lib/sprig/time.ts";
import { fixedZone, UTC } from "../../lib/sprig/zone.ts";
import { call, NOW, show, testEnv } from "./environment.ts";

const funcs = dateFuncs(testEnv());
const SECONDS = Math.floor(NOW / 1000);

function day(text: string): unknown {
  return call(funcs, "toDate", "2006-01-02", text);
}

Deno.test("now has the clock's time in the local zone", () => {
  const utc = "time.Time 2024-02-29 12:34:56.789 +0000 UTC";
  assert.equal(show(call(funcs, "now")), `${utc} m=+0.000000001`);
  const berlin = dateFuncs(testEnv({ timeZone: "Europe/Berlin" }));
  const now = call(berlin, "now") as GoTime;
  assert.equal(show(now), "time.Time 2024-02-29 13:34:56.789 +0100 CET m=+0.000000001");
  assert.equal(now.format(), now.method("String")!.call());
  assert.equal(show(now.in(UTC)), utc);
});

Deno.test("now prints Go's monotonic clock, which only adding keeps", () => {
  let clock = NOW;
  const moving = dateFuncs(testEnv({ now: () => clock }));
  clock += 1500;
  const now = call(moving, "now") as GoTime;
  assert.match(now.format(), / UTC m=\+1\.500000001$/);
  assert.match((call(moving, "dateModify", "-2s", now) as GoTime).format(), / m=-0\.499999999$/);
  const rows: [string, unknown[]][] = [
    ["UTC", []],
    ["AddDate", [0, 0, 1]],
    ["Round", [1n]],
    ["Truncate", [0n]],
  ];
  for (const [name, args] of rows) {
    assert.match((now.method(name)!.call(...args) as GoTime).format(), / UTC$/, name);
  }
});

Deno.test("date takes times and whole seconds, and anything else for now", () => {
  const rows: [unknown, string][] = [
    [0n, "1970-01-01 00:00:00 UTC"],
    [int64(1_700_000_000), "2023-11-14 22:13:20 UTC"],
    [new GoNumber("int32", 60n), "1970-01-01 00:01:00 UTC"],
    [new GoNumber("uint64", 60n), "2024-02-29 12:34:56 UTC"],
    [0, "2024-02-29 12:34:56 UTC"],
    ["1999-01-01", "2024-02-29 12:34:56 UTC"],
    [null, "2024-02-29 12:34:56 UTC"],
    [day("2020-02-03"), "2020-02-03 00:00:00 UTC"],
  ];
  for (const [date, expected] of rows) {
    assert.equal(call(funcs, "date", "2006-01-02 15:04:05 MST", date), expected, show(date));
  }
});

Deno.test("dateInZone shifts into a zone, and to UTC where there is none", () => {
  const rows: [string, string][] = [
    ["Asia/Tokyo", "09:00 JST +0900"],
    ["America/New_York", "19:00 EST -0500"],
    ["America/Sao_Paulo", "21:00 -03 -0300"],
    ["Asia/Kolkata", "05:30 IST +0530"],
    ["UTC", "00:00 UTC +0000"],
    ["", "00:00 UTC +0000"],
    ["Local", "00:00 UTC +0000"],
    ["Nowhere", "00:00 UTC +0000"],
    ["asia/tokyo", "00:00 UTC +0000"],
    ["+09:00", "00:00 UTC +0000"],
  ];
  for (const [zone, expected] of rows) {
    for (const name of ["dateInZone", "date_in_zone"]) {
      assert.equal(call(funcs, name, "15:04 MST -0700", 0n, zone), expected, zone);
    }
  }
});

Deno.test("htmlDate and htmlDateInZone", () => {
  assert.equal(call(funcs, "htmlDate", 0n), "1970-01-01");
  assert.equal(call(funcs, "htmlDateInZone", 0n, "America/New_York"), "1969-12-31");
});

Deno.test("date follows the local zone", () => {
  const local = dateFuncs(testEnv({ timeZone: "America/New_York" }));
  assert.equal(call(local, "date", "2006-01-02 15:04 MST", 0n), "1969-12-31 19:00 EST");
  assert.equal(
    show(call(local, "toDate", "2006-01-02 15:04", "2024-07-01 12:00")),
    "time.Time 2024-07-01 12:00:00 -0400 EDT",
  );
});

Deno.test("toDate gives year 1 for what it cannot read, mustToDate an error", () => {
  assert.equal(show(day("2020-01-01")), "time.Time 2020-01-01 00:00:00 +0000 UTC");
  assert.equal(show(day("bad")), "time.Time 0001-01-01 00:00:00 +0000 UTC");
  assert.throws(() => call(funcs, "mustToDate", "2006-01-02", "bad"), {
    message: 'parsing time "bad" as "2006-01-02": cannot parse "bad" as "2006"',
  });
});

Deno.test("dateModify moves a time, and leaves it for a bad duration", () => {
  const rows: [string, string][] = [
    ["-1.5h", "2019-12-31 22:30:00 +0000 UTC"],
    ["24h", "2020-01-02 00:00:00 +0000 UTC"],
    ["1ns", "2020-01-01 00:00:00.000000001 +0000 UTC"],
    ["bad", "2020-01-01 00:00:00 +0000 UTC"],
  ];
  for (const [duration, expected] of rows) {
    for (const name of ["dateModify", "date_modify"]) {
      assert.equal(show(call(funcs, name, duration, day("2020-01-01"))), `time.Time ${expected}`);
    }
  }
  for (const name of ["mustDateModify", "must_date_modify"]) {
    assert.equal(
      show(call(funcs, name, "24h", day("2020-01-01"))),
      "time.Time 2020-01-02 00:00:00 +0000 UTC",
    );
    assert.throws(() => call(funcs, name, "x", day("2020-01-01")), {
      message: 'time: invalid duration "x"',
    });
  }
});

Deno.test("unixEpoch counts seconds", () => {
  assert.equal(call(funcs, "unixEpoch", day("2020-01-01")), "1577836800");
  assert.equal(call(funcs, "unixEpoch", day("bad")), "-62135596800");
});

Deno.test("ago rounds to seconds", () => {
  const rows: [unknown, string][] = [
    [call(funcs, "now"), "0s"],
    [int64(SECONDS - 90), "1m31s"],
    [BigInt(SECONDS + 10), "-9s"],
    ["x", "0s"],
    [new GoNumber("int32", 0n), "0s"],
    [int64(-(2n ** 40n)), "2562047h47m16.854775807s"],
  ];
  for (const [date, expected] of rows) assert.equal(call(funcs, "ago", date), expected, show(date));
});

Deno.test("duration reads seconds from strings and int64 alone", () => {
  const rows: [unknown, string][] = [
    ["95", "1m35s"],
    [int64(3661), "1h1m1s"],
    [95n, "0s"],
    [95, "0s"],
    ["x", "0s"],
    ["-5", "-5s"],
    // 64 bits of nanoseconds run over.
    ["9223372036854775808", "-1s"],
  ];
  for (const [value, expected] of rows) {
    assert.equal(call(funcs, "duration", value), expected, show(value));
  }
});

Deno.test("durationRound gives the largest unit that is exceeded", () => {
  const rows: [unknown, string][] = [
    ["2h10m5s", "2h"],
    ["2400h10m5s", "3mo"],
    ["9000h", "1y"],
    ["30s", "30s"],
    ["1s", "0s"],
    ["1001ms", "1s"],
    ["500ms", "0s"],
    ["-3h", "3h"],
    ["x", "0s"],
    [int64(90_000_000_000), "1m"],
    [90_000_000_000n, "0s"],
    [new GoDuration(90_000_000_000n), "0s"],
    [new GoTime({ seconds: SECONDS - 7200, nanosecond: 0, zone: UTC }), "2h"],
  ];
  for (const [value, expected] of rows) {
    assert.equal(call(funcs, "durationRound", value), expected, show(value));
  }
});

const TIME = new GoTime({
  seconds: Date.UTC(2020, 1, 3, 23, 5, 6) / 1000,
  nanosecond: 7_008_009,
  zone: fixedZone("XYZ", 3600),
});

Deno.test("GoTime has the methods of time.Time", () => {
  const later = TIME.plus(1_500_000_000n);
  const rows: [string, unknown[], string][] = [
    ["Year", [], "int 2020"],
    ["Month", [], "time.Month February"],
    ["Day", [], "int 4"],
    ["Hour", [], "int 0"],
    ["Minute", [], "int 5"],
    ["Second", [], "int 6"],
    ["Nanosecond", [], "int 7008009"],
    ["Weekday", [], "time.Weekday Tuesday"],
    ["YearDay", [], "int 35"],
    ["Unix", [], "int64 1580771106"],
    ["UnixMilli", [], "int64 1580771106007"],
    ["UnixMicro", [], "int64 1580771106007008"],
    ["UnixNano", [], "int64 1580771106007008009"],
    ["Format", ["Jan 2 15:04 MST"], "string Feb 4 00:05 XYZ"],
    ["String", [], "string 2020-02-04 00:05:06.007008009 +0100 XYZ"],
    ["Add", [new GoDuration(-1n)], "time.Time 2020-02-04 00:05:06.007008008 +0100 XYZ"],
    ["Add", [3_600_000_000_000n], "time.Time 2020-02-04 01:05:06.007008009 +0100 XYZ"],
    ["AddDate", [1, -2, 40], "time.Time 2021-01-13 00:05:06.007008009 +0100 XYZ"],
    ["Sub", [later], "time.Duration -1.5s"],
    ["Before", [later], "bool true"],
    ["After", [later], "bool false"],
    ["Equal", [TIME.in(UTC)], "bool true"],
    ["Compare", [later], "int -1"],
    ["IsZero", [], "bool false"],
    ["UTC", [], "time.Time 2020-02-03 23:05:06.007008009 +0000 UTC"],
    ["Truncate", [new GoDuration(3_600_000_000_000n)], "time.Time 2020-02-04 00:00:00 +0100 XYZ"],
    ["Round", [60_000_000_000n], "time.Time 2020-02-04 00:05:00 +0100 XYZ"],
    ["Location", [], "*time.Location XYZ"],
  ];
  for (const [name, args, expected] of rows) {
    assert.equal(show(TIME.method(name)!.call(...args)), expected, name);
  }
  assert.equal(TIME.method("Nope"), undefined);
  assert.equal(TIME.method("constructor"), undefined);
});

Deno.test("GoTime is printed as Go source by %#v", () => {
  assert.equal(
    TIME.goString(),
    'time.Date(2020, time.February, 4, 0, 5, 6, 7008009, time.Location("XYZ"))',
  );
  const utc = "time.Date(2020, time.February, 3, 23, 5, 6, 7008009, time.UTC)";
  assert.equal(TIME.in(UTC).goString(), utc);
});

Deno.test("GoTime takes part in JSON as RFC 3339, within four-digit years", () => {
  assert.equal(TIME.toJSONValue(), "2020-02-04T00:05:06.007008009+01:00");
  assert.equal((day("bad") as GoTime).toJSONValue(), "0001-01-01T00:00:00Z");
  const far = new GoTime({ seconds: 253_402_300_800, nanosecond: 0, zone: UTC });
  assert.throws(() => far.toJSONValue(), {
    message: "json: error calling MarshalJSON for type time.Time: " +
      "Time.MarshalJSON: year outside of range [0,9999]",
  });
});

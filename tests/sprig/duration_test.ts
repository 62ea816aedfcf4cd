import assert from "node:assert/strict";
import { GoNumber, int64 } from "../../lib/template/value.ts";
import {
  durationFuncs,
  formatDuration,
  GoDuration,
  parseDuration,
  roundDuration,
  truncateDuration,
} from "../../lib/sprig/duration.ts";
import { call, show } from "./environment.ts";

const funcs = durationFuncs();

Deno.test("parseDuration() reads Go's durations", () => {
  const rows: [string, bigint][] = [
    ["0", 0n],
    ["-0", 0n],
    ["1h30m", 5_400_000_000_000n],
    ["-1.5h", -5_400_000_000_000n],
    ["1.5s", 1_500_000_000n],
    [".5ms", 500_000n],
    ["1.us", 1_000n],
    ["1µs", 1_000n],
    ["1μs2ns", 1_002n],
    ["3.33333333333333333333333s", 3_333_333_333n],
    ["9223372036854775807ns", 2n ** 63n - 1n],
    ["-9223372036854775808ns", -(2n ** 63n)],
  ];
  for (const [text, expected] of rows) assert.equal(parseDuration(text), expected, text);
});

Deno.test("parseDuration() refuses in Go's words", () => {
  const rows: [string, string][] = [
    ["", 'time: invalid duration ""'],
    ["x", 'time: invalid duration "x"'],
    ["-", 'time: invalid duration "-"'],
    [".s", 'time: invalid duration ".s"'],
    ["1", 'time: missing unit in duration "1"'],
    ["1h1", 'time: missing unit in duration "1h1"'],
    ["1d", 'time: unknown unit "d" in duration "1d"'],
    ["1é", 'time: unknown unit "\\xc3\\xa9" in duration "1\\xc3\\xa9"'],
    ["9223372036854775808ns", 'time: invalid duration "9223372036854775808ns"'],
    ["99999999999h", 'time: invalid duration "99999999999h"'],
    [`${"9".repeat(100_000)}s`, `time: invalid duration "${"9".repeat(100_000)}s"`],
  ];
  for (const [text, message] of rows) assert.throws(() => parseDuration(text), { message });
});

Deno.test("formatDuration() drops what is zero", () => {
  const rows: [bigint, string][] = [
    [0n, "0s"],
    [1n, "1ns"],
    [1_500n, "1.5µs"],
    [-250_000_000n, "-250ms"],
    [1_000_000_000n, "1s"],
    [90_500_000_000n, "1m30.5s"],
    [3_600_000_000_000n, "1h0m0s"],
    [-(2n ** 63n), "-2562047h47m16.854775808s"],
  ];
  for (const [nanoseconds, expected] of rows) {
    assert.equal(formatDuration(nanoseconds), expected);
  }
});

Deno.test("roundDuration() goes away from zero at halves, truncateDuration() towards it", () => {
  assert.equal(roundDuration(15n, 10n), 20n);
  assert.equal(roundDuration(-15n, 10n), -20n);
  assert.equal(roundDuration(14n, 10n), 10n);
  assert.equal(roundDuration(7n, 0n), 7n);
  assert.equal(roundDuration(2n ** 63n - 1n, 1000n), 2n ** 63n - 1n);
  assert.equal(truncateDuration(19n, 10n), 10n);
  assert.equal(truncateDuration(-19n, 10n), -10n);
  assert.equal(truncateDuration(7n, -1n), 7n);
});

Deno.test("duration functions take durations, texts and seconds, and bad input for 0", () => {
  const rows: [string, unknown[], string][] = [
    ["mustToDuration", [90n], "time.Duration 1m30s"],
    ["mustToDuration", ["1h"], "time.Duration 1h0m0s"],
    ["mustToDuration", [" 2.5 "], "time.Duration 2.5s"],
    ["mustToDuration", [int64(3)], "time.Duration 3s"],
    ["mustToDuration", [1.5], "time.Duration 1.5s"],
    ["mustToDuration", [new GoDuration(5n)], "time.Duration 5ns"],
    ["durationSeconds", ["1m30.5s"], "float64 90.5"],
    ["durationMinutes", ["90s"], "float64 1.5"],
    ["durationHours", ["90m"], "float64 1.5"],
    ["durationDays", ["36h"], "float64 1.5"],
    ["durationWeeks", ["84h"], "float64 0.5"],
    ["durationMilliseconds", ["1.5s"], "int64 1500"],
    ["durationMicroseconds", ["1ms"], "int64 1000"],
    ["durationNanoseconds", ["1us"], "int64 1000"],
    ["durationSeconds", ["bad"], "float64 0"],
    ["durationHours", [null], "float64 0"],
    ["durationRoundTo", ["1h7m", "5m"], "time.Duration 1h5m0s"],
    ["durationTruncateTo", ["1h9m", "5m"], "time.Duration 1h5m0s"],
    ["durationRoundTo", ["x", "1s"], "time.Duration 0s"],
    ["durationRoundTo", ["90s", "x"], "time.Duration 1m30s"],
    ["durationTruncateTo", [125n, 60n], "time.Duration 2m0s"],
  ];
  for (const [name, args, expected] of rows) {
    assert.equal(show(call(funcs, name, ...args)), expected, `${name} ${args.map(show)}`);
  }
});

Deno.test("mustToDuration says what is wrong", () => {
  const rows: [unknown, string][] = [
    [null, "invalid duration"],
    ["  ", "empty duration"],
    ["soon", 'could not parse duration "soon"'],
    [true, "unsupported duration type bool"],
    [[], "unsupported duration type []interface {}"],
    [10n ** 10n, "duration seconds overflow: 10000000000"],
    [new GoNumber("uint64", -1n), "duration seconds overflow: 18446744073709551615"],
    [1e20, "duration seconds overflow: 1e+20"],
    [NaN, "invalid duration seconds: NaN"],
    ["-inf", "invalid duration seconds: -Inf"],
  ];
  for (const [value, message] of rows) {
    assert.throws(() => call(funcs, "mustToDuration", value), { message });
  }
});

Deno.test("GoDuration has the methods of time.Duration", () => {
  const duration = new GoDuration(90_500_000_000n);
  const rows: [string, unknown[], string][] = [
    ["String", [], "string 1m30.5s"],
    ["Seconds", [], "float64 90.5"],
    ["Minutes", [], "float64 1.5083333333333333"],
    ["Milliseconds", [], "int64 90500"],
    ["Round", [new GoDuration(1_000_000_000n)], "time.Duration 1m31s"],
    ["Truncate", [60_000_000_000n], "time.Duration 1m0s"],
    ["Abs", [], "time.Duration 1m30.5s"],
  ];
  for (const [name, args, expected] of rows) {
    assert.equal(show(duration.method(name)!.call(...args)), expected, name);
  }
  assert.equal(duration.method("Nope"), undefined);
  assert.equal(duration.integer(), 90_500_000_000n);
});

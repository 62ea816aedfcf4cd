import assert from "node:assert/strict";
import fc from "fast-check";
import { civil, daysInMonth, isLeap, secondsFromDate } from "../../lib/sprig/calendar.ts";

Deno.test("civil() agrees with the platform's dates, and secondsFromDate() takes it back", () => {
  fc.assert(fc.property(fc.integer({ min: -8.64e12, max: 8.64e12 }), (seconds) => {
    const date = new Date(seconds * 1000);
    const found = civil(seconds);
    assert.deepEqual(
      [found.year, found.month, found.day, found.hour, found.minute, found.second, found.weekday],
      [
        date.getUTCFullYear(),
        date.getUTCMonth() + 1,
        date.getUTCDate(),
        date.getUTCHours(),
        date.getUTCMinutes(),
        date.getUTCSeconds(),
        date.getUTCDay(),
      ],
    );
    const { year, month, day, hour, minute, second } = found;
    assert.equal(secondsFromDate([year, month, day], [hour, minute, second]), seconds);
  }));
});

Deno.test("civil() counts the days of leap years", () => {
  assert.equal(civil(Date.UTC(2024, 11, 31) / 1000).yearDay, 366);
  assert.equal(civil(Date.UTC(2023, 11, 31) / 1000).yearDay, 365);
});

Deno.test("isLeap() and daysInMonth() know centuries", () => {
  assert.deepEqual([1900, 2000, 2023, 2024].map(isLeap), [false, true, false, true]);
  assert.deepEqual([1900, 2000, 2024].map((year) => daysInMonth(year, 2)), [28, 29, 29]);
  assert.equal(daysInMonth(2023, 12), 31);
});

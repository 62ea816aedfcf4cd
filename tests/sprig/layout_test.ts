import assert from "node:assert/strict";
import { formatLayout } from "../../lib/sprig/layout.ts";
import { civil } from "../../lib/sprig/calendar.ts";

function format(
  layout: string,
  iso: string,
  options: { nanosecond?: number; offset?: number } = {},
) {
  const { nanosecond = 0, offset = 0 } = options;
  const name = offset === 0 ? "UTC" : "";
  return formatLayout(layout, {
    civil: civil(Date.parse(iso) / 1000 + offset),
    nanosecond,
    zone: { name, offset },
  });
}

Deno.test("formatLayout() writes every element of the reference time", () => {
  const rows: [string, string][] = [
    ["2006 06", "2021 21"],
    ["1 01 Jan January", "3 03 Mar March"],
    ["2 02 _2", "4 04  4"],
    ["002 __2", "063  63"],
    ["Mon Monday", "Thu Thursday"],
    ["15 3 03 PM pm", "17 5 05 PM pm"],
    ["4 04 5 05", "6 06 7 07"],
    [".0 .000 .000000 ,000", ".0 .089 .089000 ,089"],
    ["[.9] [.99] [.999] ,999999999", "[] [.08] [.089] ,089"],
    [".0000000000001", ".0000000000003"],
    ["Month Janu 2006x", "Month Janu 2021x"],
    ["_2006 __2006", "_2021  63021"],
    ["12 152", "34 174"],
    ["é 2006", "é 2021"],
    ["MST Z0700 Z07:00 -0700 -07:00 -07", "UTC Z Z +0000 +00:00 +00"],
    ["", ""],
    ["none", "none"],
  ];
  for (const [layout, expected] of rows) {
    assert.equal(format(layout, "2021-03-04T17:06:07Z", { nanosecond: 89_000_000 }), expected);
  }
});

Deno.test("formatLayout() writes offsets in every shape", () => {
  const rows: [string, string][] = [
    ["-0700 -07:00 -07", "-0330 -03:30 -03"],
    ["Z0700 Z07:00 Z07", "-0330 -03:30 -03"],
    ["-070000 -07:00:00 Z070000 Z07:00:00", "-033010 -03:30:10 -033010 -03:30:10"],
    ["MST", "-0330"],
  ];
  for (const [layout, expected] of rows) {
    assert.equal(format(layout, "2021-03-04T17:06:07Z", { offset: -12_610 }), expected);
  }
});

Deno.test("formatLayout() knows noon, midnight and old years", () => {
  assert.equal(format("3PM", "2021-03-04T00:00:00Z"), "12AM");
  assert.equal(format("3PM", "2021-03-04T12:00:00Z"), "12PM");
  assert.equal(format("2006 06", "-000001-01-01T00:00:00Z"), "-0001 01");
  assert.equal(format("2006", "+012345-01-01T00:00:00Z"), "12345");
});

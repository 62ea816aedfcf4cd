import assert from "node:assert/strict";
import { UTC, ZoneTable } from "../../lib/sprig/zone.ts";

const zones = new ZoneTable("UTC");

function seconds(iso: string): number {
  return Date.parse(iso) / 1000;
}

Deno.test("Zone.at() knows offsets and abbreviations in winter and summer", () => {
  const rows: [zone: string, winter: string, summer: string][] = [
    ["Europe/Berlin", "CET 60", "CEST 120"],
    ["Europe/London", "GMT 0", "BST 60"],
    ["Europe/Dublin", "GMT 0", "IST 60"],
    ["America/New_York", "EST -300", "EDT -240"],
    ["America/St_Johns", "NST -210", "NDT -150"],
    ["America/Sao_Paulo", "-03 -180", "-03 -180"],
    ["Asia/Kolkata", "IST 330", "IST 330"],
    ["Asia/Kathmandu", "+0545 345", "+0545 345"],
    ["Asia/Jerusalem", "IST 120", "IDT 180"],
    ["Australia/Sydney", "AEDT 660", "AEST 600"],
    ["Pacific/Marquesas", "-0930 -570", "-0930 -570"],
    ["Etc/GMT+5", "-05 -300", "-05 -300"],
    ["EST5EDT", "EST -300", "EDT -240"],
  ];
  for (const [name, ...expected] of rows) {
    const zone = zones.load(name)!;
    const states = ["2024-01-15T12:00Z", "2024-07-15T12:00Z"].map((iso) => {
      const { name, offset } = zone.at(seconds(iso));
      return `${name} ${offset / 60}`;
    });
    assert.deepEqual(states, expected, name);
  }
});

Deno.test("Zone.at() gives local mean time before there were zones", () => {
  const { name, offset } = zones.load("Europe/Berlin")!.at(-62_135_596_800);
  assert.deepEqual([name, offset], ["LMT", 3208]);
});

Deno.test("Zone.offsetOf() finds an abbreviation of the zone", () => {
  const berlin = zones.load("Europe/Berlin")!;
  assert.equal(berlin.offsetOf("CEST", 0), 7200);
  assert.equal(berlin.offsetOf("EST", 0), undefined);
});

Deno.test("ZoneTable.load() takes names as tzdata spells them", () => {
  for (const name of ["", "UTC"]) assert.equal(zones.load(name), UTC);
  for (const name of ["Etc/UTC", "Zulu", "US/Pacific", "Asia/Ho_Chi_Minh"]) {
    assert.equal(zones.load(name)?.name, name);
  }
  for (const name of ["utc", "europe/berlin", "Mars/Base", "+01:00", "PST", "CET 60", "-", "60"]) {
    assert.equal(zones.load(name), undefined, name);
  }
});

Deno.test("ZoneTable falls back to UTC when the local zone is unknown", () => {
  assert.equal(new ZoneTable("Nowhere").local, UTC);
});

Deno.test("ZoneTable calls the local zone Local, as Go does", () => {
  const local = new ZoneTable("Asia/Tokyo").load("Local")!;
  assert.deepEqual([local.name, local.at(0)], ["Local", { name: "JST", offset: 32400 }]);
});

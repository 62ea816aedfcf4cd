import assert from "node:assert/strict";
import {
  compareVersions,
  parseRange,
  parseStrictVersion,
  parseVersion,
  rangeIncludes,
  VersionError,
} from "../lib/semver.ts";

Deno.test("parseVersion() fills in what is missing and keeps the original", () => {
  const rows: [string, string][] = [
    ["1.2.3", "1.2.3"],
    ["v1.2", "1.2.0"],
    ["1", "1.0.0"],
    ["01.002.3", "1.2.3"],
    ["1.2.3-alpha.1+b.7", "1.2.3-alpha.1+b.7"],
    ["1-rc.1", "1.0.0-rc.1"],
    ["v1.27.3+k3s1", "1.27.3+k3s1"],
    ["18446744073709551615.0.0", "18446744073709551615.0.0"],
  ];
  for (const [text, expected] of rows) {
    const version = parseVersion(text);
    assert.equal(version.toString(), expected);
    assert.equal(version.original, text);
  }
});

Deno.test("parseVersion() refuses what Masterminds refuses, in its words", () => {
  const rows: [string, string][] = [
    ["", "invalid semantic version"],
    ["foo", "invalid semantic version"],
    ["1.2.3.4", "invalid semantic version"],
    [" 1.2.3", "invalid semantic version"],
    ["1.2.3-", "invalid semantic version"],
    ["1.2.3-01", "version segment starts with 0"],
    ["1.2.3\n", "invalid semantic version"],
    [
      "18446744073709551616.0.0",
      'error parsing version segment: strconv.ParseUint: parsing "18446744073709551616": value out of range',
    ],
    [`1.2.3-${"a".repeat(251)}`, "version string is too long (max 256 bytes)"],
  ];
  for (const [text, message] of rows) {
    assert.throws(
      () => parseVersion(text),
      (e) => e instanceof VersionError && e.message === message,
    );
  }
});

Deno.test("parseStrictVersion() wants three segments and no ornament", () => {
  assert.equal(parseStrictVersion("1.2.3-rc.1+b").toString(), "1.2.3-rc.1+b");
  const rows: [string, string][] = [
    ["", "version string empty"],
    ["1.2", "invalid semantic version"],
    ["v1.2.3", "invalid characters in version"],
    ["1.02.3", "version segment starts with 0"],
    ["1.2.3-", "invalid prerelease string"],
    ["1.2.3-a_b", "invalid prerelease string"],
    ["1.2.3-01", "version segment starts with 0"],
    ["1.2.3+", "invalid metadata string"],
    ["1..3", 'strconv.ParseUint: parsing "": invalid syntax'],
    [
      "1.2.99999999999999999999",
      'strconv.ParseUint: parsing "99999999999999999999": value out of range',
    ],
  ];
  for (const [text, message] of rows) assert.throws(() => parseStrictVersion(text), { message });
});

Deno.test("compareVersions() orders by precedence, prereleases below their release", () => {
  const ascending = [
    "0.9.9",
    "1.0.0-1",
    "1.0.0-2",
    "1.0.0-10",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0",
    "1.0.1",
    "1.1.0",
    "2.0.0",
  ];
  for (const [i, a] of ascending.entries()) {
    for (const [j, b] of ascending.entries()) {
      assert.equal(Math.sign(compareVersions(parseVersion(a), parseVersion(b))), Math.sign(i - j));
    }
  }
  assert.equal(compareVersions(parseVersion("1.0.0+a"), parseVersion("1.0.0+b")), 0);
});

Deno.test("VersionRange.includes() follows each operator", () => {
  const rows: [range: string, inside: string, outside: string][] = [
    ["1.2.3", "1.2.3 v1.2.3+x", "1.2.4 1.2.3-rc.1"],
    ["=1.2", "1.2.0 1.2.9", "1.3.0 1.1.9"],
    ["!=1.2.3", "1.2.4", "1.2.3"],
    ["!=1.x", "2.0.0 0.1.0", "1.0.0 1.9.9"],
    ["!=1.2", "1.3.0", "1.2.7"],
    [">1.2", "1.3.0", "1.2.9"],
    [">1", "2.0.0", "1.9.9"],
    [">1.2.3", "1.2.4", "1.2.3"],
    [">=1.2", "1.2.0", "1.1.9"],
    ["=>1.2", "1.2.0", "1.1.9"],
    ["<1.2", "1.1.9", "1.2.0"],
    ["<=1.2", "1.2.9", "1.3.0"],
    ["=<1", "1.9.9", "2.0.0"],
    ["~1.2.3", "1.2.3 1.2.9", "1.3.0 1.2.2"],
    ["~>1", "1.0.0 1.9.0", "2.0.0"],
    ["~0.0.0", "0.0.0 7.0.0", "0.0.0-1"],
    ["^1.2.3", "1.2.3 1.9.0", "2.0.0 1.2.2"],
    ["^0.2.3", "0.2.3 0.2.9", "0.3.0"],
    ["^0.0.3", "0.0.3", "0.0.4"],
    ["^0.0", "0.0.9", "0.1.0"],
    ["^0", "0.9.9", "1.0.0"],
    ["^*", "0.0.0", "0.0.1 1.0.0"],
    ["*", "0.0.0 9.9.9", "1.0.0-rc.1"],
    ["1.0 - 2", "1.0.0 2.9.9", "0.9.9 3.0.0"],
    ["1.0.0 - 2.1.0", "2.1.0", "2.1.1"],
    [">=1.0 <2.0, !=1.5.0", "1.4.9 1.5.1", "1.5.0 2.0.0"],
    ["<1.0 || >=2.0", "0.9.0 2.0.0", "1.5.0"],
    [">= 1.2 , < 2", "1.2.0", "2.0.0"],
  ];
  for (const [range, inside, outside] of rows) {
    const parsed = parseRange(range);
    for (const text of inside.split(" ")) {
      assert.ok(parsed.includes(parseVersion(text)), `${range} includes ${text}`);
    }
    for (const text of outside.split(" ")) {
      assert.ok(!parsed.includes(parseVersion(text)), `${range} excludes ${text}`);
    }
  }
});

Deno.test("VersionRange.includes() takes prereleases only where the alternative names one", () => {
  assert.equal(rangeIncludes(">=1.27", "v1.27.3-gke.100"), false);
  assert.equal(rangeIncludes(">=1.27-0", "v1.27.3-gke.100"), true);
  assert.equal(rangeIncludes(">=2-0 || >=1.27", "v1.27.3-gke.100"), false);
  assert.equal(rangeIncludes(">=1.0, <2.0.0-0", "1.5.0-rc.1"), true);
});

Deno.test("parseRange() refuses what is no range, in Masterminds' words", () => {
  const rows: [string, string][] = [
    ["", 'improper constraint: ""'],
    [" ", 'improper constraint: " "'],
    ["foo", 'improper constraint: "foo"'],
    ["1.2,", 'improper constraint: "1.2,"'],
    [">1.2<2", 'improper constraint: ">1.2<2"'],
    ["==1", 'improper constraint: "==1"'],
    ["1 || ", 'improper constraint: " "'],
    ["1 \v", 'improper constraint: "1 \\v"'],
    ["1.2.3-01", "constraint parser error"],
    ["1|2", "constraint parser error"],
    [Array(33).fill("1").join("||"), "too many constraint groups (max 32)"],
    ["1".repeat(513), "constraint string is too long (max 512 bytes)"],
  ];
  for (const [text, message] of rows) assert.throws(() => parseRange(text), { message });
});

Deno.test("parseRange() answers a text made to backtrack at once", () => {
  const text = Array(60).fill("1    ").join(" ") + "!";
  assert.throws(() => parseRange(text), { message: `improper constraint: "${text}"` });
});

Deno.test("VersionRange.toString() spells operators beside versions", () => {
  assert.equal(parseRange(">= 1.2, <2 || 3.0 - 4").toString(), ">=1.2 <2 || >=3.0 <=4");
});

Deno.test("rangeIncludes() is false for texts that cannot be parsed", () => {
  assert.equal(rangeIncludes("foo", "1.0.0"), false);
  assert.equal(rangeIncludes("*", "foo"), false);
});

import assert from "node:assert/strict";
import { versionFuncs } from "../../lib/sprig/versions.ts";
import { type GoObject, kindOf } from "../../lib/template/value.ts";
import { call, show } from "./environment.ts";

const funcs = versionFuncs();

function semver(text: string): GoObject {
  return call(funcs, "semver", text) as GoObject;
}

Deno.test("semver gives a version with its parts", () => {
  const version = semver("v1.2.3-beta.1+build5");
  const rows: [string, string][] = [
    ["Major", "uint64 1"],
    ["Minor", "uint64 2"],
    ["Patch", "uint64 3"],
    ["Prerelease", "string beta.1"],
    ["Metadata", "string build5"],
    ["Original", "string v1.2.3-beta.1+build5"],
    ["String", "string 1.2.3-beta.1+build5"],
  ];
  for (const [name, expected] of rows) {
    assert.equal(show(version.method(name)!.call()), expected, name);
  }
  assert.equal(show(version), "*semver.Version 1.2.3-beta.1+build5");
  assert.equal(kindOf(version), "ptr");
  assert.equal(version.toJSONValue(), "1.2.3-beta.1+build5");
  assert.equal(version.method("toString"), undefined);
});

Deno.test("semver's versions compare", () => {
  const [low, high] = [semver("1.2.3"), semver("1.2.4")];
  const rows: [string, string][] = [
    ["Compare", "int -1"],
    ["Equal", "bool false"],
    ["LessThan", "bool true"],
    ["LessThanEqual", "bool true"],
    ["GreaterThan", "bool false"],
    ["GreaterThanEqual", "bool false"],
  ];
  for (const [name, expected] of rows) {
    assert.equal(show(low.method(name)!.call(high)), expected, name);
  }
  assert.deepEqual(low.method("Compare")!.params, ["*semver.Version"]);
});

Deno.test("semver's versions count up to values, which lack the pointer's methods", () => {
  const rows: [string, string, string][] = [
    ["1.2.3", "IncMajor", "2.0.0"],
    ["1.2.3", "IncMinor", "1.3.0"],
    ["1.2.3", "IncPatch", "1.2.4"],
    ["1.2.3-a+b", "IncPatch", "1.2.3"],
    ["v1.2.3-a+b", "IncMinor", "1.3.0"],
  ];
  for (const [text, name, expected] of rows) {
    const next = semver(text).method(name)!.call() as GoObject;
    assert.equal(show(next), `semver.Version ${expected}`);
    assert.equal(next.method("Original"), undefined);
    assert.equal(next.method("Compare"), undefined);
  }
  const set = semver("1.2.3").method("SetPrerelease")!.call("rc.1");
  assert.equal(show(set), "semver.Version 1.2.3-rc.1");
  assert.throws(() => semver("1.2.3").method("SetPrerelease")!.call("_"), {
    message: "invalid prerelease string",
  });
  assert.throws(() => semver("1.2.18446744073709551615").method("IncPatch")!.call(), {
    message: "patch version increment would overflow uint64",
  });
});

Deno.test("semver and semverCompare refuse in Masterminds' words", () => {
  assert.throws(() => semver("a.b"), { message: "invalid semantic version" });
  assert.throws(() => call(funcs, "semverCompare", "foo", "1.0.0"), {
    message: 'improper constraint: "foo"',
  });
  assert.throws(() => call(funcs, "semverCompare", ">1", "latest"), {
    message: "invalid semantic version",
  });
});

Deno.test("semverCompare tells whether a version is in a range", () => {
  assert.equal(call(funcs, "semverCompare", ">=1.19-0", "1.20.3-gke.1"), true);
  assert.equal(call(funcs, "semverCompare", ">=1.19", "1.20.3-gke.1"), false);
});

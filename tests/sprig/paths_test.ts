import assert from "node:assert/strict";
import { pathFuncs } from "../../lib/sprig/paths.ts";
import { call } from "./environment.ts";

const funcs = pathFuncs();

Deno.test("path functions and their os twins work on the text alone", () => {
  const rows: [name: string, path: string, expected: unknown][] = [
    ["base", "a/b.txt", "b.txt"],
    ["base", "a/b//", "b"],
    ["base", "", "."],
    ["base", "///", "/"],
    ["dir", "a/b/c", "a/b"],
    ["dir", "a/b/", "a/b"],
    ["dir", "/a", "/"],
    ["dir", "", "."],
    ["clean", "a//b/../c/.", "a/c"],
    ["clean", "../../a", "../../a"],
    ["clean", "a/../..", ".."],
    ["clean", "/../a", "/a"],
    ["clean", "", "."],
    ["clean", "/", "/"],
    ["ext", "a.tar.gz", ".gz"],
    ["ext", "a.b/c", ""],
    ["ext", "a.", "."],
    ["isAbs", "/a", true],
    ["isAbs", "a", false],
  ];
  for (const [name, path, expected] of rows) {
    const twin = `os${name[0]!.toUpperCase()}${name.slice(1)}`;
    assert.equal(call(funcs, name, path), expected, `${name} ${path}`);
    assert.equal(call(funcs, twin, path), expected, `${twin} ${path}`);
  }
});

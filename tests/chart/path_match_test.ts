import { strictEqual, throws } from "node:assert/strict";
import { BadPattern, matchPath } from "../../lib/chart/path_match.ts";

Deno.test("matchPath() matches as Go's filepath.Match", () => {
  const rows: [string, string, boolean][] = [
    ["abc", "abc", true],
    ["*", "abc", true],
    ["*c", "abc", true],
    ["a*", "ab/c", false],
    ["a*/b", "abc/b", true],
    ["a*b?c*x", "abxbbxdbxebxczzx", true],
    ["a*b?c*x", "abxbbxdbxebxczzy", false],
    ["ab[c]", "abc", true],
    ["ab[b-d]", "abc", true],
    ["ab[^c]", "abc", false],
    ["ab[^b-d]", "abe", true],
    ["a\\*b", "a*b", true],
    ["a\\*b", "ab", false],
    ["a?b", "a☺b", true],
    ["a[^a]b", "a☺b", true],
    ["a???b", "a☺b", false],
    ["[a-ζ]*", "α", true],
    ["a?b", "a/b", false],
    ["[\\]a]", "]", true],
    ["[\\-x]", "-", true],
    ["*x", "xxx", true],
    ["", "", true],
    ["[z-a]", "b", false],
    [".gitlab-ci.yml", ".gitlab-ci.yml", true],
    ["templates/**", "templates/a.yaml", true],
  ];
  for (const [pattern, name, expected] of rows) {
    strictEqual(matchPath(pattern, name), expected, `${pattern} ~ ${name}`);
  }
});

Deno.test("matchPath() refuses malformed patterns", () => {
  for (const pattern of ["[", "[]a]", "[-]", "[x-]", "[a-b-c]", "a[", "[a", "\\", "[^"]) {
    throws(() => matchPath(pattern, "a"), BadPattern, pattern);
  }
});

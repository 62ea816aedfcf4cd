import { strictEqual, throws } from "node:assert/strict";
import { parseIgnoreRules } from "../../lib/chart/ignore.ts";

Deno.test("parseIgnoreRules() ignores what Helm ignores", () => {
  const rows: [string, string, boolean, boolean][] = [
    ["*.bak", "a.bak", false, true],
    ["*.bak", "d/b.bak", false, true],
    ["/top.txt", "top.txt", false, true],
    ["/top.txt", "d/top.txt", false, false],
    ["dir/", "dir", true, true],
    ["dir/", "dir", false, false],
    ["f/g.txt", "f/g.txt", false, true],
    ["f/g.txt", "x/f/g.txt", false, false],
    ["# a.txt", "a.txt", false, false],
    ["  a.txt  ", "a.txt", false, true],
    ["\ufeffa.txt", "a.txt", false, true],
    ["!keep.txt", "keep.txt", false, false],
    ["!keep.txt", "Chart.yaml", false, true],
    ["", "templates/.hidden", false, true],
    ["", "templates/d/.hidden", false, false],
    ["", ".helmignore", false, false],
  ];
  for (const [text, path, isDirectory, expected] of rows) {
    strictEqual(parseIgnoreRules(text).ignores(path, isDirectory), expected, `${text} ~ ${path}`);
  }
});

Deno.test("parseIgnoreRules() refuses what Helm refuses", () => {
  throws(() => parseIgnoreRules("a/**"), {
    message: "double-star (**) syntax is not supported",
  });
  throws(() => parseIgnoreRules("[a"), { message: "syntax error in pattern" });
});

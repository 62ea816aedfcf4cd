import { strictEqual } from "node:assert/strict";
import { compileGlob } from "../../lib/engine/glob.ts";

Deno.test("compileGlob() matches as Helm's Files.Glob", () => {
  const rows: [string, string, boolean][] = [
    ["config/*", "config/a.txt", true],
    ["config/*", "config/sub/c.txt", false],
    ["config/**", "config/sub/c.txt", true],
    ["**.txt", "config/a.txt", true],
    ["config/a.txt", "config/a.txt", true],
    ["config/a.txt", "config/a.txt2", false],
    ["config/*.txt", "config/.txt", true],
    ["a*a", "a", false],
    ["a**/b", "a/x/b", true],
    ["*", "a/b", false],
    ["**", "a/b", true],
    ["a***", "a/b/c", true],
    ["*.txt", "config/a.txt", false],
    ["a?c", "abc", true],
    ["a?c", "a/c", false],
    ["a?c", "a😀c", true],
    ["{a,b}.*", "b.yaml", true],
    ["{a,b}.*", "c.yaml", false],
    ["x{a,{b,c}d}y", "xcdy", true],
    ["[a-c]", "b", true],
    ["[abc]", "d", false],
    ["[!a].yaml", "b.yaml", true],
    ["[!a].yaml", "a.yaml", false],
    ["a\\*b", "a*b", true],
    ["a\\*b", "axb", false],
    ["a+b(c)", "a+b(c)", true],
    ["a}b,c", "a}b,c", true],
    // Malformed patterns match everything.
    ["[", "anything/at/all", true],
    ["[]", "x", true],
    ["[a-z0-9]", "X", true],
    ["[z-a]", "X", true],
  ];
  for (const [pattern, path, expected] of rows) {
    strictEqual(compileGlob(pattern)(path), expected, `${pattern} ~ ${path}`);
  }
});

Deno.test("compileGlob() is not slowed down by a hostile pattern", () => {
  strictEqual(compileGlob("*a".repeat(200))("a".repeat(2000) + "b"), false);
});

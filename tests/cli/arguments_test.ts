import assert from "node:assert/strict";
import { normalizeArguments } from "../../lib/cli/arguments.ts";

Deno.test("normalizeArguments() puts Helm's ways of writing flags into one", async (t) => {
  const rows: [given: string[], wanted: string[]][] = [
    [[], []],
    [["template", "rel", "./web"], ["template", "rel", "./web"]],
    [["-n", "data", "list"], ["list", "-n", "data"]],
    [["--debug", "--kubeconfig=x", "list", "-A"], ["list", "--debug", "--kubeconfig=x", "-A"]],
    [["--help"], ["--help"]],
    [["template", "--dry-run", "web"], ["template", "--dry-run=unset", "web"]],
    [["template", "--dry-run=server", "web"], ["template", "--dry-run=server", "web"]],
    [["template", "--wait", "web"], ["template", "--wait=watcher", "web"]],
    [["install", "--wait", "web"], ["install", "--wait=watcher", "web"]],
    [["template", "-nshop", "-f", "-"], ["template", "-n", "shop", "-f", "-"]],
    [["template", "-n=shop"], ["template", "-n=shop"]],
    [["template", "--set", "-nshop"], ["template", "--set=-nshop"]],
    [["template", "--set", "a=1"], ["template", "--set", "a=1"]],
    [["template", "--set-string="], ["template", "--set-string", ""]],
    [["template", "--", "--dry-run", "-nshop"], ["template", "--", "--dry-run", "-nshop"]],
  ];
  for (const [given, wanted] of rows) {
    await t.step(given.join(" "), () => assert.deepEqual(normalizeArguments(given), wanted));
  }
});

import assert from "node:assert/strict";
import { buildApp } from "../../lib/cli/app.ts";
import { normalizeArguments } from "../../lib/cli/arguments.ts";
import { separateLetters } from "../../lib/cli/short_flags.ts";
import { lastOfEach } from "../../lib/cli/last_of_each.ts";

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
    [[
      "-nshop",
      "--registry-config",
      "c",
      "--kube-insecure-skip-tls-verify",
      "repo",
      "ls",
      "-o",
      "yaml",
    ], [
      "repo",
      "ls",
      "-nshop",
      "--registry-config",
      "c",
      "--kube-insecure-skip-tls-verify",
      "-o",
      "yaml",
    ]],
    [["--qps=3", "status", "web"], ["status", "web", "--qps=3"]],
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

Deno.test("separateLetters() puts each short flag and its value in a word of its own", async () => {
  const app = await buildApp({ version: "1", debug: false });
  const rows: [given: string, wanted: string][] = [
    ["template -nshop -f -", "template -n shop -f -"],
    ["list -aq", "list -a -q"],
    ["ls -qAnshop", "ls -q -A -n shop"],
    ["ls -qn shop -aA", "ls -q -n shop -a -A"],
    ["ls -qn=shop", "ls -q -n=shop"],
    ["get values web -aoyaml", "get values web -a -o yaml"],
    ["search repo -lr redis", "search repo -l -r redis"],
    ["registry login h -uqA -p -qA", "registry login h -u qA -p -qA"],
    ["install r c --description -qA", "install r c --description -qA"],
    ["ls -qZ", "ls -qZ"],
    ["install r -- -qA", "install r -- -qA"],
    ["nothing -qA", "nothing -qA"],
  ];
  for (const [given, wanted] of rows) {
    assert.equal(separateLetters(app.root, given.split(" ")).join(" "), wanted);
  }
});

Deno.test("lastOfEach() lets the last of a flag count, but of those that may come often each", async () => {
  const app = await buildApp({ version: "1", debug: false });
  const rows: [given: string, wanted: string][] = [
    ["list --max 3 --max 4", "list --max 4"],
    ["list --max=3 -n a --max 4 -n=b --namespace c", "list --max 4 --namespace c"],
    ["install r ./web -f a.yaml -f b.yaml", "install r ./web -f a.yaml -f b.yaml"],
    [
      "install r ./web --set a=1 --timeout 1s --set b=2 --timeout 2s",
      "install r ./web --set a=1 --set b=2 --timeout 2s",
    ],
    ["upgrade --atomic r --atomic=false ./web", "upgrade r --atomic=false ./web"],
    ["ls -q -q", "ls -q"],
    ["repo add a b --username u --username v", "repo add a b --username v"],
    ["install r -- --max 3 --max 4", "install r -- --max 3 --max 4"],
    ["list --no-such 3 --no-such 4", "list --no-such 3 --no-such 4"],
    ["nothing --max 3 --max 4", "nothing --max 3 --max 4"],
    ["", ""],
  ];
  for (const [given, wanted] of rows) {
    const args = given.split(" ").filter((word) => word !== "");
    assert.equal(lastOfEach(app.root, args).join(" "), wanted);
  }
});

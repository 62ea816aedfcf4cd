/** Completing command lines: what is proposed, and the script of a real shell. */
import assert from "node:assert/strict";
import { chartFiles, CONFIG } from "../harness.ts";
import { atWork } from "./cluster.ts";
import type { Workplace } from "./cluster.ts";

const CLI = new URL("../../cli.ts", import.meta.url).pathname;
const FILES = Object.fromEntries(
  Object.entries(chartFiles("web", { "config.yaml": CONFIG })),
);

async function proposed({ capstan }: Workplace, ...words: string[]): Promise<string[]> {
  const { code, stdout } = await capstan("__complete", "--", ...words);
  assert.equal(code, 0);
  return stdout.split("\n").filter((line) => line !== "").map((line) => line.split("\t")[0]!);
}

Deno.test("completions of commands, flags and names", async () => {
  await atWork(FILES, async (workplace) => {
    const { capstan, write } = workplace;
    for (const name of ["shop", "shelf"]) {
      const { code, stderr } = await capstan("install", name, "./web", "-n", "default");
      assert.equal(code, 0, stderr);
    }
    await write({
      ".config/repositories.yaml": "repositories:\n- {name: my, url: http://127.0.0.1:1}\n",
      ".cache/repository/my-index.yaml":
        "apiVersion: v1\nentries:\n  web:\n  - {name: web, version: 1.0.0, urls: [a.tgz]}\n",
    });
    const rows: [string[], string[]][] = [
      [["upg"], ["upgrade"]],
      [["repo", "re"], ["remove"]],
      [["up", "--hook-p"], ["--hook-parallelism"]],
      [["upgrade", "--output", "j"], ["json"]],
      [["status", "sh"], ["shelf", "shop"]],
      [["get", "values", "sho"], ["shop"]],
      [["status", "-n", "defa"], ["default"]],
      [["status", "-n", "other", "sh"], []],
      [["list", "--kube-context", ""], ["rehearsal"]],
      [["install", "x", "m"], ["my/"]],
      [["show", "chart", "my/"], ["my/web"]],
      [["nonsense", ""], []],
    ];
    for (const [words, expected] of rows) {
      const found = await proposed(workplace, ...words);
      assert.deepEqual(found.sort(), expected, words.join(" "));
    }
  });
});

Deno.test("the script of bash completes what is half written", async () => {
  await atWork({}, async ({ capstan, folder, write }) => {
    const script = await capstan("completion", "bash", "--no-descriptions");
    await write({ "c.sh": script.stdout });
    const { stdout, stderr } = await new Deno.Command("bash", {
      args: [
        "-c",
        `capstan() { ${Deno.execPath()} run -A ${CLI} "$@"; }; source c.sh
COMP_WORDS=(capstan roll); COMP_CWORD=1; _capstan; echo "\${COMPREPLY[@]}"`,
      ],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    assert.equal(new TextDecoder().decode(stdout), "rollback\n", new TextDecoder().decode(stderr));
  });
});

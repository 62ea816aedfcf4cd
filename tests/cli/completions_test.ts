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
      "stack.ts": 'const a = release("web", {});\nthrow new Error("it was run");\n',
      "live/other.ts":
        "import { hook, release } from 'x';\nhook('seed', {});\nrelease(\n  `se-${1}`, {});\nrelease(\n  `se.b`, {});\n",
      "state/runs/shop/20260101-000000000-000001.jsonl": "",
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
      [["get", "v"], ["values"]],
      [["get", "all", "-n", "default", "sho"], ["shop"]],
      [["completion", ""], ["bash", "fish", "zsh"]],
      [["completions", "z"], ["zsh"]],
      [["un", "sh"], ["shelf", "shop"]],
      [["rollback", "shop", ""], ["1"]],
      [["runs", ""], ["show"]],
      [["runs", "show", "2026"], ["20260101-000000000-000001"]],
      [["repo", "remove", ""], ["my"]],
      [["up", "--only", ""], ["web"]],
      [["plan", "live/other.ts", "--skip", "s"], ["se.b", "seed"]],
      [["down", "--from=w"], ["--from=web"]],
      [["up", "none.ts", "--only", ""], []],
      // As zsh and fish have them, and as bash does.
      [["status", "--namespace=defa"], ["--namespace=default"]],
      [["list", "--output=j"], ["--output=json"]],
      [["status", "--namespace", "=", "defa"], ["default"]],
      [["list", "--output", "="], ["json", "table", "yaml"]],
      [["status", "--namespace", "=", "default", "she"], ["shelf"]],
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

/** Whether a shell is installed. */
async function has(shell: string): Promise<boolean> {
  try {
    return (await new Deno.Command(shell, { args: ["-c", "exit"] }).output()).success;
  } catch {
    return false;
  }
}

/** What is to be completed, and a part of what the shell shows then. */
const TYPED: readonly [string, string][] = [
  ["capstan roll", "rollback"],
  ["capstan repo re", "remove"],
  ["capstan up --hook-p", "--hook-parallelism"],
  ["capstan lint ./char", "./charts"],
];

/** A folder with a program `capstan` and a folder to complete, and what runs a shell in it. */
async function inShell(
  shell: string,
  use: (run: (args: readonly string[]) => Promise<string>, folder: string) => Promise<void>,
): Promise<void> {
  await atWork({ "charts/a": "" }, async ({ capstan, folder, write }) => {
    await write({
      script: (await capstan("completions", shell)).stdout,
      "bin/capstan": `#!/bin/sh\nexec '${Deno.execPath()}' run -A '${CLI}' "$@"\n`,
    });
    await Deno.chmod(`${folder}/bin/capstan`, 0o755);
    await use(async (args) => {
      const { stdout, stderr } = await new Deno.Command(shell, {
        args: [...args],
        cwd: folder,
        env: { NO_COLOR: "1", PATH: `${folder}/bin:${Deno.env.get("PATH")}` },
      }).output();
      const decoder = new TextDecoder();
      return decoder.decode(stdout) + decoder.decode(stderr);
    }, folder);
  });
}

Deno.test({
  name: "fish completes what is half written",
  ignore: !await has("fish"),
  async fn() {
    await inShell("fish", async (run) => {
      for (const [typed, shown] of TYPED) {
        const found = await run(["--no-config", "-c", `source script; complete -C "${typed}"`]);
        assert.equal(found.split(/[\t/\n]/, shown.startsWith("./") ? 2 : 1).join("/"), shown);
      }
    });
  },
});

/** Types each line and a tab into an interactive zsh, and prints what it shows within some seconds. */
const TYPING = `zmodload zsh/zpty
zpty -b z zsh -f -i
shown() {
  local all line
  repeat 100; do
    while zpty -rt z line; do all+=$line; done
    [[ $all == *$1* ]] && break
    sleep 0.1
  done
  print -r -- "$all"
}
zpty -w z "autoload -Uz compinit; compinit -u -D; source ./script; print rea''dy"
shown ready
while (( $# )); do
  zpty -w -n z $'\\x15'"$1"$'\\t'
  shown $2
  shift 2
done
`;

Deno.test({
  name: "zsh completes what is half written",
  ignore: !await has("zsh"),
  async fn() {
    await inShell("zsh", async (run, folder) => {
      await Deno.writeTextFile(`${folder}/typing`, TYPING);
      const shown = await run(["-f", "typing", ...TYPED.flat()]);
      for (const [typed, completed] of TYPED) {
        const whole = `${typed.slice(0, typed.lastIndexOf(" "))} ${completed}`;
        assert(shown.includes(whole), `${whole} is not in what was shown:\n${shown}`);
      }
    });
  },
});

/** The commands that the pages for users show: each page is one script, and it runs to its end. */
import assert from "node:assert/strict";
import { atWork } from "../cli/cluster.ts";
import { ownCommands } from "../cli/own_commands.ts";
import type { OwnCommand } from "../cli/own_commands.ts";
import { withRegistry } from "../registry/registry_server.ts";
import { serving } from "../registry/serving.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** Pages of which every command is run, and how many there are at least. */
const RUN: Readonly<Record<string, number>> = {
  "docs/charts.md": 20,
  "docs/guide.md": 12,
  "docs/howto.md": 13,
};

/** Pages with commands that no test runs from here, and why. */
const NOT_RUN: Readonly<Record<string, string>> = {
  "README.md":
    "it starts the tasks demo and test, which .ci/run does; this test is part of the latter",
};

for (const [page, least] of Object.entries(RUN)) {
  Deno.test(`every command of ${page} works`, async () => {
    const script = (await blocksOf(page)).join("");
    assert.ok(script.match(/^(?:.* \| )?capstan /gm)!.length >= least, script);
    await onServers(async (servers) => {
      const files = {
        "bin/capstan": `#!/bin/sh\nexec "${Deno.execPath()}" run -A "${ROOT}cli.ts" "$@"\n`,
      };
      await atWork(files, async ({ folder }) => {
        servers.serve(`${folder}/site`);
        await Deno.chmod(`${folder}/bin/capstan`, 0o755);
        const { code, stdout, stderr } = await new Deno.Command("bash", {
          args: ["-euo", "pipefail", "-x", "-c", servers.addressed(script)],
          cwd: folder,
          stdin: "null",
          env: {
            PATH: `${folder}/bin:${Deno.env.get("PATH")}`,
            HOME: folder,
            DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`,
            KUBECONFIG: `${folder}/kubeconfig`,
            NO_COLOR: "1",
            REGISTRY_PASSWORD: LOGIN.password,
          },
        }).output();
        const decoder = new TextDecoder();
        assert.equal(code, 0, `${decoder.decode(stdout)}\n${decoder.decode(stderr)}`);
      });
    });
  });
}

const LOGIN = { username: "me", password: "of-the-registry" };

interface Servers {
  /** Gives the repository a folder. */
  serve(folder: string): void;
  /** The script with the servers' addresses in place of those of the pages; they speak HTTP. */
  addressed(script: string): string;
}

/** A chart repository and a registry, for the example addresses of the pages. */
async function onServers(use: (servers: Servers) => Promise<void>): Promise<void> {
  let site = "";
  const answer = (request: Request) => {
    try {
      return Deno.readFileSync(`${site}${new URL(request.url).pathname}`);
    } catch {
      return 404;
    }
  };
  await serving(answer, async ({ url }) => {
    await withRegistry({ login: LOGIN }, async ({ host }) => {
      await use({
        serve: (folder) => {
          site = folder;
        },
        addressed: (script) =>
          script.replaceAll("https://charts.example.com", url).replace(
            /(logout )?(\S*)registry\.example\.com(\S*)/g,
            (_, logout = "", before, after) =>
              `${logout}${before}${host}${after}${logout === "" ? " --plain-http" : ""}`,
          ),
      });
    });
  });
}

async function blocksOf(page: string): Promise<string[]> {
  const text = await Deno.readTextFile(`${ROOT}${page}`);
  return [...text.matchAll(/```sh\n(.*?)```/gs)].map(([, block]) => block!);
}

async function pages(): Promise<string[]> {
  const docs = await Array.fromAsync(Deno.readDir(`${ROOT}docs`));
  return [...docs.map(({ name }) => `docs/${name}`), "README.md"];
}

Deno.test("every page with commands is run, or it is said why not", async () => {
  const shown: string[] = [];
  for (const page of await pages()) if ((await blocksOf(page)).length > 0) shown.push(page);
  assert.deepEqual(shown.sort(), [...Object.keys(RUN), ...Object.keys(NOT_RUN)].sort());
  for (const page of Object.keys(NOT_RUN)) {
    const lines = (await blocksOf(page)).join("").trim().split("\n");
    for (const line of lines) assert.match(line, /^(npx -y deno@2|deno) task (demo|test)$/, page);
  }
});

Deno.test("commands within the text of pages are there, with their flags", async () => {
  const own = await ownCommands();
  let count = 0;
  // What errors.md shows is printed by programs that the examples make up.
  for (const page of (await pages()).filter((each) => each !== "docs/errors.md")) {
    const text = await Deno.readTextFile(`${ROOT}${page}`);
    for (const [, line] of text.replaceAll(/```.*?```/gs, "").matchAll(/`capstan ([^`…]+)`/g)) {
      for (const words of alternatives(line!.replace(/ \| .*/, ""))) {
        const problem = problemOf(own, words);
        assert.equal(problem, undefined, `${page}: capstan ${line}: ${problem}`);
        count++;
      }
    }
  }
  assert.ok(count > 100, `${count}`);
});

/** `repo add|list` as two lines, each in words. */
function alternatives(line: string): string[][] {
  return line.split(/\s+/).reduce<string[][]>(
    (lines, word) => lines.flatMap((words) => word.split("|").map((each) => [...words, each])),
    [[]],
  );
}

/** What such a command line has that there is not. */
function problemOf(own: ReadonlyMap<string, OwnCommand>, words: string[]): string | undefined {
  const [first = ""] = words;
  // A placeholder, or a name that the page has not said yet.
  if (/^([A-Z]+|-.*|\.\/.*)$/.test(first)) return undefined;
  const name = [words.slice(0, 2).join(" "), first].find((each) => own.has(each));
  if (name === undefined) return `there is no command ${first}`;
  const { flags = {}, letters } = own.get(name)!;
  const global = ["help", "version"];
  return words.map((word) => word.replace(/^\[|[\],]$/g, "")).find((word) => {
    const [, long, letter] = /^(?:--([\w-]+)|-(\w+))/.exec(word) ?? [];
    if (long !== undefined) {
      return flags[long] === undefined && !global.includes(long);
    }
    return letter !== undefined && [...letter].some((each) => letters[each] === undefined);
  });
}

/** A stack as a program of its own: as one file for Deno, and as an executable. */
import assert from "node:assert/strict";

const ROOT = new URL("../../", import.meta.url).pathname;
const STACK = `import { defineStack, main, release } from "@capstan/capstan";

const stack = defineStack({
  name: "one",
  releases: [release("cache", { chart: "./redis", namespace: "shop", createNamespace: true })],
});
export default stack;
if (import.meta.main) await main(stack);
`;

/** A folder with a stack and its chart, and Deno in it. */
async function inFolder(
  use: (
    deno: (args: readonly string[], env?: Record<string, string>) => Promise<string>,
    folder: string,
  ) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/deploy.ts`, STACK);
    await Deno.mkdir(`${folder}/redis/templates`, { recursive: true });
    for (const file of ["Chart.yaml", "values.yaml"]) {
      await Deno.copyFile(`${ROOT}examples/shop/charts/redis/${file}`, `${folder}/redis/${file}`);
    }
    for await (const { name } of Deno.readDir(`${ROOT}examples/shop/charts/redis/templates`)) {
      const path = `redis/templates/${name}`;
      await Deno.copyFile(`${ROOT}examples/shop/charts/${path}`, `${folder}/${path}`);
    }
    await use(async (args, env = {}) => {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [...args],
        cwd: folder,
        env: { NO_COLOR: "1", ...env },
        stdin: "null",
      }).output();
      const decoder = new TextDecoder();
      return `exit ${code}\n${decoder.decode(stdout)}${decoder.decode(stderr)}`;
    }, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const MAKE = ["--quiet", "--config", `${ROOT}deno.json`];

Deno.test("a stack bundled into one file runs without a configuration, with exactly what it needs", async () => {
  await inFolder(async (deno, folder) => {
    const external = ["--external", "@kubernetes/client-node"];
    assert.equal(
      await deno(["bundle", ...MAKE, ...external, "--output", "deploy.js", "deploy.ts"]),
      "exit 0\n",
    );
    const run = (flags: readonly string[], ...args: string[]) =>
      deno(["run", "--no-prompt", "--no-config", ...flags, "deploy.js", ...args]);
    const [read, net] = [`--allow-read=${folder}`, "--allow-net=127.0.0.1"];
    assert.match(await run([], "graph"), /^exit 0\n[^]*\none: 1 release, 0 hooks, 1 level\n/);
    assert.match(
      await run([read, net], "rehearse"),
      /^exit 0\n[^]*\ncache +shop +1 +deployed/,
    );
    assert.match(await run([read], "rehearse"), /^exit 1\n[^]*\n {2}hint: .*--allow-net/);
    assert.match(await run([net], "rehearse"), /^exit 1\n[^]*\n {2}hint: .*--allow-read/);
  });
});

Deno.test("a stack can be compiled where the base of the executable is at hand", async () => {
  await inFolder(async (deno, folder) => {
    const args = ["compile", ...MAKE, "-A", "--no-check", "--include", "redis"];
    // Any executable serves as the base here: what is put into it is what is looked at.
    const base = { DENORT_BIN: Deno.execPath() };
    assert.equal(await deno([...args, "--output", "deploy", "deploy.ts"], base), "exit 0\n");
    const made = new TextDecoder("latin1").decode(await Deno.readFile(`${folder}/deploy`));
    for (const part of ["deploy.ts", "createNamespace: true", "appVersion"]) {
      assert(made.includes(part), `${part} is in the executable`);
    }
  });
});

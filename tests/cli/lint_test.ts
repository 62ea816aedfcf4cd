/** Runs every case of tests/testdata/helm/lint.json, whose answers Helm 4 gave, and a few by hand. */
import assert from "node:assert/strict";
import { runCli } from "../../lib/cli/main.ts";

interface Case {
  readonly name: string;
  readonly args: string[];
  readonly files: Record<string, string>;
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

const cases: Case[] = JSON.parse(
  await Deno.readTextFile(new URL("../testdata/helm/lint.json", import.meta.url)),
);

for (const { name, args, files, ...expected } of cases) {
  Deno.test(`lint prints what Helm prints: ${name}`, async () => {
    await inChart(files, async (folder) => {
      const { exit, stdout, stderr } = await capstan(["lint", folder, ...args]);
      assert.equal(stdout.replaceAll(folder, "{D}"), expected.stdout);
      const error = /^Error: [^\n]*/m.exec(stderr)?.[0] ?? "";
      assert.equal(error.replaceAll(folder, "{D}"), expected.stderr);
      assert.equal(exit, expected.exit);
    });
  });
}

Deno.test("lint reads an archive, several charts, and says which is none", async () => {
  const files = { "Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n" };
  await inChart(files, async (folder) => {
    const archive = `${folder}/web-0.1.0.tgz`;
    const { success } = await new Deno.Command("tar", {
      args: ["-czf", archive, "--transform", "s,^,web/,", "-C", folder, "Chart.yaml"],
    }).output();
    assert.ok(success);
    const missing = `${folder}/no/`;
    const { exit, stdout, stderr } = await capstan(["lint", folder, archive, missing]);
    const found =
      "[INFO] Chart.yaml: icon is recommended\n[INFO] values.yaml: file does not exist\n" +
      "[WARNING] templates/: directory does not exist\n";
    assert.equal(
      stdout,
      `==> Linting ${folder}\n${found}\n==> Linting ${archive}\n${found}\n==> Linting ${missing}\n` +
        `Error unable to check Chart.yaml file in chart: stat ${folder}/no/Chart.yaml: no such file or directory\n\n`,
    );
    assert.equal(stderr, "Error: 3 chart(s) linted, 1 chart(s) failed\n");
    assert.equal(exit, 1);
  });
});

async function capstan(args: readonly string[]) {
  let stdout = "", stderr = "";
  const exit = await runCli(args, {
    streams: {
      stdout: { write: (text) => stdout += text },
      stderr: { write: (text) => stderr += text },
    },
  });
  return { exit, stdout, stderr };
}

async function inChart(
  files: Readonly<Record<string, string>>,
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    for (const [name, text] of Object.entries(files)) {
      const path = `${folder}/${name}`;
      await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(path, text);
    }
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

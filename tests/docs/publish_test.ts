/** The package as it would be published. */
import assert from "node:assert/strict";

const ROOT = new URL("../../", import.meta.url).pathname;

Deno.test("deno publish --dry-run finds nothing wrong, and takes every file of lib/", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["publish", "--dry-run", "--allow-dirty", "--no-check"],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert.equal(code, 0, said);
  const published = new Set([...said.matchAll(/file:\/\/(\S+) \(/g)].map(([, path]) => path));
  const missing: string[] = [];
  for (const path of ["mod.ts", "cli.ts", "deno.json", ...await filesIn("lib")]) {
    if (!published.has(`${ROOT}${path}`)) missing.push(path);
  }
  assert.deepEqual(missing, []);
  assert.ok(![...published].some((path) => path!.includes("/tests/")), "tests are not published");
});

async function filesIn(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(`${ROOT}${folder}`));
  const nested = entries.map(({ name, isDirectory }) =>
    isDirectory ? filesIn(`${folder}/${name}`) : [`${folder}/${name}`]
  );
  return (await Promise.all(nested)).flat();
}

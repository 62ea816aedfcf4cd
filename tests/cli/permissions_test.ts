import assert from "node:assert/strict";

const ROOT = new URL("../../", import.meta.url).pathname;

async function capstan(permissions: readonly string[], ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--quiet", ...permissions, `${ROOT}cli.ts`, ...args],
    cwd: ROOT,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("capstan rehearse works with the permission set of that name, and nothing more", async () => {
  const { code, stdout, stderr } = await capstan(
    ["-P=rehearse"],
    "rehearse",
    "examples/shop/stack.ts",
  );
  assert.equal(code, 0, stderr);
  assert.match(stdout, /done: 14 installed/);
});

Deno.test("capstan template works with the permission set of that name, and nothing more", async () => {
  const { code, stdout, stderr } = await capstan(
    ["-P=template"],
    "template",
    "rel",
    "examples/shop/charts/redis",
  );
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^---\n# Source: redis\/templates\/redis\.yaml\n/);
});

Deno.test("capstan up with the permission set of that name gets as far as the cluster", async () => {
  const kubeconfig = await Deno.makeTempFile();
  await Deno.writeTextFile(
    kubeconfig,
    "{clusters: [{name: a, cluster: {server: 'http://127.0.0.1:1'}}], contexts: [{name: a, context: {cluster: a, user: a}}], users: [{name: a, user: {}}], current-context: a}",
  );
  const { code, stderr } = await capstan(
    ["-P=up"],
    "up",
    "examples/shop/stack.ts",
    "--kubeconfig",
    kubeconfig,
  );
  await Deno.remove(kubeconfig);
  assert.equal(code, 1);
  assert.match(stderr, /cannot reach http:\/\/127\.0\.0\.1:1: /);
});

Deno.test("capstan says which permission is missing", async () => {
  const { code, stderr } = await capstan([], "template", "rel", "examples/shop/charts/redis");
  assert.equal(code, 1);
  assert.match(
    stderr,
    /Requires read access to "examples\/shop\/charts\/redis", run again with the --allow-read flag/,
  );
});

Deno.test("the set of up names every variable that Capstan goes by", async () => {
  const read = (path: string) => Deno.readTextFile(`${ROOT}${path}`);
  const type = (text: string, name: string) =>
    text.split(`export type ${name} =`)[1]!.split(";")[0]!;
  const words = [
    type(await read("lib/cli/context.ts"), "EnvironmentVariable"),
    type(await read("lib/registry/helm_paths.ts"), "PathVariable"),
  ].flatMap((text) => [...text.matchAll(/"([A-Z_]+)"/g)].map(([, name]) => name!));
  assert.ok(words.length > 30);
  const set = JSON.parse(await read("deno.json")).permissions.up.env as string[];
  // Windows has its own.
  assert.deepEqual([...new Set(words)].filter((name) => name !== "LOCALAPPDATA").sort(), set);
});

/** `capstan init`: what it writes runs. */
import assert from "node:assert/strict";
import { atWork } from "./cluster.ts";

async function deno(folder: string, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: folder,
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("init writes a stack whose types fit and that can be rehearsed and planned", async () => {
  await atWork({}, async ({ capstan, folder, write }) => {
    const made = await capstan("init", "My_Shop/");
    assert.equal(made.code, 0, made.stderr);
    assert.equal(
      made.stdout,
      `wrote My_Shop/deno.json
wrote My_Shop/stack.ts
wrote My_Shop/types/my-shop.ts
wrote My_Shop/charts/my-shop/Chart.yaml
wrote My_Shop/charts/my-shop/values.yaml
wrote My_Shop/charts/my-shop/templates/deployment.yaml
wrote My_Shop/charts/my-shop/templates/service.yaml

Try it without a cluster:   cd My_Shop && deno task rehearse
See what would change:      cd My_Shop && deno task plan
Put it on your cluster:     cd My_Shop && deno task up
`,
    );
    const project = `${folder}/My_Shop`;
    const format = await deno(project, "fmt", "--check", "stack.ts", "deno.json");
    assert.equal(format.code, 0, format.stderr);
    const types = await deno(project, "check", "stack.ts");
    assert.equal(types.code, 0, types.stderr);
    const lint = await capstan("lint", "My_Shop/charts/my-shop");
    assert.equal(lint.code, 0, lint.stdout);
    const rehearsed = await deno(project, "task", "rehearse");
    assert.equal(rehearsed.code, 0, rehearsed.stderr);
    assert.match(rehearsed.stdout + rehearsed.stderr, /my-shop/);

    await write({ "My_Shop/stack.ts": "// mine\n" });
    const again = await capstan("init", "My_Shop");
    assert.equal(again.code, 1);
    assert.match(again.stderr, /^Error: cannot write into My_Shop: My_Shop\/deno.json, My_Shop/);
    assert.equal(await Deno.readTextFile(`${project}/stack.ts`), "// mine\n");
  });
});

Deno.test("init refuses a name that cannot be a release's", async () => {
  await atWork({}, async ({ capstan }) => {
    const { code, stderr } = await capstan("init", "x", "--name", "My Shop");
    assert.equal(code, 1);
    assert.match(stderr, /^Error: "My Shop" cannot name a stack and its first release\n/);
  });
});

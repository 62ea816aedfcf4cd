/** `capstan types` as a command. */
import assert from "node:assert/strict";
import { atWork } from "./cluster.ts";

const CHART = {
  "web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
  "web/values.yaml": "replicas: 2\n",
};

Deno.test("types prints a module, or writes it to a file", async () => {
  await atWork(CHART, async ({ capstan, folder }) => {
    const printed = await capstan("types", "./web");
    assert.equal(printed.code, 0, printed.stderr);
    assert.match(printed.stdout, /^export type WebValues = \{$/m);
    const written = await capstan("types", "web", "-o", "values.ts", "--name", "Web");
    assert.deepEqual(written, { code: 0, stdout: "", stderr: "" });
    assert.equal(
      await Deno.readTextFile(`${folder}/values.ts`),
      printed.stdout.replace("type WebValues", "type Web"),
    );
  });
});

Deno.test("types says what is wrong", async () => {
  await atWork(CHART, async ({ capstan }) => {
    const bad = await capstan("types", "web", "--name", "my-type");
    assert.match(bad.stderr, /^Error: "my-type" cannot name a type\n/);
    const missing = await capstan("types", "./wbe");
    assert.match(missing.stderr, /^Error: .*wbe/);
    const unwritable = await capstan("types", "web", "-o", "no/values.ts");
    assert.match(unwritable.stderr, /^Error: cannot write no\/values.ts: no such file/);
    assert.deepEqual([bad.code, missing.code, unwritable.code], [1, 1, 1]);
  });
});

import assert from "node:assert/strict";
import { load as parseYaml } from "js-yaml";
import { chartFiles, CONFIG } from "../harness.ts";
import { atWork } from "./cluster.ts";

const CAPSTAN = new URL("../../mod.ts", import.meta.url).href;

Deno.test("capstan drift names what was changed behind its back, and up --check-drift puts it back", async () => {
  const secret =
    "---\napiVersion: v1\nkind: Secret\nmetadata: {name: {{ .Release.Name }}-key}\nstringData: {key: s3cr3t}\n";
  const files = {
    ...chartFiles("web", { "config.yaml": CONFIG + secret }),
    "stack.ts": `import { defineStack, release } from ${JSON.stringify(CAPSTAN)};
export default defineStack({
  name: "shop",
  releases: [release("a", { chart: "./web" }), release("b", { chart: "./web" })],
});
`,
  };
  await atWork(files, async ({ capstan, api, writes }) => {
    assert.match((await capstan("drift")).stdout, /^a: not deployed\n/);
    assert.equal((await capstan("up", "--no-check")).code, 0);
    const clean = await capstan("drift", "--detailed-exitcode");
    assert.deepEqual([clean.code, clean.stdout], [0, "2 releases are as they were deployed\n"]);
    const [json, yaml] = [
      await capstan("drift", "-o", "json"),
      await capstan("drift", "-o", "yaml"),
    ];
    assert.deepEqual(parseYaml(yaml.stdout), JSON.parse(json.stdout));

    const ref = (kind: string, name: string) => ({ apiVersion: "v1", kind, name });
    const merge = "application/merge-patch+json";
    await api.patch(ref("ConfigMap", "a"), merge, { data: { text: "mine", more: "x" } }, {
      fieldManager: "somebody",
    });
    await api.patch(ref("Secret", "a-key"), merge, { data: { key: btoa("stolen") } }, {
      fieldManager: "somebody",
    });
    await api.delete(ref("ConfigMap", "b"));
    const before = writes().length;
    const found = await capstan("drift", "--detailed-exitcode");
    assert.equal(found.code, 2, found.stdout + found.stderr);
    assert.match(found.stdout, /~ ConfigMap default\/a\n +data\.text: "mine" → "none"/);
    assert.match(found.stdout, /~ Secret default\/a-key\n +data\.key: <secret \w+> → <secret \w+>/);
    assert.match(found.stdout, /\+ ConfigMap default\/b\n/);
    assert.match(found.stdout, /2 of 2 releases are not as they were deployed/);
    assert(!/s3cr3t|stolen|czNjcjN0|data\.more/.test(found.stdout), found.stdout);
    assert(writes().slice(before).every((write) => write.includes("dryRun=All")));

    const plain = await capstan("up", "--no-check");
    assert.match(plain.stdout, /2 unchanged/);
    const back = await capstan("up", "--no-check", "--check-drift");
    assert.equal(back.code, 0, back.stderr);
    assert.match(back.stdout, /2 upgraded/);
    assert.match(back.stderr, /a: not as it was deployed: Secret a-key, ConfigMap a/);
    assert.deepEqual((await api.get(ref("ConfigMap", "a")))?.["data"], { text: "none", more: "x" });
    assert.deepEqual((await api.get(ref("ConfigMap", "b")))?.["data"], { text: "none" });
    assert.match((await capstan("up", "--no-check", "--check-drift")).stdout, /2 unchanged/);
  });
});

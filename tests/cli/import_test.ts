/** `capstan import` as a command: what it writes runs as the helmfile would. */
import assert from "node:assert/strict";
import { atWork } from "./cluster.ts";

const FILES = {
  "app/helmfile.yaml.gotmpl": `environments:
  default: {values: [{pods: 1}]}
  production: {values: [{pods: 3}]}
---
releases:
- name: web
  namespace: shop
  chart: ./chart
  needs: [data/db]
  values: [{pods: {{ .Values.pods }}}]
  recreatePods: true
- name: db
  namespace: data
  chart: ./chart
  hooks:
  - {events: [presync], command: echo, args: ["about {{\`{{ .Release.Name }}\`}}"]}
`,
  "app/chart/Chart.yaml": "apiVersion: v2\nname: chart\nversion: 0.1.0\n",
  "app/chart/templates/a.yaml":
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\ndata: {pods: "{{ .Values.pods }}"}\n',
};

Deno.test("import writes a stack that goes up in each of its environments", async () => {
  await atWork(FILES, async ({ capstan, folder }) => {
    const { code, stdout, stderr } = await capstan("import", "app/helmfile.yaml.gotmpl");
    assert.equal(stdout, "wrote app/stack.ts: 2 releases for 2 environments\n");
    assert.equal(stderr, "\nNot carried over:\n- release web: recreatePods\n");
    assert.equal(code, 0);
    for (const [env, n] of [["default", "1"], ["production", "3"]] as const) {
      const up = await capstan("up", "app/stack.ts", "--env", env);
      assert.equal(up.code, 0, up.stderr);
      if (env === "default") assert.match(up.stdout + up.stderr, /about db/);
      const manifest = await capstan("get", "manifest", "web", "-n", "shop");
      assert.match(manifest.stdout, new RegExp(`pods: "${n}"`));
    }
    const wrong = await capstan("up", "app/stack.ts", "--env", "test");
    assert.match(wrong.stderr, /there is no environment test: use --env with one of default, prod/);
    const again = await capstan("import", "app/helmfile.yaml.gotmpl");
    assert.equal(again.code, 1);
    assert.match(again.stderr, /^Error: cannot write app\/stack.ts: it exists already\n/);
    const printed = await capstan("import", "app/helmfile.yaml.gotmpl", "-o", "-");
    assert.equal(printed.stdout, await Deno.readTextFile(`${folder}/app/stack.ts`));
  });
});

Deno.test("import says that there is no helmfile", async () => {
  await atWork({}, async ({ capstan }) => {
    const { code, stderr } = await capstan("import");
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^Error: cannot import helmfile.yaml: no such file\n {2}hint: name the helm/,
    );
  });
});

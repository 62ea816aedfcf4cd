/** `plan -o` and `up --plan` on the real control plane, where others write to the objects meanwhile. */
import assert from "node:assert/strict";
import { chartFiles } from "../harness.ts";
import { withNamespaces } from "./namespaces.ts";
import { capstan, capstanOk } from "./tools.ts";

const CHART = chartFiles("web", {
  "web.yaml": `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: main, image: {{ .Values.image | quote }}}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data: {image: {{ .Values.image | quote }}}
`,
  "secret.yaml": `apiVersion: v1
kind: Secret
metadata: {name: web}
stringData: {pin: {{ .Values.pin | quote }}, made: {{ randAlphaNum 16 }}}
`,
});

Deno.test("a frozen plan is done as it was made though others write to its objects, and refused when they change what it changes", async () => {
  await withNamespaces(["frozen"], async ([namespace], api) => {
    const folder = await Deno.makeTempDir();
    const [stack, plan] = [`${folder}/stack.ts`, `${folder}/plan.json`];
    const write = (image: string) =>
      Deno.writeTextFile(
        stack,
        `import { defineStack, release } from ${
          JSON.stringify(new URL("../../mod.ts", import.meta.url).href)
        };
export default defineStack({ name: ${JSON.stringify(namespace)}, stateNamespace: ${
          JSON.stringify(namespace)
        }, releases: [release("web", { chart: "./web", namespace: ${
          JSON.stringify(namespace)
        }, values: { image: "${image}", pin: "4711-0815" } })] });\n`,
      );
    const deployment = { apiVersion: "apps/v1", kind: "Deployment", namespace, name: "web" };
    try {
      for (const [path, text] of Object.entries(CHART)) {
        await Deno.mkdir(`${folder}/${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
        await Deno.writeTextFile(`${folder}/${path}`, text);
      }
      await write("nginx:1");
      await capstanOk("plan", "--no-check", "-o", plan, stack);
      const text = await Deno.readTextFile(plan);
      assert(!text.includes("4711-0815") && !text.includes(btoa("4711-0815")));
      assert.match(await capstanOk("up", "--no-check", "--plan", plan, stack), /1 installed/);

      await write("nginx:2");
      await capstanOk("plan", "--no-check", "-o", plan, stack);
      const seen = await api.get(deployment);
      // Another hand at what the chart leaves alone, as an autoscaler's.
      const merge = "application/merge-patch+json";
      await api.patch(deployment, merge, { spec: { revisionHistoryLimit: 3 } }, {
        fieldManager: "somebody",
      });
      const moved = await api.get(deployment);
      assert.notEqual(moved!.metadata.resourceVersion, seen!.metadata.resourceVersion);
      assert.match(await capstanOk("up", "--no-check", "--plan", plan, stack), /1 upgraded/);

      await write("nginx:3");
      await capstanOk("plan", "--no-check", "-o", plan, stack);
      const config = { apiVersion: "v1", kind: "ConfigMap", namespace, name: "web" };
      await api.patch(config, merge, { data: { image: "by hand" } }, { fieldManager: "somebody" });
      const refused = await capstan("up", "--no-check", "--plan", plan, stack);
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /cannot do what was planned: 1 thing has moved/);
      assert.match(refused.stderr, new RegExp(`web +ConfigMap ${namespace}/web +(changed|would)`));
      const live = await api.get(deployment);
      assert.match(JSON.stringify(live!["spec"]), /"image":"nginx:2"/);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
});

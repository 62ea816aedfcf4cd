/** What a person is told of why something did not become ready, by a real API server. */
import assert from "node:assert/strict";
import type { KubeApi, KubeObject } from "../../lib/kube/types.ts";
import { withNamespaces } from "./namespaces.ts";
import { capstan, capstanOk } from "./tools.ts";

const CHART: Readonly<Record<string, string>> = {
  "chart/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
  "chart/templates/all.yaml": `apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  replicas: 1
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata:
      labels: {app: {{ .Release.Name }}}
      annotations: {testbed/delay: 1h}
    spec: {containers: [{name: main, image: busybox}]}
`,
};

/** A stack of one release that waits for six seconds. */
function stackOf(namespace: string): string {
  const mod = new URL("../../mod.ts", import.meta.url).href;
  return `import { defineStack, release } from "${mod}";
const web = release("web", { chart: "./chart", namespace: "${namespace}", wait: true, timeout: "6s" });
export default defineStack({ name: "${namespace}", releases: [web] });
`;
}

/** Deploys the stack, and returns what was said of the failure and the run's page. */
async function deploy(
  namespace: string,
  meanwhile: () => Promise<void>,
): Promise<{ readonly said: string; readonly page: string }> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/chart/templates`, { recursive: true });
    const files = { ...CHART, "stack.ts": stackOf(namespace) };
    for (const [path, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${path}`, text);
    }
    const [{ code, stdout, stderr }] = await Promise.all([
      capstan("up", `${folder}/stack.ts`, "--output", "json"),
      meanwhile(),
    ]);
    assert.equal(code, 1, stderr);
    await Deno.writeTextFile(`${folder}/events.jsonl`, stdout);
    await capstanOk("report", `${folder}/events.jsonl`, "-o", `${folder}/page.html`);
    return { said: stderr, page: await Deno.readTextFile(`${folder}/page.html`) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("why a controller cannot make pods is told from its own words", async () => {
  await withNamespaces(["quota"], async ([namespace], api) => {
    await api.create({
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "none", namespace },
      spec: { hard: { pods: "0" } },
    });
    const { said, page } = await deploy(namespace, async () => {});
    assert.match(said, /exceeded quota: none/);
    assert.match(page, /exceeded quota: none/);
  });
});

Deno.test("the events of a pod that does not become ready are told", async () => {
  await withNamespaces(["events"], async ([namespace], api) => {
    const { said, page } = await deploy(namespace, async () => {
      await api.create(eventOf(await podIn(api, namespace)));
    });
    assert.match(said, /FailedMount.*the volume "data" is away/);
    assert.match(page, /the volume \\?"data\\?" is away/);
  });
});

async function podIn(api: KubeApi, namespace: string): Promise<KubeObject> {
  for (const end = Date.now() + 5000; Date.now() < end;) {
    const { items: [pod] } = await api.list({ apiVersion: "v1", kind: "Pod" }, { namespace });
    if (pod !== undefined) return pod;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`there is no pod in ${namespace}`);
}

/** What a kubelet would say of a pod. */
function eventOf({ metadata: { name, namespace, uid } }: KubeObject): KubeObject {
  const now = new Date().toISOString().replace(/\.\d+/, "");
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: `${name}.1`, namespace },
    involvedObject: { apiVersion: "v1", kind: "Pod", name, namespace, uid },
    type: "Warning",
    reason: "FailedMount",
    message: 'the volume "data" is away',
    source: { component: "kubelet" },
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
  } as KubeObject;
}

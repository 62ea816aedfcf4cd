/** One run on two clusters: the real control plane and a rehearsal one. */
import assert from "node:assert/strict";
import { createApiServer } from "../../lib/apiserver/server.ts";
import { createKubeClient } from "../../lib/kube/client.ts";
import { loadConnection } from "../../lib/kube/config.ts";
import { secretStorage } from "../../lib/release/kube_storage.ts";
import { withNamespaces } from "./namespaces.ts";
import { capstanOk, helms, succeed } from "./tools.ts";

const STACK = `
import { defineStack, kubeContext, release } from "${new URL("../../mod.ts", import.meta.url)}";
export default defineStack(() => {
  const shared = { chart: "./web", namespace: "NAMESPACE", createNamespace: true };
  const real = release("web", { ...shared, values: { text: "real" } });
  return {
    name: "two-NAMESPACE",
    stateNamespace: "NAMESPACE",
    releases: [
      real,
      release("web", { ...shared, cluster: kubeContext("rehearsal"), needs: [real], values: { text: "rehearsed" } }),
    ],
  };
});
`;

const TEMPLATE = `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}}
data: {text: {{ .Values.text }}}
`;

/** A kubeconfig of the real cluster, by a certificate, and the rehearsal one. */
async function kubeconfigOf(rehearsal: string): Promise<string> {
  const { server, tls } = await loadConnection();
  const data = (pem: string) => new TextEncoder().encode(pem).toBase64();
  return JSON.stringify({
    "current-context": "real",
    contexts: [
      { name: "real", context: { cluster: "real", user: "admin" } },
      { name: "rehearsal", context: { cluster: "rehearsal", user: "" } },
    ],
    clusters: [
      { name: "real", cluster: { server, "certificate-authority-data": data(tls!.caCerts![0]!) } },
      { name: "rehearsal", cluster: { server: rehearsal } },
    ],
    users: [{
      name: "admin",
      user: { "client-certificate-data": data(tls!.cert!), "client-key-data": data(tls!.key!) },
    }],
  });
}

Deno.test("one release name on a real cluster and a rehearsal one, in one run", async () => {
  await withNamespaces(["two"], async ([namespace], real) => {
    const served = createApiServer().serve();
    const rehearsal = createKubeClient({ server: served.url, namespace: "default" });
    const folder = await Deno.makeTempDir();
    const [stack, kubeconfig] = [`${folder}/stack.ts`, `${folder}/kubeconfig`];
    try {
      await rehearsal.create({
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: namespace },
      });
      await Deno.mkdir(`${folder}/web/templates`, { recursive: true });
      await Deno.writeTextFile(
        `${folder}/web/Chart.yaml`,
        "apiVersion: v2\nname: web\nversion: 0.1.0\n",
      );
      await Deno.writeTextFile(`${folder}/web/templates/c.yaml`, TEMPLATE);
      await Deno.writeTextFile(stack, STACK.replaceAll("NAMESPACE", namespace));
      await Deno.writeTextFile(kubeconfig, await kubeconfigOf(served.url));
      const flags = [stack, "--kubeconfig", kubeconfig];
      await capstanOk("up", ...flags);
      for (const [api, text] of [[real, "real"], [rehearsal, "rehearsed"]] as const) {
        const ref = { apiVersion: "v1", kind: "ConfigMap", name: "web", namespace };
        assert.deepEqual((await api.get(ref))?.["data"], { text });
        assert.equal((await secretStorage(api).history({ name: "web", namespace })).length, 1);
      }
      for (const [, helm] of helms()) {
        const values = await succeed(helm, ["get", "values", "web", "-n", namespace, "-o", "json"]);
        assert.deepEqual(JSON.parse(values), { text: "real" });
      }
      await capstanOk("down", ...flags);
      for (const api of [real, rehearsal]) {
        assert.deepEqual(await secretStorage(api).history({ name: "web", namespace }), []);
      }
    } finally {
      rehearsal.close();
      await served.close();
      await Deno.remove(folder, { recursive: true });
    }
  });
});

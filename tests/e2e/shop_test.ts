import assert from "node:assert/strict";
import { createKubeClient } from "../../lib/kube/client.ts";
import { loadConnection } from "../../lib/kube/config.ts";
import type { KubeApi } from "../../lib/kube/types.ts";
import { loadStack } from "../../lib/stack/load.ts";
import { capstanOk, helms, required, succeed } from "./tools.ts";

const STACK = new URL("../../examples/shop/stack.ts", import.meta.url).pathname;
const { stack, folder } = await loadStack(STACK);
const names = stack.releases.map(({ namespace, name }) => `${namespace}/${name}`).sort();

/** Kinds of which `down` must leave nothing. */
const KINDS = [
  ["apps/v1", "Deployment"],
  ["apps/v1", "StatefulSet"],
  ["v1", "Service"],
  ["v1", "ConfigMap"],
  ["v1", "Secret"],
  ["batch/v1", "Job"],
] as const;

async function onCluster<T>(use: (api: KubeApi) => Promise<T>): Promise<T> {
  const api = createKubeClient(await loadConnection());
  try {
    return await use(api);
  } finally {
    api.close();
  }
}

interface Listed {
  readonly name: string;
  readonly namespace: string;
  readonly revision: string;
  readonly status: string;
}

async function listed(helm: string): Promise<Listed[]> {
  return JSON.parse(await succeed(helm, ["list", "-A", "-o", "json"]));
}

Deno.test("the shop goes up on a real control plane, and both Helms see every release deployed", async () => {
  required("KUBECONFIG");
  const out = await capstanOk("up", STACK);
  assert.match(out, /14 installed/);
  for (const [name, helm] of helms()) {
    const releases = await listed(helm);
    assert.deepEqual(
      releases.map(({ namespace, name }) => `${namespace}/${name}`).sort(),
      names,
      name,
    );
    for (const release of releases) {
      assert.deepEqual([release.status, release.revision], ["deployed", "1"], release.name);
    }
  }
});

Deno.test("`helm get manifest` prints what `capstan template` prints, for every release", async () => {
  const [, helm] = helms()[1]!;
  const { gitVersion } = await onCluster((api) => api.version());
  const values = await Deno.makeTempFile({ suffix: ".yaml" });
  for (const { name, namespace, chart } of stack.releases) {
    await Deno.writeTextFile(
      values,
      await succeed(helm, ["get", "values", name, "-n", namespace, "-o", "yaml"]),
    );
    const stored = await succeed(helm, ["get", "manifest", name, "-n", namespace]);
    const rendered = await capstanOk(
      "template",
      name,
      `${folder}/${chart}`,
      "-n",
      namespace,
      "-f",
      values,
      "--kube-version",
      gitVersion,
      "--no-hooks",
    );
    assert.equal(stored.trimEnd(), rendered.trimEnd(), name);
  }
  await Deno.remove(values);
});

Deno.test("`helm upgrade` works on what Capstan installed", async () => {
  const [, helm] = helms()[1]!;
  await succeed(helm, [
    "upgrade",
    "cache",
    `${folder}/charts/redis`,
    "-n",
    "data",
    "--reuse-values",
    "--set",
    "maxMemory=1gb",
  ]);
  assert.equal((await listed(helm)).find(({ name }) => name === "cache")?.revision, "2");
});

Deno.test("a second `up` changes only what is not as the stack says", async () => {
  const out = await capstanOk("up", STACK);
  assert.match(out, /13 unchanged/);
  assert.match(out, /1 upgraded/);
  assert.match(await capstanOk("up", STACK), /14 unchanged; nothing changed/);
});

Deno.test("`down` leaves nothing behind", async () => {
  await capstanOk("down", STACK);
  for (const [name, helm] of helms()) assert.deepEqual(await listed(helm), [], name);
  for (const [apiVersion, kind] of KINDS) {
    const left = await onCluster((api) =>
      api.list({ apiVersion, kind }, { labelSelector: "app.kubernetes.io/managed-by=Helm" })
    );
    assert.deepEqual(left.items.map(({ metadata }) => metadata.name), [], kind);
  }
});

import assert from "node:assert/strict";
import { createKubeClient } from "../../lib/kube/client.ts";
import { loadConnection } from "../../lib/kube/config.ts";
import type { KubeApi } from "../../lib/kube/types.ts";
import { loadStack } from "../../lib/stack/load.ts";
import { capstanOk, helms, required, succeed } from "./tools.ts";

const STACK = new URL("../../examples/shop/stack.ts", import.meta.url).pathname;
const { stack, folder } = await loadStack(STACK);
const namespaces = [...new Set(stack.releases.map(({ namespace }) => namespace))];

/** Kinds of which `down` must leave nothing but {@linkcode EVERYWHERE}. */
const KINDS = [
  ["apps/v1", "Deployment"],
  ["apps/v1", "StatefulSet"],
  ["v1", "Service"],
  ["v1", "ConfigMap"],
  ["v1", "Secret"],
  ["batch/v1", "Job"],
  ["v1", "ServiceAccount"],
] as const;

/** What Kubernetes itself puts into every namespace. */
const EVERYWHERE = ["kube-root-ca.crt", "default"];

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

/** What a Helm lists of the stack's namespaces; other tests may use others at the same time. */
async function listed(helm: string): Promise<Listed[]> {
  // Helm 3 leaves releases out that are neither deployed nor failed, unless asked; Helm 4 does not.
  const everything = helm === required("HELM3") ? ["--all"] : [];
  const args = ["list", "--all-namespaces", "--max", "0", "-o", "json", ...everything];
  const all: Listed[] = JSON.parse(await succeed(helm, args));
  return all.filter(({ namespace }) => namespaces.includes(namespace));
}

/** `namespace/name revision status` of each release, sorted. */
async function states(helm: string): Promise<string[]> {
  const releases = await listed(helm);
  return releases.map(({ namespace, name, revision, status }) =>
    `${namespace}/${name} ${revision} ${status}`
  ).sort();
}

/** The stack's releases as {@linkcode states} has them, at revision 1 but for those given. */
function expected(revisions: Readonly<Record<string, number>> = {}): string[] {
  return stack.releases.map(({ namespace, name }) =>
    `${namespace}/${name} ${revisions[name] ?? 1} deployed`
  ).sort();
}

/** Fails unless what every release has stored is what `capstan template` renders. */
async function assertManifests(): Promise<void> {
  const [, helm] = helms()[1]!;
  const { gitVersion } = await onCluster((api) => api.version());
  const values = await Deno.makeTempFile({ suffix: ".yaml" });
  for (const { name, namespace, chart } of stack.releases) {
    const given = await succeed(helm, ["get", "values", name, "-n", namespace, "-o", "yaml"]);
    await Deno.writeTextFile(values, given);
    const stored = await succeed(helm, ["get", "manifest", name, "-n", namespace]);
    const rendered = await capstanOk(
      ...["template", name, `${folder}/${chart}`, "-n", namespace, "-f", values],
      ...["--kube-version", gitVersion, "--no-hooks"],
    );
    assert.match(stored, /^---\n# Source: /, name);
    assert.equal(stored.trimEnd(), rendered.trimEnd(), name);
  }
  await Deno.remove(values);
}

/** The configuration of the two redis releases as the cluster has it. */
async function redisConfigs(): Promise<string[]> {
  return await onCluster(async (api) => {
    const { items } = await api.list({ apiVersion: "v1", kind: "ConfigMap" }, {
      namespace: "data",
      labelSelector: "app.kubernetes.io/instance in (cache,queue)",
    });
    return items.map(({ data }) => JSON.stringify(data)).sort();
  });
}

Deno.test("the shop goes up on a real control plane, and both Helms see every release deployed", async () => {
  const out = await capstanOk("up", STACK);
  assert.match(out, /\ndone: 14 installed in /);
  for (const [name, helm] of helms()) assert.deepEqual(await states(helm), expected(), name);
});

Deno.test("`helm get manifest` prints what `capstan template` prints, for every release", async () => {
  await assertManifests();
});

Deno.test("a second `up` changes nothing and says so", async () => {
  assert.match(await capstanOk("up", STACK), /\ndone: 14 unchanged; nothing changed in /);
  for (const [name, helm] of helms()) assert.deepEqual(await states(helm), expected(), name);
});

Deno.test("both Helms upgrade what Capstan installed, and `up` brings back what the stack says", async () => {
  const before = await redisConfigs();
  assert.equal(before.length, 2);
  for (const [i, release] of ["cache", "queue"].entries()) {
    const [, helm] = helms()[i]!;
    const chart = `${folder}/charts/redis`;
    const change = ["--reuse-values", "--set", "maxMemory=1gb"];
    await succeed(helm, ["upgrade", release, chart, "-n", "data", ...change]);
  }
  const changed = await redisConfigs();
  for (const config of changed) assert.match(config, /maxmemory 1gb/);

  const out = await capstanOk("up", STACK);
  assert.match(out, /\ndone: (2 upgraded, 12 unchanged|12 unchanged, 2 upgraded) in /);
  assert.deepEqual(await redisConfigs(), before);
  for (const [name, helm] of helms()) {
    assert.deepEqual(await states(helm), expected({ cache: 3, queue: 3 }), name);
  }
  await assertManifests();
  assert.match(await capstanOk("up", STACK), /\ndone: 14 unchanged; nothing changed in /);
});

Deno.test("`down` leaves nothing behind", async () => {
  assert.match(await capstanOk("down", STACK), /\ndone: 14 uninstalled in /);
  for (const [name, helm] of helms()) assert.deepEqual(await listed(helm), [], name);
  for (const namespace of namespaces) {
    for (const [apiVersion, kind] of KINDS) {
      const { items } = await onCluster((api) => api.list({ apiVersion, kind }, { namespace }));
      const left = items.map(({ metadata }) => metadata.name);
      assert.deepEqual(
        left.filter((name) => !EVERYWHERE.includes(name)),
        [],
        `${namespace} ${kind}`,
      );
    }
  }
});

import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { type Cluster, type Json, PATHS, withCluster, workload } from "./harness.ts";

const { configMaps, deployments, replicaSets, pods } = PATHS;

/** A ConfigMap that belongs to others. */
function owned(name: string, owners: readonly Json[], rest: object = {}) {
  const ownerReferences = owners.map(({ metadata }) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    name: metadata.name,
    uid: metadata.uid,
    blockOwnerDeletion: true,
  }));
  return { metadata: { name, ownerReferences, ...rest } };
}

async function names({ get }: Cluster, path: string): Promise<string[]> {
  const { items } = await get(path);
  return items.map(({ metadata }: Json) => metadata.name)
    .filter((name: string) => name !== "kube-root-ca.crt");
}

Deno.test("collectGarbage() removes what nobody owns any more", () =>
  withCluster({}, async (cluster) => {
    const { create, remove } = cluster;
    const a = await create(configMaps, { metadata: { name: "a" } });
    const b = await create(configMaps, { metadata: { name: "b" } });
    const child = await create(configMaps, owned("child", [a, b]));
    await create(configMaps, owned("grandchild", [child]));
    await remove(`${configMaps}/a`);
    deepStrictEqual(await names(cluster, configMaps), ["b", "child", "grandchild"]);
    const { metadata } = await cluster.get(`${configMaps}/child`);
    deepStrictEqual(metadata.ownerReferences.map(({ name }: Json) => name), ["b"]);
    await remove(`${configMaps}/b`);
    deepStrictEqual(await names(cluster, configMaps), []);
  }));

Deno.test("collectGarbage() removes what names an owner that never was", () =>
  withCluster({}, async (cluster) => {
    const nobody = { metadata: { name: "x", uid: "00000000-0000-4000-8000-000000000000" } };
    const { code } = await cluster.create(configMaps, owned("child", [nobody]));
    strictEqual(code, 201);
    deepStrictEqual(await names(cluster, configMaps), []);
  }));

Deno.test("collectGarbage() lets a foreground deletion wait for dependents", () =>
  withCluster({}, async (cluster) => {
    const { create, remove, ask, get } = cluster;
    const owner = await create(configMaps, { metadata: { name: "owner" } });
    await create(configMaps, owned("child", [owner], { finalizers: ["test/hold"] }));
    const marked = await remove(`${configMaps}/owner?propagationPolicy=Foreground`);
    deepStrictEqual(marked.metadata.finalizers, ["foregroundDeletion"]);
    strictEqual((await get(`${configMaps}/child`)).metadata.deletionTimestamp !== undefined, true);
    deepStrictEqual(await names(cluster, configMaps), ["child", "owner"]);
    const release = { metadata: { finalizers: null } };
    await ask("PATCH", `${configMaps}/child`, release, "application/merge-patch+json");
    deepStrictEqual(await names(cluster, configMaps), []);
  }));

Deno.test("collectGarbage() leaves orphans behind when asked to", () =>
  withCluster({}, async (cluster) => {
    await cluster.create(deployments, workload("Deployment", "web"));
    await cluster.remove(`${deployments}/web?propagationPolicy=Orphan`);
    deepStrictEqual(await names(cluster, deployments), []);
    const { items: [set] } = await cluster.get(replicaSets);
    strictEqual(set.metadata.ownerReferences, undefined);
    strictEqual((await names(cluster, pods)).length, 1);
  }));

Deno.test("Objects.remove() keeps the pods of a Job unless told otherwise, and warns", () =>
  withCluster({}, async (cluster) => {
    await cluster.create(PATHS.jobs, workload("Job", "a"));
    const response = await fetch(`${cluster.url}${PATHS.jobs}/a`, { method: "DELETE" });
    await response.body?.cancel();
    strictEqual(
      response.headers.get("warning"),
      '299 - "child pods are preserved by default when jobs are deleted; set ' +
        "propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress " +
        'this warning"',
    );
    strictEqual((await names(cluster, pods)).length, 1);
    await cluster.create(PATHS.jobs, workload("Job", "b"));
    await cluster.remove(`${PATHS.jobs}/b?propagationPolicy=Background`);
    strictEqual((await names(cluster, pods)).length, 1);
  }));

Deno.test("routes delete collections by selector", () =>
  withCluster({}, async (cluster) => {
    for (const [name, keep] of [["a", "no"], ["b", "yes"], ["c", "no"]]) {
      await cluster.create(configMaps, { metadata: { name, labels: { keep } } });
    }
    const { items } = await cluster.remove(`${configMaps}?labelSelector=keep%3Dno`);
    strictEqual(items.length, 2);
    deepStrictEqual(await names(cluster, configMaps), ["b"]);
  }));

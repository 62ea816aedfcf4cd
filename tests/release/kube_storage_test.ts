import assert from "node:assert/strict";
import { createApiServer } from "../../lib/apiserver/server.ts";
import { CapstanError } from "../../lib/errors.ts";
import { createKubeClient } from "../../lib/kube/client.ts";
import type { KubeApi } from "../../lib/kube/types.ts";
import { configMapStorage, secretStorage } from "../../lib/release/kube_storage.ts";
import type { Storage } from "../../lib/release/storage.ts";
import { buildHook, buildRelease } from "./builders.ts";

interface Bench {
  readonly api: KubeApi;
  readonly secrets: Storage;
  readonly configMaps: Storage;
  /** Paths of the requests so far. */
  readonly paths: () => string[];
}

async function onCluster(use: (bench: Bench) => Promise<void>): Promise<void> {
  const server = createApiServer();
  const served = server.serve();
  const api = createKubeClient({ server: served.url, namespace: "default" });
  const now = () => 1_700_000_000_999;
  try {
    for (const name of ["shop", "data"]) {
      await api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    }
    await use({
      api,
      secrets: secretStorage(api, { now }),
      configMaps: configMapStorage(api, { now }),
      paths: () => server.requests.map(({ method, path }) => `${method} ${path}`),
    });
  } finally {
    api.close();
    await served.close();
  }
}

const KEY = { namespace: "shop", name: "web", revision: 1 };

Deno.test("secretStorage() keeps a release as Helm does", async () => {
  await onCluster(async ({ api, secrets }) => {
    const release = buildRelease({ hooks: [buildHook()], labels: { team: "a" }, digest: "d1" });
    await secrets.create(release);
    const secret = await api.get({
      apiVersion: "v1",
      kind: "Secret",
      namespace: "shop",
      name: "sh.helm.release.v1.web.v1",
    });
    assert.equal(secret!["type"], "helm.sh/release.v1");
    assert.deepEqual(Object.keys(secret!["data"] as object), ["release"]);
    assert.deepEqual(secret!.metadata.labels, {
      createdAt: "1700000000",
      name: "web",
      owner: "helm",
      status: "deployed",
      team: "a",
      version: "1",
    });
    const read = await secrets.get(KEY);
    assert.deepEqual(JSON.parse(JSON.stringify(read)), JSON.parse(JSON.stringify(release)));
  });
});

Deno.test("configMapStorage() keeps the same text in a ConfigMap", async () => {
  await onCluster(async ({ api, secrets, configMaps }) => {
    const release = buildRelease();
    await secrets.create(release);
    await configMaps.create(release);
    const name = "sh.helm.release.v1.web.v1";
    const text = async (kind: string) => {
      const object = await api.get({ apiVersion: "v1", kind, namespace: "shop", name });
      return (object!["data"] as { release: string }).release;
    };
    assert.equal(atob(await text("Secret")), await text("ConfigMap"));
    assert.equal((await configMaps.get(KEY))!.manifest, release.manifest);
    assert.equal((await configMaps.list()).length, 1);
  });
});

Deno.test("secretStorage() lists from metadata, oldest revision first", async () => {
  await onCluster(async ({ secrets, paths }) => {
    for (const revision of [10, 9, 2]) await secrets.create(buildRelease({ revision }));
    await secrets.create(buildRelease({ namespace: "data", labels: { team: "a" } }));
    await secrets.create(buildRelease({ name: "api" }));
    const before = paths().length;
    const history = await secrets.history({ namespace: "shop", name: "web" });
    assert.deepEqual(history.map(({ revision }) => revision), [2, 9, 10]);
    assert.equal((await secrets.list()).length, 5);
    assert.equal((await secrets.list({ namespace: "shop" })).length, 4);
    assert.deepEqual(
      (await secrets.list({ selector: "team=a" })).map(({ namespace }) => namespace),
      ["data"],
    );
    assert.deepEqual(await secrets.history({ namespace: "shop", name: "nope" }), []);
    assert.equal(paths().length - before, 5, "one request each");
  });
});

Deno.test("secretStorage() replaces, and drops the digest that is no longer given", async () => {
  await onCluster(async ({ secrets, api }) => {
    await secrets.create(buildRelease({ digest: "d1" }));
    await secrets.update(buildRelease({ info: { status: "superseded" } }));
    const [entry] = await secrets.history({ namespace: "shop", name: "web" });
    assert.deepEqual([entry!.status, entry!.digest], ["superseded", undefined]);
    const secret = await api.get({
      apiVersion: "v1",
      kind: "Secret",
      namespace: "shop",
      name: "sh.helm.release.v1.web.v1",
    });
    assert.equal(secret!.metadata.labels!["modifiedAt"], "1700000000");
  });
});

Deno.test("secretStorage() tells who lost a race, and what is not there", async () => {
  await onCluster(async ({ secrets }) => {
    await secrets.create(buildRelease());
    await assert.rejects(
      secrets.create(buildRelease()),
      (error) =>
        error instanceof CapstanError && error.code === "release/exists" &&
        error.message === "release: already exists",
    );
    assert.equal(await secrets.get({ ...KEY, revision: 2 }), undefined);
    assert.equal(await secrets.delete({ ...KEY, revision: 2 }), false);
    assert.equal(await secrets.delete(KEY), true);
    assert.equal(await secrets.get(KEY), undefined);
  });
});

Deno.test("secretStorage() refuses what is too large before it sends anything", async () => {
  await onCluster(async ({ secrets, paths }) => {
    const noise = crypto.getRandomValues(new Uint8Array(60_000));
    const manifest = Array.from({ length: 16 }, () => {
      crypto.getRandomValues(noise);
      return noise.toHex();
    }).join("\n");
    const before = paths().length;
    await assert.rejects(
      secrets.check(buildRelease({ manifest })),
      /the cluster keeps at most 1048576/,
    );
    await assert.rejects(secrets.create(buildRelease({ manifest })), /sh.helm.release.v1.web.v1/);
    assert.equal(paths().length, before);
    await secrets.check(buildRelease());
  });
});

Deno.test("a name that no release can have does not spoil the question of others", async () => {
  await onCluster(async ({ secrets, paths }) => {
    await secrets.create(buildRelease());
    const before = paths().length;
    const [web, odd] = await Promise.allSettled([
      secrets.history({ namespace: "shop", name: "web" }),
      secrets.history({ namespace: "shop", name: "a),x" }),
    ]);
    assert.deepEqual(web.status === "fulfilled" && web.value.map(({ revision }) => revision), [1]);
    assert(odd.status === "rejected" || odd.value.length === 0);
    assert.equal(paths().length, before + 2);
  });
});

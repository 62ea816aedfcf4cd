import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ManualClock, PATHS, withCluster } from "./harness.ts";

const { configMaps } = PATHS;
const configMap = (name: string, labels?: Record<string, string>) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, ...(labels && { labels }) },
});

Deno.test("Watches tells of every change after a version", () =>
  withCluster({}, async ({ create, apply, remove, watch }) => {
    const first = await create(configMaps, configMap("a"));
    const { resourceVersion } = first.metadata;
    await create(configMaps, configMap("b"));
    const events = await watch(`${configMaps}?watch=1&resourceVersion=${resourceVersion}`);
    await apply(`${configMaps}/a`, { ...configMap("a"), data: { x: "1" } });
    await remove(`${configMaps}/b`);
    deepStrictEqual(await events.take(3), ["ADDED b", "MODIFIED a", "DELETED b"]);
  }));

Deno.test("Watches begins with what there is when no version is given", () =>
  withCluster({}, async ({ create, watch }) => {
    await create(configMaps, configMap("a"));
    const events = await watch(`${configMaps}?watch=true&allowWatchBookmarks=true`);
    deepStrictEqual(await events.take(2), ["ADDED a", "ADDED kube-root-ca.crt"]);
    const { type, object } = await events.next();
    strictEqual(type, "BOOKMARK");
    strictEqual(object.metadata.annotations["k8s.io/initial-events-end"], "true");
  }));

Deno.test("Watches sees objects come and go through its selector", () =>
  withCluster({}, async ({ create, ask, watch }) => {
    const events = await watch(`${configMaps}?watch=1&labelSelector=on%3Dyes`);
    const merge = (labels: unknown) =>
      ask("PATCH", `${configMaps}/a`, { metadata: { labels } }, "application/merge-patch+json");
    await create(configMaps, configMap("a"));
    await merge({ on: "yes" });
    await merge({ other: "1" });
    await merge({ on: "no" });
    await create(configMaps, configMap("b", { on: "yes" }));
    deepStrictEqual(await events.take(4), ["ADDED a", "MODIFIED a", "DELETED a", "ADDED b"]);
  }));

Deno.test("Watches keeps namespaces and names apart", () =>
  withCluster({}, async ({ create, watch }) => {
    await create("/api/v1/namespaces", { metadata: { name: "other" } });
    const one = await watch(`${configMaps}?watch=1&fieldSelector=metadata.name%3Da`);
    const all = await watch(
      "/api/v1/configmaps?watch=1&fieldSelector=metadata.name!%3Dkube-root-ca.crt",
    );
    await create("/api/v1/namespaces/other/configmaps", configMap("a"));
    await create(configMaps, configMap("b"));
    await create(configMaps, configMap("a"));
    deepStrictEqual(await all.take(3), ["ADDED a", "ADDED b", "ADDED a"]);
    const { object } = await one.next();
    strictEqual(object.metadata.namespace, "default");
  }));

Deno.test("Watches tells of metadata alone when asked to", () =>
  withCluster({ faults: [{ path: "watch=1", cutAfter: 2 }] }, async ({ url, create, remove }) => {
    const accept = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
    await create(configMaps, { ...configMap("a"), data: { big: "x" } });
    const response = await fetch(
      `${url}${configMaps}?watch=1&fieldSelector=metadata.name%3Da`,
      { headers: { accept } },
    );
    await remove(`${configMaps}/a`);
    const lines = (await response.text()).trim().split("\n").map((line) => JSON.parse(line));
    deepStrictEqual(lines.map(({ object }) => [object.kind, object.data]), [
      ["PartialObjectMetadata", undefined],
      ["PartialObjectMetadata", undefined],
    ]);
  }));

Deno.test("Watches answers 410 in the stream when the version is too old", () =>
  withCluster({}, async ({ server, create, watch }) => {
    await create(configMaps, configMap("a"));
    server.compact();
    const events = await watch(`${configMaps}?watch=1&resourceVersion=1`);
    const { type, object } = await events.next();
    strictEqual(events.status, 200);
    strictEqual(type, "ERROR");
    strictEqual(object.code, 410);
    strictEqual(object.reason, "Expired");
    strictEqual(await events.next(), undefined);
  }));

Deno.test("Store forgets changes beyond its history", () =>
  withCluster({ history: 10 }, async ({ create, watch }) => {
    const { metadata } = await create(configMaps, configMap("first"));
    for (let i = 0; i < 30; i++) await create(configMaps, configMap(`c${i}`));
    const old = await watch(`${configMaps}?watch=1&resourceVersion=${metadata.resourceVersion}`);
    strictEqual((await old.next()).type, "ERROR");
  }));

Deno.test("Watches sends bookmarks while nothing of interest happens", async () => {
  const clock = new ManualClock();
  await withCluster({ clock }, async ({ create, watch }) => {
    const { metadata } = await create(configMaps, configMap("a"));
    const events = await watch(
      `${configMaps}?watch=1&allowWatchBookmarks=true&labelSelector=no%3Dmatch` +
        `&resourceVersion=${metadata.resourceVersion}`,
    );
    const b = await create(configMaps, configMap("b"));
    await clock.move(60_000);
    const { type, object } = await events.next();
    strictEqual(type, "BOOKMARK");
    strictEqual(object.metadata.resourceVersion, b.metadata.resourceVersion);
  });
});

Deno.test("Watches ends a watch after timeoutSeconds", async () => {
  const clock = new ManualClock();
  await withCluster({ clock }, async ({ server, watch }) => {
    const events = await watch(`${PATHS.jobs}?watch=1&timeoutSeconds=30`);
    await clock.move(29_000);
    strictEqual(server.watches, 1);
    await clock.move(1_000);
    strictEqual(await events.next(), undefined);
    strictEqual(server.watches, 0);
  });
});

Deno.test("Watches forgets a watch whose reader has left", () =>
  withCluster({}, async ({ server, create, watch }) => {
    const events = await watch(`${configMaps}?watch=1`);
    await events.next();
    strictEqual(server.watches, 1);
    await events.close();
    for (let i = 0; server.watches > 0 && i < 100; i++) {
      await create(configMaps, configMap(`c${i}`));
    }
    strictEqual(server.watches, 0);
  }));

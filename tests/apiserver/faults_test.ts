import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { ManualClock, PATHS, withCluster } from "./harness.ts";

const { configMaps } = PATHS;
const configMap = (name: string) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name } });

Deno.test("Faults answers with a status and Retry-After instead of doing anything", () =>
  withCluster(
    { faults: [{ method: "POST", path: /configmaps/, status: 429, retryAfter: 3, times: 2 }] },
    async ({ url, create, get }) => {
      const init = { method: "POST", body: JSON.stringify(configMap("a")) };
      const refused = await fetch(url + configMaps, init);
      strictEqual(refused.status, 429);
      strictEqual(refused.headers.get("retry-after"), "3");
      const { reason, details } = await refused.json();
      deepStrictEqual([reason, details], ["TooManyRequests", { retryAfterSeconds: 3 }]);
      strictEqual((await get(`${configMaps}/a`)).code, 404);
      strictEqual((await create(configMaps, configMap("a"))).code, 429);
      strictEqual((await create(configMaps, configMap("a"))).code, 201);
    },
  ));

Deno.test("Faults hits the nth matching request only", () =>
  withCluster({ faults: [{ path: "configmaps/a", nth: [2, 4], status: 503 }] }, async ({ get }) => {
    const codes: number[] = [];
    for (let i = 0; i < 5; i++) codes.push((await get(`${configMaps}/a`)).code);
    deepStrictEqual(codes, [404, 503, 404, 503, 404]);
  }));

Deno.test("Faults breaks a connection, before or after the work is done", () =>
  withCluster({}, async ({ server, url, create, get }) => {
    const post = async (name: string) => {
      const body = JSON.stringify(configMap(name));
      await (await fetch(url + configMaps, { method: "POST", body })).json();
    };
    const take = server.inject({ method: "POST", reset: true });
    await rejects(post("a"));
    strictEqual((await get(`${configMaps}/a`)).code, 404);
    take();
    server.inject({ method: "POST", reset: true, afterwards: true, times: 1 });
    await rejects(post("a"));
    strictEqual((await get(`${configMaps}/a`)).code, 200);
    strictEqual((await create(configMaps, configMap("b"))).code, 201);
  }));

Deno.test("Faults cuts a watch after some events", () =>
  withCluster({ faults: [{ path: /watch=1/, cutAfter: 2, times: 1 }] }, async (cluster) => {
    const events = await cluster.watch(`${configMaps}?watch=1&resourceVersion=1`);
    deepStrictEqual(await events.take(1), ["ADDED kube-root-ca.crt"]);
    await cluster.create(configMaps, configMap("a"));
    await cluster.create(configMaps, configMap("b"));
    deepStrictEqual(await events.take(1), ["ADDED a"]);
    strictEqual(await events.next(), undefined);
    const again = await cluster.watch(`${configMaps}?watch=1`);
    deepStrictEqual(await again.take(3), ["ADDED a", "ADDED b", "ADDED kube-root-ca.crt"]);
  }));

Deno.test("Faults delays an answer on the cluster's clock", async () => {
  const clock = new ManualClock();
  await withCluster({ clock, faults: [{ path: "configmaps/a", delay: 500 }] }, async ({ get }) => {
    let answered = false;
    const answer = get(`${configMaps}/a`).then(({ code }) => {
      answered = true;
      return code;
    });
    await get("/version");
    while (clock.pending === 0) await get("/version");
    strictEqual(answered, false);
    await clock.move(500);
    strictEqual(await answer, 404);
  });
});

Deno.test("createApiServer() keeps a record of requests", () =>
  withCluster({ faults: [{ path: "livez", reset: true }] }, async ({ server, url, get }) => {
    await get("/version");
    await get(`${configMaps}/a`);
    await rejects(async () => await (await fetch(`${url}/livez`)).text());
    deepStrictEqual(server.requests, [
      { method: "GET", path: "/version", status: 200 },
      { method: "GET", path: `${configMaps}/a`, status: 404 },
      { method: "GET", path: "/livez", status: 0 },
    ]);
  }));

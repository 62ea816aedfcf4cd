import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { load } from "js-yaml";
import { createApiServer } from "../../lib/apiserver/server.ts";
import { type Json, PATHS, withCluster } from "./harness.ts";

Deno.test("listen() writes a kubeconfig that leads to the cluster", async () => {
  const { url, kubeconfig, close } = createApiServer().serve();
  const config = load(kubeconfig()) as Json;
  strictEqual(config.clusters[0].cluster.server, url);
  strictEqual(config["current-context"], config.contexts[0].name);
  match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
  const { gitVersion } = await (await fetch(`${config.clusters[0].cluster.server}/version`)).json();
  strictEqual(gitVersion, "v1.36.3");
  await close();
  await close();
  await rejects(fetch(url));
});

Deno.test("listen() stops when its signal is aborted, also with a watch open", async () => {
  const controller = new AbortController();
  const server = createApiServer();
  const { url, close } = server.serve({ signal: controller.signal });
  const response = await fetch(`${url}/api/v1/pods?watch=1`);
  controller.abort();
  strictEqual(await response.text(), "");
  await close();
  strictEqual(server.watches, 0);
});

Deno.test("createApiServer() answers without listening too", async () => {
  const server = createApiServer({ random: () => 0.5, nodes: 2 });
  const ask = async (path: string) =>
    await (await server.handle(new Request(`http://cluster${path}`))).json();
  deepStrictEqual(
    (await ask("/api/v1/nodes")).items.map(({ metadata }: Json) => metadata.name),
    ["node-0", "node-1"],
  );
  const { metadata } = await ask("/api/v1/namespaces/default");
  strictEqual(metadata.uid, "80000000-8000-4800-a800-800000000000");
  server.close();
});

Deno.test("list() pages through a collection", () =>
  withCluster({}, async ({ create, get }) => {
    for (let i = 0; i < 5; i++) await create(PATHS.configMaps, { metadata: { name: `c${i}` } });
    const seen: string[] = [];
    let token = "";
    for (let page = 0; page < 3; page++) {
      const path = `${PATHS.configMaps}?limit=2&continue=${encodeURIComponent(token)}`;
      const { items, metadata } = await get(path);
      seen.push(...items.map((item: Json) => item.metadata.name));
      strictEqual(metadata.remainingItemCount, page < 2 ? 4 - 2 * page : undefined);
      token = metadata.continue ?? "";
    }
    deepStrictEqual(seen, ["c0", "c1", "c2", "c3", "c4", "kube-root-ca.crt"]);
  }));

Deno.test("Store finds a label among thousands of objects without looking at all of them", () =>
  withCluster({}, async ({ server, get }) => {
    const url = `http://cluster${PATHS.configMaps}`;
    for (let i = 0; i < 2_000; i++) {
      const metadata = { name: `c${i}`, labels: { name: `c${i}`, owner: "helm" } };
      const body = JSON.stringify({ metadata });
      await server.handle(new Request(url, { method: "POST", body }));
    }
    const select = async (selector: string) => {
      const path = `${PATHS.configMaps}?labelSelector=${encodeURIComponent(selector)}`;
      return (await get(path)).items.map(({ metadata }: Json) => metadata.name);
    };
    deepStrictEqual(await select("name=c7,owner=helm"), ["c7"]);
    const init = { method: "DELETE" };
    await server.handle(new Request(`${url}/c7`, init));
    const body = JSON.stringify({ metadata: { name: "new", labels: { name: "c7" } } });
    await server.handle(new Request(url, { method: "POST", body }));
    deepStrictEqual(await select("name=c7"), ["new"]);
    deepStrictEqual(await select("name=none"), []);
    strictEqual((await select("owner=helm")).length, 1_999);
  }));

Deno.test("routes refuse what is not there and not allowed", () =>
  withCluster({}, async ({ url, ask }) => {
    const rows: [method: string, path: string, code: number, message: string | RegExp][] = [
      ["PATCH", PATHS.configMaps, 405, /does not allow this method/],
      ["POST", `${PATHS.configMaps}/a`, 405, /does not allow this method/],
      ["GET", "/api/v1/namespaces/default/nodes", 404, /could not find the requested resource/],
      ["GET", `${PATHS.configMaps}/a/status`, 404, /could not find the requested resource/],
      ["GET", `${PATHS.pods}/a/exec`, 404, /could not find the requested resource/],
      ["GET", `${PATHS.configMaps}?watch=1&resourceVersion=x`, 500, /invalid syntax/],
      ["GET", `${PATHS.configMaps}?resourceVersion=999999`, 504, /Too large resource version/],
      ["GET", `${PATHS.configMaps}?continue=x`, 400, /invalid continue token/],
    ];
    for (const [method, path, code, message] of rows) {
      const answer = await ask(method, path);
      strictEqual(answer.code, code, `${method} ${path}`);
      match(answer.message, message as RegExp);
    }
    const missing = await fetch(`${url}/apis/none.example.com/v1/things`);
    deepStrictEqual([missing.status, await missing.text()], [404, "404 page not found\n"]);
  }));

Deno.test("parseBody() takes YAML, as kubectl does", () =>
  withCluster({}, async ({ url, get }) => {
    const send = async (body: string) => {
      const headers = { "content-type": "application/apply-patch+yaml" };
      const path = `${url}${PATHS.configMaps}/a?fieldManager=x`;
      return await (await fetch(path, { method: "PATCH", headers, body })).json();
    };
    await send("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  on: 'yes'\n");
    deepStrictEqual((await get(`${PATHS.configMaps}/a`)).data, { true: "yes" });
    const bad = await send("a: [");
    strictEqual(bad.code, 400);
    match(bad.message, /^error converting YAML to JSON: yaml: line \d+: /);
  }));

Deno.test("routes let everybody do everything", () =>
  withCluster({}, async ({ create }) => {
    const review = await create("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
      spec: { resourceAttributes: { verb: "create", resource: "pods" } },
    });
    ok(review.status.allowed);
    strictEqual(review.kind, "SelfSubjectAccessReview");
  }));

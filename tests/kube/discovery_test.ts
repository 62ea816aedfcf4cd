import { deepEqual, equal, rejects } from "node:assert/strict";
import { Discovery } from "../../lib/kube/discovery.ts";
import { ApiError } from "../../lib/kube/errors.ts";
import type { Answer, ApiRequest } from "../../lib/kube/transport.ts";

const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

function aggregated(kinds: readonly string[]) {
  return {
    "/api": {
      items: [{
        versions: [{
          version: "v1",
          resources: [{
            resource: "pods",
            responseKind: { group: "", version: "", kind: "Pod" },
            scope: "Namespaced",
            verbs: ["get"],
            subresources: [
              {
                subresource: "eviction",
                responseKind: { group: "policy", version: "v1", kind: "Eviction" },
              },
              { subresource: "log", responseKind: null },
            ],
          }],
        }],
      }],
    },
    "/apis": {
      items: [{
        metadata: { name: "example.com" },
        versions: [
          { version: "v2", resources: kinds.map((kind) => crd(kind)) },
          { version: "v1", freshness: "Stale" },
        ],
      }],
    },
  };
}

function crd(kind: string) {
  return {
    resource: `${kind.toLowerCase()}s`,
    responseKind: { kind },
    scope: "Cluster",
    verbs: ["list"],
  };
}

/** Answers from `state`, counting requests; answers 304 to a tag it gave for the same content. */
function server(state: { kinds: readonly string[] }) {
  const requests: string[] = [];
  function send({ path, headers }: ApiRequest): Promise<Answer> {
    const tag = headers?.["if-none-match"];
    requests.push(tag === undefined ? path : `${path} ${tag}`);
    const etag = path === "/api" ? "core" : state.kinds.join();
    if (tag === etag) return Promise.resolve({ status: 304, headers: new Headers(), body: "" });
    const body = JSON.stringify(aggregated(state.kinds)[path as "/api"]);
    return Promise.resolve({
      status: 200,
      headers: new Headers({ "content-type": AGGREGATED, etag }),
      body,
    });
  }
  return { requests, send };
}

Deno.test("Discovery reads the aggregated form in two requests, shared by all who ask", async () => {
  const { requests, send } = server({ kinds: ["Foo"] });
  const discovery = new Discovery(send);
  const [served] = await Promise.all([
    discovery.served(),
    discovery.served(),
    discovery.resourceFor("v1", "Pod"),
  ]);
  deepEqual(requests, ["/api", "/apis"]);
  deepEqual(served.apiVersions, [
    "v1",
    "v1/Pod",
    "v1/Eviction",
    "example.com/v2",
    "example.com/v2/Foo",
    "example.com/v1",
  ]);
  deepEqual(served.resources, [
    { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true, verbs: ["get"] },
    {
      group: "example.com",
      version: "v2",
      kind: "Foo",
      plural: "foos",
      namespaced: false,
      verbs: ["list"],
    },
  ]);
  equal((await discovery.resourceFor("example.com/v2", "Foo"))?.plural, "foos");
  equal(requests.length, 2);
});

Deno.test("Discovery looks again for a kind it does not know, once for all who miss it", async () => {
  const state = { kinds: ["Foo"] };
  const { requests, send } = server(state);
  const discovery = new Discovery(send);
  await discovery.served();
  state.kinds = ["Foo", "Bar"];
  const found = await Promise.all(
    [1, 2, 3].map(() => discovery.resourceFor("example.com/v2", "Bar")),
  );
  deepEqual(found.map((one) => one?.plural), ["bars", "bars", "bars"]);
  deepEqual(requests.slice(2), ["/api core", "/apis Foo"]);
  equal(await discovery.resourceFor("example.com/v2", "Baz"), undefined);
  deepEqual(requests.slice(4), ["/api core", "/apis Foo,Bar"]);
});

const DEFINITION = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "bars.example.com" },
  spec: {
    group: "example.com",
    scope: "Cluster",
    names: { kind: "Bar", plural: "bars" },
    versions: [{ name: "v2", served: true }, { name: "v1", served: false }],
  },
};

Deno.test("Discovery waits for a kind whose definition was written until the server lists it", async () => {
  const state = { kinds: ["Foo"] };
  const { requests, send } = server(state);
  const discovery = new Discovery(send, { pause: 5, limit: 10_000 });
  discovery.promised.written(DEFINITION);
  const found = [1, 2].map(() => discovery.resourceFor("example.com/v2", "Bar"));
  while (requests.length < 8) await new Promise((resolve) => setTimeout(resolve, 1));
  state.kinds = ["Foo", "Bar"];
  deepEqual((await Promise.all(found)).map((one) => one?.plural), ["bars", "bars"]);
  const before = requests.length;
  equal(await discovery.resourceFor("example.com/v1", "Bar"), undefined);
  equal(requests.length, before + 2);
});

Deno.test("Discovery waits no longer for a kind that does not come, or whose definition is gone", async () => {
  const { requests, send } = server({ kinds: ["Foo"] });
  const discovery = new Discovery(send, { pause: 1, limit: 3 });
  discovery.promised.written(DEFINITION);
  equal(await discovery.resourceFor("example.com/v2", "Bar"), undefined);
  equal(requests.length, 10);
  equal(await discovery.resourceFor("example.com/v2", "Bar"), undefined);
  equal(requests.length, 12);
  discovery.promised.written(DEFINITION);
  discovery.promised.deleted({ ...DEFINITION, name: "bars.example.com" });
  equal(await discovery.resourceFor("example.com/v2", "Bar"), undefined);
  equal(requests.length, 14);
});

Deno.test("Discovery that waits for a kind is given up by the signal", async () => {
  const { send } = server({ kinds: ["Foo"] });
  const discovery = new Discovery(send, { pause: 1, limit: 10_000 });
  discovery.promised.written(DEFINITION);
  const signal = AbortSignal.timeout(10);
  await rejects(discovery.resourceFor("example.com/v2", "Bar", signal), { name: "TimeoutError" });
});

Deno.test("Discovery.forget() makes the next question a new one", async () => {
  const state = { kinds: ["Foo"] };
  const { requests, send } = server(state);
  const discovery = new Discovery(send);
  await discovery.served();
  discovery.forget();
  state.kinds = [];
  deepEqual((await discovery.served()).resources.map(({ kind }) => kind), ["Pod"]);
  equal(requests.length, 4);
});

Deno.test("Discovery falls back to one request for each group and version", async () => {
  const lists: Record<string, unknown> = {
    "/api": { versions: ["v1"] },
    "/apis": {
      groups: [
        {
          name: "apps",
          versions: [{ version: "v1beta1" }, { version: "v1" }],
          preferredVersion: { version: "v1" },
        },
        { name: "broken.example.com", versions: [{ version: "v1" }] },
      ],
    },
    "/api/v1": {
      resources: [
        { name: "pods", kind: "Pod", namespaced: true, verbs: ["get"] },
        { name: "pods/eviction", kind: "Eviction", namespaced: true, verbs: ["create"] },
      ],
    },
    "/apis/apps/v1": { resources: [{ name: "deployments", kind: "Deployment", namespaced: true }] },
    "/apis/apps/v1beta1": { resources: [] },
  };
  const discovery = new Discovery(({ path }) => {
    const body = lists[path];
    if (body === undefined) return Promise.reject(new ApiError("down", { status: 503 }));
    const headers = new Headers({ "content-type": "application/json" });
    return Promise.resolve({ status: 200, headers, body: JSON.stringify(body) });
  });
  const served = await discovery.served();
  deepEqual(served.resources.map(({ plural }) => plural), ["pods", "deployments"]);
  deepEqual(served.apiVersions, [
    "v1",
    "v1/Pod",
    "v1/Eviction",
    "apps/v1",
    "apps/v1/Deployment",
    "apps/v1beta1",
    "broken.example.com/v1",
  ]);
});

Deno.test("Discovery that failed is tried again by the next who asks", async () => {
  const { send } = server({ kinds: [] });
  let down = true;
  const discovery = new Discovery((request) =>
    down ? Promise.reject(new ApiError("unreachable")) : send(request)
  );
  await rejects(discovery.served(), { message: "unreachable" });
  down = false;
  equal((await discovery.served()).resources.length, 1);
});

Deno.test("Discovery given up by one is not lost for another", async () => {
  const { send, requests } = server({ kinds: [] });
  const discovery = new Discovery(send);
  const controller = new AbortController();
  const impatient = discovery.served(controller.signal);
  const patient = discovery.served();
  controller.abort(new Error("enough"));
  await rejects(impatient, new Error("enough"));
  equal((await patient).resources.length, 1);
  equal(requests.length, 2);
});

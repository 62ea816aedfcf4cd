import { deepEqual, equal, rejects } from "node:assert/strict";
import { createKubeClient, type KubeClientOptions } from "../../lib/kube/client.ts";
import type { KubeApi, KubeObject } from "../../lib/kube/types.ts";
import { IMPATIENT, status } from "./serve.ts";

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly type: string | null;
  readonly body: unknown;
}

type Answer = (sent: Sent) => Response | Promise<Response>;

const DISCOVERY: Record<string, unknown> = {
  "/api": { versions: ["v1"] },
  "/apis": { groups: [] },
  "/api/v1": {
    resources: [
      { name: "configmaps", kind: "ConfigMap", namespaced: true },
      { name: "nodes", kind: "Node", namespaced: false },
    ],
  },
};

/** Runs `use` with a client whose requests, after discovery, are answered in turn. */
async function answering(
  answers: readonly Answer[],
  use: (api: KubeApi) => Promise<void>,
  options: KubeClientOptions = {},
): Promise<Sent[]> {
  const sent: Sent[] = [];
  const api = createKubeClient({ server: "https://c.test:6443", namespace: "home" }, {
    retry: IMPATIENT,
    ...options,
    fetch: async (url, init) => {
      const path = url.slice("https://c.test:6443".length);
      const known = DISCOVERY[path];
      if (known !== undefined) return Response.json(known);
      const type = new Headers(init.headers).get("content-type");
      const body = typeof init.body === "string" ? JSON.parse(init.body) : undefined;
      const one = { method: init.method!, path, type, body };
      sent.push(one);
      return await (answers[sent.length - 1] ?? (() => Response.json(body ?? {})))(one);
    },
  });
  try {
    await use(api);
    return sent;
  } finally {
    api.close();
  }
}

function config(name: string, data: unknown, metadata = {}): KubeObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, ...metadata },
    data,
  } as KubeObject;
}

const lost: Answer = () => Promise.reject(new TypeError("connection reset"));
const exists: Answer = () =>
  status(409, { reason: "AlreadyExists", message: 'configmaps "a" already exists' });
const conflict: Answer = () =>
  status(409, { reason: "Conflict", message: "the object has been modified" });
const missing: Answer = () => status(404, { reason: "NotFound" });
function found(object: KubeObject): Answer {
  return () =>
    Response.json({ ...object, metadata: { ...object.metadata, uid: "u", resourceVersion: "9" } });
}

Deno.test("what the client sends, and where", async () => {
  const ref = { apiVersion: "v1", kind: "ConfigMap", name: "a", namespace: "shop" };
  const rows: [(api: KubeApi) => Promise<unknown>, string, string | null][] = [
    [
      (api) => api.get({ ...ref, namespace: undefined }),
      "GET /api/v1/namespaces/home/configmaps/a",
      null,
    ],
    [
      (api) => api.get({ apiVersion: "v1", kind: "Node", name: "n", namespace: "shop" }),
      "GET /api/v1/nodes/n",
      null,
    ],
    [
      (api) => api.create(config("a", {})),
      "POST /api/v1/namespaces/home/configmaps?fieldManager=helm",
      "application/json",
    ],
    [
      (api) => api.replace(config("a", {}), { dryRun: true }),
      "PUT /api/v1/namespaces/home/configmaps/a?fieldManager=helm&dryRun=All",
      "application/json",
    ],
    [
      (api) =>
        api.apply(config("a", {}, { namespace: "shop" }), {
          force: true,
          strict: true,
          fieldManager: "me",
        }),
      "PATCH /api/v1/namespaces/shop/configmaps/a?fieldManager=me&fieldValidation=Strict&force=true",
      "application/apply-patch+yaml",
    ],
    [
      (api) => api.patch(ref, "application/merge-patch+json", {}),
      "PATCH /api/v1/namespaces/shop/configmaps/a?fieldManager=helm",
      "application/merge-patch+json",
    ],
    [(api) => api.delete(ref), "DELETE /api/v1/namespaces/shop/configmaps/a", "application/json"],
    [
      (api) => api.logs({ namespace: "shop", pod: "p", container: "c" }, { tail: 5 }),
      "GET /api/v1/namespaces/shop/pods/p/log?container=c&tailLines=5",
      null,
    ],
    [(api) => api.version(), "GET /version", null],
  ];
  for (const [ask, request, type] of rows) {
    const [sent] = await answering([], async (api) => void await ask(api));
    equal(`${sent?.method} ${sent?.path}`, request);
    equal(sent?.type, type, request);
  }
});

Deno.test("delete() says how, and of which object", async () => {
  const ref = { apiVersion: "v1", kind: "ConfigMap", name: "a" };
  const sent = await answering([], async (api) => {
    await api.delete(ref);
    await api.delete(ref, { propagation: "Orphan", uid: "u" });
  });
  const base = { apiVersion: "v1", kind: "DeleteOptions" };
  deepEqual(sent.map(({ body }) => body), [
    { ...base, propagationPolicy: "Background" },
    { ...base, propagationPolicy: "Orphan", preconditions: { uid: "u" } },
  ]);
});

Deno.test("list() goes through all pages", async () => {
  const names = await Array.fromAsync({ length: 3 }, (_, index) => `c${index}`);
  const pages = names.map((name, index): Answer => () =>
    Response.json({
      metadata: { resourceVersion: "7", ...(index < 2 ? { continue: `after ${name}` } : {}) },
      items: [{ metadata: { name } }],
    })
  );
  const sent = await answering(pages, async (api) => {
    const kind = { apiVersion: "v1", kind: "ConfigMap" };
    const { items, resourceVersion } = await api.list(kind, {
      namespace: "shop",
      labelSelector: "a=b",
    });
    deepEqual(
      items.map((item) => `${item.apiVersion} ${item.kind} ${item.metadata.name}`),
      names.map((name) => `v1 ConfigMap ${name}`),
    );
    equal(resourceVersion, "7");
  });
  const path = "/api/v1/namespaces/shop/configmaps?labelSelector=a%3Db&limit=500";
  deepEqual(sent.map((one) => one.path), [
    path,
    `${path}&continue=after%20c0`,
    `${path}&continue=after%20c1`,
  ]);
});

Deno.test("create() whose answer was lost finds that it was done", async () => {
  const wanted = config("a", { x: "1" });
  const sent = await answering([lost, exists, found(wanted)], async (api) => {
    equal((await api.create(wanted)).metadata.uid, "u");
  });
  deepEqual(sent.map(({ method }) => method), ["POST", "POST", "GET"]);
});

Deno.test("create() whose answer was lost does not take another's object for its own", async () => {
  await answering([lost, exists, found(config("a", { x: "2" }))], async (api) => {
    await rejects(api.create(config("a", { x: "1" })), {
      message: 'configmaps "a" already exists',
    });
  });
  await answering([lost, exists, missing], async (api) => {
    await rejects(api.create(config("a", { x: "1" })), { reason: "AlreadyExists" });
  });
});

Deno.test("create() that is refused at once is refused, whatever is there", async () => {
  const sent = await answering([exists], async (api) => {
    await rejects(api.create(config("a", {})), { reason: "AlreadyExists" });
  });
  equal(sent.length, 1);
});

Deno.test("create() after 429 was not done before, so the object is another's", async () => {
  const sent = await answering([() => status(429), exists], async (api) => {
    await rejects(api.create(config("a", {})), { reason: "AlreadyExists" });
  });
  deepEqual(sent.map(({ method }) => method), ["POST", "POST"]);
});

Deno.test("create() of a name that the server picks is not repeated when its outcome is unknown", async () => {
  const sent = await answering([lost], async (api) => {
    await rejects(api.create(config("", {}, { generateName: "a-" })), { reason: "ConnectionLost" });
  });
  equal(sent.length, 1);
});

Deno.test("replace() whose answer was lost finds that it was done", async () => {
  const wanted = config("a", { x: "1" }, { resourceVersion: "8" });
  await answering([lost, conflict, found(wanted)], async (api) => {
    equal((await api.replace(wanted)).metadata.resourceVersion, "9");
  });
});

Deno.test("delete() whose answer was lost counts as done when nothing is there", async () => {
  const ref = { apiVersion: "v1", kind: "ConfigMap", name: "a" };
  await answering([lost, missing], async (api) => equal(await api.delete(ref), true));
  await answering([missing], async (api) => equal(await api.delete(ref), false));
});

Deno.test("a JSON patch is not repeated when its outcome is unknown", async () => {
  const ref = { apiVersion: "v1", kind: "ConfigMap", name: "a" };
  const sent = await answering([lost], async (api) => {
    await rejects(api.patch(ref, "application/json-patch+json", []), { reason: "ConnectionLost" });
  });
  equal(sent.length, 1);
});

Deno.test("server is host and port", async () => {
  await answering([], (api) => Promise.resolve(equal(api.server, "c.test:6443")));
});

/** One run on several clusters. */
import assert from "node:assert/strict";
import { createApiServer } from "../../lib/apiserver/server.ts";
import type { ApiServer } from "../../lib/apiserver/server.ts";
import { createKubeClient } from "../../lib/kube/client.ts";
import { secretStorage } from "../../lib/release/kube_storage.ts";
import { kubeContext, release } from "../../lib/stack/stack.ts";
import type { ReleaseOptions } from "../../lib/stack/types.ts";
import { chartFiles, CONFIG, hookJob, rehearse } from "../harness.ts";

const CHART = chartFiles("web", {
  "config.yaml": CONFIG + hookJob("pre", "pre-install", { delay: "40ms" }),
});

function web(options: Partial<ReleaseOptions> = {}) {
  return release("web", { chart: "./web", namespace: "shop", createNamespace: true, ...options });
}

/** Requests of a cluster's log whose path has this in it. */
function asked(server: ApiServer, part: string): string[] {
  return server.requests.filter(({ path }) => path.includes(part)).map(({ method, path }) =>
    `${method} ${path}`
  );
}

/** Runs `use` with a second cluster beside a rehearsal, and what connects to each by its name. */
async function withSecond(
  use: (second: {
    server: ApiServer;
    url: string;
    api: ReturnType<typeof createKubeClient>;
    connectTo: (url: string) => ReturnType<typeof clusterAt>;
  }) => Promise<void>,
): Promise<void> {
  const server = createApiServer();
  const served = server.serve();
  const api = createKubeClient({ server: served.url, namespace: "default" });
  try {
    await use({ server, api, url: served.url, connectTo: clusterAt });
  } finally {
    api.close();
    await served.close();
  }
}

function clusterAt(url: string) {
  const api = createKubeClient({ server: url, namespace: "default" });
  return Promise.resolve({ api, storage: secretStorage(api) });
}

Deno.test("one release name on two clusters: each has its own record, connection and lock", async () => {
  await rehearse(CHART, async ({ run, url, server, api }) => {
    await withSecond(async (second) => {
      const connected: (string | undefined)[] = [];
      const connect = (name: string | undefined) => {
        connected.push(name);
        return clusterAt(name === "eu" ? second.url : url);
      };
      const here = web({ values: { text: "here" } });
      const there = web({ cluster: kubeContext("eu"), values: { text: "there" } });
      const more = release("more", { chart: "./web", cluster: kubeContext("eu"), needs: [here] });
      const stack = { releases: [here, there, more] };
      const { ok, ended } = await run(stack, { connect, lock: {} });
      assert(ok, JSON.stringify(ended));
      assert.deepEqual(connected, [undefined, "eu"]);
      for (const each of [server, second.server]) {
        // What is served was asked for once, as was the lock.
        const discovery = each.requests.filter(({ path }) => /^\/apis?$/.test(path));
        assert.equal(discovery.length, 2);
        assert.equal(asked(each, "/leases").filter((line) => line.startsWith("POST")).length, 1);
      }
      assert.deepEqual(Object.keys(ended).toSorted(), ["eu/shop/web", "more", "shop/web"]);
      for (const [where, text] of [[api, "here"], [second.api, "there"]] as const) {
        const ref = { apiVersion: "v1", kind: "ConfigMap", name: "web", namespace: "shop" };
        assert.deepEqual((await where.get(ref))!["data"], { text });
        const key = { name: "web", namespace: "shop" };
        assert.equal((await secretStorage(where).history(key)).length, 1);
        const record = await secretStorage(where).get({ ...key, revision: 1 });
        assert.deepEqual(record?.config, { text });
      }
      const down = await run(stack, { connect, lock: {}, verb: "down" });
      assert(down.ok);
      for (const where of [api, second.api]) {
        assert.deepEqual(
          await secretStorage(where).history({ name: "web", namespace: "shop" }),
          [],
        );
      }
    });
  });
});

Deno.test("a limit of releases per cluster counts each cluster's own", async () => {
  await rehearse(CHART, async ({ run, url }) => {
    await withSecond(async (second) => {
      const connect = (name?: string) => clusterAt(name === "eu" ? second.url : url);
      const many = (cluster?: ReturnType<typeof kubeContext>) =>
        [1, 2, 3].map((i) =>
          release(`r${i}`, { chart: "./web", ...(cluster === undefined ? {} : { cluster }) })
        );
      const releases = [...many(), ...many(kubeContext("eu"))];
      const { ok, events } = await run({ releases, limits: { perCluster: 1 } }, { connect });
      assert(ok);
      const now = { here: 0, eu: 0 }, top = { here: 0, eu: 0, both: 0 };
      for (const event of events) {
        if (!("id" in event) || !event.id?.includes("/hook ")) continue;
        const where = event.id.startsWith("eu/") ? "eu" : "here";
        if (event.type === "step-started") now[where]++;
        if (event.type === "step-finished") now[where]--;
        top[where] = Math.max(top[where], now[where]);
        top.both = Math.max(top.both, now.here + now.eu);
      }
      assert.deepEqual(top, { here: 1, eu: 1, both: 2 });
    });
  });
});

Deno.test("a run that another holds on one of its clusters lets go of the others", async () => {
  await rehearse(CHART, async ({ run, url, api }) => {
    await withSecond(async (second) => {
      const connect = (name?: string) => clusterAt(name === "eu" ? second.url : url);
      const stack = { releases: [web(), web({ cluster: kubeContext("eu") })] };
      const holder = await second.api.create({
        apiVersion: "coordination.k8s.io/v1",
        kind: "Lease",
        metadata: { name: "capstan-stack-test", namespace: "default" },
        spec: {
          holderIdentity: "somebody",
          leaseDurationSeconds: 60,
          renewTime: new Date().toISOString().replace("Z", "000Z"),
        },
      });
      await assert.rejects(
        run(stack, { connect, lock: {} }),
        new RegExp(`stack test on ${second.url.replace("http://", "")} is locked by somebody`),
      );
      const { apiVersion, kind } = holder;
      const left = await api.get({ apiVersion, kind, name: "capstan-stack-test" });
      assert.equal(
        (left?.["spec"] as { holderIdentity?: string } | undefined)?.holderIdentity,
        undefined,
      );
    });
  });
});

Deno.test("a cluster that fails keeps the others' releases from nothing", async () => {
  await rehearse(CHART, async ({ run, url }) => {
    await withSecond(async (second) => {
      second.server.inject({ path: /\/configmaps/, status: 403 });
      const connect = (name?: string) => clusterAt(name === "eu" ? second.url : url);
      const stack = { releases: [web(), web({ cluster: kubeContext("eu") })] };
      const { ok, ended } = await run(stack, { connect, onFailure: "continue" });
      assert.equal(ok, false);
      assert.equal(ended["shop/web"], "installed");
      assert.match(ended["eu/shop/web"]!, /^failed: /);
    });
  });
});

Deno.test("two contexts of one cluster are one cluster to its lock", async () => {
  await rehearse(CHART, async ({ run, url, storage }) => {
    const connect = () => clusterAt(url);
    const stack = {
      releases: [web(), release("api", { chart: "./web", cluster: kubeContext("same") })],
    };
    const { ok } = await run(stack, { connect, lock: {} });
    assert(ok);
    assert.equal((await storage.history({ name: "api", namespace: "default" })).length, 1);
  });
});

Deno.test("one release by two contexts of one cluster is refused before anything is done", async () => {
  await rehearse(CHART, async ({ run, url, server }) => {
    const connect = () => clusterAt(url);
    const stack = { releases: [web(), web({ cluster: kubeContext("same") })] };
    await assert.rejects(run(stack, { connect, lock: {} }), {
      code: "stack/duplicate",
      message: `releases shop/web and same/shop/web are the same one on ${
        url.replace("http://", "")
      }`,
    });
    assert.deepEqual(server.requests.filter(({ method }) => method !== "GET"), []);
  });
});

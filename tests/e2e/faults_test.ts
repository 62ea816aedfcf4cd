/**
 * A bad network in front of the real API server: requests are delayed, refused, cut off before or
 * after they were done, and watches end at any moment. The end is the same as without.
 */
import assert from "node:assert/strict";
import { ActionCache } from "../../lib/action/cache.ts";
import { deploy, rollback, uninstall } from "../../lib/action/run.ts";
import type { ActionContext } from "../../lib/action/types.ts";
import { createKubeClient } from "../../lib/kube/client.ts";
import { loadConnection } from "../../lib/kube/config.ts";
import type { KubeApi } from "../../lib/kube/types.ts";
import { secretStorage } from "../../lib/release/kube_storage.ts";
import { seeded } from "../kill/kill.ts";
import { CHARTS } from "../kill/scene.ts";
import { withNamespaces } from "./namespaces.ts";

/** A proxy on loopback that passes requests on to the cluster, badly. Counts what it did. */
async function badProxy(random: () => number) {
  const { server, tls } = await loadConnection();
  const client = Deno.createHttpClient({
    caCerts: [...tls?.caCerts ?? []],
    ...(tls?.cert === undefined ? {} : { cert: tls.cert, key: tls.key! }),
  });
  const harm = { delay: 0, refused: 0, expired: 0, lost: 0, cut: 0, passed: 0 };
  const ending = new AbortController();
  const listener = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      const { pathname, search } = new URL(request.url);
      const watch = search.includes("watch=true");
      const chance = random();
      if (chance < 0.1) {
        harm.delay++;
        await new Promise((resolve) => setTimeout(resolve, 30 + 100 * random()));
      } else if (chance < 0.2) {
        harm.refused++;
        const status = [429, 500, 503][Math.floor(random() * 3)]!;
        const headers: HeadersInit = status === 429 ? { "retry-after": "0" } : {};
        return new Response(null, { status, headers });
      }
      if (watch && chance > 0.4 && chance < 0.5) {
        // As when the place to go on from is older than what the server remembers.
        harm.expired++;
        const status = { kind: "Status", status: "Failure", reason: "Expired", code: 410 };
        return Response.json(status, { status: 410 });
      }
      const body = request.body === null ? null : await request.bytes();
      const answer = await fetch(`${server}${pathname}${search}`, {
        method: request.method,
        headers: request.headers,
        body,
        client,
        signal: ending.signal,
      });
      if (!watch && chance > 0.95) {
        // The server has done it, and nobody learns of it.
        await answer.body?.cancel();
        harm.lost++;
        return new Response(new ReadableStream({ start: (c) => c.error(new Error("cut")) }));
      }
      if (watch && chance > 0.5) {
        harm.cut++;
        return new Response(cutOff(answer.body!, 1 + Math.floor(random() * 2)), answer);
      }
      harm.passed++;
      return new Response(answer.body, answer);
    },
  );
  return {
    url: `http://127.0.0.1:${listener.addr.port}`,
    harm,
    async close() {
      ending.abort();
      client.close();
      listener.unref();
      // Connections that were broken on purpose keep Deno's server from ever ending by itself.
      await Promise.race([listener.shutdown(), new Promise((resolve) => setTimeout(resolve, 300))]);
    },
  };
}

/** The first few parts of a stream, then nothing more. */
function cutOff(body: ReadableStream<Uint8Array>, parts: number): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let left = parts;
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = left-- > 0 ? await reader.read() : { done: true, value: undefined };
      if (!done) return controller.enqueue(value!);
      await reader.cancel().catch(() => {});
      controller.close();
    },
    cancel: () => reader.cancel().catch(() => {}),
  });
}

/** Installs, upgrades, rolls back and removes, and tells what was there after each. */
async function live(context: ActionContext, straight: KubeApi, namespace: string) {
  const release = { name: "web", namespace, wait: true, timeout: 60_000 };
  const states: unknown[] = [];
  const look = async () => {
    const kinds = [["v1", "ConfigMap"], ["apps/v1", "Deployment"], ["batch/v1", "Job"]];
    const found = await Promise.all(kinds.map(async ([apiVersion, kind]) => {
      const { items } = await straight.list({ apiVersion: apiVersion!, kind: kind! }, {
        namespace,
      });
      return items.filter(({ metadata }) => !metadata.deletionTimestamp).map((item) =>
        `${kind} ${item.metadata.name} ${JSON.stringify(item["data"] ?? {})}`
      ).sort();
    }));
    const history = await secretStorage(straight).history({ name: "web", namespace });
    const leases = { apiVersion: "coordination.k8s.io/v1", kind: "Lease" };
    states.push([
      found,
      history.map(({ revision, status }) => `${revision} ${status}`),
      (await straight.list(leases, { namespace })).items.length,
    ]);
  };
  await deploy({ ...release, chart: CHARTS[1], values: { text: "1" } }, context);
  await look();
  await deploy({ ...release, chart: CHARTS[2], values: { text: "2" } }, context);
  await look();
  await rollback({ ...release, revision: 1 }, context);
  await look();
  await uninstall(release, context);
  await look();
  return states;
}

const TEST = {
  name: "through a proxy that does all that a bad network does, everything ends the same",
  // The proxy's broken connections outlive it; what is tested has a client of its own.
  sanitizeOps: false,
  sanitizeResources: false,
};

Deno.test(TEST, async () => {
  const seed = Date.now() % 1_000_000;
  await withNamespaces(["good", "bad", "worse"], async ([good, bad, worse], straight) => {
    const context = (api: KubeApi) => ({
      api,
      storage: secretStorage(api),
      cache: new ActionCache(),
    });
    const expected = await live(context(straight), straight, good);
    const proxy = await badProxy(seeded(seed));
    const api = createKubeClient({ server: proxy.url, namespace: "default" }, {
      retry: { attempts: 12, base: 20, cap: 500 },
    });
    try {
      for (const namespace of [bad, worse]) {
        const text = JSON.stringify(await live(context(api), straight, namespace));
        assert.equal(
          text,
          JSON.stringify(expected),
          `seed ${seed}, ${JSON.stringify(proxy.harm)}`,
        );
      }
    } finally {
      api.close();
      await proxy.close();
    }
    const { refused, lost, delay } = proxy.harm;
    assert.ok(refused > 5 && lost > 1 && delay > 5, JSON.stringify(proxy.harm));
  });
});

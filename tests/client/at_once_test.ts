/** Operations on one configuration are in flight together: nothing makes one wait for another. */
import assert from "node:assert/strict";
import { createApiServer } from "../../lib/apiserver/server.ts";
import { Chart, Configuration, List } from "../../mod.ts";

/** A cluster that holds requests of a kind back until this many of them are waiting. */
async function onGate(
  { count, holds }: { readonly count: number; readonly holds: (request: Request) => boolean },
  use: (config: Configuration, peak: () => number) => Promise<void>,
): Promise<void> {
  const server = createApiServer();
  const { promise: all, resolve: open } = Promise.withResolvers<void>();
  // Operations that wait for one another never fill the gate.
  const timer = setTimeout(open, 3_000);
  let [waiting, peak] = [0, 0];
  const serving = { hostname: "127.0.0.1", port: 0, onListen() {} };
  try {
    await using front = Deno.serve(serving, async (request) => {
      if (holds(request)) {
        peak = Math.max(peak, ++waiting);
        if (waiting === count) open();
        await all;
        waiting--;
      }
      return await server.handle(request);
    });
    await using config = new Configuration({
      overrides: { server: `http://127.0.0.1:${front.addr.port}` },
      env: () => undefined,
    });
    await use(config, () => peak);
  } finally {
    clearTimeout(timer);
    server.close();
  }
}

Deno.test("reads of one configuration are in flight together", async () => {
  const holds = ({ url }: Request) => /\/namespaces\/n\d\/secrets/.test(url);
  await onGate({ count: 6, holds }, async (config, peak) => {
    const namespaces = Array.from({ length: 6 }, (_, i) => `n${i}`);
    await Promise.all(namespaces.map((namespace) => new List(config).run({ namespace })));
    assert.equal(peak(), 6);
  });
});

Deno.test("installs of one configuration put their objects in place together", async () => {
  const holds = ({ url, method }: Request) =>
    method === "PATCH" && /\/(services|deployments|statefulsets)\//.test(url);
  await onGate({ count: 4, holds }, async (config, peak) => {
    const names = Array.from({ length: 4 }, (_, i) => `cache-${i}`);
    const chart = "examples/shop/charts/redis";
    await Promise.all(names.map((name) => new Chart({ name, chart, config }).install()));
    assert(peak() >= 4, `${peak()} at once`);
  });
});

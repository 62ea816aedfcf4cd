/** What a run costs the API server, beside what no client could do without. */
import assert from "node:assert/strict";
import { release } from "../../lib/stack/stack.ts";
import { chartFiles, CONFIG, rehearse } from "../harness.ts";

const WEB = chartFiles("web", { "config.yaml": CONFIG });
const COUNT = 50;

function fifty(values: Record<string, string> = {}) {
  return {
    releases: Array.from(
      { length: COUNT },
      (_, i) => release(`r${i}`, { chart: "./web", values }),
    ),
    parallelism: 64,
  };
}

Deno.test("fifty releases make the requests that cannot be avoided, and a handful for all of them", async () => {
  await rehearse(WEB, async ({ api, run, server }) => {
    /** How often each record and object was asked for or written; lists are for many at once. */
    async function cost(stack: ReturnType<typeof fifty>, force = false) {
      const before = server.requests.length;
      assert((await run(stack, { force, lock: {} })).ok);
      const made = server.requests.slice(before).map(({ method, path }) => {
        if (/\/secrets\?labelSelector=owner%3Dhelm%2C(name|version)/.test(path)) return "records";
        const [, kind, name] = path.match(/\/(secrets|configmaps)(\/?)/) ?? [];
        if (method === "GET" && kind === "secrets" && name === "/") return "records";
        return method === "GET" && name !== "/" || kind === undefined ? "" : `${method} ${kind}`;
      });
      const { "": forAll = [], records = [], ...rest } = Object.groupBy(made, (what) => what);
      assert(forAll.length <= 7, `${forAll.length} requests for the whole run`);
      // One list for all who ask together: how many do, and who is left alone, is a matter of the moment.
      assert(records.length <= COUNT / 4, `${records.length} requests to read records`);
      return Object.fromEntries(Object.entries(rest).map(([what, all]) => [what, all!.length]));
    }
    // A record that says "pending", the object, the record that says "deployed".
    assert.deepEqual(await cost(fifty()), {
      "POST secrets": COUNT,
      "PATCH configmaps": COUNT,
      "PUT secrets": COUNT,
    });
    assert.deepEqual(await cost(fifty()), {});
    // Marks what it starts from as superseded; what stands as it would be applied is not applied again.
    assert.deepEqual(await cost(fifty(), true), {
      "POST secrets": COUNT,
      "PUT secrets": 2 * COUNT,
    });
    // What somebody has taken away is put back all the same, and what the chart says anew is applied.
    const changed = { apiVersion: "v1", kind: "ConfigMap", namespace: "default", name: "r7" };
    await api.patch(changed, "application/merge-patch+json", { data: null }, {
      fieldManager: "somebody",
    });
    assert.deepEqual(await cost(fifty(), true), {
      "POST secrets": COUNT,
      "PATCH configmaps": 1,
      "PUT secrets": 2 * COUNT,
    });
    assert.deepEqual((await api.get(changed))?.["data"], { text: "none" });
    assert.deepEqual(await cost(fifty({ text: "good day" })), {
      "POST secrets": COUNT,
      "PATCH configmaps": COUNT,
      "PUT secrets": 2 * COUNT,
    });
  });
});

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
  await rehearse(WEB, async ({ run, server }) => {
    /** How often each record and object was asked for or written; lists are for many at once. */
    async function cost(stack: ReturnType<typeof fifty>, force = false) {
      const before = server.requests.length;
      assert((await run(stack, { force, lock: {} })).ok);
      const made = server.requests.slice(before).map(({ method, path }) => {
        const [, kind, name] = path.match(/\/(secrets|configmaps)(\/?)/) ?? [];
        return method === "GET" && name !== "/" || kind === undefined ? "" : `${method} ${kind}`;
      });
      const { "": forAll = [], ...rest } = Object.groupBy(made, (what) => what);
      assert(forAll.length <= 12, `${forAll.length} requests for the whole run`);
      return Object.fromEntries(Object.entries(rest).map(([what, all]) => [what, all!.length]));
    }
    // A record that says "pending", the object, the record that says "deployed".
    assert.deepEqual(await cost(fifty()), {
      "POST secrets": COUNT,
      "PATCH configmaps": COUNT,
      "PUT secrets": COUNT,
    });
    assert.deepEqual(await cost(fifty()), {});
    // Reads what it starts from, and marks that as superseded.
    assert.deepEqual(await cost(fifty(), true), {
      "GET secrets": COUNT,
      "POST secrets": COUNT,
      "PATCH configmaps": COUNT,
      "PUT secrets": 2 * COUNT,
    });
  });
});

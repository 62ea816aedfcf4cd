import assert from "node:assert/strict";
import { Presence } from "../../lib/action/presence.ts";
import { type Bench, onCluster } from "./harness.ts";

const MAP = { apiVersion: "v1", kind: "ConfigMap", namespace: "shop" };
const here = new AbortController().signal;

/** `GET name` or `LIST` of config maps, since the last call. */
function reads({ server }: Bench): () => string[] {
  let seen = server.requests.length;
  return () => {
    const made = server.requests.slice(seen).filter(({ path }) => path.includes("/configmaps"));
    seen = server.requests.length;
    return made.map(({ path }) => path.split("/configmaps/")[1] ?? "LIST");
  };
}

/** Makes `m0` ... `m(count - 1)`. */
async function make({ api }: Bench, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const { kind, apiVersion, namespace } = MAP;
    await api.create({ apiVersion, kind, metadata: { name: `m${i}`, namespace } });
  }
}

/** Looks for `m0` ... at once; names of those found. */
async function find({ api }: Bench, count: number): Promise<string[]> {
  const presence = new Presence(api);
  const names = Array.from({ length: count }, (_, i) => `m${i}`);
  const found = await Promise.all(names.map((name) => presence.find({ ...MAP, name }, here)));
  return found.flatMap((object) => object === undefined ? [] : [object.metadata.name]);
}

Deno.test("many objects of a kind are looked for by one list, few one by one", async () => {
  await onCluster(async (bench) => {
    await make(bench, 3);
    const made = reads(bench);
    assert.deepEqual(await find(bench, 10), ["m0", "m1", "m2"]);
    assert.deepEqual(made(), ["LIST"]);
    assert.deepEqual(await find(bench, 4), ["m0", "m1", "m2"]);
    assert.deepEqual(made(), ["m0", "m1", "m2", "m3"]);
  });
});

Deno.test("where lists are forbidden, each object is read", async () => {
  await onCluster(async (bench) => {
    await make(bench, 2);
    bench.server.inject({
      method: "GET",
      path: "/configmaps",
      status: 403,
      message: "no",
      times: 1,
    });
    const made = reads(bench);
    assert.deepEqual(await find(bench, 8), ["m0", "m1"]);
    assert.deepEqual(made(), ["LIST", ...Array.from({ length: 8 }, (_, i) => `m${i}`)]);
  });
});

Deno.test("a namespace that is full of others is not read to its end", async () => {
  await onCluster(async (bench) => {
    await make(bench, 600);
    const made = reads(bench);
    assert.deepEqual((await find(bench, 8)).length, 8);
    assert.deepEqual(made(), ["LIST", ...Array.from({ length: 8 }, (_, i) => `m${i}`)]);
  });
});

Deno.test("a kind that the cluster does not have has no objects", async () => {
  await onCluster(async ({ api }) => {
    const presence = new Presence(api);
    const ref = { apiVersion: "example.test/v1", kind: "Thing", namespace: "shop" };
    const names = Array.from({ length: 9 }, (_, i) => `t${i}`);
    const found = await Promise.all(names.map((name) => presence.find({ ...ref, name }, here)));
    assert.deepEqual(found.filter((one) => one !== undefined), []);
  });
});

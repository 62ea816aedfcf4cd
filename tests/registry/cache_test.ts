/** The cache of downloads with many processes at once. */
import assert from "node:assert/strict";
import { ChartCache, sha256 } from "../../lib/registry/cache.ts";
import { tarball } from "../chart/tarball.ts";

const PROGRAM = new URL("./cache_program.ts", import.meta.url).pathname;

Deno.test("eight processes on one cold cache fetch every file once, without an error", async () => {
  const folder = await Deno.makeTempDir();
  const archives = new Map<string, Uint8Array>();
  let index = "apiVersion: v1\nentries:\n";
  for (let n = 0; n < 4; n++) {
    const data = await tarball({
      [`c${n}/Chart.yaml`]: `apiVersion: v2\nname: c${n}\nversion: 1.0.0\n`,
    });
    archives.set(`/c${n}.tgz`, data);
    const digest = n % 2 === 0 ? "" : `, digest: ${await sha256(data)}`;
    index += `  c${n}:\n  - {name: c${n}, version: 1.0.0, urls: [c${n}.tgz]${digest}}\n`;
  }
  const fetched: string[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    const etag = `"${pathname}"`;
    if (request.headers.get("if-none-match") === etag) return new Response(null, { status: 304 });
    fetched.push(pathname);
    const body = pathname === "/index.yaml" ? index : archives.get(pathname);
    return body === undefined
      ? new Response("no", { status: 404 })
      : new Response(body as BodyInit, { headers: { etag } });
  });
  try {
    const url = `http://127.0.0.1:${server.addr.port}`;
    const runs = await Promise.all(Array.from({ length: 8 }, async () => {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", PROGRAM, folder, url, "c0", "c1", "c2", "c3"],
      }).output();
      const decoder = new TextDecoder();
      return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
    }));
    for (const { code, stdout, stderr } of runs) {
      assert.equal(code, 0, stderr);
      assert.equal(stdout, "c0 c1 c2 c3\n");
    }
    assert.deepEqual(fetched.sort(), [...archives.keys(), "/index.yaml"].sort());
  } finally {
    await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("ChartCache.put() keeps no more than its bound, and lets go of what was used longest ago", async () => {
  const folder = await Deno.makeTempDir();
  const cache = new ChartCache(folder, { maxBytes: 1000 });
  const digests: string[] = [];
  for (let n = 0; n < 8; n++) {
    const digest = await cache.put(new Uint8Array(200).fill(n));
    digests.push(digest);
    // The clock of a disk may be too coarse to tell them apart.
    const used = new Date(Date.now() - (100 - n) * 1000);
    await Deno.utime(`${folder}/sha256/${digest}`, used, used);
    if (n > 0) assert(await cache.get(digests[0]!) !== undefined, "the first is in use");
  }
  const there = await Promise.all(digests.map(async (each) => await cache.get(each) !== undefined));
  assert.deepEqual(there, [true, false, false, false, true, true, true, true]);
  assert.deepEqual(await cache.use(), { files: 5, bytes: 1000 });
  assert.deepEqual(await cache.prune(400), { files: 3, bytes: 600 });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("ChartCache.prune() removes what a killed process has left, and nothing that is being written", async () => {
  const folder = await Deno.makeTempDir();
  const cache = new ChartCache(folder);
  const digest = await cache.put(new Uint8Array(9));
  const old = new Date(Date.now() - 7_200_000);
  for (const name of [".old.part", ".new.part"]) {
    await Deno.writeTextFile(`${folder}/sha256/${name}`, "x");
  }
  await Deno.utime(`${folder}/sha256/.old.part`, old, old);
  assert.deepEqual(await cache.prune(), { files: 0, bytes: 0 });
  const left = (await Array.fromAsync(Deno.readDir(`${folder}/sha256`))).map(({ name }) => name);
  assert.deepEqual(left.sort(), [".new.part", digest]);
  await Deno.remove(folder, { recursive: true });
});

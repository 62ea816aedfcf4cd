import assert from "node:assert/strict";
import { ChartSource } from "../../lib/stack/charts.ts";
import { repository } from "../../lib/stack/stack.ts";
import { tarball } from "../chart/tarball.ts";

Deno.test("ChartSource loads a chart once, and asks again after a failure", async () => {
  const archive = await tarball({
    "web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
  });
  const index = "apiVersion: v1\nentries:\n  web:\n  - {version: 1.0.0, urls: [web.tgz]}\n";
  const requests: string[] = [];
  let down = true;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    requests.push(pathname);
    if (pathname === "/index.yaml") return new Response(index);
    return down ? new Response("no", { status: 404 }) : new Response(archive as BodyInit);
  });
  const source = new ChartSource(".");
  try {
    const chart = repository(`http://127.0.0.1:${server.addr.port}`).chart("web");
    await assert.rejects(source.load({ chart }), /404 Not Found/);
    down = false;
    const loaded = await Promise.all([source.load({ chart }), source.load({ chart })]);
    assert.equal(loaded[0], loaded[1]);
    assert.equal(loaded[0]!.metadata.version, "1.0.0");
    assert.deepEqual(requests, ["/index.yaml", "/web.tgz", "/web.tgz"]);
  } finally {
    await source.close();
    await server.shutdown();
  }
});

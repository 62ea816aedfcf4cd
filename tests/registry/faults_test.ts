/** Chart repositories that fail, are spoilt, or send elsewhere. */
import assert from "node:assert/strict";
import { chartFromFiles } from "../../lib/chart/from_files.ts";
import { renderTemplates } from "../../lib/engine/render_templates.ts";
import { CapstanError } from "../../lib/errors.ts";
import { ChartCache } from "../../lib/registry/cache.ts";
import { RepositoryClient } from "../../lib/registry/repository.ts";
import { repositoryFiles, serving } from "./serving.ts";
import type { Answer } from "./serving.ts";

const FILES = await repositoryFiles("web-1.0.0");
const ARCHIVE = FILES["/web-1.0.0.tgz"]!;

/** Answers at first with some of the bytes, and never with the rest. */
function cutOff(): Response {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(ARCHIVE.slice(0, 40));
      setTimeout(() => controller.error(new Error("cut")), 20);
    },
  });
  return new Response(stream);
}

function busy(): Response {
  return new Response("busy", { status: 429, headers: { "retry-after": "0" } });
}

async function late(): Promise<Response> {
  await new Promise((resolve) => setTimeout(resolve, 500));
  return new Response("late");
}

/** A certificate for 127.0.0.1 that signs itself, by the chart function for that. */
async function selfSigned(): Promise<{ readonly Cert: string; readonly Key: string }> {
  const chart = chartFromFiles({
    "Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n",
    "templates/c": '{{ with genSelfSignedCert "c" (list "127.0.0.1") nil 2 }}' +
      '{{ dict "Cert" .Cert "Key" .Key | toJson }}{{ end }}',
  });
  return JSON.parse((await renderTemplates(chart)).get("c/templates/c")!);
}

const ROWS: [string, Answer, RegExp][] = [
  [
    "cut short",
    ARCHIVE.slice(0, -30),
    /^cannot take chart web from http:\S+: its digest is sha256:\w+, not/,
  ],
  ["another archive", (await repositoryFiles("web-1.0.1"))["/web-1.0.1.tgz"]!, /its digest is/],
  ["no such file", 404, /\/web-1\.0\.0\.tgz: 404 Not Found$/],
  ["not allowed", 403, /\/web-1\.0\.0\.tgz: 403 Forbidden$/],
  ["credentials wanted", 401, /\/web-1\.0\.0\.tgz: 401 Unauthorized$/],
  ["too busy", busy, /\/web-1\.0\.0\.tgz: 429 Too Many Requests$/],
  ["too slow", late, /\/web-1\.0\.0\.tgz: .*(timed out|timeout)/i],
  ["cut off", cutOff, /^cannot fetch http:\S+\/web-1\.0\.0\.tgz: /],
];

Deno.test("RepositoryClient.chart() says what is wrong with an archive, and keeps nothing of it", async (t) => {
  for (const [what, answer, message] of ROWS) {
    await t.step(what, async () => {
      const folder = await Deno.makeTempDir();
      const cache = new ChartCache(folder);
      await serving({ ...FILES, "/web-1.0.0.tgz": answer }, async ({ url }) => {
        const client = new RepositoryClient({ cache, timeout: 200 });
        const before = await client.index({ url }).then(() => cache.use());
        const error = await client.chart({ url }, { name: "web" }).catch((error) => error);
        assert(error instanceof CapstanError, String(error));
        assert.match(error.message, message);
        assert.deepEqual(await cache.use(), before);
        await client.close();
      });
      await Deno.remove(folder, { recursive: true });
    });
  }
});

Deno.test("RepositoryClient.chart() tries again while a repository is busy", async () => {
  let asked = 0;
  await serving(
    { ...FILES, "/web-1.0.0.tgz": () => ++asked < 3 ? busy() : new Response(ARCHIVE as BodyInit) },
    async ({ url }) => {
      const { version } = await new RepositoryClient().chart({ url }, { name: "web" });
      assert.deepEqual([version, asked], ["1.0.0", 3]);
    },
  );
});

Deno.test("RepositoryClient.chart() follows a redirect to another host without the credentials", async () => {
  await serving(FILES, async (other) => {
    const moved = () => Response.redirect(`${other.url}/web-1.0.0.tgz`);
    await serving({ ...FILES, "/web-1.0.0.tgz": moved }, async ({ url, requests }) => {
      const source = { url, username: "me", password: "secret", passCredentials: true };
      await new RepositoryClient().chart(source, { name: "web" });
      assert.deepEqual(requests.map(([, authorization]) => authorization !== null), [true, true]);
      assert.deepEqual(other.requests, [["/web-1.0.0.tgz", null]]);
    });
  });
});

Deno.test("insecureSkipTlsVerify takes a certificate that nobody vouches for, and only then", async () => {
  const { Cert: cert, Key: key } = await selfSigned();
  const options = { port: 0, hostname: "127.0.0.1", cert, key, onListen() {} };
  const seen: (string | null)[] = [];
  const server = Deno.serve(options, (request) => {
    seen.push(request.headers.get("authorization"));
    const { pathname } = new URL(request.url);
    if (pathname === "/old/index.yaml") {
      return Response.redirect(new URL("/index.yaml", request.url));
    }
    const data = FILES[pathname.replace(/^\/old/, "")];
    return data === undefined
      ? new Response("no", { status: 404 })
      : new Response(data as BodyInit);
  });
  try {
    const url = `https://127.0.0.1:${server.addr.port}/old`;
    const source = { url, username: "me", password: "x" };
    await assert.rejects(
      new RepositoryClient().chart(source, { name: "web" }),
      /certificate|UnknownIssuer/i,
    );
    const insecure = { ...source, insecureSkipTlsVerify: true };
    const { version } = await new RepositoryClient().chart(insecure, { name: "web" });
    assert.equal(version, "1.0.0");
    assert.deepEqual(seen, ["Basic bWU6eA==", "Basic bWU6eA==", "Basic bWU6eA=="]);
  } finally {
    await server.shutdown();
  }
});

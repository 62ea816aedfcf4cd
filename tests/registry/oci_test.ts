/** Charts in registries: versions, digests, logins, faults. */
import assert from "node:assert/strict";
import { ChartCache } from "../../lib/registry/cache.ts";
import { Credentials } from "../../lib/registry/credentials.ts";
import { HttpSource } from "../../lib/registry/http.ts";
import { OciCharts } from "../../lib/registry/oci_chart.ts";
import { OciClient } from "../../lib/registry/oci_client.ts";
import { parseOciReference } from "../../lib/registry/oci_reference.ts";
import { tarball } from "../chart/tarball.ts";
import { withRegistry } from "./registry_server.ts";
import { serving } from "./serving.ts";
import type { TestRegistry } from "./registry_server.ts";

const PLAIN = { plainHttp: true };
const ADMIN = { username: "me", password: "secret" };

async function archive(version: string): Promise<Uint8Array> {
  return await tarball({
    "web/Chart.yaml": `apiVersion: v2\nname: web\nversion: ${version}\ndescription: d\n`,
    "web/values.yaml": `v: ${JSON.stringify(version)}\n`,
  });
}

function charts(options: { cache?: ChartCache; credentials?: Credentials; timeout?: number } = {}) {
  const http = new HttpSource({ attempts: 1, timeout: options.timeout });
  return new OciCharts(new OciClient({ http, credentials: options.credentials }), options.cache);
}

async function filled(registry: TestRegistry, ...versions: string[]): Promise<string> {
  for (const version of versions) {
    await charts().push(await archive(version), `oci://${registry.host}/team`, { access: PLAIN });
  }
  return `oci://${registry.host}/team/web`;
}

Deno.test("OciCharts.pull() takes the version that is wanted", async (t) => {
  await withRegistry({}, async (registry) => {
    const ref = await filled(registry, "1.0.0", "1.2.0", "1.10.0", "2.0.0-rc.1", "1.3.0+build.1");
    registry.stored.set("team/web:latest", new Uint8Array());
    const rows: [string, string | undefined, string][] = [
      [ref, undefined, "1.10.0"],
      [ref, "1.x", "1.10.0"],
      [ref, "~1.2", "1.2.0"],
      [ref, "1.2.0", "1.2.0"],
      [ref, ">0.0.0-0", "2.0.0-rc.1"],
      [`${ref}:1.0.0`, undefined, "1.0.0"],
      [ref, "1.3.0+build.1", "1.3.0+build.1"],
    ];
    for (const [text, version, found] of rows) {
      await t.step(`${text.slice(ref.length)} ${version}`, async () => {
        const pulled = await charts().pull(text, { version, access: PLAIN });
        assert.equal(pulled.version, found);
        assert.equal(pulled.reference, `${registry.host}/team/web:${found.replace("+", "_")}`);
      });
    }
    await t.step("by digest", async () => {
      const { manifest } = await charts().pull(`${ref}:1.2.0`, { access: PLAIN });
      const pulled = await charts().pull(`${ref}@${manifest}`, { access: PLAIN });
      assert.deepEqual(pulled.archive, await archive("1.2.0"));
      assert.equal(pulled.manifest, manifest);
      await assert.rejects(
        charts().pull(`${ref}:1.0.0@${manifest}`, { access: PLAIN }),
        /^CapstanError: chart reference digest mismatch: sha256:\w+ is not sha256:\w+$/,
      );
    });
  });
});

Deno.test("OciCharts.pull() says what is wrong, and keeps nothing of it", async (t) => {
  const good = await archive("1.0.0");
  const rows: [string, (registry: TestRegistry) => void, string, RegExp][] = [
    ["no such chart", () => {}, "other", /^127\S+\/team\/other: not found$/],
    ["no such version", () => {}, "web:9.0.0", /^127\S+\/team\/web:9.0.0: not found$/],
    [
      "not allowed",
      (r) => r.spoil = () => new Response("", { status: 403 }),
      "web",
      /: 403 Forbidden$/,
    ],
    [
      "too busy",
      (r) => r.spoil = () => new Response("", { status: 429, headers: { "retry-after": "0" } }),
      "web",
      /: 429 Too Many Requests$/,
    ],
    [
      "another blob",
      (r) =>
        r.spoil = (_, path) =>
          path.includes("/blobs/") ? new Response(good.slice(0, 50)) : undefined,
      "web",
      /^cannot take sha256:\w+ from 127\S+\/team\/web: its digest is sha256:\w+, not sha256:\w+$/,
    ],
    [
      "a blob that is larger than said",
      (r) =>
        r.spoil = (_, path) =>
          path.includes("/blobs/") ? new Response(new Uint8Array(1e6)) : undefined,
      "web",
      /the response is larger than \d+ bytes$/,
    ],
    [
      "a cut connection",
      (r) =>
        r.spoil = (_, path) =>
          path.includes("/blobs/")
            ? new Response(good.slice(0, 20), {
              headers: { "content-length": String(good.length) },
            })
            : undefined,
      "web",
      /^cannot (fetch|take) /,
    ],
    [
      "an image",
      (r) => r.stored.set("team/web:1.0.0", new TextEncoder().encode('{"config":{},"layers":[]}')),
      "web",
      /^manifest does not contain minimum number of descriptors \(2\), descriptors found: 0$/,
    ],
    [
      "a slow server",
      (r) =>
        r.spoil = () => new Promise((done) => setTimeout(() => done(new Response("late")), 400)),
      "web",
      /^cannot fetch http:\S+: .*(timed out|timeout)/i,
    ],
  ];
  for (const [what, spoil, name, message] of rows) {
    await t.step(what, async () => {
      const folder = await Deno.makeTempDir();
      await withRegistry({}, async (registry) => {
        await filled(registry, "1.0.0");
        spoil(registry);
        const cache = new ChartCache(folder);
        const failing = charts({ cache, timeout: 200 }).pull(
          `oci://${registry.host}/team/${name}`,
          {
            access: PLAIN,
          },
        );
        await assert.rejects(failing, (error: Error) => {
          assert.match(error.message, message);
          return true;
        });
        assert.deepEqual(await cache.use(), { files: 0, bytes: 0 });
      });
      await Deno.remove(folder, { recursive: true });
    });
  }
});

Deno.test("a login is exchanged for a token, which serves all requests of a repository", async () => {
  const folder = await Deno.makeTempDir();
  const credentials = new Credentials({ helm: `${folder}/registry/config.json` });
  await withRegistry({ login: ADMIN }, async (registry) => {
    const client = new OciClient({ http: new HttpSource({ attempts: 1 }), credentials });
    await assert.rejects(client.ping(registry.host, PLAIN), /: 401 Unauthorized$/);
    await client.ping(registry.host, { ...PLAIN, ...ADMIN });
    await credentials.set(registry.host, ADMIN);
    const kept = JSON.parse(await Deno.readTextFile(`${folder}/registry/config.json`));
    assert.deepEqual(kept, { auths: { [registry.host]: { auth: btoa("me:secret") } } });
    if (Deno.build.os !== "windows") {
      assert.equal((await Deno.stat(`${folder}/registry/config.json`)).mode! & 0o777, 0o600);
    }
    const logged = charts({ credentials });
    await logged.push(await archive("1.0.0"), `oci://${registry.host}/team`, { access: PLAIN });
    registry.requests.length = 0;
    const pulled = await charts({ credentials }).pull(`oci://${registry.host}/team/web`, {
      access: PLAIN,
    });
    assert.equal(pulled.version, "1.0.0");
    assert.deepEqual(registry.requests.filter((each) => each.includes("/token")).length, 1);
    await credentials.remove(registry.host);
    await assert.rejects(
      charts({ credentials }).pull(`oci://${registry.host}/team/web`, { access: PLAIN }),
      /401 Unauthorized/,
    );
  });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a blob that is kept elsewhere is fetched from there without the token", async () => {
  await withRegistry({ login: ADMIN }, async (registry) => {
    const login = { ...PLAIN, ...ADMIN };
    const ref = `oci://${registry.host}/team/web`;
    await charts().push(await archive("1.0.0"), `oci://${registry.host}/team`, { access: login });
    const asked: [string, string | null][] = [];
    const store = (request: Request) => {
      const path = new URL(request.url).pathname;
      asked.push([path, request.headers.get("authorization")]);
      return registry.stored.get(`team/web@${path.slice(1)}`) ?? 404;
    };
    await serving(store, async ({ url }) => {
      registry.spoil = (_, path) => {
        const [, digest] = /\/blobs\/(sha256:\w+)$/.exec(path) ?? [];
        return digest === undefined ? undefined : Response.redirect(`${url}/${digest}`, 307);
      };
      const { digest } = await charts().pull(ref, { access: login });
      assert.deepEqual(asked, [[`/sha256:${digest}`, null]]);
      assert(registry.requests.some((each) => /blobs\/sha256:\w+ \+auth$/.test(each)));
    });
  });
});

Deno.test("a cached archive is not fetched again, and a spoilt one is", async () => {
  const folder = await Deno.makeTempDir();
  await withRegistry({}, async (registry) => {
    const ref = await filled(registry, "1.0.0");
    const cache = new ChartCache(folder);
    const blobs = async () => {
      registry.requests.length = 0;
      await charts({ cache }).pull(ref, { access: PLAIN });
      return registry.requests.filter((each) => each.includes("/blobs/")).length;
    };
    assert.equal(await blobs(), 1);
    assert.equal(await blobs(), 0);
    for await (const { name } of Deno.readDir(`${folder}/sha256`)) {
      await Deno.writeTextFile(`${folder}/sha256/${name}`, "spoilt");
    }
    assert.equal(await blobs(), 1);
    assert.equal((await cache.prune(0)).files, 1);
    assert.equal(await blobs(), 1);
  });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("parseOciReference() takes references apart, and refuses what is none", () => {
  const digest = `sha256:${"a".repeat(64)}`;
  assert.deepEqual(parseOciReference(`oci://h.example:5000/a/b:1.0.0+x@${digest}`), {
    host: "h.example:5000",
    path: "a/b",
    tag: "1.0.0+x",
    digest,
  });
  for (
    const bad of [
      "oci://host",
      "oci:///a",
      "oci://h/A",
      "oci://h/a:!",
      "oci://h/a@sha256:1",
      "oci://h/a b",
    ]
  ) {
    assert.throws(() => parseOciReference(bad), /^CapstanError: invalid chart reference oci:/, bad);
  }
});

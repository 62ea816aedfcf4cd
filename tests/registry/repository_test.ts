import assert from "node:assert/strict";
import { loadChartArchive } from "../../lib/chart/load.ts";
import { CapstanError } from "../../lib/errors.ts";
import { RepositoryClient } from "../../lib/registry/repository.ts";
import { tarball } from "../chart/tarball.ts";

interface Served {
  readonly url: string;
  /** Path and authorization of each request. */
  readonly requests: [string, string | null][];
}

/** Serves files, given as text, bytes or a status, at paths. */
async function serving(
  files: Readonly<Record<string, string | Uint8Array | number>>,
  use: (served: Served) => Promise<void>,
) {
  const requests: [string, string | null][] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    requests.push([pathname, request.headers.get("authorization")]);
    const file = files[pathname] ?? 404;
    return typeof file === "number"
      ? new Response("no", { status: file })
      : new Response(file as BodyInit);
  });
  try {
    await use({ url: `http://127.0.0.1:${server.addr.port}`, requests });
  } finally {
    await server.shutdown();
  }
}

const ARCHIVE = await tarball({ "web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.2.0\n" });
const INDEX = `apiVersion: v1
entries:
  web:
  - {version: 1.1.0, urls: [web-1.1.0.tgz]}
  - {version: 2.0.0-rc.1, urls: [web-2.0.0-rc.1.tgz]}
  - {version: 1.2.0, urls: [charts/web-1.2.0.tgz]}
  - {version: not-a-version, urls: [x.tgz]}
  empty: []
`;
const FILES = {
  "/stable/index.yaml": INDEX,
  "/stable/charts/web-1.2.0.tgz": ARCHIVE,
  "/stable/web-1.1.0.tgz": ARCHIVE,
  "/stable/web-2.0.0-rc.1.tgz": ARCHIVE,
};

Deno.test("RepositoryClient.chart() takes the newest version that is wanted", async (t) => {
  const rows: [string | undefined, string][] = [
    [undefined, "1.2.0"],
    ["", "1.2.0"],
    ["1.x", "1.2.0"],
    ["~1.1", "1.1.0"],
    ["1.1.0", "1.1.0"],
    ["2.0.0-rc.1", "2.0.0-rc.1"],
    [">1.2.0-0", "2.0.0-rc.1"],
  ];
  await serving(FILES, async ({ url }) => {
    const client = new RepositoryClient();
    for (const [version, found] of rows) {
      await t.step(String(version), async () => {
        assert.equal(
          (await client.chart({ url: `${url}/stable/` }, { name: "web", version })).version,
          found,
        );
      });
    }
  });
});

Deno.test("RepositoryClient.chart() fetches an archive that loads, and each file once", async () => {
  await serving(FILES, async ({ url, requests }) => {
    const client = new RepositoryClient();
    const source = { url: `${url}/stable` };
    const fetched = await Promise.all([1, 2, 3].map(() => client.chart(source, { name: "web" })));
    const chart = await loadChartArchive(fetched[0]!.archive);
    assert.equal(chart.metadata.name, "web");
    assert.deepEqual(requests.map(([path]) => path), [
      "/stable/index.yaml",
      "/stable/charts/web-1.2.0.tgz",
    ]);
  });
});

Deno.test("RepositoryClient.chart() sends credentials to the repository and to nobody else", async () => {
  await serving({ "/web.tgz": ARCHIVE }, async (other) => {
    const index =
      `apiVersion: v1\nentries:\n  web:\n  - {version: 1.0.0, urls: ["${other.url}/web.tgz"]}\n`;
    await serving({ "/index.yaml": index }, async ({ url, requests }) => {
      await new RepositoryClient().chart({ url, username: "me", password: "pässword" }, {
        name: "web",
      });
      assert.deepEqual(requests, [["/index.yaml", "Basic bWU6cMOkc3N3b3Jk"]]);
      assert.deepEqual(other.requests, [["/web.tgz", null]]);
    });
  });
});

Deno.test("RepositoryClient.chart() says what is wrong, with which chart of which repository", async (t) => {
  const rows: [string, Record<string, string | number>, string, RegExp, RegExp?][] = [
    [
      "no such chart",
      { "/index.yaml": INDEX },
      "wep",
      /^cannot get chart wep from http:\S+: there is no such chart$/,
      /^did you mean web\?$/,
    ],
    ["a chart without versions", { "/index.yaml": INDEX }, "empty", /there is no such chart$/],
    [
      "no such version",
      { "/index.yaml": INDEX },
      "web 9.x",
      /no chart version found for web-9\.x$/,
      /^the newest versions are 2\.0\.0-rc\.1, 1\.2\.0, 1\.1\.0$/,
    ],
    ["no index", {}, "web", /^cannot fetch http:\S+\/index\.yaml: 404 Not Found$/],
    [
      "credentials wanted",
      { "/index.yaml": 401 },
      "web",
      /: 401 Unauthorized$/,
      /^give user name and password for 127\.0\.0\.1:\d+: --username and --password, .*, or repository\(url, \{ username, password \}\)$/,
    ],
    [
      "an index that is no YAML",
      { "/index.yaml": "a: [" },
      "web",
      /^cannot read chart repository http:\S+: bad index\.yaml: /,
    ],
    [
      "an index without a version",
      { "/index.yaml": "entries: {}" },
      "web",
      /bad index\.yaml: no API version specified$/,
    ],
    [
      "an archive that is not there",
      { "/index.yaml": INDEX },
      "web 1.1.0",
      /^cannot fetch http:\S+\/web-1\.1\.0\.tgz: 404 Not Found$/,
    ],
  ];
  for (const [what, files, query, message, hint] of rows) {
    await t.step(what, async () => {
      await serving(files, async ({ url }) => {
        const [name, version] = query.split(" ") as [string, string?];
        const error = await new RepositoryClient().chart({ url }, { name, version }).catch((
          error,
        ) => error);
        assert(error instanceof CapstanError, String(error));
        assert.match(error.message, message);
        if (hint !== undefined) assert.match(error.hint ?? "", hint);
      });
    });
  }
});

Deno.test("RepositoryClient.chart() takes no response larger than its limit", async () => {
  await serving({ "/index.yaml": "x".repeat(5000) }, async ({ url }) => {
    const error = await new RepositoryClient({ maxBytes: 1000 }).chart({ url }, { name: "web" })
      .catch((error) => error);
    assert.match(error.message, /the response is larger than 1000 bytes$/);
  });
});

Deno.test("RepositoryClient.chart() asks again after a failure", async () => {
  const files: Record<string, string | Uint8Array | number> = {
    ...FILES,
    "/stable/index.yaml": 503,
  };
  await serving(files, async ({ url }) => {
    const client = new RepositoryClient();
    const source = { url: `${url}/stable` };
    await assert.rejects(client.chart(source, { name: "web" }), /503/);
    files["/stable/index.yaml"] = INDEX;
    assert.equal((await client.chart(source, { name: "web" })).version, "1.2.0");
  });
});

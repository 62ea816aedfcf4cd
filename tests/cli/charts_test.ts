/** Charts from a repository, as a new user has them: repo, search, show, pull, install, lock, vendor. */
import assert from "node:assert/strict";
import { sha256 } from "../../lib/registry/cache.ts";
import { tarball } from "../chart/tarball.ts";
import { atWork } from "./cluster.ts";

const CONFIG =
  "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\ndata: {v: {{ .Chart.Version }}}\n";

async function web(version: string): Promise<Uint8Array> {
  return await tarball({
    "web/Chart.yaml":
      `apiVersion: v2\nname: web\nversion: ${version}\nappVersion: "7"\ndescription: Serves pages\n`,
    "web/values.yaml": "a: 1\n",
    "web/README.md": "# Web",
    "web/crds/c.yaml": "kind: X\n",
    "web/templates/a.yaml": CONFIG,
  });
}

interface Served {
  readonly url: string;
  readonly fetched: string[];
  readonly files: Map<string, Uint8Array>;
}

async function serving(use: (served: Served) => Promise<void>): Promise<void> {
  const files = new Map([["/web-1.0.0.tgz", await web("1.0.0")], [
    "/web-1.1.0.tgz",
    await web("1.1.0"),
  ]]);
  const fetched: string[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    fetched.push(pathname);
    if (pathname === "/index.yaml") {
      const entries = await Promise.all(
        [...files].map(async ([path, data]) =>
          `  - {name: web, version: ${
            path.slice(5, -4)
          }, appVersion: "7", description: Serves pages, urls: [${
            path.slice(1)
          }], digest: ${await sha256(data)}}\n`
        ),
      );
      return new Response(`apiVersion: v1\nentries:\n  web:\n${entries.join("")}`);
    }
    const data = files.get(pathname);
    return data === undefined
      ? new Response("no", { status: 404 })
      : new Response(data as BodyInit);
  });
  try {
    await use({ url: `http://127.0.0.1:${server.addr.port}`, fetched, files });
  } finally {
    await server.shutdown();
  }
}

Deno.test("a repository is added, searched, shown, pulled, installed from, and removed", async () => {
  await serving(async ({ url }) => {
    await atWork({}, async ({ capstan, folder }) => {
      const says = async (expected: string, ...args: string[]) => {
        const { code, stdout, stderr } = await capstan(...args);
        assert.equal(code, 0, `${args.join(" ")}: ${stderr}`);
        assert.equal(stdout.replaceAll(folder, "FOLDER"), expected);
      };
      await says(`"my" has been added to your repositories\n`, "repo", "add", "my", url);
      await says(
        `"my" already exists with the same configuration, skipping\n`,
        ...["repo", "add", "my", url],
      );
      await says(JSON.stringify([{ name: "my", url }]) + "\n", "repo", "list", "-o", "json");
      await says(
        `Hang tight while we grab the latest from your chart repositories...
...Successfully got an update from the "my" chart repository
Update Complete. ⎈Happy Helming!⎈
`,
        ...["repo", "update"],
      );
      await says(
        "NAME  \tCHART VERSION\tAPP VERSION\tDESCRIPTION \n" +
          "my/web\t1.1.0        \t7          \tServes pages\n",
        ...["search", "repo", "pages"],
      );
      await says("# Web\n", "show", "readme", "my/web");
      await says("---\nkind: X\n\n", "show", "crds", "my/web", "--version", "1.0.0");
      await says("", "pull", "my/web", "--untar", "--untardir", "out");
      assert.equal(await Deno.readTextFile(`${folder}/out/web/README.md`), "# Web");
      await says("", "pull", `${url}/web-1.0.0.tgz`, "-d", "out");
      assert.deepEqual(await Deno.readFile(`${folder}/out/web-1.0.0.tgz`), await web("1.0.0"));
      await capstan("install", "x", "my/web", "--version", "1.0.x", "--skip-crds");
      const { stdout } = await capstan("get", "manifest", "x");
      assert.match(stdout, /data: \{v: 1\.0\.0\}/);
      await says(`"my" has been removed from your repositories\n`, "repo", "remove", "my");
    });
  });
});

Deno.test("what is wrong with a repository is said in Helm's words", async () => {
  await serving(async ({ url, files }) => {
    await atWork({}, async ({ capstan }) => {
      const fails = async (message: RegExp, ...args: string[]) => {
        const { code, stderr } = await capstan(...args);
        assert.match(stderr, message);
        assert.equal(code, 1);
      };
      await fails(
        /^Error: no repositories found. You must add one before updating\n/,
        "repo",
        "update",
      );
      await fails(/^Error: no repositories configured\n/, "search", "repo");
      await fails(/^Error: repository name \(a\/b\) contains '\/'/, "repo", "add", "a/b", url);
      await fails(
        /^Error: looks like "http:\S+\/none" is not a valid chart repository or cannot be reached: .*404 Not Found\n/,
        ...["repo", "add", "x", `${url}/none`],
      );
      await capstan("repo", "add", "my", url);
      await fails(
        /^Error: repository name \(my\) already exists, please specify a different name\n/,
        ...["repo", "add", "my", `${url}/`],
      );
      await fails(/^Error: no repo named "you" found\n/, "repo", "remove", "you");
      await fails(
        /no chart version found for web-9\.x\n {2}hint: the newest versions are 1\.1\.0/,
        "show",
        "chart",
        "my/web",
        "--version",
        "9.x",
      );
      files.set("/web-1.0.0.tgz", (await web("1.0.0")).slice(0, 60));
      await fails(
        /^Error: cannot take chart web from http:\S+: its digest is sha256:\w+, not sha256:\w+\n/,
        ...["show", "chart", "my/web", "--version", "1.0.0"],
      );
      await fails(
        /^Error: cannot take chart web from http:\S+: the archive is broken: /,
        ...["show", "chart", `${url}/web-1.0.0.tgz`],
      );
    });
  });
});

function stack(url: string): string {
  return `import { defineStack, release, repository } from "@capstan/capstan";
const charts = repository(${JSON.stringify(url)});
export default defineStack({
  name: "s",
  releases: [
    release("a", { chart: charts.chart("web", "1.x"), skipCrds: true }),
    release("b", { chart: ${JSON.stringify(`${url}/web-1.0.0.tgz`)}, skipCrds: true }),
  ],
});
`;
}

Deno.test("a stack's charts are locked, vendored, and taken without a network", async () => {
  await serving(async ({ url, fetched, files }) => {
    await atWork({ "stack.ts": stack(url) }, async ({ capstan, folder }) => {
      const unlocked = await capstan("up", "--no-check", "--frozen");
      assert.match(
        unlocked.stderr,
        /cannot take chart \S+: it is not in capstan.lock\n.*run `capstan lock`/,
      );
      const locked = await capstan("lock");
      assert.equal(
        locked.stdout,
        `+ ${url}/web-1.0.0.tgz: 1.0.0\n+ ${url}/web@1.x: 1.1.0\nwrote capstan.lock: 2 charts\n`,
      );
      files.set("/web-1.2.0.tgz", await web("1.2.0"));
      const up = await capstan("up", "--no-check", "--frozen");
      assert.equal(up.code, 0, up.stderr);
      assert.match((await capstan("get", "manifest", "a")).stdout, /v: 1\.1\.0/);
      // The cache has the locked archives: nobody is asked for them again.
      fetched.length = 0;
      const again = await capstan("up", "--no-check", "--frozen");
      assert.equal(again.code, 0, again.stderr);
      assert.deepEqual(fetched, []);

      const vendored = await capstan("vendor");
      assert.equal(
        vendored.stdout,
        `~ ${url}/web@1.x: 1.1.0 is now 1.2.0\nwrote capstan.lock: 2 charts\nwrote 2 charts to capstan_vendor\n`,
      );
      fetched.length = 0;
      const offline = await capstan("up", "--no-check", "--offline");
      assert.equal(offline.code, 0, offline.stderr);
      assert.match((await capstan("get", "manifest", "a")).stdout, /v: 1\.2\.0/);
      assert.deepEqual(fetched, []);

      const path = `${folder}/capstan.lock`;
      await Deno.writeTextFile(
        path,
        (await Deno.readTextFile(path)).replace(/("digest": "sha256:).{8}/, "$100000000"),
      );
      const changed = await capstan("up", "--no-check", "--force");
      assert.equal(changed.code, 1);
      assert.match(changed.stderr, /capstan.lock says that 1\.\d\.0 has digest sha256:00000000/);
    });
  });
});

Deno.test("dependencies and the cache as data", async () => {
  const files = {
    "top/Chart.yaml":
      "apiVersion: v2\nname: top\nversion: 1.0.0\ndependencies:\n- {name: sub, version: 1.x}\n",
    "top/charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.2.0\n",
    "top/charts/other/Chart.yaml": "apiVersion: v2\nname: other\nversion: 1.0.0\n",
    "bare/Chart.yaml": "apiVersion: v2\nname: bare\nversion: 1.0.0\n",
  };
  await atWork(files, async ({ capstan }) => {
    const says = async (expected: string, ...args: string[]) => {
      const { code, stdout, stderr } = await capstan(...args);
      assert.equal(code, 0, stderr);
      assert.equal(stdout, expected);
      return stderr;
    };
    const listed = '[{"name":"sub","version":"1.x","repository":"","status":"unpacked"}]\n';
    assert.equal(
      await says(listed, "dependency", "list", "top", "-o", "json"),
      'WARNING: "top/charts/other" is not in Chart.yaml.\n',
    );
    await says(
      '- name: sub\n  repository: ""\n  status: unpacked\n  version: 1.x\n',
      ...["dependency", "list", "top", "--output", "yaml"],
    );
    await says("[]\n", "dependency", "list", "bare", "-o", "json");
    const { stdout } = await capstan("cache", "-o", "json");
    const { folder } = JSON.parse(stdout);
    await says(`bytes: 0\nfiles: 0\nfolder: ${folder}\n`, "cache", "-o", "yaml");
    await says(
      `${JSON.stringify({ folder, files: 0, bytes: 0, removed: { files: 0, bytes: 0 } })}\n`,
      ...["cache", "--prune", "-o", "json"],
    );
  });
});

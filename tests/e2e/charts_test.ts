/** Charts go both ways between Capstan and real Helm, through real servers. */
import assert from "node:assert/strict";
import { atChartPlace, LOGIN, withFileServer, withRealRegistry } from "./chart_servers.ts";
import type { ChartPlace } from "./chart_servers.ts";
import { helms } from "./tools.ts";

const ALLOWED = ["--username", LOGIN.username, "--password", LOGIN.password];
const CHART = {
  "web/Chart.yaml":
    "apiVersion: v2\nname: web\nversion: 1.0.0\ndescription: A web\nappVersion: '2'\n",
  "web/values.yaml": "text: hello # kept\n",
  "web/README.md": "# web\n",
  "web/templates/map.yaml":
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\ndata: {text: {{ .Values.text }}}\n",
};

for (const [name, helm] of helms()) {
  Deno.test(`a real registry: ${name} and Capstan log in, push and pull for each other`, async () => {
    await atChartPlace(async (place) => {
      await place.write(CHART);
      await withRealRegistry(place, (host) => bothWays(place, host, helm));
    });
  });

  Deno.test(`a real repository: ${name} and Capstan share what was added`, async () => {
    await atChartPlace(async (place) => {
      await place.write(CHART);
      await place.ok(helm, "package", "web", "-d", "repo");
      await place.capstan("package", "web", "-d", "repo", "--version", "1.5.0");
      await place.ok(helm, "repo", "index", "repo");
      await withFileServer(place, `${place.folder}/repo`, ({ url }) => shared(place, url, helm));
    });
  });

  Deno.test(`dependencies: ${name} and Capstan write the same lock, and take each other's`, async () => {
    await atChartPlace(async (place) => {
      await place.write(CHART);
      for (const version of ["1.0.0", "1.5.0"]) {
        await place.ok(helm, "package", "web", "-d", "repo", "--version", version);
      }
      await place.ok(helm, "repo", "index", "repo");
      await withFileServer(place, `${place.folder}/repo`, ({ url }) => locked(place, url, helm));
    });
  });
}

for (const [name, helm] of helms()) {
  Deno.test(`a git work tree: ${name} and Capstan take the same from a folder of it, and from its root`, async () => {
    await atChartPlace(async (place) => {
      const { capstan, ok } = place;
      const inside = Object.fromEntries(
        Object.entries(CHART).map(([path, text]) => [`clone/charts/${path}`, text]),
      );
      const root = { "clone/Chart.yaml": "apiVersion: v2\nname: root\nversion: 1.0.0\n" };
      await place.write({ ...inside, ...root, "clone/.helmignore": ".git/\n" });
      const git = ["-C", "clone", "-c", "user.name=me", "-c", "user.email=me@example.com"];
      await ok("git", "init", "-q", "clone");
      await ok("git", ...git, "add", ".");
      await ok("git", ...git, "commit", "-q", "-m", "charts");
      for (const ref of ["clone/charts/web", "./clone"]) {
        const args = ["template", "rel", ref];
        assert.equal(await capstan(...args), await ok(helm, ...args));
      }
      await capstan("package", "clone", "-d", "out");
      const listed = await ok("tar", "tzf", "out/root-1.0.0.tgz");
      assert.doesNotMatch(listed, /\.git\//);
    });
  });
}

async function bothWays(place: ChartPlace, host: string, helm: string): Promise<void> {
  const { ca, capstan, folder } = place;
  const remote = `oci://${host}/charts`;
  const refused = await place.run(
    Deno.execPath(),
    ...["run", "-A", new URL("../../cli.ts", import.meta.url).pathname],
    ...["pull", `${remote}/web`, "--version", "1.0.0", "--ca-file", ca],
  );
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /401 Unauthorized/);
  assert.match(refused.stderr, /hint: give user name and password for .*`capstan registry login`/);
  await Deno.mkdir(`${folder}/from-helm`);
  await Deno.mkdir(`${folder}/from-capstan`);
  // Capstan logs in, and Helm is in.
  await capstan("registry", "login", host, "--ca-file", ca, ...ALLOWED);
  await place.ok(helm, "package", "web");
  await place.ok(helm, "push", "web-1.0.0.tgz", remote, "--ca-file", ca);
  await capstan("pull", `${remote}/web`, "--version", "1.0.0", "--ca-file", ca, "-d", "from-helm");
  await same(`${folder}/web-1.0.0.tgz`, `${folder}/from-helm/web-1.0.0.tgz`);
  // What Capstan packs and pushes, Helm pulls; a plus is a plus again.
  await capstan("package", "web", "--version", "1.2.0+b.1");
  const pushed = await capstan("push", "web-1.2.0+b.1.tgz", remote, "--ca-file", ca);
  const digest = /Digest: (sha256:[0-9a-f]{64})/.exec(pushed)?.[1];
  assert.ok(digest, pushed);
  const pulled = await place.ok(
    helm,
    ...["pull", `${remote}/web`, "--version", "1.2.0+b.1", "--ca-file", ca, "-d", "from-capstan"],
  );
  assert.ok(pulled.includes(digest), pulled);
  await same(`${folder}/web-1.2.0+b.1.tgz`, `${folder}/from-capstan/web-1.2.0+b.1.tgz`);
  // A range, no version, and a digest; what they render is what Helm renders.
  for (const args of [[`${remote}/web`, "--version", "1.x"], [`${remote}/web@${digest}`]]) {
    const flags = ["template", "rel", ...args, "--ca-file", ca];
    assert.match(await capstan(...flags), /text: hello/);
    if (!args[0]!.includes("@")) {
      assert.equal((await place.run(helm, ...flags)).stdout, await capstan(...flags));
    }
  }
  // Helm logs out, and Capstan is out.
  await place.ok(helm, "registry", "logout", host);
  const out = await Deno.readTextFile(`${folder}/helm-config/registry/config.json`);
  assert.ok(!out.includes(host), out);
}

async function shared(place: ChartPlace, url: string, helm: string): Promise<void> {
  const { ca, capstan, folder } = place;
  await capstan("repo", "add", "mine", url, "--ca-file", ca, ...ALLOWED);
  const search = ["search", "repo", "web", "--versions"];
  assert.equal(await capstan(...search), await place.ok(helm, ...search));
  await place.ok(helm, "pull", "mine/web", "--version", "1.5.0", "-d", folder);
  await same(`${folder}/repo/web-1.5.0.tgz`, `${folder}/web-1.5.0.tgz`);
  await place.ok(helm, "repo", "add", "theirs", url, "--ca-file", ca, ...ALLOWED);
  for (const what of [["show", "chart"], ["show", "values"], ["show", "readme"], ["show", "all"]]) {
    const args = [...what, "theirs/web", "--version", "~1.0.0"];
    assert.equal(await capstan(...args), await place.ok(helm, ...args), args.join(" "));
  }
  assert.equal(await capstan("repo", "list"), await place.ok(helm, "repo", "list"));
  const { code, stderr } = await place.run(
    Deno.execPath(),
    ...["run", "-A", new URL("../../cli.ts", import.meta.url).pathname],
    ...["template", "rel", "web", "--repo", `${url}/other`, "--ca-file", ca, "--username", "you"],
  );
  assert.equal(code, 1);
  assert.match(stderr, /401 Unauthorized/);
  assert.doesNotMatch(stderr, /pass:w/);
}

async function locked(place: ChartPlace, url: string, helm: string): Promise<void> {
  const { ca, capstan, folder } = place;
  await capstan("repo", "add", "mine", url, "--ca-file", ca, ...ALLOWED);
  const chart = `apiVersion: v2\nname: top\nversion: 0.1.0\ndependencies:
- {name: web, version: ">=1 <2", repository: "@mine", condition: web.on, tags: [front]}
- {name: web, alias: second, version: ~1.0.0, repository: "${url}"}
`;
  await place.write({ "a/Chart.yaml": chart, "b/Chart.yaml": chart });
  const said = await capstan("dependency", "update", "a");
  assert.equal(said, await place.ok(helm, "dependency", "update", "b"));
  const [ours, theirs] = await Promise.all(
    ["a", "b"].map((each) => Deno.readTextFile(`${folder}/${each}/Chart.lock`)),
  );
  const timeless = (text: string) => text.replace(/generated: .*/, "");
  assert.equal(timeless(ours!), timeless(theirs!));
  assert.equal(
    await capstan("dependency", "list", "a"),
    await place.ok(helm, "dependency", "list", "a"),
  );
  for (const each of ["a", "b"]) await Deno.remove(`${folder}/${each}/charts`, { recursive: true });
  await place.ok(helm, "dependency", "build", "a");
  await capstan("dependency", "build", "b");
  for (const version of ["1.0.0", "1.5.0"]) {
    await same(`${folder}/a/charts/web-${version}.tgz`, `${folder}/b/charts/web-${version}.tgz`);
  }
  // Two versions of one chart get into each other's way in an archive, in Helm by chance: one only.
  await place.write({ "c/Chart.yaml": chart.replace(/^.*alias: second.*\n/m, "") });
  await capstan("dependency", "update", "c");
  await capstan("package", "c", "-d", "out-a");
  await place.ok(helm, "package", "c", "-d", "out-b");
  const args = ["template", "rel"];
  assert.equal(
    await capstan(...args, "out-b/top-0.1.0.tgz"),
    await place.ok(helm, ...args, "out-a/top-0.1.0.tgz"),
  );
}

async function same(a: string, b: string): Promise<void> {
  const [one, two] = await Promise.all([Deno.readFile(a), Deno.readFile(b)]);
  assert.deepEqual(one, two, `${a} and ${b} differ`);
}

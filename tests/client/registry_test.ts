/** The library's actions on charts, repositories and registries, over HTTP. */
import assert from "node:assert/strict";
import {
  Chart,
  ChartError,
  Configuration,
  HelmError,
  Lint,
  loadChart,
  Package,
  Pull,
  Push,
  RegistryError,
  RegistryLogin,
  RegistryLogout,
  RepoAdd,
  RepoList,
  RepoRemove,
  RepoUpdate,
  Show,
  ValidationError,
} from "../../mod.ts";
import { withRegistry } from "../registry/registry_server.ts";
import { withRepository } from "./bench.ts";

/** A configuration whose files are in a folder of their own. */
async function inFolder(use: (config: Configuration, folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await using config = new Configuration({ env: (name) => name === "HOME" ? folder : undefined });
    await use(config, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const CHARTS = { web: ["2.0.0", "1.0.0"] };

Deno.test("RepoAdd, RepoList, RepoUpdate and RepoRemove keep Helm's list of repositories", async () => {
  await inFolder(async (config, folder) => {
    await withRepository(CHARTS, async ({ repo, fetched }) => {
      assert.deepEqual(await new RepoList(config).run(), []);
      await new RepoAdd(config).run("site", repo);
      assert.deepEqual(await new RepoList(config).run(), [{ name: "site", url: repo }]);
      const file = await Deno.readTextFile(`${folder}/.config/helm/repositories.yaml`);
      assert.match(file, /- .*\n(.*\n)* {2}name: site\n/);
      const text = await new Chart({ name: "x", chart: "site/web", version: "^1", config })
        .template();
      assert.match(text, /# Source: web\/templates/);
      const asked = fetched.length;
      await new RepoUpdate(config).run("site");
      assert.deepEqual(fetched.slice(asked), ["/index.yaml"]);
      await assert.rejects(new RepoUpdate(config).run("sight"), RegistryError);
      await new RepoRemove(config).run("site");
      await assert.rejects(new RepoRemove(config).run("site"), RegistryError);
      assert.deepEqual(await new RepoList(config).run(), []);
    });
    await assert.rejects(new RepoAdd(config).run("a/b", "http://127.0.0.1:1"), ValidationError);
    await assert.rejects(new RepoAdd(config).run("gone", "http://127.0.0.1:1"), RegistryError);
    assert.deepEqual(await new RepoList(config).run(), []);
  });
});

Deno.test("Pull, Show and Push carry a chart from a repository to a registry and back", async () => {
  const login = { username: "ada", password: "s3cret" };
  await inFolder(async (config, folder) => {
    await withRepository(CHARTS, async ({ repo }) => {
      await withRegistry({ login }, async ({ host }) => {
        const plainHttp = true;
        const path = await new Pull(config).run("web", { repo, version: "1.0.0", destDir: folder });
        assert.equal(path, `${folder}/web-1.0.0.tgz`);
        assert.match(
          await new Show(config).chart(path),
          /^apiVersion: v2\nappVersion: "7"\nname: web\n/,
        );
        assert.equal(await new Show(config).values(path), "text: plain\nreplicaCount: 1\n");

        const remote = `oci://${host}/charts`;
        const push = () => new Push(config).run(path, remote, { plainHttp });
        await assert.rejects(push(), HelmError);
        const wrong = new RegistryLogin(config).run(host, "ada", "wrong", { plainHttp });
        await assert.rejects(wrong, RegistryError);
        await new RegistryLogin(config).run(host, "ada", "s3cret", { plainHttp });
        const { reference, digest } = await push();
        assert.equal(reference, `${host}/charts/web:1.0.0`);
        assert.match(digest, /^sha256:[0-9a-f]{64}$/);

        const chart = `${remote}/web`;
        const text = await new Chart({ name: "x", chart, plainHttp, config }).template();
        assert.match(text, /# Source: web\/templates/);
        await new RegistryLogout(config).run(host);
        // Another program: this one still has its token.
        await using other = new Configuration({
          env: (name) => name === "HOME" ? folder : undefined,
        });
        const again = new Pull(other).run(chart, { plainHttp, destDir: folder });
        await assert.rejects(again, HelmError);
      });
    });
  });
});

Deno.test("Lint tells what is wrong with a chart", async () => {
  const good = await new Lint().run("examples/shop/charts/redis");
  assert.equal(good.ok, true);
  await inFolder(async (config, folder) => {
    await Deno.mkdir(`${folder}/bad/templates`, { recursive: true });
    await Deno.writeTextFile(`${folder}/bad/Chart.yaml`, "apiVersion: v2\nname: bad\n");
    const bad = await new Lint(config).run(`${folder}/bad`);
    assert.equal(bad.ok, false);
    const errors = bad.messages.filter(({ severity }) => severity === "error");
    assert.ok(errors.some(({ text }) => /version/.test(text)), JSON.stringify(errors));
    await assert.rejects(new Lint(config).run(`${folder}/none`), HelmError);
  });
});

Deno.test("Package packs a chart that loads, and says what it lacks", async () => {
  await inFolder(async (config, folder) => {
    const destDir = `${folder}/new/packages`;
    const options = { destDir, version: "7.8.9", time: 1_700_000_000 };
    const path = await new Package(config).run("examples/shop/charts/redis", options);
    assert.equal(path, `${destDir}/redis-7.8.9.tgz`);
    const { metadata } = await loadChart(path);
    assert.deepEqual([metadata.name, metadata.version], ["redis", "7.8.9"]);
    const first = await Deno.readFile(path);
    await new Package(config).run("examples/shop/charts/redis/", options);
    assert.deepEqual(await Deno.readFile(path), first);
    const files: Record<string, string> = {
      "Chart.yaml":
        "apiVersion: v2\nname: p\nversion: 1.0.0\ndependencies: [{name: db, version: 1.x}]\n",
    };
    await Deno.mkdir(`${folder}/p`);
    await Deno.writeTextFile(`${folder}/p/Chart.yaml`, files["Chart.yaml"]!);
    const refused = (chart: string) => new Package(config).run(chart, { destDir });
    await assert.rejects(
      refused(`${folder}/p`),
      /^ChartError: found in Chart.yaml, but missing in charts\/ directory: db$/,
    );
    await assert.rejects(refused(path), /it is not a folder$/);
    await assert.rejects(refused(`${folder}/none`), ChartError);
  });
});

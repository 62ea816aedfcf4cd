import assert from "node:assert/strict";
import { loadChart } from "../../lib/chart/load.ts";
import { buildDependencies, updateDependencies } from "../../lib/registry/dependencies.ts";
import type { DependencyOptions } from "../../lib/registry/dependencies.ts";
import { dependencyStatuses, undeclaredCharts } from "../../lib/registry/dependency_status.ts";
import { helmPaths } from "../../lib/registry/helm_paths.ts";
import { ChartLocator } from "../../lib/registry/locate.ts";
import { chartArchive, repositoryFiles, serving } from "./serving.ts";

interface Place {
  readonly folder: string;
  readonly lines: string[];
  readonly options: DependencyOptions;
  names(): Promise<string[]>;
  write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void>;
}

/** A folder with files, and what brings dependencies into it. */
async function inFolder(
  files: Readonly<Record<string, string>>,
  use: (place: Place) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const paths = helmPaths((name) => name === "HOME" ? `${folder}/home` : undefined);
  const locator = new ChartLocator({ paths });
  const lines: string[] = [];
  const write: Place["write"] = async (files) => {
    for (const [path, data] of Object.entries(files)) {
      const target = `${folder}/${path}`;
      await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
      const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
      await Deno.writeFile(target, bytes);
    }
  };
  try {
    await write(files);
    await use({
      folder,
      lines,
      write,
      options: { locator, now: () => 0, print: (line) => lines.push(line) },
      names: async () =>
        (await Array.fromAsync(Deno.readDir(`${folder}/top/charts`), ({ name }) => name)).sort(),
    });
  } finally {
    await locator.close();
    await Deno.remove(folder, { recursive: true });
  }
}

function chartYaml(...dependencies: string[]): string {
  const list = dependencies.map((each) => `\n- ${each}`).join("");
  return `apiVersion: v2\nname: top\nversion: 1.0.0\ndependencies:${list}\n`;
}

const SUB = { "sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 0.3.1\n" };

Deno.test("updateDependencies() takes the newest in range, writes a lock, and build follows it", async () => {
  await serving(
    await repositoryFiles("web-1.0.0", "web-1.4.0", "web-2.0.0"),
    async ({ url, host, count }) => {
      const chart = chartYaml(
        `{name: web, version: 1.x, repository: "${url}"}`,
        `{name: web, alias: other, version: 1.x, repository: "${url}"}`,
        `{name: sub, version: ~0.3.0, repository: "file://../sub"}`,
      );
      await inFolder(
        { "top/Chart.yaml": chart, ...SUB },
        async ({ folder, options, lines, names, write }) => {
          await write({ "top/charts/old-1.0.0.tgz": await chartArchive("old", "1.0.0") });
          await updateDependencies(`${folder}/top`, options);
          assert.deepEqual(lines.map((line) => line.replaceAll(host, "HOST")), [
            "Getting updates for unmanaged Helm repositories...",
            '...Successfully got an update from the "http://HOST" chart repository',
            "Saving 3 charts",
            "Downloading web from repo http://HOST",
            "Already downloaded web from repo http://HOST",
            "Deleting outdated charts",
          ]);
          assert.deepEqual(await names(), ["sub-0.3.1.tgz", "web-1.4.0.tgz"]);
          const { lock } = await loadChart(`${folder}/top`);
          assert.deepEqual(lock!.dependencies.map(({ version }) => version), [
            "1.4.0",
            "1.4.0",
            "0.3.1",
          ]);
          await Deno.remove(`${folder}/top/charts`, { recursive: true });
          await buildDependencies(`${folder}/top`, options);
          assert.deepEqual(await names(), ["sub-0.3.1.tgz", "web-1.4.0.tgz"]);
          assert.deepEqual([count("/web-1.4.0.tgz"), count("/web-1.0.0.tgz")], [1, 0]);
          await write({
            "top/Chart.yaml": chartYaml(`{name: web, version: 2.x, repository: "${url}"}`),
          });
          await assert.rejects(buildDependencies(`${folder}/top`, options), {
            message:
              "the lock file (Chart.lock) is out of sync with the dependencies file (Chart.yaml). Please update the dependencies with 'helm dependency update'",
          });
        },
      );
    },
  );
});

Deno.test("updateDependencies() leaves charts/ as it was when it fails", async (t) => {
  const rows: [string, string, RegExp][] = [
    [
      "no version in range",
      '{name: web, version: 9.x, repository: "URL"}',
      /^can't get a valid version for 1 subchart\(s\): "web" \(repository "http:\S+", version "9\.x"\)\. Make sure/,
    ],
    ["no such chart", '{name: wep, version: 1.x, repository: "URL"}', /there is no such chart$/],
    [
      "a range that is none",
      '{name: web, version: "?", repository: "URL"}',
      /^dependency "web" has an invalid version\/constraint format: improper constraint/,
    ],
    [
      "a repository that was not added",
      '{name: web, version: 1.x, repository: "@stable"}',
      /^no repository definition for @stable\. Please add them via 'helm repo add'$/,
    ],
    [
      "a repository that is a word",
      "{name: web, version: 1.x, repository: stable}",
      /^no repository definition for stable\. .*\nNote that repositories must be URLs or aliases/,
    ],
    [
      "a folder that is not there",
      '{name: sub, version: 1.x, repository: "file://../none"}',
      /^directory \S+\/none not found$/,
    ],
    [
      "an archive that is not what the index says",
      '{name: bad, version: 1.x, repository: "URL"}',
      /^could not download bad: .*digest/,
    ],
  ];
  const files = await repositoryFiles("web-1.0.0", "bad-1.0.0");
  await serving(
    { ...files, "/bad-1.0.0.tgz": await chartArchive("bad", "1.0.1") },
    async ({ url }) => {
      for (const [what, dependency, message] of rows) {
        await t.step(what, async () => {
          const chart = chartYaml(dependency.replace("URL", url));
          await inFolder({ "top/Chart.yaml": chart }, async ({ folder, options, names, write }) => {
            await write({ "top/charts/web-0.9.0.tgz": await chartArchive("web", "0.9.0") });
            await assert.rejects(updateDependencies(`${folder}/top`, options), { message });
            assert.deepEqual(await names(), ["web-0.9.0.tgz"]);
            await assert.rejects(Deno.stat(`${folder}/top/Chart.lock`), Deno.errors.NotFound);
          });
        });
      }
    },
  );
});

Deno.test("dependencyStatuses() has a word for each dependency", async () => {
  const chart = chartYaml(
    "{name: a, version: 1.x, repository: r}",
    "{name: b, version: 1.x, repository: r}",
    "{name: c, version: 1.x, repository: r}",
    "{name: d, version: 1.x, repository: r}",
    "{name: e, version: 1.x, repository: r}",
    "{name: f, version: 1.x, repository: r}",
  );
  await inFolder({ "top/Chart.yaml": chart }, async ({ folder, write }) => {
    await write({
      "top/charts/a-1.2.0.tgz": await chartArchive("a", "1.2.0"),
      "top/charts/a-ui-1.0.0.tgz": await chartArchive("a-ui", "1.0.0"),
      "top/charts/b-2.0.0.tgz": await chartArchive("b", "2.0.0"),
      "top/charts/c-1.0.0.tgz": await chartArchive("c", "1.0.0"),
      "top/charts/c-1.1.0.tgz": await chartArchive("c", "1.1.0"),
      "top/charts/d/Chart.yaml": "apiVersion: v2\nname: d\nversion: 1.0.0\n",
      "top/charts/f-1.0.0.tgz": await chartArchive("g", "1.0.0"),
    });
    const loaded = await loadChart(`${folder}/top`);
    const charts = `${folder}/top/charts`;
    assert.deepEqual(await dependencyStatuses(loaded, charts), [
      "ok",
      "wrong version",
      "too many matches",
      "unpacked",
      "missing",
      "misnamed",
    ]);
    const extra = await undeclaredCharts(loaded.metadata.dependencies!, charts);
    assert.deepEqual(extra.map(({ path }) => path.slice(charts.length + 1)), [
      "a-ui-1.0.0.tgz",
      "f-1.0.0.tgz",
    ]);
  });
});

import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { chartFromFiles } from "../../lib/chart/from_files.ts";
import { loadChartArchive } from "../../lib/chart/load.ts";
import { packageChart } from "../../lib/registry/package.ts";
import { packageFolder } from "../../lib/registry/package_folder.ts";
import { writeArchive } from "../../lib/registry/write_tar.ts";
import { gunzip, unpackTar } from "../../lib/chart/archive.ts";
import { chartLimits } from "../../lib/chart/limits.ts";

const FILES = {
  "Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n# a comment\ndescription: Web\n",
  "values.yaml": "a: 1 # kept\n",
  "templates/x.yaml": "kind: X\n",
  "README.md": "# web\n",
  "charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 0.1.0\n",
  "charts/sub/values.yaml": "b: 2\n",
};

Deno.test("packageChart() packs what Helm packs, in its order", async () => {
  const { archive, fileName } = await packageChart(chartFromFiles(FILES), { time: 0 });
  strictEqual(fileName, "web-1.0.0.tgz");
  const decoder = new TextDecoder();
  const files = unpackTar(await gunzip(archive, chartLimits()), chartLimits())
    .map(({ name, data }) => [name, decoder.decode(data)]);
  deepStrictEqual(files, [
    ["Chart.yaml", "apiVersion: v2\ndescription: Web\nname: web\nversion: 1.0.0\n"],
    ["values.yaml", "a: 1 # kept\n"],
    ["templates/x.yaml", "kind: X\n"],
    ["README.md", "# web\n"],
    ["charts/sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 0.1.0\n"],
    ["charts/sub/values.yaml", "b: 2\n"],
  ]);
});

Deno.test("packageChart() makes the same bytes of the same chart at the same time", async () => {
  const [one, two] = await Promise.all(
    [1, 2].map(() => packageChart(chartFromFiles(FILES), { time: 1_700_000_000 })),
  );
  deepStrictEqual(one!.archive, two!.archive);
});

Deno.test("packageChart() sets versions, and refuses what is none", async () => {
  const chart = chartFromFiles(FILES);
  const packed = await packageChart(chart, { time: 0, version: "2.0.0+b.1", appVersion: "9" });
  strictEqual(packed.fileName, "web-2.0.0+b.1.tgz");
  const { metadata } = await loadChartArchive(packed.archive);
  deepStrictEqual([metadata.version, metadata.appVersion], ["2.0.0+b.1", "9"]);
  await rejects(packageChart(chart, { time: 0, version: "new" }), {
    message: "invalid semantic version",
  });
});

Deno.test("writeArchive() writes names of any length and script", async () => {
  const rows = [
    "a/b",
    `a/${"b".repeat(98)}`,
    `a/${"b".repeat(99)}`,
    `${"a".repeat(90)}/${"b".repeat(99)}`,
    `a/${"b".repeat(300)}`,
    "a/grün/日本.yaml",
    ...[84, 85, 86, 87, 88, 89, 90, 91, 980, 985, 990].map((n) => `a/${"ü".repeat(n)}`),
  ];
  const archive = await writeArchive(
    rows.map((name) => ({ name, data: new TextEncoder().encode(name) })),
    1_700_000_000,
  );
  const files = unpackTar(await gunzip(archive, chartLimits()), chartLimits());
  deepStrictEqual(
    files.map(({ name }) => name),
    rows.map((name) => name.slice(name.indexOf("/") + 1)),
  );
  deepStrictEqual(files.map(({ data }) => new TextDecoder().decode(data)), rows);
});

Deno.test("packageFolder() warns of two versions of a chart, which share a folder as in Helm", async () => {
  const folder = await Deno.makeTempDir();
  const files = {
    "Chart.yaml": "apiVersion: v2\nname: top\nversion: 1.0.0\n",
    "charts/a/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
    "charts/a/values.yaml": "a: 1\n",
    "charts/b/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.5.0\n",
    "charts/b/values.yaml": "a: 2\n",
  };
  for (const [path, text] of Object.entries(files)) {
    await Deno.mkdir(`${folder}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${folder}/${path}`, text);
  }
  const warnings: string[] = [];
  const warn = (message: string) => warnings.push(message);
  const { archive } = await packageFolder(folder, { time: 0, warn });
  const names = unpackTar(await gunzip(archive, chartLimits()), chartLimits());
  strictEqual(names.filter(({ name }) => name === "charts/web/Chart.yaml").length, 2);
  strictEqual(warnings.length, 1);
  strictEqual(
    /^warning: 1\.0\.0 and 1\.5\.0 of web share one folder in the archive, as in Helm's/
      .test(warnings[0]!),
    true,
  );
  await Deno.remove(folder, { recursive: true });
});

import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { loadChart, loadChartArchive } from "../../lib/chart/load.ts";
import { gzip, header, tarball } from "./tarball.ts";

const CHART = "apiVersion: v2\nname: probe\nversion: 0.1.0\n";

async function inFolder(
  files: Record<string, string>,
  test: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      const path = `${folder}/${name}`;
      await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(path, text);
    }
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("loadChart() reads a folder in order, without what is ignored", async () => {
  await inFolder({
    "c/Chart.yaml": "\ufeff" + CHART,
    "c/.helmignore": "*.bak\nskip/\n",
    "c/b.txt": "b",
    "c/a.txt": "\ufeffa",
    "c/a.bak": "x",
    "c/skip/x": "x",
    "c/templates/z.yaml": "z",
    "c/templates/.hidden": "x",
    "c/templates/d/a.yaml": "a",
  }, async (folder) => {
    const chart = await loadChart(`${folder}/c`);
    deepStrictEqual(chart.files.map(({ name, text }) => [name, text]), [
      [".helmignore", "*.bak\nskip/\n"],
      ["a.txt", "a"],
      ["b.txt", "b"],
    ]);
    deepStrictEqual(chart.templates.map(({ name }) => name), [
      "templates/d/a.yaml",
      "templates/z.yaml",
    ]);
  });
});

Deno.test("loadChart() follows links inside the chart and refuses those that lead out", async () => {
  await inFolder(
    { "c/Chart.yaml": CHART, "c/real/a.txt": "a", "secret.txt": "s" },
    async (folder) => {
      await Deno.symlink("real", `${folder}/c/link`);
      const chart = await loadChart(`${folder}/c`);
      deepStrictEqual(chart.files.map(({ name }) => name), ["link/a.txt", "real/a.txt"]);
      await Deno.symlink("../secret.txt", `${folder}/c/out.txt`);
      await rejects(loadChart(`${folder}/c`), {
        code: "chart/unsafe",
        message: /^the symbolic link out\.txt leads out of the chart/,
      });
      const trusted = await loadChart(`${folder}/c`, { followLinks: true });
      deepStrictEqual(trusted.files.map(({ name, text }) => [name, text]), [
        ["link/a.txt", "a"],
        ["out.txt", "s"],
        ["real/a.txt", "a"],
      ]);
    },
  );
});

Deno.test("loadChart() refuses a link that leads round in circles", async () => {
  await inFolder({ "c/Chart.yaml": CHART, "c/d/a.txt": "a" }, async (folder) => {
    await Deno.symlink("../d", `${folder}/c/d/again`);
    await rejects(loadChart(`${folder}/c`), { code: "chart/unsafe" });
  });
});

Deno.test("loadChart() holds to its limits", async () => {
  await inFolder({ "c/Chart.yaml": CHART, "c/a.txt": "x".repeat(1000) }, async (folder) => {
    const path = `${folder}/c`;
    await rejects(loadChart(path, { limits: { totalBytes: 1000 } }), { code: "chart/too-large" });
    await rejects(loadChart(path, { limits: { fileBytes: 999 } }), {
      message: 'chart file "a.txt" is larger than the maximum file size 999',
    });
    await rejects(loadChart(path, { limits: { files: 1 } }), { code: "chart/too-large" });
  });
});

Deno.test("loadChart() says what it cannot load", async () => {
  await rejects(loadChart("/nowhere/at/all"), { code: "chart/missing" });
  await inFolder({
    "a.txt": "hello ".repeat(100),
    "b.txt": "hello",
    "broken/Chart.yaml": "a: [",
    "a.yaml": "a: 1",
    "old/Chart.yaml": "apiVersion: v9\nname: a\nversion: 1.0.0\n",
    "none/x": "",
  }, async (folder) => {
    await rejects(loadChart(`${folder}/a.txt`), {
      message:
        `file '${folder}/a.txt' does not appear to be a gzipped archive; got 'text/plain; charset=utf-8'`,
    });
    await rejects(loadChart(`${folder}/b.txt`), { message: /got 'application\/octet-stream'$/ });
    await rejects(loadChart(`${folder}/broken`), {
      message:
        "cannot load Chart.yaml: error converting YAML to JSON: yaml: line 1: did not find expected node content",
    });
    await rejects(loadChart(`${folder}/a.yaml`), {
      message: `file '${folder}/a.yaml' seems to be a YAML file, but expected a gzipped archive`,
    });
    await rejects(loadChart(`${folder}/none`), { message: "Chart.yaml file is missing" });
    await rejects(loadChart(`${folder}/old`), { message: "unsupported chart version" });
    strictEqual((await loadChart(`${folder}/old`, { helmVersion: "v3" })).metadata.name, "a");
  });
});

Deno.test("loadChart() ends when it is told to", async () => {
  await inFolder({ "c/Chart.yaml": CHART }, async (folder) => {
    await rejects(loadChart(`${folder}/c`, { signal: AbortSignal.abort() }), {
      name: "AbortError",
    });
  });
});

Deno.test("loadChartArchive() unpacks charts inside charts", async () => {
  const deep = await tarball({ "deep/Chart.yaml": "apiVersion: v2\nname: deep\nversion: 1.0.0\n" });
  const sub = await tarball({
    "sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
    "sub/charts/deep-1.0.0.tgz": deep,
  });
  const chart = await loadChartArchive(
    await tarball({ "probe/": "", "probe/Chart.yaml": CHART, "probe/charts/sub-1.0.0.tgz": sub }),
  );
  strictEqual(chart.dependencies[0]?.dependencies[0]?.metadata.name, "deep");
});

Deno.test("loadChartArchive() refuses unsafe names in Helm's words", async () => {
  const rows: [string, string][] = [
    ["Chart.yaml", 'chart illegally contains content outside the base directory: "Chart.yaml"'],
    ["probe/../../x", "chart illegally references parent directory"],
    ["probe//etc/passwd", "chart illegally contains absolute paths"],
    ["probe/c:/x", "chart contains illegally named files"],
    ["Chart.yaml/x", "chart yaml not in base directory"],
    ["probe\\..\\..\\x", "chart illegally references parent directory"],
  ];
  for (const [name, message] of rows) {
    await rejects(
      tarball({ "probe/Chart.yaml": CHART, [name]: "x" }).then((data) => loadChartArchive(data)),
      { message },
      name,
    );
  }
});

Deno.test("loadChartArchive() reads long names, and links as empty files", async () => {
  const long = `probe/${"d".repeat(120)}/x.txt`;
  const name = new TextEncoder().encode(long);
  const pad = new Uint8Array(512 - name.length % 512);
  const data = await gzip([
    header("probe/Chart.yaml", CHART.length),
    new TextEncoder().encode(CHART.padEnd(512, "\0")),
    header("././@LongLink", name.length, "L"),
    name,
    pad,
    header("short", 1),
    new TextEncoder().encode("x".padEnd(512, "\0")),
    header("probe/link", 0, "2"),
    new Uint8Array(1024),
  ]);
  const chart = await loadChartArchive(data);
  deepStrictEqual(chart.files.map((file) => [file.name, file.text]), [
    [`${"d".repeat(120)}/x.txt`, "x"],
    ["link", ""],
  ]);
});

Deno.test("loadChartArchive() stops a gzip bomb early", async () => {
  const zeros = new Uint8Array(1 << 20);
  const bomb = await gzip([header("probe/x", 64 << 20), ...Array(64).fill(zeros)]);
  await rejects(loadChartArchive(bomb, { limits: { totalBytes: 1 << 20, files: 100 } }), {
    message: "decompressed chart is larger than the maximum size 1048576",
  });
});

Deno.test("loadChartArchive() refuses what is cut short", async () => {
  const data = await tarball({ "probe/Chart.yaml": CHART });
  await rejects(loadChartArchive(data.subarray(0, data.length - 20)), { name: "ChartError" });
  await rejects(loadChartArchive(await gzip([new Uint8Array(1024)])), {
    message: "no files in chart archive",
  });
});

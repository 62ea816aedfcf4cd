/** `capstan create`: the chart that it writes is a good one, and a starter's is like Helm's. */
import assert from "node:assert/strict";
import { loadChart, renderTemplates } from "../../mod.ts";
import { atWork } from "./cluster.ts";
import { hold } from "./holding.ts";

Deno.test("create writes a chart that lints clean, goes up, and passes its test", async () => {
  await atWork({}, async ({ capstan, folder }) => {
    const made = await capstan("create", "charts/web/", "-n", "x");
    assert.deepEqual(made, { code: 0, stdout: "Creating charts/web\n", stderr: "" });
    const lint = await capstan("lint", "--strict", "charts/web");
    assert.equal(lint.code, 0, lint.stdout + lint.stderr);
    const up = await capstan("install", "shop", "charts/web", "-n", "default", "--wait");
    assert.equal(up.code, 0, up.stderr);
    assert.match(up.stdout, /port-forward service\/shop-web 8080:80/);
    const test = await capstan("test", "shop", "-n", "default");
    assert.equal(test.code, 0, test.stderr);
    const chart = await loadChart(`${folder}/charts/web`);
    const all = [
      "ingress.enabled=true",
      "autoscaling.enabled=true",
      "podLabels.a=b",
      "nodeSelector.a=b",
    ];
    const texts = [...(await renderTemplates(chart, { set: all })).values()].join("\n");
    for (const kind of ["Ingress", "HorizontalPodAutoscaler", "Deployment", "ServiceAccount"]) {
      assert(texts.includes(`kind: ${kind}\n`), kind);
    }
    assert(!texts.includes("replicas: 1"));
    const again = await capstan("create", "charts/web");
    assert.equal(again.code, 1);
    assert.match(
      again.stderr,
      /^Error: cannot write into charts\/web: .*Chart\.yaml.* exists already\n/,
    );
    const bad = await capstan("create", "we b");
    assert.match(bad.stderr, /^Error: "we b" cannot name a chart\n {2}hint: /);
  });
});

const STARTER = {
  "Chart.yaml": "apiVersion: v2\nname: start\nversion: 9.9.9\n",
  "values.yaml": "# of <CHARTNAME>\nname: <CHARTNAME>\n",
  "templates/a.yaml": "kind: ConfigMap\nmetadata: {name: <CHARTNAME>-{{ .Values.name }}}\n",
  "files/b.txt": "<CHARTNAME>\n",
};

/** The files below a folder. */
async function filesIn(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (!isDirectory) found[name] = await Deno.readTextFile(`${folder}/${name}`);
    else {
      for (const [path, text] of Object.entries(await filesIn(`${folder}/${name}`))) {
        found[`${name}/${path}`] = text;
      }
    }
  }
  return found;
}

Deno.test("create --starter puts the name in where Helm does", async () => {
  const files = Object.entries(STARTER).map(([path, text]) => [`start/${path}`, text]);
  await atWork(Object.fromEntries(files), async ({ capstan, folder }) => {
    const made = await capstan("create", "web", "-p", `${folder}/start`);
    assert.equal(made.code, 0, made.stderr);
    const own = await filesIn(`${folder}/web`);
    assert.deepEqual({ ...own, "Chart.yaml": "" }, {
      "Chart.yaml": "",
      "values.yaml": "# of web\nname: web\n",
      "templates/a.yaml": "kind: ConfigMap\nmetadata: {name: web-{{ .Values.name }}}\n",
      "files/b.txt": "<CHARTNAME>\n",
    });
    assert.match(own["Chart.yaml"]!, /^name: web$/m);
    assert.match(own["Chart.yaml"]!, /^version: 0\.1\.0$/m);
    const helm = Deno.env.get("HELM4");
    if (helm !== undefined) {
      const args = ["create", "theirs/web", "-p", `${folder}/start`];
      await Deno.mkdir(`${folder}/theirs`);
      assert((await new Deno.Command(helm, { args, cwd: folder }).output()).success);
      const theirs = await filesIn(`${folder}/theirs/web`);
      assert.deepEqual({ ...own, "Chart.yaml": "" }, { ...theirs, "Chart.yaml": "" });
    }
    const none = await capstan("create", "other", "--starter", "none");
    assert.match(none.stderr, /^Error: .*\/helm\/starters\/none/);
  });
});

Deno.test("create works with exactly the permissions that are printed for it", async () => {
  const files = Object.entries(STARTER).map(([path, text]) => [`start/${path}`, text]);
  await atWork(Object.fromEntries(files), async (work) => {
    await hold(work, ["create", "web"]);
    await hold(work, ["create", "other", "-p", `${work.folder}/start`]);
  });
});

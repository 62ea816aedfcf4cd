/** `capstan adopt`: what it writes changes nothing when it goes up. */
import assert from "node:assert/strict";
import { atWork } from "./cluster.ts";

const FILES = {
  "web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.2.0\nappVersion: '7'\n",
  "web/values.yaml": "replicas: 2\ntext: a\n",
  "web/notes.txt": "from a file",
  "web/templates/_helpers.tpl": '{{ define "name" }}{{ .Release.Name }}{{ end }}',
  "web/templates/a.yaml": `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ include "name" . }}}
data:
  replicas: {{ .Values.replicas | quote }}
  text: {{ .Values.text | quote }}
  file: {{ .Files.Get "notes.txt" | quote }}
  app: {{ .Chart.AppVersion | quote }}
`,
  "parent/Chart.yaml":
    "apiVersion: v2\nname: parent\nversion: 0.1.0\ndependencies: [{name: web, version: 1.x}]\n",
  "parent/charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.2.0\n",
};

Deno.test("adopt writes a stack and the charts of the records, and up leaves the objects as they are", async () => {
  await atWork(FILES, async ({ capstan, folder }) => {
    const ok = async (...args: string[]) => {
      const result = await capstan(...args);
      assert.equal(result.code, 0, result.stderr);
      return result;
    };
    await ok("install", "one", "./web", "-n", "a", "--create-namespace", "--set", "text=x");
    await ok("install", "two", "./web", "-n", "b", "--create-namespace", "--set", "dbPassword=p");
    await ok("install", "big", "./parent", "-n", "b");

    const adopted = await ok("adopt", "mine", "-A");
    assert.equal(
      adopted.stdout,
      "wrote mine/stack.ts: 3 releases\n" +
        "See that nothing would change:   capstan plan mine/stack.ts\n" +
        "What it calls unchanged is left alone by `capstan up`; anything else gets a new revision.\n",
    );
    assert.equal(
      adopted.stderr,
      `
To look at:
- release b/big: its record does not keep the subcharts web of chart parent: name the chart with --chart big=REFERENCE, or put 0.1.0 of it into charts/parent-0.1.0
- release b/two: values that look like secrets are written in clear: dbPassword
`,
    );
    assert.deepEqual(
      (await Array.fromAsync(Deno.readDir(`${folder}/mine/charts`))).map(({ name }) => name),
      ["web-1.2.0"],
    );

    await ok("adopt", "again", "-A", "--chart", "big=../parent", "--filter", "big|one");
    const planned = await ok("plan", "again/stack.ts", "--output", "json");
    const nodes = JSON.parse(planned.stdout) as { action: string }[];
    assert.deepEqual(nodes.map(({ action }) => action), ["unchanged", "unchanged"]);
    await ok("up", "again/stack.ts");
    const { stdout } = await ok("list", "-A", "-o", "json");
    const releases = JSON.parse(stdout) as { name: string; revision: string }[];
    assert.deepEqual(
      releases.map(({ name, revision }) => `${name} ${revision}`).sort(),
      ["big 1", "one 1", "two 1"],
    );
  });
});

Deno.test("adopt tells large numbers of --set from those of a values file", async () => {
  const files = {
    ...FILES,
    "web/templates/a.yaml": `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}}
data:
  id: "{{ .Values.id }}"
  more: "{{ .Values.a.ids }} {{ index .Values.a "x.y" }}"
  rest: {{ .Values.big | toYaml | quote }}
`,
    "numbers.yaml": "id: 12345678901\na:\n  ids: [3000000, 1]\n  x.y: 7000000\nbig: 12345678901\n",
  };
  await atWork(files, async ({ capstan, folder }) => {
    const ok = async (...args: string[]) => {
      const result = await capstan(...args);
      assert.equal(result.code, 0, result.stderr);
      return result.stdout;
    };
    await ok("install", "file", "./web", "-f", "numbers.yaml");
    const given = "id=12345678901,a.ids={3000000,1},a.x\\.y=7000000,big=1000000";
    await ok("install", "set", "./web", "--set", given);
    await ok("adopt", "mine");
    const stack = await Deno.readTextFile(`${folder}/mine/stack.ts`);
    assert.ok(
      stack.includes(`
  values: {
    id: 12345678901,
    a: { ids: [3000000, 1], "x.y": 7000000 },
    big: 12345678901,
  },
`),
      stack,
    );
    assert.ok(
      stack.includes(`
  values: { a: { ids: [3000000, 1] } },
  set: [
    "id=12345678901",
    "a.ids[0]=3000000",
    "a.x\\\\.y=7000000",
    "big=1000000",
  ],
`),
      stack,
    );
    const nodes = JSON.parse(await ok("plan", "mine/stack.ts", "-o", "json")) as {
      action: string;
    }[];
    assert.deepEqual(nodes.map(({ action }) => action), ["unchanged", "unchanged"], stack);
  });
});

Deno.test("adopt says that there is nothing, and refuses to write over files", async () => {
  await atWork(FILES, async ({ capstan }) => {
    const none = await capstan("adopt", "-n", "a");
    assert.match(
      none.stderr,
      /^Error: cannot adopt: there is no release\n {2}hint: name the names/,
    );
    await capstan("install", "one", "./web");
    const first = await capstan("adopt", "mine");
    assert.equal(first.code, 0, first.stderr);
    const second = await capstan("adopt", "mine");
    assert.match(
      second.stderr,
      /^Error: cannot write into mine: mine\/stack.ts, .* exists already/,
    );
    assert.deepEqual([none.code, second.code], [1, 1]);
  });
});

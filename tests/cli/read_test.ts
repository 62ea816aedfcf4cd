import assert from "node:assert/strict";
import { describeRelease } from "../../lib/cli/describe.ts";
import { formatResources } from "../../lib/cli/object_tables.ts";
import { formatRelease, formatTable } from "../../lib/cli/output.ts";
import { renderRecord } from "../../lib/cli/record_template.ts";
import { buildHook, buildRelease } from "../release/builders.ts";
import { atWork } from "./cluster.ts";

Deno.test("formatTable() pads cells, breaks and cuts what they hold as Helm does, and needs no header", () => {
  const rows: [readonly string[] | undefined, string[][], string][] = [
    [["A", "B"], [["xx", "1"], ["y", "22"]], "A \tB \nxx\t1 \ny \t22\n"],
    [["A", "B"], [["x", "one\nthree"]], "A\tB    \nx\ton...\n"],
    [
      ["A", "WIDE ENOUGH"],
      [["x", "one\nthree"]],
      "A\tWIDE ENOUGH\nx\tone        \n \tthree      \n",
    ],
    // Tabs take no column.
    [
      ["A", "B"],
      [["x", "twelve chars\n\t* 6789"], ["y", "\t"]],
      "A\tB           \nx\ttwelve ch...\ny\t\t            \n",
    ],
    [
      ["A"],
      [["four:\n\t* 678"], ["exactly 15 long"]],
      "A              \nfour:          \n\t* 678          \nexactly 15 long\n",
    ],
    [["A"], [["x".repeat(70)]], `${"A".padEnd(70)}\n${"x".repeat(70)}\n`],
    [undefined, [["x", "y"]], "x\ty\n"],
    [undefined, [], "\n"],
  ];
  for (const [header, cells, expected] of rows) {
    assert.equal(formatTable(header, cells), expected);
  }
});

Deno.test("formatResources() prints tables as kubectl does", () => {
  const named = (...names: string[]) =>
    names.map((name) => ({ name, priority: name === "Wide" ? 1 : 0 }));
  const table = (columns: string[], ...cells: unknown[][]) => ({
    columnDefinitions: named(...columns),
    rows: cells.map((cells) => ({ cells })),
  });
  assert.equal(formatResources(new Map()), "");
  assert.equal(
    formatResources(
      new Map([
        ["v1/ConfigMap", [
          table(["Name", "Data", "Wide", "Age"], ["a", 3, "w", "5s"]),
          table(["Name", "Data", "Wide", "Age"], ["much-longer", 1, "w", "2m"]),
        ]],
        ["v1/Pod(related)", [table(["Name", "Status"])]],
        ["v1/Secret", [table(["Name", "Reason"], ["s", "one\ntwo"], ["t", "\x1b[2J"])]],
      ]),
    ),
    `RESOURCES:
==> v1/ConfigMap
NAME   DATA   AGE
a      3      5s
much-longer   1     2m

==> v1/Pod(related)

==> v1/Secret
NAME   REASON
s      one...
t      ^[[2J


`,
  );
});

const TESTED = buildRelease({
  revision: 3,
  hooks: [
    buildHook({
      name: "t1",
      path: "web/templates/t1.yaml",
      manifest: "kind: Pod",
      events: ["test"],
      lastRun: { startedAt: "2026-01-02T03:04:05Z", phase: "Running" },
    }),
    buildHook({ name: "t2", events: ["test"] }),
  ],
  info: {
    firstDeployed: undefined,
    lastDeployed: undefined,
    notes: "\nHello <b>\n\n",
    description: "a & b",
  },
});

const HEAD = "NAME: web\nNAMESPACE: shop\nSTATUS: deployed\nREVISION: 3\n";
const NOTES = "NOTES:\nHello <b>\n";

Deno.test("describeRelease() prints what each Helm prints", () => {
  const suite =
    /TEST SUITE: {5}t1\nLast Started: {3}.*2026\nLast Completed: Mon Jan {2}1 00:00:00 0001\nPhase: {10}Running\n/;
  const [tested] = describeRelease(TESTED).match(suite)!;
  const rows: [Parameters<typeof describeRelease>[1], string][] = [
    [{}, `${HEAD}DESCRIPTION: a & b\n${tested}${NOTES}`],
    [{ hideNotes: true }, `${HEAD}DESCRIPTION: a & b\n${tested}`],
    [{ helmVersion: "v3" }, `${HEAD}${tested}${NOTES}`],
    [{ helmVersion: "v3", description: true }, `${HEAD}DESCRIPTION: a & b\n${tested}${NOTES}`],
    [{ resources: "RESOURCES:\n" }, `${HEAD}DESCRIPTION: a & b\nRESOURCES:\n${tested}${NOTES}`],
  ];
  for (const [options, expected] of rows) {
    assert.equal(describeRelease(TESTED, options), expected, JSON.stringify(options));
  }
  const whole = describeRelease(TESTED, { chart: true, contents: true });
  assert.match(whole, /\nREVISION: 3\nCHART: web\nVERSION: 1.2.3\nAPP_VERSION: 7\nDESCRIPTION/);
  assert.match(whole, /\nUSER-SUPPLIED VALUES:\nreplicas: 3\n\nCOMPUTED VALUES:\nreplicas: 3\n\n/);
  assert.match(whole, /\nHOOKS:\n---\n# Source: web\/templates\/t1.yaml\nkind: Pod\n---\n/);
  assert.match(
    whole,
    /\nMANIFEST:\n---\n# Source: web\/templates\/a.yaml\nkind: ConfigMap\n\nNOTES/,
  );
});

Deno.test("formatRelease() writes the fields of each Helm in its order", () => {
  const hook = { ...TESTED.hooks[0]!, weight: 2 };
  const release = { ...TESTED, hooks: [hook], config: { b: 1, a: 2 } };
  const objects = new Map([["v1/Pod", [{
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: "n", name: "p" },
  }]]]);
  const json = (options: Parameters<typeof formatRelease>[2]) =>
    formatRelease(release, "json", { chart: false, ...options });
  assert.match(json({}), /^{"name":"web","info":{"description":"a \\u0026 b","status":"deployed"/);
  assert.match(json({}), /"config":{"a":2,"b":1},.*"apply_method":"ssa"}\n$/);
  assert.match(
    json({ helmVersion: "v3" }),
    /"last_run":{"started_at":"2026-01-02T03:04:05Z","completed_at":"","phase":"Running"},"weight":2/,
  );
  assert.doesNotMatch(json({ helmVersion: "v3" }), /apply_method/);
  assert.match(
    json({ objects }),
    /"resources":{"v1\/Pod":\[{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"n"}}\]}}/,
  );
  assert.doesNotMatch(json({}), /"chart"/);
  assert.match(formatRelease(release, "yaml"), /^apply_method: ssa\nchart:\n/);
});

Deno.test("renderRecord() has Helm's fields and Go's functions", () => {
  const rows: [string, string][] = [
    ["{{.Release.Name}} {{.Release.Version}} {{.Release.Info.Status}}", "web 3 deployed"],
    ["{{.Release.Info.LastDeployed.IsZero}} {{.Release.Chart.Metadata.AppVersion}}", "true 7"],
    ["{{range .Release.Hooks}}{{.Name}}={{.LastRun.Phase}} {{end}}", "t1=Running t2= "],
    ['{{printf "%v" .Release.Config.replicas}}', "3"],
    ["{{.Release.Chart.Metadata.APIVersion}} {{.Release.Chart.Name}}", "v2 web"],
    ["{{.Release.Config.zz}} {{.Nope.x}}", "<no value> <no value>"],
    [
      "{{(index .Release.Hooks 1).LastRun}}",
      "{0001-01-01 00:00:00 +0000 UTC 0001-01-01 00:00:00 +0000 UTC }",
    ],
  ];
  for (const [template, expected] of rows) {
    assert.equal(renderRecord(template, TESTED), expected, template);
  }
  const bad: [string, "v3" | "v4", string][] = [
    ["{{.Release.Nope}}", "v4", "interface {}"],
    ["{{.Release.Info.Nope}}", "v3", "*release.Info"],
    ["{{.Release.Info.Nope}}", "v4", "*v1.Info"],
    ["{{.Release.Chart.Metadata.ApiVersion}}", "v4", "*v2.Metadata"],
    ["{{range .Release.Hooks}}{{.Nope}}{{end}}", "v3", "*release.Hook"],
    ["{{range .Release.Hooks}}{{.LastRun.Nope}}{{end}}", "v4", "v1.HookExecution"],
  ];
  for (const [template, helmVersion, type] of bad) {
    assert.throws(() => renderRecord(template, TESTED, helmVersion), (error: Error) => {
      assert.match(error.message, /^template: _:1:\d+: executing "_" at <\..*Version|Nope>/);
      assert.ok(error.message.endsWith(` in type ${type}`), `${template}: ${error.message}`);
      return true;
    });
  }
  assert.throws(() => renderRecord("{{upper .Release.Name}}", TESTED), /"upper" not defined/);
});

Deno.test("list, status, history and get show what there is", async () => {
  const chart = {
    "web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\nannotations: {b: '1', a: '2'}\n",
    "web/templates/a.yaml":
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '{{ .Release.Name }}'}\ndata: {count: '{{ .Values.n }}'}\n",
  };
  await atWork(chart, async ({ capstan, storage }) => {
    const say = async (...args: string[]) => {
      const { code, stdout, stderr } = await capstan(...args);
      assert.equal(code, 0, stderr);
      return stdout;
    };
    await say("install", "one", "./web", "-l", "team=a");
    await say("upgrade", "one", "./web", "-l", "team=b", "--set", "n=1");
    await say("install", "two", "./web");
    await say("uninstall", "two", "--keep-history");
    const rows: [string[], string][] = [
      [["list", "-q"], "one\ntwo\n"],
      [["list", "-q", "-o", "json"], '["one","two"]\n'],
      [["list", "-q", "--helm-version", "v3"], "one\n"],
      [["list", "-q", "-a", "--helm-version", "v3"], "one\ntwo\n"],
      [["list", "-q", "--uninstalled"], "two\n"],
      [["list", "-q", "-r", "--max", "1", "--offset", "1"], "one\n"],
      [["list", "-q", "-l", "team=a"], ""],
      [["list", "-q", "-l", "team=b"], "one\n"],
      [["list", "-q", "-f", "(?i)^T"], "two\n"],
      [["list", "--failed", "--no-headers"], "\n"],
      [["history", "one", "--max", "0", "-o", "json"], "[]\n"],
      [["get", "all", "one", "--template", "{{.Release.Labels.team}}"], "b"],
      [["get", "metadata", "one", "--helm-version", "v3"], ""],
    ];
    const [record] = await storage.list();
    const { info } = (await storage.get({ ...record!, name: "one", revision: 2 }))!;
    const deployed = info.lastDeployed!.replace(/\.\d+/, "");
    rows.at(-1)![1] = "NAME: one\nCHART: web\nVERSION: 1.0.0\nAPP_VERSION: \n" +
      "ANNOTATIONS: a=2,b=1\nDEPENDENCIES: \nNAMESPACE: default\nREVISION: 2\n" +
      `STATUS: deployed\nDEPLOYED_AT: ${deployed}\n`;
    for (const [args, expected] of rows) assert.equal(await say(...args), expected, args.join(" "));
    assert.match(
      await say("status", "one"),
      /\nDESCRIPTION: Upgrade complete\nRESOURCES:\n==> v1\/ConfigMap\nNAME {3}CREATED AT\none {4}2\S+Z\n\n\nTEST SUITE: None\n$/,
    );
    const status = JSON.parse(await say("status", "one", "-o", "json"));
    assert.equal(status.info.resources["v1/ConfigMap"][0].data.count, "1");
    const times = await say("list", "--time-format", "2006", "--deployed", "--no-headers");
    assert.equal(times, `one\tdefault\t2\t${deployed.slice(0, 4)}\tdeployed\tweb-1.0.0\t\n`);
  });
});

const TESTS = {
  "web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
  "web/templates/t.yaml": ["a", "b"].map((name) =>
    `apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  annotations:
    helm.sh/hook: test
    capstan.dev/rehearse-log: log of ${name}
    capstan.dev/rehearse-fail: {{ eq .Values.fails "${name}" | quote }}
spec: {restartPolicy: Never, containers: [{name: main, image: busybox}]}
`
  ).join("---\n"),
};

Deno.test("test prints how each went and the logs, as Helm does, whether they go well or not", async () => {
  await atWork(TESTS, async ({ capstan }) => {
    for (const [fails, code, b] of [["none", 0, "Succeeded"], ["b", 1, "Failed"]] as const) {
      await capstan("upgrade", "-i", "w", "./web", "--set", `fails=${fails}`);
      const told = await capstan("test", "w", "--logs");
      assert.equal(told.code, code, told.stderr);
      const suites = [...told.stdout.matchAll(/^TEST SUITE: +(\w+)\n.*\n.*\nPhase: +(\w+)$/gm)];
      assert.deepEqual(suites.map(([, ...each]) => each), [["a", "Succeeded"], ["b", b]]);
      assert.match(
        told.stdout,
        /\n\nPOD LOGS: a \(main\)\nlog of a\n\nPOD LOGS: b \(main\)\nlog of b\n\n$/,
      );
    }
    const older = await capstan("test", "w", "--logs", "--helm-version=v3", "--filter", "name=a");
    assert.match(older.stdout, /\n\nPOD LOGS: a\nlog of a\n\n$/);
    assert.equal((await capstan("test", "gone")).stdout, "");
  });
});

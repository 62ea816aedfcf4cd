/** What one tool has failed at, or was killed in the middle of, and the other goes on from. */
import assert from "node:assert/strict";
import type { KubeApi } from "../../lib/kube/types.ts";
import { withNamespaces } from "./namespaces.ts";
import { capstan, capstanOk, type Finished, helms, run } from "./tools.ts";

/** A chart whose hook or pods fail, or whose hook takes long, as its values want. */
const FILES: Readonly<Record<string, string>> = {
  "Chart.yaml": "apiVersion: v2\nname: troubled\nversion: 1.0.0\n",
  "values.yaml": "text: one\nhook: '{}'\npods: '{}'\n",
  "templates/all.yaml": `apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-pre
  annotations: {helm.sh/hook: "pre-install,pre-upgrade,pre-rollback"}
spec:
  backoffLimit: 0
  template:
    metadata: {annotations: {{ .Values.hook }}}
    spec: {restartPolicy: Never, containers: [{name: main, image: busybox}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}}
data: {text: {{ .Values.text }}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  replicas: 1
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata: {labels: {app: {{ .Release.Name }}}, annotations: {{ .Values.pods }}}
    spec: {containers: [{name: main, image: busybox}]}
`,
};

/** Runs one of Helm's commands and says how it ended. */
type Tool = (...args: readonly string[]) => Promise<Finished>;

const FAIL = '{testbed/fail: "true"}';
const SLOW = "{testbed/delay: 1h}";

interface Place {
  readonly chart: string;
  readonly namespace: string;
  readonly api: KubeApi;
}

/** Writes the chart, makes a namespace for each label, and removes all after `use`. */
async function withPlaces(
  labels: readonly string[],
  use: (places: readonly Place[]) => Promise<void>,
): Promise<void> {
  const chart = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${chart}/templates`);
    for (const [path, text] of Object.entries(FILES)) {
      await Deno.writeTextFile(`${chart}/${path}`, text);
    }
    await withNamespaces(labels, async (namespaces, api) => {
      await use(namespaces.map((namespace) => ({ chart, namespace, api })));
    });
  } finally {
    await Deno.remove(chart, { recursive: true });
  }
}

/** Flags of a deployment of the chart with these values. */
function deployment(
  { chart, namespace }: Place,
  values: Readonly<Record<string, string>>,
): string[] {
  const sets = Object.entries(values).flatMap((
    [key, value],
  ) => ["--set-literal", `${key}=${value}`]);
  return ["r", chart, "-n", namespace, "--timeout", "20s", ...sets];
}

async function good(tool: Tool, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await tool(...args);
  assert.equal(code, 0, `${args.join(" ")}\n${stdout}${stderr}`);
  return stdout;
}

async function bad(tool: Tool, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await tool(...args);
  assert.notEqual(code, 0, `${args.join(" ")}\n${stdout}`);
  return stderr;
}

/** Revisions with their statuses, as the tool tells them. */
async function statuses(tool: Tool, { namespace }: Place): Promise<string[]> {
  const told = await good(tool, "history", "r", "-n", namespace, "-o", "json");
  const entries: { revision: number; status: string }[] = JSON.parse(told);
  return entries.map(({ revision, status }) => `${revision} ${status}`);
}

/** What the release's own ConfigMap says. */
async function text({ api, namespace }: Place): Promise<unknown> {
  const found = await api.get({ apiVersion: "v1", kind: "ConfigMap", name: "r", namespace });
  return (found?.["data"] as { text: string } | undefined)?.text;
}

/** One tool fails, the other puts it right, on and on. */
async function failAndMend([a, b]: readonly [Tool, Tool], place: Place): Promise<void> {
  const at = ["-n", place.namespace];
  const deploy = (values: Readonly<Record<string, string>>) => deployment(place, values);
  await good(a, "install", ...deploy({ text: "one" }));
  await bad(a, "upgrade", ...deploy({ text: "two", hook: FAIL }));
  assert.equal(await text(place), "one");
  for (const tool of [a, b]) {
    assert.deepEqual(await statuses(tool, place), ["1 deployed", "2 failed"]);
  }
  await good(b, "upgrade", ...deploy({ text: "three" }));
  assert.equal(await text(place), "three");
  // Its objects are in place by then.
  await bad(a, "upgrade", ...deploy({ text: "four", pods: FAIL }), "--wait", "--timeout", "4s");
  assert.equal(await text(place), "four");
  await good(b, "rollback", "r", ...at, "--wait", "--timeout", "20s");
  assert.equal(await text(place), "three");
  const expected = ["1 superseded", "2 failed", "3 superseded", "4 failed", "5 deployed"];
  for (const tool of [a, b]) assert.deepEqual(await statuses(tool, place), expected);

  await bad(b, "upgrade", ...deploy({ text: "six", pods: FAIL }), "--atomic", "--timeout", "4s");
  assert.equal(await text(place), "three");
  const undone = [...expected.slice(0, 4), "5 superseded", "6 failed", "7 deployed"];
  for (const tool of [a, b]) assert.deepEqual(await statuses(tool, place), undone);
  await good(a, "upgrade", ...deploy({ text: "eight" }), "--atomic");
  assert.equal(await text(place), "eight");
  await good(b, "uninstall", "r", ...at);

  // An install that failed: the other upgrades it, or it undoes itself.
  await bad(a, "install", ...deploy({ text: "one", hook: FAIL }));
  await good(b, "upgrade", "--install", ...deploy({ text: "two" }));
  assert.deepEqual(await statuses(a, place), ["1 superseded", "2 deployed"]);
  await good(a, "uninstall", "r", ...at);
  await bad(b, "install", ...deploy({ text: "one", hook: FAIL }), "--atomic");
  assert.equal(await text(place), undefined);
  assert.equal(await good(a, "list", ...at, "-q"), "");
  await good(a, "install", ...deploy({ text: "one" }));
  await good(b, "uninstall", "r", ...at);
}

/** Starts an operation whose hook takes for ever, and kills it -9 in the middle. */
async function killed(
  program: string,
  args: readonly string[],
  { api, namespace }: Place,
): Promise<void> {
  const child = new Deno.Command(program, {
    args: [...args],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const ref = { apiVersion: "batch/v1", kind: "Job", name: "r-pre", namespace };
  await api.until(ref, (job) => {
    const { template } = (job?.["spec"] ?? {}) as {
      template?: { metadata: { annotations?: Record<string, string> } };
    };
    return template?.metadata.annotations?.["testbed/delay"] === "1h" || undefined;
  });
  child.kill("SIGKILL");
  await child.status;
}

const CLI = ["run", "-A", new URL("../../cli.ts", import.meta.url).pathname];
const BUSY = "another operation (install/upgrade/rollback) is in progress";

/** Helm is killed; Capstan says what there is, and goes on when it is told to. */
async function afterHelm(path: string, place: Place): Promise<void> {
  const at = ["-n", place.namespace];
  const slow = deployment(place, { text: "slow", hook: SLOW });
  const next = deployment(place, { text: "next" });
  await killed(path, ["install", ...slow], place);
  assert.match(
    await bad(capstan, "upgrade", "--install", ...next),
    new RegExp(`${esc(BUSY)}[^]*--recover`),
  );
  assert.deepEqual(await statuses(capstan, place), ["1 pending-install"]);
  await good(capstan, "upgrade", "--install", ...next, "--recover");
  assert.equal(await text(place), "next");
  await killed(path, ["upgrade", ...slow], place);
  assert.match(await bad(capstan, "upgrade", ...next), new RegExp(esc(BUSY)));
  await good(capstan, "rollback", "r", ...at, "--timeout", "20s");
  assert.equal(await text(place), "next");
  assert.match((await statuses(capstan, place)).at(-1)!, /deployed$/);
  await good((...args) => run(path, args), "upgrade", ...deployment(place, { text: "last" }));
  assert.equal(await text(place), "last");
  await good(capstan, "uninstall", "r", ...at);
}

/** Capstan is killed; Helm says that it is pending and gets out by a rollback, Capstan by itself. */
async function afterCapstan(helm: Tool, place: Place): Promise<void> {
  const at = ["-n", place.namespace];
  const slow = deployment(place, { text: "slow", hook: SLOW });
  const next = deployment(place, { text: "next" });
  await capstanOk("install", ...deployment(place, { text: "one" }));
  await killed(Deno.execPath(), [...CLI, "upgrade", ...slow], place);
  assert.deepEqual(await statuses(helm, place), ["1 deployed", "2 pending-upgrade"]);
  assert.match(await bad(helm, "upgrade", ...next), new RegExp(esc(BUSY)));
  await good(helm, "rollback", "r", ...at, "--timeout", "20s");
  assert.equal(await text(place), "one");
  await killed(Deno.execPath(), [...CLI, "upgrade", ...slow], place);
  // The dead run was on this machine: nothing needs to expire.
  await good(capstan, "upgrade", ...next);
  assert.equal(await text(place), "next");
  const after = await statuses(helm, place);
  assert.match(after.at(-1)!, /deployed$/);
  assert.equal(after.filter((status) => status.endsWith(" deployed")).length, 1);
  // Helm leaves the revision pending that it has rolled back from, Capstan none.
  assert.deepEqual(after.filter((status) => status.includes("pending")), ["2 pending-upgrade"]);
  await good(helm, "uninstall", "r", ...at);
}

function esc(text: string): string {
  return text.replace(/[()/]/g, "\\$&");
}

/** Both Helms at once: most of the time is spent waiting. */
async function withEach(
  use: (helm: Tool, path: string, places: { ours: Place; theirs: Place }) => Promise<unknown>,
): Promise<void> {
  await withPlaces(["ours-3", "theirs-3", "ours-4", "theirs-4"], async (places) => {
    await Promise.all(
      helms().map(async ([, path], i) => {
        const [ours, theirs] = places.slice(2 * i) as [Place, Place];
        await use((...args) => run(path, args), path, { ours, theirs });
      }),
    );
  });
}

const cli: Tool = (...args) => capstan(...args);

Deno.test("what Capstan or a Helm failed at, the other puts right", async () => {
  await withEach((helm, _, { ours, theirs }) =>
    Promise.all([failAndMend([cli, helm], ours), failAndMend([helm, cli], theirs)])
  );
});

Deno.test("what was killed -9 in the hands of Capstan or a Helm, the other gets out of", async () => {
  await withEach((helm, path, { ours, theirs }) =>
    Promise.all([afterCapstan(helm, ours), afterHelm(path, theirs)])
  );
});

import assert from "node:assert/strict";
import { shortRefusal } from "../../../lib/action/diff/compare.ts";
import type { DeployChanges } from "../../../lib/action/diff/changes.ts";
import { createKubeClient } from "../../../lib/kube/client.ts";
import { secretStorage } from "../../../lib/release/kube_storage.ts";
import { planStack } from "../../../lib/stack/plan.ts";
import type { PlanOptions } from "../../../lib/stack/plan.ts";
import { defineStack, release } from "../../../lib/stack/stack.ts";
import type { ReleaseOptions } from "../../../lib/stack/types.ts";
import { chartFiles, hookJob, rehearse } from "../../harness.ts";
import type { Rehearsal } from "../../harness.ts";

const FILES = chartFiles("web", {
  "web.yaml": `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: {{ .Values.replicas | default 1 }}
  selector: {matchLabels: {app: {{ .Values.app | default "web" }}}}
  template:
    metadata: {labels: {app: {{ .Values.app | default "web" }}}}
    spec: {containers: [{name: main, image: "web:{{ .Values.tag | default 1 }}"}]}
---
apiVersion: v1
kind: Secret
metadata: {name: web}
stringData: {password: {{ .Values.password | default "hunter2" }}}
{{- if .Values.extra }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: extra
  annotations: {helm.sh/resource-policy: {{ .Values.extra }}}
{{- end }}
{{- if .Values.unknown }}
---
apiVersion: example.com/v1
kind: Widget
metadata: {name: w}
{{- end }}
`,
  "hooks.yaml": hookJob("migrate", "pre-install,pre-upgrade", { weight: 5 }) +
    hookJob("backup", "pre-install,pre-upgrade", { weight: -5 }) +
    hookJob("after", "post-upgrade"),
});

async function changes(
  { folder, url }: Rehearsal,
  options: Partial<ReleaseOptions>,
  plan: Partial<PlanOptions> = {},
): Promise<DeployChanges> {
  const releases = [release("web", { chart: "./web", ...options })];
  const stack = defineStack({ name: "test", releases });
  const [node] = await planStack({ stack, file: `${folder}/stack.ts`, folder }, {
    diff: "server",
    connect: () => {
      const api = createKubeClient({ server: url, namespace: "default" });
      return Promise.resolve({ api, storage: secretStorage(api) });
    },
    ...plan,
  });
  return node!.release!.changes!;
}

/** `action Kind/name` of each object. */
function acts({ objects }: DeployChanges): string[] {
  return objects.map(({ action, kind, name }) => `${action} ${kind}/${name}`);
}

Deno.test("a plan compares chart, cluster and last revision field by field", async () => {
  await rehearse(FILES, async (rehearsal) => {
    const { api, run } = rehearsal;
    assert(
      (await run({
        releases: [release("web", { chart: "./web", values: { replicas: 2, extra: "keep" } })],
      })).ok,
    );
    await api.patch(
      { apiVersion: "apps/v1", kind: "Deployment", name: "web", namespace: "default" },
      "application/strategic-merge-patch+json",
      { spec: { replicas: 7, template: { spec: { containers: [{ name: "main", image: "x" }] } } } },
      { fieldManager: "helm" },
    );
    const found = await changes(rehearsal, {
      values: { replicas: 2, tag: 2, password: "new" },
      forceConflicts: true,
    });
    assert.deepEqual(acts(found), [
      "change Secret/web",
      "change Deployment/web",
      "keep ConfigMap/extra",
    ]);
    const [secret, deployment] = found.objects;
    const [password] = secret!.fields;
    assert.equal(password!.path, "data.password");
    assert.match(String(password!.live), /^<secret [0-9a-f]{8}>$/);
    assert.equal(password!.live, password!.last);
    assert.equal(password!.after, password!.chart);
    assert.notEqual(password!.live, password!.after);
    assert.deepEqual(deployment!.fields, [
      { path: "spec.replicas", cause: "drift", live: 7, last: 2, chart: 2, after: 2 },
      {
        path: "spec.template.spec.containers[main].image",
        cause: "chart",
        live: "x",
        last: "web:1",
        chart: "web:2",
        after: "web:2",
      },
    ]);
    assert.equal(deployment!.checked, "server");
    assert(!JSON.stringify(found).includes("hunter2"));
  });
});

Deno.test("a plan stores nothing: every write is a dry run", async () => {
  await rehearse(FILES, async (rehearsal) => {
    assert((await rehearsal.run({ releases: [release("web", { chart: "./web" })] })).ok);
    const before = rehearsal.server.requests.length;
    await changes(rehearsal, { values: { tag: 2, extra: "x" } });
    const writes = rehearsal.server.requests.slice(before).filter(({ method }) => method !== "GET");
    assert.equal(writes.length, 3);
    for (const { path } of writes) assert.match(path, /[?&]dryRun=All(&|$)/);
  });
});

Deno.test("a plan lists hooks in their order, those that run at once, and those that are replaced", async () => {
  await rehearse(FILES, async (rehearsal) => {
    assert((await rehearsal.run({ releases: [release("web", { chart: "./web" })] })).ok);
    const { hooks } = await changes(rehearsal, { values: { tag: 2 } });
    assert.deepEqual(hooks, [
      { event: "pre-upgrade", name: "backup", kind: "Job", weight: -5, wave: 1, replaces: true },
      { event: "pre-upgrade", name: "migrate", kind: "Job", weight: 5, wave: 2, replaces: true },
      { event: "post-upgrade", name: "after", kind: "Job", weight: 0, wave: 1, replaces: false },
    ]);
    assert.deepEqual((await changes(rehearsal, { values: { tag: 2 }, noHooks: true })).hooks, []);
  });
});

Deno.test("a plan says what the server could not try, and why", async () => {
  await rehearse(FILES, async (rehearsal) => {
    const found = await changes(rehearsal, {
      namespace: "new",
      createNamespace: true,
      values: { unknown: true },
    });
    assert.deepEqual(
      found.objects.map(({ kind, checked, unchecked }) => [kind, checked, unchecked]),
      [
        ["Secret", "local", "there is no namespace new yet"],
        ["Deployment", "local", "there is no namespace new yet"],
        ["Widget", "local", "the cluster does not serve example.com/v1 Widget yet"],
      ],
    );
    assert.deepEqual(acts(found), [
      "create Secret/web",
      "create Deployment/web",
      "create Widget/w",
    ]);
    const local = await changes(rehearsal, {}, { diff: "local" });
    assert(local.objects.every(({ checked }) => checked === "local"));
  });
});

Deno.test("a plan says what would be refused", async () => {
  await rehearse(FILES, async (rehearsal) => {
    await rehearsal.api.create({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "web", namespace: "default" },
    });
    const found = await changes(rehearsal, {});
    assert.match(
      found.objects[0]!.problem!,
      /^unable to continue with install: Secret "web" in namespace "default" exists and cannot be imported/,
    );
    const taken = await changes(rehearsal, { takeOwnership: true });
    assert.equal(taken.objects[0]!.problem, undefined);
    assert.equal(taken.objects[0]!.action, "change");
  });
  await rehearse(FILES, async (rehearsal) => {
    assert((await rehearsal.run({ releases: [release("web", { chart: "./web" })] })).ok);
    const found = await changes(rehearsal, { values: { app: "other" } });
    assert.match(
      found.objects.find(({ kind }) => kind === "Deployment")!.problem!,
      /field is immutable/,
    );
  });
});

Deno.test("a plan takes over what a client has left of an earlier release", async () => {
  await rehearse(FILES, async (rehearsal) => {
    const api = createKubeClient({ server: rehearsal.url, namespace: "default" }, {
      fieldManager: "helm",
    });
    const metadata = {
      name: "extra",
      namespace: "default",
      labels: { "app.kubernetes.io/managed-by": "Helm" },
      annotations: {
        "helm.sh/resource-policy": "delete",
        "meta.helm.sh/release-name": "web",
        "meta.helm.sh/release-namespace": "default",
      },
    };
    await api.create({ apiVersion: "v1", kind: "ConfigMap", metadata });
    const { objects } = await changes(rehearsal, { values: { extra: "keep" } });
    const change = objects.find(({ kind }) => kind === "ConfigMap")!;
    assert.equal(change.problem, undefined);
    assert.deepEqual(change.fields.map(({ path, live, after }) => [path, live, after]), [
      ['metadata.annotations["helm.sh/resource-policy"]', "delete", "keep"],
    ]);
  });
});

Deno.test("a refusal does not tell the whole of a value that a server refuses", () => {
  const value = `{"labels":{"a":"b: c"},"Spec":{"Containers":[${'{"Name":"m"},'.repeat(200)}]}}`;
  const refused = (text: string) => `Job "x" is invalid: spec.template: Invalid value: ${text}`;
  const rows: readonly (readonly [message: string, short: string])[] = [
    [
      refused(`${value}: field is immutable`),
      refused(`${value.slice(0, 60)}…: field is immutable`),
    ],
    [refused('"short": must be long'), refused('"short": must be long')],
    [
      refused(`[${value}: is bad, ${refused('"b": may not be')}]`),
      refused(`[${value.slice(0, 59)}…: is bad, ${refused('"b": may not be')}]`),
    ],
    ['conflict with "kubectl"', 'conflict with "kubectl"'],
  ];
  for (const [message, short] of rows) assert.equal(shortRefusal(message), short);
});

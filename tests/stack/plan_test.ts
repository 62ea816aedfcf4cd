import assert from "node:assert/strict";
import { CapstanErrors } from "../../lib/errors.ts";
import { createKubeClient } from "../../lib/kube/client.ts";
import { secretStorage } from "../../lib/release/kube_storage.ts";
import { planStack } from "../../lib/stack/plan.ts";
import type { PlannedNode } from "../../lib/stack/plan.ts";
import { defineStack, hook, release } from "../../lib/stack/stack.ts";
import type { StackDefinition } from "../../lib/stack/types.ts";
import { chartFiles, CONFIG, hookJob, rehearse } from "../harness.ts";
import type { Rehearsal } from "../harness.ts";

const SECRET = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: {{ .Release.Name }}}\n";
const WEB = chartFiles("web", {
  "config.yaml": CONFIG + "{{ if .Values.secret }}" + SECRET + "{{ end }}",
  "hook.yaml": hookJob("{{ .Release.Name }}-migrate", "pre-install,pre-upgrade") +
    hookJob("{{ .Release.Name }}-after", "post-upgrade"),
});

function plan(
  rehearsal: Rehearsal,
  definition: Omit<StackDefinition, "name">,
): Promise<PlannedNode[]> {
  const { folder, url } = rehearsal;
  return planStack({
    stack: defineStack({ name: "test", ...definition }),
    file: `${folder}/stack.ts`,
    folder,
  }, {
    connect: () => {
      const api = createKubeClient({ server: url, namespace: "default" });
      return Promise.resolve({ api, storage: secretStorage(api) });
    },
  });
}

Deno.test("planStack() tells what would be installed, in the order of the graph, and writes nothing", async () => {
  await rehearse(WEB, async (rehearsal) => {
    const db = release("db", { chart: "./web" });
    const seed = hook("seed", { after: [db], run: () => {} });
    const web = release("web", { chart: "./web", needs: [seed], values: { secret: true } });
    const nodes = await plan(rehearsal, { releases: [web, db], hooks: [seed] });
    assert.deepEqual(nodes.map(({ id, action, needs }) => [id, action, needs]), [
      ["db", "install", []],
      ["seed", "run", ["db"]],
      ["web", "install", ["seed"]],
    ]);
    assert.deepEqual(nodes[2]!.release, {
      name: "web",
      namespace: "default",
      revision: 1,
      chart: "web-0.1.0",
      added: ["Secret/web", "ConfigMap/web"],
      changed: [],
      removed: [],
      hooks: ["web-migrate"],
    });
    assert.deepEqual(rehearsal.server.requests.filter(({ method }) => method !== "GET"), []);
  });
});

Deno.test("planStack() tells what an upgrade changes, and what stays as it is", async () => {
  await rehearse(WEB, async (rehearsal) => {
    const before = [
      release("same", { chart: "./web" }),
      release("web", { chart: "./web", values: { secret: true } }),
    ];
    assert((await rehearsal.run({ releases: before })).ok);
    const after = [before[0]!, release("web", { chart: "./web", values: { text: "new" } })];
    const [same, web] = await plan(rehearsal, { releases: after });
    assert.deepEqual([same!.action, same!.release?.revision], ["unchanged", 1]);
    assert.equal(web!.action, "upgrade");
    const { added, changed, removed, hooks, revision } = web!.release!;
    assert.deepEqual({ added, changed, removed, revision }, {
      added: [],
      changed: ["ConfigMap/web"],
      removed: ["Secret/web"],
      revision: 2,
    });
    assert.deepEqual([...hooks].sort(), ["web-after", "web-migrate"]);
  });
});

Deno.test("planStack() does not guess values that are not known yet", async () => {
  await rehearse(WEB, async (rehearsal) => {
    const db = release("db", { chart: "./web" });
    const web = release("web", {
      chart: "./web",
      needs: [db],
      values: async ({ cluster }) => ({
        text: (await cluster.get("v1", "ConfigMap", "default/db")).data["text"],
      }),
    });
    const nodes = await plan(rehearsal, { releases: [db, web] });
    assert.deepEqual(nodes.map(({ id, action }) => [id, action]), [["db", "install"], [
      "web",
      "unknown",
    ]]);
    assert.match(nodes[1]!.reason!, /there is no ConfigMap default\/db in the cluster/);
  });
});

Deno.test("planStack() throws everything that would stop the stack from going up", async () => {
  const files = { ...WEB, ...chartFiles("broken", { "a.yaml": '{{ fail "no" }}' }) };
  await rehearse(files, async (rehearsal) => {
    const releases = [
      release("a", { chart: "./broken" }),
      release("b", { chart: "./nowhere" }),
      release("c", { chart: "./web" }),
    ];
    const error = await plan(rehearsal, { releases }).catch((error) => error);
    assert(error instanceof CapstanErrors);
    assert.equal(error.message, "stack test cannot go up");
    assert.match(
      error.errors[0]!.message,
      /^a: execution error at \(broken\/templates\/a\.yaml:1:3\): no$/,
    );
    assert.match(error.errors[1]!.message, /^b: cannot load chart \.\/nowhere: path .* not found$/);
    assert.equal(error.errors.length, 2);
  });
});

Deno.test("planStack() names values that their chart does not know", async () => {
  const files = chartFiles("web", { "config.yaml": CONFIG + "{{ .Values.image.tag }}" });
  await rehearse(files, async (rehearsal) => {
    const web = release("web", { chart: "./web", values: { image: { tga: "1" }, odd: 1 } });
    const [node] = await plan(rehearsal, { releases: [web] });
    assert.deepEqual(node!.release!.unknownValues, [
      { path: "image.tga", suggestion: "tag" },
      { path: "odd", suggestion: undefined },
    ]);
  });
});

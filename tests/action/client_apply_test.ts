import assert from "node:assert/strict";
import { applyMethodFor } from "../../lib/action/apply_method.ts";
import { install, rollback, uninstall, upgrade } from "../../lib/action/run.ts";
import type { KubeObject } from "../../lib/kube/types.ts";
import { type Bench, chart, configMap, deployment, onCluster, web } from "./harness.ts";

const CLIENT = { serverSide: false } as const;

function settings(data: Readonly<Record<string, string>>) {
  return `---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: ${JSON.stringify(data)}
`;
}

const widget = (spec: unknown) =>
  `---
apiVersion: example.com/v1
kind: Widget
metadata: {name: w}
spec: ${JSON.stringify(spec)}
`;

const CRD = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Widget, plural: widgets, singular: widget, listKind: WidgetList}
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`;

async function data({ get }: Bench): Promise<unknown> {
  return (await get("ConfigMap", "settings"))!["data"];
}

Deno.test("--server-side=false patches like Helm 3: dropped fields go, others' stay", async () => {
  await onCluster(async (bench) => {
    const { api, context, writes, get } = bench;
    const plain = deployment("web").replace("annotations: {}", "");
    const first = chart({ "s.yaml": settings({ a: "1", b: "1" }), "d.yaml": plain });
    const { applyMethod } = await install(web(first, CLIENT), context);
    assert.equal(applyMethod, "csa");
    assert.deepEqual(writes().filter((write) => !write.includes("/secrets")), [
      "POST /api/v1/namespaces/shop/configmaps",
      "POST /apis/apps/v1/namespaces/shop/deployments",
    ]);
    const ref = { apiVersion: "v1", kind: "ConfigMap", name: "settings", namespace: "shop" };
    await api.patch(ref, "application/merge-patch+json", { data: { theirs: "x", a: "hand" } });
    writes();
    const second = chart({ "s.yaml": settings({ a: "1", c: "1" }), "d.yaml": plain });
    await upgrade(web(second, CLIENT), context);
    assert.deepEqual(await data(bench), { a: "1", c: "1", theirs: "x" });
    // The Deployment has not changed: nothing is sent.
    assert.deepEqual(writes().filter((write) => !write.includes("/secrets")), [
      "PATCH /api/v1/namespaces/shop/configmaps/settings",
    ]);
    await rollback({ name: "web", namespace: "shop", revision: 1, ...CLIENT }, context);
    assert.deepEqual(await data(bench), { a: "1", b: "1", theirs: "x" });
    assert.equal(
      (await get("ConfigMap", "settings"))!.metadata.labels!["app.kubernetes.io/managed-by"],
      "Helm",
    );
  });
});

Deno.test("what the client has patched, server-side apply takes over, and back", async () => {
  await onCluster(async (bench) => {
    const { context } = bench;
    await install(web(chart({ "s.yaml": settings({ a: "1", b: "1" }) }), CLIENT), context);
    const server = await upgrade(web(chart({ "s.yaml": settings({ a: "2" }) })), context);
    assert.deepEqual([server.applyMethod, await data(bench)], ["ssa", { a: "2" }]);
    await upgrade(web(chart({ "s.yaml": settings({ c: "3" }) }), CLIENT), context);
    assert.deepEqual(await data(bench), { c: "3" });
    const last = await upgrade(
      web(chart({ "s.yaml": settings({ d: "4" }) }), { serverSide: "auto" }),
      context,
    );
    assert.deepEqual([last.applyMethod, await data(bench)], ["csa", { d: "4" }]);
  });
});

Deno.test("what the client has left behind, an install or upgrade by the server takes over", async () => {
  const kept = (values: Record<string, string>) =>
    settings(values).replace(
      "{name: settings}",
      "{name: settings, annotations: {helm.sh/resource-policy: keep}}",
    );
  const other = { "o.yaml": configMap("other") };
  await onCluster(async (bench) => {
    const { context } = bench;
    await install(web(chart({ "s.yaml": kept({ a: "1", b: "1" }) }), CLIENT), context);
    await uninstall({ name: "web", namespace: "shop" }, context);
    await install(web(chart({ "s.yaml": kept({ a: "2" }) })), context);
    assert.deepEqual(await data(bench), { a: "2" });

    await upgrade(web(chart({ "s.yaml": kept({ a: "3", b: "3" }) }), CLIENT), context);
    await upgrade(web(chart(other), CLIENT), context);
    await upgrade(web(chart(other)), context);
    assert.deepEqual(await data(bench), { a: "3", b: "3" });
    await upgrade(web(chart({ ...other, "s.yaml": kept({ a: "4" }) })), context);
    assert.deepEqual(await data(bench), { a: "4" });
  });
});

Deno.test("of fields that a kind does not have, the server warns: they are dropped, in hooks too", async () => {
  const odd = settings({ a: "1" }) + "sepc: {}\n";
  const hook = (object: string, name: string) =>
    object.replace("{name: settings}", `{name: ${name}, annotations: {helm.sh/hook: pre-upgrade}}`);
  await onCluster(async (bench) => {
    const { context, get } = bench;
    await install(web(chart({ "s.yaml": odd }), CLIENT), context);
    const second = chart({ "s.yaml": odd.replace('"1"', '"2"'), "h.yaml": hook(odd, "before") });
    await upgrade(web(second, { serverSide: "auto" }), context);
    assert.deepEqual(await data(bench), { a: "2" });
    assert.ok(await get("ConfigMap", "before"));
    await assert.rejects(
      upgrade(web(second, { serverSide: false, forceReplace: true }), context),
      { message: /^failed to replace object: .*unknown field "sepc"/ },
    );
    await assert.rejects(upgrade(web(second), context), {
      message: /field not declared in schema/,
    });
  });
});

Deno.test("a rollback with auto puts objects in place as the revision that it brings back was", async () => {
  await onCluster(async (bench) => {
    const { context } = bench;
    await install(web(chart({ "s.yaml": settings({ a: "1", b: "1" }) }), CLIENT), context);
    await upgrade(web(chart({ "s.yaml": settings({ a: "2" }) })), context);
    const back = { name: "web", namespace: "shop", revision: 1, serverSide: "auto" } as const;
    const { applyMethod } = await rollback(back, context);
    assert.deepEqual([applyMethod, await data(bench)], ["csa", { a: "1", b: "1" }]);
    const again = await rollback({ ...back, revision: 2 }, context);
    assert.deepEqual([again.applyMethod, await data(bench)], ["ssa", { a: "2" }]);
  });
});

Deno.test("custom resources are patched by what changed between the revisions", async () => {
  await onCluster(async ({ api, context }) => {
    const made = (spec: unknown) => chart({ "w.yaml": widget(spec) }, { "crds/w.yaml": CRD });
    await install(web(made({ size: 1, list: [1], old: true }), CLIENT), context);
    const ref = { apiVersion: "example.com/v1", kind: "Widget", name: "w", namespace: "shop" };
    await api.patch(ref, "application/merge-patch+json", { spec: { theirs: 1 } });
    await upgrade(web(made({ size: 2, list: [2] }), CLIENT), context);
    assert.deepEqual((await api.get(ref))!["spec"], { size: 2, list: [2], theirs: 1 });
  });
});

Deno.test("--force-replace puts objects in the place of those that are there", async () => {
  await onCluster(async (bench) => {
    const { api, context, writes } = bench;
    await install(web(chart({ "s.yaml": settings({ a: "1" }) })), context);
    const ref = { apiVersion: "v1", kind: "ConfigMap", name: "settings", namespace: "shop" };
    await api.patch(ref, "application/merge-patch+json", { data: { theirs: "x" } });
    writes();
    await upgrade(web(chart({ "s.yaml": settings({ a: "2" }) }), { forceReplace: true }), context);
    assert.deepEqual(await data(bench), { a: "2" });
    assert.ok(writes().includes("PUT /api/v1/namespaces/shop/configmaps/settings"));
  });
});

Deno.test("options that contradict each other are refused before anything changes", async () => {
  await onCluster(async ({ context, writes }) => {
    await assert.rejects(
      install(
        web(chart({ "a.yaml": configMap("a") }), { serverSide: true, forceReplace: true }),
        context,
      ),
      {
        message: "invalid operation: cannot use server-side apply and force replace together",
        code: "apply/method",
      },
    );
    assert.deepEqual(writes(), []);
  });
  assert.throws(() => applyMethodFor({ serverSide: false, forceConflicts: true }, undefined));
  assert.deepEqual(
    [
      applyMethodFor({}, {}),
      applyMethodFor({ serverSide: "auto" }, undefined),
      applyMethodFor({ serverSide: "auto" }, {}),
      applyMethodFor({ serverSide: "auto" }, { applyMethod: "ssa" }),
      applyMethodFor({ forceReplace: true }, { applyMethod: "ssa" }),
    ],
    ["ssa", "ssa", "csa", "ssa", "csa"],
  );
});

Deno.test("a field that cannot change is refused with the way out, by either method", async () => {
  const labelled = (label: string) =>
    chart({ "d.yaml": deployment("web").replaceAll("app: web", `app: ${label}`) });
  for (const method of [{}, CLIENT]) {
    await onCluster(async ({ context, api }) => {
      await install(web(labelled("one"), method), context);
      const error: Error & { hint?: string } = await upgrade(web(labelled("two"), method), context)
        .catch((thrown) => thrown);
      assert.match(error.message, /field is immutable/);
      assert.equal(
        error.hint,
        "a Deployment cannot change there: delete it, then run again, which makes it anew " +
          "(kubectl delete deployment web -n shop --cascade=orphan lets its pods run on meanwhile)",
      );
      await api.delete({
        apiVersion: "apps/v1",
        kind: "Deployment",
        name: "web",
        namespace: "shop",
      });
      await upgrade(web(labelled("two"), method), context);
      const live: KubeObject | undefined = await api.get({
        apiVersion: "apps/v1",
        kind: "Deployment",
        name: "web",
        namespace: "shop",
      });
      assert.ok(JSON.stringify(live).includes('"app":"two"'));
    });
  }
});

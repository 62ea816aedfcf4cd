import assert from "node:assert/strict";
import { ReleaseNotFoundError, UninstallError } from "../../lib/action/errors.ts";
import { deploy, uninstall } from "../../lib/action/run.ts";
import { planRemoval } from "../../lib/action/uninstall_objects.ts";
import {
  chart,
  configMap,
  deployment,
  finished,
  hookJob,
  onCluster,
  started,
  web,
} from "./harness.ts";

const WEB = { name: "web", namespace: "shop" };
const SIMPLE = chart({ "a.yaml": configMap("a"), "d.yaml": deployment("web") });

Deno.test("uninstall() removes objects and history", async () => {
  await onCluster(async ({ context, names, records, events, writes }) => {
    await deploy(web(SIMPLE, { wait: true }), context);
    await deploy(web(SIMPLE, { wait: true, force: true }), context);
    events.length = 0;
    writes();
    const { outcome } = await uninstall({ ...WEB, wait: true }, context);
    assert.equal(outcome, "uninstalled");
    assert.deepEqual(await names("ConfigMap"), []);
    assert.deepEqual(await names("Deployment"), []);
    assert.deepEqual(await records(), []);
    assert.deepEqual(started(events), ["read", "begin", "delete", "gone", "record"]);
    assert.deepEqual(finished(events), ["uninstalled 2 uninstalled"]);
    assert.deepEqual(writes().slice(1, 3), [
      "DELETE /apis/apps/v1/namespaces/shop/deployments/web",
      "DELETE /api/v1/namespaces/shop/configmaps/a",
    ]);
  });
});

Deno.test("uninstall() keeps the history if asked to, and purges it later", async () => {
  await onCluster(async ({ context, records }) => {
    await deploy(web(SIMPLE), context);
    await uninstall({ ...WEB, keepHistory: true, description: "bye" }, context);
    assert.deepEqual(await records(), ["1 uninstalled bye"]);
    await assert.rejects(
      uninstall({ ...WEB, keepHistory: true }, context),
      (error) =>
        error instanceof UninstallError &&
        error.message === 'the release named "web" is already deleted',
    );
    await deploy(web(SIMPLE), context);
    assert.deepEqual(await records(), [
      "1 superseded superseded by new release",
      "2 deployed Install complete",
    ]);
    await uninstall({ ...WEB, keepHistory: true }, context);
    await uninstall(WEB, context);
    assert.deepEqual(await records(), []);
  });
});

Deno.test("uninstall() of a release that is not there fails, unless told otherwise", async () => {
  await onCluster(async ({ context, events }) => {
    await assert.rejects(
      uninstall(WEB, context),
      (error) =>
        error instanceof ReleaseNotFoundError &&
        error.message === "uninstall: Release not loaded: web: release: not found",
    );
    const { outcome } = await uninstall({ ...WEB, ignoreNotFound: true }, context);
    assert.equal(outcome, "unchanged");
    assert.equal(finished(events).length, 2);
    await assert.rejects(uninstall({ ...WEB, name: "No" }, context), /Release name is invalid: No/);
  });
});

Deno.test("uninstall() keeps what the policy keeps, and what belongs to somebody else", async () => {
  await onCluster(async ({ context, api, names }) => {
    const keep = { "helm.sh/resource-policy": " Keep " };
    const odd = { "helm.sh/resource-policy": "retain" };
    await deploy(
      web(chart({
        "a.yaml": configMap("a"),
        "b.yaml": configMap("b", keep),
        "c.yaml": configMap("c"),
        "d.yaml": configMap("d", odd),
      })),
      context,
    );
    await api.patch(
      { apiVersion: "v1", kind: "ConfigMap", namespace: "shop", name: "c" },
      "application/merge-patch+json",
      { metadata: { annotations: { "meta.helm.sh/release-name": "other" } } },
    );
    const { notice } = await uninstall(WEB, context);
    assert.equal(
      notice,
      "These resources were kept due to the resource policy:\n[ConfigMap] b\n\n" +
        "1 resource(s) were not deleted because they are not owned by this release:\n[ConfigMap] c\n",
    );
    assert.deepEqual(await names("ConfigMap"), ["b", "c", "d"]);
  });
});

Deno.test("uninstall() runs pre-delete and post-delete hooks", async () => {
  await onCluster(async ({ context, events, names }) => {
    const both = chart({
      "a.yaml": configMap("a"),
      "h.yaml": hookJob("before", "pre-delete", { policy: "hook-succeeded" }) +
        hookJob("after", "post-delete", { policy: "hook-succeeded" }),
    });
    await deploy(web(both), context);
    events.length = 0;
    await uninstall(WEB, context);
    assert.deepEqual(started(events), [
      "read",
      "begin",
      "hook pre-delete Job/before",
      "hooks pre-delete",
      "delete",
      "hook post-delete Job/after",
      "hooks post-delete",
      "record",
    ]);
    assert.deepEqual(await names("Job"), []);
  });
});

Deno.test("uninstall() deletes nothing when a pre-delete hook fails, and can be tried again", async () => {
  await onCluster(async ({ context, names, records }) => {
    const failing = chart({
      "a.yaml": configMap("a"),
      "h.yaml": hookJob("before", "pre-delete", { fail: true }),
    });
    await deploy(web(failing), context);
    await assert.rejects(
      uninstall(WEB, context),
      /UninstallError: resource Job\/shop\/before not ready/,
    );
    assert.deepEqual(await names("ConfigMap"), ["a"]);
    assert.deepEqual(await records(), ["1 uninstalling Deletion in progress (or silently failed)"]);
    await uninstall({ ...WEB, noHooks: true }, context);
    assert.deepEqual(await records(), []);
  });
});

Deno.test("uninstall() ends with an error but without the release when only its last hooks fail", async () => {
  await onCluster(async ({ context, records }) => {
    const failing = chart({
      "a.yaml": configMap("a"),
      "h.yaml": hookJob("after", "post-delete", { fail: true }),
    });
    await deploy(web(failing), context);
    await assert.rejects(
      uninstall(WEB, context),
      /UninstallError: uninstallation completed with 1 error\(s\): resource Job\/shop\/after not ready/,
    );
    assert.deepEqual(await records(), []);
  });
});

Deno.test("uninstall() that cannot delete says so and stays uninstalling", async () => {
  await onCluster(async ({ context, server, records }) => {
    await deploy(web(SIMPLE), context);
    const mend = server.inject({
      method: "DELETE",
      path: /configmaps/,
      status: 403,
      message: "no",
    });
    await assert.rejects(uninstall(WEB, context), /failed to delete release: web: /);
    assert.match((await records())[0]!, /^1 uninstalling/);
    mend();
    await uninstall(WEB, context);
    assert.deepEqual(await records(), []);
  });
});

Deno.test("planRemoval() deletes kinds in reverse order, documents of one kind as texts sort", () => {
  const document = (kind: string, name: string) =>
    `---\n# Source: c/templates/x.yaml\napiVersion: v1\nkind: ${kind}\nmetadata: {name: ${name}}\n`;
  const maps = Array.from({ length: 12 }, (_, i) => document("ConfigMap", `m${i}`)).join("");
  const manifest = document("Secret", "s") + maps + document("Service", "v");
  const { remove } = planRemoval(manifest);
  assert.deepEqual(remove.map(({ object }) => object.metadata.name), [
    "v",
    ...["m0", "m9", "m10", "m11", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8"],
    "s",
  ]);
});

import assert from "node:assert/strict";
import { ReleaseNotFoundError, RollbackError } from "../../lib/action/errors.ts";
import { deploy, rollback, uninstall } from "../../lib/action/run.ts";
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

Deno.test("rollback() brings an earlier revision back as a new one", async () => {
  await onCluster(async ({ context, get, names, records, events }) => {
    const a = chart({ "a.yaml": configMap("a"), "b.yaml": configMap("b") });
    const c = chart({ "b.yaml": configMap("b"), "c.yaml": configMap("c") });
    await deploy(web(a, { values: { text: "one" } }), context);
    await deploy(web(c, { values: { text: "two" } }), context);
    events.length = 0;
    const release = await rollback(WEB, context);
    assert.equal(release.info.rollbackRevision, 1);
    assert.deepEqual(release.config, { text: "one" });
    assert.deepEqual(await names("ConfigMap"), ["a", "b"]);
    assert.deepEqual((await get("ConfigMap", "b"))!["data"], { text: "one", revision: "1" });
    assert.deepEqual(await records(), [
      "1 superseded Install complete",
      "2 superseded Upgrade complete",
      "3 deployed Rollback to 1",
    ]);
    assert.deepEqual(finished(events), ["rolled-back 3 deployed"]);
    assert.deepEqual(started(events).map((id) => id.replace("rollback/", "")), [
      "read",
      "begin",
      "apply",
      "record",
    ]);
  });
});

Deno.test("rollback() goes to the revision asked for, and says when there is none", async () => {
  await onCluster(async ({ context, get, writes }) => {
    const one = chart({ "a.yaml": configMap("a") });
    for (const text of ["one", "two", "three"]) {
      await deploy(web(one, { values: { text } }), context);
    }
    await rollback({ ...WEB, revision: 1, description: "back" }, context);
    assert.deepEqual((await get("ConfigMap", "a"))!["data"], { text: "one", revision: "1" });
    writes();
    const rows: [Parameters<typeof rollback>[0], RegExp][] = [
      [{ ...WEB, revision: 9 }, /ReleaseNotFoundError: release has no 9 version/],
      [{ ...WEB, revision: -1 }, /RollbackError: invalid release revision/],
      [{ ...WEB, name: "nope" }, /ReleaseNotFoundError: release: not found/],
    ];
    for (const [request, message] of rows) {
      await assert.rejects(rollback(request, context), message);
    }
    assert.ok(ReleaseNotFoundError && RollbackError);
    assert.deepEqual(writes(), []);
  });
});

Deno.test("rollback() runs the hooks of the revision it goes to", async () => {
  await onCluster(async ({ context, events }) => {
    const one = chart({
      "a.yaml": configMap("a"),
      "h.yaml": hookJob("before", "pre-rollback") + hookJob("after", "post-rollback"),
    });
    await deploy(web(one), context);
    await deploy(web(chart({ "a.yaml": configMap("a") })), context);
    events.length = 0;
    await rollback(WEB, context);
    const ids = started(events).map((id) => id.replace("rollback/", ""));
    assert.deepEqual(ids.slice(1, 5), [
      "begin",
      "hook pre-rollback Job/before",
      "apply",
      "hook post-rollback Job/after",
    ]);
  });
});

Deno.test("rollback() that fails is recorded as failed, never left pending", async () => {
  await onCluster(async ({ context, records }) => {
    const bad = chart({ "h.yaml": hookJob("before", "pre-rollback", { fail: true }) });
    const stuck = chart({ "d.yaml": deployment("web", { fail: true }) });
    await deploy(web(bad), context);
    await deploy(web(stuck), context);
    await deploy(web(chart({ "a.yaml": configMap("a") })), context);
    await assert.rejects(
      rollback({ ...WEB, revision: 1 }, context),
      /RollbackError: resource Job\/shop\/before not ready/,
    );
    await assert.rejects(
      rollback({ ...WEB, revision: 2, wait: true, timeout: 60 }, context),
      /RollbackError: release web failed: resource Deployment/,
    );
    const all = await records();
    assert.match(all[2]!, /^3 deployed/);
    assert.match(all[3]!, /^4 failed Rollback "web" failed: resource Job\/shop\/before/);
    assert.match(all[4]!, /^5 failed Release "web" failed: resource Deployment/);
  });
});

Deno.test("rollback() gets a release out of a pending state", async () => {
  await onCluster(async ({ context, records }) => {
    await deploy(web(chart({ "a.yaml": configMap("a") })), context);
    const stored = await context.storage.get({ ...WEB, revision: 1 });
    await context.storage.create({
      ...stored!,
      revision: 2,
      info: { ...stored!.info, status: "pending-upgrade" },
    });
    await rollback({ ...WEB, revision: 1 }, context);
    assert.equal((await records()).at(-1), "3 deployed Rollback to 1");
    const other = chart({ "b.yaml": configMap("b") });
    assert.equal((await deploy(web(other), context)).outcome, "upgraded");
  });
});

Deno.test("rollback() cleans up what it added when it fails, if asked", async () => {
  for (const cleanupOnFail of [false, true]) {
    await onCluster(async ({ context, names, server }) => {
      const both = chart({ "a.yaml": configMap("a"), "b.yaml": configMap("b") });
      await deploy(web(both), context);
      await deploy(web(chart({ "b.yaml": configMap("b") })), context);
      assert.deepEqual(await names("ConfigMap"), ["b"]);
      server.inject({ method: "PATCH", path: "/configmaps/b", status: 403, message: "no" });
      await assert.rejects(rollback({ ...WEB, cleanupOnFail }, context), /no/);
      assert.deepEqual(await names("ConfigMap"), cleanupOnFail ? ["b"] : ["a", "b"]);
    });
  }
});

Deno.test("rollback() and uninstall() of a dry run look, and change nothing", async () => {
  await onCluster(async ({ context, records, writes }) => {
    await deploy(web(chart({ "a.yaml": configMap("a") })), context);
    await deploy(web(chart({})), context);
    writes();
    await rollback({ ...WEB, dryRun: true }, context);
    await uninstall({ ...WEB, dryRun: true }, context);
    assert.deepEqual(writes(), []);
    assert.equal((await records()).length, 2);
    const rows: [() => Promise<unknown>, RegExp][] = [
      [() => rollback({ ...WEB, dryRun: true, revision: 9 }, context), /release has no 9 version/],
      [() => uninstall({ ...WEB, dryRun: true, name: "no" }, context), /: release: not found/],
    ];
    for (const [run, message] of rows) await assert.rejects(run, message);
  });
});

import assert from "node:assert/strict";
import { CapstanError } from "../../lib/errors.ts";
import { isReleaseName, recordName } from "../../lib/release/release.ts";
import { memoryStorage } from "../../lib/release/memory_storage.ts";
import { checkSize, entryOf, recordLabels } from "../../lib/release/storage.ts";
import { buildRelease } from "./builders.ts";

Deno.test("recordName() is Helm's", () => {
  assert.equal(recordName({ name: "web", revision: 12 }), "sh.helm.release.v1.web.v12");
});

Deno.test("recordLabels() lets no user label replace one of the record's", () => {
  assert.deepEqual(
    recordLabels(
      buildRelease({ labels: { team: "a", status: "odd", createdAt: "1" } }),
      { createdAt: 1700000000 },
    ),
    {
      createdAt: "1700000000",
      team: "a",
      name: "web",
      owner: "helm",
      status: "deployed",
      version: "1",
    },
  );
});

Deno.test("entryOf() reads labels and passes over what is no record", () => {
  assert.deepEqual(
    entryOf({
      namespace: "shop",
      labels: { name: "web", owner: "helm", status: "failed", version: "3", team: "a" },
      annotations: { "capstan/digest": "sha256:1", "capstan/lock": "shop/lease/id" },
    }),
    {
      name: "web",
      namespace: "shop",
      revision: 3,
      status: "failed",
      labels: { team: "a" },
      digest: "sha256:1",
      lock: "shop/lease/id",
    },
  );
  assert.equal(entryOf({ labels: { owner: "helm" } }), undefined);
  assert.equal(entryOf({}), undefined);
});

Deno.test("checkSize() refuses a record beyond the limit and says what to do", () => {
  const key = { namespace: "shop", name: "web", revision: 2 };
  checkSize(key, "x".repeat(1024 * 1024));
  assert.throws(
    () => checkSize(key, "x".repeat(1024 * 1024), 1),
    (error) =>
      error instanceof CapstanError && error.code === "release/too-large" &&
      error.message.includes("sh.helm.release.v1.web.v2") && error.hint!.includes(".helmignore"),
  );
});

Deno.test("isReleaseName() knows Helm's rule", () => {
  const good = ["a", "web", "web-1", "a.b", "0", "x".repeat(53)];
  const bad = ["", "Web", "-a", "a-", "a..b", "a.", "a_b", "x".repeat(54), "ä"];
  for (const name of good) assert.ok(isReleaseName(name), name);
  for (const name of bad) assert.ok(!isReleaseName(name), name);
});

Deno.test("memoryStorage() keeps, lists, replaces and removes revisions", async () => {
  const storage = memoryStorage();
  await storage.create(buildRelease({ revision: 2 }));
  await storage.create(buildRelease({ revision: 1, info: { status: "superseded" } }));
  await storage.create(buildRelease({ namespace: "other", labels: { team: "a" } }));
  const key = { namespace: "shop", name: "web" };
  assert.deepEqual(
    (await storage.history(key)).map(({ revision, status }) => [revision, status]),
    [[1, "superseded"], [2, "deployed"]],
  );
  assert.equal((await storage.list()).length, 3);
  assert.equal((await storage.list({ namespace: "shop" })).length, 2);
  assert.equal((await storage.list({ selector: "team=a" })).length, 1);
  await assert.rejects(storage.create(buildRelease()), /release: already exists/);
  await storage.update(buildRelease({ info: { status: "failed" } }));
  assert.equal((await storage.get({ ...key, revision: 1 }))?.info.status, "failed");
  assert.equal(await storage.delete({ ...key, revision: 1 }), true);
  assert.equal(await storage.delete({ ...key, revision: 1 }), false);
  await assert.rejects(storage.update(buildRelease()), /release: not found/);
});

import assert from "node:assert/strict";
import { getRelease, listAs, listReleases, releaseHistory } from "../../lib/action/read.ts";
import { secretStorage } from "../../lib/release/kube_storage.ts";
import { memoryStorage } from "../../lib/release/memory_storage.ts";
import type { ReleaseStatus } from "../../lib/release/release.ts";
import { buildRelease } from "../release/builders.ts";
import { onCluster } from "./harness.ts";

/** Releases by `namespace/name: status of each revision`, each a minute younger than the one before. */
async function contextOf(releases: Readonly<Record<string, readonly ReleaseStatus[]>>) {
  const storage = memoryStorage();
  let minute = 0;
  for (const [path, statuses] of Object.entries(releases)) {
    const [namespace, name] = path.split("/") as [string, string];
    for (const [i, status] of statuses.entries()) {
      const lastDeployed = new Date(Date.UTC(2026, 0, 1, 0, minute++)).toISOString();
      await storage.create(
        buildRelease({ namespace, name, revision: i + 1, info: { status, lastDeployed } }),
      );
    }
  }
  return { storage };
}

const SHOP = {
  "shop/web": ["superseded", "deployed"],
  "shop/api": ["deployed", "failed"],
  "data/db": ["deployed"],
  "data/old": ["uninstalled"],
} as const;

Deno.test("listReleases() lists the last revision of each, by name", async () => {
  const context = await contextOf(SHOP);
  const rows: [Parameters<typeof listReleases>[0], string][] = [
    [{}, "api.2 db.1 old.1 web.2"],
    [{ namespace: "shop" }, "api.2 web.2"],
    [{ statuses: ["deployed"] }, "db.1 web.2"],
    [{ statuses: ["failed", "uninstalled"] }, "api.2 old.1"],
    [{ statuses: ["superseded"] }, "web.1"],
    [{ filter: (name) => /^[a-d]/.test(name) }, "api.2 db.1"],
    [{ reverse: true }, "web.2 old.1 db.1 api.2"],
    [{ sort: "date" }, "web.2 api.2 db.1 old.1"],
    [{ sort: "date", reverse: true, max: 2 }, "old.1 db.1"],
    [{ max: 2, offset: 1 }, "db.1 old.1"],
    [{ max: 0 }, "api.2 db.1 old.1 web.2"],
    [{ offset: 9 }, ""],
  ];
  for (const [request, expected] of rows) {
    const list = await listReleases(request, context);
    const text = list.map(({ name, revision }) => `${name}.${revision}`).join(" ");
    assert.equal(text, expected, JSON.stringify(request));
  }
});

Deno.test("getRelease() reads the last revision or the one asked for", async () => {
  const context = await contextOf(SHOP);
  const web = { name: "web", namespace: "shop" };
  assert.equal((await getRelease(web, context)).revision, 2);
  assert.equal((await getRelease({ ...web, revision: 1 }, context)).info.status, "superseded");
  for (const request of [{ ...web, revision: 9 }, { ...web, name: "nope" }]) {
    await assert.rejects(getRelease(request, context), /^ReleaseNotFoundError: release: not found/);
  }
});

Deno.test("releaseHistory() has the newest revisions, oldest first", async () => {
  const context = await contextOf({ "shop/web": Array(5).fill("superseded") });
  const revisions = async (max?: number) =>
    (await releaseHistory({ name: "web", namespace: "shop", max }, context)).map((r) => r.revision);
  assert.deepEqual(await revisions(), [1, 2, 3, 4, 5]);
  assert.deepEqual(await revisions(2), [4, 5]);
  await assert.rejects(
    releaseHistory({ name: "web", namespace: "data" }, context),
    /release: not found/,
  );
});

Deno.test("many records are read by a few requests, and none but the last revisions is kept", async () => {
  await onCluster(async ({ api, server }) => {
    const storage = secretStorage(api);
    const states = ["superseded", "deployed"] as const;
    await Promise.all(
      Array.from({ length: 240 }, async (_, i) => {
        const status = i === 7 ? "failed" : states[i % 2]!;
        const [name, revision] = [`r${i >> 1}`, 1 + i % 2];
        await storage.create(
          buildRelease({ namespace: "shop", name, revision, info: { status } }),
        );
      }),
    );
    const before = server.requests.length;
    const found = await listAs(
      { max: 0 },
      { storage },
      ({ name, revision, info }) => `${name} ${revision} ${info.status}`,
    );
    assert.equal(found.length, 120);
    assert.ok(found.includes("r3 2 failed") && found.includes("r119 2 deployed"));
    // One page of metadata, two of records.
    assert.equal(server.requests.length - before, 3);
    const [first] = await listReleases({ max: 1 }, { storage });
    assert.equal(first?.name, "r0");
  });
});

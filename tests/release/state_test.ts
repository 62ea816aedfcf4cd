import assert from "node:assert/strict";
import fc from "fast-check";
import { RELEASE_STATUSES, type ReleaseStatus } from "../../lib/release/release.ts";
import { revisionsToPrune, stateOf } from "../../lib/release/state.ts";
import type { RevisionEntry } from "../../lib/release/storage.ts";

/** Revisions 1, 2, … with these statuses. */
function history(...statuses: ReleaseStatus[]): RevisionEntry[] {
  return statuses.map((status, i) => ({
    name: "web",
    namespace: "shop",
    revision: i + 1,
    status,
    labels: {},
  }));
}

/** `kind last current`, by revision. */
function summary(statuses: ReleaseStatus[]): string {
  const state = stateOf(history(...statuses));
  const last = "last" in state ? state.last.revision : "-";
  const current = "current" in state ? state.current?.revision ?? "-" : "-";
  return `${state.kind} ${last} ${current}`;
}

Deno.test("stateOf() tells what a history amounts to", () => {
  const rows: [ReleaseStatus[], string][] = [
    [[], "absent - -"],
    [["deployed"], "deployed 1 1"],
    [["superseded", "deployed"], "deployed 2 2"],
    [["deployed", "failed"], "failed 2 1"],
    [["superseded", "failed"], "failed 2 2"],
    [["failed"], "failed 1 1"],
    [["superseded"], "failed 1 1"],
    [["unknown"], "failed 1 -"],
    [["deployed", "pending-upgrade"], "pending 2 -"],
    [["pending-install"], "pending 1 -"],
    [["deployed", "pending-rollback"], "pending 2 -"],
    [["uninstalled"], "uninstalled 1 -"],
    [["deployed", "uninstalling"], "uninstalling 2 -"],
  ];
  for (const [statuses, expected] of rows) {
    assert.equal(summary(statuses), expected, statuses.join());
  }
});

Deno.test("revisionsToPrune() makes room for one revision and spares the deployed one", () => {
  const rows: [ReleaseStatus[], number, number[]][] = [
    [["superseded", "superseded", "deployed"], 3, [1]],
    [["superseded", "superseded", "deployed"], 4, []],
    [["superseded", "superseded", "deployed"], 1, [1, 2]],
    [["deployed", "failed", "failed"], 2, [2, 3]],
    [["deployed", "failed", "failed"], 3, [2]],
    [["failed", "failed"], 1, [1, 2]],
    [["superseded", "deployed"], 0, []],
    [["superseded", "deployed"], -1, []],
  ];
  for (const [statuses, max, expected] of rows) {
    const pruned = revisionsToPrune(history(...statuses), max).map(({ revision }) => revision);
    assert.deepEqual(pruned, expected, `${statuses} at most ${max}`);
  }
});

Deno.test("revisionsToPrune() leaves at most one less than the limit, unless that is the deployed one", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...RELEASE_STATUSES), { maxLength: 30 }),
      fc.integer({ min: 1, max: 12 }),
      (statuses, max) => {
        const all = history(...statuses);
        const pruned = new Set(revisionsToPrune(all, max));
        const left = all.filter((entry) => !pruned.has(entry));
        const deployed = all.findLast(({ status }) => status === "deployed");
        assert.ok(left.length <= Math.max(max - 1, deployed === undefined ? 0 : 1));
        if (deployed !== undefined) assert.ok(left.includes(deployed));
        // Never an older one kept while a newer one goes, but for the deployed one.
        const oldestLeft = left.find((entry) => entry !== deployed);
        for (const { revision } of pruned) {
          assert.ok(oldestLeft === undefined || revision < oldestLeft.revision);
        }
      },
    ),
  );
});

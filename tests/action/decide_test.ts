import assert from "node:assert/strict";
import { checkRequest, decide } from "../../lib/action/decide.ts";
import type { ReleaseStatus } from "../../lib/release/release.ts";

/** `verb revision from` or the message. */
function decision(
  statuses: readonly ReleaseStatus[],
  request: Omit<Parameters<typeof decide>[0], "name">,
  helmVersion?: "v3" | "v4",
): string {
  const history = statuses.map((status, i) => ({
    name: "web",
    namespace: "shop",
    revision: i + 1,
    status,
    labels: {},
  }));
  try {
    const { verb, revision, current } = decide({ name: "web", ...request }, history, helmVersion);
    return `${verb} ${revision} ${current?.revision ?? "-"}`;
  } catch (error) {
    return (error as Error).message;
  }
}

const EITHER = {};
const INSTALL = { upgrade: false };
const UPGRADE = { install: false };
const IN_USE = "release name check failed: cannot reuse a name that is still in use";
const NONE = '"web" has no deployed releases';
const PENDING = "another operation (install/upgrade/rollback) is in progress";

Deno.test("decide() chooses the verb and where an upgrade starts", () => {
  const rows: [ReleaseStatus[], Parameters<typeof decision>[1], string][] = [
    [[], EITHER, "install 1 -"],
    [[], INSTALL, "install 1 -"],
    [[], UPGRADE, NONE],
    [["deployed"], EITHER, "upgrade 2 1"],
    [["deployed"], INSTALL, IN_USE],
    [["deployed"], { ...INSTALL, replace: true }, IN_USE],
    [["failed"], { ...INSTALL, replace: true }, "install 2 -"],
    [["uninstalled"], { ...INSTALL, replace: true }, "install 2 -"],
    [["uninstalled"], INSTALL, IN_USE],
    [["uninstalled"], EITHER, "install 2 -"],
    [["uninstalled"], UPGRADE, NONE],
    [["failed"], EITHER, "upgrade 2 1"],
    [["superseded", "deployed", "failed", "failed"], UPGRADE, "upgrade 5 2"],
    [["deployed", "superseded"], UPGRADE, "upgrade 3 1"],
    [["unknown"], UPGRADE, NONE],
    [["uninstalling"], EITHER, NONE],
    [["deployed", "uninstalling"], EITHER, "upgrade 3 1"],
    [["deployed", "pending-upgrade"], EITHER, PENDING],
    [["pending-install"], EITHER, PENDING],
    [["pending-rollback"], INSTALL, IN_USE],
    [["deployed", "pending-upgrade"], { recover: true }, "upgrade 3 1"],
    [["pending-install"], { recover: true }, "install 2 1"],
    [["pending-install"], { ...INSTALL, recover: true }, "install 2 1"],
    [["pending-install"], { ...UPGRADE, recover: true }, "upgrade 2 1"],
    [["failed", "pending-upgrade"], { recover: true }, "install 3 2"],
    [["deployed", "pending-upgrade"], { ...INSTALL, recover: true }, IN_USE],
    [["superseded", "uninstalling"], { recover: true }, "upgrade 3 2"],
    [["uninstalling"], { recover: true }, "upgrade 2 1"],
  ];
  for (const [statuses, request, expected] of rows) {
    assert.equal(decision(statuses, request), expected, `${statuses} ${JSON.stringify(request)}`);
  }
  assert.equal(
    decision(["deployed"], INSTALL, "v3"),
    "cannot re-use a name that is still in use",
  );
});

Deno.test("checkRequest() refuses names and labels that Helm refuses", () => {
  assert.throws(() => checkRequest({ name: "A" }), /^InstallError: release name check failed: /);
  assert.throws(
    () => checkRequest({ name: "A" }, "v3"),
    /^InstallError: release name "A": invalid/,
  );
  for (const label of ["name", "owner", "status", "version", "createdAt", "modifiedAt"]) {
    assert.throws(
      () => checkRequest({ name: "web", labels: { [label]: "x" } }),
      /System labels: \[name owner status version createdAt modifiedAt\]/,
    );
  }
  checkRequest({ name: "web", labels: { team: "a" } });
});

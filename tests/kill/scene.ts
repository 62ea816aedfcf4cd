/** One release in three versions, and what must be true of it whatever was killed in between. */
import assert from "node:assert/strict";
import type { ActionContext } from "../../lib/action/types.ts";
import { deploy, rollback, uninstall } from "../../lib/action/run.ts";
import { leaseName } from "../../lib/action/lock.ts";
import { readLease } from "../../lib/kube/lease.ts";
import { isGone } from "../../lib/kube/process.ts";
import type { KubeApi } from "../../lib/kube/types.ts";
import { chart, configMap, deployment, hookJob } from "../action/harness.ts";

/** Charts by version: each has an object that the others have not. */
export const CHARTS = {
  1: chart({ ...common(), "one.yaml": configMap("one") }),
  2: chart({ ...common(), "two.yaml": configMap("two") }),
  3: chart({ ...common(), "three.yaml": configMap("three") }),
} as const;

/** What a run does to the release. */
export type Verb = "install" | "upgrade" | "rollback" | "uninstall";

/** Every verb that is killed. */
export const VERBS: readonly Verb[] = ["install", "upgrade", "rollback", "uninstall"];

/** What a verb needs to be there first. */
export async function prepare(verb: Verb, namespace: string, context: ActionContext) {
  const release = { name: "web", namespace };
  if (verb === "install") return;
  await deploy({ ...release, chart: CHARTS[1], values: { text: "1" } }, context);
  if (verb !== "rollback") return;
  await deploy({ ...release, chart: CHARTS[2], values: { text: "2" } }, context);
}

/** Does it, to the end unless it is killed. */
export async function perform(verb: Verb, namespace: string, context: ActionContext) {
  const release = { name: "web", namespace };
  switch (verb) {
    case "install":
      return await deploy({ ...release, chart: CHARTS[1], values: { text: "1" } }, context);
    case "upgrade":
      return await deploy({ ...release, chart: CHARTS[2], values: { text: "2" } }, context);
    case "rollback":
      return await rollback({ ...release, revision: 1 }, context);
    case "uninstall":
      return await uninstall({ ...release, ignoreNotFound: true }, context);
  }
}

/** How a next run goes on: the same again, another version, or away with it. */
export type Next = "again" | "other" | "uninstall";

/** Runs the next operation, and checks that everything is as if nothing had been killed. */
export async function recover(
  verb: Verb,
  next: Next,
  { namespace, context }: { readonly namespace: string; readonly context: ActionContext },
): Promise<void> {
  const release = { name: "web", namespace };
  if (next === "other" && verb !== "uninstall") {
    await deploy({ ...release, chart: CHARTS[3], values: { text: "3" } }, context);
    return await check(3, namespace, context);
  }
  if (next === "uninstall" || verb === "uninstall") {
    await uninstall({ ...release, ignoreNotFound: true }, context);
    return await check(0, namespace, context);
  }
  await perform(verb, namespace, context);
  await check(verb === "upgrade" ? 2 : 1, namespace, context);
}

/** Throws unless exactly this version is in place and settled; 0 is none. */
async function check(version: 0 | 1 | 2 | 3, namespace: string, context: ActionContext) {
  const { api, storage } = context;
  const history = await storage.history({ name: "web", namespace });
  const statuses = history.map(({ status }) => status);
  const told = `${statuses}`;
  if (version === 0) assert.deepEqual(history, [], told);
  else {
    assert.equal(statuses.at(-1), "deployed", told);
    assert.equal(statuses.filter((status) => status === "deployed").length, 1, told);
    assert.ok(statuses.every((status) => /^(deployed|superseded|failed)$/.test(status)), told);
    assert.equal(new Set(history.map(({ revision }) => revision)).size, history.length);
  }
  const word = ["", "one", "two", "three"][version]!;
  assert.deepEqual(await names(api, "v1", "ConfigMap", namespace), version ? ["a", word] : []);
  assert.deepEqual(await names(api, "apps/v1", "Deployment", namespace), version ? ["web"] : []);
  // One that is left, as by a run killed when all was done, is a dead one's and keeps nobody out.
  const left = await readLease(api, { name: leaseName("web"), namespace, isGone });
  assert.notEqual(left?.dead, false, "somebody still has the lock");
  if (version === 0) return;
  const a = await api.get({ apiVersion: "v1", kind: "ConfigMap", name: "a", namespace });
  assert.equal((a!["data"] as { text: string }).text, `${version}`);
}

async function names(api: KubeApi, apiVersion: string, kind: string, namespace: string) {
  const { items } = await api.list({ apiVersion, kind }, { namespace });
  return items.filter(({ metadata }) => !metadata.deletionTimestamp)
    .map(({ metadata }) => metadata.name).filter((name) => name !== "kube-root-ca.crt").sort();
}

function common(): Record<string, string> {
  const hook = (name: string, event: string) =>
    hookJob(name, event, { policy: "before-hook-creation,hook-succeeded" });
  return {
    "a.yaml": configMap("a"),
    "web.yaml": deployment("web"),
    "pre.yaml": hook("pre", "pre-install,pre-upgrade,pre-rollback,pre-delete"),
    "post.yaml": hook("post", "post-install,post-upgrade,post-rollback,post-delete"),
  };
}

/**
 * What holds for every API server that Capstan talks to: the rehearsal cluster and a real one run the
 * same cases, so that the one cannot drift from the other.
 */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import type { KubeApi, KubeObject } from "../../lib/kube/types.ts";
import { waitDeleted, waitHook, waitReady } from "../../lib/kube/wait.ts";
import { refOf } from "../../lib/kube/resource.ts";

/** A cluster for one case. */
export interface ContractCluster {
  readonly api: KubeApi;
  close(): Promise<void> | void;
}

/** One case: a fresh namespace of a cluster to do as it likes in. */
interface Case {
  readonly api: KubeApi;
  readonly namespace: string;
}

/** Registers a test for each case. `connect` is called once for each. */
export function contract(name: string, connect: () => Promise<ContractCluster>): void {
  for (const [title, run] of Object.entries(CASES)) {
    Deno.test(`${name}: ${title}`, async () => {
      const { api, close } = await connect();
      const namespace = `contract-${crypto.randomUUID().slice(0, 8)}`;
      try {
        await api.create(object("v1", "Namespace", namespace));
        await run({ api, namespace });
        await api.delete({ apiVersion: "v1", kind: "Namespace", name: namespace });
      } finally {
        await close();
      }
    });
  }
}

function object(
  apiVersion: string,
  kind: string,
  name: string,
  fields: Record<string, unknown> = {},
): KubeObject {
  const { metadata, ...rest } = fields as { metadata?: Record<string, unknown> };
  return { apiVersion, kind, metadata: { name, ...metadata }, ...rest };
}

function config(
  { namespace }: { namespace: string },
  name: string,
  data: unknown,
  metadata = {},
): KubeObject {
  return object("v1", "ConfigMap", name, { metadata: { namespace, ...metadata }, data });
}

function container(): Record<string, unknown> {
  return { name: "main", image: "example.test/app:1" };
}

function pod(namespace: string, name: string, restartPolicy: string): KubeObject {
  const spec = { restartPolicy, containers: [container()] };
  return object("v1", "Pod", name, { metadata: { namespace }, spec });
}

function job(namespace: string, name: string, annotations = {}): KubeObject {
  const template = {
    metadata: { annotations },
    spec: { restartPolicy: "Never", containers: [container()] },
  };
  return object("batch/v1", "Job", name, {
    metadata: { namespace },
    spec: { backoffLimit: 0, template },
  });
}

function deployment(namespace: string, name: string, replicas = 2): KubeObject {
  const labels = { app: name };
  return object("apps/v1", "Deployment", name, {
    metadata: { namespace },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container()] } },
    },
  });
}

function crd(group: string): KubeObject {
  return object("apiextensions.k8s.io/v1", "CustomResourceDefinition", `widgets.${group}`, {
    spec: {
      group,
      scope: "Namespaced",
      names: { kind: "Widget", plural: "widgets", singular: "widget", listKind: "WidgetList" },
      versions: [{
        name: "v1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: { spec: { type: "object", properties: { size: { type: "integer" } } } },
          },
        },
      }],
    },
  });
}

const CASES: Record<string, (it: Case) => Promise<void>> = {
  "apply keeps every character, as create does": async ({ api, namespace }) => {
    // An apply is read as YAML, where some of these end lines and others may not stand.
    const data = {
      text: "a\u007f b\u0085 c\u0091 d\u2028 e\u2029 f\ufeff g\uffff h\u001b i\u0000 j\u{1f680}",
    };
    const applied = await api.apply(config({ namespace }, "applied", data));
    const created = await api.create(config({ namespace }, "created", data));
    deepEqual(applied["data"], data);
    deepEqual(created["data"], data);
  },
  async "version() and discovery"({ api }) {
    const { gitVersion, major } = await api.version();
    match(gitVersion, /^v1\.\d+\.\d+/);
    equal(major, "1");
    const deployments = await api.resourceFor("apps/v1", "Deployment");
    deepEqual([deployments?.plural, deployments?.namespaced], ["deployments", true]);
    equal((await api.resourceFor("v1", "Namespace"))?.namespaced, false);
    equal(await api.resourceFor("apps/v1", "Nonsense"), undefined);
    const versions = await api.apiVersions();
    for (const name of ["v1", "v1/Pod", "apps/v1", "apps/v1/Deployment", "batch/v1/Job"]) {
      ok(versions.includes(name), name);
    }
  },

  async "create, read, replace, delete"(it) {
    const { api } = it;
    const created = await api.create(config(it, "a", { x: "1" }));
    equal(created.kind, "ConfigMap");
    ok(
      created.metadata.uid && created.metadata.resourceVersion &&
        created.metadata.creationTimestamp,
    );
    const ref = refOf(created);
    deepEqual((await api.get(ref))?.["data"], { x: "1" });
    const replaced = await api.replace({ ...created, data: { y: "2" } });
    deepEqual(replaced["data"], { y: "2" });
    equal(replaced.metadata.uid, created.metadata.uid);
    equal(await api.delete(ref), true);
    equal(await api.get(ref), undefined);
    equal(await api.delete(ref), false);
  },

  async "names the server picks"(it) {
    const { metadata, ...rest } = config(it, "", {});
    const { name: _, ...unnamed } = metadata;
    const created = await it.api.create({
      ...rest,
      metadata: { ...unnamed, generateName: "pick-" },
    } as unknown as KubeObject);
    match(created.metadata.name, /^pick-.{5}$/);
  },

  async "the words of 404, 409 and 422"(it) {
    const { api, namespace } = it;
    const a = await api.create(config(it, "a", { x: "1" }));
    await rejects(api.create(config(it, "a", {})), {
      message: 'configmaps "a" already exists',
      status: 409,
      reason: "AlreadyExists",
    });
    await rejects(api.replace(config(it, "b", {})), {
      message: 'configmaps "b" not found',
      status: 404,
    });
    await rejects(
      api.patch(refOf(config(it, "b", {})), "application/merge-patch+json", { data: { x: "2" } }),
      { message: 'configmaps "b" not found', reason: "NotFound" },
    );
    await api.replace({ ...a, data: { x: "2" } });
    await rejects(api.replace({ ...a, data: { x: "3" } }), {
      message:
        'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
      status: 409,
      reason: "Conflict",
    });
    await rejects(api.create(config(it, "Bad_Name", {})), { status: 422, reason: "Invalid" });
    await rejects(api.create(config({ namespace: `${namespace}-gone` }, "a", {})), {
      message: `namespaces "${namespace}-gone" not found`,
      status: 404,
    });
    await rejects(
      api.get(
        object("example.com/v9", "Nonsense", "a").metadata && {
          apiVersion: "example.com/v9",
          kind: "Nonsense",
          name: "a",
        },
      ),
      { message: 'no matches for kind "Nonsense" in version "example.com/v9"' },
    );
  },

  async "lists by label, field and namespace, whole or as metadata"(it) {
    const { api, namespace } = it;
    const names = ["a", "b", "c"];
    await Promise.all(
      names.map((name) =>
        api.create(
          config(it, name, { x: name }, { labels: { tier: name === "c" ? "back" : "front" } }),
        )
      ),
    );
    const kind = { apiVersion: "v1", kind: "ConfigMap" };
    const front = await api.list(kind, { namespace, labelSelector: "tier=front" });
    deepEqual(front.items.map(({ metadata }) => metadata.name).toSorted(), ["a", "b"]);
    deepEqual(
      front.items.map((item) => `${item.apiVersion} ${item.kind}`),
      Array(2).fill("v1 ConfigMap"),
    );
    ok(front.resourceVersion);
    const sets: [string, string][] = [["tier in (back, side)", "c"], [
      "tier notin (front),tier",
      "c",
    ], ["tier!=front,tier", "c"]];
    for (const [labelSelector, expected] of sets) {
      const { items } = await api.list(kind, { namespace, labelSelector });
      deepEqual(items.map(({ metadata }) => metadata.name), [expected], labelSelector);
    }
    const byName = await api.list(kind, { namespace, fieldSelector: "metadata.name=b" });
    deepEqual(byName.items.map((item) => item["data"]), [{ x: "b" }]);
    const bare = await api.list(kind, {
      namespace,
      labelSelector: "tier=back",
      metadataOnly: true,
    });
    deepEqual(bare.items.map(({ metadata, data }) => [metadata.name, data]), [["c", undefined]]);
    const everywhere = await api.list(kind, { labelSelector: "tier=back" });
    ok(everywhere.items.some(({ metadata }) => metadata.namespace === namespace));
  },

  async "server-side apply creates, changes and removes what it owned"(it) {
    const { api } = it;
    const first = await api.apply(config(it, "a", { x: "1", y: "1" }));
    equal(first.metadata.managedFields?.length, 1);
    const second = await api.apply(config(it, "a", { x: "2" }));
    deepEqual(second["data"], { x: "2" });
    const same = await api.apply(config(it, "a", { x: "2" }));
    equal(same.metadata.resourceVersion, second.metadata.resourceVersion);
    // An object that was read carries bookkeeping that the server refuses in an apply.
    await api.apply({
      ...same,
      metadata: {
        name: "a",
        namespace: it.namespace,
        managedFields: same.metadata.managedFields ?? [],
      },
    });
  },

  async "server-side apply: conflict, and force"(it) {
    const { api } = it;
    await api.apply(config(it, "a", { x: "1" }), { fieldManager: "one" });
    await rejects(api.apply(config(it, "a", { x: "2" }), { fieldManager: "two" }), {
      message: 'Apply failed with 1 conflict: conflict with "one": .data.x',
      status: 409,
      reason: "Conflict",
    });
    const forced = await api.apply(config(it, "a", { x: "2" }), {
      fieldManager: "two",
      force: true,
    });
    deepEqual(forced["data"], { x: "2" });
    // Who lost the field no longer removes it.
    const kept = await api.apply(config(it, "a", {}), { fieldManager: "one" });
    deepEqual(kept["data"], { x: "2" });
  },

  async "a dry run changes nothing"(it) {
    const { api } = it;
    const ref = refOf(config(it, "a", {}));
    const applied = await api.apply(config(it, "a", { x: "1" }), { dryRun: true });
    ok(applied.metadata.uid);
    await api.create(config(it, "a", { x: "1" }), { dryRun: true });
    equal(await api.get(ref), undefined);
  },

  async "strict writes refuse unknown fields"(it) {
    const odd = { ...config(it, "a", {}), sepc: {} };
    await rejects(it.api.create(odd, { strict: true }), (error: Error) => {
      match(error.message, /unknown field "sepc"/);
      return true;
    });
    await it.api.create(odd);
  },

  async "patches: merge, strategic, JSON"(it) {
    const { api, namespace } = it;
    const { metadata: { name } } = await api.create(deployment(namespace, "web", 0));
    const ref = refOf(deployment(namespace, name));
    const merged = await api.patch(ref, "application/merge-patch+json", {
      metadata: { labels: { a: "1", b: "2" } },
    });
    deepEqual(merged.metadata.labels, { a: "1", b: "2" });
    const patched = await api.patch(ref, "application/json-patch+json", [
      { op: "remove", path: "/metadata/labels/a" },
    ]);
    deepEqual(patched.metadata.labels, { b: "2" });
    const strategic = await api.patch(ref, "application/strategic-merge-patch+json", {
      spec: {
        template: { spec: { containers: [{ name: "side", image: "example.test/side:1" }] } },
      },
    });
    const { containers } =
      (strategic["spec"] as { template: { spec: { containers: { name: string }[] } } })
        .template.spec;
    deepEqual(containers.map((one) => one.name).toSorted(), ["main", "side"]);
  },

  async "until() sees an object come, change and go"(it) {
    const { api } = it;
    const ref = refOf(config(it, "a", {}));
    const states: unknown[] = [];
    const seen = api.until(ref, (live) => {
      states.push(live?.["data"]);
      return (live?.["data"] as { x: string } | undefined)?.x === "2" ? live : undefined;
    });
    while (states.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await api.apply(config(it, "a", { x: "1" }));
    await api.apply(config(it, "a", { x: "2" }));
    equal((await seen)?.kind, "ConfigMap");
    deepEqual(states[0], undefined);
    const gone = api.until(ref, (live) => live === undefined || undefined);
    await api.delete(ref);
    equal(await gone, true);
  },

  async "a pod becomes ready, and its log can be read"({ api, namespace }) {
    const created = await api.create(pod(namespace, "p", "Always"));
    await waitReady(api, [created], { timeout: 20_000 });
    const log = await api.logs({ namespace, pod: "p", container: "main" }, { tail: 1 });
    equal(typeof log, "string");
    await rejects(api.logs({ namespace, pod: "q" }), { message: 'pods "q" not found' });
  },

  async "a log that is followed can be left at any time"({ api, namespace }) {
    const created = await api.create(pod(namespace, "p", "Always"));
    await waitReady(api, [created], { timeout: 20_000 });
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(new Error("seen enough")), 500);
    const { signal } = controller;
    let ended: unknown;
    try {
      for await (const line of api.followLogs({ namespace, pod: "p" }, { tail: 2, signal })) {
        equal(line.includes("\n"), false);
      }
    } catch (error) {
      ended = (error as Error).message;
    }
    clearTimeout(timer);
    // Where nothing is written the log goes on until it is left.
    ok(ended === undefined || ended === "seen enough", `${ended}`);
    await rejects(Array.fromAsync(api.followLogs({ namespace, pod: "q" })), {
      message: 'pods "q" not found',
    });
  },

  async "a deployment rolls out, and rolls again when it changes"({ api, namespace }) {
    const first = await api.apply(deployment(namespace, "web"));
    await waitReady(api, [first], { timeout: 20_000 });
    const second = await api.apply(deployment(namespace, "web", 3));
    equal(second.metadata.generation, 2);
    await waitReady(api, [second], { timeout: 20_000, rules: "legacy" });
    const live = await api.get(refOf(second));
    equal((live?.["status"] as { readyReplicas: number }).readyReplicas, 3);
    // What is ready as given costs no request, and no watch.
    await waitReady(api, [live!], { timeout: 1 });
  },

  async "hooks end, and failed ones say why"({ api, namespace }) {
    const created = await api.create(job(namespace, "seed"));
    await waitHook(api, created, { timeout: 20_000 });
    const done = await api.get(refOf(created));
    equal((done?.["status"] as { succeeded: number }).succeeded, 1);
    // Both kinds of cluster understand this annotation.
    const bad = await api.create(job(namespace, "bad", { "testbed/fail": "true" }));
    await rejects(waitHook(api, bad, { timeout: 20_000, rules: "legacy" }), {
      message: "job bad failed: BackoffLimitExceeded",
    });
    await rejects(waitHook(api, bad), {
      message:
        `resource Job/${namespace}/bad not ready. status: Failed, message: Job Failed. failed: 1/1`,
    });
    const ended = await api.create(pod(namespace, "probe", "Never"));
    await waitHook(api, ended, { timeout: 20_000, rules: "legacy" });
  },

  async "deletes: what depends on it goes too, or stays"({ api, namespace }) {
    const owner = await api.create(deployment(namespace, "web", 1));
    await waitReady(api, [owner], { timeout: 20_000 });
    const sets = { apiVersion: "apps/v1", kind: "ReplicaSet" };
    const { items: [set] } = await api.list(sets, { namespace });
    equal(set?.metadata.ownerReferences?.[0]?.uid, owner.metadata.uid);
    await api.delete(refOf(owner), { propagation: "Orphan" });
    await waitDeleted(api, [{ ...refOf(owner), uid: owner.metadata.uid }], { timeout: 20_000 });
    equal((await api.list(sets, { namespace })).items.length, 1);
    await api.delete(refOf(set!), { propagation: "Foreground" });
    await waitDeleted(api, [refOf(set!)], { timeout: 20_000 });
    equal(
      (await api.list({ apiVersion: "v1", kind: "Pod" }, { namespace })).items.filter((one) =>
        !one.metadata.deletionTimestamp
      ).length,
      0,
    );
  },

  async "deletes only the object that was meant"(it) {
    const { api } = it;
    const created = await api.create(config(it, "a", {}));
    await rejects(api.delete(refOf(created), { uid: "another" }), {
      status: 409,
      reason: "Conflict",
    });
    equal(await api.delete(refOf(created), { uid: created.metadata.uid }), true);
  },

  async "finalizers hold an object back"(it) {
    const { api } = it;
    const held = config(it, "a", {}, { finalizers: ["example.com/hold"] });
    const ref = refOf(await api.create(held));
    equal(await api.delete(ref), true);
    ok((await api.get(ref))?.metadata.deletionTimestamp);
    // Long enough for a busy server to say in what state it is.
    await rejects(waitDeleted(api, [ref], { timeout: 3_000 }), (error: Error) => {
      match(
        error.message,
        /^resource ConfigMap\/.*\/a still exists\. status: Terminating, message: Resource scheduled for deletion\ncontext deadline exceeded$/,
      );
      return true;
    });
    const gone = waitDeleted(api, [ref], { timeout: 20_000 });
    await api.patch(ref, "application/merge-patch+json", { metadata: { finalizers: null } });
    await gone;
  },

  async "a new kind is known as soon as it is served"({ api, namespace }) {
    const group = `${namespace}.example.com`;
    const definition = await api.create(crd(group));
    await waitReady(api, [definition], { timeout: 20_000 });
    const widget = object(`${group}/v1`, "Widget", "w", {
      metadata: { namespace },
      spec: { size: 1 },
    });
    const created = await api.apply(widget);
    equal(created.kind, "Widget");
    await waitReady(api, [created], { timeout: 20_000 });
    const { items } = await api.list({ apiVersion: `${group}/v1`, kind: "Widget" }, { namespace });
    deepEqual(items.map((item) => item["spec"]), [{ size: 1 }]);
    ok((await api.apiVersions()).includes(`${group}/v1/Widget`));
    await api.delete(refOf(definition));
    await waitDeleted(api, [refOf(created), refOf(definition)], { timeout: 20_000 });
  },

  // Established comes before discovery lists the kind, which shows when many come at once.
  async "many new kinds are known as soon as they are established"({ api, namespace }) {
    await Promise.all(Array.from({ length: 30 }, async (_, i) => {
      const group = `g${i}.${namespace}.example.com`;
      const definition = await api.create(crd(group));
      await waitReady(api, [definition], { timeout: 20_000 });
      const created = await api.apply(
        object(`${group}/v1`, "Widget", "w", { metadata: { namespace }, spec: { size: i } }),
      );
      deepEqual(created["spec"], { size: i });
      await api.delete(refOf(definition));
    }));
  },
};

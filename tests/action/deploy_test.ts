import assert from "node:assert/strict";
import { InstallError, UpgradeError } from "../../lib/action/errors.ts";
import { deploy, install, uninstall, upgrade } from "../../lib/action/run.ts";
import { CapstanError } from "../../lib/errors.ts";
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

const SIMPLE = chart({ "a.yaml": configMap("a"), "d.yaml": deployment("web") });

Deno.test("deploy() installs: objects with Helm's marks, one apply each, then the record", async () => {
  await onCluster(async ({ context, get, records, writes, events }) => {
    const { release, outcome } = await deploy(web(SIMPLE, { values: { text: "hi" } }), context);
    assert.equal(outcome, "installed");
    assert.equal(release!.info.status, "deployed");
    const object = await get("ConfigMap", "a");
    assert.deepEqual(object!["data"], { text: "hi", revision: "1" });
    assert.equal(object!.metadata.labels!["app.kubernetes.io/managed-by"], "Helm");
    assert.equal(object!.metadata.annotations!["meta.helm.sh/release-name"], "web");
    assert.equal(object!.metadata.annotations!["meta.helm.sh/release-namespace"], "shop");
    assert.deepEqual(writes(), [
      "POST /api/v1/namespaces/shop/secrets",
      "PATCH /api/v1/namespaces/shop/configmaps/a",
      "PATCH /apis/apps/v1/namespaces/shop/deployments/web",
      "PUT /api/v1/namespaces/shop/secrets/sh.helm.release.v1.web.v1",
    ]);
    assert.deepEqual(await records(), ["1 deployed Install complete"]);
    assert.deepEqual(started(events), ["render", "begin", "apply", "record"]);
    assert.deepEqual(finished(events), ["installed 1 deployed"]);
    assert.ok(!release!.manifest.includes("managed-by"), "the stored manifest has no marks");
    assert.deepEqual(release!.config, { text: "hi" });
  });
});

Deno.test("deploy() of what has not changed reads one list and writes nothing", async () => {
  await onCluster(async ({ server, context, events, records }) => {
    await deploy(web(SIMPLE, { values: { text: "hi" } }), context);
    const before = server.requests.length;
    const { outcome, revision } = await deploy(web(SIMPLE, { values: { text: "hi" } }), context);
    assert.deepEqual([outcome, revision], ["unchanged", 1]);
    assert.equal(server.requests.length - before, 1);
    assert.deepEqual(finished(events).slice(1), ["unchanged 1 deployed"]);
    assert.deepEqual(await records(), ["1 deployed Install complete"]);
  });
});

Deno.test("deploy() makes a revision when values, chart or labels differ, or it is forced", async () => {
  await onCluster(async ({ context, get, records }) => {
    await deploy(web(SIMPLE), context);
    const other = chart({ "a.yaml": configMap("a"), "b.yaml": configMap("b") });
    const rows = [
      web(SIMPLE, { values: { text: "new" } }),
      web(other, { values: { text: "new" } }),
      web(other, { values: { text: "new" }, labels: { team: "a" } }),
      web(other, { values: { text: "new" }, labels: { team: "a" }, force: true }),
    ];
    for (const [i, row] of rows.entries()) {
      assert.equal((await deploy(row, context)).outcome, "upgraded", `row ${i}`);
      assert.equal((await deploy({ ...row, force: false }, context)).outcome, "unchanged");
    }
    assert.deepEqual(await records(), [
      "1 superseded Install complete",
      "2 superseded Upgrade complete",
      "3 superseded Upgrade complete",
      "4 superseded Upgrade complete",
      "5 deployed Upgrade complete",
    ]);
    assert.equal(await get("Deployment", "web"), undefined, "dropped objects are removed");
    const first = await context.storage.get({ name: "web", namespace: "shop", revision: 1 });
    const last = await context.storage.get({ name: "web", namespace: "shop", revision: 5 });
    assert.equal(last!.info.firstDeployed, first!.info.firstDeployed);
    assert.deepEqual(last!.labels, { team: "a" });
  });
});

Deno.test("deploy() keeps a dropped object whose live annotation says so", async () => {
  await onCluster(async ({ context, names }) => {
    const keep = { "helm.sh/resource-policy": "keep" };
    await deploy(
      web(
        chart({
          "a.yaml": configMap("a"),
          "b.yaml": configMap("b", keep),
          "c.yaml": configMap("c"),
        }),
      ),
      context,
    );
    await deploy(web(chart({ "a.yaml": configMap("a") })), context);
    assert.deepEqual(await names("ConfigMap"), ["a", "b"]);
  });
});

Deno.test("deploy() keeps at most the revisions asked for", async () => {
  await onCluster(async ({ context, records }) => {
    for (let i = 0; i < 5; i++) {
      await deploy(web(SIMPLE, { values: { text: `${i}` }, maxHistory: 2 }), context);
    }
    assert.deepEqual((await records()).map((text) => text.slice(0, 12)), [
      "4 superseded",
      "5 deployed U",
    ]);
  });
});

Deno.test("install() refuses a name in use, upgrade() one that is not there", async () => {
  await onCluster(async ({ context, writes }) => {
    await assert.rejects(
      upgrade(web(SIMPLE), context),
      (error) =>
        error instanceof UpgradeError && error.message === '"web" has no deployed releases',
    );
    await install(web(SIMPLE), context);
    writes();
    await assert.rejects(
      install(web(SIMPLE), context),
      (error) =>
        error instanceof InstallError &&
        error.message === "release name check failed: cannot reuse a name that is still in use",
    );
    assert.deepEqual(writes(), []);
    assert.equal((await upgrade(web(SIMPLE), context)).revision, 2, "even if nothing changed");
  });
});

Deno.test("deploy() refuses objects of others and changes nothing", async () => {
  await onCluster(async ({ context, api, writes, records }) => {
    await api.create({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "a", namespace: "shop" },
    });
    writes();
    await assert.rejects(
      deploy(web(SIMPLE), context),
      /^InstallError: unable to continue with install: ConfigMap "a" in namespace "shop" exists and cannot be imported into the current release: invalid ownership metadata; label validation error: missing key/,
    );
    assert.deepEqual(writes(), []);
    assert.deepEqual(await records(), []);
    await deploy(web(SIMPLE, { takeOwnership: true }), context);
    assert.deepEqual(await records(), ["1 deployed Install complete"]);
  });
});

Deno.test("deploy() takes over an object that bears the release's marks already", async () => {
  await onCluster(async ({ context, api, get }) => {
    await api.create({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: {
        name: "a",
        namespace: "shop",
        labels: { "app.kubernetes.io/managed-by": "Helm" },
        annotations: {
          "meta.helm.sh/release-name": "web",
          "meta.helm.sh/release-namespace": "shop",
        },
      },
    });
    await deploy(web(SIMPLE), context);
    assert.deepEqual((await get("ConfigMap", "a"))!["data"], { text: "none", revision: "1" });
  });
});

Deno.test("deploy() needs a namespace, or creates it", async () => {
  await onCluster(async ({ context, api }) => {
    const request = { ...web(SIMPLE), namespace: "new" };
    await assert.rejects(
      deploy(request, context),
      (error) =>
        error instanceof CapstanError && error.code === "namespace/missing" &&
        /namespaces "new" not found/.test(error.message),
    );
    await deploy({ ...request, createNamespace: true }, context);
    const namespace = await api.get({ apiVersion: "v1", kind: "Namespace", name: "new" });
    assert.equal(namespace!.metadata.labels!["name"], "new");
  });
});

Deno.test("deploy() names every kind that the cluster does not have, and changes nothing", async () => {
  await onCluster(async ({ context, writes }) => {
    const odd = "apiVersion: e.com/v1\nkind: Odd\nmetadata: {name: x}\n";
    const even = "apiVersion: e.com/v1\nkind: Even\nmetadata: {name: even}\n";
    await assert.rejects(
      deploy(web(chart({ "a.yaml": configMap("a"), "b.yaml": odd, "c.yaml": even })), context),
      /unable to build kubernetes objects from release manifest: \[.*no matches for kind "Even" in version "e.com\/v1".*kind "Odd".*\]\nensure CRDs are installed first/,
    );
    assert.deepEqual(writes(), []);
  });
});

const CRD = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: odds.e.com}
spec:
  group: e.com
  scope: Namespaced
  names: {kind: Odd, plural: odds, singular: odd, listKind: OddList}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`;
const ODD = "apiVersion: e.com/v1\nkind: Odd\nmetadata: {name: x}\nspec: {a: 1}\n";

Deno.test("deploy() creates crds/ first, shows them to templates, and never touches them again", async () => {
  await onCluster(async ({ context, api, writes, events }) => {
    const has = `{{ if .Capabilities.APIVersions.Has "e.com/v1/Odd" }}${ODD}{{ end }}`;
    const withCrd = chart({ "odd.yaml": has }, { "crds/odd.yaml": CRD });
    await deploy(web(withCrd), context);
    const ref = { apiVersion: "e.com/v1", kind: "Odd", name: "x", namespace: "shop" };
    assert.ok(await api.get(ref));
    assert.ok(started(events).indexOf("crds") < started(events).indexOf("begin"));
    assert.equal((await deploy(web(withCrd), context)).outcome, "unchanged");
    writes();
    await deploy({ ...web(withCrd), force: true }, context);
    assert.ok(writes().every((write) => !write.includes("customresourcedefinitions")));
  });
});

Deno.test("deploy() applies a kind and its objects from one manifest", async () => {
  await onCluster(async ({ context, api }) => {
    await deploy(web(chart({ "crd.yaml": CRD, "odd.yaml": ODD })), context);
    const ref = { apiVersion: "e.com/v1", kind: "Odd", name: "x", namespace: "shop" };
    assert.ok(await api.get(ref));
  });
});

Deno.test("deploy() waits until objects are ready if asked to", async () => {
  await onCluster(async ({ context, get, events }) => {
    await deploy(web(SIMPLE, { wait: true }), context);
    const { status } = await get("Deployment", "web") as unknown as {
      status: { readyReplicas: number };
    };
    assert.equal(status.readyReplicas, 1);
    assert.deepEqual(started(events), ["render", "begin", "apply", "ready", "record"]);
  }, { delays: { deployment: 20, pod: 20 } });
});

Deno.test("deploy() records a failure with Helm's words, and goes on from it", async () => {
  await onCluster(async ({ context, records, events }) => {
    const failing = chart({ "d.yaml": deployment("web", { fail: true }) });
    await assert.rejects(
      deploy(web(failing, { wait: true, timeout: 100 }), context),
      /InstallError: resource Deployment\/shop\/web not ready/,
    );
    const [record] = await records();
    assert.match(
      record!,
      /^1 failed Release "web" failed: resource Deployment\/shop\/web not ready/,
    );
    assert.match(finished(events)[0]!, /^failed 1 failed: resource Deployment/);
    await deploy(web(SIMPLE), context);
    assert.deepEqual((await records())[1], "2 deployed Upgrade complete");
    await assert.rejects(deploy(web(failing, { wait: true, timeout: 100 }), context), UpgradeError);
    const after = await records();
    assert.equal(after[1], "2 deployed Upgrade complete", "the old revision stays deployed");
    assert.match(after[2]!, /^3 failed Upgrade "web" failed: /);
  });
});

Deno.test("deploy() tells of every object that the server refuses", async () => {
  await onCluster(async ({ context, server, records }) => {
    const one = chart({ "a.yaml": configMap("a"), "b.yaml": configMap("b") });
    await deploy(web(one), context);
    server.inject({ method: "PATCH", path: /configmaps\/(a|b)/, status: 422, message: "no good" });
    const two = chart({
      "a.yaml": configMap("a"),
      "b.yaml": configMap("b"),
      "c.yaml": configMap("c"),
    });
    await assert.rejects(
      deploy(web(two), context),
      /server-side apply failed for object shop\/a \/v1, Kind=ConfigMap: .* && server-side apply failed for object shop\/b/,
    );
    assert.match((await records())[1]!, /^2 failed Upgrade "web" failed: server-side apply failed/);
  });
});

Deno.test("deploy() stops an upgrade at an object that cannot be created, in Helm's words", async () => {
  const rows: [boolean, RegExp][] = [
    [true, /^failed to create resource: server-side apply failed for object shop\/b \/v1, /],
    [false, /^failed to create resource: ConfigMap "b" is invalid: metadata.labels: /],
  ];
  const bad = configMap("b").replace("annotations", 'labels: {x: "a b"}\n  annotations') +
    "sepc: {}\n";
  for (const [serverSide, said] of rows) {
    await onCluster(async ({ context, records, get }) => {
      await deploy(web(chart({ "a.yaml": configMap("a") }), { serverSide }), context);
      const two = { "a.yaml": configMap("a"), "b.yaml": bad, "d.yaml": deployment("d") };
      await assert.rejects(
        deploy(web(chart(two), { serverSide }), context),
        { message: said },
      );
      assert.equal(await get("Deployment", "d"), undefined);
      assert.match((await records())[1]!, /^2 failed Upgrade "web" failed: failed to create reso/);
    });
  }
});

Deno.test("install() takes a name as Helm does: a first revision to templates, no word over a failure", async () => {
  await onCluster(async ({ context, records, get, server }) => {
    const again = web(chart({ "a.yaml": configMap("a") }), { replace: true });
    server.inject({ method: "PATCH", path: /configmaps/, nth: 1, status: 422, message: "no good" });
    await assert.rejects(install(again, context));
    await install(again, context);
    assert.deepEqual((await get("ConfigMap", "a"))!["data"], { text: "none", revision: "1" });
    await uninstall({ name: "web", namespace: "shop", keepHistory: true }, context);
    await install(again, context);
    const [failed, ...others] = await records();
    assert.match(failed!, /^1 failed Release "web" failed: /);
    assert.deepEqual(others, [
      "2 superseded superseded by new release",
      "3 deployed Install complete",
    ]);
  });
});

Deno.test("deploy() reports a conflict with another manager, and can be told to win it", async () => {
  await onCluster(async ({ context, api, get }) => {
    await deploy(web(chart({ "a.yaml": configMap("a") })), context);
    await api.apply({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "a", namespace: "shop" },
      data: { text: "mine" },
    }, { fieldManager: "other", force: true });
    const request = web(chart({ "a.yaml": configMap("a") }), { values: { text: "ours" } });
    await assert.rejects(
      deploy(request, context),
      /conflict occurred while applying object shop\/a \/v1, Kind=ConfigMap: Apply failed with 1 conflict/,
    );
    await deploy({ ...request, forceConflicts: true }, context);
    assert.deepEqual((await get("ConfigMap", "a"))!["data"], { text: "ours", revision: "3" });
  });
});

Deno.test("deploy() with atomic uninstalls a failed install", async () => {
  await onCluster(async ({ context, names, records, events }) => {
    const failing = chart({
      "a.yaml": configMap("a"),
      "d.yaml": deployment("web", { fail: true }),
    });
    await assert.rejects(
      deploy(web(failing, { atomic: true, timeout: 100 }), context),
      /release web failed, and has been uninstalled due to rollback-on-failure being set: resource Deployment/,
    );
    assert.deepEqual(await records(), []);
    assert.deepEqual(await names("ConfigMap"), []);
    assert.deepEqual(await names("Deployment"), []);
    assert.equal(finished(events).length, 1);
  });
});

Deno.test("deploy() with atomic rolls a failed upgrade back", async () => {
  await onCluster(async ({ context, get, names, records, events }) => {
    const good = chart({ "a.yaml": configMap("a"), "d.yaml": deployment("web") });
    const bad = chart({ "b.yaml": configMap("b"), "d.yaml": deployment("web", { fail: true }) });
    await deploy(web(good, { wait: true }), context);
    await assert.rejects(
      deploy(web(bad, { atomic: true, timeout: 100 }), context),
      /release web failed, and has been rolled back due to rollback-on-failure being set: resource Deployment/,
    );
    assert.deepEqual(
      (await records()).map((text) => text.slice(0, 40)),
      [
        "1 superseded Install complete",
        '2 failed Upgrade "web" failed: resource ',
        "3 deployed Rollback to 1",
      ],
    );
    assert.deepEqual(await names("ConfigMap"), ["a"]);
    assert.ok(await get("Deployment", "web"));
    assert.match(finished(events).at(-1)!, /^rolled-back 3 deployed: release web failed, and has/);
  });
});

Deno.test("deploy() refuses while another operation is under way, unless told to recover", async () => {
  await onCluster(async ({ context, records, writes }) => {
    await deploy(web(SIMPLE), context);
    const stored = await context.storage.get({ name: "web", namespace: "shop", revision: 1 });
    await context.storage.create({
      ...stored!,
      revision: 2,
      info: { ...stored!.info, status: "pending-upgrade", description: "Preparing upgrade" },
    });
    writes();
    await assert.rejects(
      deploy(web(SIMPLE), context),
      /another operation \(install\/upgrade\/rollback\) is in progress/,
    );
    assert.deepEqual(writes(), []);
    await deploy(web(SIMPLE, { recover: true }), context);
    assert.deepEqual(await records(), [
      "1 superseded Install complete",
      '2 failed Release "web" failed: it was interrupted',
      "3 deployed Upgrade complete",
    ]);
  });
});

Deno.test("deploy() that is aborted records the failure and leaves nothing pending", async () => {
  await onCluster(async ({ context, records, events }) => {
    const abort = new AbortController();
    const slow = chart({ "h.yaml": hookJob("slow", "pre-install", { delay: "1h" }) });
    const running = deploy(web(slow), {
      ...context,
      emit(event) {
        context.emit!(event);
        if (event.type === "step-progress") abort.abort(new DOMException("enough", "AbortError"));
      },
    }, { signal: abort.signal });
    await assert.rejects(running, /enough/);
    assert.deepEqual(await records(), [
      '1 failed Release "web" failed: failed pre-install: enough',
    ]);
    assert.match(finished(events)[0]!, /^failed 1 failed/);
  });
});

Deno.test("deploy() that is stopped before its first change leaves nothing behind", async () => {
  await onCluster(async ({ context, records, events }) => {
    const stop = new AbortController();
    const running = deploy(
      web(SIMPLE, {
        chart: () => {
          stop.abort(new Error("not now"));
          return SIMPLE;
        },
      }),
      context,
      { stop: stop.signal },
    );
    await assert.rejects(running, /not now/);
    assert.deepEqual(await records(), []);
    assert.match(finished(events)[0]!, /^skipped 0/);
  });
});

Deno.test("deploy() that is stopped after its first change goes on to its end", async () => {
  await onCluster(async ({ context, records }) => {
    const stop = new AbortController();
    await deploy(web(SIMPLE), {
      ...context,
      emit: (event) => {
        if (event.type === "step-started" && event.id.endsWith("apply")) stop.abort();
      },
    }, { stop: stop.signal });
    assert.deepEqual(await records(), ["1 deployed Install complete"]);
  });
});

Deno.test("deploy() refuses charts that cannot be installed, and values that do not fit", async () => {
  await onCluster(async ({ context, writes }) => {
    const lib = chart({}, {
      "Chart.yaml": "apiVersion: v2\nname: l\nversion: 1.0.0\ntype: library\n",
    });
    const lacking = chart({}, {
      "Chart.yaml":
        "apiVersion: v2\nname: l\nversion: 1.0.0\ndependencies: [{name: db, version: 1.x.x}]\n",
    });
    const schema = chart({ "a.yaml": configMap("a") }, {
      "values.schema.json": '{"properties":{"text":{"type":"string"}}}',
    });
    const rows: [Parameters<typeof deploy>[0], RegExp][] = [
      [web(lib), /library charts are not installable/],
      [web(lacking), /found in Chart.yaml, but missing in charts\/ directory: db/],
      [web(schema, { values: { text: 1 } }), /values don't meet the specifications/],
      [web(SIMPLE, { labels: { status: "x" } }), /contains system reserved label name/],
      [{ ...web(SIMPLE), name: "Web" }, /release name check failed: release name "Web": invalid/],
    ];
    for (const [request, message] of rows) {
      await assert.rejects(deploy(request, context), message);
    }
    assert.deepEqual(writes(), []);
  });
});

Deno.test("deploy() reuses values as Helm's flags say", async () => {
  await onCluster(async ({ context, get }) => {
    const text = async () => ((await get("ConfigMap", "a"))!["data"] as { text: string }).text;
    const other = `apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data: {text: "{{ .Values.text }}-{{ .Values.more }}"}
`;
    const withDefaults = (text: string) =>
      chart({ "a.yaml": other }, { "values.yaml": `text: ${text}\nmore: ${text}\n` });
    await deploy(web(withDefaults("one"), { values: { more: "mine" } }), context);
    assert.equal(await text(), "one-mine");
    const rows: [Parameters<typeof web>[1], string][] = [
      [{ reuseValues: "when-empty" }, "two-mine"],
      [{ reuseValues: "merge", values: { text: "x" } }, "x-mine"],
      [{ reuseValues: "never" }, "two-two"],
    ];
    for (const [more, expected] of rows) {
      await deploy(web(withDefaults("two"), { force: true, ...more }), context);
      assert.equal(await text(), expected);
    }
    await deploy(
      web(withDefaults("three"), { reuseValues: "always", values: { text: "y" } }),
      context,
    );
    assert.equal(await text(), "y-two", "the defaults of the chart before");
  });
});

Deno.test("deploy() of a dry run renders and checks, and writes nothing", async () => {
  await onCluster(async ({ context, writes, records }) => {
    const { release } = await deploy(web(SIMPLE, { dryRun: true }), context);
    assert.equal(release!.info.description, "Dry run complete");
    assert.match(release!.manifest, /kind: Deployment/);
    assert.deepEqual(writes(), []);
    assert.deepEqual(await records(), []);
  });
});

Deno.test("deploy() tells an unchanged release that looks at the cluster by what it renders", async () => {
  await onCluster(async ({ context, api, writes }) => {
    const looking = chart({
      "a.yaml": `apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data: {ip: {{ (lookup "v1" "ConfigMap" "shop" "seed").data | toJson | quote }}}
`,
    });
    await deploy(web(looking), context);
    writes();
    assert.equal((await deploy(web(looking), context)).outcome, "unchanged");
    assert.deepEqual(writes(), []);
    await api.create({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "seed", namespace: "shop" },
      data: { a: "1" },
    });
    assert.equal((await deploy(web(looking), context)).outcome, "upgraded");
  });
});

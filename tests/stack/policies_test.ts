import assert from "node:assert/strict";
import { hook, release } from "../../lib/stack/stack.ts";
import type { ReleaseOptions } from "../../lib/stack/types.ts";
import { chartFiles, CONFIG, hookJob, rehearse } from "../harness.ts";

const WEB = chartFiles("web", { "config.yaml": CONFIG });
const FAILING = chartFiles("failing", {
  "config.yaml": CONFIG + hookJob("{{ .Release.Name }}-post", "post-install,post-upgrade", {
    fail: true,
  }),
});
const SECRET = chartFiles("secret", {
  "all.yaml": CONFIG +
    "---\napiVersion: v1\nkind: Secret\nmetadata: {name: {{ .Release.Name }}}\nstringData: {word: hunter2}\n" +
    hookJob("{{ .Release.Name }}-post", "post-install", { fail: true }),
});

function app(name: string, options: Partial<ReleaseOptions> = {}) {
  return release(name, { chart: "./web", ...options });
}

function bad(name: string, options: Partial<ReleaseOptions> = {}) {
  return release(name, { chart: "./failing", ...options });
}

Deno.test("continue goes on with what does not need the failure, and names it in what does", async () => {
  await rehearse({ ...WEB, ...FAILING }, async ({ run, names }) => {
    const { ok, ended, failures, rollback } = await run({
      releases: [
        bad("bad"),
        app("after", { needs: ["bad"] }),
        app("later", { needs: ["after"] }),
        app("other"),
        app("more", { needs: ["other"] }),
      ],
      onFailure: "continue",
      parallelism: 1,
    });
    assert.deepEqual([ok, rollback], [false, undefined]);
    assert.match(ended["bad"]!, /^failed: /);
    assert.match(
      ended["after"]!,
      /^skipped: skipped because of bad\/record: .*post-install.*bad-post/,
    );
    assert.match(
      ended["later"]!,
      /^skipped: skipped because of bad\/record: .*post-install.*bad-post/,
    );
    assert.deepEqual([ended["other"], ended["more"]], ["installed", "installed"]);
    assert.deepEqual(failures.map(({ owner }) => owner), ["bad"]);
    assert.deepEqual(await names("v1", "ConfigMap"), ["bad", "more", "other"]);
  });
});

Deno.test("a release's policy comes before its stack's, and a run's before both", async () => {
  const releases = [
    bad("bad", { onFailure: "continue" }),
    app("other"),
    app("more", { needs: ["other"] }),
  ];
  for (const [onFailure, more] of [[undefined, "installed"], ["stop", "skipped"]] as const) {
    await rehearse({ ...WEB, ...FAILING }, async ({ run }) => {
      // With one place, `other` comes after `bad` has failed.
      const { ended } = await run({ releases, onFailure: "stop", parallelism: 1 }, { onFailure });
      assert.equal(ended["more"]!.split(":")[0], more);
    });
  }
});

Deno.test("allowFailure lets what needs a release go on, and the run succeed", async () => {
  await rehearse({ ...WEB, ...FAILING }, async ({ run }) => {
    const { ok, ended, failures, events } = await run({
      releases: [bad("bad", { allowFailure: true }), app("after", { needs: ["bad"] })],
    });
    assert.deepEqual([ok, failures, ended["after"]], [true, [], "installed"]);
    assert.match(ended["bad"]!, /^failed: /);
    const warnings = events.flatMap((event) => event.type === "warning" ? [event.message] : []);
    assert.match(warnings.join("\n"), /release bad failed, which is allowed: .*post-install/);
  });
});

Deno.test("allowFailure does not hide that a release was skipped because of another", async () => {
  await rehearse({ ...WEB, ...FAILING }, async ({ run }) => {
    const { ok, ended } = await run({
      releases: [bad("bad"), app("optional", { needs: ["bad"], allowFailure: true })],
    });
    assert.equal(ok, false);
    assert.match(ended["optional"]!, /^skipped: .*bad/);
  });
});

Deno.test("rollback undoes all that the run changed, in reverse order, and nothing else", async () => {
  await rehearse({ ...WEB, ...FAILING }, async ({ run, names, storage, api, folder }) => {
    const stack = (text: string, chart: string) => ({
      releases: [
        app("same"),
        app("db", { values: { text } }),
        app("fresh", { needs: ["db"] }),
        release("web", { chart, needs: ["fresh"], values: { text } }),
        app("never", { needs: ["web"] }),
      ].filter(({ name }) => text === "two" || !["fresh", "never"].includes(name)).map((node) =>
        text === "two" || node.name !== "web"
          ? node
          : app("web", { needs: ["db"], values: { text } })
      ),
      onFailure: "rollback" as const,
    });
    assert((await run(stack("one", "./web"))).ok);
    const result = await run(stack("two", "./failing"), { evidence: `${folder}/evidence` });
    assert.equal(result.ok, false);
    assert.deepEqual(result.failures.map(({ owner }) => owner), ["web"]);
    assert.deepEqual(result.rollback, { undone: ["db", "fresh", "web"], failures: [] });
    assert.equal(result.ended["same"], "unchanged");
    assert.equal(result.ended["fresh"], "uninstalled");
    assert.equal(result.ended["db"], "rolled-back");
    assert.equal(result.ended["web"], "rolled-back");
    assert.match(result.ended["never"]!, /^skipped/);
    const order = result.events.flatMap((event) =>
      event.type === "step-finished" && /undo\/(read|record)$/.test(event.id) ? [event.id] : []
    );
    assert.deepEqual(order, [
      "web/undo/read",
      "web/undo/record",
      "fresh/undo/read",
      "fresh/undo/record",
      "db/undo/read",
      "db/undo/record",
    ]);
    assert.deepEqual(await names("v1", "ConfigMap"), ["db", "same", "web"]);
    for (const name of ["db", "web"]) {
      const { data } =
        (await api.get({ apiVersion: "v1", kind: "ConfigMap", namespace: "default", name }))!;
      assert.deepEqual(data, { text: "one" });
      const last = (await storage.history({ name, namespace: "default" })).at(-1)!;
      assert.deepEqual([last.revision, last.status], [3, "deployed"]);
    }
  });
});

Deno.test("rollback saves manifests, events and logs of what failed first, without secrets", async () => {
  await rehearse(SECRET, async ({ run, folder, names }) => {
    const { events, evidence } = await run({
      releases: [release("bad", { chart: "./secret" })],
      onFailure: "rollback",
    }, { evidence: `${folder}/evidence` });
    const begun = events.find((event) => event.type === "rollback-started")!;
    assert.equal(begun.evidence, evidence);
    const entries = await Array.fromAsync(Deno.readDir(`${evidence}/bad`));
    const files = entries.map(({ name }) => name).sort();
    const read = (name: string) => Deno.readTextFile(`${evidence}/bad/${name}`);
    assert.deepEqual(files.filter((name) => !/^(log|pod)-/.test(name)), [
      "events.json",
      "manifest.yaml",
      "objects.json",
      "release.json",
    ]);
    assert(files.some((name) => /^log-bad-post-.*-main\.txt$/.test(name)), files.join());
    const texts = await Promise.all(files.map(read));
    assert(!texts.join().includes("hunter2") && !texts.join().includes(btoa("hunter2")));
    const told = JSON.parse(await read("release.json"));
    assert.deepEqual([told.status, told.hooks[0].phase], ["failed", "Failed"]);
    const live = JSON.parse(await read("objects.json"));
    assert.deepEqual(live.map(({ kind }: { kind: string }) => kind).sort(), [
      "ConfigMap",
      "Job",
      "Secret",
    ]);
    assert.deepEqual(await names("v1", "ConfigMap"), []);
  });
});

Deno.test("what is known of a failure is saved before the release's own atomic undoes it, of each try", async () => {
  await rehearse(SECRET, async ({ run, folder, names }) => {
    const bad = release("bad", {
      chart: "./secret",
      atomic: true,
      retry: { attempts: 2, delay: 1 },
    });
    const { events, evidence, ended } = await run({ releases: [bad] }, {
      evidence: `${folder}/evidence`,
    });
    assert.match(ended["bad"]!, /^failed: release bad failed, and has been uninstalled/);
    assert.deepEqual(await names("v1", "ConfigMap"), []);
    const run1 = events.find((event) => event.type === "run-started")!.run;
    assert.equal(evidence, `${folder}/evidence/${run1}`);
    const kept = events.filter((event) =>
      event.type === "warning" && event.message.endsWith(`is kept in ${evidence}`)
    );
    assert.deepEqual(kept.map((event) => "owner" in event && event.owner), ["bad", "bad"]);
    for (const name of ["bad", "bad.2"]) {
      const files: string[] = [];
      for await (const entry of Deno.readDir(`${evidence}/${name}`)) files.push(entry.name);
      assert(files.some((file) => /^log-bad-post-.*-main\.txt$/.test(file)), files.join());
      const live = JSON.parse(await Deno.readTextFile(`${evidence}/${name}/objects.json`));
      assert.deepEqual(live.map(({ kind }: { kind: string }) => kind).sort(), [
        "ConfigMap",
        "Job",
        "Secret",
      ]);
      const text = await Deno.readTextFile(`${evidence}/${name}/release.json`);
      assert.equal(JSON.parse(text).status, "failed");
    }
  });
});

Deno.test("rollback goes on when evidence cannot be saved, and says so", async () => {
  await rehearse(FAILING, async ({ run, folder, names }) => {
    const { ok, rollback, events } = await run({ releases: [bad("bad")], onFailure: "rollback" }, {
      evidence: `${folder}/failing/Chart.yaml`,
    });
    assert.deepEqual([ok, rollback?.undone], [false, ["bad"]]);
    const warnings = events.flatMap((event) => event.type === "warning" ? [event.message] : []);
    assert.match(warnings.join("\n"), /cannot save all evidence of bad: /);
    assert.deepEqual(await names("v1", "ConfigMap"), []);
  });
});

Deno.test("rollback leaves what an atomic release has undone, and ends when its time is up", async () => {
  await rehearse({ ...WEB, ...FAILING }, async ({ run, server }) => {
    const atomic = await run({
      releases: [bad("bad", { atomic: true }), app("ok")],
      onFailure: "rollback",
    });
    assert.deepEqual(atomic.rollback?.undone, ["ok"]);
    server.inject({ method: "DELETE", path: /configmaps/, delay: 1_000 });
    const late = await run({ releases: [bad("worse")], onFailure: "rollback" }, {
      rollbackTimeout: 300,
    });
    assert.deepEqual(late.rollback?.undone, []);
    // What is left of the budget when the undoing of this release begins.
    assert.match(
      String(late.failures.at(-1)!.error),
      /cannot be undone: .*deadline of 0\.(3|2\d*) s/,
    );
  });
});

Deno.test("a stack hook's failure rolls back as a release's does; a failed rendering undoes nothing", async () => {
  await rehearse(WEB, async ({ run, names }) => {
    const web = app("web");
    const { rollback } = await run({
      releases: [web],
      hooks: [hook("check", { after: [web], run: () => Promise.reject(new Error("no")) })],
      onFailure: "rollback",
    });
    assert.deepEqual(rollback?.undone, ["web"]);
    assert.deepEqual(await names("v1", "ConfigMap"), []);
    const unrendered = await run({
      releases: [app("web"), release("x", { chart: "./nowhere" })],
      onFailure: "rollback",
    });
    assert.deepEqual(unrendered.rollback, { undone: [], failures: [] });
  });
});

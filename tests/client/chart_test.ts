/** The library's Chart: every operation, on a rehearsal cluster over HTTP. */
import assert from "node:assert/strict";
import {
  Chart,
  ChartError,
  ConfigurationError,
  DeadlineError,
  HelmError,
  InstallError,
  List,
  NotFoundError,
  RegistryError,
  ReleaseNotFoundError,
  RollbackError,
  UpgradeError,
  ValidationError,
} from "../../mod.ts";
import type { RunEvent } from "../../mod.ts";
import { onBench } from "./bench.ts";

Deno.test("Chart goes through the life of a release", async () => {
  await onBench(async ({ config, repo }) => {
    const web = new Chart({ name: "web", repo, chart: "web", version: "1.0.0", config });
    const at = { namespace: "shop" };
    const first = await web.install({ ...at, createNamespace: true, wait: true, timeout: "30s" });
    assert.equal(`${first}`, "shop/web revision 1: deployed (Install complete)");
    assert.equal(first.outcome, "installed");
    const second = await web.upgrade({ ...at, version: "2.0.0", values: { text: "new" } });
    assert.deepEqual(
      [second.revision, second.chart, second.chartVersion, second.appVersion, second.outcome],
      [2, "web", "2.0.0", "7", "upgraded"],
    );
    assert.equal(second.notes.trim(), "text is new");
    assert.match(second.manifest, /text: "new"/);
    const tested = await web.test(at);
    assert.deepEqual(tested.release.hooks.map(({ lastRun }) => lastRun.phase), ["Succeeded"]);
    const back = await web.rollback({ ...at, revision: 1 });
    assert.equal(`${back}`, "shop/web revision 3: deployed (Rollback to 1)");
    const status = await web.status(at);
    assert.equal(status.chartVersion, "1.0.0");
    assert.ok(status.updated instanceof Date && !Number.isNaN(status.updated.getTime()));
    const history = await web.history(at);
    assert.deepEqual(history.map(({ revision, status }) => `${revision} ${status}`), [
      "1 superseded",
      "2 superseded",
      "3 deployed",
    ]);
    assert.equal((await web.status({ ...at, revision: 2 })).description, "Upgrade complete");
    assert.equal((await web.uninstall(at)).outcome, "uninstalled");
    await assert.rejects(web.status(at), ReleaseNotFoundError);
  });
});

Deno.test("Chart.upgrade() treats the values of before as Helm's flags do", async () => {
  await onBench(async ({ config, repo }) => {
    const web = new Chart({ name: "web", repo, chart: "web", config });
    await web.install({ values: { text: "kept", replicaCount: 1 } });
    const rows = [
      [{}, { text: "kept", replicaCount: 1 }],
      [{ values: { replicaCount: 2 }, reuseValues: true }, { text: "kept", replicaCount: 2 }],
      [{ values: { text: "merged" }, resetThenReuseValues: true }, {
        text: "merged",
        replicaCount: 2,
      }],
      [{ values: { text: "only" } }, { text: "only" }],
      [{ resetValues: true }, {}],
    ] as const;
    for (const [options, expected] of rows) {
      await web.upgrade(options);
      assert.deepEqual(await web.getValues(), expected);
    }
    // Plain objects throughout: what compares prototypes finds nothing else than what was given.
    const all = await web.getValues({ all: true });
    assert.deepEqual(all, { text: "plain", replicaCount: 1 });
    await web.upgrade({ values: { text: { a: [{ b: 1 }] } } });
    assert.deepEqual(await web.getValues(), { text: { a: [{ b: 1 }] } });
  });
});

Deno.test("Chart.deploy() installs, leaves alone, and upgrades", async () => {
  await onBench(async ({ config, repo }) => {
    const web = new Chart({ name: "web", repo, chart: "web", config });
    const outcomes = [];
    for (const text of ["a", "a", "b"]) {
      outcomes.push((await web.deploy({ values: { text } })).outcome);
    }
    assert.deepEqual(outcomes, ["installed", "unchanged", "upgraded"]);
    assert.equal((await web.deploy({ values: { text: "b" }, always: true })).outcome, "upgraded");
    // Values that are not given are the chart's again.
    await web.deploy();
    assert.deepEqual(await web.getValues(), {});
  });
});

Deno.test("Chart.upgrade({ dryRun }) changes nothing", async () => {
  await onBench(async ({ config, repo, server }) => {
    const web = new Chart({ name: "web", repo, chart: "web", config });
    await web.install();
    const before = server.requests.length;
    const preview = await web.upgrade({ values: { text: "next" }, dryRun: true });
    assert.match(preview.manifest, /text: "next"/);
    const methods = new Set(server.requests.slice(before).map(({ method }) => method));
    assert.deepEqual([...methods], ["GET"]);
    assert.equal((await web.status()).revision, 1);
  });
});

Deno.test("Chart.upgrade({ atomic }) goes back when an upgrade fails", async () => {
  await onBench(async ({ config, repo }) => {
    const web = new Chart({ name: "app", repo, chart: "web", config });
    const broken = new Chart({ name: "app", repo, chart: "broken", config });
    await web.install({ wait: true });
    const options = { wait: true, atomic: true, timeout: "2s", cleanupOnFail: true };
    await assert.rejects(broken.upgrade(options), UpgradeError);
    const history = await web.history();
    assert.deepEqual(history.map(({ revision, status }) => `${revision} ${status}`), [
      "1 superseded",
      "2 failed",
      "3 deployed",
    ]);
  });
});

Deno.test("Chart.upgrade() applies as it is told to", async () => {
  await onBench(async ({ config, repo, server }) => {
    const web = new Chart({ name: "web", repo, chart: "web", config });
    await web.install();
    const rows = [
      [{}, "PATCH", "ssa"],
      [{ serverSide: false }, "PATCH", "csa"],
      [{ force: true }, "PUT", "csa"],
    ] as const;
    for (const [i, [options, method, recorded]] of rows.entries()) {
      const before = server.requests.length;
      const { release } = await web.upgrade({ ...options, values: { text: `${i}` } });
      const used = server.requests.slice(before)
        .filter((request) => request.method !== "GET" && request.path.includes("/configmaps/web"))
        .map((request) => request.method);
      assert.deepEqual([used, release.applyMethod], [[method], recorded]);
    }
  });
});

Deno.test("Chart.template() asks no cluster", async () => {
  await onBench(async ({ repo, server }) => {
    const web = new Chart({ name: "web", repo, chart: "web" });
    const text = await web.template({ values: { text: "rendered" }, noHooks: true });
    assert.match(text, /text: "rendered"/);
    assert.doesNotMatch(text, /kind: Job/);
    assert.equal(server.requests.length, 0);
  });
});

Deno.test("Charts of one configuration run at once and fetch what they share once", async () => {
  await onBench(async ({ config, repo, fetched, server }) => {
    const names = Array.from({ length: 8 }, (_, i) => `web-${i}`);
    await Promise.all(
      names.map((name) => new Chart({ name, repo, chart: "web", config }).install()),
    );
    assert.deepEqual([...fetched], ["/index.yaml", "/web-2.0.0.tgz"]);
    assert.equal(server.requests.filter(({ path }) => path === "/version").length, 1);
    const listed = await new List(config).run({ allNamespaces: true });
    assert.deepEqual(listed.map(({ name }) => name), names);
  });
});

Deno.test("a release's operations need a chart's name only where they deploy it", async () => {
  await onBench(async ({ config, repo }) => {
    await new Chart({ name: "web", repo, chart: "web", config }).install();
    const named = new Chart({ name: "web", config });
    assert.equal((await named.status()).status, "deployed");
    await assert.rejects(named.upgrade(), (error: HelmError) => {
      assert.match(error.message, /it has no chart/);
      assert.equal(error.code, "options/chart");
      return error instanceof UpgradeError && error.cause instanceof ValidationError;
    });
    await named.uninstall();
  });
});

Deno.test("what goes wrong is of the family, with code, hint and cause", async (t) => {
  await onBench(async ({ config, repo }) => {
    const chart = (more: object = {}) =>
      new Chart({ name: "web", repo, chart: "web", config, ...more });
    const kubeconfig = { kubeconfig: "./nowhere" };
    const { Configuration } = await import("../../mod.ts");
    await using elsewhere = new Configuration(kubeconfig);
    await chart().install();
    const rows: readonly [
      string,
      () => Promise<unknown>,
      new (...args: never[]) => Error,
      RegExp,
    ][] = [
      ["install twice", () => chart().install(), InstallError, /cannot reuse a name/],
      [
        "upgrade of none",
        () => chart({ name: "x" }).upgrade(),
        NotFoundError,
        /no deployed releases/,
      ],
      ["status of none", () => chart({ name: "x" }).status(), NotFoundError, /release: not found/],
      [
        "values of none",
        () => chart({ name: "x" }).getValues(),
        NotFoundError,
        /release: not found/,
      ],
      [
        "history of none",
        () => chart({ name: "x" }).history(),
        NotFoundError,
        /release: not found/,
      ],
      ["test of none", () => chart({ name: "x" }).test(), NotFoundError, /release: not found/],
      ["rollback of none", () => chart({ name: "x" }).rollback(), NotFoundError, /not found/],
      ["uninstall of none", () => chart({ name: "x" }).uninstall(), NotFoundError, /not found/],
      ["a bad revision", () => chart().rollback({ revision: -1 }), RollbackError, /./],
      ["no such chart", () => chart({ chart: "wep" }).template(), RegistryError, /no such chart/],
      [
        "no such folder",
        () => chart({ repo: undefined, chart: "./no" }).template(),
        ChartError,
        /./,
      ],
      [
        "a bad duration",
        () => chart().install({ timeout: "soon" }),
        ValidationError,
        /no duration/,
      ],
      ["no cluster", () => chart({ config: elsewhere }).status(), ConfigurationError, /nowhere/],
    ];
    for (const [name, run, Kind, message] of rows) {
      await t.step(name, async () => {
        const error = await run().then(() => undefined, (thrown: unknown) => thrown);
        assert.ok(error instanceof Kind, String(error));
        assert.ok(error instanceof HelmError);
        assert.match(error.message, message);
        assert.notEqual(error.code, "error");
      });
    }
    const wrong = await chart({ name: "y", chart: "wep" }).install().catch((thrown) => thrown);
    assert.ok(wrong instanceof InstallError && wrong.cause instanceof RegistryError);
    assert.equal(wrong.hint, "did you mean web?");
  });
});

Deno.test("a deadline ends an operation, and the release says so", async () => {
  await onBench(async ({ config, repo }) => {
    const broken = new Chart({ name: "slow", repo, chart: "broken", config });
    const options = { wait: true, timeout: "1m", deadline: 400 };
    await assert.rejects(
      broken.install(options),
      (error: unknown) =>
        error instanceof DeadlineError &&
        /install of slow did not end within 400/.test(error.message),
    );
    assert.equal((await broken.status()).status, "failed");
  });
});

Deno.test("a signal aborts an operation, and events tell of its steps", async () => {
  await onBench(async ({ config, repo }) => {
    const broken = new Chart({ name: "slow", repo, chart: "broken", config });
    const stop = new AbortController();
    const events: RunEvent[] = [];
    const running = broken.install({
      wait: true,
      signal: stop.signal,
      onEvent: (event) => {
        events.push(event);
        if (event.type === "step-started" && event.id.endsWith("/ready")) stop.abort();
      },
    });
    await assert.rejects(running);
    assert.ok(events.every(({ at }) => at > 0));
    assert.ok(events.some(({ type }) => type === "release-finished"));
    assert.equal((await broken.status()).status, "failed");
  });
});

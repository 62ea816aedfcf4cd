import assert from "node:assert/strict";
import { ActionCache } from "../../lib/action/cache.ts";
import { planDeploy } from "../../lib/action/deploy.ts";
import { leaseName, type LockCover, type LockSettings } from "../../lib/action/lock.ts";
import {
  deploy,
  install,
  rollback,
  runOperation,
  test,
  uninstall,
  upgrade,
} from "../../lib/action/run.ts";
import type { ActionContext } from "../../lib/action/types.ts";
import { SYSTEM_CLOCK } from "../../lib/apiserver/env.ts";
import { acquireLease } from "../../lib/kube/lease.ts";
import { leaseObject } from "../../lib/kube/lease_object.ts";
import { type Release, type ReleaseStatus, withStatus } from "../../lib/release/release.ts";
import { type Bench, chart, configMap, hookJob, onCluster, started, web } from "./harness.ts";

const SIMPLE = chart({ "a.yaml": configMap("a") });
const OTHER = chart({ "a.yaml": configMap("a"), "b.yaml": configMap("b") });
const LEASE = "capstan.release.v1.web";
const BUSY = "another operation (install/upgrade/rollback) is in progress";

/** Requests about locks, as `METHOD name`. */
function leases({ server }: Bench, from = 0): string[] {
  return server.requests.slice(from).filter(({ path }) => path.includes("/leases")).map((
    { method, path },
  ) => `${method} ${path.replace(/\?.*/, "").replace(/.*\/leases\/?/, "")}`.trim());
}

function warnings({ events }: Bench): string[] {
  return events.flatMap((event) => event.type === "warning" ? [event.message] : []);
}

/** Leaves the release as a run would that is killed in the middle of its work. */
async function abandon(
  { api, context: { storage } }: Bench,
  release: Release,
  { status, update = false }: { readonly status: ReleaseStatus; readonly update?: boolean },
): Promise<void> {
  const holder = { id: "dead", purpose: "capstan upgrade web", host: "ci-9", pid: 77 };
  await api.create(
    leaseObject({ name: LEASE, namespace: "shop", holder, duration: 30 }, Date.now()),
  );
  const left = withStatus({ ...release, lock: `shop/${LEASE}/dead` }, status, "under way");
  await (update ? storage.update(left) : storage.create(left));
}

/** A bench whose server's clock can be moved on. */
async function withClock(
  use: (bench: Bench, later: (ms: number) => void) => Promise<void>,
): Promise<void> {
  let offset = 0;
  const clock = { ...SYSTEM_CLOCK, now: () => Date.now() + offset };
  await onCluster((bench) => use(bench, (ms) => void (offset += ms)), { clock });
}

Deno.test("an operation locks its release with two requests, and lets go", async () => {
  await onCluster(async (bench) => {
    const { context, server } = bench;
    await install(web(SIMPLE), context);
    assert.deepEqual(leases(bench), ["POST", `DELETE ${LEASE}`]);
    let from = server.requests.length;
    await upgrade(web(OTHER), context);
    assert.deepEqual(leases(bench, from), ["POST", `DELETE ${LEASE}`]);
    from = server.requests.length;
    await deploy(web(OTHER), context);
    assert.deepEqual(leases(bench, from), [], "what is unchanged needs no lock");
    await deploy(web(OTHER, { dryRun: true }), context);
    assert.deepEqual(leases(bench, from), [], "nor does a dry run");
    await assert.rejects(upgrade(web(chart({ "a.yaml": "{{ fail `no` }}" })), context));
    assert.deepEqual(leases(bench, from), [], "nor what cannot be rendered");
    assert.equal(leaseName("web"), LEASE);
  });
});

Deno.test("an unsettled record names its Lease, a settled one does not", async () => {
  await onCluster(async (bench) => {
    const { context, api, server } = bench;
    // The record is looked at while the objects are under way.
    server.inject({ method: "PATCH", delay: 200 });
    const stamps: (string | undefined)[] = [];
    const look = async () => {
      const [last] = (await context.storage.history({ name: "web", namespace: "shop" })).slice(-1);
      stamps.push(last?.lock?.replace(/[0-9a-f-]{36}$/, "ID"));
    };
    const emit: ActionContext["emit"] = (event) =>
      event.type === "step-started" && event.id.endsWith("/apply") ? void looked.push(look()) : {};
    const looked: Promise<void>[] = [];
    await install(web(SIMPLE), { ...context, emit });
    await Promise.all(looked);
    await look();
    assert.deepEqual(stamps, [`shop/${LEASE}/ID`, undefined]);
    const { items } = await api.list({ apiVersion: "v1", kind: "Secret" }, { namespace: "shop" });
    assert.deepEqual(items.map(({ metadata }) => Object.keys(metadata.annotations ?? {})), [[
      "capstan/digest",
    ]]);
  });
});

Deno.test("what a dead run left pending is gone on from once its Lease has expired", async () => {
  await withClock(async (bench, later) => {
    const { context, records } = bench;
    const first = await install(web(SIMPLE), context);
    await abandon(bench, { ...first, revision: 2 }, { status: "pending-upgrade" });
    await assert.rejects(upgrade(web(OTHER), context), (error: Error & { code: string }) => {
      assert.match(error.message, new RegExp(`^${BUSY.replace(/[()]/g, "\\$&")}: `));
      assert.match(error.message, /capstan upgrade web \(process 77 on ci-9, since .*\) has web$/);
      assert.equal(error.code, "release/locked");
      return true;
    });
    later(32_000);
    const { revision } = await upgrade(web(OTHER), context);
    assert.equal(revision, 3);
    assert.deepEqual(await records(), [
      "1 superseded Install complete",
      '2 failed Release "web" failed: it was interrupted',
      "3 deployed Upgrade complete",
    ]);
    assert.match(
      warnings(bench).join("\n"),
      /^going on from revision 2, which was left pending-upgrade: capstan upgrade web \(process 77 on ci-9, since .*\) has died$/,
    );
  });
});

Deno.test("or at once with `recover`, which Helm's own pending revisions always need", async () => {
  await onCluster(async (bench) => {
    const { context, records } = bench;
    const first = await install(web(SIMPLE), context);
    await abandon(bench, { ...first, revision: 2 }, { status: "pending-upgrade" });
    await upgrade(web(OTHER, { recover: true }), context);
    await context.storage.create(
      withStatus({ ...first, revision: 4 }, "pending-rollback", "Rollback to 1"),
    );
    await assert.rejects(upgrade(web(OTHER), context), { message: BUSY, code: "release/pending" });
    await upgrade(web(OTHER, { recover: true }), context);
    assert.deepEqual(await records(), [
      "1 superseded Install complete",
      '2 failed Release "web" failed: it was interrupted',
      "3 superseded Upgrade complete",
      '4 failed Release "web" failed: it was interrupted',
      "5 deployed Upgrade complete",
    ]);
  });
});

Deno.test("an install that died is begun anew, with its hooks; what it alone had goes", async () => {
  await withClock(async (bench, later) => {
    const { context, events, records, names } = bench;
    const hooks = chart({ "a.yaml": configMap("a"), "h.yaml": hookJob("pre", "pre-install") });
    const first = await install(web(OTHER), context);
    await abandon(bench, first, { status: "pending-install", update: true });
    later(32_000);
    events.length = 0;
    await install(web(hooks), context);
    assert.deepEqual(started(events), [
      "render",
      "begin",
      "hook pre-install Job/pre",
      "apply",
      "record",
    ]);
    assert.deepEqual(await records(), [
      '1 failed Release "web" failed: it was interrupted',
      "2 deployed Install complete",
    ]);
    assert.deepEqual(await names("ConfigMap"), ["a"]);
  });
});

Deno.test("a removal that died is finished by another, or undone by an upgrade", async () => {
  for (const again of ["uninstall", "upgrade"] as const) {
    await withClock(async (bench, later) => {
      const { context, records, names, get } = bench;
      const first = await install(web(SIMPLE), context);
      await abandon(bench, first, { status: "uninstalling", update: true });
      later(32_000);
      if (again === "uninstall") {
        await uninstall({ name: "web", namespace: "shop" }, context);
        assert.deepEqual([await records(), await names("ConfigMap")], [[], []]);
      } else {
        await upgrade(web(SIMPLE), context);
        assert.deepEqual(await records(), [
          "1 superseded under way",
          "2 deployed Upgrade complete",
        ]);
        assert.ok(await get("ConfigMap", "a"));
      }
    });
  }
});

Deno.test("a rollback goes on from what a dead run left pending", async () => {
  await withClock(async (bench, later) => {
    const { context, records } = bench;
    const first = await install(web(SIMPLE), context);
    await abandon(bench, { ...first, revision: 2 }, { status: "pending-upgrade" });
    later(32_000);
    await rollback({ name: "web", namespace: "shop" }, context);
    assert.deepEqual(await records(), [
      "1 superseded Install complete",
      '2 failed Release "web" failed: it was interrupted',
      "3 deployed Rollback to 1",
    ]);
  });
});

Deno.test("of two at once the second fails and names the first, or waits for it", async () => {
  for (const lockWait of [0, 20_000]) {
    await onCluster(async (bench) => {
      const { context, records } = bench;
      const slow = chart({
        "a.yaml": configMap("a"),
        "h.yaml": hookJob("pre", "pre-install,pre-upgrade", { delay: "60ms" }),
      });
      const settled = await Promise.allSettled([
        deploy(web(slow, { lockWait }), context),
        deploy(web(slow, { lockWait, values: { text: "second" } }), context),
      ]);
      if (lockWait > 0) {
        assert.deepEqual(settled.map(({ status }) => status), ["fulfilled", "fulfilled"]);
        assert.deepEqual(await records(), [
          "1 superseded Install complete",
          "2 deployed Upgrade complete",
        ]);
        assert.match(warnings(bench)[0]!, /^waiting for capstan deploy web \(process \d+/);
      } else {
        const [failure] = settled.flatMap((one) => one.status === "rejected" ? [one.reason] : []);
        assert.equal(failure.code, "release/locked");
        assert.match(failure.message, /capstan install web \(process \d+.*\) has web$/);
        assert.deepEqual(await records(), ["1 deployed Install complete"]);
      }
    });
  }
});

Deno.test("tests lock the release as any change does: the second fails or waits", async () => {
  const slow = chart({
    "a.yaml": configMap("a"),
    "t.yaml": hookJob("t", "test", { delay: "200ms" }),
  });
  const WEB = { name: "web", namespace: "shop" };
  const rows: [
    what: string,
    second: (context: ActionContext, lockWait: number) => Promise<unknown>,
  ][] = [
    ["a test", (context, lockWait) => test({ ...WEB, lockWait }, context)],
    ["an upgrade", (context, lockWait) => upgrade(web(OTHER, { lockWait }), context)],
    ["a removal", (context, lockWait) => uninstall({ ...WEB, lockWait }, context)],
  ];
  for (const [what, second] of rows) {
    for (const lockWait of [0, 20_000]) {
      await onCluster(async (bench) => {
        const { context, api } = bench;
        await install(web(slow), context);
        const first = test(WEB, context);
        const ref = { apiVersion: "batch/v1", kind: "Job", name: "t", namespace: "shop" };
        await api.until(ref, (object) => object && true);
        if (lockWait === 0) {
          await assert.rejects(
            second(context, lockWait),
            (error: Error & { code?: string }) =>
              error.code === "release/locked" &&
              /capstan test web \(process \d+.*\) has web$/.test(error.message),
            what,
          );
        } else {
          await second(context, lockWait);
          assert.match(warnings(bench)[0]!, /^waiting for capstan test web \(process \d+/, what);
        }
        const tested = await first;
        assert.equal(tested.hooks[0]!.lastRun.phase, "Succeeded", what);
      });
    }
  }
});

Deno.test("tests of a release that is not there let go of its name", async () => {
  await onCluster(async (bench) => {
    await assert.rejects(
      test({ name: "web", namespace: "shop" }, bench.context),
      /release: not found/,
    );
    assert.deepEqual(leases(bench), ["POST", `DELETE ${LEASE}`]);
  });
});

Deno.test("many at once that wait come one after another", async () => {
  await onCluster(async ({ context, records }) => {
    await Promise.all(Array.from({ length: 6 }, (_, i) =>
      deploy(
        web(SIMPLE, { lockWait: 30_000, values: { text: `${i}` } }),
        { ...context, cache: new ActionCache() },
      )));
    assert.deepEqual((await records()).map((text) => text.split(" ").slice(0, 2).join(" ")), [
      "1 superseded",
      "2 superseded",
      "3 superseded",
      "4 superseded",
      "5 superseded",
      "6 deployed",
    ]);
  });
});

Deno.test("a user who may not lock is told once, and goes on without", async () => {
  await onCluster(async (bench) => {
    const { context, server, records } = bench;
    server.inject({ path: "/leases", status: 403, message: "leases is forbidden" });
    await install(web(SIMPLE), context);
    await install({ ...web(SIMPLE), name: "api" }, context).catch(() => {});
    assert.deepEqual(warnings(bench), [
      "releases are not locked against others: leases is forbidden; grant create, get, update and " +
      "delete on leases of coordination.k8s.io",
    ]);
    assert.deepEqual(await records(), ["1 deployed Install complete"]);
    await context.storage.create(
      withStatus(
        {
          ...(await context.storage.get({ name: "web", namespace: "shop", revision: 1 }))!,
          revision: 2,
        },
        "pending-upgrade",
        "under way",
      ),
    );
    await assert.rejects(upgrade(web(SIMPLE), context), { message: BUSY, code: "release/pending" });
  });
});

Deno.test("a Lease that covers a run stands for those of its releases", async () => {
  await onCluster(async (bench) => {
    const { api, context, server, records } = bench;
    const lease = await acquireLease(api, {
      name: "capstan.stack",
      namespace: "shop",
      holder: { id: "run-1", purpose: "capstan up shop" },
    });
    const cover = { id: "run-1", name: "capstan.stack", namespace: "shop", lost: lease.lost };
    const covered = { ...context, lock: { cover } };
    const from = server.requests.length;
    await install(web(SIMPLE), covered);
    await upgrade(web(OTHER), covered);
    assert.deepEqual(leases(bench, from), []);
    const first = (await context.storage.get({ name: "web", namespace: "shop", revision: 2 }))!;
    await context.storage.create(
      withStatus(
        { ...first, revision: 3, lock: "shop/capstan.stack/run-1" },
        "pending-upgrade",
        "under way",
      ),
    );
    await assert.rejects(upgrade(web(OTHER), context), /capstan up shop.* has web$/);
    await lease.release();
    // The run has ended and left this one behind.
    await upgrade(web(OTHER), context);
    assert.equal((await records()).at(-1), "4 deployed Upgrade complete");
    assert.deepEqual(warnings(bench), [
      "going on from revision 3, which was left pending-upgrade: whoever began it has ended without " +
      "settling it",
    ]);
  });
});

Deno.test("the Lease that covers a run may be taken after its operations were planned", async () => {
  await onCluster(async (bench) => {
    const { context, server } = bench;
    const later: { cover?: LockCover } = {};
    const lock: LockSettings = {
      get cover() {
        return later.cover;
      },
    };
    const stamps: (string | undefined)[] = [];
    const { storage } = context;
    const seen: ActionContext = {
      ...context,
      lock,
      storage: Object.assign(Object.create(storage), {
        history: storage.history.bind(storage),
        get: storage.get.bind(storage),
        check: storage.check.bind(storage),
        update: storage.update.bind(storage),
        create: (release: Release) => {
          stamps.push(release.lock);
          return storage.create(release);
        },
      }),
    };
    const planned = planDeploy(web(SIMPLE), seen);
    later.cover = { id: "run-1", name: "capstan.stack", namespace: "shop" };
    await runOperation(planned, seen);
    assert.deepEqual([stamps, leases(bench)], [["shop/capstan.stack/run-1"], []]);
    assert.equal(server.requests.filter(({ path }) => path.includes("/leases")).length, 0);
  });
});

Deno.test("who has lost the lock neither goes on nor writes the end down", async () => {
  await onCluster(async ({ context, records, names }) => {
    const lost = new AbortController();
    const cover = { id: "run-1", name: "gone", namespace: "shop", lost: lost.signal };
    const slow = chart({
      "a.yaml": configMap("a"),
      "h.yaml": hookJob("pre", "pre-install", { delay: "5s" }),
    });
    const emit: ActionContext["emit"] = (event) => {
      if (event.type === "step-started" && event.id.includes("/hook ")) {
        lost.abort(new Error("lost the lock gone: somebody else holds it"));
      }
    };
    await assert.rejects(install(web(slow), { ...context, emit, lock: { cover } }), {
      name: "InstallError",
      message: "lost the lock gone: somebody else holds it",
    });
    assert.deepEqual(await records(), ["1 pending-install Initial install underway"]);
    assert.deepEqual(await names("ConfigMap"), []);
  });
});

Deno.test("undoing a failed install keeps the lock to its end", async () => {
  await onCluster(async (bench) => {
    const { context, server, records } = bench;
    const bad = chart({
      "a.yaml": configMap("a"),
      "h.yaml": hookJob("post", "post-install", { fail: true }),
    });
    await assert.rejects(install(web(bad, { atomic: true }), context));
    assert.deepEqual(leases(bench), ["POST", `DELETE ${LEASE}`]);
    assert.deepEqual(await records(), []);
    const last = server.requests.filter(({ method }) => method !== "GET").at(-1)!;
    assert.equal(`${last.method} ${last.path}`.includes(LEASE), true);
  });
});

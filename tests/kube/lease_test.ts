import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { type ApiServer, createApiServer } from "../../lib/apiserver/server.ts";
import { SYSTEM_CLOCK } from "../../lib/apiserver/env.ts";
import { createKubeClient } from "../../lib/kube/client.ts";
import { acquireLease, type Holder, LeaseHeldError, readLease } from "../../lib/kube/lease.ts";
import { isGone, thisProcess } from "../../lib/kube/process.ts";
import type { KubeApi, KubeObject } from "../../lib/kube/types.ts";

interface Place {
  readonly api: KubeApi;
  readonly server: ApiServer;
  /** Moves the server's clock on. */
  later(milliseconds: number): void;
  live(): Promise<KubeObject | undefined>;
}

async function onCluster(use: (place: Place) => Promise<void>): Promise<void> {
  let offset = 0;
  const clock = { ...SYSTEM_CLOCK, now: () => Date.now() + offset };
  const server = createApiServer({ clock });
  const served = server.serve();
  const api = createKubeClient({ server: served.url, namespace: "default" }, {
    retry: { attempts: 3, base: 1, cap: 5 },
    watchLinger: 0,
  });
  try {
    await use({
      api,
      server,
      later: (milliseconds) => void (offset += milliseconds),
      live: () => api.get({ apiVersion: "coordination.k8s.io/v1", kind: "Lease", name: "lock" }),
    });
  } finally {
    api.close();
    await served.close();
  }
}

const A: Holder = { id: "a", purpose: "capstan up shop", host: "ci-1", pid: 11, process: "x/1/2" };
const B: Holder = { id: "b" };

Deno.test("a lease keeps others out, and is gone when it is released", async () => {
  await onCluster(async ({ api, live }) => {
    const lease = await acquireLease(api, { name: "lock", holder: A });
    equal(lease.takenFrom, undefined);
    const since = ((await live())!["spec"] as { acquireTime: string }).acquireTime;
    deepEqual(await readLease(api, { name: "lock" }), { holder: { ...A, since }, dead: false });
    await rejects(acquireLease(api, { name: "lock", holder: B }), (error) => {
      ok(error instanceof LeaseHeldError);
      equal(error.code, "lease/held");
      equal(error.holder.pid, 11);
      match(
        error.message,
        /^lease lock is locked by capstan up shop \(process 11 on ci-1, since \S+:\d\dZ\)$/,
      );
      return true;
    });
    await lease.release();
    await lease.release();
    equal(await live(), undefined);
    equal(await readLease(api, { name: "lock" }), undefined);
    equal(lease.lost.aborted, false);
  });
});

Deno.test("who waits gets it when it is released, by a watch", async () => {
  await onCluster(async ({ api }) => {
    const first = await acquireLease(api, { name: "lock", holder: A });
    const waited: string[] = [];
    const second = acquireLease(api, {
      name: "lock",
      holder: B,
      wait: 20_000,
      onWait: ({ id }) => {
        waited.push(id);
        setTimeout(() => first.release(), 30);
      },
    });
    await using lease = await second;
    deepEqual([lease.holder.id, waited], ["b", ["a"]]);
  });
});

Deno.test("waiting ends with its time, and with the signal", async () => {
  await onCluster(async ({ api }) => {
    await using _ = await acquireLease(api, { name: "lock", holder: A });
    await rejects(acquireLease(api, { name: "lock", holder: B, wait: 40 }), LeaseHeldError);
    const stop = new AbortController();
    const waiting = acquireLease(api, {
      name: "lock",
      holder: B,
      wait: 20_000,
      signal: stop.signal,
      onWait: () => stop.abort(new Error("enough")),
    });
    await rejects(waiting, { message: "enough" });
  });
});

Deno.test("of many who ask at once one gets it", async () => {
  await onCluster(async ({ api }) => {
    const asked = Array.from(
      { length: 12 },
      (_, i) => acquireLease(api, { name: "lock", holder: { id: `h${i}` } }),
    );
    const settled = await Promise.allSettled(asked);
    const held = settled.flatMap((one) => one.status === "fulfilled" ? [one.value] : []);
    equal(held.length, 1);
    await held[0]!.release();
  });
});

Deno.test("one that stays silent is taken over when its time is up, by the server's clock", async () => {
  await onCluster(async ({ api, later, live }) => {
    const dead = await acquireLease(api, { name: "lock", holder: A, duration: 15_000 });
    later(14_000);
    // What this machine's clock says counts for nothing.
    const now = () => Date.now() + 3_600_000;
    await rejects(acquireLease(api, { name: "lock", holder: B, now }), LeaseHeldError);
    later(3_000);
    equal((await readLease(api, { name: "lock" }))?.dead, true);
    const before = (await live())!.metadata.uid;
    const lease = await acquireLease(api, { name: "lock", holder: B });
    deepEqual([lease.takenFrom?.holder.id, lease.takenFrom?.because], ["a", "expired"]);
    equal((await live())!.metadata.uid, before);
    // The one that lost it does not take it away from the one that has it.
    await dead.release();
    equal(((await live())!["spec"] as { holderIdentity: string }).holderIdentity, "b");
    await lease.release();
  });
});

Deno.test("one whose process has ended is taken over at once", async () => {
  await onCluster(async ({ api }) => {
    const dead = await acquireLease(api, { name: "lock", holder: A });
    const isGone = ({ process }: Holder) => Promise.resolve(process === "x/1/2");
    equal((await readLease(api, { name: "lock", isGone }))?.dead, true);
    await using lease = await acquireLease(api, { name: "lock", holder: B, isGone });
    deepEqual([lease.takenFrom?.holder.pid, lease.takenFrom?.because], [11, "gone"]);
    await dead.release();
  });
});

Deno.test("a living one can be taken by force, and learns of it", async () => {
  await onCluster(async ({ api, server }) => {
    const first = await acquireLease(api, { name: "lock", holder: A, duration: 1_000 });
    await using second = await acquireLease(api, { name: "lock", holder: B, force: true });
    equal(second.takenFrom?.because, "forced");
    if (!first.lost.aborted) {
      await new Promise((resolve) => first.lost.addEventListener("abort", resolve));
    }
    equal(first.lost.reason.message, "lost the lock lock: somebody else holds it");
    equal(first.lost.reason.code, "lease/lost");
    ok(server.requests.some(({ method }) => method === "PUT"));
    await first.release();
  });
});

Deno.test("it is renewed as long as it is held, whatever else writes to it", async () => {
  await onCluster(async ({ api, live }) => {
    await using lease = await acquireLease(api, { name: "lock", holder: A, duration: 1_000 });
    const first = (await live())!;
    // Somebody labels it: the version that is known here is no longer the last.
    await api.patch(
      { apiVersion: "coordination.k8s.io/v1", kind: "Lease", name: "lock" },
      "application/merge-patch+json",
      { metadata: { labels: { seen: "yes" } } },
    );
    const renewTime = (object: KubeObject) => (object["spec"] as { renewTime: string }).renewTime;
    while (renewTime((await live())!) === renewTime(first)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    equal((await live())!.metadata.labels?.["seen"], "yes");
    equal(lease.lost.aborted, false);
  });
});

Deno.test("a server that cannot be reached for too long means that it is lost", async () => {
  await onCluster(async ({ api, server }) => {
    const lease = await acquireLease(api, { name: "lock", holder: A, duration: 1_000 });
    const heal = server.inject({ method: "PUT", path: "/leases/", status: 500 });
    await new Promise((resolve) => lease.lost.addEventListener("abort", resolve));
    match(lease.lost.reason.message, /^lost the lock lock: it could not be renewed: /);
    heal();
    await lease.release();
  });
});

Deno.test("a lost answer to the request that acquires it does no harm", async () => {
  await onCluster(async ({ api, server }) => {
    server.inject({ method: "POST", path: "/leases", reset: true, afterwards: true, times: 1 });
    await using lease = await acquireLease(api, { name: "lock", holder: A });
    equal(lease.takenFrom, undefined);
  });
});

Deno.test("a process knows itself, and one that has ended", async () => {
  const self = await thisProcess();
  equal(self.pid, Deno.pid);
  equal(await isGone(self), false);
  equal(await isGone({ process: undefined }), false);
  equal(await isGone({ process: "another-boot/1/2/3" }), false);
  if (self.process === undefined) return;
  // Another process has this number now.
  equal(await isGone({ process: `${self.process}0` }), true);
  const child = new Deno.Command(Deno.execPath(), { args: ["--version"], stdout: "null" }).spawn();
  const other = self.process.replace(`/${self.pid}/`, `/${child.pid}/`);
  await child.status;
  equal(await isGone({ process: other }), true);
});

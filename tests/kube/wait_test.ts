import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { createKubeClient } from "../../lib/kube/client.ts";
import type { KubeApi, KubeObject } from "../../lib/kube/types.ts";
import { noSuchKind } from "../../lib/kube/errors.ts";
import { waitDeleted, WaitError, waitHook, waitReady } from "../../lib/kube/wait.ts";
import { refOf } from "../../lib/kube/resource.ts";

/** A cluster of scripted states: each object goes through its own, one for each look at it. */
function scripted(states: Record<string, readonly (unknown | undefined)[]>) {
  const looked: string[] = [];
  const api = {
    until<T>(
      ref: { name: string },
      check: (object: KubeObject | undefined) => T | undefined,
      { signal }: { signal?: AbortSignal } = {},
    ): Promise<T> {
      looked.push(ref.name);
      return new Promise((resolve, reject) => {
        const mine = [...states[ref.name] ?? []];
        function aborted() {
          reject(signal!.reason);
        }
        if (signal?.aborted) return aborted();
        signal?.addEventListener("abort", aborted, { once: true });
        function next(): void {
          if (signal?.aborted || mine.length === 0) return;
          const result = check(mine.shift() as KubeObject | undefined);
          if (result === undefined) return queueMicrotask(next);
          signal?.removeEventListener("abort", aborted);
          resolve(result);
        }
        next();
      });
    },
  } as unknown as KubeApi;
  return { api, looked };
}

function job(name: string, end?: "Complete" | "Failed"): KubeObject {
  const conditions = end === undefined ? [] : [{ type: end, status: "True", reason: "Why" }];
  const status = { startTime: "t", conditions, failed: end === "Failed" ? 1 : 0 };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name, namespace: "n" },
    spec: {},
    status,
  };
}

function claim(name: string, phase: string, metadata = {}): KubeObject {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name, namespace: "n", ...metadata },
    status: { phase },
  };
}

Deno.test("waitReady() asks nothing about objects that are ready as given", async () => {
  const { api, looked } = scripted({ b: [claim("b", "Bound")] });
  const live = { uid: "u", resourceVersion: "1" };
  await waitReady(api, [claim("a", "Bound", live), claim("b", "Bound")]);
  deepEqual(looked, ["b"]);
  await waitReady(api, []);
});

Deno.test("waitReady() tells what it waits for when that changes", async () => {
  const { api } = scripted({
    a: [undefined, claim("a", "Pending"), claim("a", "Pending"), claim("a", "Bound")],
  });
  const told: string[] = [];
  await waitReady(api, [claim("a", "")], {
    onProgress: ({ name }, message) => told.push(`${name}: ${message}`),
  });
  deepEqual(told, [
    "a: Resource not found",
    "a: PVC is not Bound. phase: Pending",
    "a: PVC is Bound",
  ]);
});

Deno.test("waitReady() tells why a workload's pods are not made", async () => {
  const waiting = (message?: string) => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "a", namespace: "n" },
    spec: { replicas: 1 },
    status: message === undefined
      ? {}
      : { conditions: [{ type: "ReplicaFailure", status: "True", message }] },
  });
  for (const rules of ["watcher", "legacy"] as const) {
    const { api } = scripted({ a: [waiting(), waiting("exceeded quota: q")] });
    const told: string[] = [];
    const wait = waitReady(api, [waiting()], {
      rules,
      timeout: 30,
      onProgress: (_, message) => told.push(message),
    });
    await rejects(wait, (error: WaitError) => {
      deepEqual(error.unready.map(({ readiness }) => readiness.why), ["exceeded quota: q"]);
      return true;
    });
    const words = rules === "watcher" ? "Replicas: 0/1" : "0 of 1 pods are ready";
    deepEqual(told, [words, `${words}: exceeded quota: q`]);
  }
});

Deno.test("waitReady() ends when all others are ready, if one has failed", async () => {
  const { api } = scripted({
    bad: [job("bad"), job("bad", "Failed")],
    good: [job("good"), job("good"), job("good"), job("good", "Complete")],
  });
  await rejects(waitReady(api, [job("bad"), job("good")], { jobs: true }), (error) => {
    ok(error instanceof WaitError);
    equal(
      error.message,
      "resource Job/n/bad not ready. status: Failed, message: Job Failed. failed: 1/1",
    );
    deepEqual(error.unready.map(({ ref }) => ref.name), ["bad"]);
    equal(error.timedOut, false);
    return true;
  });
});

Deno.test("waitReady() waits no longer for one that failed and recovered", async () => {
  const { api } = scripted({
    odd: [job("odd", "Failed"), job("odd", "Complete")],
    slow: [job("slow"), job("slow"), job("slow"), job("slow", "Complete")],
  });
  await waitReady(api, [job("odd"), job("slow")], { jobs: true });
});

Deno.test("waitReady() with failFast ends at the first failure", async () => {
  const { api } = scripted({ bad: [job("bad", "Failed")], stuck: [job("stuck")] });
  const message =
    "resource Job/n/bad not ready. status: Failed, message: Job Failed. failed: 1/1\n" +
    "resource Job/n/stuck not ready. status: Unknown, message: ";
  await rejects(waitReady(api, [job("bad"), job("stuck")], { jobs: true, failFast: true }), {
    message,
  });
});

Deno.test("waitReady() names all that is not ready when time is up", async () => {
  const { api } = scripted({
    a: [claim("a", "Pending")],
    b: [undefined],
    c: [claim("c", "Bound")],
  });
  const claims = ["a", "b", "c"].map((name) => claim(name, ""));
  await rejects(waitReady(api, claims, { timeout: 5 }), {
    message:
      "resource PersistentVolumeClaim/n/a not ready. status: InProgress, message: PVC is not Bound. phase: Pending\n" +
      "resource PersistentVolumeClaim/n/b not ready. status: NotFound, message: Resource not found\n" +
      "context deadline exceeded",
    timedOut: true,
    hint: "look at PersistentVolumeClaim n/a, PersistentVolumeClaim n/b",
  });
});

Deno.test("waitReady() with legacy rules speaks as Helm 3", async () => {
  const { api } = scripted({
    a: [claim("a", "Pending")],
    gone: [undefined],
    bad: [{ ...job("bad"), status: { failed: 9 } }],
  });
  const legacy = { rules: "legacy" } as const;
  await rejects(waitReady(api, [claim("a", "")], { ...legacy, timeout: 5 }), {
    message: "context deadline exceeded",
  });
  await rejects(waitReady(api, [claim("gone", "")], legacy), {
    message: "PersistentVolumeClaim n/gone not found",
  });
  await rejects(waitReady(api, [job("bad")], { ...legacy, jobs: true }), {
    message: "job is failed: n/bad",
  });
});

Deno.test("waitReady() looks again at what time alone changes", async () => {
  let now = Date.parse("2026-01-01T00:00:14.995Z");
  const pod: KubeObject = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", namespace: "n", creationTimestamp: "2026-01-01T00:00:00Z" },
    status: {
      phase: "Pending",
      conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }],
    },
  };
  const { api } = scripted({ p: [pod] });
  const clock = () => now += 5;
  await rejects(waitReady(api, [pod], { now: () => (clock(), now - 5) }), {
    message: "resource Pod/n/p not ready. status: Failed, message: Pod could not be scheduled",
  });
});

Deno.test("a wait that is aborted throws the signal's reason", async () => {
  const { api } = scripted({ a: [claim("a", "Pending")] });
  const controller = new AbortController();
  const { signal } = controller;
  const both = Promise.allSettled([
    waitReady(api, [claim("a", "")], { signal }),
    waitDeleted(api, [refOf(claim("a", ""))], { signal }),
    waitHook(api, job("a"), { signal }),
  ]);
  controller.abort(new Error("enough"));
  for (const one of await both) equal(one.status === "rejected" && one.reason.message, "enough");
});

Deno.test("an error of the cluster ends the wait for all", async () => {
  const api = {
    until: ({ name }: { name: string }, _: unknown, { signal }: { signal: AbortSignal }) =>
      name === "a"
        ? Promise.reject(new Error("pods is forbidden"))
        : new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  } as unknown as KubeApi;
  await rejects(waitReady(api, [claim("b", ""), claim("a", "")]), new Error("pods is forbidden"));
});

Deno.test("waitHook() waits for the end of a Job, and for no other kind", async () => {
  const { api, looked } = scripted({
    good: [job("good"), job("good", "Complete")],
    bad: [job("bad"), job("bad", "Failed")],
    gone: [job("gone"), undefined],
  });
  await waitHook(api, job("good"));
  await waitHook(api, claim("c", "Pending"));
  deepEqual(looked, ["good"]);
  await rejects(waitHook(api, job("bad")), {
    message: "resource Job/n/bad not ready. status: Failed, message: Job Failed. failed: 1/1",
  });
  await rejects(waitHook(api, job("bad"), { rules: "legacy" }), { message: "job bad failed: Why" });
  await waitHook(api, job("gone"), { rules: "legacy" });
  await rejects(waitHook(api, job("gone"), { timeout: 5 }), {
    message:
      "resource Job/n/gone not ready. status: NotFound, message: Resource not found\ncontext deadline exceeded",
  });
});

Deno.test("waitDeleted() waits until each is gone, or is another object of the name", async () => {
  const { api } = scripted({
    a: [claim("a", "Bound", { uid: "1", deletionTimestamp: "t" }), undefined],
    b: [claim("b", "Bound", { uid: "1" }), claim("b", "Bound", { uid: "2" })],
    c: [claim("c", "Bound", { uid: "1", deletionTimestamp: "t" })],
  });
  const ref = refOf(claim("a", ""));
  await waitDeleted(api, [ref, { ...ref, name: "b", uid: "1" }]);
  await rejects(waitDeleted(api, [{ ...ref, name: "c", uid: "1" }], { timeout: 5 }), {
    message:
      "resource PersistentVolumeClaim/n/c still exists. status: Terminating, message: Resource scheduled for deletion\ncontext deadline exceeded",
  });
});

Deno.test("waitDeleted() of a kind that is served no more is over", async () => {
  const api = { until: () => Promise.reject(noSuchKind("x/v1", "Foo")) } as unknown as KubeApi;
  await waitDeleted(api, [{ apiVersion: "x/v1", kind: "Foo", name: "a" }]);
  await rejects(waitReady(api, [claim("a", "")]), { reason: "NoKindMatch" });
});

Deno.test("the client's own until() serves waits", async () => {
  const api = createKubeClient({ server: "http://fake", namespace: "n" }, {
    fetch: (url) => {
      const { pathname } = new URL(url);
      if (pathname === "/api") return Promise.resolve(Response.json({ versions: ["v1"] }));
      if (pathname === "/apis") return Promise.resolve(Response.json({ groups: [] }));
      const resources = [{
        name: "persistentvolumeclaims",
        kind: "PersistentVolumeClaim",
        namespaced: true,
      }];
      if (pathname === "/api/v1") return Promise.resolve(Response.json({ resources }));
      return Promise.resolve(Response.json(claim("a", "Bound")));
    },
  });
  await waitReady(api, [claim("a", "")]);
  api.close();
});
